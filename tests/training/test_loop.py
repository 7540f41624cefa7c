"""The engine beside stock Keras, and what a run promises."""

import numpy as np
import pytest

from fitscope import datasets, training
from fitscope.errors import DataError
from fitscope.plan import Plan
from fitscope.training.loop import batch_order
from fitscope.training.networks import build
from fitscope.training.objectives import objective
from fitscope.training.steps import DenseSteps, SparseSteps, steps_for


def stock_history(plan, data):
    """Train the same network with Keras' own fit, from the same weights in the same batch order."""
    model = build(plan, data)
    rows, targets = data.training(plan)
    held, wanted = data.validation(plan)
    targets, wanted = data.targets(targets), data.targets(wanted)
    rows, held = (x if isinstance(x, np.ndarray) else x.toarray() for x in (rows, held))
    found = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, plan.max_epochs + 1):
        order = batch_order(plan, len(targets), epoch)
        history = model.fit(rows[order], targets[order], batch_size=plan.batch_size, shuffle=False, verbose=0,
                            validation_data=(held, wanted)).history  # fmt: skip
        for name, values in history.items():
            found[name] += values
    return found


@pytest.mark.parametrize("kind", ["sparse", "dense"])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("optimizer", ["rmsprop", "adam", "sgd"])
def test_train_gives_the_curves_of_stock_keras(make, kind, task, optimizer):
    plan, data = make(kind, task, optimizer=optimizer)
    run = training.train(plan, data=data)
    for name, values in stock_history(plan, data).items():
        assert run.history.curve(name) == pytest.approx(values, abs=1e-3), name
    assert run.path == kind


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_train_on_real_data_gives_the_curves_of_stock_keras(name):
    located = datasets.locate(name)
    data = datasets.load(located, 10_000)
    plan = Plan(name, located.sha256, 10_000, "textbook", max_epochs=3, validation=1000)
    run = training.train(plan, data=data)
    for metric, values in stock_history(plan, data).items():
        assert run.history.curve(metric) == pytest.approx(values, abs=1e-3), metric


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_sparse_rows_made_dense_on_the_device_give_the_same_curves(make, task, monkeypatch):
    plan, data = make("sparse", task)
    sparse = training.train(plan, data=data)
    monkeypatch.setattr("fitscope.training.loop.steps_for", lambda model, goal, rows: DenseSteps(model, goal, rows.shape[1:], True))
    dense = training.train(plan, data=data)
    assert (sparse.path, dense.path) == ("sparse", "dense")
    for name in sparse.history.metrics:
        assert dense.history.curve(name) == pytest.approx(sparse.history.curve(name), abs=1e-4)


@pytest.mark.parametrize("kind", ["sparse", "dense"])
def test_equal_plans_give_equal_curves_bit_for_bit(make, kind):
    plan, data = make(kind, "multiclass", seed=7)
    first, again = (training.train(plan, data=data) for _ in range(2))
    assert first.history == again.history
    assert np.array_equal(first.validation_losses, again.validation_losses)
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, again.weights))


def test_another_seed_gives_other_curves(make):
    plan, data = make()
    assert training.train(plan, data=data).history != training.train(plan.replace(seed=1), data=data).history


def test_longer_plan_begins_as_the_shorter_one(make):
    plan, data = make()
    short, long = (training.train(plan.replace(max_epochs=epochs), data=data).history for epochs in (2, 4))
    assert long.until(2) == short


def test_run_holds_every_validation_samples_loss(make):
    plan, data = make()
    run = training.train(plan, data=data)
    assert run.validation_losses.shape == (4, 130)
    assert run.validation_losses.mean(axis=1) == pytest.approx(run.history.val_loss, rel=1e-5)


def test_weights_are_those_of_the_best_epoch(make):
    plan, data = make(max_epochs=40, learning_rate=0.02)
    run = training.train(plan, data=data)
    best = int(np.argmin(run.history.val_loss))
    assert best < 39
    model = build(plan, data)
    model.set_weights(run.weights)
    held, wanted = data.validation(plan)
    assert model.evaluate(held.toarray(), data.targets(wanted), verbose=0)[0] == pytest.approx(run.history.val_loss[best], abs=1e-5)


def test_training_without_hold_out_has_no_validation(make):
    plan, data = make(validation=0)
    run = training.train(plan, data=data)
    assert set(run.history.metrics) == {"loss", "accuracy"}
    assert run.validation_losses.shape == (4, 0)
    assert run.updates == 4 * 8


def test_limit_of_updates_ends_in_the_middle_of_an_epoch(make):
    plan, data = make(validation=0, updates=11)
    run = training.train(plan, data=data)
    assert (run.updates, len(run.history)) == (11, 2)


def test_on_epoch_that_returns_true_stops_the_training(make):
    plan, data = make()
    run = training.train(plan, lambda end: end.epoch == 2, data=data)
    assert (len(run.history), run.stopped) == (2, True)


def test_on_epoch_is_told_every_epoch(make):
    plan, data = make()
    told = []
    training.train(plan, told.append, data=data)
    assert [(end.epoch, end.of) for end in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert set(told[0].metrics) == {"loss", "accuracy", "val_loss", "val_accuracy"}


@pytest.mark.parametrize("kind", ["sparse", "dense"])
def test_training_that_goes_to_nan_ends_there(make, kind):
    plan, data = make(kind, "multiclass", optimizer="sgd", learning_rate=1e30, max_epochs=10)
    run = training.train(plan, data=data)
    assert len(run.history) < 10
    assert np.isnan(run.history.loss[-1])
    assert not run.stopped


@pytest.mark.parametrize(("name", "says"), [("toy", "beef.*--data-dir"), ("mine.py:data", "beef.*fix its seed")])
def test_data_of_another_hash_is_refused(make, name, says):
    plan, data = make()
    with pytest.raises(DataError, match=says):
        training.train(plan.replace(dataset=name, data_sha256="beef"), data=data)


def test_batch_order_is_a_permutation_that_changes_with_the_epoch():
    plan = Plan("digits", "", None, "textbook")
    first, second = batch_order(plan, 100, 1), batch_order(plan, 100, 2)
    assert sorted(first) == list(range(100))
    assert not np.array_equal(first, second)


def test_sparse_rows_take_the_sparse_steps_without_a_gpu(make):
    plan, data = make()
    model = build(plan, data)
    goal = objective(model, data, 1)
    assert isinstance(steps_for(model, goal, data.x_train), SparseSteps)
    assert isinstance(steps_for(model, goal, data.x_train.toarray()), DenseSteps)


@pytest.mark.parametrize("kind", ["sparse", "dense"])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_answers_are_those_of_the_best_epoch_and_of_the_last(make, kind, task):
    plan, data = make(kind, task, max_epochs=8, optimizer="adam", learning_rate=0.1)
    run = training.train(plan, data=data, answers=True)
    rows, labels = data.validation(plan)
    best = int(np.argmin(run.history.val_loss))
    assert best < 7, "this training is meant to overfit"
    assert run.answers[0] == pytest.approx(training.predict(run, data, rows), abs=1e-6)
    for answers, place in zip(run.answers, (best, -1)):
        said = answers.argmax(axis=1) if task == "multiclass" else answers[:, 0] > 0.5
        assert (said == labels).mean() == pytest.approx(run.history.curve("val_accuracy")[place])


def test_asking_for_answers_changes_nothing_else(make):
    plan, data = make()
    plain, asked = training.train(plan, data=data), training.train(plan, data=data, answers=True)
    assert plain.answers is None
    assert plain.history == asked.history
    assert all(np.array_equal(a, b) for name in ("weights", "state") for a, b in zip(getattr(plain, name), getattr(asked, name)))


def test_training_without_validation_samples_has_no_answers(make):
    plan, data = make(validation=0, max_epochs=2)
    assert training.train(plan, data=data, answers=True).answers is None
