"""The verdict: six rules in their order, the first that fits (DESIGN section 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.noise import (
    long_run_factor,
    rise_by_chance,
    second_difference_sd,
    settled,
    shown_by_second_differences,
    smoothed,
    tail_noise,
    trend,
)
from fitscope.diagnosis.paired import PairedError
from fitscope.diagnosis.steady import rises_by_chance
from fitscope.diagnosis.thresholds import LIMITS
from fitscope.history import TrainingHistory

Curve = NDArray[np.float64]
Evidence = dict[str, Any]


def verdict(history: TrainingHistory, paired: PairedError | None, majority: float | None, seed: int) -> tuple[str, Evidence]:
    """Judge the validation loss.

    Args:
        history: the curves.
        paired: the standard error of what lies between the mean of some epochs and one of them, by the validation samples;
            None where they are not known.
        majority: the largest class's share of the validation samples, or None.
        seed: of the simulations.

    Returns:
        The verdict's code, and the numbers that it rests on.
    """
    if (diverged := _diverged(history)) is not None:
        return "diverged", diverged
    finite = np.isfinite(history.val_loss)
    if finite.sum() < LIMITS.fewest_epochs:
        return "inconclusive", {"reason": "too_few_epochs", "epochs": int(finite.sum())}
    if (stuck := _not_learning(history, majority)) is not None:
        return "not_learning", stuck
    shape = measure(history.val_loss[finite], None if paired is None else _among(paired, np.flatnonzero(finite)), seed)
    evidence = {"rise": shape.rise, "rise_limit": shape.limit, "rise_by_chance": shape.by_chance, "trend": shape.trend}
    if shape.rise > max(shape.limit, shape.by_chance):
        return "overfitting", evidence
    if shape.steady <= LIMITS.steady:
        return "overfitting", evidence | {"reason": "steady", "steady": shape.steady}
    if shape.falls and shape.minimum_at_end:
        return "underfitting", evidence
    if shape.rise_upper <= shape.limit and not shape.moves:
        return "good_fit", evidence | {"rise_upper": shape.rise_upper}
    # A rise that is ruled out leaves the trend alone: the curve has not settled yet.
    reason = "noise" if shape.rise_upper > shape.limit else "still_rising" if shape.trend > 0 else "still_falling"
    return "inconclusive", evidence | {"reason": reason, "rise_upper": shape.rise_upper}


def _diverged(history: TrainingHistory) -> Evidence | None:
    trained = "loss" in history.metrics
    loss = history.loss if trained else history.val_loss
    if not len(loss):
        return None
    gone = np.isnan(loss)
    if gone[-1] or (trained and gone.any()):
        return {"epoch": history.epochs[int(gone.argmax())], "why": "not_finite"}
    validated = np.isfinite(history.val_loss)
    count = int(validated.sum())
    # Recorded after every epoch, and then no more: it was no number. (A single missing end is a training that was stopped.)
    if count and validated[:count].all() and len(validated) - count >= 2:
        return {"epoch": history.epochs[count], "why": "not_finite"}
    if trained and loss[-1] > max(loss[0], LIMITS.diverged_ratio * loss.min()):
        return {"epoch": history.epochs[int(loss.argmin())], "why": "rises"}
    return None


def _not_learning(history: TrainingHistory, majority: float | None) -> Evidence | None:
    accuracy = history.curve("val_accuracy")
    if majority is not None and np.isfinite(accuracy).any() and np.nanmax(accuracy) <= majority:
        return {"why": "guessing", "accuracy": float(np.nanmax(accuracy)), "majority": majority}
    curves = [history.metrics[name] for name in ("loss", "val_loss") if name in history.metrics]
    known = [curve[np.isfinite(curve)] for curve in curves]
    if any(map(_fell, known)):
        return None
    return {"why": "flat", "first": float(known[-1][0]), "lowest": float(known[-1].min())}


def _fell(curve: Curve) -> bool:
    fall = curve[0] - curve.min()
    return bool(fall > LIMITS.fall * abs(curve[0]) and fall > LIMITS.fall_noise * second_difference_sd(curve))


@dataclass(frozen=True)
class Shape:
    """Hold what the end of a validation curve looks like.

    Args:
        rise: the end level above the minimum, or above that of the smoothed curve where it is less.
        limit: from where on a rise counts.
        by_chance: the rise that selection and noise alone stay below in 96 % of cases.
        steady: how often noise alone rises as steadily; 1 where the rise is below the limit, or was not asked for.
        rise_upper: upper 95 % limit of the rise that is left when selection is allowed for.
        trend: change over the last fifth, as a share of the level.
        falls, moves: whether the last fifth falls, or moves at all, by more than 1 % and beyond noise.
        minimum_at_end: whether the minimum lies among the last tenth.
    """

    rise: float
    limit: float
    by_chance: float
    steady: float
    rise_upper: float
    trend: float
    falls: bool
    moves: bool
    minimum_at_end: bool


def measure(curve: Curve, paired: PairedError | None, seed: int) -> Shape:
    """Measure the end of a validation curve.

    Args:
        curve: [epochs], finite.
        paired: its epochs' standard errors by the validation samples, or None.
        seed: of the simulation.
    """
    low, lowest, last = float(curve.min()), int(curve.argmin()), max(2, len(curve) // 10)
    level, end = smoothed(curve), len(curve) - last
    # Where the minimum lies in the last epochs, what comes before it is no rise.
    rise = float(curve[max(lowest, end) :].mean()) - low
    lasting = float(curve[max(int(level.argmin()), end) :].mean()) - float(level.min())
    rise, limit = min(rise, lasting), LIMITS.rise * (low if low > 0 else float(curve[0]) - low)
    begin = settled(curve)
    tail = curve[begin:] if len(curve) - begin >= last + 2 else curve[-(last + 2) :]
    sd, correlation = tail_noise(tail)
    flat = rise_by_chance(len(tail), last, sd, correlation, seed) * _doubt(len(tail))
    by_samples = 0.0 if paired is None else LIMITS.one_sided * paired(np.arange(end, len(curve)), lowest)
    by_chance = max(float(np.quantile(flat, LIMITS.by_size)), by_samples)
    in_doubt = max(limit, by_samples) < rise <= by_chance
    change, error = _trend(level, _trend_noise(tail, sd, correlation))
    height = abs(float(curve[-last:].mean())) or 1.0
    beyond = abs(change) > LIMITS.trend * height and abs(change) > 2 * error
    return Shape(
        rise=rise,
        limit=limit,
        by_chance=by_chance,
        steady=rises_by_chance(tail, seed) if in_doubt else 1.0,
        rise_upper=_upper_rise(tail, lasting, flat, sd, correlation),
        trend=change / height,
        falls=beyond and change < 0,
        moves=beyond,
        minimum_at_end=lowest >= len(curve) - last,
    )


def _among(paired: PairedError, places: NDArray[np.int64]) -> PairedError:
    """Return the standard errors of the epochs at these places, counted among them alone."""
    return lambda epochs, reference: paired(places[epochs], int(places[reference]))


def _doubt(epochs: int) -> float:
    """Return by how much noise known from few epochs must be stretched: Student's t quantile over the normal one's."""
    freedom = max(1, epochs - 3)
    return 1 + 1.6 / freedom + 3 / freedom**2


def _trend_noise(tail: Curve, sd: float, correlation: float) -> float:
    """Return the noise that a trend must stand out from: what the tail's own trend leaves over is partly shape.

    Second differences see less of a shape, so the smaller of the two counts; of correlated noise they see a part alone.
    """
    shown = shown_by_second_differences(correlation) if len(tail) >= LIMITS.told_epochs else 1.0
    return min(sd * long_run_factor(correlation), 3 * second_difference_sd(tail) / shown)


def _trend(curve: Curve, noise: float) -> tuple[float, float]:
    """Return the change over the last fifth by a straight line, and its standard error.

    The line goes through the last third, through five epochs at least, and its change is scaled to a fifth.
    """
    fifth = max(2, len(curve) // 5)
    count = max(5, len(curve) // 3)
    share = fifth / count
    places = np.linspace(-0.5, 0.5, count)
    change = float(places @ curve[-count:] / (places @ places))
    return share * change, share * noise / math.sqrt(float(places @ places))


def _upper_rise(tail: Curve, rise: float, flat: Curve, sd: float, correlation: float) -> float:
    """Return the upper 95 % limit of the true rise: the better of two ways to allow for the selected minimum.

    One takes off what selection does to a flat curve; the other compares the ends of the curve's own trend, which is
    an average over many epochs.
    """
    corrected = rise - float(flat.mean()) + LIMITS.one_sided * float(flat.std())
    if len(tail) < 8:
        return corrected
    fit = trend(tail)
    error = sd * long_run_factor(correlation) * math.sqrt(4 / len(tail))
    return min(corrected, float(fit[-1] - fit.min()) + LIMITS.one_sided * error)
