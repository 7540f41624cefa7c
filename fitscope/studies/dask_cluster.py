"""Trainings on a Dask cluster: workers find the data by its hash or are sent it once; what they tell comes as events."""

from __future__ import annotations

import dataclasses
import queue
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from fitscope import datasets, training
from fitscope.datasets import Dataset, Located, own, store
from fitscope.errors import DataError
from fitscope.studies import work
from fitscope.studies.executors import Place
from fitscope.studies.work import Finished, Job, Told
from fitscope.training import EpochEnd, Run

ANSWER_SECONDS = 10
RETRIES = 3  # a training whose worker was killed is begun again elsewhere


def connect(located: Located, num_words: int | None, address: str, own_model: str | None) -> AbstractContextManager[Place]:
    """Connect to a scheduler.

    Args:
        located: where the data lies here.
        num_words: the vocabulary's size.
        address: of the scheduler.
        own_model: a person's own network as FILE.py:FUNCTION, whose file travels as source; else None.

    Raises:
        OSError: it does not answer within 10 seconds.
        DataError: it has no workers.
    """
    from distributed import Client

    client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    workers = client.nthreads()
    if not workers:
        client.close()
        raise DataError(f"The scheduler at {address} has no workers; start some with `dask worker {address}`.")
    return _place(client, located, num_words, len(workers), own_model)


@contextmanager
def _place(client: Any, located: Located, num_words: int | None, workers: int, own_model: str | None) -> Iterator[Place]:
    from distributed import Event

    topic, told = f"fitscope-{uuid.uuid4().hex}", queue.SimpleQueue[Told]()
    flag = Event(topic, client=client)

    def heard(event: tuple[Any, dict[str, Any]]) -> None:
        name, end = event[1]["name"], event[1]["end"]
        told.put(Told(name, EpochEnd(end["epoch"], end["of"], end["metrics"])))

    try:
        client.subscribe_topic(topic, heard)
        sources = {} if own_model is None else {own_model: own.file_of(own_model).read_text(encoding="utf8")}
        executor = client.get_executor(retries=RETRIES)
        yield Place(
            executor=executor,
            workers=workers,
            train=partial(_train, located=located, topic=topic, sources=sources),
            finish=partial(_finish, located=located, sources=sources),
            hear=lambda: [told.get() for _ in range(told.qsize())],
            stop=flag.set,
            extra=(_sent(client, located, num_words),),
        )
    finally:
        client.close()


def _sent(client: Any, located: Located, num_words: int | None) -> Any:
    """Send the data once where a worker lacks it, to go with every call; None where all workers have it."""
    if all(client.run(_has, located).values()):
        return None
    return client.scatter(datasets.load(located, num_words), broadcast=True)


def _has(located: Located) -> bool:
    return _found_here(located) is not None


def _found_here(located: Located) -> Located | None:
    """Return where this machine has the same data, by its hash; None where it has not."""
    if located.name in datasets.DATASETS and not datasets.defaults(located.name).files:
        return datasets.locate(located.name)
    names = datasets.defaults(located.name).files[:1] if located.name in datasets.DATASETS else ()
    places = [folder / name for name in names for folder, _ in store.folders()]
    for path in [*places, *filter(None, [located.path])]:
        if path.is_file() and store.sha256(path) == located.sha256:
            return dataclasses.replace(located, path=path)
    return None


def _ready(located: Located, sources: Mapping[str, str], data: Dataset | None, num_words: int | None) -> Located:
    """Load TensorFlow and take what was sent, once a worker."""
    training.start_loading().join()
    own.receive(sources)
    if data is not None:
        work.keep(data, num_words)
        return located
    found = _found_here(located)
    if found is None:
        raise DataError(f"A worker no longer has {located.name}; start the command again, and it is sent there.")
    return found


def _train(job: Job, data: Dataset | None, *, located: Located, topic: str, sources: Mapping[str, str]) -> Run:
    from distributed import Event, get_worker

    worker, flag = get_worker(), Event(topic)

    def tell(told: Told) -> bool:
        worker.log_event(topic, {"name": told.name, "end": dataclasses.asdict(told.end)})
        return bool(flag.is_set())

    return work.train(job, _ready(located, sources, data, job.plan.num_words), tell)


def _finish(
    runs: list[Run], tested: bool, kept: list[int], data: Dataset | None, *, located: Located, sources: Mapping[str, str]
) -> Finished:
    return work.finish(runs, tested, kept, _ready(located, sources, data, runs[0].plan.num_words))
