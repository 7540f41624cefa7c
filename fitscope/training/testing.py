"""The one read of the test data, which serves all final models."""

from __future__ import annotations

from pathlib import Path

from fitscope.datasets import Dataset
from fitscope.result import Gain, ModelFacts, Score
from fitscope.training.loop import Run
from fitscope.training.networks import build, facts
from fitscope.training.scores import gain, score
from fitscope.training.steps import steps_for


def test_once(held_out: Run, refit: Run | None, data: Dataset) -> tuple[Score, Score | None, Gain | None]:
    """Read the test data once and test the final models on it.

    Args:
        held_out: the run with validation data, tested with the weights of its best epoch.
        refit: the run on all training data, None where there is none.
        data: the plan's data.

    Returns:
        The held-out model's result, the refitted model's, and what the refit brought.
    """
    rows, targets = data.testing()
    model = build(held_out.plan, data)
    steps = steps_for(model, data.sparse)
    model.set_weights(held_out.weights)
    first = steps.evaluate(rows, targets)
    if refit is None:
        return score(*first), None, None
    model.set_weights(refit.weights)
    second = steps.evaluate(rows, targets)
    return score(*first), score(*second), gain(first, second)


def describe(run: Run, data: Dataset) -> ModelFacts:
    """Return the facts of the network that a run trained."""
    return facts(build(run.plan, data), run.path)


def save(run: Run, data: Dataset, path: Path) -> None:
    """Write a run's model as a file that plain Keras opens, with stock layers, loss and metrics."""
    model = build(run.plan, data)
    model.set_weights(run.weights)
    model.save(path)
