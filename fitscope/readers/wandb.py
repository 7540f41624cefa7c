"""Weights & Biases: a chart's CSV, with a column for each run."""

from __future__ import annotations

import numpy as np

from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, joined

_AXES = ("Step", "epoch", "Relative Time (Wall)", "Relative Time (Process)", "Wall Time")
_RANGES = ("__MIN", "__MAX")  # of the points that were left out of the chart


def read(log: Log, names: Names) -> list[Found] | None:
    """Read a chart's table, whose columns are called `RUN - METRIC`; __MIN and __MAX beside them are left out.

    Returns:
        One training a run; None where the columns are called otherwise.
    """
    table = log.table
    axis = next((name for name in _AXES if table is not None and name in table.columns), None)
    if table is None or axis is None:
        return None
    runs: dict[str, dict[str, str]] = {}
    for name in table.columns:
        run, dash, metric = name.rpartition(" - ")
        if dash and not name.endswith(_RANGES) and not metric.startswith("_") and metric not in _AXES:
            runs.setdefault(run, {})[metric] = name
    found = []
    for run, metrics in runs.items():
        curves = {metric: table.columns[name] for metric, name in metrics.items()}
        known = np.isfinite(np.array(list(curves.values()))).any(axis=0)
        curves = {metric: values[known] for metric, values in curves.items()}
        found.append(joined(table.columns[axis][known], curves, None, names, run))
    return found or None
