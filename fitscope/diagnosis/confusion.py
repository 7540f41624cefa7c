"""Which classes are taken for which, and which samples a network had right and then wrong: counts of answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAIRS_AT_MOST = 2500  # pairs of classes that are kept: all of 50 classes; of more the most frequent ones
Shares = tuple[float | None, ...]


@dataclass(frozen=True)
class Tally:
    """Count each class's (or label's) samples and answers.

    Args:
        support: how many samples have it.
        answered: how many samples it was answered for.
        right: of how many both holds.
    """

    support: tuple[int, ...]
    answered: tuple[int, ...]
    right: tuple[int, ...]

    @property
    def precision(self) -> Shares:
        """Of the answers that name a class, the share that is right; None where none names it."""
        return tuple(right / all_ if all_ else None for right, all_ in zip(self.right, self.answered))

    @property
    def recall(self) -> Shares:
        """Of a class's samples, the share that is answered rightly; None where there are none."""
        return tuple(right / all_ if all_ else None for right, all_ in zip(self.right, self.support))

    @property
    def by_support(self) -> tuple[int, ...]:
        """The classes' numbers, the one with most samples first; those that neither occur nor are answered are left out."""
        there = [i for i, counts in enumerate(zip(self.support, self.answered)) if any(counts)]
        return tuple(sorted(there, key=lambda i: -self.support[i]))


@dataclass(frozen=True)
class Confusion(Tally):
    """Count which class was taken for which: the confusion matrix, whose diagonal is `right`.

    Args:
        true, predicted: the two classes of each pair that was confused, the most frequent pair first; at most 2,500 pairs.
        count: how many samples of `true` were answered with `predicted`.
    """

    true: tuple[int, ...]
    predicted: tuple[int, ...]
    count: tuple[int, ...]

    @property
    def pairs(self) -> tuple[tuple[int, int, int], ...]:
        """True class, answered class and how many samples, the most frequent first."""
        return tuple(zip(self.true, self.predicted, self.count))

    @property
    def samples(self) -> int:
        """How many were answered."""
        return sum(self.support)

    @property
    def wrong(self) -> int:
        """How many answers are wrong."""
        return self.samples - sum(self.right)


def confusion(labels: NDArray[np.integer], answers: NDArray[np.integer], classes: int) -> Confusion:
    """Count which class was taken for which.

    Args:
        labels: each sample's class from 0 [samples].
        answers: the class that each was taken for [samples].
        classes: how many there are.

    Example:
        >>> confusion(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2).pairs
        ((0, 1, 1),)
    """
    right = labels == answers
    cells, counts = np.unique(labels[~right].astype(np.int64) * classes + answers[~right], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:PAIRS_AT_MOST]
    true, predicted = np.divmod(cells[order], classes)
    support, answered, hits = (_counts(part, classes) for part in (labels, answers, labels[right]))
    return Confusion(support, answered, hits, *(tuple(part.tolist()) for part in (true, predicted, counts[order])))


def _counts(numbers: NDArray[np.integer], classes: int) -> tuple[int, ...]:
    return tuple(np.bincount(numbers, minlength=classes).tolist())


def tally(labels: NDArray[np.bool_], answers: NDArray[np.bool_]) -> Tally:
    """Count, for labels of which a sample may have any, the samples that have each, that got it, and both.

    Args:
        labels, answers: [samples, labels].

    Example:
        >>> tally(np.array([[True, False], [True, True]]), np.array([[True, True], [False, True]]))
        Tally(support=(2, 1), answered=(1, 2), right=(1, 1))
    """
    return Tally(*(tuple(part.sum(axis=0).tolist()) for part in (labels, answers, labels & answers)))


@dataclass(frozen=True)
class Change:
    """Count what became of the answers between two epochs of one training.

    Args:
        right_before, right_after: how many answers were right.
        forgotten: right before, wrong after; a forgetting event (Toneva et al. 2019, definition 2.1).
        learnt: wrong before, right after.
    """

    right_before: int
    right_after: int
    forgotten: int
    learnt: int


def change(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Change:
    """Count the answers that were forgotten and learnt.

    Args:
        before, after: whether each sample's answer was right [samples].

    Example:
        >>> change(np.array([True, True, False]), np.array([True, False, False]))
        Change(right_before=2, right_after=1, forgotten=1, learnt=0)
    """
    return Change(*(int(part.sum()) for part in (before, after, before & ~after, ~before & after)))
