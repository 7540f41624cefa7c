"""Each rule of the verdict at its limits, on curves that can be reckoned by hand."""

import math

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from fitscope.diagnosis.verdict import _doubt, _trend, measure, verdict
from fitscope.history import TrainingHistory

NAN = math.nan


def judged(val_loss=None, loss=None, *, majority=None, paired=None, epochs=None, **more):
    metrics = {"loss": loss, "val_loss": val_loss, **more}
    return verdict(TrainingHistory.of({k: v for k, v in metrics.items() if v is not None}, epochs), paired, majority, 0)


def ends(*last, level=0.5, epochs=20):
    """Return a curve that falls at once, stays level, and ends so."""
    return [1.0, *[level] * (epochs - 1 - len(last)), *last]


FINE = ends()


@pytest.mark.parametrize(
    ("loss", "epoch"), [([0.9, 0.7, NAN], 3), ([0.9, NAN, 0.5], 2), ([NAN, 0.7, 0.5], 1), ([NAN, NAN, NAN], 1)]
)
def test_training_loss_that_is_no_number_diverged_there(loss, epoch):
    assert judged([0.8, 0.7, 0.6], loss) == ("diverged", {"epoch": epoch, "why": "not_finite"})


@pytest.mark.parametrize(
    ("val_loss", "epoch"),
    [
        ([0.8, 0.7, NAN, NAN], 9),
        ([0.8, 0.7, 0.6, NAN], None),  # stopped before it was measured
        ([0.8, NAN, 0.6, NAN], None),  # measured every second epoch
        ([NAN, 0.7, NAN, NAN], None),
        ([NAN, NAN, NAN, NAN], None),
    ],
)
def test_validation_loss_that_ends_for_good_diverged_there(val_loss, epoch):
    wanted = ("diverged", {"epoch": epoch, "why": "not_finite"}) if epoch else "inconclusive"
    assert judged(val_loss, [0.9, 0.8, 0.7, 0.6], epochs=[1, 5, 9, 10]) in (
        wanted,
        (wanted, {"reason": "too_few_epochs", "epochs": sum(np.isfinite(val_loss))}),
    )


def test_validation_loss_alone_diverged_where_it_ends_as_no_number():
    assert judged([0.8, NAN, 0.6, 0.5, NAN]) == ("diverged", {"epoch": 2, "why": "not_finite"})
    assert judged([0.8, NAN, 0.6, 0.5, 0.4])[0] != "diverged"


@pytest.mark.parametrize(
    ("loss", "epoch"),
    [
        ([1.0, 0.9, 0.95, 1.36], 4),  # half above its minimum
        ([1.0, 0.9, 0.95, 1.34], None),
        ([2.0, 1.0, 1.5, 2.01], 4),  # and above its first value
        ([2.0, 1.0, 1.5, 1.99], None),
        ([1.0, 1.6], 2),
        ([1.0, -1.0, 0.0, 1.01], 4),
        ([1.0, -1.0, 0.0, 0.99], None),
        ([-1.0, -2.0, -1.5, -0.99], 4),
    ],
)
def test_training_loss_that_ends_far_above_its_minimum_diverged_from_there(loss, epoch):
    code, numbers = judged([0.5] * len(loss), loss)
    lowest = int(np.argmin(loss)) + 1
    assert (code == "diverged") == (epoch is not None)
    assert epoch is None or numbers == {"epoch": lowest, "why": "rises"}


def test_history_without_an_epoch_is_inconclusive():
    assert judged([], []) == ("inconclusive", {"reason": "too_few_epochs", "epochs": 0})


@pytest.mark.parametrize(("val_loss", "few"), [([1, 0.5, 0.5, NAN, 0.5], True), ([1, 0.5, 0.5, NAN, 0.5, 0.5], False)])
def test_five_epochs_with_a_validation_loss_say_something(val_loss, few):
    assert (judged(val_loss) == ("inconclusive", {"reason": "too_few_epochs", "epochs": 4})) == few


@pytest.mark.parametrize(("top", "guesses"), [(0.7, True), (0.71, False)])
def test_accuracy_up_to_the_largest_class_is_guessing(top, guesses):
    accuracy = [NAN, *[0.6] * 18, top]
    told = ("not_learning", {"why": "guessing", "accuracy": top, "majority": 0.7})
    assert (judged(FINE, FINE, majority=0.7, val_accuracy=accuracy) == told) == guesses
    assert judged(FINE, FINE, val_accuracy=accuracy)[0] == "good_fit"
    assert judged(FINE, FINE, majority=0.7, val_accuracy=[NAN] * 20)[0] == "good_fit"


@pytest.mark.parametrize(
    ("first", "low", "flat"), [(1.0, 0.981, True), (1.0, 0.979, False), (-1.0, -1.019, True), (-1.0, -1.021, False)]
)
def test_losses_that_fall_by_less_than_2_percent_learnt_nothing(first, low, flat):
    curve = [first, *[low] * 9]
    told = ("not_learning", {"why": "flat", "first": first, "lowest": low})
    assert (judged(curve, curve) == told) == flat
    assert (judged([NAN, *curve], [first, *curve]) == told) == flat
    assert judged(curve, FINE[:10])[0] == judged(FINE[:10], curve)[0] == "good_fit"


def test_losses_fall_from_where_they_began_and_not_from_a_peak():
    curve = [1.0, 90.0, *[0.9] * 18]
    assert judged(curve, curve)[0] != "not_learning"


@pytest.mark.parametrize(("low", "flat"), [(0.82, True), (0.8, False)])
def test_loss_that_falls_within_its_noise_learnt_nothing(low, flat):
    curve = 1 + 0.03 * (-1.0) ** np.arange(12)  # second differences of 0.12 speak of a deviation of 0.0726
    curve[6] = low
    assert (judged(curve, curve)[0] == "not_learning") == flat


@pytest.mark.parametrize(
    ("last", "code", "reason"),
    [
        ([0.5065] * 2, "good_fit", None),  # the trend is 0.762 of the step, and counts from 1 % of the level on
        ([0.5068] * 2, "inconclusive", "still_rising"),
        ([0.524] * 2, "inconclusive", "still_rising"),  # a rise counts from 5 % of the lowest loss on
        ([0.526] * 2, "overfitting", None),
        ([0.4937] * 2, "good_fit", None),
        ([0.4933] * 2, "underfitting", None),  # the lowest loss lies in the last tenth
        ([0.48] * 3, "inconclusive", "still_falling"),  # it does not
    ],
)
def test_end_of_a_curve_without_noise_decides(last, code, reason):
    said, numbers = judged(ends(*last), FINE)
    assert (said, numbers.get("reason")) == (code, reason)
    assert {"rise", "rise_limit", "rise_by_chance", "trend"} <= set(numbers)


@pytest.mark.parametrize(("step", "rises"), [(0.049, False), (0.051, True)])
@pytest.mark.parametrize("low", [0.0, -5.0])
def test_rise_of_losses_down_to_0_counts_from_5_percent_of_the_fall_on(low, step, rises):
    curve = low + np.array([1.0, *[0.0] * 17, step, step])
    assert (judged(curve, FINE)[0] == "overfitting") == rises


def test_rise_is_measured_from_the_minimum_to_the_mean_of_the_last_epochs():
    shape = measure(np.array(ends(0.6, 0.62)), None, 0)
    assert shape.rise == pytest.approx(0.11)
    assert shape.limit == pytest.approx(0.025)
    assert (shape.by_chance, shape.steady) == (0, 1)
    assert (shape.moves, shape.falls, shape.minimum_at_end) == (True, False, False)


def test_rise_from_a_single_low_epoch_is_none():
    curve = np.array(ends(0.6, 0.6))
    curve[9] = 0.3
    assert measure(curve, None, 0).rise == pytest.approx(0.1)
    assert measure(curve, None, 0).limit == pytest.approx(0.05 * 0.3)


@pytest.mark.parametrize(("last", "rise"), [((0.46, 0.4), 0.0), ((0.4, 0.46), -0.03), ((0.3, 0.3), 0.0)])
def test_what_comes_before_a_minimum_in_the_last_epochs_is_no_rise(last, rise):
    assert measure(np.array(ends(*last)), None, 0).rise == pytest.approx(rise)


@pytest.mark.parametrize(("epochs", "last"), [(5, 2), (10, 2), (29, 2), (30, 3), (40, 4)])
def test_last_tenth_has_two_epochs_at_least(epochs, last):
    curve = np.linspace(1, 0.9, epochs)
    curve[-last] = 0.1
    assert measure(curve, None, 0).minimum_at_end
    curve[-last - 1] = 0.05
    assert not measure(curve, None, 0).minimum_at_end


class Told:
    """Stand in for a standard error, and note what it was asked."""

    def __init__(self, error):
        self.error, self.asked = error, []

    def __call__(self, epochs, reference):
        self.asked.append((epochs.tolist(), reference))
        return self.error


@pytest.mark.parametrize(("error", "code"), [(0.06, "overfitting"), (0.062, "inconclusive")])
def test_rise_stands_out_from_the_samples_by_1_645_errors(error, code):
    paired = Told(error)
    said, numbers = judged(ends(0.6, 0.6), FINE, paired=paired)
    assert said == code
    assert numbers["rise_by_chance"] == pytest.approx(1.645 * error)
    assert paired.asked == [([18, 19], 1)]


def test_samples_are_asked_for_epochs_that_have_a_loss():
    paired = Told(0.0)
    judged([NAN, *ends(0.6, NAN, 0.6)], [1.0, *FINE], paired=paired)
    assert paired.asked == [([18, 20], 2)]


@pytest.mark.parametrize("epochs", [6, 8, 13, 33, 103])
def test_noise_of_few_epochs_is_stretched_as_students_t_is(epochs):
    assert _doubt(epochs) == pytest.approx(stdtrit(epochs - 3, 0.99) / ndtri(0.99), rel=0.05)


def test_noise_of_hardly_any_epochs_is_stretched_as_that_of_four():
    assert _doubt(2) == _doubt(3) == _doubt(4) == pytest.approx(5.6)


@pytest.mark.parametrize(("epochs", "fifth", "third"), [(5, 2, 5), (14, 2, 5), (20, 4, 6), (30, 6, 10), (31, 6, 10)])
def test_trend_is_a_line_through_the_last_third_over_a_fifth(epochs, fifth, third):
    curve = np.random.default_rng(0).standard_normal(epochs)
    change, error = _trend(curve, 0.5)
    slope = np.polyfit(np.arange(third), curve[-third:], 1)[0]
    way = (third - 1) * fifth / third
    assert change == pytest.approx(slope * way)
    assert error == pytest.approx(0.5 * way / math.sqrt(third * (third**2 - 1) / 12))
