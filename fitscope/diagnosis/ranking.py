"""How well a network's scores tell two classes apart, at every threshold: ROC and precision-recall curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POINTS_AT_MOST = 150


@dataclass(frozen=True)
class Ranking:
    """Count the answers at falling thresholds: both curves come from these counts.

    Args:
        positives, negatives: how many samples belong to the second and to the first class.
        true_positives, false_positives: how many of each have a score of at least the threshold, from none to all.
        area: under the ROC curve: the chance that a sample of the second class has a higher score than one of the first,
            ties counted half.
        average_precision: the mean precision over the steps of recall.
    """

    positives: int
    negatives: int
    true_positives: tuple[int, ...]
    false_positives: tuple[int, ...]
    area: float
    average_precision: float

    @property
    def roc(self) -> tuple[tuple[float, float], ...]:
        """Points of false positive rate and true positive rate, from (0, 0) to (1, 1)."""
        return tuple((f / self.negatives, t / self.positives) for f, t in zip(self.false_positives, self.true_positives))

    @property
    def precision_recall(self) -> tuple[tuple[float, float], ...]:
        """Points of recall and precision, recall rising; without the threshold that no sample reaches."""
        pairs = zip(self.true_positives, self.false_positives)
        return tuple((t / self.positives, t / (t + f)) for t, f in pairs if t + f)


def ranking(labels: NDArray[np.integer], scores: NDArray[np.floating]) -> Ranking | None:
    """Count true and false positives at every threshold.

    The area is exact over all thresholds (Fawcett 2006, algorithms 1 and 3), and so is the average precision,
    the sum of (R[n] − R[n−1]) P[n] (Manning et al. 2008, 8.4); the points are thinned to at most 150, evenly along the curve.

    Args:
        labels: 0 or 1 [samples].
        scores: higher for 1 [samples].

    Returns:
        The counts; None where one of the classes has no sample.

    Example:
        >>> found = ranking(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
        >>> found.area, round(found.average_precision, 3)
        (0.75, 0.833)
    """
    positives = int((labels == 1).sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(labels[order] == 1)
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(labels) - 1)  # of each run of equal scores
    true = np.concatenate([[0], hits[last]])
    false = np.concatenate([[0], last + 1 - hits[last]])
    area = float(np.trapezoid(true, false)) / (positives * negatives)
    precision = true[1:] / (true[1:] + false[1:])
    average = float((np.diff(true) * precision).sum()) / positives
    kept = _thinned(true / positives + false / negatives)
    return Ranking(positives, negatives, tuple(true[kept].tolist()), tuple(false[kept].tolist()), area, average)


def _thinned(way: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of at most 150 points that lie evenly along a way, first and last among them."""
    if len(way) <= POINTS_AT_MOST:
        return np.arange(len(way))
    return np.unique(np.searchsorted(way, np.linspace(way[0], way[-1], POINTS_AT_MOST))).astype(np.int64)
