"""Lightning's metrics.csv, and every table whose lines are steps within epochs."""

from __future__ import annotations

import numpy as np

from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, joined
from fitscope.readers.tables import whole_epochs

STEPS = ("step", "_step", "global_step")


def read(log: Log, names: Names) -> list[Found] | None:
    """Read a table in which training and validation have lines of their own, joined by their epoch.

    Returns:
        One training; None where no epoch has several lines, or there is no step.
    """
    table = log.table
    step = next((name for name in STEPS if table is not None and name in table.columns), None)
    if table is None or step is None:
        return None
    filled = np.isfinite(np.array(list(table.columns.values()))).sum(axis=0) > 1  # more than a step or an epoch alone
    columns = {name: values[filled] for name, values in table.columns.items()}
    epochs, steps = columns.pop("epoch", None), columns.pop(step)
    metrics = {name: values for name, values in columns.items() if name not in STEPS and np.isfinite(values).any()}
    if epochs is None:
        epochs = columns.get("epoch/epoch")  # Weights & Biases' callback for Keras
    if epochs is not None and np.isfinite(epochs).all() and whole_epochs(table) is None:
        epochs = np.floor(epochs)
    if epochs is None or not np.isfinite(epochs).all() or (np.diff(epochs) < 0).any() or not len(epochs):
        return None if epochs is not None or "epoch" in table.columns else [Found(joined(steps, metrics, None, names))]
    if len(np.unique(epochs)) == len(epochs):
        return None
    return [Found(joined(steps, metrics, epochs, names))]
