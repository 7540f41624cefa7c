"""Tables as CSV whose cells no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from fitscope.grading.cleaning import clean

Cell: TypeAlias = "str | float | int | None"
_FORMULA = "=+-@"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Where a spreadsheet of another country begins a new cell.
_BEHIND = re.compile(r"([;\t]\s*)(?='*([^\s']))")
_GUARDED_BEHIND = re.compile(r"([;\t]\s*)'(?='*([^\s']))")


def guarded(value: Cell) -> str:
    """Return a cell's text, with an apostrophe before what a spreadsheet would take for a formula.

    Blanks and invisible signs before it don't hide one, nor do the wide forms of its sign; a number stays a number.

    Args:
        value: a text, a number, or None for an empty cell.

    Example:
        >>> guarded("=1+1"), guarded(" ＝1"), guarded(-2.5), guarded("-2.5"), guarded("a-b"), guarded(None)
        ("'=1+1", "' ＝1", '-2.5', '-2.5', 'a-b', '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{round(value, 6):.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    text = clean(value)
    if _NUMBER.fullmatch(text):
        return text
    text = _BEHIND.sub(lambda found: found[1] + ("'" if _begins(found[2]) else ""), text)
    return "'" + text if risky(text.lstrip("'")) else text


def risky(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula.

    Example:
        >>> risky("@SUM(A1)"), risky("\\ttab"), risky("Kim")
        (True, True, False)
    """
    return text[:1] in ("\t", "\r", "\n") or _begins(_seen(text)[:1])


def _begins(sign: str) -> bool:
    return bool(sign) and unicodedata.normalize("NFKC", sign)[:1] in _FORMULA or sign == "\N{MINUS SIGN}"


def _seen(text: str) -> str:
    """Return a text from its first visible sign on."""
    for place, sign in enumerate(text):
        if not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf", "Mn"):
            return text[place:]
    return ""


def unguarded(text: str) -> str:
    """Return a cell's text as it was before `guarded`, which guards apostrophes before a formula once more.

    Example:
        >>> unguarded("'=1"), unguarded("'s")
        ('=1', "'s")
    """
    text = text[1:] if text.startswith("'") and risky(text.lstrip("'")) else text
    return _GUARDED_BEHIND.sub(lambda found: found[1] if _begins(found[2]) else found[0], text)


def to_csv(rows: Iterable[Sequence[Cell]], mark: bool = False) -> bytes:
    """Return a table as CSV in UTF-8, each cell guarded.

    Args:
        rows: the table, its heads first.
        mark: whether a mark stands before it by which Excel knows UTF-8.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf8")


def from_csv(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a table that `to_csv` wrote, by the names of its columns; none where it is damaged."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return []
    return [{str(name): unguarded(text) for name, text in row.items() if isinstance(text, str)} for row in rows]
