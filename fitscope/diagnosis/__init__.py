"""What the curves say, from numbers alone: no Keras, no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fitscope.diagnosis.best_epoch import Uncertainty
from fitscope.diagnosis.findings import Advice, Finding
from fitscope.diagnosis.regions import Region
from fitscope.diagnosis.stopping import StoppingRule


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
