"""Long curves thinned for a picture, so that it looks as if every epoch were drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]


def thinned(epochs: Sequence[int], curves: Sequence[Curve], most: int) -> tuple[tuple[int, ...], list[Curve]]:
    """Return fewer epochs of several curves: of each stretch those of every curve's lowest and highest value, in time order.

    Args:
        epochs: rising.
        curves: one value an epoch; NaN leaves a gap.
        most: epochs to return at most, as long as it is more than twice the number of curves and two.

    Returns:
        The epochs kept, the first and the last among them, and the curves' values there.

    Example:
        >>> kept, (curve,) = thinned(range(1, 9), [np.array([5.0, 4, 9, 3, 2, 1, 2, 2])], 6)
        >>> kept, curve.tolist()
        ((1, 3, 4, 5, 6, 8), [5.0, 9.0, 3.0, 2.0, 1.0, 2.0])
    """
    if len(epochs) <= most:
        return tuple(epochs), list(curves)
    stretches = np.array_split(np.arange(len(epochs)), max(1, (most - 2) // (2 * max(1, len(curves)))))
    kept = {0, len(epochs) - 1}
    for places in stretches:
        for curve in curves:
            kept |= {int(places[0]) + place for place in _extremes(curve[places])}
    rows = np.array(sorted(kept))
    return tuple(np.asarray(epochs)[rows].tolist()), [curve[rows] for curve in curves]


def _extremes(values: Curve) -> set[int]:
    """Return where a stretch's lowest and highest values are; its first place where none is known, which leaves a gap."""
    if np.isnan(values).all():
        return {0}
    return {int(np.nanargmin(values)), int(np.nanargmax(values))}
