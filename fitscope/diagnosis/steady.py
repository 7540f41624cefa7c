"""Whether a curve rises steadily: a trend that no two epochs show by themselves."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.noise import correlated, tail_noise

Curve = NDArray[np.float64]
_RISING_TO_THE_END = (1.0, 0.75, 0.5, 0.35, 0.25)  # shares of the epochs
_HIGHER_AFTER = (0.15, 0.25, 0.35, 0.5)
_FEWEST = 5
_UPPER_QUARTILE = 0.6745  # of the normal distribution, in standard errors
_AT_MOST = 100  # epochs; of a longer curve, means of neighbours


def rises_by_chance(curve: Curve, seed: int) -> float:
    """Return how often noise alone would rise as steadily as a curve does.

    The ranks of its values are correlated with slopes and steps (Spearman 1904; with a slope over all epochs this is
    Page's test for one curve), and the strongest correlation counts. How strong it gets by chance, noise tells that is as
    correlated from epoch to epoch. Ranks bear outliers, and noise whose size changes.

    Args:
        curve: [epochs], finite, past the steep fall.
        seed: of the simulation.

    Returns:
        0 to 1; 1 for fewer than five epochs.

    Example:
        >>> rises_by_chance(np.arange(20) + 5 * np.sin(2.5 * np.arange(20)), 0) < 0.05
        True
    """
    if len(curve) < _FEWEST:
        return 1.0
    together = -(-len(curve) // _AT_MOST)
    short = curve[len(curve) % together :].reshape(-1, together).mean(axis=1)
    found = _strongest(short[:, None])[0]
    return float((_of_noise(len(short), _likely(short), seed) >= found).mean())


def _strongest(curves: Curve) -> Curve:
    """Return the strongest standardised rank correlation of each of the curves [epochs, curves]."""
    ranks = curves.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable").astype(np.float64)
    return np.asarray(np.max([_correlation(ranks[-len(shape) :], shape) for shape in _shapes(len(curves))], axis=0))


def _correlation(ranks: Curve, shape: Curve) -> Curve:
    ranks, shape = ranks - ranks.mean(axis=0), shape - shape.mean()
    return np.asarray(shape @ ranks / np.sqrt((ranks**2).sum(axis=0) * (shape @ shape) / (len(shape) - 1)))


def _shapes(epochs: int) -> list[Curve]:
    slopes = {max(_FEWEST, round(share * epochs)) for share in _RISING_TO_THE_END}
    steps = {max(2, round(share * epochs)) for share in _HIGHER_AFTER}
    places = np.arange(epochs, dtype=np.float64)
    return [places[:count] for count in sorted(slopes)] + [np.where(places < start, 0.0, 1.0) for start in sorted(steps)]


@lru_cache(maxsize=64)
def _of_noise(epochs: int, correlation: float, seed: int) -> Curve:
    return _strongest(correlated(epochs, correlation, seed))


def _likely(curve: Curve) -> float:
    """Return the upper quartile of what the noise's correlation may be (Bartlett 1946), to a tenth."""
    correlation = tail_noise(curve)[1]
    error = math.sqrt((1 - correlation**2) / len(curve))
    return round(min(0.9, correlation + _UPPER_QUARTILE * error), 1)
