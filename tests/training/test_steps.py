"""The compiled steps beside stock Keras' `fit`: regularized, weighted, of every task."""

import dataclasses

import numpy as np
import pytest

from fitscope import datasets, training
from fitscope.datasets import Dataset
from fitscope.datasets.dataset import first, stratified
from fitscope.plan import Plan
from fitscope.training.compiled import variables
from fitscope.training.loop import batch_order
from fitscope.training.networks import build


def array(rows):
    return rows.toarray() if hasattr(rows, "toarray") else rows


def stock(plan, data, **fit):
    """Train with Keras' own fit from the same weights in the same order, and validate without penalties.

    Returns:
        Validation losses, and all variables after the last epoch.
    """
    model = build(plan, data)
    plain = build(plan.replace(hyperparameters={**plan.hyperparameters, "l2": 0.0, "dropout": 0.0}), data)
    (rows, labels), (held, wanted) = data.training(plan), data.validation(plan)
    rows, held, targets, wanted, found = array(rows), array(held), data.targets(labels), data.targets(wanted), []
    for epoch in range(1, plan.max_epochs + 1):
        order = batch_order(plan, len(targets), epoch)
        model.fit(rows[order], targets[order], batch_size=plan.batch_size, shuffle=False, verbose=0, **fit)
        plain.set_weights([weight.numpy() for weight in model.weights if "seed" not in weight.path])
        found.append(plain.evaluate(held, wanted, batch_size=len(held), verbose=0)[0])
    return found, [np.array(variable.value) for variable in variables(model)]


def check(plan, data, **fit):
    run = training.train(plan, data=data)
    losses, state = stock(plan, data, **fit)
    assert run.history.val_loss == pytest.approx(losses, abs=1e-4)
    for mine, theirs in zip(run.state, state, strict=True):
        assert mine == pytest.approx(theirs, abs=2e-3)
    return run


@pytest.mark.parametrize("kind", ["sparse", "dense"])
@pytest.mark.parametrize("settings", [{"l2": 0.01}, {"dropout": 0.4}, {"l2": 0.003, "dropout": 0.3, "layers": 3, "units": 24}])
def test_regularized_network_trains_as_stock_keras_does(make, kind, settings):
    run = check(*make(kind, "multiclass", hyperparameters=settings, optimizer="adam"))
    assert run.path == kind


def test_reported_loss_holds_no_penalty(make):
    plan, data = make("dense", hyperparameters={"l2": 10.0}, max_epochs=1, learning_rate=1e-9)
    assert training.train(plan, data=data).history.loss[0] < 1.0


@pytest.mark.parametrize("kind", ["sparse", "dense"])
def test_balanced_class_weights_are_those_of_fit(make, kind):
    plan, data = make(kind, "multiclass", class_weight="balanced", optimizer="sgd", learning_rate=0.3)
    labels = data.training(plan)[1]
    sizes = np.bincount(labels)
    assert sizes.min() < sizes.max()
    check(plan, data, class_weight={c: len(labels) / (len(sizes) * size) for c, size in enumerate(sizes)})


def test_balanced_training_favours_the_rare_class(make):
    plan, data = make("dense", max_epochs=3)
    rare = np.concatenate([np.flatnonzero(data.y_train == 0), np.flatnonzero(data.y_train == 1)[:25]])
    data = dataclasses.replace(data, x_train=data.x_train[rare], y_train=data.y_train[rare], split=stratified)
    plan = plan.replace(validation=20)
    plain, balanced = (training.train(plan.replace(class_weight=weight), data=data) for weight in (None, "balanced"))
    means = [training.predict(run, data, data.x_test).mean() for run in (plain, balanced)]
    assert means[0] < means[1]


def toy(task, labels, width, rows=None):
    rows = np.random.default_rng(0).random((300, 8), np.float32) if rows is None else rows
    return Dataset(
        "toy", task, tuple("abcdef"[:width]), rows[:240], labels[:240], rows[240:], labels[240:], "memory", "f00d", first
    )


def test_regression_trains_in_units_of_the_target_as_stock_keras_does():
    rows = np.random.default_rng(0).random((300, 8), np.float32)
    labels = (1000 + 50 * rows[:, :2] - 20 * rows[:, 2:4]).astype(np.float32)
    data = toy("regression", labels, 2, rows)
    plan = Plan("toy", "f00d", None, "textbook", batch_size=32, max_epochs=4, validation=60, learning_rate=0.01)
    run = training.train(plan, data=data)
    losses, _ = stock(plan, data)
    assert run.history.val_loss == pytest.approx(losses, rel=1e-3)
    assert set(run.history.metrics) == {"loss", "mae", "val_loss", "val_mae"}
    assert run.history.val_loss[-1] < data.guess(plan)


def test_multilabel_trains_as_stock_keras_does():
    rows = np.random.default_rng(0).random((300, 8), np.float32)
    labels = (rows[:, :3] > 0.5).astype(np.float32)
    data = toy("multilabel", labels, 3, rows)
    run = check(Plan("toy", "f00d", None, "textbook", batch_size=32, max_epochs=4, validation=60), data)
    held = data.validation(run.plan)
    answers = training.predict(run, data, held[0])
    best = int(run.history.val_loss.argmin())
    assert run.history.curve("val_accuracy")[best] == pytest.approx(((answers > 0.5) == held[1]).mean())


def test_convolutions_train_as_stock_keras_does():
    located = datasets.locate("digits")
    data = datasets.load(located, None)
    run = check(Plan("digits", located.sha256, None, "conv", batch_size=64, max_epochs=2, validation=300), data)
    assert run.path == "dense"
    assert run.history.curve("val_accuracy")[-1] > 0.5


def test_convolutions_without_pictures_are_refused(make):
    from fitscope.errors import UsageError

    plan, data = make("dense")
    with pytest.raises(UsageError, match="--model conv needs pictures, and toy has none"):
        training.train(plan.replace(model="conv"), data=data)
