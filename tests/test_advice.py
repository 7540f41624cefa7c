"""Advice that claims a run of ours as its evidence: each is followed here on digits, and helps."""

import numpy as np
import pytest

import fitscope
from fitscope.diagnosis.advice import ADVICE


@pytest.fixture(scope="module")
def train():
    """Train on digits and return the diagnosis; three tenths of 150 training labels are wrong."""
    import keras
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    wrong = np.random.default_rng(0)
    labels = np.where(wrong.random(150) < 0.3, wrong.integers(0, 10, 150), y[:150])

    def train(epochs, rate=0.05, optimizer="SGD", dropout=0.0, loss="sparse_categorical_crossentropy"):
        keras.utils.set_random_seed(0)
        layers = [
            keras.Input((64,)),
            keras.layers.Dense(128, "relu" if "entropy" in loss else None),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(10, "softmax" if "entropy" in loss else None),
        ]
        model = keras.Sequential(layers)
        model.compile(getattr(keras.optimizers, optimizer)(rate), loss)
        y_val, targets = (y[500:1000], labels) if "entropy" in loss else (np.eye(10)[y[500:1000]] * 10, np.eye(10)[labels] * 10)
        monitor = fitscope.Monitor(x[500:1000], y_val, verbose=0)
        model.fit(x[:150], targets, epochs=epochs, batch_size=32, verbose=0, callbacks=[monitor])
        return monitor.diagnosis

    return train


def advised(diagnosis, finding):
    return {advice.code for advice in diagnosis.advice if advice.finding == finding}


def test_lower_learning_rate_helps_a_training_that_diverged(train):
    before, after = train(20, rate=3.0, loss="mse"), train(20, rate=0.01, loss="mse")
    assert before.verdict == "diverged"
    assert "lower_learning_rate" in advised(before, "training_diverged")
    assert after.verdict != "diverged"


def test_higher_learning_rate_helps_a_training_that_learnt_nothing(train):
    before, after = train(20, rate=1e-6), train(20, rate=0.1)
    assert before.verdict == "not_learning"
    assert "another_learning_rate" in advised(before, "nothing_learnt")
    assert after.best_val_loss < 0.8 * before.best_val_loss


def test_longer_training_helps_one_that_still_improves(train):
    before, after = train(10), train(60)
    assert before.verdict == "underfitting"
    assert "train_longer" in advised(before, "still_improving")
    assert after.best_val_loss < 0.9 * before.best_val_loss


def test_stopping_and_dropout_help_one_that_overfits(train):
    before, after = train(60, rate=0.003, optimizer="Adam"), train(60, rate=0.003, optimizer="Adam", dropout=0.5)
    assert before.verdict == "overfitting"
    assert {"stop_at_best", "regularize"} <= advised(before, "validation_loss_rises")
    assert after.evidence["rise"] < 0.5 * before.evidence["rise"]
    rule = next(rule for rule in before.stopping if rule.rule == "patience 3")
    assert rule.cost < 5 < 100 * before.evidence["rise"] / before.best_val_loss


def test_every_advice_has_evidence():
    assert all(len(evidence) > 10 for row in ADVICE.values() for evidence in row.values())
