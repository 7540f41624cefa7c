"""Read arrays out of an .npz without trusting it: lists of whole numbers are all that is ever unpickled."""

from __future__ import annotations

import pickle
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError

LARGEST_MEMBER = 2**30
Sequences = tuple[NDArray[np.int32], NDArray[np.int64]]
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, KeyError, TypeError, OverflowError, IndexError,
           AttributeError, ImportError, MemoryError, RecursionError, NotImplementedError, RuntimeError,
           pickle.UnpicklingError, OSError)  # fmt: skip


class _Array:
    """Stand in for a numpy array while unpickling: keep the list that it was made of, run nothing."""

    def __init__(self, *_: object) -> None:
        self.items: Any = None

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 5:
            self.items = state[4]


_STAND_INS: dict[tuple[str, str], Any] = {
    (module, name): _Array
    for module in ("numpy", "numpy.core.multiarray", "numpy._core.multiarray")
    for name in ("_reconstruct", "ndarray", "dtype")
}


class _ListsOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _STAND_INS:
            return _STAND_INS[module, name]
        if (module, name) == ("_codecs", "encode"):  # how old pickles spell the bytes b"b"
            return lambda text, _encoding: bytes(str(text), "latin1")
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def read_member(path: Path, name: str) -> NDArray[Any] | list[Any]:
    """Read one array of an .npz file.

    Args:
        path: the file.
        name: the array's name, without `.npy`.

    Returns:
        The array, or the plain list of rows where the file holds an object array.

    Raises:
        DataError: the file is damaged, is no .npz, lacks the array, or holds anything but numbers and lists of them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{name}.npy")
            if info.file_size > LARGEST_MEMBER:
                raise ValueError(f"{name} would take {info.file_size:,} bytes")
            with archive.open(info) as file:
                return _read_array(file)
    except _BROKEN as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise DataError(
            f"{path} is damaged or not what its name says ({name}: {reason[:120]}); fetch it anew, or name another "
            "folder with --data-dir."
        ) from None


def _read_array(file: Any) -> NDArray[Any] | list[Any]:
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read_header(file)
    if dtype.hasobject:
        items = _ListsOnly(file).load().items
        if not isinstance(items, list) or shape != (len(items),):
            raise ValueError("it holds no list of rows")
        return items
    count = int(np.prod(shape, dtype=np.int64))
    if fortran or len(shape) > 2 or count * dtype.itemsize > LARGEST_MEMBER:
        raise ValueError("it has an unexpected shape")
    content = file.read(count * dtype.itemsize + 1)
    if len(content) != count * dtype.itemsize:
        raise ValueError("it is cut short or too long")
    return np.frombuffer(content, dtype).reshape(shape)


def read_sequences(path: Path, name: str) -> Sequences:
    """Read an array of word sequences.

    Returns:
        All words one after the other as int32, and where each sequence begins and the last ends, int64 [samples + 1].

    Raises:
        DataError: a row is no list of whole numbers from 0 on.
    """
    rows = read_member(path, name)
    try:
        parts = [_row(row) for row in rows]
        words = np.concatenate(parts, dtype=np.int32) if parts else np.empty(0, np.int32)
    except (ValueError, OverflowError, TypeError) as error:
        raise DataError(f"{path} holds a sample that is no list of word numbers ({name}: {error}); fetch it anew.") from None
    return words, np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)])


def _row(row: Any) -> NDArray[np.int32]:
    if not isinstance(row, (list, np.ndarray)):
        raise TypeError(f"it is a {type(row).__name__}")
    if isinstance(row, list) and not all(type(word) is int for word in row):
        raise TypeError("it holds something else than whole numbers")
    words = np.array(row, dtype=np.int32)
    if words.ndim != 1 or (len(words) and words.min() < 0):
        raise ValueError("it holds a negative number")
    return words


def read_labels(path: Path, name: str, samples: int, classes: int) -> NDArray[np.int64]:
    """Read labels, one a sample, each from 0 to `classes` - 1.

    Raises:
        DataError: the labels do not fit.
    """
    labels = np.asarray(read_member(path, name))
    if labels.shape != (samples,) or labels.dtype.kind not in "iu" or (samples and not 0 <= labels.min() <= labels.max() < classes):
        raise DataError(f"{path} holds labels that do not fit ({name}: {samples} from 0 to {classes - 1} expected); fetch it anew.")
    return labels.astype(np.int64)
