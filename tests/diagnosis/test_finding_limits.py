"""Each finding at its limits: the last curve that does not show it and the first that does."""

import math

import numpy as np
import pytest

from fitscope.diagnosis.findings import Evidence, findings, without_validation
from fitscope.history import TrainingHistory

LN10 = math.log(10)
NAN = math.nan


def look(
    code, val_loss, loss=None, *, verdict="good_fit", best=None, plateau=None, samples=None, numbers=None, epochs=None, **more
):
    """Return the finding's numbers, or why there is none."""
    told = {name: more.pop(name) for name in ("classes", "repeats", "stopped") if name in more}
    metrics = {"loss": loss, "val_loss": val_loss, **more}
    history = TrainingHistory.of({name: list(curve) for name, curve in metrics.items() if curve is not None}, epochs)
    best = int(np.nanargmin(history.val_loss)) if best is None else best
    plateau = plateau or (history.epochs[best], history.epochs[best])
    given = {"rise": 0.1, "epoch": 3} if numbers is None else numbers
    found, checks = findings(Evidence(history, verdict, best, plateau, samples, given, **told))
    shown = {finding.code: finding.numbers for finding in found}
    outcomes = {check.code: check.outcome for check in checks}
    assert {check for check, outcome in outcomes.items() if outcome == "found"} == set(shown)
    return shown.get(code, outcomes[code])


def steps(*levels):
    """Return a curve of levels, each with its number of epochs."""
    return [float(level) for level, epochs in levels for _ in range(epochs)]


@pytest.mark.parametrize(("factor", "found"), [(0.969, False), (0.97, True), (1.0, True), (1.03, True), (1.031, False)])
def test_loss_within_3_percent_of_guessing_is_stuck_there(factor, found):
    level = factor * LN10
    assert (look("stuck_at_guessing", [level] * 10, classes=10) == {"loss": level, "classes": 10}) == found


@pytest.mark.parametrize(
    ("epochs", "place", "found"),
    [(30, -3, False), (30, -4, True), (29, -2, False), (29, -3, True), (10, -2, False), (10, -3, True), (30, 0, True)],
)
def test_stuck_loss_is_the_level_of_the_last_tenth_and_of_two_epochs_at_least(epochs, place, found):
    val_loss = [LN10] * epochs
    val_loss[place] = 3 * LN10
    assert (look("stuck_at_guessing", val_loss, classes=10) != "absent") == found


@pytest.mark.parametrize(("accuracy", "found"), [(1e-6, True), (0.9e-6, False), (1e-320, False), (0.0, False), (-1.0, False)])
def test_accuracy_of_guessing_tells_of_up_to_a_million_classes(accuracy, found):
    told = look("stuck_at_guessing", [math.log(1e6)] * 10, val_accuracy=[accuracy] * 10)
    assert (told == {"loss": pytest.approx(math.log(1e6)), "classes": 10**6}) == found


def test_loss_that_was_once_below_guessing_is_not_stuck():
    assert look("stuck_at_guessing", [LN10, 2.0, LN10, LN10, LN10, LN10], classes=10) == "absent"


def test_stuck_loss_is_measured_where_there_is_one():
    assert look("stuck_at_guessing", [NAN, LN10, LN10, LN10, NAN], classes=10) == {"loss": pytest.approx(LN10), "classes": 10}


@pytest.mark.parametrize(
    ("verdict", "found"), [("overfitting", False), ("underfitting", False), ("not_learning", True), ("inconclusive", True)]
)
def test_loss_that_moves_is_not_stuck(verdict, found):
    assert (look("stuck_at_guessing", [LN10] * 10, classes=10, verdict=verdict) != "absent") == found


@pytest.mark.parametrize(
    ("accuracy", "classes"), [(0.6, 2), (0.61, None), (0.5, 2), (0.1, 10), (0.001, 1000), (0.0, None), (NAN, None)]
)
def test_accuracy_of_guessing_tells_how_many_classes_there_are(accuracy, classes):
    level = math.log(classes or 2)
    wanted = "not_applicable" if classes is None else {"loss": pytest.approx(level), "classes": classes}
    assert look("stuck_at_guessing", [level] * 10, val_accuracy=[NAN, *[accuracy] * 9]) == wanted
    assert look("stuck_at_guessing", [level] * 10, accuracy=[accuracy] * 10) == wanted


def test_validation_accuracy_tells_more_of_guessing_than_training_accuracy():
    assert look("stuck_at_guessing", [LN10] * 10, val_accuracy=[0.1] * 10, accuracy=[0.5] * 10) != "absent"


@pytest.mark.parametrize(
    ("first", "epochs", "found"),
    [(0.499 * LN10, 5, True), (0.5 * LN10, 5, False), (0.0, 5, True), (-0.01, 5, False), (0.499 * LN10, 4, False)],
)
def test_warm_start_begins_below_half_of_guessing(first, epochs, found):
    rises = list(np.linspace(0.2, 0.4, epochs))
    assert (look("warm_start", rises, [first] * epochs, classes=10) == {"loss": first, "guessing": LN10}) == found


@pytest.mark.parametrize("name", ["accuracy", "val_accuracy"])
@pytest.mark.parametrize(("first", "found"), [(0.34, True), (0.35, False)])
def test_warm_start_of_unknown_classes_takes_two(name, first, found):
    numbers = look("warm_start", np.linspace(0.2, 0.4, 6), [first] * 6, **{name: [0.9] * 6})
    assert (numbers == {"loss": first, "guessing": math.log(2)}) == found


def test_warm_start_whose_best_epoch_is_a_later_one_is_none():
    assert look("warm_start", [0.3, 0.2, 0.3, 0.4, 0.5], [0.1] * 5, classes=10) == "absent"


def test_warm_start_without_a_first_loss_cannot_be_told():
    assert look("warm_start", np.linspace(0.2, 0.4, 6), [NAN, *[0.1] * 5], classes=10) == "not_applicable"


@pytest.mark.parametrize(("low", "percent"), [(0.5, 20), (-0.5, 20), (0.0, 10)])
def test_rise_is_told_in_percent_of_the_lowest_loss(low, percent):
    told = look("validation_loss_rises", [1.0, low, 0.9], verdict="overfitting", plateau=(2, 2))
    assert told == {"from_epoch": 3, "percent": pytest.approx(percent)}


@pytest.mark.parametrize("verdict", ["good_fit", "underfitting", "inconclusive", "not_learning"])
def test_rise_is_told_of_overfitting_alone(verdict):
    assert look("validation_loss_rises", [1.0, 0.5, 0.9], verdict=verdict) == "absent"


@pytest.mark.parametrize(
    ("before", "last", "falls"),
    [(1.0, 0.989, True), (1.0, 0.99, False), (1.0, 1.2, False), (-1.0, -1.011, True), (-1.0, -1.005, False)],
)
def test_training_loss_still_improves_by_more_than_a_percent(before, last, falls):
    loss = [*[5.0] * 7, before, before, last]
    found, other = ("still_improving", "too_small") if falls else ("too_small", "still_improving")
    assert look(found, [1.0] * 10, loss, verdict="underfitting") == {"epochs": 3}
    assert look(other, [1.0] * 10, loss, verdict="underfitting") == "absent"
    assert look(found, [1.0] * 10, loss, verdict="good_fit") == "absent"


@pytest.mark.parametrize(("epochs", "count"), [(2, 2), (3, 3), (15, 3), (19, 3), (20, 4), (29, 5), (30, 6)])
def test_training_loss_is_looked_at_over_the_last_fifth(epochs, count):
    level = [9.0] * (epochs - count) + [1.0] * count
    assert look("too_small", [1.0] * epochs, level, verdict="underfitting") == {"epochs": count}
    level[-count] = 1.02
    assert look("still_improving", [1.0] * epochs, level, verdict="underfitting") == {"epochs": count}


@pytest.mark.parametrize("code", ["still_improving", "too_small"])
def test_training_loss_with_a_gap_tells_no_capacity(code):
    assert look(code, [1.0] * 10, [NAN] + [1.0] * 9, verdict="underfitting") == "not_applicable"


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("good_fit", {"last_epoch": 9, "levelled": True}),
        ("underfitting", {"last_epoch": 9, "levelled": False}),
        ("not_learning", "absent"),
        ("diverged", "absent"),
    ],
)
def test_minimum_at_the_last_epoch_was_not_reached(verdict, told):
    assert look("minimum_not_reached", [1.0, 0.9, 0.8], epochs=[1, 5, 9], verdict=verdict) == told


def test_minimum_before_the_last_epoch_was_reached():
    assert look("minimum_not_reached", [1.0, 0.8, 0.9]) == "absent"


@pytest.mark.parametrize(
    ("epochs", "plateau", "told"),
    [(9, (2, 4), "absent"), (9, (2, 5), 4), (5, (2, 3), 2), (4, (2, 3), "absent"), (10, (1, 10), 10)],
)
def test_samples_are_few_where_the_plateau_holds_over_a_third_of_the_epochs(epochs, plateau, told):
    wanted = told if told == "absent" else {"samples": 50, "epochs": told, "first": plateau[0], "last": plateau[1]}
    assert look("too_little_validation_data", [1.0] * epochs, plateau=plateau, samples=50) == wanted
    assert look("too_little_validation_data", [1.0] * epochs, plateau=plateau) == "not_applicable"


def descent(*levels, **more):
    return look("second_descent", steps(*levels), **more)


def test_second_descent_tells_where_it_begins_peaks_and_ends():
    assert descent((1, 5), (0.5, 5), (0.9, 5), (0.4, 5)) == {"first": 6, "peak": 11, "second": 16}


def test_second_descent_counts_the_epochs_that_have_a_loss():
    told = descent((NAN, 3), (1, 5), (0.5, 5), (0.9, 5), (0.4, 5), (NAN, 1))
    assert told == {"first": 9, "peak": 14, "second": 19}


@pytest.mark.parametrize(("levels", "told"), [(4, "not_applicable"), (5, {"first": 6, "peak": 11, "second": 16})])
def test_second_descent_takes_20_epochs(levels, told):
    assert descent((1, 5), (0.5, 5), (0.9, 5), (0.4, levels)) == told


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ([(1, 5), (0.5, 5), (0.519, 5), (0.4, 5)], False),  # the climb, of 5 % of the lowest loss
        ([(1, 5), (0.5, 5), (0.521, 5), (0.4, 5)], True),
        ([(1, 5), (0.5, 5), (0.9, 5), (0.61, 5)], False),  # the fall, three quarters of the climb
        ([(1, 5), (0.5, 5), (0.9, 5), (0.59, 5)], True),
        ([(1, 5), (0.5, 5), (0.526, 5), (0.502, 5)], False),  # the fall, of 5 % of the lowest loss
        ([(1, 5), (-0.5, 5), (-0.41, 5), (-1, 5)], False),  # losses below 0: of 5 % of the whole fall
        ([(1, 5), (-0.5, 5), (-0.39, 5), (-1, 5)], True),
        ([(1, 5), (0.5, 5), (0.549, 5), (0, 5)], False),
        ([(1, 5), (0.5, 5), (0.551, 5), (0, 5)], True),
        ([(0.5, 5), (0.9, 5), (0.4, 10)], False),  # what begins with a rise
        ([(1, 1), (0.5, 9), (0.9, 5), (0.4, 5)], True),
        ([(1, 5), (0.5, 5), (0.9, 3), (0.4, 7)], True),  # a peak of three epochs
    ],
)
def test_second_descent_is_a_climb_and_a_fall_beyond_their_limits(levels, found):
    assert (descent(*levels) != "absent") == found


@pytest.mark.parametrize(("climb", "found"), [(0.07, False), (0.09, True)])
def test_second_descent_stands_out_from_the_noise(climb, found):
    curve = np.array(steps((1, 8), (0.5, 8), (0.5 + climb, 8), (0.4, 8))) + 0.01 * (-1.0) ** np.arange(32)
    assert (look("second_descent", curve) != "absent") == found


@pytest.mark.parametrize("verdict", ["not_learning", "diverged"])
def test_second_descent_is_seen_in_what_learnt(verdict):
    assert descent((1, 5), (0.5, 5), (0.9, 5), (0.4, 5), verdict=verdict) == "absent"


@pytest.mark.parametrize(
    ("above", "epochs", "best", "found"),
    [
        ([0.051] * 5, 10, 9, True),  # 5 % of the validation loss
        ([0.049] * 5, 10, 9, False),
        ([0.1, 0.1, 0.1, 0, 0], 10, 5, True),  # in more than half of the last half
        ([0.1, 0.1, 0, 0, 0], 10, 5, False),
        ([0.1, 0.1, 0, 0], 8, 4, False),
        ([0.1, 0.1, 0.1, 0.1, 0.1], 9, 4, True),
        ([0.1, 0.1, 0.1, 0, 0], 10, 9, False),  # and at the best epoch itself
        ([0.1, NAN, NAN, NAN, 0.1], 10, 9, True),
        ([NAN, NAN, 0.0, 0.1, 0.1], 10, 9, True),
    ],
)
@pytest.mark.parametrize("level", [1.0, -1.0])
def test_validation_loss_lies_below_training_loss_over_the_last_half(level, above, epochs, best, found):
    loss = level + np.array([0.0] * (epochs - len(above)) + above)
    told = look("validation_below_training", [level] * epochs, loss, best=best)
    assert (told == {"validation": level, "training": loss[best]}) == found


def test_validation_loss_below_an_unknown_training_loss_cannot_be_told():
    assert look("validation_below_training", [1.0] * 10, [2.0] * 5 + [NAN] * 5) == "not_applicable"


def test_validation_loss_below_training_loss_is_told_of_what_learnt():
    assert look("validation_below_training", [1.0] * 10, [2.0] * 10, verdict="not_learning") == "absent"


def spiky(place, height, level=1.0, epochs=20, first=None):
    curve = np.full(epochs, level)
    curve[0] = level if first is None else first
    curve[place] = height
    return curve


@pytest.mark.parametrize(
    ("curve", "told"),
    [
        (spiky(5, 1.19), "absent"),  # a fifth of its neighbours' median
        (spiky(5, 1.21), {"count": 1, "epoch": 6}),
        (spiky(5, -0.79, level=-1.0), {"count": 1, "epoch": 6}),
        (spiky(5, -0.81, level=-1.0), "absent"),
        (spiky(5, 1.39, first=9), "absent"),  # a twentieth of the whole fall
        (spiky(5, 1.41, first=9), {"count": 1, "epoch": 6}),
        (spiky(0, 9.0), "absent"),  # the beginning is steep
        (spiky(1, 9.0), "absent"),
        (spiky(2, 9.0), {"count": 1, "epoch": 3}),
        (spiky(5, 9.0, epochs=10), {"count": 1, "epoch": 6}),
        (spiky(5, 9.0, epochs=9), "not_applicable"),
    ],
)
def test_spike_is_an_epoch_far_above_its_neighbours(curve, told):
    assert look("spikes", curve) == told
    assert look("spikes", np.full(len(curve), 0.5), curve) == told


@pytest.mark.parametrize(("height", "found"), [(2.1, False), (2.3, True)])
def test_spike_stands_out_from_the_noise(height, found):
    curve = 1 + 0.1 * np.array([0, 1, -1, 0, 1, -1, 1] * 5)  # half of it lies 0.1 or more off its median
    curve[18] = height  # 8 times 1.4826 * 0.1 above 1 is 2.19
    assert (look("spikes", curve) == {"count": 1, "epoch": 19}) == found


def test_spikes_of_both_losses_are_counted_by_epoch():
    loss, val_loss = spiky([5, 9], 3.0), spiky([9, 15], 3.0)
    assert look("spikes", val_loss, loss) == {"count": 3, "epoch": 6}
    assert look("spikes", val_loss, [NAN] * 15 + [1.0] * 5) == {"count": 2, "epoch": 10}
    assert look("spikes", val_loss) == {"count": 2, "epoch": 10}


def zigzag(epochs, height, level=1.0):
    return level + height * (-1.0) ** np.arange(epochs)


@pytest.mark.parametrize(("height", "found"), [(0.02, False), (0.022, True)])
@pytest.mark.parametrize("level", [1.0, -1.0])
def test_learning_rate_is_high_where_noise_is_over_a_twentieth_of_the_loss(level, height, found):
    calm, wild = zigzag(12, height, level), zigzag(12, 0.5, level)
    for loss, val_loss in ((calm, wild), (wild, calm)):
        assert (look("learning_rate_high", val_loss, loss) == {"rises": 50, "epochs": 9}) == found


def test_noise_around_a_loss_of_0_counts_as_it_is():
    assert look("learning_rate_high", zigzag(13, 0.1, 0.0) * 0.5, zigzag(13, 0.1, 0.0)) == {"rises": 56, "epochs": 10}


@pytest.mark.parametrize(("ups", "told"), [(7, "absent"), (8, {"rises": 40, "epochs": 21})])
def test_learning_rate_is_high_where_losses_rise_in_over_35_percent_of_the_last_three_quarters(ups, told):
    ways = [value for pair in zip([1.0] * ups + [-1.5] * (10 - ups), [-1.0] * 10) for value in pair]
    curve = 10 + np.cumsum([0.0] * 8 + ways)
    assert look("learning_rate_high", curve, curve) == told


@pytest.mark.parametrize("known", [9, 10])
def test_learning_rate_takes_ten_epochs_of_both_losses(known):
    curve = zigzag(10, 0.3)
    short = np.where(np.arange(10) < known, curve, NAN)
    applicable = known == 10
    assert (look("learning_rate_high", curve, short) != "not_applicable") == applicable
    assert (look("learning_rate_high", short, curve) != "not_applicable") == applicable


def test_learning_rate_of_what_learnt_nothing_is_told_otherwise():
    assert look("learning_rate_high", zigzag(12, 0.3), zigzag(12, 0.3), verdict="not_learning") == "absent"


@pytest.mark.parametrize(
    ("accuracy", "verdict", "told"),
    [
        ([0.5, 0.8, 0.9, 0.8], "overfitting", {"loss_epoch": 2, "accuracy_epoch": 3}),
        ([0.5, 0.8, 0.9, 0.79], "overfitting", "absent"),
        ([0.5, 0.9, 0.9, 0.9], "overfitting", "absent"),
        ([0.9, 0.8, 0.8, 0.8], "overfitting", "absent"),
        ([0.5, 0.8, NAN, 0.9], "overfitting", {"loss_epoch": 2, "accuracy_epoch": 4}),
        ([0.5, 0.8, 0.9, 0.9], "good_fit", "absent"),
        ([NAN] * 4, "overfitting", "not_applicable"),
    ],
)
def test_accuracy_has_its_top_after_the_best_epoch_and_ends_no_lower(accuracy, verdict, told):
    assert look("accuracy_rises_with_loss", [1.0, 0.5, 0.6, 0.7], val_accuracy=accuracy, verdict=verdict) == told


@pytest.mark.parametrize(
    ("at_best", "at_end", "verdict", "found"),
    [
        (0.1, 0.151, "good_fit", True),
        (0.1, 0.149, "good_fit", False),
        (0.0, 0.0, "good_fit", False),
        (-0.2, 0.01, "good_fit", True),
        (-0.2, -0.1, "good_fit", False),
        (0.1, 0.3, "overfitting", False),
    ],
)
def test_gap_widens_by_more_than_half(at_best, at_end, verdict, found):
    told = look("gap_widens_without_harm", [1.0, 0.5, 0.5], [0.9, 0.5 - at_best, 0.5 - at_end], verdict=verdict, best=1)
    assert (told == {"at_best": pytest.approx(at_best), "at_end": pytest.approx(at_end)}) == found


@pytest.mark.parametrize("loss", [[0.9, NAN, 0.1], [0.9, 0.4, NAN]])
def test_gap_with_an_unknown_end_cannot_be_told(loss):
    assert look("gap_widens_without_harm", [1.0, 0.5, 0.5], loss, best=1) == "not_applicable"


@pytest.mark.parametrize(
    ("accuracy", "told"),
    [
        ([0.9, 1.0, 1.0], {"epoch": 4}),
        ([0.9, 0.999, 0.99], "absent"),
        ([NAN, NAN, 1.0], {"epoch": 6}),
        ([NAN] * 3, "not_applicable"),
    ],
)
def test_first_perfect_training_accuracy_is_named(accuracy, told):
    assert look("training_accuracy_one", [1.0, 0.5, 0.6], accuracy=accuracy, epochs=[2, 4, 6]) == told


@pytest.mark.parametrize(
    ("last", "verdict", "told"),
    [
        (4, "overfitting", {"epochs": 6, "last_epoch": 4}),
        (4, "good_fit", {"epochs": 6, "last_epoch": 4}),
        (5, "overfitting", "absent"),
        (4, "underfitting", "absent"),
    ],
)
def test_epochs_are_wasted_where_over_half_come_after_the_plateau(last, verdict, told):
    assert look("epochs_wasted", [1.0] * 10, plateau=(2, last), verdict=verdict) == told


@pytest.mark.parametrize(
    ("verdict", "repeats", "told"),
    [("good_fit", False, {}), ("good_fit", True, "absent"), ("not_learning", False, "absent"), ("diverged", False, "absent")],
)
def test_another_seed_may_differ_until_it_was_tried(verdict, repeats, told):
    assert look("another_seed_may_differ", [1.0, 0.5, 0.6], verdict=verdict, repeats=repeats) == told


def test_diverged_and_nothing_learnt_are_told_of_their_verdicts_alone():
    assert look("training_diverged", [1.0, 0.5], verdict="diverged") == {"epoch": 3}
    assert look("training_diverged", [1.0, 0.5]) == "absent"
    assert look("nothing_learnt", [1.0, 0.5], verdict="not_learning") == {}
    assert look("nothing_learnt", [1.0, 0.5]) == "absent"


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ([1.0], None),
        ([1.0, 0.9], {"first": 1.0, "last": 0.9, "falls": True}),
        ([NAN, 1.0, 0.9, NAN], {"first": 1.0, "last": 0.9, "falls": True}),
        ([5.0, 1.01, 1.0, 1.0], {"first": 5.0, "last": 1.0, "falls": False}),  # over three epochs, by more than 1 %
        ([5.0, 1.011, 1.0, 1.0], {"first": 5.0, "last": 1.0, "falls": True}),
        ([5.0, -0.995, -1.0, -1.0], {"first": 5.0, "last": -1.0, "falls": False}),
        ([5.0] * 26 + [1.0] * 4, {"first": 5.0, "last": 1.0, "falls": True}),  # over six of 30
        ([5.0] * 24 + [1.0] * 6, {"first": 5.0, "last": 1.0, "falls": False}),
        ([5.0] * 25 + [1.0] * 5, {"first": 5.0, "last": 1.0, "falls": True}),
        ([5.0] * 24 + [1.0] * 5, {"first": 5.0, "last": 1.0, "falls": False}),  # over five of 29
    ],
)
def test_training_loss_alone_tells_whether_it_still_falls(loss, said):
    found = without_validation("inconclusive", {}, np.array(loss))
    assert [finding.numbers for finding in found] == ([] if said is None else [said])
    assert {(finding.code, finding.severity) for finding in found} <= {("training_loss_alone", "warning")}


def test_without_validation_what_diverged_or_learnt_nothing_is_told():
    [diverged] = without_validation("diverged", {"epoch": 7}, np.ones(9))
    assert (diverged.code, diverged.severity, diverged.numbers) == ("training_diverged", "serious", {"epoch": 7})
    [nothing] = without_validation("not_learning", {}, np.ones(9))
    assert (nothing.code, nothing.severity) == ("nothing_learnt", "serious")
