"""An analysis under way: what it tells, what decides it, and what it has found so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fitscope.datasets import Leak, Located
from fitscope.diagnosis import Diagnosis
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.result import Answers, Author, Search
from fitscope.studies.repeats import Together
from fitscope.studies.search import Tuner
from fitscope.studies.wishes import Jobs, Wishes
from fitscope.studies.work import Told
from fitscope.training import Run


@dataclass(frozen=True)
class Step:
    """Tell that a step of the ritual begins or has found something, in a sentence.

    Args:
        name: `folder`, `data`, `train`, `search`, `trial`, `refit`, `test` or `report`.
        text: the sentence.
        jobs: the trainings that begin with it, by name, each with its epochs.
    """

    name: str
    text: str
    jobs: dict[str, int] = field(default_factory=dict)


Tell = Callable[[Step | Told], object]


@dataclass
class Voice:
    """Tell a person what happens, but while it would tell what a blind run keeps for later.

    Args:
        tell: what is told.
        hushed: whether nothing is.
    """

    tell: Tell
    hushed: bool = False

    def __call__(self, event: Step | Told) -> None:
        if not self.hushed:
            self.tell(event)


@dataclass(kw_only=True)
class Course:
    """An analysis under way: what decides it, whom to tell, when to stop, and the seconds that each part took."""

    plan: Plan
    wishes: Wishes
    located: Located
    tell: Voice
    should_stop: Callable[[], bool]
    workers: int | None
    cluster: str | None
    command: str
    near_duplicates: bool = False  # looked for in large data, too
    author: Author | None = None
    notes: str | None = None
    answers: Answers | None = None
    blind: bool = False
    leaks: tuple[Leak, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise UsageError(f"--workers {self.workers} is not possible; give a whole number of at least 1, or leave it out.")

    @contextmanager
    def part(self, name: str) -> Any:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 3)


@dataclass
class Found:
    """What the trainings found so far: every choice is made from this, before the test data is read.

    Args:
        jobs: what was to be trained.
        runs: what came of it, by the jobs' names.
        common: what the main trainings say together.
        diagnosis: of their common curve.
        majority: the largest class's share of the validation samples.
        tuner, search: the search and its result, None where none was asked for.
        skipped: why nothing is refitted, or None.
        refits: the refitted runs: the network's, then the search's winner's.
    """

    jobs: Jobs
    runs: dict[str, Run]
    common: Together
    diagnosis: Diagnosis
    majority: float | None
    tuner: Tuner | None = None
    search: Search | None = None
    skipped: str | None = None
    refits: tuple[Run, ...] = ()

    @property
    def main(self) -> list[Run]:
        return [self.runs[job.name] for job in self.jobs.main if job.name in self.runs]
