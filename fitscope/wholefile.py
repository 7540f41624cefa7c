"""Files that are there whole or not at all: each is written beside its place, then put there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from fitscope.errors import not_written


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
    """Write a file, whole or not at all; until then it lies beside it as `part` names it.

    Args:
        path: the file.
        content: what it is to hold.
        mode: who may read and write it, less what the person's own umask takes away.

    Raises:
        OSError: it cannot be written.
    """
    scratch = path.with_name(part(path.name))
    scratch.unlink(missing_ok=True)  # it may be a link to somebody's file
    try:
        with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def part(name: str) -> str:
    """Return what a file is called while it is being written."""
    return f".{name}.part"


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
