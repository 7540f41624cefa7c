"""What differs between plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fitscope.comparison.read import ReadRun
from fitscope.result import Result


@dataclass(frozen=True)
class Difference:
    """Hold one setting that not all plans have alike.

    Args:
        setting: its name in the plan; hyperparameters and options stand under their own names.
        values: by the place of the run; a log's plan is unknown, so it is not among them. None where a plan leaves it open.
    """

    setting: str
    values: dict[int, Any]


def differences(runs: Sequence[ReadRun]) -> tuple[Difference, ...]:
    """Return the settings that differ, in the plan's order.

    Args:
        runs: those without a plan are left out.
    """
    plans = {place: _settings(run.result) for place, run in enumerate(runs) if run.result.plan is not None}
    names = dict.fromkeys(name for settings in plans.values() for name in settings)
    found = {name: {place: settings.get(name) for place, settings in plans.items()} for name in names}
    return tuple(Difference(name, values) for name, values in found.items() if not _alike(list(values.values())))


def _settings(result: Result) -> dict[str, Any]:
    """Return a plan's settings one by one, and how many trainings its curves are the mean of."""
    if result.plan is None:
        return {}
    content = result.plan.to_json()
    del content["seed_from"]  # it decides nothing
    own: dict[str, Any] = content.pop("hyperparameters") | content.pop("options")
    several = {"repeats": len(result.studies.repeats) or None, "folds": len(result.studies.folds) or None}
    return content | several | own


def _alike(values: list[Any]) -> bool:
    return all(value == values[0] for value in values[1:])
