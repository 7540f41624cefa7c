"""Tables of epochs: Keras' CSVLogger and every other table with a header and a loss column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError
from fitscope.language import N_
from fitscope.readers.cells import Table
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, found_of, refuse_many

Curve = NDArray[np.float64]


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the trainings of a table with a header.

    A number of the epoch that does not rise begins another training, as CSVLogger's `append=True` leaves them; where no
    number comes twice, the lines are out of order, and are sorted.

    Args:
        log: the file.
        names: what the person calls the losses.

    Returns:
        One a training; None where the log is no table.

    Raises:
        DataError: it is a table, and holds no curves.
    """
    table = log.table
    if table is None:
        return None
    refuse_runs(table)
    rows = len(next(iter(table.columns.values()), ()))
    if not rows:
        raise DataError("it is a table without a row of numbers; give one with a row an epoch.")
    epochs = whole_epochs(table)
    if epochs is not None and not table.starts and len(np.unique(epochs)) == rows and (np.diff(epochs) < 0).any():
        order = np.argsort(epochs)
        table = Table({name: values[order] for name, values in table.columns.items()})
        return [_found(table, epochs[order], names, slice(None), (N_("its epochs were out of order, and were sorted"),))]
    return [_found(table, epochs, names, slice(*ends)) for ends in _runs(rows, epochs, table.starts)]


def _found(table: Table, epochs: Curve | None, names: Names, rows: slice, notes: tuple[str, ...] = ()) -> Found:
    metrics = {name: values[rows] for name, values in table.columns.items() if name != "epoch"}
    return found_of(metrics, None if epochs is None else epochs[rows], names, notes=notes)


def whole_epochs(table: Table) -> Curve | None:
    """Return the column of the epochs' numbers, None where there is none of whole numbers."""
    epochs = table.columns.get("epoch")
    whole = epochs is not None and len(epochs) > 0 and np.isfinite(epochs).all() and (epochs == np.floor(epochs)).all()
    return epochs if whole else None


def refuse_runs(table: Table) -> None:
    """Refuse a table that has a row for each run instead of one for each epoch."""
    telling = {"state", "run id", "run_id", "sweep", "user", "runtime", "start time", "status"} & {t.lower() for t in table.texts}
    names = {name.lower() for name in (*table.columns, *table.texts)}
    if telling and not {"epoch", "step", "_step"} & names:
        raise DataError("it is a table of runs, one row for each, without their epochs; export the history of one run.")


def _runs(rows: int, epochs: Curve | None, starts: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    falls = np.empty(0, int) if epochs is None else np.flatnonzero(np.diff(epochs) <= 0) + 1
    refuse_many(max(len(falls), len(starts)))
    edges = sorted({0, rows, *(cut for cut in (*starts, *falls.tolist()) if cut < rows)})
    return zip(edges, edges[1:])
