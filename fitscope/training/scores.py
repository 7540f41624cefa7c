"""Test results with their uncertainty."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fitscope.result import Gain, Interval, Score

CONFIDENCE = 0.95
Z = 1.959963984540054
# Below this many samples a mean of skewed losses is not yet normal, and the bootstrap is cheap.
BOOTSTRAP_UP_TO = 2000
RESAMPLES = 4000


def score(losses: NDArray[np.floating], hits: NDArray[np.bool_]) -> Score:
    """Summarise one model's test result.

    Args:
        losses: each test sample's loss [samples].
        hits: whether each sample's answer is right [samples].

    Returns:
        Mean loss with a t or (up to 2,000 samples) BCa interval, accuracy with a Wilson interval, all 95 %.

    Example:
        >>> score(np.array([0.1, 0.4, 0.2]), np.array([True, False, True])).accuracy
        0.6666666666666666
    """
    losses64 = np.asarray(losses, np.float64)
    return Score(float(losses64.mean()), mean_interval(losses64), float(hits.mean()), wilson(int(hits.sum()), len(hits)), len(hits))


def gain(held_out: tuple[NDArray[np.floating], NDArray[np.bool_]], refit: tuple[NDArray[np.floating], NDArray[np.bool_]]) -> Gain:
    """Compare two models on the same test samples; above 0 the refitted one is better.

    Args:
        held_out, refit: each model's losses and right answers on the same samples, both [samples].

    Returns:
        The paired differences with their 95 % intervals.
    """
    saved = np.asarray(held_out[0], np.float64) - np.asarray(refit[0], np.float64)
    won = int((refit[1] & ~held_out[1]).sum())
    lost = int((held_out[1] & ~refit[1]).sum())
    samples = len(saved)
    return Gain(float(saved.mean()), mean_interval(saved), (won - lost) / samples, paired_interval(won, lost, samples))


def wilson(hits: int, samples: int) -> Interval:
    """Return the 95 % interval of a share (Wilson 1927).

    Example:
        >>> [round(limit, 3) for limit in wilson(88, 100)]
        [0.802, 0.93]
    """
    share, spread = hits / samples, Z * Z / samples
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / samples + spread / (4 * samples))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def paired_interval(won: int, lost: int, samples: int) -> Interval:
    """Return the 95 % interval of the difference of two paired shares, (won - lost) / samples.

    Half a sample is added to each of the four cells (Agresti & Min 2005), so that the interval keeps its width
    where the two models agree on every sample.
    """
    won_, lost_, total = won + 0.5, lost + 0.5, samples + 2
    middle = (won_ - lost_) / total
    half = Z * math.sqrt(won_ + lost_ - (won_ - lost_) ** 2 / total) / total
    return max(-1.0, middle - half), min(1.0, middle + half)


def mean_interval(values: NDArray[np.float64]) -> Interval:
    """Return the 95 % interval of a mean: BCa bootstrap (Efron 1987) up to 2,000 values, Student's t beyond.

    Args:
        values: [samples].

    Returns:
        Lower and upper limit; NaN where a value is not finite or there are fewer than two.
    """
    from scipy import stats

    values = np.asarray(values, np.float64)
    if len(values) < 2 or not np.isfinite(values).all():
        return math.nan, math.nan
    mean, error = values.mean(), values.std(ddof=1) / math.sqrt(len(values))
    if error == 0:
        return float(mean), float(mean)
    if len(values) <= BOOTSTRAP_UP_TO:
        found = stats.bootstrap((values,), np.mean, n_resamples=RESAMPLES, batch=500, method="BCa", rng=np.random.default_rng(0))
        limits = found.confidence_interval
        if np.isfinite(limits).all():
            return float(limits[0]), float(limits[1])
    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * error
    return float(mean - half), float(mean + half)
