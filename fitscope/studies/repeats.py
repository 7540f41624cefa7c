"""One setting trained several times: with other seeds, or with each fold held out; and what the trainings say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import Dataset
from fitscope.diagnosis import Diagnosis, judge
from fitscope.diagnosis.spread import Spread, judged, spread
from fitscope.errors import UsageError
from fitscope.history import TrainingHistory, mean_of
from fitscope.plan import Plan
from fitscope.result import Repeats, Score, Training
from fitscope.training import Run

Losses = NDArray[np.floating]


def plans(plan: Plan, data: Dataset, repeats: int = 1, folds: int | None = None) -> dict[str, Plan]:
    """Return the plans that train one setting several times, by name; one plan where neither is asked for.

    Args:
        plan: the setting.
        data: decides how large the folds are.
        repeats: how many seeds, the plan's own and those after it.
        folds: how many folds; None for one hold-out.

    Raises:
        UsageError: both are asked for, or the data has no such folds.
    """
    if folds is None:
        return {f"seed {seed}" if repeats > 1 else "": plan.replace(seed=seed) for seed in plan.seeds(repeats)}
    if repeats > 1:
        raise UsageError("--repeats and --folds answer two questions; ask one at a time.")
    if data.ordered:
        raise UsageError("--folds would validate on rows that are older than the training rows; leave out --time or --folds.")
    several = [plan.replace(fold=(number, folds)) for number in range(1, folds + 1)]
    return {f"fold {p.fold[0]}": p.replace(validation=len(data.held_out(p))) for p in several if p.fold is not None}


@dataclass(frozen=True)
class Together:
    """Hold what several trainings of one setting say together.

    Args:
        history: of the one training, or the mean curves.
        losses: the validation samples' losses [epochs, samples]: of the one training, the mean over seeds, or all folds
            side by side.
        each: the same for each seed; of folds one for all.
        groups: the group of each validation sample, None where there are none.
        seeds: how many seeds there are.
    """

    history: TrainingHistory
    losses: Losses
    each: tuple[Losses, ...]
    groups: NDArray[np.int64] | None
    seeds: int


def together(runs: Sequence[Run], data: Dataset) -> Together:
    """Put the trainings of one setting together, up to the last epoch that all of them have.

    Args:
        runs: of other seeds, or of every fold. One that diverged is left out where others did not, and the report says so.
        data: gives the samples' groups.
    """
    runs = judged(runs)
    epochs = min(len(run.history) for run in runs)
    each = [run.validation_losses[:epochs] for run in runs]
    groups = [data.groups[data.held_out(run.plan)] for run in runs] if data.groups is not None else None
    if len(runs) == 1:
        return Together(runs[0].history, each[0], (each[0],), None if groups is None else groups[0], 1)
    history = mean_of([run.history for run in runs])
    if runs[0].plan.fold is None:
        mean: Losses = np.asarray(np.mean(each, axis=0, dtype=np.float64))
        return Together(history, mean, tuple(each), None if groups is None else groups[0], len(runs))
    whole = np.concatenate(each, axis=1)
    history = history.replaced("val_loss", whole.mean(axis=1, dtype=np.float64))
    return Together(history, whole, (whole,), None if groups is None else np.concatenate(groups), 1)


def diagnose(found: Together, data: Dataset, plan: Plan, majority: float | None) -> Diagnosis:
    """Judge the trainings of one setting by their common curve; where samples form groups, groups take their place."""
    classes = len(data.classes) if majority is not None else None
    samples = None if found.groups is None else len(found.groups)
    if found.seeds > 1:
        over_seeds = np.stack([losses.mean(axis=1, dtype=np.float64) for losses in found.each], axis=1)
        each = [_over_groups(losses, found.groups) for losses in found.each]
        return judge(found.history, over_seeds, majority=majority, classes=classes, repeats=True, each=each, seed=plan.seed,
                     samples=samples)  # fmt: skip
    return judge(found.history, _over_groups(found.losses, found.groups), majority=majority, classes=classes, seed=plan.seed,
                 samples=samples)  # fmt: skip


def majority_of(runs: Sequence[Run], data: Dataset) -> float | None:
    """Return the largest class's share of all samples that the trainings held out; None where a sample has no one class."""
    if runs[0].plan.fold is None or data.task not in ("binary", "multiclass"):
        return data.majority(runs[0].plan)
    labels = data.y_train[np.concatenate([data.held_out(run.plan) for run in runs])]
    return float(np.bincount(labels).max() / len(labels))


def _over_groups(losses: Losses, groups: NDArray[np.int64] | None) -> Losses:
    return losses if groups is None else over_groups(losses, groups)


def over_groups(losses: Losses, groups: NDArray[np.int64]) -> Losses:
    """Return losses [epochs, groups] whose mean is that of the samples and whose spread is that between groups.

    A group's loss is its sum times groups over samples, so that large groups keep their weight (the ratio estimator of
    cluster sampling; Cochran 1977, chapter 9A).
    """
    names, places = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(losses), len(names)))
    for column, place in enumerate(places):
        sums[:, place] += losses[:, column]
    return sums * (len(names) / len(groups))


def entry(run: Run, base: Plan, data: Dataset, test: Score | None = None) -> Training:
    """Return one training of a study as the result holds it."""
    majority, groups = data.majority(run.plan), None if data.groups is None else data.groups[data.held_out(run.plan)]
    said = judge(run.history, _over_groups(run.validation_losses, groups), majority=majority, seed=run.plan.seed,
                 classes=len(data.classes) if majority is not None else None)  # fmt: skip
    changes = run.plan.differences(base)
    return Training(changes, run.history, said.best_epoch, said.best_val_loss, said.verdict, round(run.seconds, 3), test)


def summary(trainings: Sequence[Training]) -> Repeats | None:
    """Return what several seeds have in common; None with fewer than two that have a best epoch."""
    known = [training for training in trainings if training.best_epoch is not None]
    epochs, losses = spread([t.best_epoch for t in known]), spread([t.best_val_loss for t in known])
    if len(known) < 2 or epochs is None or losses is None:
        return None
    tested = {name: _tested(known, name) for name in ("loss", "accuracy", "mae")}
    return Repeats(epochs, losses, test_loss=tested["loss"], accuracy=tested["accuracy"], mae=tested["mae"])


def _tested(trainings: Sequence[Training], name: str) -> Spread | None:
    """Return what one measure of the test results has in common, where every training has it."""
    values = [getattr(training.test, name) if training.test else None for training in trainings]
    return None if None in values else spread(values)
