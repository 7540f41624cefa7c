"""What a result says of the machine that it was made on."""

from __future__ import annotations

import os
import platform

import numpy as np

from fitscope.result import Environment


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
        cpus=processors(),
        gpus=tuple(_gpu_name(gpu) for gpu in tf.config.list_physical_devices("GPU")),
    )


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _gpu_name(gpu: object) -> str:
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(gpu)
    return str(details.get("device_name") or getattr(gpu, "name", gpu))
