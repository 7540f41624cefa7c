"""A comparison in a few lines of text, for the terminal."""

from __future__ import annotations

from fitscope import words
from fitscope.comparison import Comparison, ReadRun
from fitscope.language import _
from fitscope.report.compare_view import ranked
from fitscope.report.compare_words import finding
from fitscope.report.numbers import count, epochs, number
from fitscope.report.scores_view import measure_of, measured
from fitscope.report.sketch import wide
from fitscope.result import Score

_GAP = "  "
_NAME_WIDTH = 24


def summary(comparison: Comparison, width: int) -> list[str]:
    """Return the table of all runs and what was found, a line each.

    Args:
        comparison: of the runs.
        width: of the terminal in columns; a table that is wider becomes a block of lines for each run.
    """
    heads: tuple[str, ...] = (_("run"), _("verdict"), _("best"), _("plateau"), _("val loss"), _("test"))
    rows = [_row(comparison.runs[place]) for place in ranked(comparison)]
    untested = all(run.test is None for run in comparison.runs)
    heads, rows = (heads[:-1], [row[:-1] for row in rows]) if untested else (heads, rows)
    short = [(shortened(row[0]), *row[1:]) for row in rows]
    lines = _table([heads, *short])
    if max(map(wide, lines)) > width:
        lines = [line for row in rows for line in (row[0], *(f"  {head}: {value}" for head, value in zip(heads[1:], row[1:])))]
    return [*lines, "", *finding(comparison)]


def _row(run: ReadRun) -> tuple[str, ...]:
    said, test = run.result.diagnosis, run.test
    return (
        run.name,
        words.label(said.verdict),
        count(said.best_epoch),
        epochs(said.plateau),
        number(said.best_val_loss),
        _test(test),
    )


def _test(test: Score | None) -> str:
    if test is None:
        return number(None)
    name = measure_of([test])
    return _("loss {value}").format(value=number(test.loss)) if name is None else measured(name, getattr(test, name))


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(wide, column)) for column in zip(*rows)]
    return [_GAP.join(text + " " * (width - wide(text)) for text, width in zip(row, widths)).rstrip() for row in rows]


def shortened(name: str) -> str:
    """Return a name that leaves the table room; of a long one its two ends, which tell files apart.

    Example:
        >>> shortened("plain"), shortened("2026-01-02-a-very-long-name-of-a-run-7")
        ('plain', '2026-01-02-a…-of-a-run-7')
    """
    half = _NAME_WIDTH // 2
    return name if wide(name) <= _NAME_WIDTH else f"{name[:half]}…{name[1 - half :]}"
