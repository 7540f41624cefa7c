"""numpy's files, .npz and .npy, from anywhere: sizes are compared before anything is read, and nothing is unpickled."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

RATIO, RATIO_FROM = 500, 2**26  # real arrays shrink to a 270th where they are nearly all 0, bombs to a thousandth
MOST_MEMBERS = 1_000
_CHUNK = 2**20
_READ_HEADER = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class NumpyFileError(Exception):
    """A file that is not what it says; the reason fits between brackets."""


class ObjectsError(NumpyFileError):
    """An array of objects, which would have to be unpickled."""


def read_arrays(path: Path, largest: int | None = None) -> dict[str, NDArray[Any]]:
    """Read all arrays of an .npz, or the one of an .npy as `x`, which its content tells, not its name.

    Args:
        path: of the file.
        largest: bytes that all arrays together may take; None for any number that the file really holds.

    Raises:
        NumpyFileError: it is damaged, is no such file, promises more than it holds, or is a bomb.
        ObjectsError: it holds an array of objects.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.npz"
        >>> np.savez(path, rows=np.eye(2))
        >>> read_arrays(path)["rows"].tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    with _sound(), open(path, "rb") as file:
        start = file.read(2)
        file.seek(0)
        if start == b"\x93N":
            size = os.fstat(file.fileno()).st_size
            _refuse_large(size, largest)
            return {"x": read_array(file, size)}
        if start != b"PK":  # zipfile would also find an archive at the end of something else
            raise NumpyFileError("it does not begin as one")
        with zipfile.ZipFile(file) as archive:
            infos = _members(archive)
            _refuse_large(sum(info.file_size for info in infos.values()), largest)
            return {name: _read(archive, info) for name, info in infos.items()}


@contextmanager
def open_member(path: Path, name: str) -> Iterator[tuple[IO[bytes], int]]:
    """Open one array's file within an .npz, and tell its size.

    Raises:
        NumpyFileError: the archive is damaged, lacks the array, or is a bomb.
    """
    with _sound(), zipfile.ZipFile(path) as archive:
        info = _members(archive).get(name)
        if info is None:
            raise NumpyFileError(f"it holds no {name}")
        with archive.open(info) as file:
            yield file, info.file_size


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return an array's shape, whether columns come first, and its type; the file stands behind its header then.

    Raises:
        NumpyFileError: numpy writes no such header.
    """
    try:
        shape, fortran, dtype = _READ_HEADER[np.lib.format.read_magic(file)](file)
    except OSError:
        raise
    except Exception:  # it is read as Python's literals, which fail in a dozen ways
        raise NumpyFileError("an array's header in it is none of numpy's") from None
    if any(type(size) is not int or size < 0 for size in shape):
        raise NumpyFileError(f"its shape is {str(shape)[:60]}")
    return shape, fortran, dtype


def read_array(file: IO[bytes], size: int) -> NDArray[Any]:
    """Read an array from an open file of a known size.

    Raises:
        NumpyFileError: the header promises other than the file holds.
        ObjectsError: it holds objects.
    """
    shape, order, dtype, needed = _promised(file, size)
    content = bytearray(needed)
    view, place = memoryview(content), 0
    while place < needed and (count := file.readinto(view[place : place + _CHUNK])):  # type: ignore[attr-defined]
        place += count
    if place < needed or file.read(1):  # the read behind the end lets an archive compare its checksum
        raise NumpyFileError("it is cut short or too long")
    return np.frombuffer(content, dtype).reshape(shape, order=order)


def map_array(path: Path) -> NDArray[Any]:
    """Return the array of an .npy as it lies on the disk, memory-mapped and not to be written; one of nothing is read.

    Raises:
        NumpyFileError: the header is none of numpy's, or promises other than the file holds; some such headers end the process
            in numpy's own mapping.
        ObjectsError: it holds objects.
    """
    with _sound(), open(path, "rb") as file:
        shape, order, dtype, needed = _promised(file, os.fstat(file.fileno()).st_size)
        return np.memmap(file, dtype, "r", file.tell(), shape, order) if needed else np.empty(shape, dtype, order)


def _promised(file: IO[bytes], size: int) -> tuple[tuple[int, ...], Literal["C", "F"], np.dtype[Any], int]:
    """Return shape, order and type that a header promises, and the bytes that they take, which are those behind it."""
    shape, fortran, dtype = read_header(file)
    if dtype.hasobject:
        raise ObjectsError("it holds objects")
    needed, there = math.prod(shape) * dtype.itemsize, size - file.tell()
    if not dtype.itemsize:
        raise NumpyFileError("it holds an array of nothing")
    if needed != there:
        raise NumpyFileError(f"its header promises {needed:,} bytes of {dtype.name[:40]}, and {there:,} are there")
    return shape, "F" if fortran else "C", dtype, needed


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(info) as file:
        return read_array(file, info.file_size)


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return an archive's arrays by their names, or refuse what no archive of numpy's is."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise NumpyFileError(f"it holds {len(infos):,} members, and {MOST_MEMBERS:,} are the most")
    held = os.fstat(archive.fp.fileno()).st_size if archive.fp is not None else 0
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removesuffix(".npy")
        shown = repr(name[:60])
        if name == info.filename:
            raise NumpyFileError(f"{shown} in it is no array")
        if name in found:
            raise NumpyFileError(f"it holds two arrays called {shown}")
        if info.compress_size > held:
            raise NumpyFileError(f"{shown} in it is longer than the file")
        if info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
            raise NumpyFileError(
                f"{shown} in it unpacks to over {RATIO} times its size, as only bombs do; save real arrays with numpy.savez, which "
                "does not compress"
            )
        found[name] = info
    return found


def _refuse_large(size: int, largest: int | None) -> None:
    if largest is not None and size > largest:
        raise NumpyFileError(f"it holds {size:,} bytes, and {largest:,} are the most")


@contextmanager
def _sound() -> Iterator[None]:
    """Turn whatever the zip, deflate and header readers raise of damaged bytes into one kind of error."""
    try:
        yield
    except NumpyFileError:
        raise
    except OSError as error:
        raise NumpyFileError(error.strerror or str(error)) from None
    except Exception as error:  # of damaged bytes they raise a dozen kinds
        reason = str(error).strip("'\"").partition("\n")[0] or type(error).__name__
        raise NumpyFileError(reason[:120].rstrip(".")) from None
