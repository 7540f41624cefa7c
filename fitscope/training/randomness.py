"""The process' own random generators, which a person's network may draw from beside the seeds in its layers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from fitscope.errors import DataError


def state() -> dict[str, Any]:
    """Return where Python's, numpy's and Keras' generators stand, as plain data; `tf.random`'s older functions tell nothing."""
    seeds = np.asarray(_seeds().state.value).tolist()  # first, for Keras draws from Python's when it makes its own
    version, numbers, gauss = random.getstate()
    kind, keys, *rest = np.random.get_state(legacy=True)
    return {"keras": seeds, "python": [version, list(numbers), gauss], "numpy": [kind, np.asarray(keys).tolist(), *rest]}


def restore(said: Mapping[str, Any]) -> None:
    """Set the generators to where they stood; an empty `said` leaves them.

    Raises:
        DataError: no generator can stand there.
    """
    if not said:
        return
    try:
        _set(said)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise DataError("The checkpoint says where the random generators stood, and they can't stand there; it was changed "
                        "by hand. Begin anew in another folder.") from None  # fmt: skip


def _set(said: Mapping[str, Any]) -> None:
    _seeds().state.assign(np.array(said["keras"], np.uint32))
    version, numbers, gauss = said["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, place, *rest = said["numpy"]
    if not 0 <= place <= len(keys):  # numpy believes it, and would read memory beyond its keys
        raise ValueError
    np.random.set_state((kind, np.array(keys, np.uint32), place, *rest))


def _seeds() -> Any:
    """Return the generator that Keras takes seeds from where a layer has none; it stands in no model's variables."""
    from keras.src.random.seed_generator import global_seed_generator

    return global_seed_generator()
