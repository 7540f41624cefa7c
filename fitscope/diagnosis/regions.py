"""The regions of a training: underfitting, good fit, overfitting."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

LABELS = ("underfitting", "good_fit", "overfitting")
UNDECIDED = "undecided"  # for people alone: in a result every epoch is in one of the three


@dataclass(frozen=True)
class Region:
    """Name a stretch of epochs.

    Args:
        label: `underfitting`, `good_fit` or `overfitting`; `undecided` in what is told.
        first, last: its ends, both included, counted from 1.
    """

    label: str
    first: int
    last: int


def regions(epochs: tuple[int, ...], plateau: tuple[int, int] | None, verdict: str) -> tuple[Region, ...]:
    """Divide the epochs into underfitting before the plateau, good fit in it, and what comes after.

    After the plateau there is overfitting only where the verdict says so; where the training diverged, its losses are
    high on training and validation data alike, which is underfitting; else the good fit goes on.

    Args:
        epochs: the epochs' numbers, rising.
        plateau: its first and last epoch; None where no epoch has a validation loss.
        verdict: the verdict's code.

    Returns:
        Regions that hold every epoch exactly once; none where there is no plateau.

    Example:
        >>> [(r.label, r.first, r.last) for r in regions((1, 2, 3, 4), (2, 3), "overfitting")]
        [('underfitting', 1, 1), ('good_fit', 2, 3), ('overfitting', 4, 4)]
    """
    if plateau is None:
        return ()
    if verdict == "not_learning":
        return (Region("underfitting", epochs[0], epochs[-1]),)
    first, last = plateau
    after = {"overfitting": "overfitting", "diverged": "underfitting"}.get(verdict)
    begin, end = bisect_left(epochs, first), bisect_right(epochs, last if after else epochs[-1])
    parts = (("underfitting", 0, begin), ("good_fit", begin, end), (after or "good_fit", end, len(epochs)))
    return tuple(Region(label, epochs[i], epochs[j - 1]) for label, i, j in parts if i < j)


def told(regions: tuple[Region, ...], plateau: tuple[int, int] | None, verdict: str) -> tuple[Region, ...]:
    """Return the regions as people are told them: good fit goes on after the plateau only where a rise was ruled out.

    Args:
        regions: a partition of the epochs.
        plateau: its first and last epoch; None where no epoch has a validation loss.
        verdict: the verdict's code.

    Example:
        >>> [(r.label, r.first, r.last) for r in told((Region("good_fit", 1, 9),), (2, 5), "inconclusive")]
        [('good_fit', 1, 5), ('undecided', 6, 9)]
    """
    if plateau is None or verdict not in ("inconclusive", "underfitting") or not regions:
        return regions
    *before, end = regions
    if end.label != "good_fit" or not end.first <= plateau[1] < end.last:
        return regions
    return *before, Region(end.label, end.first, plateau[1]), Region(UNDECIDED, plateau[1] + 1, end.last)
