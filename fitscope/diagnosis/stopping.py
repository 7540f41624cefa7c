"""What early stopping would have done: Keras' patience, and Prechelt's three families of rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class StoppingRule:
    """Say where a stopping rule would have stopped, which epoch it keeps and what that costs.

    Args:
        rule: the rule's name, such as `patience 3` or `GL 2`.
        stops_at: the last epoch that it would have trained, None where it would not have stopped.
        keeps: the epoch whose weights it keeps, None where no epoch has a validation loss.
        cost: how far the kept epoch's validation loss lies above the lowest, in percent of the lowest.
    """

    rule: str
    stops_at: int | None
    keeps: int | None
    cost: float | None


PATIENCES = (1, 2, 3, 5, 10)
# The members of each family that Prechelt 1998 (Neural Networks: Tricks of the Trade, "Early stopping - but when?")
# compares, from hasty to slow; training strips of five epochs as there.
GENERALIZATION_LOSSES = (1, 2, 5)  # percent
QUOTIENTS = (0.5, 1, 2)
STRIPS_UP = (2, 3, 4)
STRIP = 5


def stopping(val_loss: Curve, epochs: tuple[int, ...], loss: Curve | None = None) -> tuple[StoppingRule, ...]:
    """Say what Keras' EarlyStopping with several patiences, and Prechelt's GL, PQ and UP, would have done.

    GL stops where the validation loss lies so many percent above its minimum so far; PQ where that, divided by the
    training loss's progress over a strip of five epochs (in per mille), exceeds a quotient; UP where the validation
    loss has risen from strip to strip so many times. GL and PQ need losses above 0, and are left out for others.

    Args:
        val_loss: [epochs]; NaN counts as no improvement.
        epochs: the epochs' numbers.
        loss: training loss [epochs]; PQ is left out where it is unknown.

    Returns:
        One entry a rule: patiences, GL, PQ, UP.

    Example:
        >>> rule = stopping(np.array([1.0, 0.8, 0.9, 0.7]), (1, 2, 3, 4))[0]
        >>> rule.stops_at, rule.keeps, round(rule.cost, 1)
        (3, 2, 14.3)
    """
    stops = {f"patience {patience}": _patience(val_loss, patience) for patience in PATIENCES}
    if np.isfinite(val_loss).any() and np.nanmin(val_loss) > 0:
        above = 100 * (val_loss / np.fmin.accumulate(val_loss) - 1)
        stops |= {f"GL {limit}": _first(above > limit) for limit in GENERALIZATION_LOSSES}
        if loss is not None and np.isfinite(loss).all() and loss.min() > 0:
            quotients = _quotients(above, loss)
            stops |= {f"PQ {limit}": _first(quotients > limit) for limit in QUOTIENTS}
    stops |= {f"UP {strips}": _strips_up(val_loss, strips) for strips in STRIPS_UP}
    return tuple(_rule(name, stop, val_loss, epochs) for name, stop in stops.items())


def _rule(name: str, stop: int | None, val_loss: Curve, epochs: tuple[int, ...]) -> StoppingRule:
    trained = val_loss if stop is None else val_loss[: stop + 1]
    stops_at = None if stop is None else epochs[stop]
    if np.isnan(trained).all():
        return StoppingRule(name, stops_at, None, None)
    kept = int(np.nanargmin(trained))
    low = float(np.nanmin(val_loss))
    return StoppingRule(name, stops_at, epochs[kept], 100 * (float(val_loss[kept]) - low) / abs(low) if low else None)


def _first(holds: NDArray[np.bool_]) -> int | None:
    return int(holds.argmax()) if holds.any() else None


def _patience(val_loss: Curve, patience: int) -> int | None:
    lowest = np.minimum.accumulate(np.concatenate([[np.inf], np.where(np.isnan(val_loss), np.inf, val_loss)]))
    improved = np.flatnonzero(lowest[1:] < lowest[:-1])
    starts = np.concatenate([[-1], improved])
    ends = np.concatenate([improved, [len(val_loss)]])
    waited = starts[ends - starts > patience]
    return int(waited[0]) + patience if len(waited) else None


def _quotients(above: Curve, loss: Curve) -> Curve:
    """Return generalization loss over progress at each strip's end, NaN elsewhere."""
    strips = loss[: len(loss) // STRIP * STRIP].reshape(-1, STRIP)
    progress = 1000 * (strips.mean(axis=1) / strips.min(axis=1) - 1)
    ends = slice(STRIP - 1, None, STRIP)
    quotients = np.full(len(above), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients[ends] = above[ends] / progress
    return quotients


def _strips_up(val_loss: Curve, strips: int) -> int | None:
    ends = val_loss[STRIP - 1 :: STRIP]
    up = np.diff(ends) > 0
    if len(up) < strips:
        return None
    first = _first(np.asarray(np.lib.stride_tricks.sliding_window_view(up, strips).all(axis=1)))
    return None if first is None else (first + strips + 1) * STRIP - 1
