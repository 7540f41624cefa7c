"""A table becomes a data set: its task, its parts, what is said of it, what is refused."""

import numpy as np
import pandas as pd
import pytest

from fitscope import datasets
from fitscope.errors import DataError, UsageError
from fitscope.plan import Plan


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def frame(rows=100):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": rng.normal(5, 2, rows).round(3),
            "kind": rng.choice(["a", "b"], rows),
            "who": np.arange(rows) // 5,
            "day": pd.date_range("2026-01-01", periods=rows)[rng.permutation(rows)].astype(str),
            "sold": np.where(rng.random(rows) < 0.3, "yes", "no"),
            "stars": rng.integers(1, 6, rows),
            "price": rng.normal(100, 20, rows).round(2),
            "red": rng.integers(0, 2, rows),
            "blue": rng.integers(0, 2, rows),
        }
    )


def load(target="sold", table=None, **options):
    (frame() if table is None else table).to_csv("table.csv", index=False)
    return datasets.load(datasets.locate("table.csv", options={"target": target} | options), None)


@pytest.mark.parametrize(
    ("target", "options", "task", "classes", "says"),
    [
        ("sold", {}, "binary", ("no", "yes"), "one of 2 classes"),
        ("stars", {}, "multiclass", ("1", "2", "3", "4", "5"), "--task regression"),
        ("stars", {"task": "regression"}, "regression", ("stars",), "as asked"),
        ("price", {}, "regression", ("price",), "as a number"),
        ("red", {}, "binary", ("0", "1"), "one of 2 classes"),
        ("red,blue", {}, "multilabel", ("red", "blue"), "labels"),
        ("price, size", {}, "regression", ("price", "size"), "2 numbers"),
    ],
)
def test_task_is_seen_from_the_target_and_said(target, options, task, classes, says):
    data = load(target, **options)
    assert (data.task, data.classes) == (task, classes)
    assert says in data.notes[0]
    width = () if task in ("binary", "multiclass") else (len(classes),)
    assert (data.y_train.shape, data.y_test.shape) == ((80, *width), (20, *width))
    assert not set(classes) & set(data.x_train), "the target must not be read"


def test_test_rows_are_a_stratified_fifth_and_always_the_same():
    data, again = load(), load()
    assert data.y_test.mean() == pytest.approx(data.y_train.mean(), abs=0.03)
    assert np.array_equal(data.x_test["size"], again.x_test["size"])


@pytest.mark.parametrize(("test", "rows"), [("30", 30), ("0.1", 10), (0.5, 50), (12, 12)])
def test_test_share_is_what_was_asked_for(test, rows):
    assert load(test=test).test_samples == rows


def test_test_file_brings_the_test_rows():
    new = frame(30)
    new["extra"] = 1
    new[::-1].to_csv("new.csv", index=False)
    data = load(test="new.csv")
    assert (data.train_samples, data.test_samples) == (100, 30)
    assert data.x_test["size"].tolist() == new["size"][::-1].tolist()


def test_group_stays_on_one_side_of_every_split():
    data = load(group="who")
    plan = Plan("table.csv", "", None, "textbook", validation=data.whole(16))
    held, kept = data.held_out(plan), data.kept(plan)
    assert len(held) == plan.validation
    assert not set(data.groups[held]) & set(data.groups[kept])
    assert data.test_samples % 5 == 0
    assert "who" not in data.x_train


def test_test_rows_keep_their_groups():
    data = load(group="who")
    assert len(data.test_groups) == data.test_samples
    assert not set(data.test_groups) & set(data.groups)
    assert not any("Serious" in note for note in data.notes)
    assert load().test_groups is None


def test_group_that_stands_in_the_test_file_too_is_told():
    new = frame(30)
    new["who"] += 18  # 18 and 19 are groups of the table
    new.to_csv("new.csv", index=False)
    data = load(group="who", test="new.csv")
    assert len(np.unique(data.test_groups)) == 6
    assert set(data.test_groups) & set(data.groups) == {18, 19}
    (note,) = [note for note in data.notes if note.startswith("Serious")]
    assert "2 of the 6 groups of who in new.csv stand in the training rows, too (10 of 30 test rows)" in note


def test_time_holds_out_the_latest():
    data = load(time="day")
    days = frame().sort_values("day")["size"].to_numpy()
    assert data.ordered
    assert data.x_test["size"].tolist() == days[80:].tolist()
    plan = Plan("table.csv", "", None, "textbook", validation=20)
    assert data.x_train["size"][data.held_out(plan)].tolist() == days[60:80].tolist()


def test_held_out_rows_teach_the_encoder_nothing():
    data = load()
    held_out, refit = (data.encoder(Plan("table.csv", "", None, "textbook", validation=v)) for v in (16, 0))
    kept = data.x_train["size"][data.kept(Plan("table.csv", "", None, "textbook", validation=16))]
    assert held_out.numbers[0]["mean"] == pytest.approx(kept.mean())
    assert refit.numbers[0]["mean"] == pytest.approx(data.x_train["size"].mean())
    assert refit.numbers[0]["mean"] != held_out.numbers[0]["mean"]


def test_rows_without_target_and_missing_values_are_told():
    table = frame()
    table.loc[:4, "sold"] = None
    table.loc[10:30, "size"] = np.nan
    data = load(table=table)
    assert data.train_samples + data.test_samples == 95
    notes = " ".join(data.notes)
    assert "without a target, left out: 5 of 100" in notes
    assert "Missing values of 76 training rows: size" in notes


def test_few_cells_that_are_no_numbers_count_as_missing():
    table = frame().astype({"size": object})
    table.loc[[5, 50], "size"] = "unknown"
    data = load(table=table)
    assert np.isnan(data.x_train["size"]).sum() + np.isnan(data.x_test["size"]).sum() == 2
    assert "size: 1 cell that is no number counts as missing in the test rows ('unknown')." in data.notes


def test_cells_that_are_no_numbers_in_a_test_file_count_as_missing():
    new = frame(30).astype({"size": object})
    new.loc[[1, 2], "size"] = "unknown"
    new.to_csv("new.csv", index=False)
    data = load(test="new.csv")
    assert np.flatnonzero(np.isnan(data.x_test["size"])).tolist() == [1, 2]
    assert "size: 2 cells that are no numbers count as missing in the test rows ('unknown')." in data.notes


def test_test_file_that_holds_no_number_where_one_is_needed_is_refused():
    frame(30).assign(size="unknown").to_csv("new.csv", index=False)
    with pytest.raises(DataError, match="'unknown' in row 1 of column size, and a number is needed"):
        load(test="new.csv")


def small(**columns):
    return pd.DataFrame({"x": np.arange(40) % 7, "z": np.arange(40) % 3} | columns)


@pytest.mark.parametrize(
    ("table", "target", "options", "kind", "says"),
    [
        (frame(), None, {}, UsageError, "needs --target COLUMN"),
        (frame(), "Sold", {}, UsageError, "did you mean sold"),
        (frame(), "sold,nothing", {}, UsageError, "no such column"),
        (frame(3), "sold", {}, DataError, "holds 3 samples that can be used"),
        (small(y="a"), "y", {}, DataError, "one class, a, alone"),
        (small(y=[f"n{i}" for i in range(40)]), "y", {}, DataError, "too many to be classes"),
        (small(y=["a"] * 20 + ["b"] * 19 + ["c"]), "y", {}, DataError, "Class c of column y has a single row"),
        (small(y=np.nan), "y", {}, DataError, "no row with a value in y"),
        (small(y=2.5), "y", {}, DataError, "always 2.5"),
        (small(y=["a", "b"] * 20), "y", {"task": "regression"}, DataError, "numbers are needed"),
        (small(y=["a", "b"] * 20), "y,x", {}, DataError, "numbers are needed"),
        (pd.DataFrame({"y": [0, 1] * 20, "c": 1}), "y", {}, DataError, "no column beside the target"),
        (frame(), "sold", {"group": "sold"}, UsageError, "the target already"),
        (
            small(y=[f"2026-01-{1 + i % 28:02}" for i in range(40)]),
            "y",
            {},
            DataError,
            "dates such as '2026-01-01' cannot",
        ),
        (small(y=[f"{i},5" for i in range(40)]), "y", {}, DataError, "texts such as '0,5' are no numbers; write numbers as 1234.5"),
        (frame(), "sold", {"group": "red"}, DataError, "form 2 groups, and training, validation and test data need one each"),
        (frame().assign(one="a"), "sold", {"group": "one"}, DataError, "form 1 group,"),
        (small(y=["a", "b"] * 20, g=["big"] * 38 + ["b", "c"]), "y", {"group": "g"}, DataError, "one group holds nearly all"),
        (frame().assign(then="2026-01-31"), "sold", {"time": "then"}, UsageError, "the same in every row"),
        (frame().assign(then=7), "sold", {"time": "then"}, UsageError, "the same in every row"),
        (frame(), "sold", {"time": "kind"}, UsageError, "neither numbers nor dates"),
        (frame(), "sold", {"time": "day", "group": "who"}, UsageError, "cannot both"),
        (frame(), "sold", {"test": "0"}, UsageError, "--test 0"),
        (frame(), "sold", {"test": "99"}, UsageError, "--test 99"),
        (frame(), "sold", {"test": "1.5"}, UsageError, "--test 1.5"),
        (frame(), "sold", {"test": "nowhere.csv"}, DataError, "no file or folder nowhere.csv"),
    ],
)
def test_table_that_cannot_be_used_is_one_sentence(table, target, options, kind, says):
    with pytest.raises(kind, match=says):
        load(target, table, **options)


def test_three_groups_are_enough_for_three_parts():
    data = load("y", small(y=["a", "b"] * 20, g=["a", "b", "c", "c"] * 10), group="g")
    assert len(np.unique(data.groups)) == 2
    assert len(data.split(data.y_train, 4)) in (10, 20)


def test_test_file_with_an_unknown_class_is_refused():
    new = frame(30)
    new.loc[0, "sold"] = "perhaps"
    new.to_csv("new.csv", index=False)
    with pytest.raises(DataError, match="new.csv holds the class 'perhaps'"):
        load(test="new.csv")


def test_diabetes_is_a_table_of_numbers():
    data = datasets.load(datasets.locate("diabetes"), None)
    assert (data.task, data.train_samples, data.test_samples, data.notes) == ("regression", 354, 88, ())
    assert list(data.x_train)[:3] == ["age", "sex", "bmi"]
