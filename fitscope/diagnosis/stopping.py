"""What early stopping would have done: Keras' patience, and Prechelt's three families of rules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.noise import second_difference_sd

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class StoppingRule:
    """Say where a stopping rule would have stopped, which epoch it keeps and what that costs.

    Args:
        rule: the rule's name, such as `patience 3` or `GL 2`.
        stops_at: the last epoch that it would have trained, None where it would not have stopped.
        keeps: the epoch whose weights it keeps, None where no epoch has a validation loss.
        cost: how far the kept epoch's validation loss lies above the lowest, in percent of the lowest; None where it keeps
            none, or where the lowest is 0 and it keeps another.
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
_EPOCHS_OF_A_DIRECTION = 3
_FURTHEST = 1000
# The middles of 20 equally likely parts of the normal distribution.
_SLOPES = np.array([NormalDist().inv_cdf((part + 0.5) / 20) for part in range(20)])


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
        with np.errstate(over="ignore"):  # beyond every limit
            above = 100 * (val_loss / np.fmin.accumulate(val_loss) - 1)
        stops |= {f"GL {limit}": _first(above > limit) for limit in GENERALIZATION_LOSSES}
        if loss is not None and np.isfinite(loss).all() and loss.min() > 0:
            quotients = _quotients(above, loss)
            stops |= {f"PQ {limit}": _first(quotients > limit) for limit in QUOTIENTS}
    stops |= {f"UP {strips}": _strips_up(val_loss, strips) for strips in STRIPS_UP}
    return tuple(_rule(name, stop, val_loss, epochs) for name, stop in stops.items())


def chance_of_better(val_loss: Curve, epochs_left: int) -> float:
    """Return the chance that a later epoch's validation loss will be below the lowest so far.

    The epochs since the lowest are continued by a straight line, whose slope is as uncertain as the noise around it makes
    it (20 slopes, equally likely), with as much noise again in each epoch to come.

    Args:
        val_loss: [epochs] up to now, finite.
        epochs_left: how many are still to come; beyond 1,000 it makes no difference.

    Returns:
        0 to 1; 1 where fewer than three epochs have passed since the lowest: they show no direction yet.

    Example:
        >>> chance_of_better(np.array([1.0, 0.5, 0.6, 0.7, 0.8, 0.9]), 50) < 0.001
        True
        >>> chance_of_better(np.array([1.0, 0.9, 0.8, 0.7]), 50)
        1.0
    """
    if epochs_left < 1:
        return 0.0
    lowest = int(val_loss.argmin())
    since = val_loss[lowest + 1 :]
    if len(since) < _EPOCHS_OF_A_DIRECTION:
        return 1.0
    places = np.arange(len(since)) - (len(since) - 1) / 2
    spread = float(places @ places)
    slope, level = float(places @ since) / spread, float(since.mean())
    residuals = since - level - slope * places
    left_over = math.sqrt(float(residuals @ residuals) / (len(since) - 2))
    noise = max(left_over, second_difference_sd(val_loss[max(0, lowest - 3) :]), 1e-12)
    deviation = noise * math.sqrt(1 + 1 / len(since))
    ahead = np.arange(1, min(epochs_left, _FURTHEST) + 1) + places[-1]
    slopes = slope + _SLOPES * noise / math.sqrt(spread)
    gaps = (float(val_loss[lowest]) - level - np.outer(slopes, ahead)) / deviation
    none_below = [math.prod(1 - 0.5 * math.erfc(-gap / math.sqrt(2)) for gap in row) for row in gaps.tolist()]
    return 1 - math.fsum(none_below) / len(none_below)


def _rule(name: str, stop: int | None, val_loss: Curve, epochs: tuple[int, ...]) -> StoppingRule:
    trained = val_loss if stop is None else val_loss[: stop + 1]
    stops_at = None if stop is None else epochs[stop]
    if np.isnan(trained).all():
        return StoppingRule(name, stops_at, None, None)
    kept = int(np.nanargmin(trained))
    low = float(np.nanmin(val_loss))
    above = float(val_loss[kept]) - low
    return StoppingRule(name, stops_at, epochs[kept], (100 * above / abs(low) if low else None) if above else 0.0)


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
