"""Test results with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.intervals import Reach, reach, reach_of_difference, skewness
from fitscope.result import Gain, Interval, Score

PerSample = tuple[NDArray[np.floating], NDArray[np.floating]]  # each sample's loss, and its measure: right or wrong, or the error
Groups = NDArray[np.integer]

Z = 1.959963984540054


def score(said: PerSample, measure: str = "accuracy", groups: Groups | None = None) -> Score:
    """Summarise one model's test result.

    Args:
        said: each test sample's loss and its measure, both [samples].
        measure: `accuracy` (1 where a sample's answer is right, or the share of its labels that are) or `mae`.
        groups: the group of each sample [samples], where samples of a group are alike: then groups are drawn, not samples.

    Returns:
        Mean loss and mean absolute error with intervals that allow for their skewness, accuracy of whole samples with a Wilson
        interval, all 95 %; see `mean_interval` and `grouped_share`.

    Example:
        >>> score((np.array([0.1, 0.4, 0.2]), np.array([1.0, 0.0, 1.0]))).accuracy
        0.6666666666666666
    """
    losses, values = (np.asarray(part, np.float64) for part in said)
    mean = float(losses.mean()), mean_interval(losses, groups)
    if measure == "mae":
        return Score(*mean, None, None, len(losses), float(values.mean()), mean_interval(values, groups))
    if groups is not None:
        return Score(*mean, float(values.mean()), grouped_share(values, groups), len(losses))
    if bool(np.isin(values, (0, 1)).all()):
        return Score(*mean, float(values.mean()), wilson(int(values.sum()), len(values)), len(losses))
    low, high = mean_interval(values)
    return Score(*mean, float(values.mean()), (low, min(1.0, high)), len(losses))


def gain(before: PerSample, after: PerSample, measure: str = "accuracy", groups: Groups | None = None) -> Gain:
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
    loss = float(saved.mean()), difference_interval(saved, groups)
    if measure == "mae":
        less = values - values_after
        return Gain(*loss, None, None, float(less.mean()), difference_interval(less, groups))
    more = values_after - values
    whole = bool(np.isin(more, (-1, 0, 1)).all())
    if not more.any():
        limits = paired_interval(0, 0, len(more) if groups is None else len(np.unique(groups)))
    elif groups is None and whole:
        limits = paired_interval(int((more == 1).sum()), int((more == -1).sum()), len(more))
    else:
        low, high = difference_interval(more, groups)
        limits = max(-1.0, low), min(1.0, high)
    return Gain(*loss, float(more.mean()), limits)


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


def mean_interval(values: NDArray[np.float64], groups: Groups | None = None) -> Interval:
    """Return the 95 % interval of a mean of losses, errors or shares, which are skewed and not below 0.

    The standard error is that of independent samples. Where samples of a group are alike, it is the jackknife's over groups, and
    unequal groups count for as many equal ones as would be as sure (Kish 1965): ten groups of very unequal sizes for about six.
    `diagnosis.intervals.reach` says how many standard errors the interval takes.

    Args:
        values: [samples].
        groups: the group of each sample [samples]; None where samples are independent.

    Returns:
        Lower and upper limit; NaN where a value is not finite or there are fewer than two samples or groups.

    Example:
        >>> [round(limit, 2) for limit in mean_interval(np.array([0.1, 0.0, 0.2, 0.1, 2.0]))]
        [0.0, 3.89]
    """
    low, high = _limits(values, groups, reach)
    return (0.0, high) if low < 0 <= np.min(values) else (low, high)


def difference_interval(values: NDArray[np.float64], groups: Groups | None = None) -> Interval:
    """Return the 95 % interval of a mean paired difference; see `diagnosis.intervals.reach_of_difference`.

    Args:
        values, groups: as `mean_interval` takes them.
    """
    return _limits(values, groups, reach_of_difference)


def _limits(values: NDArray[np.float64], groups: Groups | None, way: Callable[[float, int, float], Reach]) -> Interval:
    values = np.asarray(values, np.float64)
    mean, units = float(values.mean()), _units(values, groups)
    if len(units.moved) < 2 or not np.isfinite(units.moved).all():
        return math.nan, math.nan
    if units.error == 0:
        return mean, mean
    down, up = way(skewness(units.moved), len(units.moved), units.freedom)
    return mean - down * units.error, mean + up * units.error


@dataclass(frozen=True)
class _Units:
    """Hold what is drawn independently, samples or groups, and what each does to a mean.

    Args:
        moved: by how much leaving one out would lower the mean, times their number less one [units].
        worth: how many of one size would be as sure.
    """

    moved: NDArray[np.float64]
    worth: float

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the standard error; of fewer than one nothing could be said."""
        return max(1.0, self.worth - 1)

    @property
    def error(self) -> float:
        """The mean's standard error (jackknife)."""
        count = len(self.moved)
        return math.sqrt(float((self.moved**2).sum()) / (count * (count - 1)))


def _units(values: NDArray[np.float64], groups: Groups | None) -> _Units:
    with np.errstate(invalid="ignore"):
        rest = values - values.mean()
    if groups is None:
        return _Units(rest, float(len(rest)))
    _, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) < 2:
        return _Units(np.zeros(1), 1.0)
    moved = np.bincount(places, rest) * (len(sizes) - 1) / (len(values) - sizes)
    return _Units(np.asarray(moved, np.float64), len(values) ** 2 / float((sizes.astype(np.float64) ** 2).sum()))


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
    share, units = float(np.mean(values)), _units(np.asarray(values, np.float64), groups)
    if len(units.moved) < 2:
        return math.nan, math.nan
    sure = units.worth if units.error == 0 or share in (0, 1) else share * (1 - share) / units.error**2
    worth = min(sure * (Z / reach(0.0, len(units.moved), units.freedom)[0]) ** 2, float(len(values)))
    return wilson(share * worth, worth)
