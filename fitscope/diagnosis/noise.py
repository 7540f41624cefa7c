"""The noise of a curve, and what it alone would do."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.thresholds import LIMITS

Curve = NDArray[np.float64]
_AT_ONCE = 20_000  # epochs
_SIMULATED_AT_MOST = 1000  # epochs; a longer flat curve has hardly a lower minimum


def second_difference_sd(curve: Curve) -> float:
    """Estimate the standard deviation of white noise on a smooth curve, robustly.

    The second difference of white noise has 6 times its variance; the median absolute value bears outliers.

    Args:
        curve: [epochs], finite.

    Returns:
        The standard deviation; 0 for fewer than three epochs.
    """
    if len(curve) < 3:
        return 0.0
    return float(1.4826 * np.median(np.abs(np.diff(curve, 2))) / math.sqrt(6))


def settled(curve: Curve) -> int:
    """Return the index from which on the curve has made nine tenths of its fall: there the noise can be seen."""
    low = curve.min()
    return int(np.argmax(curve <= low + 0.1 * (curve[0] - low))) if curve[0] > low else 0


def tail_noise(curve: Curve) -> tuple[float, float]:
    """Estimate the noise of a settled curve around its trend.

    Args:
        curve: [epochs], finite, past the steep fall.

    Returns:
        Standard deviation, and correlation from epoch to epoch (0 to 0.9), both around a quadratic trend that outliers
        have little weight in.
    """
    white = second_difference_sd(curve)
    if len(curve) < 8:
        spread = float(np.abs(np.diff(curve)).max(initial=0.0)) / 2 if len(curve) < 4 else white
        return max(white, spread), 0.0
    residuals = curve - trend(curve)
    limit = 4 * 1.4826 * np.median(np.abs(residuals))
    residuals = np.clip(residuals, -limit, limit)
    squares, epochs = float(residuals @ residuals), len(curve)
    if squares <= 0:
        return white, 0.0
    raw = float(residuals[1:] @ residuals[:-1]) / squares
    # A trend of three numbers swallows what is slow in the noise: correlation and size must be put back (Kendall 1954).
    correlation = min(0.9, max(0.0, raw + (3 + 8 * raw) / epochs))
    swallowed = min(3 * long_run_factor(correlation) ** 2, epochs / 2)
    around_trend = math.sqrt(squares / (epochs - swallowed))
    # What lies far off, and what the trend cannot follow, is in the residuals and hardly in second differences; of AR(1)
    # noise these show a known part. Where the two disagree, the residuals hold more than noise.
    return min(around_trend, LIMITS.more_than_noise * white / shown_by_second_differences(correlation)), correlation


def shown_by_second_differences(correlation: float) -> float:
    """Return which part of AR(1) noise's standard deviation second differences show.

    Example:
        >>> shown_by_second_differences(0.0)
        1.0
    """
    return math.sqrt((6 - 8 * correlation + 2 * correlation**2) / 6)


def trend(curve: Curve) -> Curve:
    """Return the quadratic trend of a curve, fitted twice: the second time without what lies 4 deviations off."""
    places = np.linspace(-1, 1, len(curve))
    powers = np.stack([np.ones(len(curve)), places, places**2])
    kept = np.ones(len(curve), bool)
    for _ in range(2):
        inside = powers if kept.all() else powers[:, kept]
        fit = np.linalg.solve(inside @ inside.T, inside @ curve[kept]) @ powers
        off = np.abs(curve - fit)
        kept = off <= 4 * 1.4826 * np.median(off) + 1e-300
        if kept.sum() < 6:
            break
    return np.asarray(fit, np.float64)


def long_run_factor(correlation: float) -> float:
    """Return by how much correlated noise widens the standard error of a mean (AR(1))."""
    return math.sqrt((1 + correlation) / (1 - correlation))


def smoothed(curve: Curve) -> Curve:
    """Return the running median, of five values or, for few epochs, of three; along the first axis.

    The lowest value of a long noisy curve is an outlier, the more so the heavier the tails of its noise; the lowest
    median of five is not (Tukey 1977).

    Args:
        curve: [epochs] or [epochs, curves].

    Example:
        >>> smoothed(np.array([3.0, 1.0, 2.5, 2.4, 9.0])).tolist()
        [3.0, 2.5, 2.4, 2.5, 9.0]
    """
    reach = 1 if len(curve) < LIMITS.few_epochs else 2
    median = _median_of_three if reach == 1 else _median_of_five
    padded = np.concatenate([curve[:1]] * reach + [curve] + [curve[-1:]] * reach)
    result = np.empty_like(curve)
    for start in range(0, len(curve), _AT_ONCE):  # what is made on the way stays within a processor's cache
        end = min(start + _AT_ONCE, len(curve))
        result[start:end] = median(*(padded[start + shift : end + shift] for shift in range(2 * reach + 1)))
    return result


def _median_of_three(a: Curve, b: Curve, c: Curve) -> Curve:
    return np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))


def _median_of_five(a: Curve, b: Curve, c: Curve, d: Curve, e: Curve) -> Curve:
    """Return the median without sorting: neither the least of the lower pair nor the greatest of the higher can be it."""
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    return _median_of_three(e, low, high)


def rise(curve: Curve, last: int) -> Curve:
    """Return how far the mean of the last epochs lies above the minimum of the smoothed curve, along the first axis."""
    return np.asarray(curve[-last:].mean(axis=0) - smoothed(curve).min(axis=0))


def rise_by_chance(epochs: int, last: int, sd: float, correlation: float, seed: int) -> Curve:
    """Simulate how far the end of a flat noisy curve lies above its smoothed minimum.

    The minimum was selected, so even a flat curve seems to rise.

    Args:
        epochs: length of the flat stretch.
        last: how many epochs the end level is the mean of.
        sd, correlation: of the noise, AR(1).
        seed: of the simulation.

    Returns:
        The simulated rises [resamples].
    """
    epochs = min(max(epochs, last + 1), _SIMULATED_AT_MOST)
    return sd * rise(correlated(epochs, correlation, seed), min(last, epochs))


def correlated(epochs: int, correlation: float, seed: int) -> Curve:
    """Draw AR(1) noise of standard deviation 1 [epochs, resamples]."""
    shocks = np.random.default_rng(seed).standard_normal((epochs, LIMITS.resamples))
    noise = np.empty_like(shocks)
    noise[0] = shocks[0]
    for epoch in range(1, epochs):
        noise[epoch] = correlation * noise[epoch - 1] + math.sqrt(1 - correlation**2) * shocks[epoch]
    return noise
