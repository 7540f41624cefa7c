"""The interval of a mean whose samples are skewed, as losses are: most lie near 0, and a few are large."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reach = tuple[float, float]  # standard errors
_STRAIGHT = 1e-6  # below this lean the cube is a straight line, but for rounding


def reach(skewness: float, units: int, freedom: float | None = None, level: float = 0.95) -> Reach:
    """Return how many standard errors the interval of a mean goes down and up.

    A cubic transformation takes the skewness out of Student's t (Hall 1992, "On the Removal of Skewness by Transformation").
    Measured by `tests/benchmarks/bench_honest.py` on the losses of real networks, it holds the mean of 50 in 94 to 96 % of
    cases; Student's t alone does in 85 to 94 %, the BCa bootstrap in 89 to 95 %. Where 99 of 100 answers are right no interval can:
    it holds the mean of 50 in 84 %, that of 200 in 94 %.

    Args:
        skewness: of what is averaged: its third central moment over its standard deviation's cube.
        units: how many independent samples, or groups of samples, there are; two or more.
        freedom: degrees of freedom of the standard error, where they are not the units less one.
        level: how often the interval is to hold the mean.

    Example:
        >>> [round(way, 2) for way in reach(0.0, 50)], [round(way, 2) for way in reach(3.0, 50)]
        ([2.01, 2.01], [1.57, 3.61])
    """
    from scipy.special import stdtrit

    free = units - 1 if freedom is None else freedom
    quantile, lean = float(stdtrit(free, (1 + level) / 2)), skewness / math.sqrt(units)
    return _untransformed(quantile, lean), -_untransformed(-quantile, lean)


def reach_of_difference(skewness: float, units: int, freedom: float | None = None, level: float = 0.95) -> Reach:
    """Return how many standard errors the interval of a mean paired difference goes down and up: nowhere less than Student's t.

    Differences are skewed and have long tails on both sides, which make their skewness itself unsure: shortened by it, the
    interval of 50 differences would hold the mean in 83 to 95 % of cases; so it is lengthened alone, and holds it in 92 to 97 %.

    Args:
        skewness, units, freedom, level: as `reach` takes them.
    """
    down, up = reach(skewness, units, freedom, level)
    straight, _ = reach(0.0, units, freedom, level)
    return max(down, straight), max(up, straight)


def skewness(values: NDArray[np.float64]) -> float:
    """Return the skewness of values that are not all the same [units].

    Example:
        >>> skewness(np.array([0.0, 0.0, 0.0, 1.0])) > 1, skewness(np.array([1.0, 2.0, 3.0]))
        (True, 0.0)
    """
    rest = values - values.mean()
    return float((rest**3).mean() / (rest**2).mean() ** 1.5)


def _untransformed(wanted: float, lean: float) -> float:
    """Return the t that the transformation t + lean t² / 3 + lean² t³ / 27 + lean / 6 takes to what is wanted."""
    if abs(lean) < _STRAIGHT:
        return wanted
    return 3 / lean * (math.cbrt(1 + lean * (wanted - lean / 6)) - 1)
