"""What several trainings of one setting have in common, and how far luck alone moves one of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from fitscope.diagnosis.student import two_sided
from fitscope.history import TrainingHistory


@dataclass(frozen=True)
class Spread:
    """Hold what one number comes to over several trainings.

    Args:
        mean, sd: its mean and standard deviation (n - 1).
        lowest, highest: its ends.
    """

    mean: float
    sd: float
    lowest: float
    highest: float


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return mean and standard deviation (n - 1) of the known values; the deviation of one is NaN.

    Example:
        >>> spread([4, 5, None, 6])
        Spread(mean=5.0, sd=1.0, lowest=4.0, highest=6.0)
    """
    known = np.array([value for value in values if value is not None and math.isfinite(value)], np.float64)
    if not len(known):
        return None
    sd = float(known.std(ddof=1)) if len(known) > 1 else math.nan
    return Spread(float(known.mean()), sd, float(known.min()), float(known.max()))


def repeatability_limit(sd: float, trainings: int) -> float:
    """Return how far two trainings that differ in their seed alone lie apart at most, in 95 of 100 cases (ISO 5725).

    Their difference has the standard deviation sqrt(2) sd; as sd itself comes from so many trainings, Student's t takes the
    place of 1.96.

    Example:
        >>> round(repeatability_limit(1.0, 8), 2), round(repeatability_limit(1.0, 1000), 2)
        (3.34, 2.78)
    """
    return two_sided(trainings - 1) * math.sqrt(2) * sd if trainings > 1 else math.nan


class Trained(Protocol):
    """Name what has curves: a run, or a training as a result holds it."""

    @property
    def history(self) -> TrainingHistory: ...


T = TypeVar("T", bound=Trained)


def judged(trainings: Sequence[T]) -> Sequence[T]:
    """Return the trainings that a mean is made of: one that diverged is left out where others did not.

    Example:
        >>> from types import SimpleNamespace
        >>> runs = [SimpleNamespace(history=TrainingHistory.of({"val_loss": [loss]})) for loss in (0.3, None)]
        >>> len(judged(runs)), len(judged(runs[1:]))
        (1, 1)
    """
    return [training for training in trainings if finite(training.history)] or trainings


def finite(history: TrainingHistory) -> bool:
    """Tell whether a training has a finite validation loss after every epoch."""
    return bool(np.isfinite(history.val_loss).all())
