"""The curves in characters, for a terminal."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.history import TrainingHistory
from fitscope.language import N_, _
from fitscope.report.numbers import count, span

Curve = NDArray[np.float64]
HEIGHT = 10
_LABEL = 9  # columns that the axis takes
_SPREAD = 4  # times the middle half's height above it: what lies higher would press the rest flat


@dataclass(frozen=True)
class Marks:
    """The characters that a sketch is drawn with."""

    validation: str
    training: str
    axis: str
    corner: str
    foot: str
    regions: dict[str, str]


UNICODE = Marks("●", "·", "│", "└", "─", {"underfitting": "░", "good_fit": "█", "overfitting": "▒", "undecided": "?"})
ASCII = Marks("o", ".", "|", "+", "-", {"underfitting": "u", "good_fit": "#", "overfitting": "x", "undecided": "?"})


Paint = Callable[[str, str], str]


def _plain(signs: str, region: str) -> str:
    return signs


def sketch(
    history: TrainingHistory, diagnosis: Diagnosis, width: int = 80, *, encoding: str = "utf-8", paint: Paint = _plain
) -> str:
    """Draw both losses over the epochs, and below them the regions.

    Args:
        history: the curves; of several epochs in one column the mean is drawn.
        diagnosis: of them.
        width: of the terminal, in columns.
        encoding: what the terminal understands; where it lacks the signs, ASCII stands for them.
        paint: gives signs their region's colour; without it there is none.

    Returns:
        Lines of at most `width` characters, colours not counted; empty where there is nothing to draw or no room.
    """
    marks = _marks(encoding)
    room = min(width, 100) - _LABEL - 2
    values = {"training": history.loss, "validation": history.val_loss}
    if room < 8 or not any(np.isfinite(curve).any() for curve in values.values()):
        return ""
    columns = max(1, room // len(history)) * len(history) if len(history) <= room else room
    places = np.arange(len(history)) * columns // len(history)
    drawn = {name: _columns(curve, places, columns, len(history)) for name, curve in values.items()}
    low, high = _limits(np.concatenate(list(values.values())))
    grid = [[" "] * columns for _ in range(HEIGHT)]
    for name, mark in (("training", marks.training), ("validation", marks.validation)):
        for column in np.flatnonzero(np.isfinite(drawn[name])):
            share = (min(float(drawn[name][column]), high) - low) / (high - low or 1)
            grid[HEIGHT - 1 - round(share * (HEIGHT - 1))][column] = mark
    regions = _regions(history, diagnosis, places, columns)
    labels = {0: f"{high:.4g}", HEIGHT - 1: f"{low:.4g}"}
    heads = [f"{labels.get(i, ''):>{_LABEL}} {marks.axis}" for i in range(HEIGHT)]
    lines = [(head + _row(row, regions, marks, paint)).rstrip() for head, row in zip(heads, grid)]
    lines.append(" " * (_LABEL + 1) + marks.corner + marks.foot * columns)
    if diagnosis.regions:
        lines.append(" " * (_LABEL + 2) + _bar(regions, marks, paint))
    return "\n".join([*lines, *_legend(diagnosis, marks, values, width, paint)])


def _marks(encoding: str) -> Marks:
    try:
        "".join((UNICODE.validation, UNICODE.training, UNICODE.axis, *UNICODE.regions.values())).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def _columns(curve: Curve, places: NDArray[np.intp], columns: int, epochs: int) -> Curve:
    """Return one value a column: an epoch's, held until the next, or the mean of several epochs."""
    known = np.isfinite(curve)
    sums = np.bincount(places[known], curve[known], minlength=columns)
    counts = np.bincount(places[known], minlength=columns)
    with np.errstate(invalid="ignore"):
        values = sums / counts
    return np.repeat(values[places], columns // epochs) if epochs <= columns else values


def _limits(values: Curve) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    low, quarter, half, high = np.quantile(values, [0, 0.25, 0.75, 1])
    top = half + _SPREAD * (half - quarter)
    return float(low), float(min(high, top) if top > low else high)


def _regions(history: TrainingHistory, diagnosis: Diagnosis, places: NDArray[np.intp], columns: int) -> list[str]:
    """Return each column's region, empty where it is in none."""
    found, starts = [""] * columns, [*places.tolist(), columns]
    for region in diagnosis.told:
        first, last = (int(np.searchsorted(history.epochs, epoch)) for epoch in (region.first, region.last))
        # A region of few epochs among very many still gets its column.
        begin, end = starts[first], max(starts[last + 1], starts[first] + 1)
        found[begin:end] = [region.label] * (min(end, columns) - begin)
    return found


def _row(row: list[str], regions: list[str], marks: Marks, paint: Paint) -> str:
    """Return one line of the curves, the validation loss in its regions' colours."""
    signs = zip(row, regions)
    return "".join(paint(sign, region) if sign == marks.validation and region else sign for sign, region in signs).rstrip()


def _bar(regions: list[str], marks: Marks, paint: Paint) -> str:
    stretches = [(region, len(list(same))) for region, same in itertools.groupby(regions)]
    return "".join(paint(marks.regions[region] * length, region) if region else " " * length for region, length in stretches)


def _legend(diagnosis: Diagnosis, marks: Marks, values: dict[str, Curve], width: int, paint: Paint) -> list[str]:
    told = {"validation": (marks.validation, N_("validation loss")), "training": (marks.training, N_("training loss"))}
    parts = [(mark, f" {_(text)}", "") for name, (mark, text) in told.items() if np.isfinite(values[name]).any()]
    for region in diagnosis.told:
        first, last = count(region.first), count(region.last)
        stretch = first if first == last else span(first, last)
        parts.append((marks.regions[region.label], f" {words.label(region.label)} {stretch}", region.label))
    indent = " " * min(_LABEL + 2, max(0, width - 34))
    lines, room = [""], width - len(indent)
    for mark, text, label in parts:
        if lines[-1] and room < 3 + 1 + wide(text):
            lines, room = [*lines, ""], width - len(indent)
        apart = "   " if lines[-1] else ""
        room -= len(apart) + 1 + wide(text)
        lines[-1] += apart + (paint(mark, label) if label else mark) + text
    return [indent + line for line in lines]


def wide(text: str) -> int:
    """Return how many columns a text takes on a terminal: Korean signs take two, marks upon the sign before them none.

    Example:
        >>> wide("plain"), wide("과적합")
        (5, 6)
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else not unicodedata.combining(sign) for sign in text)
