"""The best epoch, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Uncertainty:
    """Hold what anyone needs to compute the plateau again.

    Args:
        basis: `samples` (each validation sample's loss), `log` (the curve's own noise) or `repeats`.
        samples: validation samples, None where unknown.
        paired_se: one an epoch, the standard error of mean(loss(epoch) - loss(best)); NaN where there is none.
        chance: one an epoch, the chance that the epoch is the best of this run; sums to 1.
        plateau_members: the epochs that the data cannot tell from the best.
        covariance: lower triangle of cov(loss) / samples over the epochs, row by row; None beyond 100 epochs or
            without samples' losses.
    """

    basis: str
    samples: int | None
    paired_se: tuple[float, ...]
    chance: tuple[float, ...]
    plateau_members: tuple[int, ...]
    covariance: tuple[float, ...] | None
