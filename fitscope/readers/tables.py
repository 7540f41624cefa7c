"""Tables of epochs: Keras' CSVLogger and every other table with a header and a loss column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence

from fitscope.errors import DataError
from fitscope.history import TrainingHistory
from fitscope.readers.reading import Names, history_of

SEPARATORS = (",", ";", "\t", "|")
UNKNOWN = {"", "na", "n/a", "nan", "none", "null", "inf", "-inf", "+inf", "infinity", "-infinity"}
Row = list[str]


def read(text: str, names: Names) -> list[TrainingHistory]:
    """Read the trainings of a table.

    A number of the epoch that does not rise begins another training, as CSVLogger's `append=True` leaves them.

    Args:
        text: the file's content.
        names: what the person calls the losses.

    Raises:
        DataError: it is no such table.
    """
    separator = _separator(text)
    rows = csv.reader(text.splitlines(), delimiter=separator, skipinitialspace=True)
    header = next((row for row in rows if any(row)), [])
    if not header or all(_is_number(cell, separator) for cell in header):
        raise DataError("it is no table with a header of names.")
    names_ = [cell.strip() for cell in header]
    return [_history(names_, run, separator, names) for run in _runs(names_, rows)]


def _separator(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=head.count)


def _runs(header: Row, rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Divide the rows into trainings; repeated headers and rows cut short at the end are left out."""
    place = header.index("epoch") if "epoch" in header else None
    run: list[Row] = []
    last = -math.inf
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells) or len(cells) < len(header):
            continue
        if cells[: len(header)] == header:
            last = math.inf
            continue
        epoch = _number(cells[place]) if place is not None else None
        if run and (last == math.inf or (epoch is not None and epoch <= last)):
            yield run
            run = []
        run.append(cells)
        last = epoch if epoch is not None else -math.inf
    if run:
        yield run


def _history(header: Row, rows: Sequence[Row], separator: str, names: Names) -> TrainingHistory:
    columns = {name: [_value(row[i], separator) for row in rows] for i, name in enumerate(header) if name}
    texts = {name for name, values in columns.items() if any(isinstance(value, str) for value in values)}
    epochs = columns.get("epoch")
    whole = epochs is not None and all(isinstance(e, float) and e.is_integer() for e in epochs)
    metrics = {name: values for name, values in columns.items() if name not in texts}
    return history_of(
        {name: [None if v is None else float(v) for v in values] for name, values in metrics.items() if name != "epoch"},
        [int(float(e or 0)) for e in epochs] if whole and epochs is not None else None,
        names,
    )


def _value(cell: str, separator: str) -> float | str | None:
    """Return a cell's number, None where it is unknown, or its text."""
    if cell.lower() in UNKNOWN:
        return None
    number = _number(cell.replace(",", ".") if separator != "," else cell)
    return cell if number is None else number


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _is_number(cell: str, separator: str) -> bool:
    return not isinstance(_value(cell.strip(), separator), str)
