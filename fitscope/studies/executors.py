"""Where trainings run: in this process, in others beside it, or on a Dask cluster; each a `concurrent.futures.Executor`."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fitscope.datasets import Located
from fitscope.errors import DataError, UsageError
from fitscope.studies import work
from fitscope.studies.place import Place
from fitscope.studies.work import OnEpoch, Told
from fitscope.training.machine import processors

STEP_SECONDS = 0.003  # a batch takes about so long here
WORKER_SECONDS = 6.0  # and a worker so long to begin
WORKER_BYTES = 1.2e9


def pay_off(trainings: int, batches: int) -> int:
    """Return how many workers pay off on this machine.

    Args:
        trainings: how many there are to do.
        batches: how many steps each of them takes.
    """
    workers = max(1, min(processors(), trainings, int(_free_bytes() // WORKER_BYTES)))
    alone = trainings * batches * STEP_SECONDS
    return workers if alone - alone / workers > WORKER_SECONDS else 1


def _free_bytes() -> float:
    """Return the memory that programs can still have, counted in with what the system only keeps of files."""
    with contextlib.suppress(OSError, ValueError, IndexError, StopIteration), open("/proc/meminfo", encoding="ascii") as lines:
        return 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return 4 * WORKER_BYTES


class Here(Executor):
    """Run each call at once in this process: Ctrl-C reaches it, and nothing is started for a single training."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def here(located: Located, on_epoch: OnEpoch, kept: Path | None = None) -> Iterator[Place]:
    """Train in this process, one after the other; `on_epoch` is called in between, `kept` is as in `work.train`."""
    train = partial(work.train, located=located, on_epoch=on_epoch, kept=kept)
    with Here() as executor:
        yield Place(executor, 1, train, partial(work.finish, located=located))


# What a worker process hears and tells by: set when it begins.
_mouth: Any = None
_flag: Any = None


@contextmanager
def processes(located: Located, workers: int, kept: Path | None = None) -> Iterator[Place]:
    """Train in processes of their own, each with its share of the processors; they end with this one.

    Threads that share a processor wait for each other: 8 trainings of reuters by two workers of two threads each take 1.6
    times as long as by two of one. With another number of threads large dense products and convolutions add up in another
    order, so that such curves may differ from those of one process: by rounding at first, and by what that grows to.

    Args:
        located: where every worker finds the data; encoded texts are memory-mapped, so that they share them.
        workers: how many.
        kept: the folder where each training keeps its last finished epoch; None keeps none.
    """
    context = multiprocessing.get_context("spawn")
    ear, mouth = context.Pipe(duplex=False)
    flag = context.RawValue("b", 0)
    threads = max(1, processors() // workers)

    def begin() -> ProcessPoolExecutor:
        executor = ProcessPoolExecutor(workers, context, _begin, (mouth, flag, threads))
        with _undisturbed():
            for _ in range(workers):  # a call that finds no worker free starts one
                executor.submit(os.getpid)
        return executor

    def stop() -> None:
        flag.value = 1

    train = partial(work.train, located=located, on_epoch=_tell_parent, kept=None if kept is None else kept.absolute())
    place = Place(begin(), workers, train, partial(work.finish, located=located), lambda: _heard(ear), stop, begin)
    try:
        yield place
    except BaseException:
        _kill(place.executor)
        raise
    finally:
        place.executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one from their first moment on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(mouth: Any, flag: Any, threads: int) -> None:
    global _mouth, _flag
    _mouth, _flag = mouth, flag
    work.begin(threads)


def _tell_parent(told: Told) -> bool:
    """Write without a lock, which a killed worker would hold for ever: so few bytes arrive whole."""
    with contextlib.suppress(OSError):
        _mouth.send(told)
    return bool(_flag.value)


def _heard(ear: Any) -> list[Told]:
    told = []
    while ear.poll():
        told.append(ear.recv())
    return told


def _kill(executor: Executor) -> None:
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.kill()


@contextmanager
def cluster(
    located: Located,
    num_words: int | None,
    address: str,
    own_model: str | None,
    kept: Path | None = None,
    say: Callable[[str], object] = lambda text: None,
) -> Iterator[Place]:
    """Train on a Dask cluster.

    Args:
        located: workers that find the same data in their own store use it; the others are sent it once.
        num_words: the vocabulary's size.
        address: of the scheduler, such as tcp://HOST:8786.
        own_model: a person's own network as FILE.py:FUNCTION; else None.
        kept: the folder where workers that see it keep the last finished epoch of each training; None keeps none.
        say: is told that there is no worker yet, and how long one is waited for.

    Raises:
        UsageError: Dask is not installed.
        DataError: the scheduler does not answer within 10 seconds, or has no workers and gets none within a minute.
    """
    try:
        from fitscope.studies import dask_cluster

        connected = dask_cluster.connect(located, num_words, address, own_model, kept, say)
    except ImportError:
        raise UsageError("--cluster needs Dask, which is not installed; run pip install distributed.") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"The scheduler at {address} did not answer ({error or type(error).__name__}); start it with `dask scheduler`, and "
            "give its address, such as tcp://HOST:8786."
        ) from None
    with connected as place:
        yield place
