"""How far answers that are numbers lie from their targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POINTS_AT_MOST = 200
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DIGITS = 6  # that count


@dataclass(frozen=True)
class Residuals:
    """Hold what is left between answers and targets: answer minus target, above 0 where the answer is too high.

    Args:
        samples: how many there are.
        mean: of the residuals: how much too high the answers are on the whole.
        mean_absolute, root_mean_square: of the residuals, in the target's own units.
        quantiles: the residuals that 5, 25, 50, 75 and 95 % of all lie below.
        explained: 1 − residual over total sum of squares, known as R²; None where all targets are equal.
        answers, targets: at most 200 samples' numbers, evenly picked by their answers, which rise.
    """

    samples: int
    mean: float
    mean_absolute: float
    root_mean_square: float
    quantiles: tuple[float, float, float, float, float]
    explained: float | None
    answers: tuple[float, ...]
    targets: tuple[float, ...]

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """Answer and residual of the samples that were picked."""
        return tuple((answer, answer - target) for answer, target in zip(self.answers, self.targets))


def residuals(targets: NDArray[np.floating], answers: NDArray[np.floating], points: int = POINTS_AT_MOST) -> Residuals:
    """Summarise the residuals of one target.

    Args:
        targets, answers: [samples], all finite.
        points: how many samples are kept for a picture.

    Example:
        >>> residuals(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 3.0])).explained
        0.875
    """
    true, said = np.asarray(targets, np.float64), np.asarray(answers, np.float64)
    left = said - true
    total = float(((true - true.mean()) ** 2).sum())
    order = np.argsort(said, kind="stable")
    kept = order[np.unique(np.linspace(0, len(order) - 1, min(points, len(order))).round().astype(np.int64))]
    five, quarter, half, three, most = np.quantile(left, QUANTILES).tolist()
    return Residuals(
        samples=len(true),
        mean=float(left.mean()),
        mean_absolute=float(np.abs(left).mean()),
        root_mean_square=float(np.sqrt((left**2).mean())),
        quantiles=(five, quarter, half, three, most),
        explained=1 - float((left**2).sum()) / total if total else None,
        answers=_short(said[kept]),
        targets=_short(true[kept]),
    )


def _short(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values.tolist())
