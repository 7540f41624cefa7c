"""What the curves say, from numbers alone: no Keras, no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fitscope import words
from fitscope.diagnosis.advice import advise
from fitscope.diagnosis.best_epoch import Uncertainty, best, uncertainty, uncertainty_again
from fitscope.diagnosis.findings import Advice, Check, Evidence, Finding, findings, without_validation
from fitscope.diagnosis.paired import by_covariance, by_samples, square
from fitscope.diagnosis.regions import Region, regions, told
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
        checks: how looking for each finding ended, `not_applicable` where the curves cannot tell; empty where no
            epoch has a validation loss.
        uncertainty: how sure the best epoch is; None where there is no best epoch.
        picture: draws the diagnosis as HTML for a notebook; no part of what the curves say.

    Sources: Breiman et al. 1984 (one standard error), Prechelt 1998 (stopping rules), Politis & Romano 1994 (noise of one curve);
    the limits stand in `fitscope.diagnosis.thresholds`.

    Example:
        >>> import fitscope
        >>> said = fitscope.diagnose({"loss": [0.9, 0.5, 0.3, 0.2, 0.1, 0.05], "val_loss": [0.9, 0.6, 0.5, 0.6, 0.7, 0.8]})
        >>> said.verdict, said.best_epoch, said.gap, [(region.label, region.first) for region in said.regions]
        ('overfitting', 3, 0.2, [('underfitting', 1), ('good_fit', 3), ('overfitting', 4)])
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
    checks: tuple[Check, ...] = ()
    picture: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    @property
    def message(self) -> str:
        """The verdict as one sentence."""
        first, last_member = self.plateau or (None, None)
        last = self.regions[-1].last if self.regions else None
        numbers = {"best": self.best_epoch, "first": first, "last_member": last_member, "last": last, "members": self.members}
        return words.verdict(self.verdict, {**self.evidence, **numbers})

    @property
    def members(self) -> int | None:
        """How many epochs the plateau has; None where it holds all between its first and its last, or is not known."""
        if self.plateau is None or self.uncertainty is None:
            return None
        count = len(self.uncertainty.plateau_members)
        return count if 0 < count < self.plateau[1] - self.plateau[0] + 1 else None

    @property
    def told(self) -> tuple[Region, ...]:
        """The regions as people are told them; what comes after the plateau is `undecided` where nothing settles it."""
        return told(self.regions, self.plateau, self.verdict)

    def __str__(self) -> str:
        return f"{words.label(self.verdict)}: {self.message}"

    shown: ClassVar[Callable[[Diagnosis], str] | None] = None  # draws one whose curves are not known; set by `fitscope.report`

    def _repr_html_(self) -> str | None:
        if self.picture is not None:
            return self.picture()
        return None if Diagnosis.shown is None else Diagnosis.shown(self)


def judge(
    history: TrainingHistory,
    losses: NDArray[np.floating] | None = None,
    *,
    majority: float | None = None,
    classes: int | None = None,
    repeats: bool = False,
    each: Sequence[NDArray[np.floating]] = (),
    samples: int | None = None,
    stopped: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Diagnosis:
    """Say what the curves of one training say (DESIGN section 7).

    Args:
        history: the curves.
        losses: every validation sample's loss [epochs, samples]; None where only the log is known, which alone counts where a
            sample's loss at the best epoch is not finite.
        classes: how many there are; None where there are none, or where nothing but the log is known.
        repeats: whether `losses` are those of several trainings [epochs, trainings], and the history is their mean.
        each: with `repeats`, every validation sample's loss in each training [epochs, samples]; empty where it is not known.
        samples: how many validation samples there are, where `losses` are those of groups of them [epochs, groups].
        majority: the largest class's share of the validation samples, None where there are no classes.
        stopped: the `epoch` that a rule ended the training at, and the chance of a better one in `percent`; empty where none
            did, None where it is not known.
        seed: of the bootstrap and the simulations.

    Returns:
        The diagnosis.

    Raises:
        ResultError: the samples' losses do not fit the epochs.
    """
    losses = None if losses is None or losses.shape[1] < 2 else losses
    if losses is not None and len(losses) != len(history):
        raise ResultError(f"There are {len(history)} epochs and samples' losses of {len(losses)}; give [epochs, samples].")
    lowest = best(history.val_loss)
    # Samples are compared with themselves at the best epoch: where those are not known, nothing but the curves is.
    if losses is not None and lowest is not None and not np.isfinite(losses[lowest]).all():
        losses = None
    code, numbers = verdict(history, None if losses is None else by_samples(losses), majority, seed)
    if stopped and numbers.get("reason") in ("still_falling", "still_rising"):  # more epochs are what the rule advised against
        numbers = {**numbers, "reason": "stopped"}
    if lowest is None:
        return _without_validation(history, code, numbers)
    each = each if all(np.isfinite(training[lowest]).all() for training in each) else ()
    sure = uncertainty(history.val_loss, history.epochs, losses, seed, repeats=repeats, each=each, loss=history.loss)
    if samples is not None and sure.samples is not None:
        sure = replace(sure, samples=samples, groups=sure.samples)
    return _said(history, code, numbers, sure, classes, stopped)


def again(
    history: TrainingHistory,
    kept: Uncertainty | None,
    *,
    over_seeds: NDArray[np.floating] | None = None,
    majority: float | None = None,
    classes: int | None = None,
    seed: int = 0,
) -> Diagnosis:
    """Say once more what the curves of a result say, from the curves and from what the result keeps of its samples.

    Verdict, best epoch, gap and plateau come out as they did when the samples themselves were there; beyond 100 epochs, where
    no covariance is kept, the verdict is that of the curves alone.

    Args:
        history: the curves.
        kept: what the result says of its uncertainty; None, or one from the log alone, judges the curves alone.
        over_seeds: with repeats, each training's validation loss [epochs, trainings].
        majority: the largest class's share of the validation samples, None where there are no classes.
        classes: how many there are, None where there are none.
        seed: of the plan.

    Raises:
        ResultError: what was kept contradicts itself or the curves.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> losses = np.abs(np.linspace(-1, 1, 12))[:, None] + rng.random((12, 400))
        >>> history = TrainingHistory.of({"loss": 1 / np.arange(1.0, 13), "val_loss": losses.mean(axis=1)})
        >>> first = judge(history, losses)
        >>> second = again(history, first.uncertainty)
        >>> (first.verdict, first.plateau) == (second.verdict, second.plateau)
        True
    """
    if kept is None or kept.basis == "log" or best(history.val_loss) is None:
        return judge(history, majority=majority, classes=classes, seed=seed)
    covariance = None if kept.covariance is None else square(kept.covariance, len(history))
    if kept.basis == "repeats":
        paired = None if over_seeds is None else by_samples(over_seeds)
    else:
        paired = None if covariance is None else by_covariance(covariance)
    code, numbers = verdict(history, paired, majority, seed)
    sure = uncertainty_again(history.val_loss, history.epochs, kept, covariance, seed)
    return _said(history, code, numbers, sure, classes, None)


def _without_validation(history: TrainingHistory, code: str, numbers: dict[str, Any]) -> Diagnosis:
    found = without_validation(code, numbers, history.loss)
    rules = stopping(history.val_loss, history.epochs, history.loss)
    return Diagnosis(code, numbers, None, None, None, None, (), rules, found, advise(found), None)


def _said(
    history: TrainingHistory,
    code: str,
    numbers: dict[str, Any],
    sure: Uncertainty,
    classes: int | None,
    stopped: Mapping[str, Any] | None,
) -> Diagnosis:
    """Put together what verdict and uncertainty say, with what follows from them."""
    lowest = best(history.val_loss)
    assert lowest is not None
    repeats = sure.basis == "repeats"
    plateau = sure.plateau_members[0], sure.plateau_members[-1]
    found, checks = findings(
        Evidence(history, code, lowest, plateau, None if repeats else sure.samples, numbers, repeats, classes, stopped)
    )
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
        checks=checks,
    )
