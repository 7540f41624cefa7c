"""Columns that give the answer away, and answers that follow the order of the samples."""

import json

import numpy as np
import pytest

from fitscope.datasets import rules
from fitscope.datasets.leaks import follows_order, revealing_columns
from fitscope.datasets.order import run_moments


def codes(leaks):
    return [leak.code for leak in leaks]


RNG = np.random.default_rng(3)
CLASSES = RNG.integers(0, 3, 600)
NUMBERS = RNG.normal(size=600)
TWO = CLASSES > 0
REVEALING = {
    "copy": CLASSES,
    "shuffled codes": np.array([7.0, 1e300, -2.0])[CLASSES],
    "names": np.array(["a", "b", "c"])[CLASSES],
    "many values": CLASSES * 100 + RNG.integers(0, 90, 600),
    "gaps": np.array([None, "x", "y"], object)[CLASSES],
    "mixed": np.array([1, "x", None], object)[CLASSES],
    "dates": np.array(["2020-01-01", "2021-01-01", "NaT"], "M8[s]")[CLASSES],
    "nearly": np.where(RNG.random(600) < 0.02, 0, CLASSES),
}
HARMLESS = {
    "rows": np.arange(600),
    "names of rows": np.array([f"id{i}" for i in range(600)]),
    "constant": np.ones(600),
    "nothing": np.full(600, np.nan),
    "nothing at all": np.full(600, None),
    "good": CLASSES + 0.5 * RNG.normal(size=600),
    "one value": np.where(np.arange(600) == 3, 1.0, np.nan),
}


@pytest.mark.parametrize("name", REVEALING)
def test_column_that_names_the_class_is_found(name):
    (leak,) = revealing_columns({name: REVEALING[name], "noise": NUMBERS}, CLASSES, "multiclass")
    assert (leak.code, leak.severity, leak.numbers["column"]) == ("revealing_column", "serious", name)
    assert [example["answer"] for example in leak.numbers["examples"]] == [0, 1, 2]
    json.dumps(leak.to_json(), allow_nan=False)


@pytest.mark.parametrize("name", HARMLESS)
def test_column_that_gives_nothing_away_is_left_alone(name):
    assert revealing_columns({name: HARMLESS[name]}, CLASSES, "multiclass") == []
    assert revealing_columns({name: HARMLESS[name]}, NUMBERS, "regression") == []


def test_column_that_is_only_filled_in_for_one_class_is_found():
    column = np.where(TWO, NUMBERS, np.nan)
    (leak,) = revealing_columns({"ended on": column}, TWO.astype(np.float32)[:, None], "binary")
    assert leak.to_json()["message"] == (
        "The column ended on gives the answer away: alone it tells 100 % of the samples right (each class counted alike; guessing "
        "gets 50.0 %); leave it out, unless it is known before the answer."
    )


def test_column_that_is_right_for_a_large_class_alone_is_left_alone():
    rare = np.arange(2_000) % 100 == 0
    assert revealing_columns({"constant": np.zeros(2_000), "noise": np.arange(2_000) % 7}, rare, "binary") == []
    assert codes(revealing_columns({"copy": rare}, rare, "binary")) == ["revealing_column"]


@pytest.mark.parametrize(
    ("name", "column", "how"),
    [
        ("copy", NUMBERS, "rank"),
        ("falling", -np.exp(9 * NUMBERS), "rank"),
        ("text", NUMBERS.astype(str), "rank"),
        ("half", np.where(TWO, NUMBERS, np.nan), "rank"),
        ("nearly", NUMBERS + 0.05 * RNG.normal(size=600), "variance"),
    ],
)
def test_column_that_tells_the_number_is_found(name, column, how):
    (leak,) = revealing_columns({name: column, "square": NUMBERS**2}, NUMBERS, "regression")
    assert (leak.numbers["column"], leak.numbers["how"]) == (name, how)
    assert f"The column {name} gives the answer away" in leak.to_json()["message"]


def test_column_of_groups_that_share_an_answer_is_found():
    groups = np.repeat(np.arange(150), 4)
    names = np.array([f"g{group}" for group in groups])
    assert codes(revealing_columns({"group": names}, groups * 37 % 150, "regression")) == ["revealing_column"]
    assert codes(revealing_columns({"group": names}, groups * 37 % 7 % 2, "binary")) == ["revealing_column"]
    assert revealing_columns({"group": names}, TWO, "binary") == []


def test_column_that_tells_one_of_several_labels_is_found():
    target = np.stack([CLASSES == 1, NUMBERS > 0], axis=1).astype(int)
    (leak,) = revealing_columns({"sign": np.sign(NUMBERS)}, target, "multilabel")
    assert (leak.numbers["label"], leak.to_json()["message"][:38]) == (1, "The column sign gives label 1 away: al")


@pytest.mark.parametrize(
    ("target", "task"),
    [
        (np.zeros(50), "binary"),
        (np.arange(50), "multiclass"),
        (np.arange(8) % 2, "binary"),
        (np.ones(50), "regression"),
        (np.full(50, np.nan), "regression"),
        (np.arange(8.0), "regression"),
    ],
)
def test_columns_with_nothing_to_tell_are_left_alone(target, task):
    assert revealing_columns({"copy": target}, target, task) == []


def test_columns_of_large_data_are_judged_by_some_rows_of_every_class():
    labels = (np.arange(200_000) % 2_000 == 0).astype(int)
    rows = rules.class_rows(labels)
    assert len(rows) <= rules.ROWS_AT_MOST
    assert labels[rows].sum() == 100


# the order


@pytest.mark.parametrize(
    ("target", "task", "how"),
    [
        (np.repeat([0, 1], 30), "binary", "sorted"),
        (np.repeat(["b", "c", "a"], 30), "multiclass", "sorted"),
        (np.eye(3)[np.repeat([2, 0, 1], 30)], "multiclass", "sorted"),
        ((RNG.random(2_000) < np.linspace(0.3, 0.7, 2_000)).astype(int), "binary", "drift"),
        (np.repeat(RNG.integers(0, 3, 300), 5), "multiclass", "runs"),
        (np.sort(RNG.integers(0, 2, (90, 2)), axis=0), "multilabel", "sorted"),
        (np.sort(NUMBERS), "regression", "sorted"),
        (-np.sort(NUMBERS)[:, None], "regression", "sorted"),
        (NUMBERS + np.arange(600) / 300, "regression", "drift"),
        (np.sin(np.arange(600) / 8), "regression", "runs"),
    ],
)
def test_target_that_follows_the_order_is_found(target, task, how):
    (leak,) = follows_order(target, task)
    assert (leak.severity, leak.numbers["how"]) == ("warning", how)
    assert leak.to_json()["message"].endswith((".", "time.")) and leak.to_json()["message"] != leak.code
    json.dumps(leak.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("target", "task"),
    [
        (CLASSES, "multiclass"),
        (NUMBERS, "regression"),
        (np.stack([TWO, NUMBERS > 0], axis=1), "multilabel"),
        (np.arange(100), "multiclass"),
        (np.tile([0, 1], 50), "binary"),
        (np.zeros(100), "binary"),
        (np.repeat([0, 1], 5), "binary"),
        (np.full(100, np.nan), "regression"),
        (np.empty(0), "binary"),
    ],
)
def test_target_in_no_order_is_left_alone(target, task):
    assert follows_order(target, task) == []


def test_order_is_seldom_seen_by_chance():
    drawn = np.random.default_rng(1).integers(0, 4, (200, 100))
    assert [follows_order(target, "multiclass") for target in drawn] == [[]] * 200


def test_order_names_the_class():
    message = follows_order(np.repeat([0.0, 1.0], 50), "binary", ["ham", "spam"])[0].to_json()["message"]
    assert message.startswith("The samples are sorted by class: ham is 100 % of the first fifth and 37.5 % of the rest, so ")


def test_run_moments_equal_those_of_shuffled_classes():
    classes, rng = np.repeat([0, 1, 2, 3], [30, 5, 12, 3]), np.random.default_rng(0)
    runs = [1 + np.count_nonzero(np.diff(rng.permutation(classes))) for _ in range(20_000)]
    assert run_moments(np.bincount(classes)) == pytest.approx((np.mean(runs), np.std(runs)), rel=0.02)


def test_column_that_tells_one_of_several_numbers_is_found_once():
    targets = np.column_stack([RNG.normal(size=600), NUMBERS, NUMBERS + 0.01 * RNG.normal(size=600)])
    (leak,) = revealing_columns({"twice": NUMBERS * 2, "noise": RNG.normal(size=600)}, targets, "regression")
    assert (leak.numbers["column"], leak.numbers["target"]) == ("twice", 1)


def test_one_of_several_numbers_that_is_sorted_is_told():
    targets = np.column_stack([RNG.normal(size=600), np.sort(NUMBERS)])
    (leak,) = follows_order(targets, "regression")
    assert leak.numbers["how"] == "sorted"
    assert follows_order(targets[:, :1], "regression") == []
