"""What is learnt from the training part equals scikit-learn's, lives through JSON, and is learnt from nothing else."""

import json

import numpy as np
import pandas as pd
import pytest

from fitscope.datasets.columns import kinds_of, raw, row_numbers, said_of_unread
from fitscope.datasets.preparing import TableEncoder, learn, transformer
from fitscope.errors import DataError


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    rows = 60
    found = pd.DataFrame(
        {
            "age": rng.normal(40, 9, rows),
            "size": rng.integers(1, 99, rows).astype(float),
            "city": rng.choice(["Rome", "Bonn", "Oslo"], rows),
            "paid": rng.random(rows) < 0.5,
        }
    )
    found.loc[[3, 7], "age"] = np.nan
    found.loc[[4], "city"] = None
    return found


def encoder_of(frame, num_words=None):
    kinds, _ = kinds_of(frame)
    return learn(raw(frame, kinds, "table"), kinds, num_words), kinds


def test_encoder_gives_what_scikit_learn_would(frame):
    encoder, kinds = encoder_of(frame[:40])
    rows = raw(frame, kinds, "table")
    wanted = transformer(["age", "size", "paid"], ["age"], ["city"]).fit(pd.DataFrame({n: rows[n][:40] for n in kinds}))
    assert encoder(rows) == pytest.approx(np.asarray(wanted.transform(pd.DataFrame({n: rows[n] for n in kinds}))), abs=1e-6)


def test_encoder_lives_through_json_and_holds_no_number_but_floats(frame):
    encoder, kinds = encoder_of(frame)
    again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
    rows = raw(frame, kinds, "table")
    assert np.array_equal(again(rows), encoder(rows))
    assert again.kinds() == kinds


def test_unknown_category_is_all_zeros_and_missing_number_the_median(frame):
    encoder, kinds = encoder_of(frame)
    new = pd.DataFrame({"age": [np.nan], "size": [5], "city": ["Paris"], "paid": ["True"]})
    row = encoder(raw(new, kinds, "new"))[0]
    age = encoder.numbers[0]
    assert row[0] == pytest.approx((np.nanmedian(frame["age"]) - age["mean"]) / age["scale"])
    assert row[3] == 1, "the mark of the missing number"
    assert row[4:].tolist() == [0, 0, 0, 0]


def test_category_that_was_never_seen_is_told_with_how_many_cells_and_an_example(frame):
    encoder, kinds = encoder_of(frame)
    new = frame.assign(city=["Paris", "Paris", *["Rome"] * 57, None])
    assert encoder.said_of_unseen(raw(new, kinds, "new"), "rows of new.csv") == [
        "city: 2 cells hold a category that the model was not trained on in the rows of new.csv ('Paris'); "
        "they count as none that the model knows."
    ]
    full = encoder_of(frame.assign(city="Rome").assign(city=["Rome", "Bonn"] * 30))[0]
    assert "city: 1 cell holds" in (told := full.said_of_unseen(raw(new.tail(1), kinds, "new"), "rows")[0])
    assert "(an empty cell)" in told
    assert not encoder.said_of_unseen(raw(frame, kinds, "table"), "rows")


@pytest.mark.parametrize("text", ["words", "many categories"])
def test_many_columns_stay_sparse(text):
    rng = np.random.default_rng(1)
    values = [" ".join(rng.choice(list("abcdefghij"), 5)) for _ in range(2000)]
    if text == "many categories":
        values = [f"c{number}" for number in rng.integers(0, 600, 2000)]
    encoder, kinds = encoder_of(pd.DataFrame({"t": values, "n": np.arange(2000) % 7}))
    rows = encoder(raw(pd.DataFrame({"t": values, "n": np.arange(2000) % 7}), kinds, "table"))
    assert hasattr(rows, "tocsr")
    assert rows.dtype == np.float32
    assert rows.shape == (2000, encoder.columns)


def test_words_are_the_most_frequent_of_the_training_part_alone():
    texts = [f"the film was {word} and rare{i}" for i, word in enumerate(["good", "bad"] * 40)]
    frame = pd.DataFrame({"text": texts})
    encoder, _ = encoder_of(frame[::2], num_words=6)
    assert encoder.words[0]["words"][:5] == ["and", "film", "good", "the", "was"]
    assert "bad" not in encoder.words[0]["words"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.5, 2.5] * 20, "number"),
        ([True, False] * 20, "number"),
        ([True, None] * 20, "number"),
        (["1", "2"] * 20, "number"),
        (pd.date_range("2026-01-01", periods=40), "date"),
        (pd.date_range("2026-01-01", periods=40).astype(str), "date"),
        (["a", "b"] * 20, "category"),
        (["very good film", "very bad film"] * 20, "category"),
        ([f"this is text {i}" for i in range(40)], "words"),
        ([f"id{i}" for i in range(40)], "nearly every row has a value of its own"),
        ([None] * 40, "empty"),
        (["a"] * 40, "always the same"),
        ([[1], [2]] * 20, "holds lists or the like"),
    ],
)
def test_kind_of_a_column_is_seen_from_its_values(values, kind):
    kinds, notes = kinds_of(pd.DataFrame({"x": values}))
    assert kinds.get("x") == kind or f"x ({kind})" in notes[0]


def test_column_that_counts_the_rows_is_found():
    frame = pd.DataFrame({"id": range(1, 31), "year": range(1990, 2020), "n": [1, 2] * 15})
    assert row_numbers(frame) == ["id"]


@pytest.mark.parametrize(("column", "value"), [("age", "old"), ("size", "1,5x"), ("paid", "perhaps")])
def test_new_cell_that_is_no_number_counts_as_missing_and_is_told(frame, column, value):
    _, kinds = encoder_of(frame)
    new = frame.head(1).astype({column: object})
    new.loc[0, column] = value
    assert np.isnan(raw(new, kinds, "new.csv")[column]).tolist() == [True]
    (note,) = said_of_unread(new, kinds, "rows of new.csv")
    assert note == f"{column}: 1 cell that is no number counts as missing in the rows of new.csv ({value!r})."


def test_new_column_that_holds_hardly_a_number_is_refused(frame):
    _, kinds = encoder_of(frame)
    with pytest.raises(DataError, match="'old' in row 1 of column age, and a number is needed"):
        raw(frame.assign(age="old"), kinds, "new.csv")


def test_new_cell_that_is_no_date_is_refused():
    with pytest.raises(DataError, match="'soon' in row 2 of column day, and a date is needed"):
        raw(pd.DataFrame({"day": ["2026-01-01", "soon"]}), {"day": "date"}, "new.csv")


def test_new_rows_without_a_column_are_refused(frame):
    _, kinds = encoder_of(frame)
    with pytest.raises(DataError, match="new.csv has no column city; it needs age, size, city, paid"):
        raw(frame.drop(columns="city"), kinds, "new.csv")
