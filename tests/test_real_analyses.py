"""A few whole analyses, from the command line, on real data."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FITSCOPE = str(Path(sys.executable).with_name("fitscope"))


def analyze(folder, *args):
    command = [FITSCOPE, "analyze", *args, "--output", "run"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "run/report.html"
    lines = [
        line for line in done.stderr.splitlines() if not line.startswith(("epoch ", "Training", "Refitting", "Testing", args[0]))
    ]
    assert lines == [], "only fitscope's own lines belong on standard error"
    return json.loads((folder / "run" / "result.json").read_text())


def test_digits_needs_no_data_and_is_learnt(tmp_path):
    result = analyze(tmp_path, "digits")
    assert len(result["history"]["epoch"]) == 60
    assert result["refit"]["test"]["accuracy"] > 0.95
    assert result["diagnosis"]["verdict"] != "overfitting"
    assert (result["dataset"]["train"], result["dataset"]["validation"], result["dataset"]["test"]) == (1137, 300, 360)
    mistakes = result["mistakes"]
    right = sum(mistakes["confusion"]["right"]) / mistakes["samples"]
    assert right == pytest.approx(result["history"]["val_accuracy"][mistakes["epoch"] - 1])
    assert all(sample["shown"]["picture"] for sample in mistakes["worst"])


@pytest.mark.needs_data
def test_imdb_overfits_after_epoch_four(tmp_path):
    result = analyze(tmp_path, "imdb")
    diagnosis = result["diagnosis"]
    assert 3 <= diagnosis["best_epoch"] <= 5
    assert diagnosis["plateau"][0] <= diagnosis["best_epoch"] <= diagnosis["plateau"][1]
    assert diagnosis["verdict"] == "overfitting"
    assert result["refit"]["test"]["accuracy"] >= 0.875
    assert result["model"]["parameters"] == 160_305
    assert np.load(tmp_path / "run" / "samples.npz")["losses"].shape == (20, 10_000)
    page = (tmp_path / "run" / "report.html").read_text()
    assert len(page.encode()) <= 500_000
    assert "160,305" in page
    mistakes = result["mistakes"]
    assert (mistakes["samples"], mistakes["epoch"], mistakes["last_epochs"]) == (10_000, diagnosis["best_epoch"], [20])
    assert mistakes["ranking"]["area"] > 0.94
    assert mistakes["change"]["forgotten"] > mistakes["change"]["learnt"]
    assert all("?" in sample["shown"]["text"] for sample in mistakes["worst"])


@pytest.mark.needs_data
def test_reuters_is_best_between_epoch_8_and_14(tmp_path):
    result = analyze(tmp_path, "reuters", "--max-epochs", "20")
    assert 8 <= result["diagnosis"]["best_epoch"] <= 14
    assert result["refit"]["test"]["accuracy"] >= 0.775
    assert len(result["dataset"]["classes"]) == 46
    assert len(result["mistakes"]["confusion"]["support"]) == 46
    assert len(json.dumps(result["mistakes"], separators=(",", ":"))) < 15_000


def test_digits_twice_give_the_same_curves_and_test_results_bit_for_bit(tmp_path):
    results = []
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        results.append(analyze(tmp_path / name, "digits", "--max-epochs", "8", "--seed", "5"))
    for part in ("history", "diagnosis", "holdout", "refit"):
        assert results[0][part] == results[1][part]


def test_nan_training_is_a_result(tmp_path):
    result = analyze(tmp_path, "digits", "--optimizer", "sgd", "--learning-rate", "1e30")
    assert result["diagnosis"]["verdict"] == "diverged"
    assert result["refit"] is None
    assert result["test_reads"] == 0
    assert re.search(r"not a finite|no longer a finite", (tmp_path / "run" / "report.html").read_text())


def test_saved_model_opens_with_plain_keras_and_gives_the_same_test_result(tmp_path):
    result = analyze(tmp_path, "digits", "--max-epochs", "3")
    from fitscope import datasets

    data = datasets.load(datasets.locate("digits"), None)
    np.savez(tmp_path / "test.npz", x=data.x_test, y=data.targets(data.y_test))
    code = (
        "import sys, keras, numpy as np; f = np.load('test.npz'); m = keras.models.load_model('run/model.keras');"
        "print(*m.evaluate(f['x'], f['y'], verbose=0)); assert 'fitscope' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    loss, accuracy = map(float, done.stdout.split()[-2:])
    assert loss == pytest.approx(result["refit"]["test"]["loss"], abs=1e-5)
    assert accuracy == pytest.approx(result["refit"]["test"]["accuracy"], abs=1e-6)
