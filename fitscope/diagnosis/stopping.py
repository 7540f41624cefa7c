"""What early stopping would have done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StoppingRule:
    """Say where a stopping rule would have stopped, which epoch it keeps and what that costs.

    Args:
        rule: the rule's name, such as `patience 3`.
        stops_at: the last epoch that it would have trained, None where it would not have stopped.
        keeps: the epoch whose weights it keeps, None where no epoch has a validation loss.
        cost: how far the kept epoch's validation loss lies above the lowest, in percent of the lowest.
    """

    rule: str
    stops_at: int | None
    keeps: int | None
    cost: float | None


PATIENCES = (1, 2, 3, 5, 10)


def stopping(val_loss: NDArray[np.float64], epochs: tuple[int, ...]) -> tuple[StoppingRule, ...]:
    """Say what Keras' EarlyStopping with several patiences would have done.

    Args:
        val_loss: [epochs]; NaN counts as no improvement.
        epochs: the epochs' numbers.

    Returns:
        One entry a patience, in their order.

    Example:
        >>> rule = stopping(np.array([1.0, 0.8, 0.9, 0.7]), (1, 2, 3, 4))[0]
        >>> rule.stops_at, rule.keeps, round(rule.cost, 1)
        (3, 2, 14.3)
    """
    return tuple(_patience(val_loss, epochs, patience) for patience in PATIENCES)


def _patience(val_loss: NDArray[np.float64], epochs: tuple[int, ...], patience: int) -> StoppingRule:
    kept, waited, stops_at = None, 0, None
    for i, loss in enumerate(val_loss):
        if not np.isnan(loss) and (kept is None or loss < val_loss[kept]):
            kept, waited = i, 0
        else:
            waited += 1
        if waited >= patience:
            stops_at = epochs[i]
            break
    keeps = None if kept is None else epochs[kept]
    return StoppingRule(f"patience {patience}", stops_at, keeps, None if kept is None else _cost(val_loss, kept))


def _cost(val_loss: NDArray[np.float64], kept: int) -> float | None:
    low = float(np.nanmin(val_loss))
    return 100 * (float(val_loss[kept]) - low) / abs(low) if low else None
