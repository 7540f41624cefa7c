"""Ctrl-C: once to stop after the current epoch, twice to quit; and what ends a program as Ctrl-C does."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
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


@contextlib.contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Let what asks a process to end, `kill` or a terminal that is closed, end it as Ctrl-C does, with all tidied up."""
    if threading.current_thread() is not threading.main_thread():  # where no signal can be caught
        yield
        return
    asking = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in asking if signal.getsignal(number) == signal.SIG_DFL}

    def end(number: int, frame: FrameType | None) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)  # a second one, as `timeout` sends, would stop the tidying up
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(text: str) -> None:
    """Write past Python's buffers, which refuse a signal's message where it comes in the middle of another one."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.write(sys.stderr.fileno(), text.encode())
