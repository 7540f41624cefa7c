"""The losses of the validation samples beside a result, read epoch by epoch, for the file may be anybody's."""

from __future__ import annotations

import heapq
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.result import Result

LARGEST = 500_000_000  # bytes of all arrays, unpacked
MOST_KEPT = 100_000_000  # bytes of the epochs that are kept
_EPOCHS_KEPT = 200  # the lowest ones; of an epoch far above them no resample would choose
_BROKEN = (OSError, KeyError, ValueError, TypeError, OverflowError, EOFError, MemoryError, RuntimeError, SyntaxError,
           zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError)  # fmt: skip

Losses = NDArray[np.float32]
Groups = NDArray[np.integer[Any]]


def read_samples(result: Result, path: Path) -> tuple[Losses | None, Groups | None, str | None]:
    """Read the validation samples' losses and groups that lie beside a result.

    Args:
        result: whose they should be: their mean is its validation loss.
        path: a samples.npz.

    Returns:
        Losses [epochs, samples] of the 200 lowest epochs in their order, each sample's group where there are groups, and why
        there are no losses, as `ReadRun.lacks` says it.
    """
    if result.log is not None:
        return None, None, "log"
    if not path.is_file():
        return None, None, "no_samples"
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > LARGEST:
                return None, None, "too_large"
            with packed.open("losses.npy") as file:
                shape, dtype = _header(file)
                if len(shape) != 2 or shape[0] != len(result.history) or shape[1] < 2 or dtype.kind != "f":
                    return None, None, "contradicts"
                if min(shape[0], _EPOCHS_KEPT) * shape[1] * 4 > MOST_KEPT:
                    return None, None, "too_large"
                means, losses = _lowest(_epochs(file, shape, dtype))
            groups = _groups(packed, shape[1]) if "groups.npy" in packed.namelist() else None
    except _BROKEN:
        return None, None, "contradicts"
    if not np.allclose(means, result.history.val_loss, rtol=1e-3, atol=1e-6, equal_nan=True):
        return None, None, "contradicts"
    sure = result.diagnosis.uncertainty
    if groups is None and sure is not None and sure.groups is not None:
        return None, None, "no_groups"
    return losses, groups, None


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return an array's shape and type; nothing of the array itself is read, nor unpickled."""
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read_header(file)
    if fortran and len(shape) > 1:
        raise ValueError("its columns come first")
    return shape, dtype


def _epochs(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Iterator[Losses]:
    for _ in range(shape[0]):
        yield _numbers(file, shape[1], dtype).astype(np.float32)


def _numbers(file: IO[bytes], count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    content = file.read(count * dtype.itemsize)
    if len(content) != count * dtype.itemsize:
        raise ValueError("it is cut short")
    return np.frombuffer(content, dtype)


def _lowest(epochs: Iterator[Losses]) -> tuple[list[float], Losses]:
    """Return each epoch's mean, and the losses of the epochs with the lowest, in their order."""
    means: list[float] = []
    kept: list[tuple[float, int, Losses]] = []  # the highest mean first, of equal ones the last
    for number, losses in enumerate(epochs):
        means.append(float(losses.mean(dtype=np.float64)))
        heapq.heappush(kept, (-math.inf if math.isnan(means[-1]) else -means[-1], -number, losses))
        if len(kept) > _EPOCHS_KEPT:
            heapq.heappop(kept)
    return means, np.stack([losses for _, _, losses in sorted(kept, key=lambda one: -one[1])])


def _groups(packed: zipfile.ZipFile, samples: int) -> Groups:
    with packed.open("groups.npy") as file:
        shape, dtype = _header(file)
        if shape != (samples,) or dtype.kind not in "iu":
            raise ValueError("it holds no group for each sample")
        return _numbers(file, samples, dtype)
