"""Small pictures as numbers, computed by hand."""

import numpy as np
import pytest

from fitscope.grading.drawing import distribution, drawn
from fitscope.grading.records import Facts
from fitscope.history import TrainingHistory


def facts(loss, val_loss, best=None, plateau=None, first=1):
    metrics = {"loss": loss} if val_loss is None else {"loss": loss, "val_loss": val_loss}
    history = TrainingHistory.of(metrics, range(first, first + len(loss)))
    return Facts(history, best, plateau, (), "overfitting")


def test_drawn_curves_go_from_edge_to_edge():
    found = drawn(facts([4.0, 3.0, 2.0], [4.0, 2.0, 3.0], 2, (2, 3)), 100, 40)
    assert found.training == ("2.0,2.0 50.0,20.0 98.0,38.0",) and found.validation == ("2.0,2.0 50.0,38.0 98.0,20.0",)
    assert found.best == (50.0, 38.0)
    assert found.plateau == (26.0, 74.0)  # half an epoch to the left of epoch 2, and to the right edge
    assert (found.low, found.high, found.first, found.last, found.width, found.height) == (2.0, 4.0, 1, 3, 100, 40)


def test_drawn_plateau_of_the_first_epochs_begins_at_the_left_edge():
    found = drawn(facts([4.0, 3.0, 2.0], [4.0, 2.0, 3.0], 1, (1, 2)), 100, 40)
    assert found.plateau == (0.0, 74.0) and found.best == (2.0, 2.0)


def test_drawn_plateau_of_many_epochs_is_never_thinner_than_three():
    curve = np.linspace(2, 1, 101).tolist()
    assert drawn(facts(curve, curve, 51, (51, 51)), 104, 40).plateau == (50.5, 3.0)


def test_drawn_plateau_of_one_epoch_alone_is_the_whole_picture():
    assert drawn(facts([1.0], [2.0], 1, (1, 1)), 100, 40).plateau == (0.0, 50.0)


def test_drawn_gaps_break_a_curve_and_a_lone_point_is_a_dot():
    found = drawn(facts([5.0, 4.0, 3.0, 2.0, 1.0], [3.0, np.nan, np.nan, 2.0, 1.0]), 100, 40)
    assert found.validation == ("2.0,20.0 2.0,20.0", "74.0,29.0 98.0,38.0")
    assert found.best is None and found.plateau is None


@pytest.mark.parametrize("best", [9, 2, None])
def test_drawn_best_epoch_that_has_no_loss_is_not_drawn(best):
    assert drawn(facts([3.0, 2.0, 1.0], [3.0, np.nan, 1.0], best), 100, 40).best is None


def test_drawn_epochs_may_begin_late():
    found = drawn(facts([3.0, 2.0], [3.0, 2.0], 12, first=11), 100, 40)
    assert (found.first, found.last, found.best) == (11, 12, (98.0, 38.0))


def test_drawn_without_any_loss_is_nothing():
    assert drawn(facts([np.nan] * 3, [np.inf] * 3), 100, 40) is None


def test_drawn_without_validation_is_the_training_alone():
    found = drawn(facts([2.0, 1.0], None), 100, 40)
    assert found.training == ("2.0,2.0 98.0,38.0",) and found.validation == ()


def test_drawn_level_curve_lies_at_the_foot():
    found = drawn(facts([1.0, 1.0], [1.0, 1.0], 1), 100, 40)
    assert found.training == ("2.0,38.0 98.0,38.0",) and (found.low, found.high) == (1.0, 1.0)


def test_drawn_peak_is_cut_where_it_would_press_the_rest_flat():
    curve = [1.0, 2.0, 3.0, 4.0, 1000.0]
    found = drawn(facts(curve, curve, 5), 100, 40)
    assert found.high == 4 + 4 * (4 - 2)  # four times the middle half above it
    assert found.training[0].endswith("98.0,2.0") and found.best == (98.0, 2.0)
    assert drawn(facts([1.0, 2.0, 3.0, 4.0, 12.0], [1.0, 2.0, 3.0, 4.0, 12.0]), 100, 40).high == 12.0


def test_drawn_peak_above_level_curves_is_drawn_whole():
    assert drawn(facts([1.0] * 9 + [7.0], [1.0] * 10), 100, 40).high == 7.0


def test_drawn_long_training_has_few_points():
    curve = np.linspace(2, 1, 5000)
    found = drawn(facts(curve, curve, 5000), 480, 180)
    assert len(found.training[0].split()) <= 121 and (found.first, found.last) == (1, 5000)


def test_distribution_counts_between_round_ends():
    bars = distribution([1.0, 2.0, 2.0, 9.5], 0.0, 10.0, 5)
    assert [(bar.x, bar.width, bar.height) for bar in bars] == [(0.0, 0.2, 0.5), (0.2, 0.2, 1.0), (0.4, 0.2, 0.0), (0.6, 0.2, 0.0),
                                                                (0.8, 0.2, 0.5)]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "low", "high", "most", "ends", "counts"),
    [
        ([], None, None, 12, [], []),
        ([3.0], None, None, 12, [3.0, 4.0], [1]),
        ([3.5], None, None, 12, [3.0, 4.0], [1]),
        ([0.0, 12.0], None, None, 12, list(range(13)), [1, *[0] * 10, 1]),
        ([0.0, 12.5], 0.0, 12.5, 12, [0, 2, 4, 6, 8, 10, 12, 14], [1, 0, 0, 0, 0, 0, 1]),
        ([0.71, 0.79, 0.8], None, None, 5, [0.7, 0.72, 0.74, 0.76, 0.78, 0.8], [1, 0, 0, 0, 2]),
        ([5.0, 24.0], None, None, 8, [5.0, 7.5, 10.0, 12.5, 15.0, 17.5, 20.0, 22.5, 25.0], [1, 0, 0, 0, 0, 0, 0, 1]),
        ([7.0, 46.0], None, None, 8, [5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0], [1, 0, 0, 0, 0, 0, 0, 0, 1]),
        ([0.0, 70.0], None, None, 8, [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0], [1, 0, 0, 0, 0, 0, 1]),
        ([0.3, 0.1, 0.2], 0.0, 0.4, 4, [0.0, 0.1, 0.2, 0.3, 0.4], [0, 1, 1, 1]),
        ([-30.0, 0.0, 20.0], 0.0, 10.0, 2, [0.0, 5.0, 10.0], [2, 1]),  # what lies outside counts at the end
    ],
)
def test_distribution_of_any_values_has_round_ends(values, low, high, most, ends, counts):
    bars = distribution(values, low, high, most)
    assert [bar.low for bar in bars] == pytest.approx(ends[:-1]) and [bar.high for bar in bars] == pytest.approx(ends[1:])
    assert [bar.count for bar in bars] == counts
