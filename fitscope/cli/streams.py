"""The two streams: results go to standard output and are never lost in silence, messages to standard error and never stop work."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from fitscope.errors import OutputError, reason


class Results:
    """Stand before standard output, and say in a sentence why it takes nothing more.

    Args:
        stream: what is written to; None where it is closed.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        return int(self._done("write", text))

    def flush(self) -> None:
        self._done("flush")

    def isatty(self) -> bool:
        return self.stream is not None and self.stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def _done(self, what: str, *arguments: str) -> Any:
        if self.stream is None:
            raise OutputError("Standard output is closed, so the result cannot be written there; send it to a file, or open it.")
        try:
            return getattr(self.stream, what)(*arguments)
        except OSError as error:
            if error.errno == errno.EPIPE:  # who read it has read enough
                raise
            raise OutputError(
                f"The result cannot be written to standard output ({reason(error)}); make room, or send it elsewhere."
            ) from error


class Messages:
    """Stand before standard error: a message that cannot be written is done without.

    Args:
        stream: what is written to.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Stand before both streams while a command runs, and while its error is told."""
    before = sys.stdout, sys.stderr
    sys.stdout = Results(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = Messages(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def keep_for_people() -> None:
    """Let this process' own messages pass, and send to nowhere what libraries write past Python, as TensorFlow's do.

    No setting of theirs turns those log lines off. With --debug, or where standard error is no file of the system's, all stays as
    it is.
    """
    if "--debug" in sys.argv or sys.__stderr__ is None or getattr(sys.stderr, "stream", sys.stderr) is not sys.__stderr__:
        return
    try:
        own = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        return
    sys.stderr.flush()
    os.dup2(nowhere, 2)
    os.close(nowhere)
    kept = os.fdopen(own, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
    sys.stderr = Messages(kept)
