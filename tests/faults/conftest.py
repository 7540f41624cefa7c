"""Commands in processes of their own that can be killed, begun in next to no time."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def forks():
    script = Path(__file__).with_name("forking.py")
    process = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.stdin.close()
    process.kill()
    process.wait()


@pytest.fixture
def fitscope(forks, tmp_path):
    """Run a command to its end, or kill it after so many seconds or when it has told something.

    Returns its status, -9 where it was killed, and the seconds that it took.
    """

    def run(*arguments, kill_after=None, kill_at=None):
        began = time.monotonic()
        forks.stdin.write(json.dumps([str(tmp_path), list(arguments), str(tmp_path / "told.txt")]) + "\n")
        forks.stdin.flush()
        pid = int(forks.stdout.readline())
        if kill_at is not None:
            told = tmp_path / "told.txt"
            while time.monotonic() < began + 120 and not (told.exists() and kill_at in told.read_text()):
                time.sleep(0.05)
            os.kill(pid, signal.SIGKILL)
        elif kill_after is not None:
            killed_at = began + kill_after
            while time.monotonic() < killed_at:
                time.sleep(0.001)
            with contextlib.suppress(ProcessLookupError):  # it came to its end before
                os.kill(pid, signal.SIGKILL)
        status = int(forks.stdout.readline())
        return os.waitstatus_to_exitcode(status), time.monotonic() - began

    return run
