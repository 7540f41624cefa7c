"""The curves in characters, as this terminal can show them."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fitscope.diagnosis import Diagnosis
    from fitscope.history import TrainingHistory

# Of the 256 colours those with a contrast of 3.8 and more to white and to black alike.
COLOURS = {"underfitting": 32, "good_fit": 28, "overfitting": 166}


def sketched(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    """Return the loss curves in this terminal's width, signs and colours; empty where there is nothing to draw."""
    from fitscope.report.sketch import sketch

    width, encoding = shutil.get_terminal_size().columns, getattr(sys.stdout, "encoding", None) or "ascii"
    if _takes_colours():
        return sketch(history, diagnosis, width, encoding=encoding, paint=_painted)
    return sketch(history, diagnosis, width, encoding=encoding)


def _takes_colours() -> bool:
    """Tell whether colours are seen and wanted (https://no-color.org)."""
    seen = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return seen and not os.environ.get("NO_COLOR")


def _painted(signs: str, region: str) -> str:
    return click.style(signs, fg=COLOURS[region]) if region in COLOURS else signs  # what is undecided has no colour
