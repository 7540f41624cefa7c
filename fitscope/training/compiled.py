"""Compiled steps, used again for the next training of the same network: tracing takes as long as several epochs."""

from __future__ import annotations

import json
from typing import Any

from fitscope.training.fitted import FittedSteps
from fitscope.training.steps import DenseSteps, SparseSteps

KEPT_AT_MOST = 4
_KEPT: dict[str, SparseSteps | DenseSteps] = {}


def reused(steps: SparseSteps | DenseSteps | FittedSteps) -> SparseSteps | DenseSteps | FittedSteps:
    """Return compiled steps of an equal network with these steps' variables in it, or the steps themselves.

    Args:
        steps: of one of fitscope's own networks, for whose layers say all about them.
    """
    if isinstance(steps, FittedSteps):
        return steps
    key = _key(steps)
    kept = _KEPT.pop(key, steps)
    if kept is not steps:
        for mine, given in zip(variables(kept.model), variables(steps.model), strict=True):
            mine.assign(given.value)
    _KEPT[key] = kept
    while len(_KEPT) > KEPT_AT_MOST:
        del _KEPT[next(iter(_KEPT))]
    return kept


def variables(model: Any) -> list[Any]:
    """Return all that a training changes: weights, random states, and what the optimizer keeps."""
    return [*model.variables, *model.optimizer.variables]


def _key(steps: SparseSteps | DenseSteps) -> str:
    optimizer = steps.model.optimizer.get_config()
    for name in ("learning_rate", "name"):  # a variable like the others; and a number of its own
        optimizer.pop(name, None)
    parts = [steps.path, getattr(steps, "sparse", True), steps.model.get_config(), steps.model.loss, optimizer, steps.goal.width]
    return json.dumps(parts, sort_keys=True, default=str)
