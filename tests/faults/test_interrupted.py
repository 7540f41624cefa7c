"""Analyses that meet a full or read-only disk, another fitscope, tidying hands, a lack of memory or a clock set back."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import fitscope as product
from fitscope.errors import OutputError, OwnCodeError, UsageError
from fitscope.studies.store import Store

DIGITS = ("analyze", "digits", "--max-epochs", "6")
OWN = """
import os
import signal

import keras

def greedy(shape, hp):
    units = hp.Choice("units", [8, 16, 32])
    if units == 16:
        END
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(units, "relu"), keras.layers.Dense(10, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    return model
"""


def result_of(folder):
    return json.loads((folder / "result.json").read_text())


def told(folder):
    return (folder / "told.txt").read_text()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of so many bytes that can be made larger."""

    def mount(size):
        options = f"{'remount,' if disk.is_mount() else ''}size={size}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"needs the right to mount a disk: {done.stderr.strip()}")
        return disk

    disk = tmp_path / "disk"
    disk.mkdir()
    yield mount
    if disk.is_mount():
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("kilobytes", [8, 40, 150, 220, 280])
def test_full_disk_stops_cleanly_and_with_more_room_the_analysis_goes_on(fitscope, tmp_path, small_disk, kilobytes):
    disk = small_disk(f"{kilobytes}k")
    status, _ = fitscope(*DIGITS, "--output", "disk/run")
    said = told(tmp_path)
    assert status == 1, said
    assert said.count("cannot be written (no space left on device)") == 1
    assert "Traceback" not in said
    assert not (disk / "run" / "report.html").exists()
    small_disk("20M")
    assert fitscope(*DIGITS, "--resume", "disk/run")[0] == 0, told(tmp_path)
    assert ("Going on from" in told(tmp_path)) == (kilobytes > 100)
    assert not result_of(disk / "run")["partial"]
    assert not (disk / "run" / ".run").exists()


def test_folder_that_cannot_be_written_is_one_sentence(fitscope, tmp_path, small_disk):
    disk = small_disk("1M")
    (disk / "run").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for way in (("--output", "disk/new"), ("--resume", "disk/run")):
        assert fitscope(*DIGITS, *way)[0] == 1
        assert "cannot be written (read-only file system)" in told(tmp_path)
        assert "Traceback" not in told(tmp_path)


def test_second_fitscope_in_a_folder_is_refused_until_the_first_one_ends_however_it_ends(fitscope, tmp_path):
    command = [sys.executable, "-m", "fitscope", "analyze", "digits", "--max-epochs", "100000", "--output", "run"]
    first = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        next(line for line in first.stderr if line.startswith("epoch 3/"))
        long = ("analyze", "digits", "--max-epochs", "100000")
        assert fitscope(*long, "--resume", "run")[0] == 1
        assert f"Another fitscope is at work in {tmp_path / 'run'}; wait for its end, or give another folder" in told(tmp_path)
        assert fitscope(*long, "--output", "run")[0] == 1
        assert "holds an analysis that was stopped; go on with --resume" in told(tmp_path)
    finally:
        first.kill()
        first.communicate()
    fitscope(*long, "--resume", "run", kill_at="Going on from")
    assert "Going on from a training after epoch" in told(tmp_path)


def analyze(folder, tell=None, **wishes):
    return product.analyze("digits", max_epochs=6, output=folder, tell=tell, **wishes)


def at_epoch(number, act):
    """Act at the first end of an epoch of this number."""
    acts = [act]

    def tell(event):
        if getattr(getattr(event, "end", None), "epoch", None) == number and acts:
            acts.pop()()

    return tell


@pytest.mark.parametrize("removed", [".run", "plan.json", ""])
def test_what_is_removed_while_it_runs_is_there_at_the_end(tmp_path, removed):
    run = tmp_path / "run"

    def remove():
        shutil.rmtree(run / removed) if (run / removed).is_dir() else (run / removed).unlink()

    analyze(run, at_epoch(3, remove))
    assert {path.name for path in run.iterdir()} == {"history.csv", "model.keras", "plan.json", "preparation.json", "report.html",
                                                     "result.json", "samples.npz"}  # fmt: skip
    assert analyze(run, resume=True) == product.read_result(run / "result.json")


def quit_at(number):
    def leave():
        raise KeyboardInterrupt

    return at_epoch(number, leave)


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[:-9], lambda content: b"x" * len(content)])
def test_checkpoint_that_is_damaged_costs_epochs_and_nothing_else(tmp_path, damage):
    with pytest.raises(KeyboardInterrupt):
        analyze(tmp_path / "run", quit_at(5))
    for path in (tmp_path / "run" / ".run" / "trainings").iterdir():
        path.write_bytes(damage(path.read_bytes()))
    again, whole = analyze(tmp_path / "run", resume=True), analyze(tmp_path / "whole")
    assert (again.history, again.refit, again.holdout) == (whole.history, whole.refit, whole.holdout)


def test_plan_that_is_removed_before_going_on_is_refused_and_what_was_trained_stays(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        analyze(tmp_path / "run", quit_at(5))
    (tmp_path / "run" / "plan.json").unlink()
    with pytest.raises(OutputError, match=r"no plan\.json"):
        analyze(tmp_path / "run", resume=True)
    assert Store(tmp_path / "run" / ".run" / "trainings").progress() == (0, [5])


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 3))
    text = "\n".join(["a,b,c,y", *(f"{a:.4f},{b:.4f},{c:.4f},{'yes' if a + b > 0 else 'no'}" for a, b, c in rows)])
    (tmp_path / "table.csv").write_text(text)
    return tmp_path / "table.csv"


def test_data_that_is_changed_before_going_on_is_refused(tmp_path, table):
    with pytest.raises(KeyboardInterrupt):
        product.analyze(str(table), target="y", output=tmp_path / "run", tell=quit_at(5))
    table.write_text(table.read_text().replace("yes", "no", 1))
    with pytest.raises(UsageError, match="data sha256"):
        product.analyze(str(table), target="y", output=tmp_path / "run", resume=True)


def test_data_that_is_removed_while_it_runs_is_needed_no_more(tmp_path, table):
    result = product.analyze(str(table), target="y", output=tmp_path / "run", max_epochs=6, tell=at_epoch(3, table.unlink))
    assert result.refit is not None


def test_clock_that_is_set_back_changes_nothing(tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        analyze(tmp_path / "run", quit_at(4))
    for path in (tmp_path / "run").rglob("*"):
        os.utime(path, (2**31, 2**31))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 10**8)
    again, whole = analyze(tmp_path / "run", resume=True), analyze(tmp_path / "whole")
    assert again.history == whole.history
    assert min(again.seconds.values()) >= 0


SEARCH = ("analyze", "digits", "--max-epochs", "3", "--model", "own.py:greedy", "--search", "random", "--trials", "3")


@pytest.mark.parametrize(
    ("end", "workers", "says"),
    [
        ("bytearray(1 << 60)", 1, "more memory than there is"),
        ("keras.ops.zeros((1 << 20, 1 << 20))", 1, "more memory than there is"),
        ("os.kill(os.getpid(), signal.SIGKILL)", 2, "was killed each time, perhaps for want of memory"),
    ],
)
def test_trial_without_enough_memory_fails_and_the_search_goes_on(fitscope, tmp_path, end, workers, says):
    (tmp_path / "own.py").write_text(OWN.replace("END", end))
    assert fitscope(*SEARCH, "--workers", str(workers), "--output", "run")[0] == 0, told(tmp_path)
    found = result_of(tmp_path / "run")["search"]
    assert [trial["hyperparameters"] for trial in found["failed"]] == [{"units": 16}]
    assert sorted(trial["hyperparameters"]["units"] for trial in found["trials"]) == [8, 32]
    assert says in found["failed"][0]["error"]
    assert "could not be trained, and the search goes on" in told(tmp_path)
    assert "1 trial could not be trained and is left out." in (tmp_path / "run" / "report.html").read_text()


def test_network_without_enough_memory_is_one_sentence(tmp_path):
    (tmp_path / "own.py").write_text(
        "import keras\ndef large(shape):\n"
        "    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(1 << 40), keras.layers.Dense(10, 'softmax')])\n"
        "    model.compile('adam', 'categorical_crossentropy')\n    return model\n"
    )
    with pytest.raises(OwnCodeError, match="more memory than there is"):
        analyze(tmp_path / "run", model=f"{tmp_path / 'own.py'}:large")
    assert not (tmp_path / "run").exists()


def test_folder_is_free_again_when_the_analysis_is_over(tmp_path):
    result = analyze(tmp_path / "run")
    assert analyze(tmp_path / "run", resume=True, author="Kim").history == result.history
    assert Path(tmp_path / "run" / "report.html").read_text().count("Kim")
