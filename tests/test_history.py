import math

import numpy as np
import pytest

from fitscope.errors import ResultError
from fitscope.history import LARGEST, TrainingHistory, mean_of

NAN = math.nan


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


def history(loss, epochs=None, **more):
    return TrainingHistory.of({"loss": loss, **more}, epochs)


def test_number_up_to_the_largest_is_known():
    assert history([LARGEST, -LARGEST, 1.01 * LARGEST]).loss.tolist() == pytest.approx([1e150, -1e150, NAN], nan_ok=True)
    assert np.isfinite(np.square(history([LARGEST]).loss)).all()


@pytest.mark.parametrize("values", [["0.5", "1e-2"], [np.float32(0.5), 0.01], [0.5, np.array(0.01)]])
def test_numbers_of_other_kinds_are_read(values):
    assert history(values).loss.tolist() == pytest.approx([0.5, 0.01])


def test_one_value_that_is_no_number_is_named():
    with pytest.raises(ResultError, match="loss holds 'low'; give numbers"):
        history([0.5, None, "low"])


def test_unknown_among_texts_is_nan():
    assert history(["0.5", None]).loss.tolist() == pytest.approx([0.5, NAN], nan_ok=True)


@pytest.mark.parametrize("values", [[[0.5, 0.4]], np.ones((2, 2)), np.float64(1)])
def test_metric_of_another_shape_is_refused(values):
    with pytest.raises((ResultError, TypeError)):
        history(values)


def test_metric_of_two_dimensions_says_so():
    with pytest.raises(ResultError, match="2 dimensions"):
        history([[0.5, 0.4]])


@pytest.mark.parametrize(
    ("epochs", "fine"), [([1, 2], True), ([2, 9], True), ([0, 1], False), ([-1, 2], False), ([2, 2], False), ([2, 1], False)]
)
def test_epochs_rise_from_1(epochs, fine):
    if fine:
        assert history([1.0, 2.0], epochs).epochs == tuple(epochs)
    else:
        with pytest.raises(ResultError, match="rise from 1"):
            history([1.0, 2.0], epochs)


def test_history_needs_one_of_both_losses():
    assert len(TrainingHistory.of({"val_loss": [1.0]})) == len(history([1.0])) == 1
    with pytest.raises(ResultError, match="holds mae, accuracy; name"):
        TrainingHistory.of({"mae": [1.0], "accuracy": [0.5]})


def test_history_without_epochs_is_empty():
    assert (len(history([])), history([]).epochs) == (0, ())


def test_epochs_count_the_longest_metric():
    with pytest.raises(ResultError, match="has 3 epochs, but loss has 2 values"):
        TrainingHistory.of({"loss": [1.0, 2.0], "val_loss": [1.0, 2.0, 3.0]})


def test_curves_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        history([1.0]).loss[0] = 2.0


def test_given_array_is_copied_before_its_large_numbers_are_taken_out():
    given = np.array([1e200, 1.0])
    history(given)
    assert given[0] == 1e200
    given[1] = 2.0


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (history([1.0, NAN]), True),
        (history([1.0, NAN], [1, 3]), False),
        (history([1.0, 2.0]), False),
        (history([1.0, NAN], accuracy=[0.5, 0.5]), False),
        (TrainingHistory.of({"val_loss": [1.0, NAN]}), False),
        (7, False),
    ],
)
def test_histories_are_equal_where_epochs_and_numbers_are(other, same):
    assert (history([1.0, NAN]) == other) == same


def test_equal_histories_have_one_hash():
    assert hash(history([1.0, NAN])) == hash(history([1.0, NAN]))
    assert len({history([1.0]), history([1.0]), history([1.0], [2])}) == 2


def test_replaced_and_until_change_one_thing_alone():
    whole = history([3.0, 2.0, 1.0], [2, 4, 6], accuracy=[0.1, 0.2, 0.3])
    assert whole.replaced("loss", np.array([9.0, 8.0, 7.0])) == history([9.0, 8.0, 7.0], [2, 4, 6], accuracy=[0.1, 0.2, 0.3])
    assert whole.until(1) == history([3.0], [2], accuracy=[0.1])
    assert whole.loss.tolist() == [3.0, 2.0, 1.0]


def test_json_names_epochs_and_unknown_values():
    assert history([3.0, NAN], [2, 4]).to_json() == {"epoch": [2, 4], "loss": [3.0, None]}
    assert TrainingHistory.from_json({"loss": [3.0, None]}) == history([3.0, NAN])
    assert TrainingHistory.from_json({"epoch": [2.0, 4.0], "loss": [3.0, None]}) == history([3.0, NAN], [2, 4])


def test_json_with_an_unknown_epoch_is_refused():
    with pytest.raises(ResultError, match="rise from 1"):
        TrainingHistory.from_json({"epoch": [None], "loss": [1.0]})


def test_mean_is_over_the_epochs_and_metrics_of_all():
    first = history([4.0, 2.0, 1.0], [1, 3, 5], accuracy=[0.1, 0.2, 0.3])
    second = history([9.0, 4.0, 9.0, 3.0], [2, 3, 4, 5])
    assert mean_of([first, second]) == history([3.0, 2.0], [3, 5])
    assert mean_of([first]) == first


@pytest.mark.parametrize("histories", [[], [history([1.0], [1]), history([1.0], [2])]])
def test_trainings_without_a_common_epoch_have_no_mean(histories):
    with pytest.raises(ResultError, match=f"Of the {len(histories)} trainings no epoch is in all"):
        mean_of(histories)
