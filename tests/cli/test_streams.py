"""What becomes of results and messages where the streams take nothing more."""

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest

from fitscope.cli.streams import Messages, Results
from fitscope.errors import OutputError

FULL = Path("/dev/full")
LOG = "loss,val_loss\n" + "1,2\n" * 9


class Refusing(io.StringIO):
    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text):
        raise OSError(self.number, "No space left on device")


def test_results_that_cannot_be_written_are_an_error():
    with pytest.raises(OutputError, match=r"standard output \(no space left on device\); make room"):
        Results(Refusing(errno.ENOSPC)).write("said")


def test_results_on_a_closed_stream_are_an_error():
    with pytest.raises(OutputError, match="Standard output is closed"):
        Results(None).write("said")


def test_reader_that_has_read_enough_is_none():
    with pytest.raises(BrokenPipeError):
        Results(Refusing(errno.EPIPE)).write("said")


def test_message_that_cannot_be_written_stops_nothing():
    assert Messages(Refusing(errno.ENOSPC)).write("said") == 4


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("arguments", "stream", "code"),
    [(["mine.csv"], "stdout", 1), (["mine.csv"], "stderr", 0), (["nowhere"], "stderr", 1), ([], "stderr", 2)],
)
def test_full_stream_gives_its_exit_code_and_no_traceback(tmp_path, arguments, stream, code):
    (tmp_path / "mine.csv").write_text(LOG)
    other = {"stdout": "stderr", "stderr": "stdout"}[stream]
    with open(FULL, "w") as full:
        command = [sys.executable, "-m", "fitscope", "diagnose", *arguments]
        done = subprocess.run(command, cwd=tmp_path, text=True, **{stream: full, other: subprocess.PIPE})
    assert done.returncode == code
    said = getattr(done, other)
    assert (stream == "stdout") == ("cannot be written to standard output" in said)
    assert "Traceback" not in said and "Exception ignored" not in said
