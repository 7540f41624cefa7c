"""fitscope predict: what is printed, where it goes, and what is refused."""

import json

import numpy as np
import pytest

from fitscope.prediction import said_of


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of digits with a few epochs, made once."""
    from fitscope.analysis import analyze

    folder = tmp_path_factory.mktemp("runs") / "run"
    analyze("digits", max_epochs=2, output=folder)
    return folder


@pytest.fixture
def rows(tmp_path):
    np.save(tmp_path / "rows.npy", np.zeros((3, 64)))
    return "rows.npy"


def test_table_on_standard_output_has_a_row_for_each(cli_invoke, run, rows):
    done = cli_invoke("predict", run, rows)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "row,prediction,probability"
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]


def test_json_is_an_object_a_line(cli_invoke, run, rows):
    said = [json.loads(line) for line in cli_invoke("predict", run, rows, "--json").stdout.splitlines()]
    assert [line["row"] for line in said] == [1, 2, 3]
    assert 0.1 <= said[0]["probability"] <= 1


def test_output_is_written_whole_and_never_overwritten(cli_invoke, run, rows, tmp_path):
    done = cli_invoke("predict", run, rows, "--output", "said.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "3 predictions in said.csv" in done.stderr
    before = (tmp_path / "said.csv").read_text()
    again = cli_invoke("predict", run, rows, "--output", "said.csv")
    assert again.exit_code == 1
    assert "never overwritten" in again.stderr
    assert (tmp_path / "said.csv").read_text() == before
    assert cli_invoke("predict", run, rows, "--output", "none/said.csv").exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"rows.npy", "said.csv"}


def damage(folder, name, content):
    import shutil

    shutil.copytree(folder, "copy")
    with open(f"copy/{name}", "wb") as file:
        file.write(content)
    return "copy"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("preparation.json", b"{", "is damaged"),
        ("preparation.json", b"[]", "is damaged"),
        ("preparation.json", b'{"schema": "x/9", "classes": [], "input": {"kind": "arrays"}}', "another fitscope"),
        (
            "preparation.json",
            b'{"schema": "x\\n9", "classes": [], "input": {"kind": "arrays"}}',
            "another fitscope (x\N{REPLACEMENT CHARACTER}9)",
        ),
        ("preparation.json", b'{"schema": "fitscope-preparation/1", "classes": {}, "input": {"kind": "arrays"}}', "is damaged"),
        ("preparation.json", b'{"schema": "fitscope-preparation/1", "input": {"kind": "arrays"}}', "is damaged"),
        ("model.keras", b"no model", "cannot be opened by plain Keras"),
    ],
)
def test_damaged_run_is_one_sentence(cli_invoke, run, rows, name, content, says):
    done = cli_invoke("predict", damage(run, name, content), rows)
    assert (done.exit_code, done.stdout) == (1, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_run_without_a_model_is_one_sentence(cli_invoke, run, rows, tmp_path):
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "preparation.json").write_bytes((run / "preparation.json").read_bytes())
    assert "the run kept no model" in cli_invoke("predict", "bare", rows).stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (np.zeros((3, 63)), "rows of the shape [63], and this run's network reads [64]"),
        (np.zeros(64), "[samples, features]"),
        (np.zeros((0, 64)), "holds no rows"),
        (np.full((2, 64), np.nan), "not finite"),
    ],
)
def test_rows_that_do_not_fit_are_one_sentence(cli_invoke, run, content, says):
    np.save("new.npy", content)
    done = cli_invoke("predict", run, "new.npy")
    assert (done.exit_code, done.stdout) == (1, "")
    assert says in done.stderr


@pytest.mark.parametrize(("file", "says"), [("none.npy", "no file or folder"), ("x.csv", "none of .npz, .npy")])
def test_file_of_another_kind_is_one_sentence(cli_invoke, run, file, says, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    done = cli_invoke("predict", run, file)
    assert done.exit_code == 1
    assert says in done.stderr


@pytest.mark.parametrize(
    ("answers", "task", "classes", "said"),
    [
        ([[0.25]], "binary", ["no", "yes"], {"prediction": "no", "probability": 0.75}),
        ([[0.25, 0.75]], "binary", ["no", "yes"], {"prediction": "yes", "probability": 0.75}),
        ([[0.2, 0.7, 0.1]], "multiclass", ["a", "b", "c"], {"prediction": "b", "probability": 0.7}),
        ([[0.2, 0.7]], "multilabel", ["a", "b"], {"a": 0, "b": 1, "a probability": 0.2, "b probability": 0.7}),
        ([[2.5]], "regression", ["price"], {"prediction": 2.5}),
        ([[2.5, 1]], "regression", ["price", "size"], {"price": 2.5, "size": 1.0}),
    ],
)
def test_answers_are_said_as_the_task_asks(answers, task, classes, said):
    assert said_of(np.array(answers), task, classes) == [said]


def test_logits_become_probabilities(cli_invoke, tmp_path):
    import keras

    for name, units in (("binary", 1), ("multiclass", 3)):
        folder = tmp_path / name
        folder.mkdir()
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, bias_initializer="ones")])
        losses = {"binary": keras.losses.BinaryCrossentropy, "multiclass": keras.losses.CategoricalCrossentropy}
        model.compile("adam", losses[name](from_logits=True))
        model.save(folder / "model.keras")
        classes = list("abc")[: max(2, units)]
        content = {"schema": "fitscope-preparation/1", "task": name, "classes": classes}
        (folder / "preparation.json").write_text(json.dumps(content | {"input": {"kind": "arrays", "shape": [2]}}))
    np.save("new.npy", np.zeros((1, 2)))
    said = [json.loads(cli_invoke("predict", name, "new.npy", "--json").stdout) for name in ("binary", "multiclass")]
    assert [answer["probability"] for answer in said] == pytest.approx([1 / (1 + np.exp(-1)), 1 / 3], abs=1e-5)


@pytest.mark.needs_data
def test_texts_go_through_imdbs_own_word_index(cli_invoke, tmp_path):
    from fitscope.analysis import analyze

    analyze("imdb", max_epochs=2, output="run")
    (tmp_path / "good.txt").write_text("A wonderful film: great acting, and the best story I have seen. Excellent!")
    (tmp_path / "bad.txt").write_text("The worst film ever: boring, awful plot, terrible acting, a waste of time.")
    said = [json.loads(cli_invoke("predict", "run", f"{name}.txt", "--json").stdout) for name in ("good", "bad")]
    assert [answer["prediction"] for answer in said] == ["positive", "negative"]
    assert "film" in json.loads((tmp_path / "run" / "preparation.json").read_text())["input"]["words"]


def test_label_is_said_where_it_is_likelier_than_not_as_training_counts_it():
    (found,) = said_of(np.array([[0.5, 0.51]]), "multilabel", ["rain", "wind"])
    assert (found["rain"], found["wind"]) == (0, 1)
