"""The rubric to begin with."""

from __future__ import annotations

import re

import pytest

from fitscope.datasets import DATASETS
from fitscope.grading.fields import LABELS, kind_of
from fitscope.grading.rubric import read_rubric
from fitscope.grading.starting import starting_rubric
from fitscope.language import LANGUAGES, speaking

OWN = (
    "own.npz",
    "my data/class.csv",
    'a"b\\c.csv',
    "a\nb.csv",
    "a\x7fb",
    "a\x85\u2028b",
    "{dataset}{0}",
    "# x",
    "자료.csv",
    "a\x00",
)


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "rubric.toml"
        path.write_text(text, encoding="utf8")
        return read_rubric(path)

    return read


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dataset", DATASETS)
def test_starting_rubric_reads_back_in_every_language(read, dataset, language):
    with speaking(language):
        found = read(starting_rubric(dataset))
    assert (found.dataset, found.language, found.possible, found.due) == (dataset, language, 10, None)
    assert dataset in found.title and found.course.startswith(f"{dataset}-")
    assert [one.points for one in found.criteria] == [3, 2, 1, 2, 2] and found.criteria[-1].manual


@pytest.mark.parametrize("dataset", OWN)
def test_starting_rubric_of_ones_own_data_reads_back(read, dataset):
    found = read(starting_rubric(dataset))
    assert found.dataset is None and found.course.startswith("data-") and " ".join(dataset.split()) in " ".join(found.title.split())


def test_starting_rubric_speaks_the_language_that_is_spoken(read):
    with speaking("ko"):
        text = starting_rubric("imdb")
    english = read(starting_rubric("imdb"))
    assert all(one.title != other.title for one, other in zip(read(text).criteria, english.criteria))
    said = re.findall(r"(?m)^# (?! |due|assignment|handed_out)(.*)", text)
    assert len(said) > 8 and all(re.search("[가-힣]", line) for line in said)


def test_starting_rubric_has_a_fresh_key_each_time_and_tells_the_students_line(read):
    first, second = starting_rubric("imdb"), starting_rubric("imdb")
    key = read(first).course
    assert key != read(second).course and first.count(key) == 2
    assert f"--course {key} --blind" in first


def test_starting_rubric_what_is_commented_out_reads_too(read, tmp_path):
    (tmp_path / "example.html").write_text("")
    found = read(re.sub(r"(?m)^# (due|assignment|handed_out) = ", r"\1 = ", starting_rubric("digits")))
    assert found.due and found.assignment == "Overfitting (12345)" and found.handed_out == (tmp_path / "example.html",)


@pytest.mark.parametrize("dataset", [*DATASETS, "own.csv"])
def test_starting_rubric_asks_only_for_what_has_a_name_for_people(read, dataset):
    paths = [path for one in read(starting_rubric(dataset)).criteria for path in one.field]
    assert all(kind_of(path) and path in LABELS for path in paths)


def test_starting_rubric_of_numbers_gives_points_for_small_errors(read):
    test = read(starting_rubric("diabetes")).criteria[3]
    assert {level.condition.kind for level in test.levels} == {"at_most"} and "refit.test.mae" in test.field
