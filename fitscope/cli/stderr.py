"""Standard error for people alone: TensorFlow's libraries write log lines there that no setting of theirs turns off."""

from __future__ import annotations

import os
import sys


def keep_for_people() -> None:
    """Let this process' own messages pass, and send what libraries write past Python to nowhere.

    With --debug, or where standard error is no file of the system's, all stays as it is.
    """
    if "--debug" in sys.argv or sys.stderr is not sys.__stderr__ or sys.stderr is None:
        return
    try:
        own = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        return
    sys.stderr.flush()
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(own, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
