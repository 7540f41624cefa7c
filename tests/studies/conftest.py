"""Small data, plans and runs for studies, with no training behind them; and a Dask cluster on this machine for real ones."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from fitscope.datasets import Dataset
from fitscope.datasets.dataset import stratified
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.studies.crew import Crew
from fitscope.studies.executors import Here
from fitscope.studies.place import Place
from fitscope.studies.store import Store
from fitscope.studies.work import Told
from fitscope.training import EpochEnd, Run
from fitscope.training.checkpoint_file import Epoch


@pytest.fixture
def plan():
    return Plan("toy", "f00d", None, "textbook", batch_size=32, max_epochs=4, validation=40)


@pytest.fixture
def make_data():
    def make(task="multiclass", samples=200, **changes):
        rng = np.random.default_rng(0)
        rows = rng.random((samples + 20, 6), np.float32)
        classes = {"binary": ("no", "yes"), "multiclass": tuple("abc"), "multilabel": ("x", "y"), "regression": ("price",)}[task]
        labels = {
            "binary": lambda: np.arange(len(rows)) % 2,
            "multiclass": lambda: np.arange(len(rows)) % 3,
            "multilabel": lambda: (rng.random((len(rows), 2)) > 0.5).astype(np.float32),
            "regression": lambda: rng.normal(5, 2, (len(rows), 1)).astype(np.float32),
        }[task]()
        return Dataset("toy", task, classes, rows[:samples], labels[:samples], rows[samples:], labels[samples:], "memory", "f00d",
                       stratified, **changes)  # fmt: skip

    return make


@pytest.fixture
def data(make_data):
    return make_data()


def run_of(plan, lows=None, stopped=False, state=False, low=0.5, samples=None):
    """Return a run whose validation loss bottoms out at `low` in the middle, or goes as `lows` says."""
    middle = (plan.max_epochs + 1) // 2
    values = lows or [low + 0.1 * abs(epoch - middle) for epoch in range(1, plan.max_epochs + 1)]
    rng = np.random.default_rng(plan.seed)
    noise = rng.normal(0, 0.05, samples or plan.validation)
    losses = (np.array(values)[:, None] + noise - noise.mean()).astype(np.float32)
    val_loss = losses.mean(axis=1, dtype=np.float64).tolist()
    loss = np.where(np.isnan(values), np.nan, np.linspace(1, 0.1, len(values)))
    metrics = {"loss": loss.tolist(), "val_loss": val_loss, "val_accuracy": [0.5] * len(values)}
    kept = [np.arange(6, dtype=np.float32).reshape(2, 3)]
    return Run(plan, TrainingHistory.of(metrics), losses, kept, 7, stopped, 0.25, "dense", kept * 2 if state else [])


@pytest.fixture(name="run_of")
def run_of_fixture():
    return run_of


@pytest.fixture
def epoch_of():
    """What a run was after one of its epochs, as a checkpoint keeps it."""

    def make(run, epoch):
        names = run.history.metrics
        records = [{name: float(names[name][i]) for name in names} for i in range(epoch)]
        lows = [record.get("val_loss", 0.0) for record in records]
        return Epoch(records, list(run.validation_losses[:epoch]), run.state or run.weights * 2, run.weights,
                     1 + lows.index(min(lows)), epoch, 0.5, "dense", {})  # fmt: skip

    return make


class FakePlace(Place):
    """A place that trains nothing: what comes of each job, a function says.

    Args:
        answer: gives a job's run, or raises.
        workers: how many jobs are under way at a time.
        executor: runs the jobs at once where None.
    """

    def __init__(self, answer=None, workers=1, executor=None, renew=None):
        self.done, self.told, self.asked_to_stop = [], [], False
        self.answer = answer or (lambda job: run_of(job.plan, state=job.keep_state))
        super().__init__(executor or Here(), workers, self._train, lambda runs, tested, kept: (runs, tested, kept), self._hear,
                         self._stop, renew)  # fmt: skip

    def _train(self, job):
        self.done.append(job.name)
        self.told.append(Told(job.name, EpochEnd(1, job.plan.max_epochs, {"loss": 1.0})))
        return self.answer(job)

    def _hear(self):
        heard, self.told = self.told, []
        return heard

    def _stop(self):
        self.asked_to_stop = True


class Late(Executor):
    """Answer the calls of one look together, the last one first."""

    def __init__(self):
        self.calls = []

    def submit(self, fn, /, *args):
        future = Future()
        self.calls.append((future, fn, args))
        return future

    def answer(self):
        for future, fn, args in reversed(self.calls):
            future.set_result(fn(*args))
        self.calls.clear()


@pytest.fixture
def fake_place():
    return FakePlace


@pytest.fixture
def crew_of():
    """A crew at a fake place."""

    def make(place=None, folder=None, tell=lambda told: None, should_stop=lambda: False):
        return Crew(place or FakePlace(), Store(folder), tell, should_stop)

    return make


class Killing(Late):
    """A pool whose workers all end when one of them begins a job of one of these seeds; the others end when they are heard."""

    def __init__(self, seeds, begun):
        super().__init__()
        self.seeds, self.begun, self.broken = seeds, begun, False

    def submit(self, fn, /, job):
        if self.broken:
            raise BrokenProcessPool("broken")
        future = super().submit(fn, job)
        self.begun.append(job.plan.seed)
        if job.plan.seed in self.seeds:
            self.broken = True
            for each, *_ in self.calls:
                each.set_exception(BrokenProcessPool("broken"))
            self.calls.clear()
        return future


@pytest.fixture
def killing_place(fake_place):
    """A place of two workers, which jobs of some seeds kill; and the seeds of the jobs that it began."""

    def make(*seeds):
        begun = []
        place = fake_place(workers=2, executor=Killing(seeds, begun), renew=lambda: Killing(seeds, begun))
        place.hear = lambda: place.executor.answer() or []
        return place, begun

    return make


class Cluster:
    """A scheduler, and workers that share nothing with this process but the machine."""

    def __init__(self, folder):
        self.folder, self.file, self.workers = folder, folder / "scheduler.json", []
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0")
        wait_until(lambda: self.file.exists() and self.file.read_text().strip().endswith("}"))
        self.address = json.loads(self.file.read_text())["address"]

    def start(self, kind, *args):
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TF_CPP_MIN_LOG_LEVEL": "3",
                       "XDG_DATA_HOME": str(self.folder), "KERAS_HOME": str(self.folder)}  # fmt: skip
        environment.pop("FITSCOPE_DATA_DIR", None)
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{kind}",
            "--scheduler-file",
            str(self.file),
            "--no-dashboard",
            *args,
        ]
        with open(self.folder / f"{kind}.log", "a") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, env=environment)

    def add(self):
        self.workers.append(self.start("worker", "--no-nanny", "--nthreads", "1"))
        return self

    def ready(self, workers):
        from distributed import Client

        with Client(self.address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        return self

    def end(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    assert true()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield found.add().add().ready(2)
    finally:
        found.end()


@pytest.fixture
def own_cluster(tmp_path):
    (tmp_path / "cluster").mkdir()
    found = Cluster(tmp_path / "cluster")
    yield found
    found.end()
