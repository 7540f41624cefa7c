"""Which runs' losses were measured alike: on one data set, for one task, towards the same targets."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from fitscope.comparison.read import ReadRun


@dataclass(frozen=True)
class Scale:
    """Hold runs whose losses can be ranked.

    Args:
        runs: their places, in the order given.
        data, task: what they were measured on; empty where only logs are known.
        lowest: the run with the lowest best validation loss, the first on ties; None where no run has one.
        guessed: whether logs are among them, of which nobody knows what data and which loss they speak of.
        own_losses: whether a network of a person's own may have brought another loss; which one, no result says.
    """

    runs: tuple[int, ...]
    data: str
    task: str
    lowest: int | None
    guessed: bool = False
    own_losses: bool = False


def scales(runs: Sequence[ReadRun]) -> tuple[Scale, ...]:
    """Return the scales in the order of their first run.

    Logs do not say what data they speak of. Where all other runs share one scale they are laid on it, and marked as guessed.
    """
    found: dict[Hashable, list[int]] = {}
    for place, run in enumerate(runs):
        found.setdefault(_key(run), []).append(place)
    if len(found) == 2 and None in found:
        found = {"together": sorted(place for places in found.values() for place in places)}
    return tuple(_scale(runs, tuple(places)) for places in found.values())


def _key(run: ReadRun) -> Hashable:
    data, plan = run.result.dataset, run.result.plan
    if data is None:
        return None
    target = "" if plan is None else str(plan.options.get("target", ""))
    return data.sha256 or data.name, data.task, target, data.classes


def _scale(runs: Sequence[ReadRun], places: tuple[int, ...]) -> Scale:
    known = [runs[place] for place in places if runs[place].result.dataset is not None]
    data = next((run.result.dataset for run in known if run.result.dataset is not None), None)
    networks = {_network(run) for run in known}
    return Scale(
        runs=places,
        data="" if data is None else data.name,
        task="" if data is None else data.task,
        lowest=_lowest(runs, places),
        guessed=len(known) < len(places),
        own_losses=len(networks) > 1,
    )


def _network(run: ReadRun) -> str:
    """Return whose loss the network was trained with: fitscope's own for all of its networks, or the person's file's."""
    plan = run.result.plan
    return f"{plan.model} {plan.model_sha256}" if plan is not None and ".py:" in plan.model else ""


def _lowest(runs: Sequence[ReadRun], places: Sequence[int]) -> int | None:
    losses = {place: runs[place].result.diagnosis.best_val_loss for place in places}
    known = {place: loss for place, loss in losses.items() if loss is not None and math.isfinite(loss)}
    return min(known, key=lambda place: known[place]) if known else None
