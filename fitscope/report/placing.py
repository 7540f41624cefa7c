"""Where curves and their names stand in a chart of several."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

NAME_LENGTH = 24  # of a curve's name in a chart
_LEAST = 1 / 3  # of the upright axis that the late epochs take up; where they do, nothing is cut off for them
LABEL_HEIGHT = 0.065  # of the upright axis


def short(name: str) -> str:
    """Return a name that leaves the chart room; fitscope's own all fit."""
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def upright(values: np.ndarray, late: np.ndarray) -> tuple[float, float]:
    """Return the upright axis' limits: the first epochs' fall, and curves far above, must not press the rest flat.

    Args:
        values: of all the curves, with a finite one among them.
        late: those after the first epochs.
    """
    known = late[np.isfinite(late)] if np.isfinite(late).any() else values[np.isfinite(values)]
    low, (quarter, most, high) = float(np.nanmin(values)), (float(value) for value in np.quantile(known, [0.25, 0.75, 1]))
    high = min(high, most + 4 * (most - quarter)) if most > quarter else high
    top = float(np.nanmax(values))
    high = top if high - low >= _LEAST * (top - low) else high
    room = 0.05 * (high - low) or abs(high) * 0.05 or 1.0
    return low - room, high + room


def apart(heights: Sequence[float], least: float, top: float) -> list[float]:
    """Return heights moved so that no two lie closer than `least`, in their order, none above `top`; NaN stays.

    Args:
        heights: where each name would stand by its curve.
        least: the distance that two names need.
        top: the highest place.

    Example:
        >>> apart([0.5, 0.5, 0.1], 0.2, 0.6)
        [0.4, 0.6, 0.1]
    """
    order = [i for i in sorted(range(len(heights)), key=lambda i: heights[i]) if not math.isnan(heights[i])]
    moved, floor = list(heights), -math.inf
    for i in order:
        moved[i] = floor = max(heights[i], floor)
        floor += least
    for i in reversed(order):
        moved[i] = min(moved[i], top)
        top = moved[i] - least
    return [round(height, 12) for height in moved]
