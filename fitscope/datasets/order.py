"""Whether answers follow the order that the samples stand in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.rules import rank_correlation

FEWEST_RUNS = 0.8  # of those expected by chance: with fewer, equal answers stand together
CORRELATION = 0.2  # with the place in the data, or with the answer before: from here on it counts
SIGMAS = 5.0  # and at least so many standard errors from chance
SHORTEST = 20
FIRST = 0.2  # the share of the data that is set against the rest
Numbers = dict[str, Any]


def class_order(codes: NDArray[np.int64], indicators: NDArray[Any] | None = None) -> Numbers | None:
    """Judge the order of classes.

    Args:
        codes: each sample's class, or combination of labels, from 0 [samples].
        indicators: 0 or 1 for each label [samples, labels], where a sample may have several.

    Returns:
        The evidence, None where chance explains the order. `how` is `sorted`, `drift` (a class's share changes along the data)
        or `runs` (equal classes stand together). `class` is the class or label whose share changes most.

    Example:
        >>> class_order(np.repeat([0, 1], 50))["how"]
        'sorted'
        >>> class_order(np.tile([0, 1], 50)) is None
        True
    """
    samples = len(codes)
    runs = 1 + int(np.count_nonzero(np.diff(codes)))
    expected, error = run_moments(np.bincount(codes))
    if samples < SHORTEST or error == 0:
        return None
    together = expected - runs >= SIGMAS * error
    drift = _drift(codes) if indicators is None else _indicator_drift(indicators)
    if together and runs == len(np.unique(codes)):
        how = "sorted"
    elif _counts(drift, samples):
        how = "drift"
    elif together and runs <= FEWEST_RUNS * expected:
        how = "runs"
    else:
        return None
    said = {"how": how, "kind": "classes", "samples": samples, "runs": runs, "expected": expected, "correlation": drift}
    return said | _shares(codes[:, None] == np.arange(codes.max() + 1) if indicators is None else indicators)


def run_moments(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Return how many runs of equal classes chance gives in the mean, and their standard deviation.

    Source: Barton & David 1957, Multiple runs.

    Args:
        counts: samples a class.

    Example:
        >>> run_moments(np.array([10, 10]))
        (11.0, 2.17...)
    """
    counts = counts.astype(np.float64)
    n, squares, cubes = counts.sum(), (counts**2).sum(), (counts**3).sum()
    variance = (squares * (squares + n * (n + 1)) - 2 * n * cubes - n**3) / (n**2 * max(n - 1, 1))
    return float(n + 1 - squares / n), math.sqrt(max(variance, 0))


def _drift(codes: NDArray[np.int64]) -> float:
    """Return the largest correlation of belonging to a class with the place in the data, by size."""
    counts = np.bincount(codes).astype(np.float64)
    places = np.arange(len(codes)) - (len(codes) - 1) / 2
    sums = np.bincount(codes, places)
    spread = np.sqrt(counts * (1 - counts / len(codes)) * np.sum(places**2))
    return _largest(np.divide(sums, spread, out=np.zeros_like(sums), where=spread > 0))


def _indicator_drift(indicators: NDArray[Any]) -> float:
    return _largest(np.array([rank_correlation(np.arange(len(indicators)), column) for column in indicators.T]))


def _largest(correlations: NDArray[np.float64]) -> float:
    return float(correlations[np.abs(correlations).argmax()])


def _counts(correlation: float, samples: int) -> bool:
    return abs(correlation) >= CORRELATION and abs(correlation) * math.sqrt(samples - 1) >= SIGMAS


def _shares(indicators: NDArray[Any]) -> Numbers:
    cut = math.ceil(FIRST * len(indicators))
    first, rest = indicators[:cut].mean(axis=0), indicators[cut:].mean(axis=0)
    most = int(np.abs(first - rest).argmax())
    return {"class": most, "first": float(first[most]), "rest": float(rest[most])}


def number_order(target: NDArray[np.float64]) -> Numbers | None:
    """Judge the order of numbers.

    Args:
        target: [samples]; what is not finite is left out.

    Returns:
        As `class_order`; `neighbours` is the rank correlation with the sample before, `first` and `rest` are medians.

    Example:
        >>> number_order(np.arange(100.0))["how"], number_order(np.arange(100) * 37.0 % 101)
        ('sorted', None)
    """
    target = target[np.isfinite(target)]
    if len(target) < SHORTEST or np.ptp(target) == 0:
        return None
    steps = np.diff(target)
    drift = rank_correlation(np.arange(len(target)), target)
    neighbours = rank_correlation(target[:-1], target[1:])
    if (steps >= 0).all() or (steps <= 0).all():
        how = "sorted"
    elif _counts(drift, len(target)):
        how = "drift"
    elif neighbours > 0 and _counts(neighbours, len(target)):
        how = "runs"
    else:
        return None
    cut = math.ceil(FIRST * len(target))
    medians = {"first": float(np.median(target[:cut])), "rest": float(np.median(target[cut:]))}
    return {"how": how, "kind": "numbers", "samples": len(target), "correlation": drift, "neighbours": neighbours} | medians
