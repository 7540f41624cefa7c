"""Which leaks are looked for in which data."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from fitscope.datasets import Dataset, inspect, load, locate
from fitscope.datasets.dataset import first, folds
from fitscope.plan import Plan


def plan(validation=10, **changes):
    return Plan("toy", "ab", None, "textbook", validation=validation).replace(**changes)


def data(rows, labels, **given):
    rows, labels = np.asarray(rows, np.float32), np.asarray(labels)
    cut = len(labels) - 20
    task = given.pop("task", "binary")
    names = ("target",) if task == "regression" else ("no", "yes")
    return Dataset("toy", task, names, rows[:cut], labels[:cut], rows[cut:], labels[cut:], "memory", "ab", first, **given)


@pytest.fixture
def sound():
    rng = np.random.default_rng(0)
    return rng.normal(size=(200, 5)), rng.integers(0, 2, 200)


def codes(found):
    return [leak.code for leak in found]


def test_sound_data_has_no_leaks(sound):
    assert inspect(data(*sound), plan()) == ()


def test_samples_in_two_parts_come_first_and_name_the_parts(sound):
    rows, labels = sound
    rows[-3:] = rows[50:53]  # test samples that are training samples
    found = inspect(data(rows, labels), plan())
    assert codes(found) == ["same_samples"]
    assert (found[0].numbers["earlier"], found[0].numbers["later"], found[0].numbers["count"]) == ("training", "test", 3)


def test_column_that_tells_the_target_is_named(sound):
    rows, labels = sound
    columns = {"age": rows[:180, 0], "outcome": labels[:180] * 2.0 + 1}
    assert [leak.numbers["column"] for leak in inspect(data(rows, labels, columns=columns), plan())] == ["outcome"]


@pytest.mark.parametrize(("ordered", "found"), [(False, ["follows_order"]), (True, [])])
def test_sorted_target_is_told_but_where_time_orders_the_samples(ordered, found):
    rng = np.random.default_rng(0)
    rows, target = rng.normal(size=(200, 5)), np.arange(200, dtype=np.float32)[:, None]
    assert codes(inspect(data(rows, target, task="regression", ordered=ordered), plan())) == found


def test_class_that_a_part_lacks_is_named(sound):
    rows, labels = sound
    labels[:10] = 0
    assert "missing_classes" in codes(inspect(data(rows, labels), plan()))


def test_leaks_of_ones_own_sparse_rows_are_looked_for_anew(sound):
    rows, labels = sound
    labels[:10] = 0
    sparse = {"x_train": csr_matrix(rows[:180]), "x_test": csr_matrix(rows[180:])}
    mine = dataclasses.replace(data(rows, labels), name="mine.py:load", **sparse)
    for classes in (("no", "yes"), ("bad", "good")):
        found = inspect(dataclasses.replace(mine, classes=classes), plan(dataset="mine.py:load"))
        assert found[0].numbers["classes"] == [classes[1]]


def test_data_without_a_test_part_is_looked_into(sound):
    rows, labels = sound
    rows[0] = rows[50]
    toy = data(rows, labels)
    empty = Dataset("toy", "binary", toy.classes, toy.x_train, toy.y_train, toy.x_test[:0], toy.y_test[:0], "memory", "ab", first)
    assert [leak.numbers["later"] for leak in inspect(empty, plan())] == ["validation"]


def test_texts_are_looked_into_once_and_then_remembered(folder, monkeypatch):
    reviews = load(locate("imdb", folder), 50)
    asked = Plan("imdb", reviews.sha256, 50, "textbook", validation=20)
    before = inspect(reviews, asked)
    monkeypatch.setattr("fitscope.datasets.inspection.duplicates", lambda *args: 1 / 0)
    assert inspect(reviews, asked) == before
    with pytest.raises(ZeroDivisionError):
        inspect(reviews, asked.replace(validation=21))


def test_samples_that_folds_split_are_counted_over_all_folds(sound):
    rows, labels = sound
    rows[100:130], labels[100:130] = rows[:30], labels[:30]
    toy = data(rows, labels)
    split = folds(toy.y_train, 4, "binary", None)
    fold = np.argsort(np.concatenate(split))
    fold = np.searchsorted(np.cumsum([len(part) for part in split]), fold, side="right")
    wanted = 2 * int(np.sum(fold[:30] != fold[100:130]))
    found = [leak for leak in inspect(toy, plan(45, fold=(1, 4))) if leak.code == "same_samples"]
    assert [(leak.numbers["earlier"], leak.numbers["later"]) for leak in found] == [("training", "validation")]
    assert (found[0].numbers["count"], found[0].numbers["samples"], found[0].numbers["other_label"]) == (wanted, 180, 0)
    assert 30 < wanted <= 60


def test_groups_keep_equal_samples_in_one_fold(sound):
    rows, labels = sound
    rows[1:180:2] = rows[0:180:2]
    toy = data(rows, labels, groups=np.arange(180) // 2)
    assert codes(inspect(toy, plan(45, fold=(1, 4)))) == ["repeated_samples"]


def test_every_leak_is_told_in_a_sentence(sound):
    rows, labels = sound
    rows[-3:] = rows[50:53]
    (leak,) = inspect(data(rows, labels), plan())
    assert leak.to_json()["message"].startswith("3 of the 20 test samples (15.0 %) hold the same values as a training sample")
