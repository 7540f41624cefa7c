"""Each finding where it fires and where it does not."""

import numpy as np
import pytest

from fitscope.diagnosis import judge
from fitscope.history import TrainingHistory

E = np.arange(1, 31)


def codes(metrics, **others):
    found = judge(TrainingHistory.of({k: list(v) for k, v in metrics.items()}), **others)
    return [finding.code for finding in found.findings], [advice.code for advice in found.advice]


def test_overfitting_says_from_where_and_how_far_validation_loss_rises(curves):
    found = judge(TrainingHistory.of(curves("overfitting")))
    finding = next(f for f in found.findings if f.code == "validation_loss_rises")
    assert finding.numbers["from_epoch"] == found.plateau[1] + 1
    assert finding.numbers["percent"] > 5
    assert found.advice[0].code == "stop_at_best"


def test_good_fit_does_not_speak_of_a_rise(curves):
    assert "validation_loss_rises" not in codes(curves("good_fit"))[0]


def test_underfitting_with_falling_training_loss_advises_a_longer_training(curves):
    metrics = {"loss": (2.0 - 0.05 * E).tolist(), "val_loss": (2.1 - 0.05 * E).tolist()}
    found, advice = codes(metrics)
    assert "still_improving" in found
    assert "minimum_not_reached" in found
    assert "train_longer" in advice


def test_underfitting_with_level_training_loss_advises_more_capacity():
    found, advice = codes({"loss": 0.9 + 0.3 * np.exp(-E), "val_loss": 2.0 - 0.03 * E})
    assert "too_small" in found
    assert "more_capacity" in advice


def test_accuracy_that_rises_with_the_loss_is_told(curves):
    assert "accuracy_rises_with_loss" in codes(curves("overfitting") | {"val_accuracy": np.linspace(0.7, 0.9, 20)})[0]
    assert "accuracy_rises_with_loss" not in codes(curves("overfitting") | {"val_accuracy": np.linspace(0.9, 0.7, 20)})[0]


def test_training_accuracy_of_one_is_told(curves):
    assert "training_accuracy_one" in codes(curves("overfitting") | {"accuracy": np.minimum(1, np.linspace(0.6, 1.1, 20))})[0]
    assert "training_accuracy_one" not in codes(curves("overfitting") | {"accuracy": np.linspace(0.6, 0.99, 20)})[0]


def test_wide_plateau_of_few_samples_asks_for_more_of_them(curves):
    metrics = curves("good_fit")
    rng = np.random.default_rng(0)
    losses = np.array(metrics["val_loss"])[:, None] + rng.normal(0, 1, (20, 10))
    losses += (np.array(metrics["val_loss"]) - losses.mean(axis=1))[:, None]
    found, advice = codes(metrics, losses=losses)
    assert "too_little_validation_data" in found
    assert "more_validation_data" in advice
    assert "too_little_validation_data" not in codes(metrics)[0]


def test_epochs_that_brought_nothing_are_counted(curves):
    assert "epochs_wasted" in codes(curves("overfitting"))[0]
    assert "epochs_wasted" not in codes(curves("underfitting"))[0]


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit"])
def test_findings_stand_with_the_costliest_first(curves, shape):
    order = {"serious": 0, "warning": 1, "info": 2}
    found = judge(TrainingHistory.of(curves(shape))).findings
    assert [order[f.severity] for f in found] == sorted(order[f.severity] for f in found)


def test_diverged_training_gets_no_advice_to_train_longer():
    found, advice = codes({"loss": [1.0, 0.9, np.nan], "val_loss": [1.0, 0.9, np.nan]})
    assert found == ["training_diverged"]
    assert advice == ["lower_learning_rate", "check_data"]


@pytest.mark.parametrize("losses", [[np.nan], [np.nan, np.nan]])
def test_training_that_diverged_at_once_still_gets_advice(losses):
    assert codes({"loss": losses, "val_loss": losses}) == (["training_diverged"], ["lower_learning_rate", "check_data"])


def test_training_that_learnt_nothing_advises_another_learning_rate(curves):
    found, advice = codes(curves("not_learning"))
    assert found == ["nothing_learnt"]
    assert advice[0] == "another_learning_rate"
