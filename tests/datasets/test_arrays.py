"""Arrays, from a file and from a person's own function: what they ask for, and what is refused."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from fitscope import datasets
from fitscope.datasets.arrays import checked
from fitscope.datasets.functions import sha256
from fitscope.errors import DataError, OwnCodeError, UsageError
from fitscope.plan import Plan

X = np.random.default_rng(0).normal(0, 1, (40, 3))
TWO, THREE = np.arange(40) % 2, np.arange(40) % 3


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def load(**arrays):
    np.savez("a.npz", **arrays)
    return datasets.load(datasets.locate("a.npz"), None)


@pytest.mark.parametrize(
    ("y", "task", "classes"),
    [
        (TWO, "binary", ("0", "1")),
        (TWO.astype(float), "binary", ("0", "1")),
        (TWO.astype(bool), "binary", ("False", "True")),
        (TWO[:, None], "binary", ("0", "1")),
        (THREE + 5, "multiclass", ("5", "6", "7")),
        (np.array(["red", "blue"])[TWO], "binary", ("blue", "red")),
        (np.eye(3)[THREE], "multiclass", ("0", "1", "2")),
        (np.eye(2)[TWO], "binary", ("0", "1")),
        (np.stack([TWO, THREE == 0], axis=1), "multilabel", ("y0", "y1")),
        (X[:, 0], "regression", ("y",)),
        (THREE * 1.0, "regression", ("y",)),
        (np.arange(40), "regression", ("y",)),
        (X[:, :2], "regression", ("y0", "y1")),
    ],
)
def test_task_is_seen_from_the_labels(y, task, classes):
    data = load(x_train=X, y_train=y)
    assert (data.task, data.classes) == (task, classes)
    assert data.y_train.dtype == (np.int64 if task in ("binary", "multiclass") else np.float32)
    assert (data.train_samples, data.test_samples) == (32, 8)


@pytest.mark.parametrize("y", [THREE.astype("i2"), X[:, 0], np.array(["a", "b"] * 20), X[:, :2]])
def test_labels_of_another_byte_order_are_the_same_labels(y):
    swapped = load(x_train=X, y_train=y.astype(y.dtype.newbyteorder("S")))
    data = load(x_train=X, y_train=y)
    assert (swapped.task, swapped.classes) == (data.task, data.classes)
    assert np.array_equal(swapped.y_train, data.y_train)


def test_pictures_of_bytes_are_scaled_and_others_taken_as_they_are():
    bytes_ = np.random.default_rng(0).integers(0, 256, (40, 6, 5), dtype=np.uint8)
    data = load(x_train=bytes_, y_train=TWO)
    assert (float(data.x_train.max()), data.image_shape) == (1.0, (6, 5, 1))
    assert "divided by 255" in data.notes[1]
    data = load(x_train=X * 1000, y_train=TWO)
    assert data.x_train.max() > 100
    assert "taken as they are" in data.notes[1]


def test_own_parts_keep_their_places():
    data = load(x_train=X, y_train=TWO, x_val=X[:6], y_val=TWO[:6], x_test=X[:5], y_test=TWO[:5])
    assert (data.train_samples, data.own_validation, data.test_samples) == (46, 6, 5)
    assert np.array_equal(data.x_train[-6:], X[:6].astype(np.float32))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"x_train": X}, "has no y_train"),
        ({"x_train": X, "y_train": TWO, "x_test": X}, "has no y_test"),
        ({"x": X, "y": TWO}, "holds x, y, which is not known"),
        ({"x_train": X, "y_train": TWO[:30]}, "40 samples and y_train 30"),
        ({"x_train": X[:, 0], "y_train": TWO}, r"\[samples, features\]"),
        ({"x_train": np.where(X > 1, np.nan, X), "y_train": TWO}, "not finite"),
        ({"x_train": X, "y_train": np.where(X[:, 0] > 1, np.nan, X[:, 0])}, "labels that are not finite"),
        ({"x_train": X, "y_train": TWO, "x_val": X[:4, :2], "y_val": TWO[:4]}, "have the shape"),
        ({"x_train": X, "y_train": TWO, "x_val": X[:1], "y_val": TWO[:1]}, "one validation sample"),
        ({"x_train": X, "y_train": TWO, "x_test": X[:4], "y_test": TWO[:4] + 5}, "unknown to the training data"),
        ({"x_train": X.astype(str), "y_train": TWO}, "a network reads numbers"),
        ({"x_train": X[:6], "y_train": TWO[:6]}, "holds 6 samples"),
        ({"x_train": X, "y_train": TWO * 0}, "one class"),
    ],
)
def test_arrays_that_do_not_fit_are_one_sentence(arrays, says):
    with pytest.raises(DataError, match=says):
        load(**arrays)


@pytest.mark.parametrize(
    ("value", "says"), [(np.nan, "a number that is not finite"), (1e300, "divide them"), (1j, "a network reads numbers")]
)
def test_sparse_rows_are_held_to_what_arrays_are(value, says):
    rows = X.astype(type(value))
    rows[3, 1] = value
    with pytest.raises(DataError, match=f"x_train holds .*{says}"):
        checked(csr_matrix(rows), "x_train")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(99)])
def test_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match="a.npz is damaged"):
        datasets.load(datasets.locate("a.npz"), None)


def test_objects_are_never_unpickled():
    rows = np.empty(40, object)
    rows[:] = [[1]] * 40
    with pytest.raises(DataError, match="would have to be unpickled"):
        load(x_train=rows, y_train=TWO)


HEAD = "import numpy as np\nX = np.random.default_rng(0).normal(0, 1, (40, 3))\nY = np.arange(40) % 2\n"


def returned(tmp_path, expression):
    (tmp_path / "mine.py").write_text(f"{HEAD}def load():\n    return {expression}\n")
    return datasets.load(datasets.locate("mine.py:load"), None)


@pytest.mark.parametrize(
    ("expression", "sizes"),
    [
        ("X, Y", (32, None, 8)),
        ("X.tolist(), Y.tolist()", (32, None, 8)),
        ("(X, Y), (X[:9], Y[:9])", (40, None, 9)),
        ("(X, Y), (X[:7], Y[:7]), (X[:9], Y[:9])", (47, 7, 9)),
        ("{'x_train': X, 'y_train': Y}", (32, None, 8)),
        ("{'a': X, 'b': X}, Y", (32, None, 8)),
        ("[X, X], Y", (32, None, 8)),
        ("__import__('scipy.sparse').sparse.csr_matrix(X), Y", (32, None, 8)),
        ("__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y, X[:3], Y[:3])", (40, None, 3)),
    ],
)
def test_function_may_return(tmp_path, expression, sizes):
    data = returned(tmp_path, expression)
    assert (data.train_samples, data.own_validation, data.test_samples) == sizes
    assert data.name == "mine.py:load"
    assert len(data.sha256) == 64


@pytest.mark.parametrize(
    "expression",
    ["MASKED, Y", "(X, Y), (X, np.ma.masked_equal(Y, 0))", "{'x': MASKED, 'y': Y}",
     "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), MASKED, Y, X, Y)"],
)  # fmt: skip
def test_masked_numbers_are_not_trained_on(tmp_path, expression):
    with pytest.raises(OwnCodeError, match=r"mine.py:load returned \d+ masked numbers; fill them"):
        returned(tmp_path, expression.replace("MASKED", "np.ma.masked_equal(X, X[0, 0])"))


@pytest.mark.parametrize(
    "expression",
    ["None", "X", "X, X, Y", "(X, Y), (X, Y), (X, Y), (X, Y)", "'data.csv'", "X, 5",
     "__import__('fitscope').Dataset('d', 'two', ('a', 'b'), X, Y, X, Y)",
     "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y[:9], X, Y)",
     "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y, X, [])",
     "__import__('fitscope').Dataset('d', 'binary', ('a', 'b', 'c'), X, Y, X, Y)",
     "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y, X, Y, groups=Y[:9])"],
)  # fmt: skip
def test_what_a_function_must_not_return_is_said(tmp_path, expression):
    with pytest.raises(OwnCodeError, match="mine.py:load returned"):
        returned(tmp_path, expression)


@pytest.mark.parametrize(
    ("task", "classes", "labels", "needed"),
    [
        ("multiclass", "abc", "Y + 2", r"whole numbers from 0 to 2 of the shape \[samples\]"),
        ("multiclass", "abc", "Y - 1", "whole numbers"),
        ("multiclass", "abc", "Y / 2", "whole numbers"),
        ("binary", "ab", "Y[:, None]", "whole numbers from 0 to 1"),
        ("binary", "ab", "Y.astype(str)", "whole numbers"),
        ("regression", "a", "X[:, 0]", r"finite numbers of the shape \[samples, 1\]"),
        ("regression", "ab", "X", r"\[samples, 2\]"),
        ("regression", "a", "X[:, :1] * np.nan", "finite numbers"),
        ("multilabel", "abc", "X", r"0 and 1 of the shape \[samples, 3\]"),
    ],
)
def test_labels_that_contradict_their_task_are_refused(tmp_path, task, classes, labels, needed):
    with pytest.raises(OwnCodeError, match=f"whose y_train does not fit .*{needed}"):
        returned(tmp_path, f"__import__('fitscope').Dataset('d', '{task}', tuple('{classes}'), X, {labels}, X[:0], [])")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("X[:, 0], Y, X[:3, 0], Y[:3]", "x_train of mine.py:load has the shape"),
        ("np.where(X > 1, np.nan, X), Y, X[:3], Y[:3]", "x_train of mine.py:load holds .* not finite"),
        ("X, Y, X[:3].astype(str), Y[:3]", "x_test of mine.py:load holds .* a network reads numbers"),
        ("X, Y, X[:3, :2], Y[:3]", "mine.py:load returned a Dataset whose x_train and x_test have rows of other shapes"),
    ],
)
def test_rows_of_a_returned_data_set_are_held_to_what_arrays_are(tmp_path, rows, says):
    with pytest.raises((DataError, OwnCodeError), match=says):
        returned(tmp_path, f"__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), {rows})")


def test_rows_of_a_returned_data_set_may_be_lists_and_the_test_part_missing(tmp_path):
    data = returned(tmp_path, "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X.tolist(), Y.tolist(), [], [])")
    assert (data.x_train.shape, data.x_train.dtype, data.x_test.shape) == ((40, 3), np.float32, (0, 3))


def test_groups_of_a_returned_data_set_stay_on_one_side_of_the_hold_out(tmp_path):
    made = "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y, X[:0], [], groups=np.arange(40) // 4)"
    data = returned(tmp_path, made)
    plan = Plan("d", "", None, "textbook", validation=8)
    held, kept = (set(data.groups[part]) for part in (data.held_out(plan), data.kept(plan)))
    assert held and kept and not held & kept


def test_latest_samples_of_a_returned_data_set_in_order_are_held_out(tmp_path):
    data = returned(tmp_path, "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y, X[:0], [], ordered=True)")
    assert data.held_out(Plan("d", "", None, "textbook", validation=8)).tolist() == list(range(32, 40))


def test_hash_follows_the_arrays():
    assert sha256((X, TWO)) == sha256((X.copy(), TWO.copy()))
    assert len({sha256((X, TWO)), sha256((X + 1, TWO)), sha256((X, 1 - TWO)), sha256({"x": X, "y": TWO})}) == 4


def test_hash_of_a_returned_data_set_follows_its_groups_and_what_is_held_out(tmp_path):
    made = "__import__('fitscope').Dataset('d', 'binary', ('a', 'b'), X, Y, X, Y{})"
    groups = (", groups=np.arange(40) // 4", ", groups=np.arange(40) // 5", ", test_groups=np.arange(40) // 5")
    held_out = (", ordered=True", ", split=lambda y, n: np.arange(n)")
    given = ("", *groups, *held_out)
    assert len({returned(tmp_path, made.format(one)).sha256 for one in given}) == len(given)


def test_what_a_function_prints_stays_off_standard_output(tmp_path, capsys):
    returned(tmp_path, "(print('hello'), (X, Y))[1]")
    assert capsys.readouterr() == ("", "hello\n")


STREAMS = (
    HEAD
    + """
import tensorflow as tf
made = tf.data.Dataset.from_tensor_slices
def two(): return made((X, Y)).batch(8), made((X[:6], Y[:6])).batch(8)
def single(): return made((X, Y)), made((X[:6], Y[:6])), made((X[:6], Y[:6]))
def endless(): return made((X, Y)).repeat().batch(8), made((X, Y)).batch(8)
def no_labels(): return made(X).batch(8), made(X).batch(8)
def gap(): return made((X, Y + 1)).batch(8), made((X, Y + 1)).batch(8)
def one(): return made((X, Y)).batch(8)
def raising(): return made((X, Y)).map(lambda x, y: (tf.debugging.check_numerics(x / 0, "bad"), y)).batch(8), made((X, Y)).batch(8)
"""
)


@pytest.fixture
def streamed(tmp_path):
    (tmp_path / "streams.py").write_text(STREAMS)
    return lambda name: datasets.load(datasets.locate(f"streams.py:{name}"), None)


@pytest.mark.parametrize(("name", "batch", "test"), [("two", 8, 0), ("single", 32, 6)])
def test_stream_is_handed_out_whole_and_in_its_parts(streamed, name, batch, test):
    from fitscope.plan import Plan

    data = streamed(name)
    assert (data.train_samples, data.own_validation, data.test_samples, data.batch_size) == (46, 6, test, batch)
    plan = Plan("streams.py", "", None, "textbook", validation=6)
    assert sum(len(y) for _, y in data.training(plan)[0]) == 40
    assert sum(len(y) for _, y in data.training(plan.replace(validation=0))[0]) == 46
    assert np.array_equal(data.validation(plan)[0], X[:6].astype(np.float32))
    with pytest.raises(UsageError, match="one split alone"):
        data.training(plan.replace(fold=(1, 2)))


@pytest.mark.parametrize(
    ("name", "says"),
    [("endless", "never ends"), ("no_labels", "batches"), ("gap", "number them from 0"), ("one", "two or three"),
     ("raising", "InvalidArgumentError")],
)  # fmt: skip
def test_stream_that_cannot_be_used_is_said(streamed, name, says):
    with pytest.raises(OwnCodeError, match=says):
        streamed(name)
