"""A log as readers look at it: its bytes, its text, its JSON, each read once and only when asked for."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fitscope.errors import DataError, not_read
from fitscope.readers.cells import UTF16, Table, table_of
from fitscope.readers.reading import NoLogError
from fitscope.result.plain import parsed

LARGEST = 2**30  # bytes
LARGEST_TEXT = 2**26  # bytes of what is not read piece by piece
_LINE = re.compile(r"[^\r\n]+")
_HEAD = 2**16
_CHUNK = 2**23


@dataclass(frozen=True)
class Log:
    """Hold a log file, and read of it what a reader needs.

    Args:
        path: the file.
        growing: whether another program is still writing it; then a last line without its end is left for later.

    Raises:
        DataError: the file cannot be opened, or is larger than a log can be.
    """

    path: Path
    growing: bool = False

    def __post_init__(self) -> None:
        try:
            found = self.path.stat()
        except (OSError, ValueError) as error:  # ValueError: no file can be called so
            raise not_read(self.path, error, "give a log's path") from None
        size = found.st_size
        if not stat.S_ISREG(found.st_mode):
            raise DataError(f"{self.path} is no file; save what it holds in one, and give that.")
        if size > LARGEST:
            raise DataError(f"{self.path} has {size:,} bytes, more than a log needs; give one of at most {LARGEST:,}.")

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB."""
        return next(self.chunks(_HEAD), b"")

    def chunks(self, size: int = _CHUNK) -> Iterator[bytes]:
        """Read the file piece by piece."""
        try:
            with open(self.path, "rb") as file:
                while piece := file.read(size):
                    yield piece
        except OSError as error:
            raise not_read(self.path, error, "give a log's path") from None

    @cached_property
    def is_text(self) -> bool:
        return self.head.startswith(UTF16) or b"\0" not in self.head

    @cached_property
    def start(self) -> str:
        """The first 200 characters after white space, in small letters; empty where the log is no text."""
        return _decoded(self.head, cut=True).lstrip()[:200].lower() if self.is_text else ""

    @cached_property
    def first_line(self) -> str:
        """The first line that is not empty, as far as it lies in the head."""
        lines = _decoded(self.head, cut=True).splitlines() if self.is_text else []
        return next((line for line in lines if line.strip()), "")

    @cached_property
    def text(self) -> str:
        """The whole text, as UTF-8, UTF-16 or, where it is neither, Latin-1."""
        if (size := self.path.stat().st_size) > LARGEST_TEXT:
            raise NoLogError(f"its text has {size:,} bytes, more than is read at once; give one of at most {LARGEST_TEXT:,}.")
        content = b"".join(self.chunks())
        if self.growing:
            content = content[: content.rfind(b"\n") + 1]
        return _decoded(content) if self.is_text else ""

    @cached_property
    def table(self) -> Table | None:
        """What the log holds as a table; None where it does not begin with a header of names."""
        return table_of(self)

    @cached_property
    def json(self) -> Any:
        """What the log holds as JSON; JSON Lines are a list; None where it is neither."""
        if not self.start.startswith(("{", "[")):
            return None
        try:
            return parsed(self.text)
        except (ValueError, RecursionError):
            return self._json_lines()

    def _json_lines(self) -> list[Any] | None:
        rows = []
        for match in _LINE.finditer(self.text):
            try:
                rows += [parsed(match[0])] if match[0].strip() else []
            except (ValueError, RecursionError):
                if match.end() < len(self.text):
                    return None
                break  # the last was cut short
        return rows or None


def _decoded(content: bytes, cut: bool = False) -> str:
    """Decode a text; where it was cut, its last character may be half."""
    if content.startswith(UTF16):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if cut and error.start > len(content) - 4:
            return content[: error.start].decode("utf-8-sig")
        return content.decode("latin-1")
