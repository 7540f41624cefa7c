"""Ctrl-C, in a process of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fitscope.studies.store import Store


@pytest.fixture
def analysis(tmp_path):
    """A long digits analysis that has ended its third epoch."""
    command = [str(Path(sys.executable).with_name("fitscope")), "analyze", "digits", "--max-epochs", "100000", "--output", "run"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("epoch 3/"):
            break
    yield process
    process.kill()
    process.wait()


def test_ctrl_c_stops_after_the_epoch_with_a_partial_report(analysis, tmp_path):
    analysis.send_signal(signal.SIGINT)
    out, err = analysis.communicate(timeout=60)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert analysis.returncode == 130
    assert "Stopping after this epoch" in err
    assert result["partial"]
    assert 3 <= len(result["history"]["epoch"]) < 100
    assert result["test_reads"] == 0
    assert out.splitlines()[-1] == "run/report.html"
    assert "The same command with --resume run" in out
    assert "Partial: stopped after epoch" in (tmp_path / "run" / "report.html").read_text()


def test_second_ctrl_c_quits_at_once_and_keeps_the_finished_epochs(analysis, tmp_path):
    analysis.send_signal(signal.SIGINT)
    analysis.send_signal(signal.SIGINT)
    said = ""
    for line in analysis.stderr:
        said += line
        if "Ctrl-C again" in line:
            break
    analysis.send_signal(signal.SIGINT)
    _, rest = analysis.communicate(timeout=60)
    assert analysis.returncode == 130
    if not (tmp_path / "run" / "report.html").exists():  # the epoch had not ended before
        assert "finished epochs are kept: go on with --resume run" in said + rest
    assert Store(tmp_path / "run" / ".run" / "trainings").progress()[1][0] >= 3
