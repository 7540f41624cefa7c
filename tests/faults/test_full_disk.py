"""A disk that is full, simulated by a limit on the size of files."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

FITSCOPE = str(Path(sys.executable).with_name("fitscope"))


@pytest.mark.parametrize("size", [0, 1000, 20_000])
def test_analysis_on_a_full_disk_leaves_with_1_and_nothing_behind(tmp_path, size):
    def limit():
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [FITSCOPE, "analyze", "digits", "--max-epochs", "2", "--output", "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=limit)  # noqa: PLW1509
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
