"""Where trainings run: here, in processes, or on a cluster; one small interface for all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from fitscope.errors import DataError
from fitscope.studies.work import Finished, Told
from fitscope.training import Run


class PlaceError(DataError):
    """The place is gone, and with it every training that would run there."""


@dataclass
class Place:
    """A place where trainings run, and how to hear of them.

    Args:
        executor: runs them.
        workers: how many at a time.
        train: does a `Job`.
        finish: tests and keeps the final models, as `work.finish` does.
        hear: gives what was told since the last call.
        stop: asks every training to end after its epoch.
        renew: gives a fresh executor in the place of a broken one; None where it cannot break.
        extra: goes with every call: the data where workers were sent it.
        explain: makes of an error of the executor's own what a person can use.
    """

    executor: Executor
    workers: int
    train: Callable[..., Run]
    finish: Callable[..., Finished]
    hear: Callable[[], list[Told]] = list
    stop: Callable[[], None] = lambda: None
    renew: Callable[[], Executor] | None = None
    extra: tuple[Any, ...] = ()
    explain: Callable[[Exception], Exception] = lambda error: error

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have something done: `train` or `finish` with their arguments."""
        return self.executor.submit(call, *arguments, *self.extra)
