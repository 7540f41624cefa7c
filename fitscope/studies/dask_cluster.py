"""Trainings on a Dask cluster: workers find the data by its hash or are sent it once; what they tell comes as events."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import queue
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fitscope import datasets, training
from fitscope.datasets import Dataset, Located, own, store
from fitscope.errors import DataError
from fitscope.plan import Plan
from fitscope.studies import work
from fitscope.studies.place import Place, PlaceError
from fitscope.studies.work import Finished, Job, Told
from fitscope.training import EpochEnd, Run

ANSWER_SECONDS = 10
WORKER_SECONDS = 60  # that the first worker may take to come
_MARK = "cluster"  # a file beside the checkpoints
Say = Callable[[str], object]


def connect(
    located: Located, num_words: int | None, address: str, own_model: str | None, kept: Path | None, say: Say
) -> AbstractContextManager[Place]:
    """Connect to a scheduler.

    Args:
        located: where the data lies here.
        num_words: the vocabulary's size.
        address: of the scheduler.
        own_model: a person's own network as FILE.py:FUNCTION, whose file travels as source; else None.
        kept, say: as in `executors.cluster`.

    Raises:
        OSError: it does not answer within 10 seconds.
        DataError: it has no workers, and gets none within a minute.
    """
    from distributed import Client

    client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    try:
        workers = _workers(client, address, say)
    except BaseException:
        client.close()
        raise
    return _place(client, located, num_words, workers, own_model, kept)


def _workers(client: Any, address: str, say: Say) -> int:
    """Return how many workers there are; wait for the first where a cluster starts them only when there is something to do."""
    if not client.nthreads():
        say(f"Waiting up to {WORKER_SECONDS} seconds for a worker of {address}")
        with contextlib.suppress(TimeoutError, CancelledError):  # where the scheduler goes away, the next question says so
            client.submit(int, pure=False).result(timeout=WORKER_SECONDS)
    count = len(client.nthreads())
    if not count:
        raise DataError(
            f"The scheduler at {address} has no workers, and none came within {WORKER_SECONDS} seconds; start some with "
            f"`dask worker {address}`."
        )
    return count


@contextmanager
def _place(
    client: Any, located: Located, num_words: int | None, workers: int, own_model: str | None, kept: Path | None
) -> Iterator[Place]:
    from distributed import Event

    topic, told = f"fitscope-{uuid.uuid4().hex}", queue.SimpleQueue[Told]()
    flag = Event(topic, client=client)

    def heard(event: tuple[Any, dict[str, Any]]) -> None:
        name, end = event[1]["name"], event[1]["end"]
        told.put(Told(name, EpochEnd(end["epoch"], end["of"], end["metrics"])))

    try:
        client.subscribe_topic(topic, heard)
        sources = {} if own_model is None else {own_model: own.file_of(own_model).read_text(encoding="utf8")}
        yield Place(
            executor=client.get_executor(pure=False),
            workers=workers,
            train=partial(_train, located=located, topic=topic, sources=sources, kept=_shared(kept, topic)),
            finish=partial(_finish, located=located, sources=sources),
            hear=lambda: [told.get() for _ in range(told.qsize())],
            stop=flag.set,
            extra=(_sent(client, located, num_words),),
            explain=_explain,
        )
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            flag.set()  # trainings that nobody waits for any more end too
        client.close()


def _sent(client: Any, located: Located, num_words: int | None) -> Any:
    """Send the data once where a worker lacks it, to go with every call; None where all workers have it.

    A known data set travels as its file, from which workers can keep more words or fewer.
    """
    if all(client.run(_has, located).values()):
        return None
    if located.name in datasets.DATASETS and located.path is not None:
        return client.scatter(located.path.read_bytes(), broadcast=True)
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


def _explain(error: Exception) -> Exception:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    if isinstance(error, KilledWorker):
        return DataError("Workers were killed again and again while they trained, perhaps for want of memory; start workers with "
                         "more of it, and go on with --resume.")  # fmt: skip
    if isinstance(error, (FutureCancelledError, CancelledError, CommClosedError)):
        return PlaceError("The scheduler went away while its workers trained; start it again, and go on with --resume.")
    return error


Sent = Dataset | bytes | None
_files: dict[str, Path] = {}  # those that were sent, by their hash


def _ready(located: Located, sources: Mapping[str, str], sent: Sent, plan: Plan) -> Located:
    """Load TensorFlow and take what was sent, once a worker."""
    training.start_loading().join()
    own.receive(sources)
    if isinstance(sent, bytes):
        return dataclasses.replace(located, path=_received(located, sent))
    if sent is not None:
        work.keep(_with_words(sent, plan.num_words), plan)
        return located
    found = _found_here(located)
    if found is None:
        raise DataError(f"A worker no longer has {located.name}; start the command again, and it is sent there.")
    return found


def _with_words(data: Dataset, num_words: int | None) -> Dataset:
    """Return texts that were sent whole, to be read with so many words; all else is as it was sent."""
    if num_words == data.num_words or not isinstance(data.fit, partial):
        return data
    return dataclasses.replace(data, num_words=num_words, fit=partial(data.fit, num_words=num_words))


def _received(located: Located, content: bytes) -> Path:
    """Return the file that was sent, written where it goes with this worker."""
    if located.sha256 not in _files:
        folder = Path(tempfile.mkdtemp(prefix="fitscope-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = folder / (located.path or Path("data")).name
        path.write_bytes(content)
        _files[located.sha256] = path
    return _files[located.sha256]


def _shared(kept: Path | None, topic: str) -> Path | None:
    """Leave a mark in the folder of checkpoints, by which a worker knows that it sees the same folder; None where that fails."""
    if kept is None:
        return None
    try:
        kept.mkdir(parents=True, exist_ok=True)
        (kept / _MARK).write_text(topic, encoding="ascii")
    except OSError:
        return None
    return kept.absolute()


def _seen(kept: Path | None, topic: str) -> Path | None:
    try:
        return kept if kept is not None and (kept / _MARK).read_text(encoding="ascii") == topic else None
    except (OSError, ValueError):
        return None


def _train(job: Job, sent: Sent, *, located: Located, topic: str, sources: Mapping[str, str], kept: Path | None) -> Run:
    from distributed import Event, get_worker

    worker, flag = get_worker(), Event(topic)

    def tell(told: Told) -> bool:
        worker.log_event(topic, {"name": told.name, "end": dataclasses.asdict(told.end)})
        return bool(flag.is_set())

    return work.train(job, _ready(located, sources, sent, job.plan), tell, _seen(kept, topic))


def _finish(
    runs: list[Run], tested: bool, kept: list[int], sent: Sent, *, located: Located, sources: Mapping[str, str]
) -> Finished:
    return work.finish(runs, tested, kept, _ready(located, sources, sent, runs[0].plan))
