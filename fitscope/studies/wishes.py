"""What a person asks beside the one training, checked, and the jobs that answer it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fitscope.datasets import Dataset
from fitscope.datasets.streams import Streams
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.studies import remedies, repeats, sizes
from fitscope.studies.search import ORACLES
from fitscope.studies.work import Job

MOST = 10_000  # trainings of one kind
REFIT_BY = ("epochs", "updates")


@dataclass(frozen=True)
class Wishes:
    """Hold what is asked beside the one training.

    Args:
        refit_by: what the refit keeps of the best epoch: its number of `epochs` or of `updates`.
        repeats: how many trainings in all, each with another seed.
        folds: how many folds; None for one hold-out.
        remedies: whether networks and settings are tried that may help.
        sizes: whether parts of the data are tried.
        search: the oracle of a search, else None.
        trials: how many trials it has at most.

    Raises:
        UsageError: a number is out of its range, or two wishes exclude each other.
    """

    refit_by: str = "epochs"
    repeats: int = 1
    folds: int | None = None
    remedies: bool = False
    sizes: bool = False
    search: str | None = None
    trials: int = 20

    def __post_init__(self) -> None:
        if self.refit_by not in REFIT_BY:
            raise UsageError(f"--refit-by {self.refit_by} is not known; take {' or '.join(REFIT_BY)}.")
        if self.search is not None and self.search not in ORACLES:
            raise UsageError(f"--search {self.search} is not known; take one of {', '.join(ORACLES)}.")
        for name, lowest in (("repeats", 1), ("trials", 1), ("folds", 2)):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= MOST):
                raise UsageError(f"--{name} {value} is not possible; give a whole number from {lowest} to {MOST:,}.")
        if self.folds is not None:
            self._check_folds()

    def _check_folds(self) -> None:
        others = {"--repeats": self.repeats > 1, "--sizes": self.sizes, "--search": self.search is not None}
        if wished := [name for name, asked in others.items() if asked]:
            raise UsageError(f"--folds and {wished[0]} answer two questions with other hold-outs; ask one at a time.")
        if self.refit_by == "updates":
            raise UsageError("--refit-by updates needs one hold-out, and --folds has several; refit by epochs.")

    @property
    def several(self) -> bool:
        """Whether anything is trained beside the one training."""
        return self != Wishes(refit_by=self.refit_by, trials=self.trials)

    def to_json(self) -> dict[str, Any]:
        """Return the wishes as plain data."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Jobs:
    """Hold the jobs that answer the wishes, but for a search's: its oracle invents them.

    Args:
        main: the one training, its repeats or its folds.
        remedies: those of each remedy, by its code.
        sizes: of the parts of the data.
    """

    main: tuple[Job, ...]
    remedies: Mapping[str, tuple[Job, ...]]
    sizes: tuple[Job, ...]

    @property
    def all(self) -> list[Job]:
        """All of them, in the order in which they are begun."""
        return [*self.main, *(job for jobs in self.remedies.values() for job in jobs), *self.sizes]


def jobs(plan: Plan, wishes: Wishes, data: Dataset) -> Jobs:
    """Return the jobs that answer the wishes.

    Raises:
        UsageError: the data cannot answer one of them.
    """
    if isinstance(data.x_train, Streams):
        _check_streams(wishes, data)
    main = _named(repeats.plans(plan, data, wishes.repeats, wishes.folds))
    tried = remedies.plans(plan, data) if wishes.remedies else {}
    changed = {code: _named(repeats.plans(p, data, wishes.repeats, wishes.folds), code) for code, p in tried.items()}
    parts = _named(sizes.plans(plan, data, wishes.repeats)) if wishes.sizes else ()
    if (changed or parts) and len(main) == 1:
        main = (dataclasses.replace(main[0], name="as planned"),)
    return Jobs(tuple(dataclasses.replace(job, answers=True) for job in main), changed, parts)


def _check_streams(wishes: Wishes, data: Dataset) -> None:
    """Refuse what needs other splits than the one that tf.data brings."""
    if wished := [name for name, asked in (("--folds", wishes.folds), ("--sizes", wishes.sizes)) if asked]:
        raise UsageError(
            f"{wished[0]} splits the training samples anew, and {data.name} gives batches from tf.data, which have one split, "
            "their own; leave it out, or return arrays."
        )


def _named(plans: Mapping[str, Plan], what: str = "") -> tuple[Job, ...]:
    spoken = what.replace("_", " ")
    return tuple(Job(", ".join(filter(None, [spoken, name])), plan) for name, plan in plans.items())
