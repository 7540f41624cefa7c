"""Read arrays out of an .npz without trusting it: lists of whole numbers are all that is ever unpickled."""

from __future__ import annotations

import io
import pickle
import re
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError
from fitscope.numpyfile import NumpyFileError, open_member, read_array, read_header

LARGEST_LISTS = 2**25  # bytes of pickled lists; Keras' largest have 14 million, and each number may take 12 times its bytes
MOST_STEPS = 3_000_000  # of a pickle, beside its numbers; Keras' files take some 100,000
Sequences = tuple[NDArray[np.int32], NDArray[np.int64]]


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
        with open_member(path, name) as (file, size):
            return _read_array(file, size)
    except NumpyFileError as error:
        raise DataError(
            f"{path} is damaged or not what its name says ({name}: {error}); fetch it anew, or name another folder with --data-dir."
        ) from None


def _read_array(file: IO[bytes], size: int) -> NDArray[Any] | list[Any]:
    shape, _, dtype = read_header(file)
    if not dtype.hasobject:
        file.seek(0)
        return read_array(file, size)
    if size > LARGEST_LISTS:
        raise NumpyFileError(f"it holds {size:,} bytes of lists, and {LARGEST_LISTS:,} are the most")
    content = file.read(LARGEST_LISTS)
    check_steps(content)
    items = getattr(_ListsOnly(io.BytesIO(content)).load(), "items", None)
    if not isinstance(items, list) or shape != (len(items),):
        raise NumpyFileError("it holds no list of rows")
    return items


# What a pickle of numpy's says where it holds lists of whole numbers: each step's sign, and how its argument ends. Whole numbers
# come in runs, which are passed over at once. Steps that take a place in a list of any length (r, p) are checked on the way.
_RUN = re.compile(rb"(?:K.|M..|J.{4}){1,4096}", re.DOTALL)
_FIXED = {**dict.fromkeys(b"(.)NtlaebR]\x85\x86\x87\x88\x89\x93\x94", 0), **dict.fromkeys(b"\x80qhK", 1), **dict.fromkeys(b"M", 2),
          **dict.fromkeys(b"Jrj", 4), 0x95: 8}  # fmt: skip
_LINES = dict.fromkeys(b"ILpgSV", 1) | {ord("c"): 2}
_COUNTED = dict.fromkeys(b"UC\x8a\x8c", 1) | dict.fromkeys(b"TXB", 4)
_LONGEST = 100  # bytes of a text: all that are there are names of numpy's types


def check_steps(content: bytes) -> None:
    """Refuse a pickle that is more than lists of whole numbers, or takes far more memory than its bytes, before it is loaded.

    Raises:
        NumpyFileError: it holds a step that no such pickle has, too many of them, or one that asks for any amount of memory.
    """
    place = steps = 0
    while place < len(content):
        if (run := _RUN.match(content, place)) is not None:
            place = run.end()
            continue
        steps += 1
        sign, place = content[place], place + 1
        if sign == ord("."):
            return
        end = _end_of_step(content, sign, place)
        if end is None or steps > MOST_STEPS:
            raise NumpyFileError("it holds something else than lists of whole numbers")
        if sign in b"rp" and not 0 <= _number(sign, content[place:end]) <= steps:
            raise NumpyFileError("it numbers its parts otherwise than numpy does")
        place = end
    raise NumpyFileError("it is cut short")


def _number(sign: int, argument: bytes) -> int:
    """Return the place in the pickle's memory that a step puts something into, for which all places before it are made."""
    if sign == ord("r"):
        return int.from_bytes(argument, "little")
    return int(argument) if argument.strip().isdigit() else -1


def _end_of_step(content: bytes, sign: int, place: int) -> int | None:
    """Return where a step's argument ends, None for one that lists of whole numbers do not need."""
    if sign in _FIXED:
        return place + _FIXED[sign]
    if sign in _COUNTED:
        length = int.from_bytes(content[place : place + _COUNTED[sign]], "little")
        return place + _COUNTED[sign] + length if length <= _LONGEST else None
    for _ in range(_LINES.get(sign, 0)):
        end = content.find(b"\n", place, place + _LONGEST)
        if end < 0:
            return None
        place = end + 1
    return place if sign in _LINES else None


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
