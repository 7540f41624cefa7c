"""The part of a result that says where the model is wrong: counts of answers, and single samples to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fitscope.diagnosis.calibration import Calibration
from fitscope.diagnosis.confusion import Change, Confusion, Tally
from fitscope.diagnosis.ranking import Ranking
from fitscope.diagnosis.residuals import Residuals
from fitscope.errors import ResultError

BASES = ("hold_out", "first_repeat", "folds")
SHOWN_AT_MOST = 8
_PICTURE = re.compile(r"(data:image/png;base64,[A-Za-z0-9+/]+=*)?")


@dataclass(frozen=True)
class Shown:
    """Hold a sample as a person looks at it, in one of three ways.

    Args:
        text: with `?` for each word that the network does not know.
        picture: a PNG as a data URI.
        values: names and values, of a table's row or the first numbers of an array.
    """

    text: str = ""
    picture: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not _PICTURE.fullmatch(self.picture):
            raise ResultError(f"A sample's picture is {self.picture[:40]!r}, and it must be a PNG as a data URI, or empty.")


@dataclass(frozen=True)
class Sample:
    """Hold one validation sample that was answered badly.

    Args:
        number: among the training samples, from 0, as `fitscope data show` counts them.
        truth: its class, its labels, or its numbers.
        answer: what it was taken for, alike.
        probability: that the network gave its answer; None where it gives none.
        before: of a forgotten sample the probability of its class at the best epoch, else None.
        loss: of this sample.
        shown: what it is.
    """

    number: int
    truth: tuple[str, ...]
    answer: tuple[str, ...]
    probability: float | None
    before: float | None
    loss: float
    shown: Shown


@dataclass(frozen=True)
class Mistakes:
    """Say where the model is wrong: its answers to the validation samples at the best epoch.

    Args:
        basis: `hold_out` of the one training, `first_repeat` of several seeds, or `folds`: each fold's samples answered by
            the training that did not see them.
        samples: how many were answered.
        epoch: the best epoch of the training that answered; None of folds.
        epochs, last_epochs: of each training that answered its best and its last epoch.
        confusion: of classes, else None.
        labels: of labels of which a sample may have any, else None.
        ranking: of two classes, else None.
        calibration: of probabilities; None where the network gives none.
        residuals: of each number that is predicted, else empty.
        worst: the samples with the largest loss, the largest first.
        change: from the best epoch to the last; None of numbers, which are never right.
        forgotten: samples that were right at the best epoch and wrong at the last, that which lost most first.
    """

    basis: str
    samples: int
    epoch: int | None
    epochs: tuple[int, ...]
    last_epochs: tuple[int, ...]
    confusion: Confusion | None = None
    labels: Tally | None = None
    ranking: Ranking | None = None
    calibration: Calibration | None = None
    residuals: tuple[Residuals, ...] = ()
    worst: tuple[Sample, ...] = ()
    change: Change | None = None
    forgotten: tuple[Sample, ...] = ()

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise ResultError(f"mistakes.basis is {self.basis!r}; it must be one of {', '.join(BASES)}.")
        if not self.epochs or len(self.epochs) != len(self.last_epochs):
            raise ResultError("mistakes.epochs and mistakes.last_epochs must name the epochs of the same trainings, one at least.")
        for name, tally in (("confusion", self.confusion), ("labels", self.labels)):
            if tally is not None and len({len(part) for part in (tally.support, tally.answered, tally.right)}) != 1:
                raise ResultError(f"mistakes.{name} must have support, answered and right of the same classes.")
        if self.confusion is not None:
            _check_confusion(self.confusion, self.samples)
        if self.ranking is not None:
            _check_ranking(self.ranking)
        if self.calibration is not None:
            _check_calibration(self.calibration)

    @property
    def classes(self) -> int | None:
        """Of how many classes or labels there are counts; None of numbers."""
        tally = self.confusion or self.labels
        return None if tally is None else len(tally.support)


def _check_confusion(found: Confusion, samples: int) -> None:
    classes = len(found.support)
    if not len(found.true) == len(found.predicted) == len(found.count):
        raise ResultError("mistakes.confusion must have true, predicted and count of the same pairs.")
    if any(not 0 <= number < classes for number in (*found.true, *found.predicted)):
        raise ResultError(f"mistakes.confusion must name classes from 0 to {classes - 1}.")
    negative = any(value < 0 for value in (*found.support, *found.answered, *found.right, *found.count))
    if negative or sum(found.support) != samples or sum(found.answered) != samples or sum(found.count) > found.wrong:
        raise ResultError(f"mistakes.confusion must count the {samples:,} samples, each once; compute it again.")


def _check_ranking(found: Ranking) -> None:
    true, false = found.true_positives, found.false_positives
    if found.positives < 1 or found.negatives < 1 or len(true) != len(false) or len(true) < 2:
        raise ResultError("mistakes.ranking must have both classes, and as many true as false positives; compute it again.")


def _check_calibration(found: Calibration) -> None:
    bins = {len(part) for part in (found.count, found.right, found.confidence, found.variance)}
    if len(bins) != 1 or sum(found.count) < 1 or min((*found.variance, *found.count)) < 0 or not 0 <= found.lowest < 1:
        raise ResultError("mistakes.calibration must have count, right, confidence and variance of the same bins.")
    if not found.design_effect >= 1:
        raise ResultError("mistakes.calibration.design_effect must be 1 or more.")
