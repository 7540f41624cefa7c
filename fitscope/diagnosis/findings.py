"""What stands beside the verdict: each finding with the numbers that show it, and which were looked for in vain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.noise import second_difference_sd, smoothed
from fitscope.diagnosis.thresholds import LIMITS
from fitscope.history import TrainingHistory


@dataclass(frozen=True)
class Finding:
    """State one thing that the curves show.

    Args:
        code: the finding's name, such as `minimum_not_reached`.
        severity: `serious`, `warning` or `info`.
        numbers: what the sentence is made of.
    """

    code: str
    severity: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Advice:
    """Name what to do about a finding.

    Args:
        code: of the advice.
        finding: the code of what it is for.
        evidence: where it was measured that it helps, in words.
    """

    code: str
    finding: str
    evidence: str = ""


@dataclass(frozen=True)
class Check:
    """Say how looking for a finding ended.

    Args:
        code: of the finding.
        outcome: `found`, `absent` or `not_applicable`.
    """

    code: str
    outcome: str


@dataclass(frozen=True)
class Evidence:
    """Hold what findings are looked for in: the curves, and what is known of them already."""

    history: TrainingHistory
    verdict: str
    best: int
    plateau: tuple[int, int]
    samples: int | None
    numbers: Mapping[str, Any]
    repeats: bool = False
    classes: int | None = None
    stopped: Mapping[str, Any] | None = None

    @property
    def learnt(self) -> bool:
        return self.verdict not in ("diverged", "not_learning")

    @property
    def best_epoch(self) -> int:
        return self.history.epochs[self.best]

    @property
    def last_epoch(self) -> int:
        return self.history.epochs[-1]


NOT_APPLICABLE = "not_applicable"
SEVERITIES = ("serious", "warning", "info")
Numbers = dict[str, Any]
# What a check returns: the finding's numbers, None where it is absent, or NOT_APPLICABLE where the curves cannot tell.
Outcome = Numbers | None | str


def findings(evidence: Evidence) -> tuple[tuple[Finding, ...], tuple[Check, ...]]:
    """Look for every finding.

    Returns:
        What was found, the costliest first, and how each check ended.
    """
    found, checks = [], []
    for code, (severity, check) in CHECKS.items():
        numbers = check(evidence)
        if isinstance(numbers, dict):
            found.append(Finding(code, severity, numbers))
        checks.append(Check(code, numbers if isinstance(numbers, str) else "absent" if numbers is None else "found"))
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))), tuple(checks)


def without_validation(verdict: str, numbers: Mapping[str, Any], loss: NDArray[np.float64]) -> tuple[Finding, ...]:
    """Return what can be said where no epoch has a validation loss."""
    if verdict == "diverged":
        return (Finding("training_diverged", "serious", {"epoch": numbers["epoch"]}),)
    if verdict == "not_learning":
        return (Finding("nothing_learnt", "serious"),)
    known = loss[np.isfinite(loss)]
    if len(known) < 2:
        return ()
    count = max(3, len(known) // 5)
    falls = bool(known[-1] < known[-min(count, len(known))] - LIMITS.trend * abs(known[-1]))
    said = {"first": float(known[0]), "last": float(known[-1]), "falls": falls}
    return (Finding("training_loss_alone", "warning", said),)


def _diverged(e: Evidence) -> Outcome:
    return {"epoch": e.numbers["epoch"]} if e.verdict == "diverged" else None


def _nothing_learnt(e: Evidence) -> Outcome:
    return {} if e.verdict == "not_learning" else None


def _stuck_at_guessing(e: Evidence) -> Outcome:
    """The loss of a network that gives every one of k classes the chance 1/k is ln k."""
    classes = e.classes or _classes_told_by(e.history.curve("val_accuracy" if "val_accuracy" in e.history.metrics else "accuracy"))
    if classes is None:
        return NOT_APPLICABLE
    known = e.history.val_loss[np.isfinite(e.history.val_loss)]
    level, guessing = float(known[-max(2, len(known) // 10) :].mean()), math.log(classes)
    stuck = e.verdict not in ("overfitting", "underfitting") and known.min() >= (1 - LIMITS.stuck) * guessing
    return {"loss": level, "classes": classes} if stuck and level <= (1 + LIMITS.stuck) * guessing else None


def _classes_told_by(accuracy: NDArray[np.float64]) -> int | None:
    """Return the number of classes that guessing with this accuracy tells of."""
    middle = float(np.nanmedian(accuracy)) if np.isfinite(accuracy).any() else 0.0
    return round(1 / middle) if 1e-6 <= middle <= 0.6 else None  # nobody tells a million classes apart


def _warm_start(e: Evidence) -> Outcome:
    """A fresh classifier costs about ln k at first; one that begins far below and only gets worse was trained before."""
    classes = e.classes or (2 if {"accuracy", "val_accuracy"} & set(e.history.metrics) else None)
    if classes is None or np.isnan(e.history.loss[0]):
        return NOT_APPLICABLE
    first = float(e.history.loss[0])
    trained_before = e.best == 0 and len(e.history) >= LIMITS.fewest_epochs and 0 <= first < LIMITS.warm_start * math.log(classes)
    return {"loss": first, "guessing": math.log(classes)} if trained_before else None


def _rises(e: Evidence) -> Outcome:
    if e.verdict != "overfitting":
        return None
    percent = 100 * e.numbers["rise"] / abs(float(e.history.val_loss[e.best]) or 1.0)
    return {"from_epoch": e.plateau[1] + 1, "percent": percent}


def _still_improving(e: Evidence) -> Outcome:
    return _underfits(e, lambda falls: falls)


def _too_small(e: Evidence) -> Outcome:
    return _underfits(e, lambda falls: not falls)


def _underfits(e: Evidence, wanted: Callable[[bool], bool]) -> Outcome:
    loss, count = e.history.loss, min(len(e.history), max(3, len(e.history) // 5))
    if np.isnan(loss).any():
        return NOT_APPLICABLE
    falls = bool(loss[-1] < loss[-count] - LIMITS.trend * abs(loss[-count]))
    return {"epochs": count} if e.verdict == "underfitting" and wanted(falls) else None


def _minimum_not_reached(e: Evidence) -> Outcome:
    if e.best_epoch != e.last_epoch or not e.learnt:
        return None
    return {"last_epoch": e.last_epoch, "levelled": e.verdict == "good_fit"}


def _rise_hidden(e: Evidence) -> Outcome:
    return {} if e.verdict == "inconclusive" and e.numbers.get("reason") == "noise" else None


def _not_settled(e: Evidence) -> Outcome:
    unsettled = ("too_few_epochs", "still_rising", "still_falling")
    return {} if e.verdict == "inconclusive" and e.numbers.get("reason") in unsettled else None


def _few_samples(e: Evidence) -> Outcome:
    if e.samples is None:
        return NOT_APPLICABLE
    width = e.plateau[1] - e.plateau[0] + 1
    wide = len(e.history) >= LIMITS.fewest_epochs and width > len(e.history) / 3
    return {"samples": e.samples, "epochs": width, "first": e.plateau[0], "last": e.plateau[1]} if wide else None


def _second_descent(e: Evidence) -> Outcome:
    """Look for a minimum, a peak and a later minimum, the peak above both by more than a rise and than noise."""
    known = np.flatnonzero(np.isfinite(e.history.val_loss))
    if len(known) < LIMITS.descent_epochs:
        return NOT_APPLICABLE
    curve = e.history.val_loss[known]
    smooth = smoothed(curve)
    before, after = np.minimum.accumulate(smooth), np.minimum.accumulate(smooth[::-1])[::-1]
    peak = int((smooth - np.maximum(before, after)).argmax())
    low = float(smooth.min())
    limit = max(LIMITS.rise * (low if low > 0 else float(smooth[0]) - low), 4 * second_difference_sd(curve))
    first, second = int(smooth[: peak + 1].argmin()), peak + int(smooth[peak:].argmin())
    climb, fall = float(smooth[peak] - smooth[first]), float(smooth[peak] - smooth[second])
    # The second minimum must come near the first: a wobble on the way up is no descent.
    if not (e.learnt and climb > limit and fall > max(limit, 0.75 * climb) and second - peak >= 3 and first > 0):
        return None
    epochs = {"first": first, "peak": peak, "second": second}
    return {name: e.history.epochs[int(known[place])] for name, place in epochs.items()}


def _validation_below(e: Evidence) -> Outcome:
    late = slice(len(e.history) // 2, None)
    below = e.history.loss[late] - e.history.val_loss[late]
    if np.isnan(below).all():
        return NOT_APPLICABLE
    here, below = float(e.history.loss[e.best] - e.history.val_loss[e.best]), below[np.isfinite(below)]
    # A mean over the falling epoch lies above the loss at its end, so a little is nothing.
    limit = LIMITS.rise * abs(float(e.history.val_loss[e.best]))
    if not (e.learnt and here > limit and (below > limit).mean() > 0.5):
        return None
    return {"validation": float(e.history.val_loss[e.best]), "training": float(e.history.loss[e.best])}


def _spikes(e: Evidence) -> Outcome:
    """Look for single epochs far above their neighbours' median: beyond the noise, and visible beside the whole fall."""
    epochs: set[int] = set()
    for curve in (e.history.loss, e.history.val_loss):
        known = np.flatnonzero(np.isfinite(curve))
        if len(known) < LIMITS.spike_epochs:
            continue
        values = curve[known]
        above = values - smoothed(values)
        noise, fall = 1.4826 * float(np.median(np.abs(above))), float(values[0] - values.min())
        limit = np.maximum(max(LIMITS.spike_noise * noise, LIMITS.rise * fall), LIMITS.spike * np.abs(values - above))
        epochs |= {e.history.epochs[int(known[place])] for place in np.flatnonzero(above > limit) if place > 1}
    if len(e.history) < LIMITS.spike_epochs:
        return NOT_APPLICABLE
    return {"count": len(epochs), "epoch": min(epochs)} if epochs else None


def _learning_rate_high(e: Evidence) -> Outcome:
    """Steps that are too long throw both losses up and down; dropout and small batches disturb the training loss alone."""
    curves = [curve[np.isfinite(curve)] for curve in (e.history.loss, e.history.val_loss)]
    if min(map(len, curves)) < LIMITS.spike_epochs:
        return NOT_APPLICABLE
    late = [curve[len(curve) // 4 :] for curve in curves]
    rises = min(float((np.diff(curve) > 0).mean()) for curve in late)
    noises = [second_difference_sd(curve) / (abs(float(np.median(curve))) or 1.0) for curve in late]
    restless = rises > LIMITS.restless and min(noises) > LIMITS.rise
    return {"rises": round(100 * rises), "epochs": len(late[0])} if restless and e.verdict != "not_learning" else None


def _accuracy_rises(e: Evidence) -> Outcome:
    accuracy = e.history.curve("val_accuracy")
    if not np.isfinite(accuracy).any():
        return NOT_APPLICABLE
    top = int(np.nanargmax(accuracy))
    if e.verdict != "overfitting" or not (top > e.best and accuracy[-1] >= accuracy[e.best]):
        return None
    return {"loss_epoch": e.best_epoch, "accuracy_epoch": e.history.epochs[top]}


def _gap_widens(e: Evidence) -> Outcome:
    gaps = e.history.val_loss - e.history.loss
    if not np.isfinite(gaps[[e.best, -1]]).all():
        return NOT_APPLICABLE
    if e.verdict != "good_fit" or gaps[-1] <= 1.5 * max(gaps[e.best], 0):
        return None
    return {"at_best": float(gaps[e.best]), "at_end": float(gaps[-1])}


def _training_accuracy_one(e: Evidence) -> Outcome:
    accuracy = e.history.curve("accuracy")
    if not np.isfinite(accuracy).any():
        return NOT_APPLICABLE
    perfect = np.flatnonzero(accuracy >= 1.0)
    return {"epoch": e.history.epochs[perfect[0]]} if len(perfect) else None


def _wasted(e: Evidence) -> Outcome:
    after = e.last_epoch - e.plateau[1]
    if e.verdict not in ("overfitting", "good_fit") or after <= len(e.history) / 2:
        return None
    return {"epochs": after, "last_epoch": e.plateau[1]}


def _stopped_early(e: Evidence) -> Outcome:
    if e.stopped is None:
        return NOT_APPLICABLE
    return dict(e.stopped) if e.stopped and e.verdict != "overfitting" else None


def _another_seed(e: Evidence) -> Outcome:
    return {} if e.learnt and not e.repeats else None


CHECKS: dict[str, tuple[str, Callable[[Evidence], Outcome]]] = {
    "training_loss_alone": ("warning", lambda _: None),
    "training_diverged": ("serious", _diverged),
    "nothing_learnt": ("serious", _nothing_learnt),
    "stuck_at_guessing": ("serious", _stuck_at_guessing),
    "warm_start": ("serious", _warm_start),
    "validation_loss_rises": ("serious", _rises),
    "still_improving": ("serious", _still_improving),
    "too_small": ("serious", _too_small),
    "minimum_not_reached": ("warning", _minimum_not_reached),
    "rise_hidden": ("warning", _rise_hidden),
    "not_settled": ("warning", _not_settled),
    "too_little_validation_data": ("warning", _few_samples),
    "second_descent": ("warning", _second_descent),
    "validation_below_training": ("warning", _validation_below),
    "learning_rate_high": ("warning", _learning_rate_high),
    "spikes": ("info", _spikes),
    "accuracy_rises_with_loss": ("info", _accuracy_rises),
    "gap_widens_without_harm": ("info", _gap_widens),
    "training_accuracy_one": ("info", _training_accuracy_one),
    "epochs_wasted": ("info", _wasted),
    "stopped_early": ("info", _stopped_early),
    "another_seed_may_differ": ("info", _another_seed),
}
