"""Tables as logs keep them: a header of names, any separator, numbers that may be unknown."""

from __future__ import annotations

import codecs
import csv
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError, quoted
from fitscope.readers import decimals
from fitscope.readers.reading import MOST, keras_name

if TYPE_CHECKING:
    from fitscope.readers.log import Log

SEPARATORS = (",", ";", "\t", "|")
UNKNOWN = {"", "na", "n/a", "none", "null"}
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LARGE = 2**20  # bytes: above, plain numbers are read many at once
_THREADS = 2
_LONGEST_ROW = 2**20  # characters; a quote that is never closed would make one row of all that follows
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
_PIECE = 2**19  # bytes: what lies around a processor's cache is read fastest
Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Hold a table's columns of numbers.

    Args:
        columns: float64 [rows] under the header's names; NaN where a cell is empty or unknown, infinite where it says that the
            number is infinite or none.
        texts: the names of columns that hold something else.
        starts: rows with which, after a repeated header, another training begins.
    """

    columns: dict[str, Curve]
    texts: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()


def table_of(log: Log) -> Table | None:
    """Return a log's table, None where it does not begin with a header of several names or one loss."""
    if not log.is_text or log.start.startswith(("{", "[", "<")):
        return None
    line = log.first_line
    separator = max(SEPARATORS, key=line.count)
    header = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]
    header = ["epoch" if cell.lower() == "epoch" and "epoch" not in header else cell for cell in header]
    if not any(header) or all(_is_number(cell, separator) for cell in header) or ("loss" not in line.lower() and len(header) < 2):
        return None
    _refuse_double(header)
    plain = None if log.path.stat().st_size < _LARGE else _numbers(log, len(header), separator)
    if plain is not None:
        return Table({name: plain[i] for i, name in enumerate(header) if name})
    return _cells(_without_cut_line(log.text), header, separator)


def _refuse_double(header: list[str]) -> None:
    """Refuse two columns of one name where the name is a loss's: which of them counts cannot be told."""
    for name, count in Counter(header).items():
        if count > 1 and keras_name(name) in ("loss", "val_loss"):
            raise DataError(f"{count} of its columns are called {quoted(name)!r}; give each a name of its own.")


def _numbers(log: Log, width: int, separator: str) -> NDArray[np.float64] | None:
    """Read the columns of a large table of plain numbers quickly; None where it holds anything else, such as another header."""
    if log.head.startswith(UTF16):
        return None
    from concurrent.futures import ThreadPoolExecutor  # numpy lets go of the interpreter while it counts

    def read(block: bytes) -> NDArray[np.float64] | None:
        return decimals.parse(block, separator.encode(), width, lambda cell: _plain(cell, separator))

    lines = sum(piece.count(b"\n") for piece in log.chunks(_PIECE)) + 1
    if width * lines > MOST:
        return None
    # Columns side by side, made once: parts that are joined at the end would be held twice.
    table, rows = np.empty((width, lines)), 0
    blocks = _whole_lines(log, separator.encode(), width)
    with ThreadPoolExecutor(_THREADS) as threads:
        while some := list(islice(blocks, 2 * _THREADS)):
            for part in threads.map(read, some):
                if part is None:
                    return None
                table[:, rows : rows + len(part)] = part.T
                rows += len(part)
    return table[:, :rows] if rows else None


def _whole_lines(log: Log, separator: bytes, width: int) -> Iterator[bytes]:
    """Yield the lines after the header, many at once; a last line that was cut short is left out."""
    rest, first, last = b"", True, b"" if log.growing else b"\n"
    for piece in chain(log.chunks(_PIECE), [last]):
        end = piece.rfind(b"\n") + 1
        block, rest = rest + piece[:end], piece[end:] if end else rest + piece
        if first and end:
            block, first = block.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")[2], False
        cut_short = piece is last and block.count(separator) < width - 1
        if end and not cut_short and block.strip():
            yield block.replace(b"\r\n", b"\n") if b"\r" in block else block


def _plain(cell: str, separator: str) -> float:
    value = _value(cell, separator)
    if isinstance(value, str):
        raise ValueError(value)
    return math.nan if value is None else value


def _without_cut_line(text: str) -> str:
    """Leave out a last line that ends in the middle of a number, as an interrupted write leaves it."""
    whole, end, last = text.rpartition("\n")
    return whole + end if whole and last.rstrip().endswith((".", "e", "e-", "e+", "-")) else text


def _cells(text: str, header: list[str], separator: str) -> Table | None:
    columns = {i: array("d") for i, name in enumerate(header) if name}
    texts: dict[int, str] = {}
    starts: list[int] = []
    lower = [name.lower() for name in header]
    rows = 0
    try:
        for row in _after_header(text, separator):
            cells = [cell.strip() for cell in row]
            if [cell.lower() for cell in cells[: len(header)]] == lower:
                starts += [rows] if rows else []
                continue
            if not any(cells) or len(cells) < len(header):
                continue  # cut short: the program was stopped, or is writing it
            if any(cells[len(header) :]):
                told = quoted(", ".join(cells[:20]))
                raise DataError(f"a line has {len(cells)} cells ({told}), and the header {len(header)}; mend it.")
            rows += 1
            if rows * len(columns) > MOST:
                raise DataError(f"it is a table of more than {MOST:,} cells; leave out columns or lines that are not needed.")
            for i, column in columns.items():
                value = _value(cells[i], separator)
                column.append(math.nan if value is None or isinstance(value, str) else value)
                if isinstance(value, str):
                    texts.setdefault(i, value)
    except csv.Error as error:
        raise DataError(f"it is a table that cannot be divided into cells ({error}).") from None
    for i, text in texts.items():
        if keras_name(header[i]) in ("loss", "val_loss") and np.isfinite(np.array(columns[i])).any():
            raise DataError(f"its column {quoted(header[i])!r} holds {quoted(text)!r} among numbers; mend that line.")
    numbers = {header[i]: np.frombuffer(column) if rows else np.empty(0) for i, column in columns.items() if i not in texts}
    return Table(numbers, tuple(header[i] for i in texts), tuple(starts))


def _after_header(text: str, separator: str) -> Iterator[list[str]]:
    rows = _rows(text, separator)
    next((row for row in rows if any(cell.strip() for cell in row)), None)
    return rows


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    size = 0

    def lines() -> Iterator[str]:
        nonlocal size
        for match in _LINE.finditer(text):
            size += len(match[0])
            if size > _LONGEST_ROW:
                raise DataError(f"it is a table with a row of more than {_LONGEST_ROW:,} characters; close the quotes in it.")
            yield match[0]

    for row in csv.reader(lines(), delimiter=separator, skipinitialspace=True):
        size = 0
        yield row


def _value(cell: str, separator: str) -> float | str | None:
    """Return a cell's number, None where it is unknown, or its text."""
    if cell.lower() in UNKNOWN:
        return None
    try:
        number = float(cell.replace(",", ".") if separator != "," else cell)
    except ValueError:
        return cell
    return math.inf if math.isnan(number) else number


def _is_number(cell: str, separator: str) -> bool:
    return not isinstance(_value(cell, separator), str)
