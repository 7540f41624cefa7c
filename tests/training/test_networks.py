import os
import random
import threading
import types

import numpy as np
import pytest

from fitscope import training
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.training.networks import build, facts
from fitscope.training.objectives import name_of, probabilities


def shape(features, classes):
    from fitscope.datasets import Dataset
    from fitscope.datasets.dataset import first

    task = "binary" if classes == 2 else "multiclass"
    rows, labels = np.zeros((4, features), np.float32), np.arange(4) % classes
    return Dataset("shape", task, tuple(map(str, range(classes))), rows, labels, rows, labels, "memory", "", first)


@pytest.mark.parametrize(("classes", "parameters", "units"), [(2, 160_305, [16, 16, 1]), (46, 647_214, [64, 64, 46])])
def test_textbook_network_is_that_of_the_reference_work(classes, parameters, units):
    found = facts(build(Plan("shape", "", 10_000, "textbook"), shape(10_000, classes)), "dense")
    assert found.parameters == parameters
    assert [layer.output_shape for layer in found.layers] == [(n,) for n in units]
    assert {layer.type for layer in found.layers} == {"Dense"}
    assert found.loss == ("binary_crossentropy" if classes == 2 else "categorical_crossentropy")


def test_loss_of_any_kind_has_a_name():
    import keras

    def mine(y_true, y_pred):
        return y_pred

    losses = ("mse", keras.losses.Huber(), keras.losses.mean_squared_error, mine)
    assert [name_of(loss)[:5] for loss in losses] == ["mse", "huber", "mean_", "mine"]


def test_equal_seeds_give_equal_initial_weights():
    data = shape(20, 2)
    first, again, other = (build(Plan("shape", "", None, "textbook", seed=s), data).get_weights() for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not np.array_equal(first[0], other[0])


def test_initial_weights_are_those_of_the_seed_while_other_threads_draw_random_numbers():
    data, plan, over = shape(20, 2), Plan("shape", "", None, "textbook", hyperparameters={"dropout": 0.5}), threading.Event()

    def draw():
        while not over.is_set():
            random.random()

    wanted, thread = build(plan, data).get_weights(), threading.Thread(target=draw)
    thread.start()
    try:
        found = [build(plan, data).get_weights() for _ in range(5)]
    finally:
        over.set()
        thread.join()
    assert all(np.array_equal(a, b) for weights in found for a, b in zip(weights, wanted))


def test_learning_rate_of_the_plan_is_the_optimizers():
    model = build(Plan("shape", "", None, "textbook", optimizer="adam", learning_rate=0.25), shape(20, 2))
    assert float(model.optimizer.learning_rate) == 0.25


def test_unknown_network_is_refused():
    with pytest.raises(UsageError, match="'transformer'"):
        build(Plan("shape", "", None, "transformer"), shape(20, 2))


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    with pytest.raises(UsageError, match="KERAS_BACKEND=tensorflow"):
        build(Plan("shape", "", None, "textbook"), shape(20, 2))


def test_environment_names_versions_and_gpus():
    import keras

    found = training.environment()
    assert found.keras == keras.__version__
    assert isinstance(found.gpus, tuple)


def test_logits_of_any_size_become_probabilities():
    logits = np.array([[-800.0], [-2.0], [0.0], [2.0], [800.0]], np.float32)
    with np.errstate(over="raise"):
        found = probabilities(logits, "binary")
    assert found.dtype == np.float32
    assert found[:, 0] == pytest.approx([0, 1 / (1 + np.exp(2)), 0.5, 1 / (1 + np.exp(-2)), 1])


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system gives a process no part of its processors")
def test_environment_counts_the_processors_that_the_process_may_use(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {3, 5, 6})
    assert training.environment().cpus == 3


@pytest.mark.parametrize(("system", "peak"), [("linux", 1_500_000), ("darwin", 1_536_000_000)])
def test_memory_is_told_in_millions_of_bytes(monkeypatch, system, peak):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(resource, "getrusage", lambda _whose: types.SimpleNamespace(ru_maxrss=peak))
    assert training.peak_mb() == 1536.0


def test_test_once_serves_both_models_and_pairs_them(make):
    plan, data = make()
    held, refit = training.train(plan, data=data), training.train(plan.replace(validation=0), data=data)
    said = training.test_once([held, refit], data)
    first, second, gain = *map(training.score, said), training.gain(*said)
    assert first.samples == second.samples == 150
    assert gain.loss == pytest.approx(first.loss - second.loss, abs=1e-6)
    assert gain.accuracy == pytest.approx(second.accuracy - first.accuracy)


def test_saved_model_opens_with_plain_keras_and_gives_the_same_test_result(make, tmp_path):
    import subprocess
    import sys

    plan, data = make("sparse", "multiclass")
    run = training.train(plan, data=data)
    score = training.score(training.test_once([run], data)[0])
    training.save(run, data, tmp_path / "model.keras")
    np.savez(tmp_path / "test.npz", x=data.x_test.toarray(), y=data.targets(data.y_test))
    code = (
        "import sys, keras, numpy as np; f = np.load('test.npz'); m = keras.models.load_model('model.keras');"
        "print(*m.evaluate(f['x'], f['y'], verbose=0)); assert 'fitscope' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    loss, accuracy = map(float, done.stdout.split()[-2:])
    assert (loss, accuracy) == pytest.approx((score.loss, score.accuracy), abs=1e-5)
