"""A class list's rows, in whatever separator, with what people get wrong in quotes and columns told by its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection

from fitscope.errors import DataError

Row = tuple[int, list[str]]  # its last line in the file, from 1 on, and its cells
_SAID = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_UNCLOSED = "a cell begins with a quote that nothing closes; close it, or take the quote away."


def rows_of(text: str, shown: str) -> list[Row]:
    """Return the rows that are not empty.

    The separator is what Excel's first line `sep=;` says, else the sign that the first line has most of.

    Args:
        text: the file's.
        shown: its name.

    Raises:
        DataError: a quote is not closed, or it is no table.

    Example:
        >>> rows_of("sep=;\\nname;id\\nKim Minji;7", "roster.csv")
        [(2, ['name', 'id']), (3, ['Kim Minji', '7'])]
    """
    said = _SAID.match(text)
    before = 0 if said is None else 1
    text = text if said is None else text[said.end() :]
    line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=line.count) if said is None else said[1]
    lines = list(io.StringIO(text, newline=""))
    rows, found, start = csv.reader(lines, delimiter=separator), [], 0
    try:
        for row in rows:
            if _unclosed(lines[start : rows.line_num], separator):
                raise DataError(f"{shown}, line {before + start + 1}: {_UNCLOSED}")
            start = rows.line_num
            if any(cell.strip() for cell in row):
                found.append((before + start, row))
    except csv.Error as error:
        if "limit" in str(error) and '"' in lines[start]:  # all that follows is taken for one cell
            raise DataError(f"{shown}, line {before + start + 1}: {_UNCLOSED}") from None
        raise DataError(f"{shown} is no table ({error}); give a CSV with a row a student.") from None
    except (TypeError, ValueError):  # no sign that can separate
        raise DataError(f"{shown} says sep={separator}, which separates no columns; take that line away.") from None
    return found


def _unclosed(lines: list[str], separator: str) -> bool:
    """Tell whether a row goes on, to its next line or to the file's end, for a quote is not where it belongs."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        return len(lines) > 1 or "unexpected end" in str(error)
    return False


def joined(rows: list[Row], known: Collection[str], plain: Callable[[str], str], shown: str) -> list[Row]:
    """Return the rows with columns of one name as one, that of its first.

    Args:
        rows: the header first.
        known: names of columns that say who somebody is.
        plain: how a column's name is compared.
        shown: the file's name.

    Raises:
        DataError: two columns of one name differ.
    """
    heads = [plain(name) for name in rows[0][1]]
    for place, head in enumerate(heads):
        first = heads.index(head)
        if first == place or head not in known:
            continue
        for number, row in rows[1:]:
            one, other = (row[at].strip() if at < len(row) else "" for at in (first, place))
            if one and other and one != other:
                told = f"{shown} has two columns called {rows[0][1][place].strip()!r}, and they differ in line {number}"
                raise DataError(f"{told}; leave the one that counts.")
            if other:
                row[first] = other
    return rows
