"""The files in a folder or a tar archive, one after the other; nothing is ever unpacked to the disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from fitscope.errors import DataError, reason

LARGEST_FILE = 2**24  # the largest file of either collection has 1.4 MB
LARGEST_ARCHIVE = 2**31  # unpacked; aclImdb takes a fifth of it
LARGEST_HEADER = 2**20
MOST_FILES = 250_000  # aclImdb has 100,000
TAKES = "give the tar archive or folder of aclImdb or of Reuters-21578, or Keras' imdb.npz or reuters.npz"
_HEAD = 512
_OPENERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


class Member:
    """One file of a folder or an archive, read once and only where it is wanted.

    Args:
        name: its path in there, with slashes.
        file: where its content is read from.
        source: the folder or archive.
    """

    def __init__(self, name: str, file: IO[bytes], source: Path) -> None:
        self.name = name
        self._file = file
        self._source = source
        self._head: bytes | None = None

    def head(self) -> bytes:
        """Return the first bytes.

        Raises:
            DataError: it cannot be read.
        """
        if self._head is None:
            with _sound(self._source):
                self._head = self._file.read(_HEAD)
        return self._head

    def content(self) -> bytes:
        """Return all bytes.

        Raises:
            DataError: it cannot be read, or has more bytes than a text of these collections.
        """
        head = self.head()
        with _sound(self._source):
            content = head + self._file.read(LARGEST_FILE)
        if len(content) > LARGEST_FILE:
            raise DataError(f"{self.name!r} is larger than {LARGEST_FILE:,} bytes, which no file of aclImdb or Reuters-21578 is.")
        return content


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise DataError(
            f"{path} cannot be read as a folder or a tar archive ({reason(error)}); fetch it anew, or {TAKES}."
        ) from None


def members(path: Path) -> Iterator[Member]:
    """Go through the regular files of a folder, or of a tar archive, compressed or not.

    Links and devices in an archive are passed over, and no name in it is ever used as a path.

    Args:
        path: the folder or the archive, which its content tells, not its name.

    Raises:
        DataError: it is something else, damaged, cut short or too large.
    """
    with _sound(path):
        for count, member in enumerate(_walk(path) if path.is_dir() else _stream(path)):
            if count == MOST_FILES:
                raise DataError(f"{path} holds more than {MOST_FILES:,} files, which is too much to be one collection; {TAKES}.")
            yield member


def _walk(folder: Path) -> Iterator[Member]:
    def fail(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=fail):
        folders.sort()
        for place in (Path(parent) / file for file in sorted(files)):
            if place.is_file():
                with open(place, "rb") as file:
                    yield Member(place.relative_to(folder).as_posix(), file, folder)


def _stream(path: Path) -> Iterator[Member]:
    with open(path, "rb") as file:
        start = file.read(8)
    opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), open)
    with opener(path, "rb") as file:
        limited: Any = _Limited(file)
        with tarfile.open(fileobj=limited, mode="r|", tarinfo=_Info) as archive:
            while (info := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # it would keep them all
                if info.isreg():
                    content = archive.extractfile(info)
                    assert content is not None
                    yield Member(info.name, content, path)
        limited.drain()


class _Info(tarfile.TarInfo):
    """Read a member's header, whose name and other facts may stand in blocks of any size behind it."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        info = super().frombuf(buf, encoding, errors)
        if info.type not in (*tarfile.REGULAR_TYPES, tarfile.DIRTYPE) and info.size > LARGEST_HEADER:
            raise tarfile.ReadError(f"a header in it has {info.size:,} bytes")
        return info


class _Limited:
    """Read a stream up to a size, and know whether it ended as a tar archive ends."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = LARGEST_ARCHIVE
        self._tail = b""

    def read(self, size: int) -> bytes:
        content = self._file.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise ValueError(f"it unpacks to more than {LARGEST_ARCHIVE:,} bytes")
        self._tail = (self._tail + content)[-tarfile.BLOCKSIZE :] if content else self._tail
        return content

    def drain(self) -> None:
        """Read to the end, so that checksums are compared; tarfile itself takes a broken header for the end."""
        while self.read(tarfile.RECORDSIZE):
            pass
        if self._tail.strip(b"\0"):
            raise ValueError("it is damaged or cut short")
