"""What each data set of DATASETS keeps, a new one too: what it says of itself, and how every command takes it."""

import json
from pathlib import Path

import numpy as np
import pytest

from fitscope.datasets import DATASETS, load, locate
from fitscope.plan import Plan

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf8")


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.needs_data if d.files else ()) for name, d in DATASETS.items()])
def known(request):
    return DATASETS[request.param]


@pytest.fixture
def data(known):
    return load(locate(known.name), known.num_words)


def test_dataset_is_what_it_says_of_itself(known, data):
    assert (data.name, data.train_samples, data.test_samples) == (known.name, known.train, known.test)
    assert (known.task == "regression") == (data.task == "regression")
    assert (data.max_epochs, data.batch_size) == (known.max_epochs, known.batch_size)
    assert data.sha256 and data.source


def test_dataset_gives_finite_rows_and_labels_that_its_task_allows(known, data):
    rows, labels = data.validation(Plan(known.name, "", known.num_words, "textbook", validation=known.validation))
    assert rows.shape[0] == len(labels) == known.validation
    assert np.isfinite(rows.sum())
    assert labels.dtype == (np.float32 if data.task in ("regression", "multilabel") else np.int64)
    if data.task in ("binary", "multiclass"):
        assert set(np.unique(data.y_train)) == set(range(len(data.classes)))


def test_dataset_is_the_same_each_time_it_is_loaded(known, data):
    again = load(locate(known.name), known.num_words)
    assert np.array_equal(again.y_train, data.y_train)
    assert np.array_equal(again.y_test, data.y_test)


def test_every_command_takes_the_dataset(known, cli_invoke):
    for command in (("data", "check"), ("data", "path"), ("answers",), ("grade", "--init")):
        done = cli_invoke(*command, known.name)
        assert done.exit_code == 0, done.output
    shown = cli_invoke("data", "show", known.name, 0, "--json")
    assert shown.exit_code == 0 and all(json.loads(shown.output)[part] for part in ("label", "text"))
    measure = "test_mae" if known.task == "regression" else "test_accuracy"
    assert f"\n{measure}:" in cli_invoke("answers", known.name).output


def test_dataset_is_in_the_readme(known):
    assert f"`{known.name}`" in README
