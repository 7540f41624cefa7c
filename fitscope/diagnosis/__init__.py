"""What the curves say, from numbers alone: no Keras, no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitscope.diagnosis.best_epoch import Uncertainty, best, uncertainty
from fitscope.diagnosis.findings import Advice, Evidence, Finding, advise, failure, findings
from fitscope.diagnosis.regions import Region, regions
from fitscope.diagnosis.stopping import StoppingRule, stopping
from fitscope.diagnosis.verdict import verdict
from fitscope.errors import ResultError
from fitscope.history import TrainingHistory


@dataclass(frozen=True)
class Diagnosis:
    """Say what the curves of one training say.

    Args:
        verdict: `overfitting`, `underfitting`, `good_fit`, `not_learning`, `diverged` or `inconclusive`.
        evidence: the numbers that the verdict rests on.
        best_epoch: the epoch of the lowest validation loss, from 1; None where no epoch has one.
        plateau: first and last epoch that the validation data cannot tell from the best.
        best_val_loss: the validation loss at the best epoch.
        gap: validation minus training loss at the best epoch.
        regions: a partition of the epochs.
        stopping: what each stopping rule would have done.
        findings, advice: the costliest first.
        uncertainty: how sure the best epoch is; None where there is no best epoch.
    """

    verdict: str
    evidence: dict[str, Any]
    best_epoch: int | None
    plateau: tuple[int, int] | None
    best_val_loss: float | None
    gap: float | None
    regions: tuple[Region, ...]
    stopping: tuple[StoppingRule, ...]
    findings: tuple[Finding, ...]
    advice: tuple[Advice, ...]
    uncertainty: Uncertainty | None


def judge(
    history: TrainingHistory,
    losses: NDArray[np.floating] | None = None,
    *,
    majority: float | None = None,
    seed: int = 0,
) -> Diagnosis:
    """Say what the curves of one training say (DESIGN section 7).

    Args:
        history: the curves.
        losses: every validation sample's loss [epochs, samples]; None where only the log is known.
        majority: the largest class's share of the validation samples, None where there are no classes.
        seed: of the bootstrap and the simulations.

    Returns:
        The diagnosis.

    Raises:
        ResultError: the samples' losses do not fit the epochs.
    """
    losses = None if losses is None or losses.shape[1] < 2 else losses
    if losses is not None and len(losses) != len(history):
        raise ResultError(f"There are {len(history)} epochs and samples' losses of {len(losses)}; give [epochs, samples].")
    code, numbers = verdict(history, losses, majority, seed)
    lowest = best(history.val_loss)
    if lowest is None:
        found = failure(code, numbers)
        rules = stopping(history.val_loss, history.epochs, history.loss)
        return Diagnosis(code, numbers, None, None, None, None, (), rules, found, advise(found), None)
    sure = uncertainty(history.val_loss, history.epochs, losses, seed)
    plateau = sure.plateau_members[0], sure.plateau_members[-1]
    found = findings(Evidence(history, code, lowest, plateau, sure.samples, numbers))
    low = float(history.val_loss[lowest])
    return Diagnosis(
        verdict=code,
        evidence=numbers,
        best_epoch=history.epochs[lowest],
        plateau=plateau,
        best_val_loss=low,
        gap=low - float(history.loss[lowest]),
        regions=regions(history.epochs, plateau, code),
        stopping=stopping(history.val_loss, history.epochs, history.loss),
        findings=found,
        advice=advise(found),
        uncertainty=sure,
    )


def diagnose(curves: Any, validation_losses: ArrayLike | None = None) -> Diagnosis:
    """Diagnose the curves of a training that is over.

    Args:
        curves: a Keras `History`, its dict of lists, or a `TrainingHistory`.
        validation_losses: every validation sample's loss after every epoch [epochs, samples], where known.

    Returns:
        The diagnosis.

    Raises:
        ResultError: the curves contradict themselves.

    Example:
        >>> falls = [1 / epoch for epoch in range(1, 21)]
        >>> diagnose({"loss": falls, "val_loss": [0.1 + loss for loss in falls]}).best_epoch
        20
    """
    content = getattr(curves, "history", curves)
    if not isinstance(content, (TrainingHistory, Mapping)):
        raise ResultError(f"A {type(curves).__name__} holds no curves; give a Keras History or a dict of lists.")
    history = content if isinstance(content, TrainingHistory) else TrainingHistory.of(content)
    return judge(history, None if validation_losses is None else np.asarray(validation_losses))
