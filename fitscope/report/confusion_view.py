"""What the page shows of classes: which are taken for which, as a coloured table and in words, and how each one fares."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from fitscope.diagnosis.confusion import Confusion, Tally
from fitscope.language import _, _n
from fitscope.report.numbers import UNKNOWN, percent
from fitscope.report.sections import Row, Table

NAME = 60  # characters of a name on the page
NAME_IN_MATRIX = 18
CLASSES_AT_MOST = 50  # rows of the matrix; of more classes those with most samples
PAIRS_IN_WORDS = 8
CLASSES_OPEN = 10  # rows of the classes' table
LEVELS = 5  # of each colour


@dataclass(frozen=True)
class Cell:
    """One count of the matrix; `tone` is empty, or `right` or `wrong` with a level from 1 to 5."""

    text: str
    tone: str


@dataclass(frozen=True)
class MatrixRow:
    """One true class: its name and the counts of its answers."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix: true classes in rows, answers in columns, the class with most samples first."""

    heads: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def shorten(name: str, characters: int = NAME) -> str:
    """Return a name for the page: on one line, cut where it is long, and kept apart where it runs from right to left.

    Example:
        >>> shorten("a" * 100)[-3:], len(shorten("a" * 100)), shorten("one\\ntwo")
        ('aa…', 60, 'one two')
    """
    controls = ("Cc", "Cf", "Zl", "Zp", "Cs")
    plain = "".join(" " if unicodedata.category(letter) in controls else letter for letter in name[: 4 * characters])
    plain = " ".join(plain.split()) or "?"
    short = plain if len(plain) <= characters else f"{plain[: characters - 1].rstrip()}…"
    leftward = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in short)
    return f"\u2068{short}\u2069" if leftward else short


def name_of(names: tuple[str, ...], number: int, characters: int = NAME) -> str:
    """Return a class's name, its number where it has none."""
    return shorten(names[number], characters) if number < len(names) else f"{number}"


def matrix(found: Confusion, names: tuple[str, ...]) -> Matrix:
    """Make the coloured table; beyond 50 classes the answers that name another stand in a last column together."""
    shown = found.by_support[:CLASSES_AT_MOST]
    counts = {(true, said): count for true, said, count in found.pairs}
    counts |= {(i, i): right for i, right in enumerate(found.right) if right}
    most = max(counts.values(), default=1)
    heads = [name_of(names, i, NAME_IN_MATRIX) for i in shown]
    rows = []
    for true in shown:
        its = [counts.get((true, said), 0) for said in shown]
        cells = [Cell(f"{n:,}" if n else "", _tone(n, most, true == said)) for n, said in zip(its, shown)]
        others = found.support[true] - sum(its)
        more = [Cell(f"{others:,}" if others else "", _tone(others, most, False))] if len(found.by_support) > len(shown) else []
        rows.append(MatrixRow(name_of(names, true, NAME_IN_MATRIX), (*cells, *more)))
    return Matrix((*heads, _("others")) if len(found.by_support) > len(shown) else tuple(heads), tuple(rows))


def _tone(count: int, most: int, right: bool) -> str:
    """Return a cell's colour by the logarithm of its count, in five levels."""
    if not count:
        return ""
    level = 1 + int((LEVELS - 0.001) * math.log(count) / math.log(most)) if most > 1 else 1
    return f"{'right' if right else 'wrong'}-{min(level, LEVELS)}"


def pairs_in_words(found: Confusion, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the pairs that are confused most, a sentence each."""
    return tuple(_in_words(found, names, *pair) for pair in found.pairs[:PAIRS_IN_WORDS])


def _in_words(found: Confusion, names: tuple[str, ...], true: int, said: int, count: int) -> str:
    text = _n(
        "{true} taken for {answer}: {count} time, {share} of {true}",
        "{true} taken for {answer}: {count} times, {share} of {true}",
        count,
    )
    share = percent(count / found.support[true]) if found.support[true] else _(UNKNOWN)
    return text.format(true=name_of(names, true), answer=name_of(names, said), count=f"{count:,}", share=share)


def class_table(found: Tally, names: tuple[str, ...], head: str) -> Table:
    """Return each class's precision, recall and support, the class with most samples first, ten of them open."""
    rows = tuple(
        Row(name_of(names, i), (_share(found.precision[i], _("never answered")), _share(found.recall[i], _("no samples")),
                                f"{found.support[i]:,}"))
        for i in found.by_support
    )  # fmt: skip
    return Table((head, _("precision"), _("recall"), _("support")), rows, CLASSES_OPEN)


def _share(share: float | None, otherwise: str) -> str:
    return otherwise if share is None else percent(share)
