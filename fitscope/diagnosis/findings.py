"""What stands beside the verdict: findings, and the advice that each one leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

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
    """Name what to do about a finding, both by their codes."""

    code: str
    finding: str


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

    @property
    def best_epoch(self) -> int:
        return self.history.epochs[self.best]

    @property
    def last_epoch(self) -> int:
        return self.history.epochs[-1]


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Look for every finding, the costliest first; a check that does not apply finds nothing."""
    found = [finding for check in _CHECKS if (finding := check(evidence)) is not None]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def advise(found: tuple[Finding, ...]) -> tuple[Advice, ...]:
    """Return what to do about the findings, in their order, each advice once."""
    pairs = {code: finding.code for finding in reversed(found) for code in reversed(ADVICE.get(finding.code, ()))}
    return tuple(Advice(code, finding) for code, finding in reversed(pairs.items()))


def failure(verdict: str, numbers: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what stands beside a verdict that needs no best epoch: that the training failed."""
    if verdict == "diverged":
        return (Finding("training_diverged", "serious", {"epoch": numbers["epoch"]}),)
    return (Finding("nothing_learnt", "serious"),) if verdict == "not_learning" else ()


def _failed(e: Evidence) -> Finding | None:
    return next(iter(failure(e.verdict, e.numbers)), None)


def _rises(e: Evidence) -> Finding | None:
    if e.verdict != "overfitting":
        return None
    percent = 100 * e.numbers["rise"] / abs(float(e.history.val_loss[e.best]) or 1.0)
    return Finding("validation_loss_rises", "serious", {"from_epoch": e.plateau[1] + 1, "percent": percent})


def _minimum_not_reached(e: Evidence) -> Finding | None:
    if e.best_epoch != e.last_epoch or e.verdict in ("diverged", "not_learning"):
        return None
    return Finding("minimum_not_reached", "warning", {"last_epoch": e.last_epoch})


def _why_underfitting(e: Evidence) -> Finding | None:
    loss = e.history.loss
    if e.verdict != "underfitting" or np.isnan(loss).any():
        return None
    count = max(3, len(loss) // 5)
    still = loss[-1] < (1 - LIMITS.trend) * loss[-count]
    return Finding("still_improving" if still else "too_small", "serious", {"epochs": count})


def _gap_widens(e: Evidence) -> Finding | None:
    gaps = e.history.val_loss - e.history.loss
    if e.verdict != "good_fit" or not np.isfinite(gaps[[e.best, -1]]).all() or gaps[-1] <= 1.5 * max(gaps[e.best], 0):
        return None
    return Finding("gap_widens_without_harm", "info", {"at_best": float(gaps[e.best]), "at_end": float(gaps[-1])})


def _accuracy_rises(e: Evidence) -> Finding | None:
    accuracy = e.history.curve("val_accuracy")
    if e.verdict != "overfitting" or not np.isfinite(accuracy).any():
        return None
    top = int(np.nanargmax(accuracy))
    if not (top > e.best and accuracy[-1] >= accuracy[e.best]):
        return None
    numbers = {"loss_epoch": e.best_epoch, "accuracy_epoch": e.history.epochs[top]}
    return Finding("accuracy_rises_with_loss", "info", numbers)


def _learnt_by_heart(e: Evidence) -> Finding | None:
    accuracy = e.history.curve("accuracy")
    perfect = np.flatnonzero(accuracy >= 1.0)
    return Finding("training_accuracy_one", "info", {"epoch": e.history.epochs[perfect[0]]}) if len(perfect) else None


def _wasted(e: Evidence) -> Finding | None:
    after = e.last_epoch - e.plateau[1]
    if e.verdict not in ("overfitting", "good_fit") or after <= len(e.history) / 2:
        return None
    return Finding("epochs_wasted", "info", {"epochs": after, "last_epoch": e.plateau[1]})


def _few_samples(e: Evidence) -> Finding | None:
    width = e.plateau[1] - e.plateau[0] + 1
    if e.samples is None or len(e.history) < LIMITS.fewest_epochs or width <= len(e.history) / 3:
        return None
    return Finding("too_little_validation_data", "warning", {"samples": e.samples, "epochs": width})


def _another_seed(e: Evidence) -> Finding | None:
    if e.repeats or e.verdict in ("diverged", "not_learning"):
        return None
    return Finding("another_seed_may_differ", "info", {})


SEVERITIES = ("serious", "warning", "info")
_CHECKS = (_failed, _rises, _why_underfitting, _minimum_not_reached, _few_samples, _accuracy_rises, _gap_widens, _learnt_by_heart,
           _wasted, _another_seed)  # fmt: skip
ADVICE = {
    "training_diverged": ("lower_learning_rate", "check_data"),
    "nothing_learnt": ("another_learning_rate", "check_data"),
    "validation_loss_rises": ("stop_at_best", "regularize"),
    "still_improving": ("train_longer",),
    "too_small": ("more_capacity",),
    "minimum_not_reached": ("train_longer",),
    "too_little_validation_data": ("more_validation_data",),
    "accuracy_rises_with_loss": ("choose_metric",),
    "another_seed_may_differ": ("repeat_with_seeds",),
}
