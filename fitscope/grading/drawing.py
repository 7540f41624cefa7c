"""Small pictures as plain numbers for the templates: curves as polylines, distributions as bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.grading.records import Facts
from fitscope.report.thinning import thinned

_MOST = 120  # points of a curve; a small picture shows no more
_SPREAD = 4.0  # times the middle half's height above it: what lies higher would press the rest flat


@dataclass(frozen=True)
class Drawn:
    """Hold the curves of one training in a picture.

    Args:
        width, height: of the picture.
        training, validation: polylines' points; several where a curve has gaps.
        plateau: its left end and width, None where there is none.
        best: where the best epoch lies, None where there is none.
        low, high: the losses at the foot and the top.
        first, last: epochs.
    """

    width: int
    height: int
    training: tuple[str, ...]
    validation: tuple[str, ...]
    plateau: tuple[float, float] | None
    best: tuple[float, float] | None
    low: float
    high: float
    first: int
    last: int


def drawn(facts: Facts, width: int, height: int) -> Drawn | None:
    """Return the loss curves of a training for a picture of this size; None where there is nothing to draw."""
    epochs, (training, validation) = thinned(facts.history.epochs, [facts.history.loss, facts.history.val_loss], _MOST)
    values = np.concatenate([training, validation])
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    low, high = _limits(values)
    across = _scale(epochs[0], epochs[-1], 2, width - 2)
    up = _scale(low, high, height - 2, 2)
    places = across(np.asarray(epochs, np.float64))
    first, second = (_lines(places, up(np.clip(curve, low, high))) for curve in (training, validation))
    best = None
    if facts.best_epoch in facts.history.epochs:
        lowest = facts.history.val_loss[facts.history.epochs.index(facts.best_epoch)]
        if math.isfinite(lowest):
            best = _at(across, facts.best_epoch), _at(up, min(lowest, high))
    return Drawn(width, height, first, second, _plateau(facts, across, width), best, low, high, epochs[0], epochs[-1])


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    low, quarter, half, high = np.quantile(values, [0, 0.25, 0.75, 1]).tolist()
    top = half + _SPREAD * (half - quarter)
    return low, min(high, top) if top > low else high


Scale = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    step = (end - start) / ((high - low) or 1.0)
    return lambda values: start + (values - low) * step


def _at(scale: Scale, value: float) -> float:
    return round(float(scale(np.float64(value))), 1)  # type: ignore[arg-type]


def _lines(across: NDArray[np.float64], up: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the points of a curve's stretches; a single point stands twice, so that it is seen as a dot."""
    lines: list[list[str]] = [[]]
    for x, y in zip(across.tolist(), up.tolist()):
        if y == y:
            lines[-1].append(f"{x:.1f},{y:.1f}")
        elif lines[-1]:
            lines.append([])
    return tuple(" ".join(line if len(line) > 1 else line * 2) for line in lines if line)


def _plateau(facts: Facts, across: Scale, width: int) -> tuple[float, float] | None:
    if facts.plateau is None:
        return None
    half = max(1.5, (width - 4) / (2 * max(1, len(facts.history) - 1)))
    left = max(0.0, _at(across, facts.plateau[0]) - half)
    return round(left, 1), round(min(width, _at(across, facts.plateau[1]) + half) - left, 1)


@dataclass(frozen=True)
class Bar:
    """Hold one bar of a distribution: its stretch, how many fall into it, and its place and height as shares of the picture."""

    low: float
    high: float
    count: int
    x: float
    width: float
    height: float


def distribution(values: Sequence[float], low: float | None = None, high: float | None = None, most: int = 12) -> tuple[Bar, ...]:
    """Return how values are spread, over stretches with round ends.

    Args:
        values: finite numbers.
        low, high: between which the stretches lie; the values' own ends where None.
        most: bars at most.

    Example:
        >>> [(bar.low, bar.high, bar.count) for bar in distribution([1.0, 2.0, 2.0, 9.5], 0.0, 10.0, 5)]
        [(0.0, 2.0, 1), (2.0, 4.0, 2), (4.0, 6.0, 0), (6.0, 8.0, 0), (8.0, 10.0, 1)]
    """
    if not len(values):
        return ()
    start, end = min(values) if low is None else low, max(values) if high is None else high
    step = _round_step((end - start) / most) if end > start else 1.0
    start = math.floor(start / step + 1e-9) * step
    bars = max(1, math.ceil((end - start) / step - 1e-9))
    places = np.clip(((np.asarray(values) - start) / step + 1e-9).astype(int), 0, bars - 1)
    counts = np.bincount(places, minlength=bars).tolist()
    ends = [round(start + step * i, 10) for i in range(bars + 1)]
    tallest = max(counts)
    return tuple(
        Bar(ends[i], ends[i + 1], counts[i], round(i / bars, 4), round(1 / bars, 4), round(counts[i] / tallest, 4))
        for i in range(bars)
    )


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * lead for lead in (1, 2, 2.5, 5, 10) if power * lead >= step * (1 - 1e-9))
