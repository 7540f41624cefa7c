"""Submissions examined by several processes, each with its share of the class."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

from fitscope.grading.examine import Examined, examine_all
from fitscope.grading.records import HandIn
from fitscope.grading.rubric import Rubric

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")  # by which numpy's libraries are told
AT_ONCE = 25  # submissions that a worker takes
PAY_OFF = 120  # of fewer, starting a worker takes longer than it saves


def examined(hand_ins: Sequence[HandIn], rubric: Rubric, workers: int | None) -> list[Examined]:
    """Examine all submissions, in their order.

    Args:
        hand_ins: what was handed in.
        rubric: what it is marked by.
        workers: how many processes; None takes as many as pay off.
    """
    from fitscope.studies.executors import processors

    count = min(workers or processors(), max(1, len(hand_ins) // AT_ONCE))
    if count == 1 or (workers is None and len(hand_ins) < PAY_OFF):
        return examine_all(hand_ins, rubric)
    parts = [hand_ins[start : start + AT_ONCE] for start in range(0, len(hand_ins), AT_ONCE)]
    with _one_thread_each(), ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        return [one for part in pool.map(partial(examine_all, rubric=rubric), parts) for one in part]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that begin now compute with one thread each; several would wait for each other."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ |= dict.fromkeys(THREADS, "1")
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
