"""The page of several runs: one HTML file, made from the Comparison alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fitscope.comparison import Comparison
from fitscope.report import page
from fitscope.report.compare_view import compare_view, runs_table
from fitscope.report.compare_words import finding
from fitscope.report.notebook import piece
from fitscope.wholefile import put_text

MARK = b'<script type="application/json" id="fitscope-compare">'  # by which an earlier page is known
_ALONE = b'<meta name="fitscope-runs" content="1">'


def render(comparison: Comparison) -> str:
    """Return a comparison's page in the spoken language: one HTML text that needs no network and no other file."""
    view = compare_view(comparison, datetime.now(UTC).isoformat(timespec="seconds"))
    return page.fill("compare.html.j2", view=view)


def write(comparison: Comparison, path: Path) -> None:
    """Write a comparison's page whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    put_text(path, render(comparison))


def is_of_several(earlier: bytes) -> bool:
    """Tell whether an earlier page lays several runs beside each other; of one that doesn't say, it is taken for granted."""
    return _ALONE not in earlier


def table(comparison: Comparison) -> str:
    """Return the finding and the table of all runs as a piece of HTML for a notebook."""
    return piece("compare_table.html.j2", finding=finding(comparison), table=runs_table(comparison))
