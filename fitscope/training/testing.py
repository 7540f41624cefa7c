"""The one read of the test data, which serves all final models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import Dataset
from fitscope.datasets.dataset import Rows
from fitscope.errors import DataError
from fitscope.result import ModelFacts
from fitscope.training.loop import Steps, steps_of
from fitscope.training.networks import build, facts
from fitscope.training.run import Run
from fitscope.training.scores import PerSample


def test_once(runs: Sequence[Run], data: Dataset) -> list[PerSample | None]:
    """Read the test data once and test every final model on it.

    Args:
        runs: each with the weights that it is tested with: of its best epoch, or of its last where none was held out.
        data: the plans' data.

    Returns:
        Each model's losses and measures on the same samples, both [samples], in the runs' order; None of a run that has no
        weights, for its loss was never finite.
    """
    said: list[PerSample | None] = []
    for run in runs:
        if not run.weights:
            said.append(None)
            continue
        rows, labels = data.testing(run.plan)
        steps = _with_weights(run, data)
        said.append(steps.evaluate(rows, steps.goal.targets(labels)))
    return said


def predict(run: Run, data: Dataset, rows: Rows) -> NDArray[np.float32]:
    """Return a run's answers for encoded rows [samples, outputs]."""
    return _with_weights(run, data).predict(rows)


def _with_weights(run: Run, data: Dataset) -> Steps:
    steps = steps_of(run.plan, data, data.training(run.plan)[0])
    _give_weights(steps.model, run)
    return steps


def _give_weights(model: Any, run: Run) -> None:
    shapes = [tuple(variable.shape) for variable in model.weights]
    if shapes != [array.shape for array in run.weights]:
        raise DataError(
            f"{run.plan.model} makes another network now than the one that was trained, perhaps because what it imports was "
            "changed; put that back and go on with --resume, or begin again in another folder with --output."
        )
    model.set_weights(run.weights)


def describe(run: Run, data: Dataset) -> ModelFacts:
    """Return the facts of the network that a run trained."""
    return facts(build(run.plan, data), run.path)


def save(run: Run, data: Dataset, path: Path) -> None:
    """Write a run's model as a file that plain Keras opens; fitscope's own networks have stock layers, loss and metrics."""
    model: Any = build(run.plan, data)
    _give_weights(model, run)
    model.save(path)
