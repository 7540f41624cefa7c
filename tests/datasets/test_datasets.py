import os

import numpy as np
import pytest

from fitscope.datasets import DATASETS, Dataset, defaults, load, locate, reuters
from fitscope.datasets.dataset import latest
from fitscope.datasets.words import read_word_index
from fitscope.errors import DataError, UsageError
from fitscope.plan import Plan


def textbook(path, name, words=10_000):
    """Load as Keras does: one generator shuffles, 1 = start, words from 4 on."""
    with np.load(path / f"{name}.npz", allow_pickle=True) as file:
        raw = {key: file[key] for key in file.files}
    rng = np.random.RandomState(113)

    def shuffled(x, y):
        order = np.arange(len(x))
        rng.shuffle(order)
        return [[1, *(w + 3 if w + 3 < words else 2 for w in row)] for row in x[order]], y[order]

    if name == "imdb":
        return [*shuffled(raw["x_train"], raw["y_train"]), *shuffled(raw["x_test"], raw["y_test"])]
    x, y = shuffled(raw["x"], raw["y"])
    cut = int(len(x) * 0.8)
    return [x[:cut], y[:cut], x[cut:], y[cut:]]


@pytest.mark.needs_data
@pytest.mark.parametrize(("name", "train", "test"), [("imdb", 25_000, 25_000), ("reuters", 8_982, 2_246)])
def test_real_data_is_what_keras_would_load(name, train, test):
    from pathlib import Path

    data = load(locate(name), 10_000)
    x_train, y_train, x_test, y_test = textbook(Path(os.environ["FITSCOPE_DATA_DIR"]), name)
    assert (data.train_samples, data.test_samples) == (train, test)
    assert np.array_equal(data.y_train, y_train)
    assert np.array_equal(data.y_test, y_test)
    for rows, texts in ((data.x_train, x_train), (data.x_test, x_test)):
        assert all(rows[i].indices.tolist() == sorted(set(texts[i])) for i in range(0, len(texts), 37))
    held, wanted = data.validation(Plan("reuters", "", 10_000, "textbook", validation=1000))
    wanted = data.targets(wanted)
    assert held.shape == (1000, 10_000)
    assert np.array_equal(wanted, data.targets(y_train[:1000]))


def test_small_imdb_is_what_keras_would_load(folder):
    data = load(locate("imdb", folder), 50)
    x_train, y_train, x_test, y_test = textbook(folder, "imdb", 50)
    for rows, texts in ((data.x_train, x_train), (data.x_test, x_test)):
        assert [rows[i].indices.tolist() for i in range(len(texts))] == [sorted(set(text)) for text in texts]
    assert np.array_equal(data.y_train, y_train)
    assert np.array_equal(data.y_test, y_test)


def test_hold_out_larger_than_what_the_file_holds_is_refused(folder):
    data = load(locate("imdb", folder), 50)
    data.check_held_out(58)
    with pytest.raises(DataError, match="60 training samples here, too few to hold out 10,000"):
        data.check_held_out(10_000)


def test_digits_are_split_by_class_and_always_alike():
    data = load(locate("digits"), None)
    assert (data.train_samples, data.test_samples, data.features) == (1437, 360, 64)
    assert np.ptp(np.bincount(data.y_test)) <= 3
    assert 0 <= data.x_train.min() <= data.x_train.max() <= 1
    assert np.array_equal(data.x_test, load(locate("digits"), None).x_test)


@pytest.mark.parametrize("name", ["digits"])
def test_training_and_validation_parts_share_no_sample(name):
    data = load(locate(name), None)
    plan = Plan("digits", "", None, "textbook", validation=300)
    rows, targets = data.training(plan)
    held, wanted = data.validation(plan)
    wanted = data.targets(wanted)
    assert (len(rows), len(targets), len(held), len(wanted)) == (1137, 1137, 300, 300)
    together = np.vstack([rows, held])
    assert np.array_equal(np.sort(together.sum(axis=1)), np.sort(data.x_train.sum(axis=1)))
    assert np.ptp(wanted.sum(axis=0)) <= 3


@pytest.mark.parametrize(("name", "near"), [("imbd", "imdb"), ("IMDB", "imdb"), ("router", "reuters"), ("digit", "digits")])
def test_unknown_data_set_is_answered_with_the_nearest(name, near):
    with pytest.raises(UsageError, match=f"did you mean {near}"):
        defaults(name)


@pytest.mark.parametrize("asked", [0, 1, -5, 1437, 1428, 10**9, 0.0001, 0.99999])
def test_hold_out_larger_or_smaller_than_the_data_is_refused(asked):
    with pytest.raises(UsageError, match=f"--validation {asked}"):
        DATASETS["digits"].held_out(asked)


def test_hold_out_by_fraction_is_a_number_of_samples():
    assert DATASETS["digits"].held_out(0.2) == 287


def test_vocabulary_for_data_without_words_is_refused():
    with pytest.raises(UsageError, match="has no words"):
        DATASETS["digits"].words(1000)


def test_guess_is_the_entropy_of_the_training_part():
    labels = np.repeat([0, 1, 0], [60, 20, 20])
    plan = Plan("toy", "", None, "textbook", validation=20)

    def guess(task, classes, y):
        data = Dataset("toy", task, classes, np.zeros((100, 1)), y, np.zeros((2, 1)), y[:2], split=latest)
        return data.guess(plan)

    quarter = -0.25 * np.log(0.25) - 0.75 * np.log(0.75)
    assert guess("binary", ("no", "yes"), labels) == pytest.approx(quarter)
    assert guess("multiclass", ("a", "b", "c"), labels) == pytest.approx(quarter)
    both = np.column_stack([labels, np.arange(100) % 2]).astype(np.float32)
    assert guess("multilabel", ("a", "b"), both) == pytest.approx((quarter + np.log(2)) / 2)
    assert guess("regression", ("a",), labels[:, None].astype(np.float32)) == pytest.approx(0.25 * 0.75)


def test_reuters_has_46_topics():
    assert len(set(reuters.TOPICS)) == 46


@pytest.mark.parametrize("text", ["", "[]", '{"a": "b"}', "\xff"])
def test_damaged_word_index_is_refused(tmp_path, text):
    (tmp_path / "index.json").write_text(text, encoding="latin1")
    with pytest.raises(DataError, match="no word index"):
        read_word_index(tmp_path / "index.json")
