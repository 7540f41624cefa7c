"""What choosing the lowest of many losses on the same samples flatters, by resampling those samples.

Each resample draws as many samples as there are, with replacement, chooses by the samples that were drawn, and measures
what it chose on those that were not: they had no part in the choice (BBC-CV, Tsamardinos et al. 2018).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.intervals import reach_of_difference
from fitscope.diagnosis.thresholds import LIMITS
from fitscope.errors import ResultError

Losses = NDArray[np.floating]
Counts = NDArray[np.uint8]
_DRAWS_AT_ONCE = 2_500_000  # bounds the memory


@dataclass(frozen=True)
class Corrected:
    """Hold the winner's validation loss without what its choice flatters.

    Args:
        observed: the lowest mean loss over all trials and epochs.
        corrected: what the choice is worth on samples that had no part in it.
        optimism: corrected minus observed.
        interval: of the corrected loss, 95 %.
    """

    observed: float
    corrected: float
    optimism: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Units:
    """Hold what is resampled: single samples, or whole groups of them.

    Args:
        sizes: samples in each unit [units].
        order, starts: the samples sorted by unit, and where each unit starts among them; None for single samples.
    """

    sizes: NDArray[np.float32]
    order: NDArray[np.intp] | None = None
    starts: NDArray[np.intp] | None = None

    def sums(self, losses: Losses) -> NDArray[np.float32]:
        """Return each unit's sum of losses [epochs, units]."""
        if self.order is None or self.starts is None:
            return losses.astype(np.float32, copy=False)
        return np.add.reduceat(losses[:, self.order], self.starts, axis=1, dtype=np.float64).astype(np.float32)


@dataclass(frozen=True)
class Choices:
    """Hold what each resample chose in one training.

    Args:
        epoch: the lowest by the samples that were drawn, an index into the epochs given [resamples].
        inside: its mean over the samples that were drawn [resamples].
        outside: its mean over those that were not [resamples]; NaN where all were.
    """

    epoch: NDArray[np.intp]
    inside: NDArray[np.float32]
    outside: NDArray[np.float32]


def units(samples: int, groups: Sequence[object] | NDArray[np.generic] | None) -> Units:
    """Return what to resample: the samples, or their groups where they have some.

    Raises:
        ResultError: there is not one group a sample.
    """
    if groups is None:
        return Units(np.ones(samples, np.float32))
    if len(groups) != samples:
        raise ResultError(f"There are {samples} samples and {len(groups)} groups; give one group a sample.")
    _, inverse, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return Units(sizes.astype(np.float32), np.argsort(inverse, kind="stable"), starts.astype(np.intp))


def draw(count: int, resamples: int, seed: int) -> Counts:
    """Return how often each resample draws each unit [resamples, units]; a byte holds it, for more than 255 times never comes."""
    rng = np.random.default_rng(seed)
    return np.stack([np.bincount(rng.integers(count, size=count), minlength=count).astype(np.uint8) for _ in range(resamples)])


def choose(sums: NDArray[np.float32], sizes: NDArray[np.float32], counts: Counts) -> Choices:
    """Choose the lowest epoch in every resample, and measure it on what the resample left out.

    Args:
        sums: each unit's sum of losses [epochs, units], finite.
        sizes: samples in each unit [units].
        counts: [resamples, units].
    """
    columns = np.concatenate([sums, sizes[None]]).T
    at_once = max(1, _DRAWS_AT_ONCE // len(sizes))
    blocks = [_choose(columns, counts[start : start + at_once]) for start in range(0, len(counts), at_once)]
    epoch, inside, outside = (np.concatenate(parts) for parts in zip(*blocks))
    return Choices(epoch, inside, outside)


def _choose(columns: NDArray[np.float32], counts: Counts) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]:
    # One product for what was drawn and what was left: each call of the matrix library costs its threads' meeting.
    totals = np.concatenate([counts, counts == 0], dtype=np.float32, casting="unsafe") @ columns
    with np.errstate(invalid="ignore"):
        inside, outside = np.split(totals[:, :-1] / totals[:, -1:], 2)
    chosen, rows = inside.argmin(axis=1), np.arange(len(counts))
    return chosen, inside[rows, chosen], outside[rows, chosen]


def finite_epochs(trainings: Sequence[Losses]) -> list[Losses]:
    """Return each training's epochs in which every sample's loss is finite.

    Raises:
        ResultError: the trainings were not measured on the same number of samples.
    """
    if len(found := {losses.shape[1] for losses in trainings}) > 1:
        raise ResultError(f"Trainings were measured on {min(found)} and on {max(found)} samples; give the same ones for all.")
    return [losses[np.isfinite(losses).all(axis=1)] for losses in trainings]


def correct(
    trials: Sequence[Losses],
    *,
    groups: Sequence[object] | NDArray[np.generic] | None = None,
    seed: int = 0,
    resamples: int = LIMITS.resamples,
) -> Corrected:
    """Correct the winner's validation loss for having been chosen among trials and epochs together.

    Source: Tsamardinos et al. 2018 (BBC-CV). The interval around the corrected loss takes the mean squared standard error of what
    the resamples chose, and is lengthened for its skewness (`intervals.reach_of_difference`: not shortened below, for samples
    left out choose a little worse than all do); they are too few to take the interval from directly.

    Args:
        trials: every validation sample's loss after every epoch of each trial, [epochs, samples] each, the same samples in
            the same order. Epochs with a loss that is not finite are skipped, and so are trials without any other.
        groups: each sample's group [samples]; whole groups are resampled. None where samples are independent.
        seed: of the resamples.

    Returns:
        The observed and the corrected loss; NaN where no epoch is finite, or where there is one sample or group alone.

    Raises:
        ResultError: the trials were not measured on the same number of samples, or there is not one group a sample.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> found = correct([rng.normal(1, 1, (10, 500)) for _ in range(16)])
        >>> found.observed < 0.9, abs(found.corrected - 1) < 0.1
        (True, True)
    """
    finite = [losses for losses in finite_epochs(trials) if len(losses)]
    if not finite:
        return Corrected(math.nan, math.nan, math.nan, (math.nan, math.nan))
    observed = min(float(losses.mean(axis=1, dtype=np.float64).min()) for losses in finite)
    resampled = units(finite[0].shape[1], groups)
    count = len(resampled.sizes)
    if count < 2:
        return Corrected(observed, math.nan, math.nan, (math.nan, math.nan))
    outside, squares, cubes = _winners(finite, resampled, draw(count, resamples, seed), observed)
    corrected = observed + float(np.nanmean(outside, dtype=np.float64))
    error = math.sqrt(squares * error_scale(resampled.sizes))
    down, up = reach_of_difference(math.sqrt(count) * cubes / squares**1.5 if squares > 0 else 0.0, count)
    return Corrected(observed, corrected, corrected - observed, (corrected - down * error, corrected + up * error))


def _winners(trials: Sequence[Losses], resampled: Units, counts: Counts, level: float) -> tuple[NDArray[np.float32], float, float]:
    """Return what each resample's winner is worth outside, above a level [resamples].

    And the sums of its residuals' squares and cubes, in the mean over the resamples.
    """
    lowest = np.full(len(counts), np.inf, np.float32)
    outside, powers = np.zeros_like(lowest), np.zeros((2, len(lowest)))
    for losses in trials:
        # Near 0, single precision is exact enough; and one trial at a time bounds the memory.
        sums = resampled.sums(losses) - np.float32(level) * resampled.sizes
        chosen = choose(sums, resampled.sizes, counts)
        better = chosen.inside < lowest
        lowest[better], outside[better] = chosen.inside[better], chosen.outside[better]
        rest = residuals(sums, resampled.sizes)
        squared = np.square(rest, dtype=np.float64)
        both = np.stack([squared.sum(axis=1), np.einsum("ij,ij->i", squared, rest)])
        powers[:, better] = both[:, chosen.epoch[better]]
    squares, cubes = powers.mean(axis=1).tolist()
    return outside, squares, cubes


def residuals(sums: NDArray[np.float32], sizes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each unit's sum lies above its share of the row's total [rows, units]."""
    means = sums.sum(axis=1, dtype=np.float64) / sizes.sum(dtype=np.float64)
    return np.asarray(sums - means[:, None].astype(np.float32) * sizes)


def error_scale(sizes: NDArray[np.float32]) -> float:
    """Return by what a sum of products of residuals is multiplied to be a (co)variance of means."""
    return len(sizes) / (len(sizes) - 1) / float(sizes.sum(dtype=np.float64)) ** 2
