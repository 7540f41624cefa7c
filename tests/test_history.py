import math

import pytest

from fitscope.errors import ResultError
from fitscope.history import TrainingHistory


def test_of_counts_epochs_from_one_and_makes_unknown_values_nan():
    history = TrainingHistory.of({"loss": [1.0, None, math.inf], "val_loss": [1, 2, 3]})
    assert history.epochs == (1, 2, 3)
    assert math.isnan(history.loss[1])
    assert math.isnan(history.loss[2])


def test_curve_of_unrecorded_metric_is_nan_everywhere():
    assert all(map(math.isnan, TrainingHistory.of({"loss": [1.0, 2.0]}).val_loss))


def test_until_keeps_the_first_epochs():
    assert TrainingHistory.of({"loss": [3.0, 2.0, 1.0]}).until(2) == TrainingHistory.of({"loss": [3.0, 2.0]})


def test_json_and_back_gives_the_same_history():
    history = TrainingHistory.of({"loss": [1.0, 0.5], "val_loss": [1.0, 0.75]}, epochs=[2, 4])
    assert TrainingHistory.from_json(history.to_json()) == history


def test_to_json_writes_nan_as_null():
    assert TrainingHistory.of({"loss": [1.0, math.nan]}).to_json() == {"epoch": [1, 2], "loss": [1.0, None]}


@pytest.mark.parametrize(
    ("metrics", "epochs", "says"),
    [
        ({"accuracy": [1.0]}, None, "loss"),
        ({}, None, "nothing"),
        ({"loss": [1.0, 2.0], "val_loss": [1.0]}, None, "val_loss has 1 values"),
        ({"loss": [1.0, 2.0]}, [2, 1], "rise"),
        ({"loss": [1.0, 2.0]}, [0, 1], "rise"),
        ({"loss": ["much"]}, None, "'much'"),
    ],
)
def test_history_that_contradicts_itself_is_refused(metrics, epochs, says):
    with pytest.raises(ResultError, match=says):
        TrainingHistory.of(metrics, epochs)


def test_numbers_whose_square_is_infinite_are_unknown():
    assert [math.isnan(loss) for loss in TrainingHistory.of({"loss": [1e308, -1e308, 1.0]}).loss] == [True, True, False]
