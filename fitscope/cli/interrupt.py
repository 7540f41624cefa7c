"""Ctrl-C: once to stop after the current epoch, twice to quit."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType, TracebackType


class Interrupt:
    """Catch Ctrl-C while a training runs.

    Until `training` is set, Ctrl-C quits at once; then the first one sets `asked` and the second one quits.
    """

    def __init__(self) -> None:
        self.training = False
        self.asked = False

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked or not self.training:
            raise KeyboardInterrupt
        self.asked = True
        _write("\nStopping after this epoch; press Ctrl-C again to quit without a report.\n")


def _write(text: str) -> None:
    """Write past Python's buffers, which refuse a signal's message where it comes in the middle of another one."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.write(sys.stderr.fileno(), text.encode())
