"""Files that are there whole or not at all: each is written beside its place, then put there."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from fitscope.errors import not_written

_PART = re.compile(r"\.(.+?)(?:\.[0-9a-f]{8})?\.part", re.DOTALL)


def write_whole(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        OutputError: the disk is full, or the folder is not there.
    """
    try:
        put_whole(path, text.encode())
    except OSError as error:
        raise not_written(path, error, "make room, or give another place") from None


def put_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file, whole or not at all; until then it lies beside it under a name that no other process takes.

    Args:
        path: the file.
        content: what it is to hold.
        mode: who may read and write it, less what the person's own umask takes away.

    Raises:
        OSError: it cannot be written; it names the file itself.
    """
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with _removed_on_failure(scratch):
            with open(handle, "wb") as file:
                file.write(content)
            os.replace(scratch, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


@contextmanager
def _removed_on_failure(scratch: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            scratch.unlink()
        raise


def whole_of(name: str) -> str | None:
    """Return which file a process that was killed left half-written under a name; None where it is none such.

    Example:
        >>> whole_of(".plan.json.0a1b2c3d.part"), whole_of(".plan.json.part"), whole_of("plan.json")
        ('plan.json', 'plan.json', None)
    """
    match = _PART.fullmatch(name)
    return match and match[1]


def remove_parts(folder: Path, names: Callable[[str], bool], older: float = 0.0) -> None:
    """Remove what processes that were killed left half-written in a folder.

    Args:
        folder: where files were written.
        names: tells a name of those files.
        older: seconds since it was written to; another process may be writing what is younger.
    """
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            if names(whole_of(path.name) or "") and path.lstat().st_mtime <= time.time() - older:
                path.unlink()


def put_text(path: Path, text: str) -> None:
    """Write a text that several processes may write at once, whole or not at all; anybody may read it.

    Raises:
        OSError: the file cannot be written.
    """
    with opened(path, ".html", 0o644) as file:
        file.write(text.encode())


@contextmanager
def opened(path: Path, ending: str, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Open a file that stands in its place when all is written; until then it has a name of its own beside it.

    Args:
        path: the file.
        ending: of its name until then.
        mode: who may read and write it.

    Raises:
        OSError: it cannot be written.
    """
    handle, scratch = tempfile.mkstemp(dir=path.parent, suffix=ending)
    try:
        with open(handle, "wb") as file:
            yield file
        if mode != 0o600:  # which it has
            os.chmod(scratch, mode)
        os.replace(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(scratch)
        raise
