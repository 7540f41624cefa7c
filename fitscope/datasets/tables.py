"""Read a table from .csv, .tsv or .parquet, whatever its separator, decimal mark and encoding."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitscope.errors import DataError, not_read
from fitscope.language import N_

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".tsv", ".parquet")
SEPARATORS = ",;\t|"
# What stands for a missing value. In a target "None" may be a class of its own.
MISSING = ["", "?", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "-nan", "NULL", "null", "<NA>", "None"]
SNIFFED = 2**16  # characters that separator and decimal mark are seen from
_DECIMAL_COMMA, _DECIMAL_POINT = re.compile(r"[+-]?\d+,\d+"), re.compile(r"[+-]?\d+\.\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")


@dataclass(frozen=True)
class Dialect:
    """Say how a text file writes a table; `row_ends_in_separator` where every row but the header ends in one."""

    separator: str
    decimal: str
    thousands: str | None
    header: tuple[str, ...]
    row_ends_in_separator: bool


def read_table(path: Path, *, targets: Collection[str] = (), texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[str]]:
    """Read a table.

    Args:
        path: of the file; its ending says what it is.
        targets: columns in which None is no missing value.
        texts: columns that are read as texts, even where they look like numbers.

    Returns:
        The table, its columns' names stripped of blanks, and in sentences what a person should know of the reading.

    Raises:
        DataError: the file cannot be read, is empty or is no table.
    """
    try:
        frame, notes = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_text(path, targets, texts)
    except OSError as error:
        raise not_read(path, error, "give the path of a table") from None
    frame.columns = _apart([str(name).strip() for name in frame.columns])
    for name, column in frame.items():
        if column.dtype == object or str(column.dtype) in ("str", "string"):
            frame[name] = column.map(_text)
    if not len(frame):
        raise DataError(f"{path} holds no rows; give a table with a header and rows below it.")
    return frame.reset_index(drop=True), notes


def _text(value: Any) -> Any:
    """Return a cell's text without blanks around it, bytes as text too, None for an empty one; another value as it is."""
    if isinstance(value, Decimal):
        return float(value)
    value = value.decode("utf8", "replace") if isinstance(value, bytes) else value
    return (value.strip() or None) if isinstance(value, str) else value


def _apart(names: list[str]) -> list[str]:
    """Return columns' names, with a number behind one that stands there already."""
    found: dict[str, int] = {}  # how many of a name stand there so far
    for name in names:
        number, other = found.get(name, 0), name
        while other in found:
            number, other = number + 1, f"{name}.{max(1, number)}"
        found[other] = 1
        found[name] = max(number, 1)
    return [*found]


def _read_parquet(path: Path) -> tuple[pd.DataFrame, list[str]]:
    import pandas as pd

    try:
        frame = pd.read_parquet(path)
    except ImportError:
        raise DataError(f"{path} needs pyarrow to be read; install it with `pip install pyarrow`.") from None
    except OSError:
        raise
    except Exception as error:  # pyarrow's errors are many, and some are its own
        raise DataError(f"{path} is damaged or no Parquet file ({_first_line(error)}); write it anew.") from None
    return frame if frame.index.name is None else frame.reset_index(), []


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:150]


def _read_text(path: Path, targets: Collection[str], texts: Collection[str]) -> tuple[pd.DataFrame, list[str]]:
    import pandas as pd

    head = path.read_bytes()[:SNIFFED] if path.stat().st_size <= SNIFFED else _head(path)
    encodings = _encodings(head, path)
    for encoding in encodings:
        try:
            dialect = sniff(head.decode(encoding, errors="ignore"), whole=len(head) < SNIFFED)
            frame = _parse(path, encoding, dialect, targets, texts)
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError:
            raise DataError(f"{path} is empty; give a table with a header and rows below it.") from None
        except (pd.errors.ParserError, csv.Error) as error:
            raise DataError(f"{path} is no table ({_first_line(error)}); give every row as many cells as the header.") from None
        return frame, _notes(dialect, encoding)
    raise DataError(f"{path} is not written in {' or '.join(encodings)}; save it as UTF-8.")


def _head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(SNIFFED)


def _encodings(head: bytes, path: Path) -> tuple[str, ...]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" in head:
        raise DataError(f"{path} is no text; give a table as .csv or .tsv, or name it .parquet where it is that.")
    return "utf-8-sig", "latin-1"


def sniff(text: str, whole: bool = True) -> Dialect:
    r"""See from a table's first lines how it is written.

    Args:
        text: the beginning of the file.
        whole: whether that is all of it; else the last line may be cut.

    Example:
        >>> found = sniff("a;b\n1,5;x\n2,5;y\n")
        >>> found.separator, found.decimal, found.header
        (';', ',', ('a', 'b'))
    """
    best: tuple[tuple[float, int], str, list[list[str]]] = ((0.0, 0), ",", [])
    for separator in SEPARATORS:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True) if row]
        rows = rows if whole else rows[:-1]
        if rows and len(rows[0]) > 1:
            fits = sum(len(row) in (len(rows[0]), len(rows[0]) + 1) for row in rows) / len(rows)
            best = max(best, ((fits, len(rows[0])), separator, rows), key=lambda found: found[0])
    _, separator, rows = best
    cells = [cell for row in rows[1:] for cell in row]
    commas, points = (sum(bool(mark.fullmatch(cell)) for cell in cells) for mark in (_DECIMAL_COMMA, _DECIMAL_POINT))
    thousands = "." if separator != "," and any(map(_THOUSANDS.fullmatch, cells)) else None
    decimal = "," if thousands or (separator != "," and commas > points) else "."
    header = tuple(rows[0]) if rows else ()
    ends = len(rows) > 1 and all(len(row) == len(header) + 1 and row[-1] == "" for row in rows[1:])
    return Dialect(separator, decimal, thousands, header, ends)


def _parse(path: Path, encoding: str, dialect: Dialect, targets: Collection[str], texts: Collection[str]) -> pd.DataFrame:
    import pandas as pd

    how: dict[str, Any] = {
        "sep": dialect.separator,
        "decimal": dialect.decimal,
        "thousands": dialect.thousands,
        "encoding": encoding,
        "skipinitialspace": True,
        "index_col": False if dialect.row_ends_in_separator else None,
    }
    names = list(pd.read_csv(path, nrows=0, **how).columns)
    marks = {name: [mark for mark in MISSING if name.strip() not in targets or mark != "None"] for name in names}
    kinds = {name: str for name in names if name.strip() in texts}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.ParserWarning)  # of rows that end in a separator, which is known here
        return pd.read_csv(path, na_values=marks, keep_default_na=False, dtype=kinds, low_memory=False, **how)


def _notes(dialect: Dialect, encoding: str) -> list[str]:
    names = [name.strip() for name in dialect.header]
    notes = [
        N_("Column {name} stands in the header {count} times; the second is called {name}.1, and so on.").format(
            name=name, count=names.count(name)
        )
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if encoding == "latin-1":
        notes.append(N_("The file is not UTF-8 and was read as Latin-1."))
    return notes
