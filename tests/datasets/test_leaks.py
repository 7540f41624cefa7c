"""What is found in data, against brute force on small data and on imdb and reuters."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.sparse import csr_matrix

from fitscope import datasets, words
from fitscope.datasets import copies, near
from fitscope.datasets.leaks import duplicates, missing_classes, near_duplicates
from fitscope.plan import Plan

FEW = st.sampled_from([0.0, -0.0, 1.0, 2.0, np.nan])


def matrices(rows=(0, 6), values=FEW, columns=3):
    return st.integers(*rows).flatmap(lambda n: arrays.arrays(np.float32, (n, columns), elements=values))


def same(one, other):
    return bool(np.array_equal(one, other, equal_nan=True))


def codes(leaks):
    return [leak.code for leak in leaks]


def by_parts(leaks):
    return {(leak.numbers["earlier"], leak.numbers["later"]): leak.numbers for leak in leaks if "earlier" in leak.numbers}


# the same sample twice


@given(matrices(), matrices(), matrices(), st.sampled_from([np.asarray, csr_matrix, lambda rows: (rows[:, :1], rows[:, 1:])]))
def test_duplicates_equal_brute_force(train, validation, test, kind):
    parts = {"training": train, "validation": validation, "test": test}
    found = duplicates(*map(kind, parts.values()))
    for (earlier, later), numbers in by_parts(found).items():
        twice = [i for i, row in enumerate(parts[later]) if any(same(row, other) for other in parts[earlier])]
        assert numbers["count"] == len(twice)
        assert numbers["blank"] == sum(not parts[later][i].any() for i in twice)
        assert [example[later] for example in numbers["examples"]] == twice[:5]
        assert all(same(parts[earlier][e[earlier]], parts[later][e[later]]) for e in numbers["examples"])
    pairs = [(a, b) for a, b in [("training", "validation"), ("training", "test"), ("validation", "test")]
             if any(same(row, other) for row in parts[b] for other in parts[a])]  # fmt: skip
    assert list(by_parts(found)) == pairs
    again = sum(any(same(row, other) for other in train[:i]) for i, row in enumerate(train))
    assert [leak.numbers["count"] for leak in found if leak.code == "repeated_samples"] == [again] * (again > 0)


def test_duplicates_of_uneven_sparse_rows_are_found():
    tidy = csr_matrix(([1.0, 1.0], [0, 2], [0, 2]), shape=(1, 4))
    untidy = csr_matrix(([1.0, 0.0, 1.0], [2, 1, 0], [0, 3]), shape=(1, 4))
    assert codes(duplicates(tidy, None, untidy)) == ["same_samples"]
    assert untidy.nnz == 3  # what was given is left as it was


def test_duplicates_of_words_with_other_counts_are_no_duplicates():
    assert duplicates(csr_matrix([[1.0, 2.0]]), None, csr_matrix([[1.0, 1.0]])) == []


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.float64, bool, str, object])
def test_duplicates_of_any_kind_of_value_are_found(kind):
    train, test = np.array([[0, 1], [1, 1], [1, 0]]).astype(kind), np.array([[1, 1]]).astype(kind)
    assert duplicates(train, None, test)[0].numbers["examples"] == [{"training": 1, "test": 0}]


def test_duplicates_of_several_inputs_must_agree_in_all():
    train = {"picture": np.zeros((2, 3, 3)), "age": np.array([1, 2])}
    test = {"picture": np.zeros((2, 3, 3)), "age": np.array([2, 3])}
    assert by_parts(duplicates(train, None, test))["training", "test"]["examples"] == [{"training": 1, "test": 0}]


def test_duplicates_over_several_blocks_equal_those_of_one(monkeypatch):
    rows = np.random.default_rng(0).integers(0, 3, (50, 4)).astype(np.float32)
    whole = duplicates(rows[:20], rows[20:30], rows[30:])
    monkeypatch.setattr(copies, "_BYTES_AT_ONCE", 40)
    assert duplicates(rows[:20], rows[20:30], rows[30:]) == whole


@pytest.mark.parametrize("labels", [[[0, 1, 1], [0], [1, 0]], [["a", "b", "b"], ["a"], ["b", "a"]]])
def test_duplicates_with_another_label_are_counted(labels):
    train, validation, test = np.array([[5.0], [5.0], [6.0]]), np.array([[5.0]]), np.array([[5.0], [6.0]])
    found = duplicates(train, validation, test, [np.array(part) for part in labels])
    assert [leak.numbers["other_label"] for leak in found] == [0, 1, 1, 1]
    assert found[1].to_json()["message"].endswith(" 1 has another label than its double, and no network can answer both right.")


def test_duplicates_without_labels_say_nothing_of_them():
    (leak,) = duplicates(np.array([[5.0]]), np.array([[5.0], [1.0]]), None)
    assert leak.numbers["other_label"] is None
    assert leak.to_json()["message"] == (
        "1 of the 2 validation samples (50.0 %) holds the same values as a training sample; it can make the validation result look "
        "better than it is."
    )


@pytest.mark.parametrize(("samples", "severity"), [(101, "warning"), (100, "serious")])
def test_duplicates_are_serious_from_one_in_a_hundred_on(samples, severity):
    test = np.arange(samples)[:, None]
    assert [leak.severity for leak in duplicates(test[:1], None, test)] == [severity]


def test_duplicates_of_words_say_so_and_are_ready_for_json():
    rows = csr_matrix(np.eye(4))
    leak = duplicates(rows, rows[:0], rows[:2])[0].to_json()
    assert leak["message"].startswith(
        "2 of the 2 test samples (100 %) hold the same set of words as a training sample; they can make "
    )
    assert json.loads(json.dumps(leak)) == leak


# nearly the same


@settings(max_examples=60)
@given(matrices((0, 8), st.sampled_from([0.0, 1.0]), 10), matrices((0, 8), st.sampled_from([0.0, 2.0]), 10))
def test_near_duplicates_equal_brute_force(train, test):
    alike = np.array([[np.sum((a > 0) & (b > 0)) / max(1, np.sum((a > 0) | (b > 0))) for a in train] for b in test])
    alike = alike.reshape(len(test), len(train)).max(axis=1, initial=0)
    found = near_duplicates(csr_matrix(train), None, csr_matrix(test), jaccard=0.8)
    if np.any((alike >= 0.8) & (alike < 1)):
        numbers = by_parts(found)["training", "test"]
        assert (numbers["count"], numbers["equal"]) == (np.sum(alike >= 0.8), np.sum(alike == 1))
        assert all(example["jaccard"] >= 0.8 for example in numbers["examples"])
    else:
        assert found == []


def pairs_alike(count, kept, changed, words, rng):
    """Return rows and the same ones with some words exchanged: their similarity is kept / (kept + 2 changed)."""
    chosen = np.array([rng.permutation(words)[: kept + 2 * changed] for _ in range(count)])
    one, other = np.zeros((2, count, words), np.float32)
    np.put_along_axis(one, chosen[:, : kept + changed], 1, axis=1)
    np.put_along_axis(other, np.delete(chosen, np.s_[kept : kept + changed], axis=1), 1, axis=1)
    return csr_matrix(one), csr_matrix(other)


def test_near_duplicates_just_alike_enough_are_nearly_all_found():
    one, other = pairs_alike(2_000, 90, 5, 1_000, np.random.default_rng(0))
    found = by_parts(near_duplicates(one, None, other))["training", "test"]
    assert found["count"] >= 0.995 * 2_000
    assert (found["equal"], found["examples"][0]) == (0, {"training": 0, "test": 0, "jaccard": 0.9})


def test_near_duplicates_just_not_alike_enough_are_none():
    assert near_duplicates(*pairs_alike(500, 89, 5, 1_000, np.random.default_rng(0)), None) == []


def test_near_duplicates_among_thousands_of_short_texts_stay_bounded(monkeypatch):
    compared = []
    count = near._jaccard
    monkeypatch.setattr(near, "_jaccard", lambda *given: compared.append(len(given[2])) or count(*given))
    rng = np.random.default_rng(0)
    texts = csr_matrix(np.hstack([np.ones((4_000, 4)), rng.integers(0, 2, (4_000, 9))]))
    found = near_duplicates(texts[:2_000], None, texts[2_000:])
    assert found[0].numbers["count"] > found[0].numbers["equal"]
    assert sum(compared) <= 2_000 * near.MOST_CANDIDATES * near.bands(0.9)[0]


def test_near_duplicates_in_several_blocks_equal_those_of_one(monkeypatch):
    one, other = pairs_alike(100, 45, 2, 300, np.random.default_rng(1))
    whole = near_duplicates(one, None, other)
    monkeypatch.setattr(near, "_WORDS_AT_ONCE", 200)
    monkeypatch.setattr(near, "_PAIRS_AT_ONCE", 7)
    assert near_duplicates(one, None, other) == whole


def test_near_duplicates_say_how_many_are_equal():
    rows = np.ones((3, 20)) - np.eye(3, 20)
    message = near_duplicates(csr_matrix(rows[:2]), None, csr_matrix(rows[1:]))[0].to_json()["message"]
    assert message == (
        "2 of the 2 test samples (100 %) hold nearly the same words as a training sample (Jaccard similarity of 0.9 or more), 1 of "
        "them exactly the same; they can make the test result look better than it is."
    )


# missing classes


NAMES = ["earn", "tin", "hog", "gas", "oat", "rye", "tea", "zinc"]


def part(*labels, earn=0):
    return np.array([0] * earn + list(labels))


@pytest.mark.parametrize(
    ("parts", "severity", "message"),
    [
        ({"training": part(0), "test": part(0, 1)}, "serious",
         "No training sample is of class tin; the network cannot learn it. 1 sample of the other parts is."),
        ({"training": part(0), "test": part(1, earn=999)}, "warning",
         "No training sample is of class tin; the network cannot learn it. 1 sample of the other parts is."),
        ({"training": part(0), "test": part(0)}, "info", "No training sample is of class tin; the network cannot learn it."),
        ({"validation": part(0), "training": part(0, 1, 2, 1)}, "warning",
         "No validation sample is of the classes tin and hog; the validation result says nothing of them. 3 samples of the other "
         "parts are."),
        ({"test": part(0), "training": part(1, 2, 3, 4, 5, 6, 7, earn=999)}, "info",
         "No test sample is of the classes tin, hog, gas, oat, rye and 2 more; the test result says nothing of them. 7 samples of "
         "the other parts are."),
    ],
)  # fmt: skip
def test_missing_classes_are_named(parts, severity, message):
    names = NAMES[: max(2, 1 + max(labels.max() for labels in parts.values()))]
    found = missing_classes(parts, names)[0].to_json()
    assert (found["severity"], found["message"]) == (severity, message)


@pytest.mark.parametrize("labels", [part(0, 1), np.array(["earn", "tin"]), np.eye(2), part(0, 1)[:, None]])
def test_missing_classes_are_none_where_all_are_there(labels):
    assert missing_classes({"training": labels, "test": labels[:0]}, NAMES[:2]) == []


def test_missing_labels_of_several_are_named():
    (leak,) = missing_classes({"training": np.array([[1, 1], [0, 0]]), "test": np.array([[1, 0], [1, 0]])}, NAMES[:2])
    assert (leak.numbers["part"], leak.numbers["classes"], leak.numbers["elsewhere"]) == ("test", ["tin"], 1)


# imdb and reuters: counted by brute force, too


@pytest.mark.needs_data
@pytest.mark.parametrize(
    ("name", "held_out", "equal", "again", "alike"),
    [("imdb", 10_000, (50, 74, 49), 30, (58, 75, None)), ("reuters", 1_000, (105, 213, 38), 430, (125, 236, 45))],
)
def test_known_data_reports_its_duplicates(name, held_out, equal, again, alike):
    data = datasets.load(datasets.locate(name, os.environ["FITSCOPE_DATA_DIR"]), 10_000)
    plan = Plan(name, "", 10_000, "textbook", validation=held_out)
    rows, targets = zip(data.training(plan), data.validation(plan), data.testing(plan))
    same = duplicates(*rows, targets)
    assert [leak.numbers["count"] for leak in same] == [*equal, again]
    assert same[0].numbers["other_label"] == {"imdb": 0, "reuters": 45}[name]
    nearly = by_parts(near_duplicates(*rows))
    pairs = [("training", "validation"), ("training", "test"), ("validation", "test")]
    assert tuple(nearly.get(pair, {}).get("count") for pair in pairs) == alike


@pytest.mark.parametrize("code", ["same_samples", "revealing_column", "follows_order", "missing_classes", "of another version"])
def test_sentence_without_its_numbers_is_the_code(code):
    assert words.leak(code, {"how": "unheard of"}) == code
