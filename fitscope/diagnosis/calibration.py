"""Whether probabilities mean what they say: of the answers given with 90 %, nine in ten should be right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True)
class Calibration:
    """Count right answers by how sure the network was of them, in bins of equal width.

    Args:
        lowest: where the first bin begins; the last one ends at 1.
        count: how many answers each bin holds.
        right: how many of them are right.
        confidence: the mean probability that the network gave them; 0 in an empty bin.
        variance: the sum of p (1 − p) over the bin's probabilities p: the variance of `right`, were they calibrated.
        design_effect: how many times as large the variance of all answers together is, where answers of a group are alike.
    """

    lowest: float
    count: tuple[int, ...]
    right: tuple[int, ...]
    confidence: tuple[float, ...]
    variance: tuple[float, ...]
    design_effect: float = 1.0

    @property
    def samples(self) -> int:
        """How many answers there are."""
        return sum(self.count)

    @property
    def edges(self) -> tuple[float, ...]:
        """Where each bin begins, and 1."""
        step = (1 - self.lowest) / len(self.count)
        return (*(self.lowest + i * step for i in range(len(self.count))), 1.0)

    @property
    def filled(self) -> tuple[tuple[float, float, int], ...]:
        """Mean confidence, share of right answers and their number, of each bin that holds some."""
        return tuple((c, r / n, n) for c, r, n in zip(self.confidence, self.right, self.count) if n)

    @property
    def mean_confidence(self) -> float:
        """The mean probability that the network gave its answers."""
        return sum(c * n for c, n in zip(self.confidence, self.count)) / self.samples

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return sum(self.right) / self.samples

    @property
    def z(self) -> float:
        """By how many standard deviations more answers are right than their confidence says; below 0 fewer are.

        The deviation is that of calibrated probabilities (Seillier-Moiseiwitsch & Dawid 1993); beyond ±1.96 chance is a poor
        explanation. It is 0 where every answer is wholly sure and right.
        """
        more = self.samples * (self.accuracy - self.mean_confidence)
        deviation = math.sqrt(self.design_effect * sum(self.variance))
        return more / deviation if deviation else math.copysign(math.inf, more) if abs(more) > 1e-3 else 0.0

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of confidence and accuracy, weighed by the bins' samples.

        Source: Naeini et al. 2015; Guo et al. 2017, equation 3.
        """
        return sum(n * abs(accuracy - confidence) for confidence, accuracy, n in self.filled) / self.samples

    @property
    def error_by_chance(self) -> float:
        """The error that perfectly calibrated probabilities would show in the mean, for so few samples.

        Each bin's number of right answers is then a sum of independent draws, nearly normal, whose mean absolute deviation is
        sqrt(2/π) standard deviations (the null of Bröcker & Smith 2007, without resampling). Answers of a group are taken for
        independent here: where ten are alike, so few samples show about a seventh more than this says.
        """
        return sum(math.sqrt(2 / math.pi * variance) for variance in self.variance) / self.samples


def calibration(
    confidence: NDArray[np.floating],
    right: NDArray[np.bool_],
    lowest: float = 0.0,
    groups: NDArray[np.integer] | None = None,
) -> Calibration:
    """Sort answers into ten bins of equal width by their confidence.

    Args:
        confidence: the probability that the network gave each answer [answers].
        right: whether it is right [answers].
        lowest: no confidence is below it: 0.5 where an answer is the likelier of two.
        groups: the group of each answer [answers], where answers of a group are alike, as those of one sample to several labels
            are; None where answers are independent.

    Example:
        >>> found = calibration(np.array([0.95, 0.95, 0.55]), np.array([True, False, True]))
        >>> round(found.error, 3), found.right[-1], found.count[-1]
        (0.45, 1, 2)
    """
    sure = np.clip(np.asarray(confidence, np.float64), lowest, 1.0)
    places = np.minimum(((sure - lowest) / (1 - lowest) * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(places, minlength=BINS)
    sums, variance = np.bincount(places, sure, BINS), np.bincount(places, sure * (1 - sure), BINS)
    hits = np.bincount(places[right], minlength=BINS)
    means = sums / np.maximum(count, 1)
    effect = 1.0 if groups is None else _design_effect(right - sure, float(variance.sum()), groups)
    return Calibration(lowest, tuple(count.tolist()), tuple(hits.tolist()), _short(means), _short(variance), round(effect, 6))


def _design_effect(rest: NDArray[np.float64], alone: float, groups: NDArray[np.integer]) -> float:
    """Return how many times the variance of independent answers the groups' sums show, once at least (Kish 1965)."""
    _, places = np.unique(groups, return_inverse=True)
    sums = np.bincount(places, rest - rest.mean())
    if len(sums) < 2 or alone <= 0:
        return 1.0
    return max(1.0, float((sums**2).sum()) * len(sums) / (len(sums) - 1) / alone)


def _short(values: NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(value, 6) for value in values.tolist())
