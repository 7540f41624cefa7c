"""The machine: TensorFlow loaded early and quietly, and what a result says of where it was made."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from fitscope.errors import DataError, out_of_memory
from fitscope.result import Environment

# glibc's names for what mallopt sets (malloc.h).
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8


def start_loading() -> threading.Thread:
    """Start to import TensorFlow in a thread, for it takes seconds in which the data can be read.

    Returns:
        The thread. Join it before anything else imports TensorFlow or Keras: two threads that import parts of a package
        with circular imports block each other.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
    _keep_freed_memory()
    thread = threading.Thread(target=_load, name="load-tensorflow", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    """Import TensorFlow without collecting garbage meanwhile, nor ever again among its million objects.

    Together this takes a third off the import and all but a tenth of a second off the end of the process.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        import keras  # noqa: F401
        import tensorflow  # noqa: F401
    finally:
        if collecting:
            gc.enable()
        gc.freeze()


def _keep_freed_memory() -> None:
    """Tell glibc to keep freed blocks of up to 32 MB for the next step instead of giving them back to the system.

    A step frees and takes megabytes; getting them as fresh pages each time takes longer than the step's arithmetic. Two arenas
    do for all threads, whose few steps hardly meet there; one for each thread would keep 20 MB more.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # no glibc: its defaults stay
        return
    mallopt(MMAP_THRESHOLD, 32 << 20)
    mallopt(TRIM_THRESHOLD, 256 << 20)
    mallopt(ARENA_MAX, 2)


def environment() -> Environment:
    """Return the versions, processors and GPUs of this process."""
    import keras
    import tensorflow as tf

    return Environment(
        python=platform.python_version(),
        tensorflow=tf.__version__,
        keras=keras.__version__,
        numpy=np.__version__,
        platform=f"{platform.system()} {platform.machine()}",
        cpus=os.cpu_count() or 1,
        gpus=tuple(_gpu_name(gpu) for gpu in tf.config.list_physical_devices("GPU")),
    )


def _gpu_name(gpu: object) -> str:
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(gpu)
    return str(details.get("device_name") or getattr(gpu, "name", gpu))


def peak_mb() -> float | None:
    """Return the most memory that this process has held, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """Say in one sentence where memory ran out.

    Args:
        what: is trained, for the sentence.

    Raises:
        DataError: there was not enough memory, of the machine or of its GPU.
    """
    try:
        yield
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise DataError(f"There was not enough memory to train {what}; take a smaller network, --batch-size or data.") from None
