"""TensorFlow loaded early and quietly, and made to keep the memory that it takes again and again."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading

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
