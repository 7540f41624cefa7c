"""Studies end to end, from the command line, in real processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fitscope.studies.store import Store

FITSCOPE = str(Path(sys.executable).with_name("fitscope"))
PARTS = ("plan", "dataset", "model", "history", "diagnosis", "holdout", "refit", "mistakes", "studies", "search")
NETS = """
import keras

def build(shape):
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model

def raises(shape):
    return build(undefined)

def narrow(shape):
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(3)])
    model.compile("adam", "mse")
    return model
"""


def analyze(folder, *args, code=0):
    done = subprocess.run([FITSCOPE, "analyze", *map(str, args)], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    return done


def result_of(folder):
    return json.loads((folder / "result.json").read_text())


def numbers(result):
    """Return what must be equal in two analyses of one plan, without the seconds that they took."""
    content = json.dumps({part: result[part] for part in PARTS})
    return json.loads(content, object_hook=lambda found: {name: value for name, value in found.items() if name != "seconds"})


def workers_of(process):
    """Return the worker processes of an analysis."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process.pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true, seconds):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    assert true()


@pytest.fixture
def start(tmp_path):
    """Start an analysis, and read its standard error until a line begins with some text."""
    processes = []

    def start(*args, until=""):
        process = subprocess.Popen([FITSCOPE, "analyze", *map(str, args), "--output", "run"], cwd=tmp_path,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        processes.append(process)
        for line in process.stderr:
            if line.startswith(until):
                break
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def test_two_workers_find_what_one_process_finds_bit_for_bit(tmp_path):
    for workers in (1, 2):
        analyze(tmp_path, "digits", "--max-epochs", 4, "--repeats", 3, "--workers", workers, "--output", f"with-{workers}")
    one, two = (result_of(tmp_path / f"with-{workers}") for workers in (1, 2))
    assert numbers(one) == numbers(two)


def test_two_workers_search_as_one_process_does_but_for_what_rounding_grows_to(tmp_path):
    wishes = ("digits", "--model", "conv", "--max-epochs", 4, "--repeats", 3, "--search", "random", "--trials", 3)
    for workers in (1, 2):
        analyze(tmp_path, *wishes, "--workers", workers, "--output", f"with-{workers}")
    one, two = (result_of(tmp_path / f"with-{workers}") for workers in (1, 2))
    for mine, theirs in zip(one["search"]["trials"], two["search"]["trials"], strict=True):
        assert mine["hyperparameters"] == theirs["hyperparameters"]
        first, second = (np.array(trial["history"]["val_loss"]) for trial in (mine, theirs))
        assert first[0] == pytest.approx(second[0], abs=1e-6)
        assert np.abs(first - second).max() < 0.1  # a rounded tie may send one sample another way, and the rest follows
    assert len(one["studies"]["repeats"]) == len(one["search"]["trials"]) == 3
    assert one["test_reads"] == two["test_reads"] == 1


@needs_proc
def test_killed_worker_costs_its_training_alone(start, tmp_path):
    process = start("digits", "--max-epochs", 40, "--repeats", 4, "--workers", 2, until="seed 1: epoch 3/")
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    analyze(tmp_path, "digits", "--max-epochs", 40, "--repeats", 4, "--workers", 1, "--output", "undisturbed")
    assert numbers(result_of(tmp_path / "run")) == numbers(result_of(tmp_path / "undisturbed"))


@needs_proc
def test_workers_end_with_their_parent_however_it_ends(start):
    process = start("digits", "--max-epochs", 100000, "--repeats", 2, "--workers", 2, until="seed 1: epoch 3/")
    workers = workers_of(process)
    assert len(workers) == 2
    process.kill()
    wait_until(lambda: not any(map(lives, workers)), 5)


@needs_proc
def test_workers_end_with_a_parent_that_is_killed_while_they_start(start):
    process = start("digits", "--repeats", 2, "--workers", 2, until="Training")
    wait_until(lambda: len(workers_of(process)) == 2, 10)
    workers = workers_of(process)
    process.kill()
    wait_until(lambda: not any(map(lives, workers)), 10)


def test_ctrl_c_keeps_what_is_finished_and_resume_ends_as_if_it_had_never_come(start, tmp_path):
    wishes = ("digits", "--max-epochs", 30, "--repeats", 5, "--workers", 2)
    process = start(*wishes, until="seed 2: epoch 3/")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 130, err
    partial = result_of(tmp_path / "run")
    assert partial["partial"]
    assert partial["test_reads"] == 0
    finished = len(list((tmp_path / "run" / ".run" / "trainings").glob("*.npz")))
    assert 1 <= finished <= 4
    assert len(partial["history"]["epoch"]) == 30
    assert out.splitlines()[-1] == "run/report.html"
    analyze(tmp_path, *wishes, "--resume", "run")
    analyze(tmp_path, *wishes, "--output", "whole")
    assert numbers(result_of(tmp_path / "run")) == numbers(result_of(tmp_path / "whole"))
    assert not (tmp_path / "run" / ".run").exists()


@needs_proc
def test_second_ctrl_c_quits_at_once_and_takes_the_workers_along(start, tmp_path):
    process = start("digits", "--max-epochs", 100000, "--repeats", 2, "--workers", 2, until="seed 1: epoch 3/")
    workers = workers_of(process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "finished epochs are kept: go on with --resume run" in err
    assert Store(tmp_path / "run" / ".run" / "trainings").progress()[1]
    wait_until(lambda: not any(map(lives, workers)), 5)


def test_second_ctrl_c_keeps_what_is_finished(start, tmp_path):
    process = start("digits", "--max-epochs", 20, "--repeats", 9, "--workers", 1, until="seed 1: epoch 3/")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    for line in process.stderr:
        if "Ctrl-C again" in line:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    if (tmp_path / "run" / "report.html").exists():  # the epoch ended before
        return
    assert "go on with --resume run" in err
    assert Store(tmp_path / "run" / ".run" / "trainings").progress()[0] == 1


@needs_proc
def test_ctrl_c_while_workers_start_ends_after_an_epoch(start, tmp_path):
    process = start("digits", "--max-epochs", 500, "--repeats", 4, "--workers", 2, until="Training")
    for pid in (process.pid, *workers_of(process)):  # a terminal sends it to all of them
        os.kill(pid, signal.SIGINT)
    _, err = process.communicate(timeout=100)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert len(result_of(tmp_path / "run")["history"]["epoch"]) <= 2


@pytest.mark.parametrize(
    ("function", "workers", "says"),
    [
        ("raises", 1, "nets.py:raises raised NameError: name 'undefined' is not defined"),
        ("raises", 2, "nets.py:raises raised NameError: name 'undefined' is not defined"),
        ("narrow", 2, "need (None, 10); end with a layer of 10 units"),
    ],
)
def test_own_network_that_cannot_be_used_is_one_sentence(tmp_path, function, workers, says):
    (tmp_path / "nets.py").write_text(NETS)
    done = analyze(tmp_path, "digits", "--model", f"nets.py:{function}", "--repeats", 2, "--workers", workers, code=1)
    assert says in done.stderr
    assert done.stderr.count("Traceback") == (function == "raises")
    assert ("line 10, in raises" in done.stderr) == (function == "raises")
    assert not list(tmp_path.glob("reports/*"))


def test_own_network_is_trained_by_workers(tmp_path):
    (tmp_path / "nets.py").write_text(NETS)
    for workers in (1, 2):
        analyze(tmp_path, "digits", "--model", "nets.py:build", "--max-epochs", 3, "--repeats", 2, "--workers", workers,
                "--output", f"with-{workers}")  # fmt: skip
    one, two = (numbers(result_of(tmp_path / f"with-{workers}")) for workers in (1, 2))
    assert one == two
