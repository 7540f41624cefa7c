"""The one mechanism that does many plans: finished ones come from the store, the others from the executor, and all are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from fitscope.datasets import Located
from fitscope.errors import DataError, FitscopeError, OutputError
from fitscope.studies import executors
from fitscope.studies.place import Place, PlaceError
from fitscope.studies.store import Store
from fitscope.studies.work import Finished, Job, Told
from fitscope.training import Run

LOOK_SECONDS = 0.1  # between two looks at what workers told
KILLED_AT_MOST = 2  # times that a training's worker may be killed while nothing else is under way
RENEWED_AT_MOST = 10  # times in a row, with no training ended in between
Tell = Callable[[Told], object]
Done = Callable[[Job, Run], object]
Failed = Callable[[Job, FitscopeError], object]


@dataclass
class Crew:
    """Do jobs and tell of them.

    Args:
        place: where they are done.
        store: keeps what is finished.
        tell: is told every epoch of every training.
        should_stop: is asked after every epoch; True ends the trainings after their epoch, and begins no other.
    """

    place: Place
    store: Store
    tell: Tell
    should_stop: Callable[[], bool]
    stopped: bool = False
    _waiting: dict[Future[Run], Job] = field(default_factory=dict)
    _suspects: list[Job] = field(default_factory=list)  # of workers that were killed; a pool breaks as a whole
    _alone: bool = False  # whether one of them is under way
    _killed: Counter[str] = field(default_factory=Counter)
    _renewed: int = 0

    def train(self, jobs: Iterable[Job]) -> dict[str, Run]:
        """Do all jobs.

        Returns:
            The runs by their jobs' names, in the jobs' order; one that was stopped before its end holds what there is.

        Raises:
            FitscopeError: what a training raised.
        """
        wanted, found = list(jobs), {}
        left = distinct(wanted)[::-1]

        def done(job: Job, run: Run) -> None:
            found[job.plan.key()] = run

        self.work(lambda: left.pop() if left else None, done)
        return {job.name: found[job.plan.key()] for job in wanted if job.plan.key() in found}

    def work(self, supply: Callable[[], Job | None], done: Done, failed: Failed | None = None) -> None:
        """Keep every worker busy until there is nothing left to do.

        Args:
            supply: gives the next job, or None where there is none now; it is asked again when a job is done.
            done: is given every job with its run, as they end.
            failed: is given every job that cannot be done, with the error; None raises it.
        """
        while True:
            asked = self._fill(supply, done)
            if not self._waiting:
                if not asked:
                    return
                continue
            ended, _ = wait(self._waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            self._listen()
            self._end([future for future in self._waiting if future in ended], done, failed)

    def _fill(self, supply: Callable[[], Job | None], done: Done) -> bool:
        """Give jobs to the workers that are free; return whether there was one."""
        if self._suspects or self._alone:
            return self._begin_suspect()
        asked = False
        while not self.stopped and len(self._waiting) < self.place.workers:
            job = supply()
            if job is None:
                break
            asked = True
            kept = self.store.find(job.plan)
            if kept is None or (job.keep_state and not kept.state):
                self._begin(job)
            else:
                self._tell_kept(job, kept)
                done(job, kept)
        return asked

    def _tell_kept(self, job: Job, run: Run) -> None:
        from fitscope.training import EpochEnd

        last = {name: float(values[-1]) for name, values in run.history.metrics.items()}
        self.tell(Told(job.name, EpochEnd(run.history.epochs[-1], job.plan.max_epochs, last)))

    def _listen(self) -> None:
        for told in self.place.hear():
            self.tell(told)
        if not self.stopped and self.should_stop():
            self.stopped = True
            self.place.stop()

    def _begin_suspect(self) -> bool:
        """Train what may have killed its worker with nothing beside it, so that nothing else is taken for the culprit."""
        if not self._waiting and not self.stopped:
            self._alone = True
            self._begin(self._suspects.pop(0))
        return not self.stopped

    def _end(self, ended: Sequence[Future[Run]], done: Done, failed: Failed | None) -> None:
        lost = []
        for future in ended:
            job = self._waiting.pop(future)
            try:
                run: Run = self._result(future)
            except BrokenProcessPool:
                lost.append(job)
            except (OutputError, PlaceError):  # which no other job could do without either
                raise
            except FitscopeError as error:
                self._give_up(job, error, failed)
            else:
                self._alone, self._renewed = False, 0
                self.stopped = self.stopped or run.stopped
                self.store.keep(run)
                done(job, run)
        if lost:
            self._lose([*lost, *self._waiting.values()], failed)  # a pool breaks as a whole

    def _lose(self, lost: Sequence[Job], failed: Failed | None) -> None:
        self._waiting.clear()
        self._renew()
        self._suspect(lost, failed)

    def _suspect(self, lost: Sequence[Job], failed: Failed | None) -> None:
        alone, self._alone = self._alone or self.place.workers == 1, False
        if not alone:
            self._suspects += lost
            return
        [job] = lost
        self._killed[job.plan.key()] += 1
        if self._killed[job.plan.key()] < KILLED_AT_MOST:
            self._suspects.insert(0, job)
            return
        what = f"The worker that trained {job.name or 'the network'} was killed each time, perhaps for want of memory"
        way = "take a smaller network or --batch-size, or go on with --resume on a larger machine."
        self._give_up(job, DataError(f"{what}; {way}"), failed)

    def _give_up(self, job: Job, error: FitscopeError, failed: Failed | None) -> None:
        self._alone, self._renewed = False, 0
        if failed is None:
            raise error
        failed(job, error)

    def _begin(self, job: Job) -> None:
        self._waiting[self._submit(self.place.train, job)] = job

    def _submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        while True:
            try:
                return self.place.submit(call, *arguments)
            except BrokenProcessPool:  # a worker was killed while it had nothing to do
                self._renew()

    def _result(self, future: Future[Any]) -> Any:
        try:
            return future.result()
        except Exception as error:
            explained = self.place.explain(error)
            if explained is error:
                raise
            raise explained from error

    def _renew(self) -> None:
        """Take fresh workers where one of them was killed; only the epochs under way are lost."""
        self._renewed += 1
        if self.place.renew is None or self._renewed > RENEWED_AT_MOST:
            raise DataError(
                f"Workers were killed {self._renewed} times in a row, perhaps for want of memory; go on with fewer --workers and "
                "--resume."
            )
        self.place.executor.shutdown(wait=False, cancel_futures=True)
        self.place.executor = self.place.renew()

    def finish(self, runs: Sequence[Run], tested: bool, kept: Sequence[int]) -> Finished:
        """Read the test data once for all final models, and make the files of those to keep; see `work.finish`."""
        light = [replace(run, state=[], answers=None, validation_losses=run.validation_losses[:0]) for run in runs]
        while True:
            try:
                finished: Finished = self._result(self._submit(self.place.finish, light, tested, kept))
                return finished
            except BrokenProcessPool:
                self._renew()


def distinct(jobs: Iterable[Job]) -> list[Job]:
    """Return the first job of every plan, in their order."""
    found: dict[str, Job] = {}
    for job in jobs:
        found.setdefault(job.plan.key(), job)
    return list(found.values())


@contextmanager
def crew(
    located: Located,
    num_words: int | None,
    store: Store,
    tell: Tell,
    should_stop: Callable[[], bool],
    workers: int = 1,
    address: str | None = None,
    own_model: str | None = None,
    say: Callable[[str], object] = lambda text: None,
) -> Iterator[Crew]:
    """Open the place where trainings run, and close it again.

    Args:
        located: where the data lies.
        num_words: the vocabulary's size.
        store, tell, should_stop: see `Crew`.
        workers: processes; 1 trains in this one.
        address: of a Dask scheduler; then its workers train.
        own_model: a person's own network as FILE.py:FUNCTION, whose file travels to the cluster; else None.
        say: is told in a sentence what is waited for.
    """
    if address is not None:
        with executors.cluster(located, num_words, address, own_model, store.folder, say) as place:
            yield Crew(place, store, tell, should_stop)
    elif workers > 1:
        with executors.processes(located, workers, store.folder) as place:
            yield Crew(place, store, tell, should_stop)
    else:

        def on_epoch(told: Told) -> bool:
            tell(told)
            return should_stop()

        with executors.here(located, on_epoch, store.folder) as place:
            yield Crew(place, store, tell, should_stop)
