"""Trainings that go on where others ended, and steps that are used again: bit for bit what one fresh training gives."""

import numpy as np
import pytest

from fitscope import training
from fitscope.training import compiled

SETTINGS = [{}, {"dropout": 0.4}, {"l2": 0.01, "dropout": 0.2}]


def equal(run, other):
    return (
        run.history == other.history
        and run.validation_losses.tobytes() == other.validation_losses.tobytes()
        and [a.tobytes() for a in run.weights] == [a.tobytes() for a in other.weights]
        and [a.tobytes() for a in run.state] == [a.tobytes() for a in other.state]
        and run.updates == other.updates
    )


@pytest.fixture
def fresh(monkeypatch):
    """Train with nothing left over from trainings before."""

    def train(*args, **kwargs):
        monkeypatch.setattr(compiled, "_KEPT", {})
        return training.train(*args, **kwargs)

    return train


@pytest.mark.parametrize("kind", ["sparse", "dense"])
@pytest.mark.parametrize(("optimizer", "settings"), zip(["nadam", "adam", "rmsprop"], SETTINGS))
def test_training_that_goes_on_is_the_training_in_one_go(make, fresh, kind, optimizer, settings):
    plan, data = make(kind, "multiclass", optimizer=optimizer, hyperparameters=settings, max_epochs=5)
    whole = fresh(plan, data=data)
    begun = fresh(plan.replace(max_epochs=2), data=data)
    told = []
    gone_on = fresh(plan, told.append, data=data, begun=begun)
    assert [end.epoch for end in told] == [3, 4, 5]
    assert equal(gone_on, whole)
    assert gone_on.seconds > begun.seconds


@pytest.mark.parametrize("kind", ["sparse", "dense"])
def test_training_that_goes_on_gives_the_answers_of_one_in_one_go(make, fresh, kind):
    plan, data = make(kind, "multiclass", max_epochs=5)
    whole = fresh(plan, data=data, answers=True)
    begun = fresh(plan.replace(max_epochs=4), data=data, answers=True)
    assert fresh(plan, data=data, begun=begun, answers=True).answers.tobytes() == whole.answers.tobytes()


@pytest.mark.parametrize("kind", ["sparse", "dense"])
@pytest.mark.parametrize("settings", SETTINGS)
def test_steps_that_are_used_again_give_what_fresh_ones_give(make, fresh, kind, settings):
    plan, data = make(kind, "multiclass", optimizer="adam", hyperparameters=settings, seed=2, learning_rate=0.003)
    wanted = fresh(plan, data=data)
    fresh(plan.replace(seed=1, learning_rate=0.01), data=data)
    [kept] = compiled._KEPT.values()
    again = training.train(plan, data=data)
    assert list(compiled._KEPT.values()) == [kept]
    assert equal(again, wanted)


def test_steps_of_other_networks_are_not_used_again(make, fresh):
    plan, data = make("dense")
    changes = [{}, {"optimizer": "adam"}, {"hyperparameters": {"units": 8}}, {"hyperparameters": {"l2": 0.1}}]
    runs = [training.train(plan.replace(**change), data=data) for change in changes]
    for change, run in zip(changes, runs):
        assert equal(run, fresh(plan.replace(**change), data=data))


def test_few_steps_are_kept(make, fresh):
    plan, data = make("dense", max_epochs=1)
    for units in range(2, 9):
        training.train(plan.replace(hyperparameters={"units": units}), data=data)
    assert len(compiled._KEPT) == compiled.KEPT_AT_MOST


def test_training_that_diverged_does_not_go_on(make, fresh):
    plan, data = make("dense", optimizer="sgd", learning_rate=1e30, max_epochs=8)
    begun = fresh(plan, data=data)
    assert len(begun.history) < 8
    told = []
    assert fresh(plan.replace(max_epochs=20), told.append, data=data, begun=begun).history == begun.history
    assert told == []


def test_stopped_training_goes_on_to_the_same_end(make, fresh):
    plan, data = make("sparse", max_epochs=5, hyperparameters={"dropout": 0.3})
    begun = fresh(plan, lambda end: end.epoch == 2, data=data)
    assert begun.stopped
    assert np.array_equal(fresh(plan, data=data, begun=begun).history.val_loss, fresh(plan, data=data).history.val_loss)
