"""Which runs can be paired, and whether they differ beyond chance."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fitscope.comparison.read import ReadRun
from fitscope.diagnosis.gains import Family, Gain, compare_families
from fitscope.result import Interval, Result

ALL_UP_TO = 5  # runs are each tested against each; beyond, against the first of those that share its samples


@dataclass(frozen=True)
class Paired:
    """Hold how far one run's best validation loss lies below another's on the same validation samples.

    Args:
        lower, higher: the runs' places.
        by: the difference without what choosing each run's best epoch on these samples flatters; never below 0.
        interval: 95 % for all pairs together; below 0 the run called lower is the higher one.
        observed: the difference of the two lowest losses as they stand.
        p: for no difference, corrected for the number of pairs (Holm 1979).
        clear: whether the difference is more than chance explains.
    """

    lower: int
    higher: int
    by: float
    interval: Interval
    observed: float
    p: float
    clear: bool


@dataclass(frozen=True)
class Unpaired:
    """Say which runs no test was made with, and why.

    Args:
        runs: their places.
        reason: `log`, `no_samples`, `too_large`, `contradicts`, `no_groups`, `other_samples`, `alone` or `not_finite`.
        than: the run whose validation samples are other ones, with `other_samples`.
        settings: what decides the validation samples, and differs from that run's.
    """

    runs: tuple[int, ...]
    reason: str
    than: int | None = None
    settings: tuple[str, ...] = ()


def pairs(runs: Sequence[ReadRun]) -> tuple[tuple[Paired, ...], tuple[Unpaired, ...]]:
    """Test which runs' best validation losses differ, where they were measured on the same samples.

    Up to `ALL_UP_TO` runs are each tested against each; of more, each against the first of those with its samples, so that what
    is tested does not depend on how it turned out.

    Args:
        runs: those to test, in the order given.

    Returns:
        The tests that were made, corrected for their number, and the runs that none was made with.
    """
    alike: dict[Hashable, list[int]] = {}
    for place, run in enumerate(runs):
        if run.losses is not None:
            alike.setdefault(_held_out(run), []).append(place)
    sides = [(places[i], places[i + 1 :]) for places in alike.values() if len(places) > 1 for i in _firsts(len(runs), places)]
    gains = compare_families([Family([_losses(runs[one])], [[_losses(runs[other])] for other in others], runs[one].groups)
                              for one, others in sides])  # fmt: skip
    order = [(one, other) for one, others in sides for other in others]
    tested = {both: gain for both, gain in zip(order, gains) if math.isfinite(gain.corrected)}
    spoilt = [place for both in order if both not in tested for place in both if not np.isfinite(_losses(runs[place])).all(1).any()]
    return tuple(_paired(*both, gain) for both, gain in tested.items()), _unpaired(runs, alike, tuple(dict.fromkeys(spoilt)))


def _firsts(count: int, places: Sequence[int]) -> range:
    return range(len(places) - 1) if count <= ALL_UP_TO else range(1)


def _losses(run: ReadRun) -> np.ndarray:
    return np.empty((0, 0)) if run.losses is None else run.losses


def _paired(one: int, other: int, gain: Gain) -> Paired:
    if gain.corrected >= 0:
        return Paired(other, one, gain.corrected, gain.interval, gain.gain, gain.p_holm, gain.clear)
    low, high = gain.interval
    return Paired(one, other, -gain.corrected, (-high, -low), -gain.gain, gain.p_holm, gain.clear)


def deciding(result: Result) -> Mapping[str, object]:
    """Return what decides which samples are held out, by the setting's name: the data, how it is read, and how many.

    Seed, network, optimizer and vocabulary take no part in it; a split depends on the labels alone (`Dataset.held_out`). Of folds
    those are named whose losses are there: one that diverged, or was not trained, is left out.
    """
    plan, data, folds = result.plan, result.dataset, result.studies.folds
    if plan is None or data is None:
        return {}
    return {
        "data": data.sha256 or plan.data_sha256,
        **{name: json.dumps(value, sort_keys=True, default=str) for name, value in sorted(plan.options.items())},
        "validation": None if folds else plan.validation,
        "folds": json.dumps([fold.changes.get("fold") for fold in folds if np.isfinite(fold.history.val_loss).all()]),
        "fold": plan.fold,
    }


def _held_out(run: ReadRun) -> Hashable:
    groups = None if run.groups is None else run.groups.tobytes()
    return tuple(deciding(run.result).items()), _losses(run).shape[1], groups


def _unpaired(runs: Sequence[ReadRun], alike: Mapping[Hashable, list[int]], spoilt: tuple[int, ...]) -> tuple[Unpaired, ...]:
    reasons: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        if run.losses is None:
            reasons.setdefault(run.lacks or "no_samples", []).append(place)
    found = [Unpaired(tuple(places), reason) for reason, places in reasons.items()]
    found += [Unpaired(spoilt, "not_finite")] if spoilt else []
    first, *others = sorted(alike.values(), key=len, reverse=True) or [[]]
    found += [Unpaired(tuple(places), "other_samples", first[0], _settings(runs, first[0], places[0])) for places in others]
    return (*found, Unpaired(tuple(first), "alone")) if len(first) == 1 and not others and len(runs) > 1 else tuple(found)


def _settings(runs: Sequence[ReadRun], one: int, other: int) -> tuple[str, ...]:
    mine, theirs = (deciding(runs[place].result) for place in (other, one))
    return tuple(name for name in dict.fromkeys((*mine, *theirs)) if mine.get(name) != theirs.get(name))
