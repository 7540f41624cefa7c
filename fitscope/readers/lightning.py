"""Lightning's metrics.csv, and every table whose lines are steps within epochs."""

from __future__ import annotations

import numpy as np

from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, joined, refuse_many

STEPS = ("step", "_step", "global_step")
_KERAS_EPOCH = "epoch/epoch"  # as Weights & Biases' callback for Keras names it


def read(log: Log, names: Names) -> list[Found] | None:
    """Read a table in which training and validation have lines of their own, joined by their epoch.

    Returns:
        One training; None where no epoch has several lines, or there is no step.
    """
    table = log.table
    step = next((name for name in STEPS if table is not None and name in table.columns), None)
    if table is None or step is None:
        return None
    columns = {name: values for name, values in table.columns.items() if name not in STEPS and np.isfinite(values).any()}
    epochs = columns.pop("epoch", columns.pop(_KERAS_EPOCH, None))
    steps = table.columns[step]
    if epochs is None:
        return [joined(steps, columns, None, names)]
    told = np.isfinite(epochs)  # lines of a batch alone may not say theirs
    epochs = np.floor(epochs[told])
    starts = np.flatnonzero(np.diff(epochs) < 0) + 1  # another training, appended
    refuse_many(len(starts) + 1)
    runs = [slice(*ends) for ends in zip([0, *starts], [*starts, len(epochs)])]
    if not told.any() or (told.all() and all(len(np.unique(epochs[run])) == len(epochs[run]) for run in runs)):
        return None
    columns, steps = {name: values[told] for name, values in columns.items()}, steps[told]
    return [joined(steps[run], {name: values[run] for name, values in columns.items()}, epochs[run], names) for run in runs]
