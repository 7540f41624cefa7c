"""Submissions examined by several processes, each with its share of the class; what kills its worker fails alone."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from fitscope.errors import DataError
from fitscope.grading.examine import Examined, examine_all, ungraded
from fitscope.grading.records import HandIn
from fitscope.grading.rubric import Rubric

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")  # by which numpy's libraries are told
PLACES = ("TMPDIR", "TEMP", "TMP")  # by which Python is told where scratch folders are made
AT_ONCE = 25  # submissions that a worker takes
PAY_OFF = 120  # of fewer, starting a worker takes longer than it saves
KILLED_AT_MOST = 2  # times that a worker may be killed which has one submission and nothing beside it
KILLED = "{name} cannot be graded: the process that read it was killed each time, perhaps for want of memory."
Part = Sequence[HandIn]


def examined(hand_ins: Sequence[HandIn], rubric: Rubric, workers: int | None, scratch: Path | None = None) -> list[Examined]:
    """Examine all submissions, in their order.

    Args:
        hand_ins: what was handed in.
        rubric: what it is marked by.
        workers: how many processes; None takes as many as pay off.
        scratch: the caller's folder, in which they unpack, so that it is gone with the folder though they are killed.

    Raises:
        DataError: workers are killed before they begin.
    """
    from fitscope.training.machine import processors

    count = min(workers or processors(), max(1, len(hand_ins) // AT_ONCE))
    if count == 1 or (workers is None and len(hand_ins) < PAY_OFF):
        return examine_all(hand_ins, rubric)
    parts = [hand_ins[start : start + AT_ONCE] for start in range(0, len(hand_ins), AT_ONCE)]
    with _told(scratch):
        found = _in_parts(parts, rubric, count)
    return [one for number in range(len(parts)) for one in found[number]]


def _in_parts(parts: Sequence[Part], rubric: Rubric, count: int) -> dict[int, list[Examined]]:
    """Examine every part, by its number; where a worker is killed, those under way are done one by one, the rest as before."""
    found: dict[int, list[Examined]] = {}
    left = dict(enumerate(parts))
    while left:
        for number in _lost(left, found, rubric, count):
            found[number] = _one_by_one(left.pop(number), rubric)
    return found


def _lost(left: dict[int, Part], found: dict[int, list[Examined]], rubric: Rubric, count: int) -> list[int]:
    """Move parts from what is left to what is found until none is left or a worker is killed; return what was under way then.

    A pool breaks as a whole and does not say by whom, so that no more parts are given to it than it has workers.
    """
    waiting: dict[Future[list[Examined]], int] = {}
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        try:
            while left:
                for number in [number for number in left if number not in waiting.values()][: count - len(waiting)]:
                    waiting[pool.submit(examine_all, left[number], rubric)] = number
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    found[waiting[future]] = future.result()
                    del left[waiting.pop(future)]
        except BrokenProcessPool:
            return list(waiting.values())
    return []


def _one_by_one(hand_ins: Part, rubric: Rubric) -> list[Examined]:
    """Examine submissions with nothing beside them, so that the one that kills its worker is known, and fails alone."""
    _refuse_dead_workers()
    found: dict[int, list[Examined]] = {}
    left: dict[int, Part] = {number: [hand_in] for number, hand_in in enumerate(hand_ins)}
    killed: Counter[int] = Counter()
    while left:
        for number in _lost(left, found, rubric, 1):
            killed[number] += 1
            if killed[number] == KILLED_AT_MOST:
                [hand_in] = left.pop(number)
                found[number] = [ungraded(hand_in, rubric, KILLED.format(name=hand_in.name))]
    return [found[number][0] for number in range(len(hand_ins))]


def _refuse_dead_workers() -> None:
    """Tell a worker that a submission kills from one that cannot even begin, which is no submission's fault."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool:
            told = "Processes that read submissions were killed before they began, perhaps for want of memory"
            raise DataError(f"{told}; grade with --workers 1.") from None


@contextmanager
def _told(scratch: Path | None) -> Iterator[None]:
    """Let processes that begin now unpack in a folder and compute with one thread each; several would wait for each other."""
    given = dict.fromkeys(THREADS, "1") | ({} if scratch is None else dict.fromkeys(PLACES, str(scratch)))
    before = {name: os.environ.get(name) for name in given}
    os.environ |= given
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
