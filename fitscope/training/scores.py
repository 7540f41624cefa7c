"""Test results with their uncertainty."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fitscope.result import Gain, Interval, Score

Said = tuple[NDArray[np.floating], NDArray[np.floating]]  # each sample's loss and measure
Groups = NDArray[np.integer]

CONFIDENCE = 0.95
Z = 1.959963984540054
# Below this many samples a mean of skewed losses is not yet normal, and the bootstrap is cheap.
BOOTSTRAP_UP_TO = 2000
RESAMPLES = 4000


def score(said: Said, measure: str = "accuracy", groups: Groups | None = None) -> Score:
    """Summarise one model's test result.

    Args:
        said: each test sample's loss and its measure, both [samples].
        measure: `accuracy` (1 where a sample's answer is right, or the share of its labels that are) or `mae`.
        groups: the group of each sample [samples], where samples of a group are alike: then groups are drawn, not samples.

    Returns:
        Mean loss and mean absolute error with a t or (up to 2,000 samples) BCa interval, accuracy of whole samples with a
        Wilson interval, all 95 %; see `grouped_interval` and `grouped_share` for groups.

    Example:
        >>> score((np.array([0.1, 0.4, 0.2]), np.array([1.0, 0.0, 1.0]))).accuracy
        0.6666666666666666
    """
    losses, values = (np.asarray(part, np.float64) for part in said)
    mean = float(losses.mean()), _interval(losses, groups)
    if measure == "mae":
        return Score(*mean, None, None, len(losses), float(values.mean()), _interval(values, groups))
    if groups is not None:
        return Score(*mean, float(values.mean()), grouped_share(values, groups), len(losses))
    whole = bool(np.isin(values, (0, 1)).all())
    limits = wilson(int(values.sum()), len(values)) if whole else mean_interval(values)
    return Score(*mean, float(values.mean()), limits, len(losses))


def gain(before: Said, after: Said, measure: str = "accuracy", groups: Groups | None = None) -> Gain:
    """Compare two models on the same test samples; above 0 the second one is better.

    Args:
        before, after: each model's losses and measures on the same samples, all [samples].
        measure: `accuracy` or `mae`.
        groups: the group of each sample [samples], as `score` takes them.

    Returns:
        The paired differences with their 95 % intervals.
    """
    (losses, values), (losses_after, values_after) = ([np.asarray(part, np.float64) for part in said] for said in (before, after))
    saved = losses - losses_after
    loss = float(saved.mean()), _interval(saved, groups)
    if measure == "mae":
        less = values - values_after
        return Gain(*loss, None, None, float(less.mean()), _interval(less, groups))
    more = values_after - values
    if groups is not None:
        limits = grouped_interval(more, groups) if more.any() else paired_interval(0, 0, len(np.unique(groups)))
        return Gain(*loss, float(more.mean()), (max(-1.0, limits[0]), min(1.0, limits[1])))
    won, lost = int((more == 1).sum()), int((more == -1).sum())
    whole = bool(np.isin(more, (-1, 0, 1)).all())
    return Gain(*loss, float(more.mean()), paired_interval(won, lost, len(more)) if whole else mean_interval(more))


def wilson(hits: float, samples: float) -> Interval:
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


def _interval(values: NDArray[np.float64], groups: Groups | None) -> Interval:
    return mean_interval(values) if groups is None else grouped_interval(values, groups)


def grouped_interval(values: NDArray[np.float64], groups: Groups) -> Interval:
    """Return the 95 % interval of a mean over samples of which those of a group are alike.

    It is the ratio estimator of cluster sampling (Cochran 1977, chapter 9A): the standard error comes from the groups' sums
    of deviations, with Student's t of as many groups less one.

    Args:
        values: [samples].
        groups: [samples].

    Returns:
        Lower and upper limit; NaN where a value is not finite or there are fewer than two groups.

    Example:
        >>> grouped_interval(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 1, 0, 1]))
        (2.0, 2.0)
    """
    error, freedom = _grouped_error(values, groups)
    mean = float(np.mean(values))
    return mean - _t(freedom) * error, mean + _t(freedom) * error


def grouped_share(values: NDArray[np.float64], groups: Groups) -> Interval:
    """Return the 95 % interval of a share over samples of which those of a group are alike.

    It is Wilson's for as many independent samples as would be equally sure (Korn & Graubard 1998): where groups do not differ
    at all, as where all is right, as many as there are groups.

    Args:
        values: 0 to 1 each [samples].
        groups: [samples].

    Returns:
        Lower and upper limit; NaN where there are fewer than two groups.
    """
    error, freedom = _grouped_error(values, groups)
    share = float(np.mean(values))
    if math.isnan(error):
        return math.nan, math.nan
    sure = float(freedom + 1) if error == 0 or share in (0, 1) else share * (1 - share) / error**2
    worth = min(sure * (Z / _t(freedom)) ** 2, float(len(values)))
    return wilson(share * worth, worth)


def _grouped_error(values: NDArray[np.float64], groups: Groups) -> tuple[float, int]:
    """Return the standard error of the mean, and the groups less one."""
    _, places = np.unique(groups, return_inverse=True)
    count = int(places.max()) + 1
    if count < 2 or not np.isfinite(values).all():
        return math.nan, max(1, count - 1)
    sums = np.bincount(places, values - values.mean())
    return math.sqrt(count / (count - 1) * float((sums**2).sum())) / len(values), count - 1


def _t(freedom: int) -> float:
    from scipy import stats

    return float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom))


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
