"""Every kind of data of a person's own, from the command line to predictions for new samples."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def analyze(cli_invoke, tmp_path):
    """Analyze for a few epochs and return result.json."""

    def run(*args, epochs=3, output="run"):
        done = cli_invoke("analyze", *args, "--max-epochs", epochs, "--output", output)
        assert done.exit_code == 0, done.output
        result = json.loads((tmp_path / output / "result.json").read_text())
        assert result["diagnosis"]["verdict"]
        assert result["test_reads"] == 1
        names = ("mae", "accuracy") if result["dataset"]["task"] == "regression" else ("accuracy", "mae")
        assert result["refit"]["test"][names[0]] is not None
        assert result["refit"]["test"][names[1]] is None
        return result

    return run


@pytest.fixture
def predict(cli_invoke):
    def run(file, folder="run"):
        done = cli_invoke("predict", folder, file)
        assert done.exit_code == 0, done.output
        return list(csv.DictReader(io.StringIO(done.stdout)))

    return run


def people(rows=120):
    rng = np.random.default_rng(0)
    age, city = rng.integers(18, 80, rows), rng.choice(["Rome", "Bonn", "Oslo"], rows)
    points = age / 10 + (city == "Rome") * 3
    noise = rng.normal(0, 0.3, rows)
    return pd.DataFrame(
        {
            "age": np.where(rng.random(rows) < 0.1, np.nan, age),
            "city": city,
            "bought": np.where(points + noise > 6, "yes", "no"),
            "level": pd.cut(points + noise, 3, labels=["low", "middle", "high"]).astype(str),
            "spent": (points * 10 + noise).round(2),
            "height": (170 + points + 5 * noise).round(1),
            "paper": (age > 50).astype(int),
            "film": (city == "Oslo").astype(int),
        }
    )


TARGETS = ["bought", "level", "spent", "height", "paper", "film"]


@pytest.mark.parametrize(
    ("target", "task", "fields"),
    [
        ("bought", "binary", ["row", "prediction", "probability"]),
        ("level", "multiclass", ["row", "prediction", "probability"]),
        ("spent", "regression", ["row", "prediction"]),
        ("spent,height", "regression", ["row", "spent", "height"]),
        ("paper,film", "multilabel", ["row", "paper", "film", "paper probability", "film probability"]),
    ],
)
def test_table_is_analyzed_and_predicted(analyze, predict, target, task, fields):
    table = people()
    keep = ["age", "city", *target.split(",")]
    table[keep].to_csv("people.csv", index=False)
    table[["city", "age"]].head(7).to_csv("new.csv", index=False)
    result = analyze("people.csv", "--target", target, epochs=30)
    assert (result["dataset"]["task"], result["model"]["path"]) == (task, "dense")
    assert [result["dataset"][part] for part in ("train", "validation", "test")] == [77, 19, 24]
    assert any("Missing values" in note for note in result["dataset"]["notes"])
    rows = predict("new.csv")
    assert list(rows[0]) == fields
    assert len(rows) == 7
    if task in ("binary", "multiclass"):
        assert {row["prediction"] for row in rows} <= set(result["dataset"]["classes"])
        assert sum(row["prediction"] == wanted for row, wanted in zip(rows, table[target])) >= 5


def test_cell_that_is_no_number_is_missing_in_every_file(analyze):
    import fitscope

    table = people()[["age", "city", "bought"]].astype({"age": object})
    table.loc[[3, 60], "age"] = "unknown"
    table.to_csv("people.csv", index=False)
    table.head(40).to_csv("new.csv", index=False)
    analyze("people.csv", "--target", "bought", "--test", "new.csv")
    found = fitscope.predict("run", "new.csv")
    assert len(found.rows) == 40
    assert found.notes == ("age: 1 cell that is no number counts as missing in the rows of new.csv ('unknown').",)


def test_predictions_are_those_of_the_refitted_model_in_memory(analyze, predict):
    from fitscope import datasets, training
    from fitscope.plan import Plan

    people()[["age", "city", "bought"]].to_csv("people.csv", index=False)
    result = analyze("people.csv", "--target", "bought")
    data = datasets.load(datasets.locate("people.csv", options={"target": "bought"}), None)
    plan = Plan.from_json(result["plan"]).replace(validation=0, max_epochs=result["refit"]["epochs"])
    answers = training.predict(training.train(plan, data=data), data, data.testing(plan)[0])[:, 0]
    test = pd.DataFrame({name: data.x_test[name] for name in ("age", "city")})
    test.to_csv("test.csv", index=False)
    rows = predict("test.csv")
    yes = [float(r["probability"]) if r["prediction"] == "yes" else 1 - float(r["probability"]) for r in rows]
    assert yes == pytest.approx(answers.tolist(), abs=1e-5)


def texts(rows):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, rows)
    common = np.array(["the", "a", "film", "was", "it", "plot", "scene", "actor", "and", "but"])
    return [" ".join([*rng.choice(common, 6), ["bad", "good"][label], f"w{i}"]) for i, label in enumerate(labels)], labels


def test_text_column_becomes_sparse_words(analyze, predict):
    said, labels = texts(100)
    pd.DataFrame({"said": said, "n": np.arange(100) % 7, "liked": labels}).to_csv("said.csv", index=False)
    result = analyze("said.csv", "--target", "liked", "--num-words", 12)
    assert (result["dataset"]["task"], result["model"]["path"], result["plan"]["num_words"]) == ("binary", "sparse", 12)
    assert len(predict("said.csv")) == 100
    assert len(json.loads(Path("run/preparation.json").read_text())["input"]["words"][0]["words"]) == 12


def write_texts(folder, rows, parts=("",)):
    for part in parts:
        for i, (text, label) in enumerate(zip(*texts(rows))):
            path = folder / part / ["neg", "pos"][label] / f"{i}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf8")


def test_folder_of_texts_is_read_as_acl_imdb_is(analyze, predict, tmp_path):
    write_texts(tmp_path / "films", 60, ("train", "test"))
    (tmp_path / "films" / "train" / "unsup").mkdir()
    (tmp_path / "films" / "train" / "unsup" / "0.txt").write_text("no one knows")
    result = analyze("films", epochs=10)
    assert (result["dataset"]["task"], result["dataset"]["classes"]) == ("binary", ["neg", "pos"])
    assert (result["model"]["path"], result["dataset"]["test"]) == ("sparse", 60)
    rows = predict("films/test/pos")
    assert rows[0]["file"].endswith(".txt")
    assert sum(row["prediction"] == "pos" for row in rows) > len(rows) / 2


def test_folder_of_texts_without_parts_is_split(analyze, predict, tmp_path):
    write_texts(tmp_path / "films", 60)
    result = analyze("films", "--test", "10")
    assert [result["dataset"][part] for part in ("train", "validation", "test")] == [40, 10, 10]
    (tmp_path / "one.txt").write_text("a good film")
    assert [row["file"] for row in predict("one.txt")] == ["one.txt"]


def write_pictures(folder, rows=40, size=(12, 10)):
    from PIL import Image

    rng = np.random.default_rng(2)
    for i in range(rows):
        bright = i % 2
        path = folder / ["dark", "light"][bright] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((rng.random((*size, 3)) * 90 + bright * 150).astype(np.uint8)).save(path)


def test_folder_of_pictures_takes_convolutions_and_leaves_out_bad_ones(analyze, predict, tmp_path):
    write_pictures(tmp_path / "rooms")
    (tmp_path / "rooms" / "dark" / "bad.png").write_bytes(b"no picture")
    result = analyze("rooms", epochs=5)
    assert result["plan"]["model"] == "conv"
    assert result["dataset"]["train"] + result["dataset"]["validation"] + result["dataset"]["test"] == 40
    assert any("left out: 1 of 41, bad.png" in note for note in result["dataset"]["notes"])
    assert "Conv2D" in {layer["type"] for layer in result["model"]["layers"]}
    (tmp_path / "rooms" / "dark" / "bad.png").unlink()
    assert len(predict("rooms")) == 40
    assert len(predict("rooms/dark/0.png")) == 1


def blobs(rows, classes=2, width=5):
    rng = np.random.default_rng(3)
    y = rng.integers(0, classes, rows)
    return rng.normal(0, 1, (rows, width)) + y[:, None], y


@pytest.mark.parametrize("own", ["nothing", "validation", "test", "both"])
def test_arrays_with_and_without_parts_of_their_own(analyze, predict, own):
    arrays = dict(zip(("x_train", "y_train"), blobs(100)))
    if own in ("validation", "both"):
        arrays |= dict(zip(("x_val", "y_val"), blobs(30)))
    if own in ("test", "both"):
        arrays |= dict(zip(("x_test", "y_test"), blobs(25)))
    np.savez("arrays.npz", **arrays)
    result = analyze("arrays.npz")
    test = 25 if own in ("test", "both") else 20
    train = 100 if own in ("test", "both") else 80
    sizes = [result["dataset"][part] for part in ("train", "validation", "test")]
    assert sizes == ([train, 30, test] if own in ("validation", "both") else [train - train // 5, train // 5, test])
    np.savez("new.npz", x=blobs(9)[0])
    assert len(predict("new.npz")) == 9


OWN = """
import numpy as np

def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    return rng.normal(0, 1, (90, 4)) + y[:, None], y

def parts():
    x, y = data()
    return (x[:60], y[:60]), (x[60:75], y[60:75]), (x[75:], y[75:])

def two_inputs():
    rng = np.random.default_rng(1)
    x = {"a": rng.normal(0, 1, (90, 3)), "b": rng.normal(0, 1, (90, 2))}
    return x, (x["a"].sum(axis=1) + x["b"].sum(axis=1)).astype("float32")

def streams():
    import tensorflow as tf
    (x, y), (x_val, y_val), (x_test, y_test) = parts()
    made = tf.data.Dataset.from_tensor_slices
    return made((x, y)).shuffle(60, seed=1).batch(16), made((x_val, y_val)).batch(16), made((x_test, y_test)).batch(16)

def streams_without_test():
    return streams()[:2]

def dataset():
    import dataclasses
    import fitscope
    from fitscope import datasets
    digits = datasets.load(datasets.locate("digits"), None)
    return dataclasses.replace(digits, x_train=digits.x_train[:200], y_train=digits.y_train[:200])

def broken():
    return 1 / 0

def nothing():
    return None
"""
NETS = """
import keras

def joined(shape):
    a, b = keras.Input(shape["a"], name="a"), keras.Input(shape["b"], name="b")
    both = keras.layers.Concatenate()([a, b])
    model = keras.Model({"a": a, "b": b}, keras.layers.Dense(1)(keras.layers.Dense(8, "relu")(both)))
    model.compile("adam", "mse")
    return model

class Careful(keras.Model):
    def train_step(self, data):
        return super().train_step(data)

def own_step(shape):
    inputs = keras.Input(shape)
    model = Careful(inputs, keras.layers.Dense(3, "softmax")(inputs))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""


@pytest.fixture
def own_code(tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    (tmp_path / "nets.py").write_text(NETS)


@pytest.mark.parametrize(
    ("name", "task", "path", "sizes"),
    [
        ("data", "multiclass", "dense", [58, 14, 18]),
        ("parts", "multiclass", "dense", [60, 15, 15]),
        ("dataset", "multiclass", "dense", [160, 40, 360]),
        ("streams", "multiclass", "tf.data", [60, 15, 15]),
    ],
)
def test_function_returns_data(analyze, predict, own_code, name, task, path, sizes):
    result = analyze(f"mine.py:{name}")
    assert (result["dataset"]["task"], result["model"]["path"]) == (task, path)
    assert [result["dataset"][part] for part in ("train", "validation", "test")] == sizes
    np.save("new.npy", np.zeros((5, 64 if name == "dataset" else 4)))
    assert len(predict("new.npy")) == 5


def test_tf_data_without_test_data_is_refitted_and_not_tested(cli_invoke, own_code, predict):
    done = cli_invoke("analyze", "mine.py:streams_without_test", "--max-epochs", 3, "--output", "run")
    assert done.exit_code == 0, done.output
    result = json.loads(Path("run/result.json").read_text())
    assert (result["refit"], result["holdout"], result["test_reads"], result["dataset"]["test"]) == (None, None, 0, 0)
    assert "There is no test data" in done.stdout
    np.save("new.npy", np.zeros((5, 4)))
    assert len(predict("new.npy")) == 5


def test_two_inputs_with_a_model_of_ones_own(analyze, predict, own_code):
    result = analyze("mine.py:two_inputs", "--model", "nets.py:joined")
    assert (result["dataset"]["task"], result["model"]["path"]) == ("regression", "keras")
    np.savez("new.npz", a=np.zeros((4, 3)), b=np.zeros((4, 2)))
    assert list(predict("new.npz")[0]) == ["row", "prediction"]


def test_several_inputs_without_a_model_of_ones_own_are_refused(cli_invoke, own_code, tmp_path):
    done = cli_invoke("analyze", "mine.py:two_inputs", "--output", "run")
    assert done.exit_code == 2
    assert "--model textbook reads one input, and mine.py:two_inputs has 2" in done.stderr
    assert not (tmp_path / "run").exists()


def test_batch_size_is_refused_where_batches_come_from_tf_data(cli_invoke, own_code):
    done = cli_invoke("analyze", "mine.py:streams", "--batch-size", 8, "--output", "run")
    assert done.exit_code == 2
    assert "whose batches come from tf.data" in done.stderr


def test_class_weights_are_refused_where_batches_come_from_tf_data(cli_invoke, own_code):
    done = cli_invoke("analyze", "mine.py:streams", "--class-weight", "balanced", "--max-epochs", 2, "--output", "run")
    assert done.exit_code == 2
    assert "--class-weight balanced does not fit data whose batches come from tf.data" in done.stderr


def test_class_weights_are_refused_where_there_are_no_classes(cli_invoke):
    people()[["age", "city", "spent"]].to_csv("people.csv", index=False)
    done = cli_invoke("analyze", "people.csv", "--target", "spent", "--class-weight", "balanced", "--output", "run")
    assert done.exit_code == 2
    assert "needs one class a sample" in done.stderr


def test_model_with_its_own_train_step_is_trained_by_its_own_fit(analyze, own_code, cli_invoke):
    result = analyze("mine.py:data", "--model", "nets.py:own_step")
    assert result["model"]["path"] == "keras"
    np.save("new.npy", np.zeros((5, 4)))
    done = cli_invoke("predict", "run", "new.npy")
    assert done.exit_code == 1
    assert "cannot be opened by plain Keras" in done.stderr


@pytest.mark.parametrize(
    ("name", "says", "trace"),
    [("broken", "mine.py:broken raised ZeroDivisionError: division by zero", True), ("nothing", "returned a NoneType", False)],
)
def test_error_in_a_function_of_ones_own_is_shown_as_its_own(cli_invoke, own_code, name, says, trace):
    done = cli_invoke("analyze", f"mine.py:{name}", "--output", "run")
    assert done.exit_code == 1
    assert says in done.stderr
    assert ("return 1 / 0" in done.stderr) == trace
    assert "fitscope/datasets" not in done.stderr


def test_digits_are_seen_as_pictures_by_convolutions(analyze):
    result = analyze("digits", "--model", "conv", epochs=2)
    assert [layer["output_shape"] for layer in result["model"]["layers"]][0] == [8, 8, 1]


def test_diabetes_is_learnt_as_well_as_by_a_linear_model(cli_invoke):
    done = cli_invoke("analyze", "diabetes", "--output", "run", "--quiet")
    result = json.loads(Path("run/result.json").read_text())
    assert done.exit_code == 0
    assert len(result["history"]["epoch"]) == 100
    assert result["refit"]["test"]["mae"] < 47
    assert "mean absolute error" in done.stdout


def test_python_takes_the_same_data(tmp_path):
    import fitscope

    people().to_csv("people.csv", index=False)
    drop = [name for name in TARGETS if name != "spent"]
    people().drop(columns=drop).to_csv("people.csv", index=False)
    result = fitscope.analyze("people.csv", target="spent", test=0.3, max_epochs=3, output="run")
    assert (result.dataset.task, result.dataset.test) == ("regression", 36)
    assert result.plan.options == {"target": "spent", "test": 0.3}
    assert len(fitscope.predict("run", "people.csv").rows) == 120


def test_command_in_the_report_makes_the_same_plan(analyze, cli_invoke):
    people()[["age", "city", "bought"]].to_csv("people.csv", index=False)
    result = analyze("people.csv", "--target", "bought", "--test", "30")
    import shlex

    again = cli_invoke(*shlex.split(result["command"])[1:], "--output", "again", "--json")
    assert json.loads(again.stdout)["plan"] == result["plan"]
