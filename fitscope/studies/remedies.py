"""What would help: the same data with one thing changed at a time, each a plan, and what each change brings."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fitscope.datasets import Dataset, is_known, own
from fitscope.diagnosis.gains import Family, Gain, compare, compare_families
from fitscope.diagnosis.spread import finite
from fitscope.plan import Plan
from fitscope.result import Remedy, Training
from fitscope.studies.repeats import entry, together
from fitscope.training import Run, settings

L2 = 0.001
DROPOUT = 0.5
FEWER = 10  # the words that are left: a tenth
TIMES = 4  # as many units, or a quarter
SLOWER = 3
# Keras' own step sizes.
RATES = {"rmsprop": 0.001, "adam": 0.001, "adamw": 0.001, "nadam": 0.001, "adagrad": 0.001, "sgd": 0.01}


def plans(plan: Plan, data: Dataset) -> dict[str, Plan]:
    """Return the remedies that make sense for a plan, each with one thing changed.

    A person's own network is only trained otherwise: what it is made of, its function decides.

    Args:
        plan: the training that they are compared with.
        data: gives the task.

    Returns:
        Plans by the remedy's code.
    """
    changes: dict[str, Callable[[], Plan | None]] = {
        "smaller": lambda: _network(plan, data, units=lambda units: max(2, units // TIMES)),
        "larger": lambda: _network(plan, data, units=lambda units: units * TIMES),
        "l2": lambda: _network(plan, data, l2=lambda _: L2),
        "dropout": lambda: _network(plan, data, dropout=lambda _: DROPOUT),
        "l2_dropout": lambda: _network(plan, data, l2=lambda _: L2, dropout=lambda _: DROPOUT),
        "fewer_words": lambda: _fewer_words(plan, data),
        "lower_learning_rate": lambda: _slower(plan),
    }
    made = {code: change() for code, change in changes.items()}
    return {code: changed for code, changed in made.items() if changed is not None and changed != plan}


def _network(plan: Plan, data: Dataset, **changes: Callable[[Any], Any]) -> Plan | None:
    if own.is_own(plan.model):
        return None
    given = settings(plan, data.task)
    if not given["layers"]:  # without hidden layers there is nothing to make smaller or to drop
        return None
    changed = {name: change(given[name]) for name, change in changes.items()}
    return plan.replace(hyperparameters=dict(plan.hyperparameters) | changed)


def _fewer_words(plan: Plan, data: Dataset) -> Plan | None:
    if plan.num_words is None or plan.num_words < 100 * FEWER:
        return None
    if not is_known(plan.dataset) and "num_words" not in getattr(data.fit, "keywords", {}):  # words that a function chose
        return None
    return plan.replace(num_words=plan.num_words // FEWER)


def _slower(plan: Plan) -> Plan | None:
    rate = plan.learning_rate or RATES.get(plan.optimizer or "")
    return None if rate is None else plan.replace(learning_rate=float(f"{rate / SLOWER:.2g}"))


def results(
    base: Plan, data: Dataset, baseline: Sequence[Run], changed: Mapping[str, Sequence[Run]], seed: int
) -> tuple[Remedy, ...]:
    """Say what each remedy brought, those that help most first.

    Folds are compared one by one: where a fold diverged on either side, it is left out of both, and the remedy says so.

    Args:
        base: the plan without a change.
        data: the data.
        baseline: its trainings: of several seeds, or of every fold.
        changed: the same of each remedy, by its code.
        seed: of the resamples.
    """
    if baseline[0].plan.fold is None:
        plain = together(baseline, data)
        gains = compare(plain.each, [together(runs, data).each for runs in changed.values()], groups=plain.groups, seed=seed)
        lost: list[tuple[int, ...]] = [()] * len(changed)
    else:
        gains, lost = _over_folds(data, baseline, changed, seed)
    found = [
        _remedy(code, entry(runs[0], base, data), gain, sum(not finite(run.history) for run in runs), left_out)
        for (code, runs), gain, left_out in zip(changed.items(), gains, lost, strict=True)
    ]
    return tuple(sorted(found, key=lambda remedy: -remedy.shown if math.isfinite(remedy.shown) else math.inf))


def _remedy(code: str, first: Training, gain: Gain, diverged: int, left_out: tuple[int, ...]) -> Remedy:
    """Return what a remedy brought, with the curves of its first training."""
    return Remedy(
        changes={name: value for name, value in first.changes.items() if name not in ("fold", "validation", "seed")},
        history=first.history,
        best_epoch=first.best_epoch,
        best_val_loss=first.best_val_loss,
        verdict=first.verdict,
        seconds=first.seconds,
        name=code,
        gain=gain.gain,
        interval=gain.interval,
        p=gain.p_holm,
        corrected=gain.corrected if math.isfinite(gain.corrected) else None,
        diverged=diverged,
        clear=gain.clear and not diverged,
        seeds=gain.seeds,
        spread=gain.spread,
        left_out=left_out,
    )


def _over_folds(
    data: Dataset, baseline: Sequence[Run], changed: Mapping[str, Sequence[Run]], seed: int
) -> tuple[tuple[Gain, ...], list[tuple[int, ...]]]:
    """Return each remedy's gain over the folds that came to finite losses on both sides, and the other folds' numbers."""
    families, lost = [], []
    for runs in changed.values():
        sides = [{run.plan.fold: run for run in side if run.plan.fold is not None} for side in (baseline, runs)]
        both = [fold for fold in sides[0] if fold in sides[1] and all(finite(side[fold].history) for side in sides)]
        lost.append(tuple(sorted({fold[0] for side in sides for fold in side} - {fold[0] for fold in both})))
        if not both:
            families.append(Family((), [()]))
            continue
        plain, other = (together([side[fold] for fold in both], data) for side in sides)
        families.append(Family(plain.each, [other.each], plain.groups))
    return compare_families(families, seed=seed), lost
