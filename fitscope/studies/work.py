"""What is done wherever a training runs: here, in another process, or on a cluster's worker."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fitscope import datasets, training
from fitscope.datasets import Dataset, Located
from fitscope.plan import Plan
from fitscope.result import Environment, ModelFacts
from fitscope.training import EpochEnd, Run
from fitscope.training.scores import PerSample

KEPT_AT_MOST = 2
OnEpoch = Callable[["Told"], object]


@dataclass(frozen=True)
class Told:
    """Tell the end of an epoch of the training that `name` names."""

    name: str
    end: EpochEnd


@dataclass(frozen=True)
class Job:
    """One training to be done.

    Args:
        name: what people call it, such as `seed 3`.
        plan: the plan.
        begun: a shorter run of the same plan to go on from.
        keep_state: whether a longer training may go on from this one.
        answers: whether the run holds the answers to the validation samples.
    """

    name: str
    plan: Plan
    begun: Run | None = field(default=None, compare=False, repr=False)
    keep_state: bool = False
    answers: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Finished:
    """What the final models said of the test data, and all else that a result needs of the machine that trained.

    Args:
        test: each model's losses and measures on the test samples; None of one without weights, empty where none is tested.
        model: facts of the first run's network.
        environment: the machine that tested.
        keras: the bytes of .keras files, by the number of their run.
        peak_mb: the most memory that the testing process has held.
    """

    test: list[PerSample | None]
    model: ModelFacts
    environment: Environment
    keras: dict[int, bytes]
    peak_mb: float | None


_data: dict[tuple[str, int | None, str], Dataset] = {}
_one_at_a_time = threading.Lock()  # Keras' seed belongs to the process


def keep(data: Dataset, plan: Plan) -> None:
    """Keep data, loaded as a plan says, for the trainings of this process."""
    _data.pop(_key(plan), None)
    _data[_key(plan)] = data
    while len(_data) > KEPT_AT_MOST:
        del _data[next(iter(_data))]


def data_of(located: Located, plan: Plan) -> Dataset:
    """Return a plan's data, loaded once a process."""
    if _key(plan) not in _data:
        keep(datasets.load(located, plan.num_words), plan)
    return _data[_key(plan)]


def _key(plan: Plan) -> tuple[str, int | None, str]:
    """Return what names loaded data: one file read for another target is other data."""
    return plan.data_sha256, plan.num_words, json.dumps(dict(plan.options), sort_keys=True)


def train(job: Job, located: Located, on_epoch: OnEpoch, kept: Path | None = None) -> Run:
    """Do one training, and go on where it was stopped before.

    Args:
        job: what to train.
        located: where the data lies.
        on_epoch: is told the end of every epoch; where it returns True the training ends there.
        kept: the folder where its last finished epoch is kept; None keeps none.
    """
    with _one_at_a_time:
        data = data_of(located, job.plan)
        checkpoint = None if kept is None else training.Checkpoint(kept, job.plan)
        with training.enough_memory(job.name or "the network"):
            run = training.train(job.plan, lambda end: on_epoch(Told(job.name, end)), data=data, begun=job.begun,
                                 answers=job.answers, checkpoint=checkpoint)  # fmt: skip
    return run if job.keep_state or run.stopped else replace(run, state=[])


def finish(runs: Sequence[Run], tested: bool, kept: Sequence[int], located: Located) -> Finished:
    """Read the test data once for all final models, and make the files of those that are to be kept.

    Args:
        runs: the final models.
        tested: whether the test data is read at all.
        kept: numbers of the runs whose models are kept.
        located: where the data lies.
    """
    with _one_at_a_time:
        data = data_of(located, runs[0].plan)
        said = training.test_once(runs, data) if tested else []
        files = {number: _file(runs[number], data) for number in kept if runs[number].weights}
        return Finished(said, training.describe(runs[0], data), training.environment(), files, training.peak_mb())


def _file(run: Run, data: Dataset) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.keras"
        training.save(run, data, path)
        return path.read_bytes()


def begin(threads: int) -> None:
    """Make a fresh process a worker: it ends with its parent, leaves Ctrl-C to it, and loads TensorFlow.

    Args:
        threads: how many it computes with.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(threads)
    training.start_loading().join()


def _end_with_parent() -> None:
    """Wait for the parent's end, however it comes, and end too."""
    import multiprocessing
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
