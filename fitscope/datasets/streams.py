"""Batches from `tf.data`, known by their methods alone: training rows stay a stream, all else is collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.arrays import checked, joined_rows
from fitscope.errors import OwnCodeError, UsageError

SEED = 1797  # of the order in which two streams are mixed
BATCH = 32  # of streams that come sample by sample


@dataclass(frozen=True)
class Streams:
    """Hold training rows that come as a stream, and validation rows that were collected.

    Rows are asked for as of an array: the training part, the validation part or all of them, and nothing else.

    Args:
        train: a `tf.data.Dataset` of batches of rows and labels.
        validation: the same, for the refit, which trains on all.
        held: the validation rows, collected.
        samples: how many samples `train` gives.
        validation_samples: how many `validation` gives.
    """

    train: Any
    validation: Any
    held: Any
    samples: int
    validation_samples: int

    @property
    def shape(self) -> tuple[Any, ...]:
        return (self.samples + self.validation_samples, *_rows_spec(self.train))

    def __getitem__(self, indices: NDArray[np.int64]) -> Any:
        first, count = (int(indices[0]), len(indices)) if len(indices) else (0, 0)
        if (first, count) == (0, self.samples):
            return self.train
        if (first, count) == (self.samples, self.validation_samples):
            return self.held
        if (first, count) == (0, self.samples + self.validation_samples):
            return self._mixed()
        raise UsageError("Data from tf.data has one split alone, its own; leave out folds and sizes, or return arrays.")

    def _mixed(self) -> Any:
        """Return all batches of both streams: validation batches anywhere among the others, not at the end of each epoch."""
        parts = [self.train, self.validation]
        turns = self.train.from_tensor_slices(np.repeat(np.arange(2), list(map(_batches, parts))))
        turns = turns.shuffle(max(1, len(turns)), seed=SEED, reshuffle_each_iteration=True)
        return self.train.choose_from_datasets(parts, turns, stop_on_empty_dataset=False)


def _batches(stream: Any) -> int:
    known = int(stream.cardinality())
    return known if known >= 0 else sum(1 for _ in stream)


def is_stream(thing: Any) -> bool:
    """Tell a `tf.data.Dataset`, without importing TensorFlow."""
    return hasattr(thing, "element_spec") and hasattr(thing, "concatenate")


def batched(stream: Any, where: str) -> Any:
    """Return a stream of batches of rows and labels.

    Raises:
        OwnCodeError: it gives something else, or never ends.
    """
    spec = stream.element_spec
    if not isinstance(spec, tuple) or len(spec) != 2 or not hasattr(spec[1], "shape"):
        raise OwnCodeError(f"{where} gives {spec!s:.80}; let it give batches (x, y).")
    if int(stream.cardinality()) == -1:
        raise OwnCodeError(f"{where} never ends; leave out its repeat(), for fitscope counts epochs itself.")
    return stream.batch(BATCH) if _is_single(spec) else stream


def _is_single(spec: Any) -> bool:
    """Tell samples from batches: a label alone, or rows and labels whose known first sizes differ."""
    first = spec[0]
    while isinstance(first, (tuple, dict)):
        first = next(iter(first.values() if isinstance(first, dict) else first))
    if spec[1].shape.rank == 0:
        return True
    sizes = first.shape[0] if first.shape.rank else None, spec[1].shape[0]
    return None not in sizes and sizes[0] != sizes[1]


def collected(stream: Any, where: str) -> tuple[Any, NDArray[Any]]:
    """Return all rows and labels of a stream as arrays."""
    parts = [(_arrays(x), np.asarray(y)) for x, y in stream]
    if not parts:
        raise OwnCodeError(f"{where} gives no batch; let it give samples.")
    return joined_rows([checked(x, where) for x, _ in parts]), np.concatenate([y for _, y in parts])


def labels(stream: Any, where: str) -> tuple[NDArray[Any], int]:
    """Return a stream's labels, by one pass, and the size of its first batch."""
    parts = [np.asarray(y) for _, y in stream]
    if not parts:
        raise OwnCodeError(f"{where} gives no batch; let it give samples.")
    return np.concatenate(parts), len(parts[0])


def _arrays(x: Any) -> Any:
    if isinstance(x, dict):
        return {name: np.asarray(part) for name, part in x.items()}
    return tuple(map(np.asarray, x)) if isinstance(x, tuple) else np.asarray(x)


def shape_of_stream(stream: Any) -> Any:
    """Return the shape of one row as plain lists; of several inputs a list or dict of them."""

    def plain(spec: Any) -> Any:
        if isinstance(spec, dict):
            return {name: plain(part) for name, part in spec.items()}
        return (
            [plain(part) for part in spec] if isinstance(spec, tuple) else [None if s is None else int(s) for s in spec.shape[1:]]
        )

    return plain(stream.element_spec[0])


def _rows_spec(stream: Any) -> tuple[Any, ...]:
    shape = shape_of_stream(stream)
    return tuple(shape) if isinstance(shape, list) else ()
