"""The rubric to begin with: read without complaint, in each language, for whatever data; honest work earns what it gives."""

import dataclasses
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from fitscope.datasets import DATASETS
from fitscope.diagnosis import judge
from fitscope.grading.marking import mark
from fitscope.grading.reading import read
from fitscope.grading.records import HandIn, Student
from fitscope.grading.rubric import read_rubric
from fitscope.grading.starting import starting_rubric
from fitscope.language import LANGUAGES, speaking

OWN = ("my data.csv", 'a"b\\c.csv', "줄\n바꿈\x7f.csv", "{dataset}.csv", "net.py:make", "bad\udcff.csv")
REPORTS = Path(__file__).parents[2] / "reports"


@pytest.fixture
def starting(tmp_path):
    def made(dataset, language="en"):
        with speaking(language):
            text = starting_rubric(dataset)
        (tmp_path / "rubric.toml").write_text(text, encoding="utf8")
        return text, read_rubric(tmp_path / "rubric.toml")

    return made


def log(folder, answers, epochs=20):
    e = np.arange(1, epochs + 1)
    val_loss = 0.3 + 0.4 * np.exp(-e / 2) + 0.02 * np.maximum(0, e - 4) + np.random.default_rng(0).normal(0, 0.002, epochs)
    (folder / "training.log").write_text(
        "epoch,loss,val_loss\n" + "".join(f"{i},{0.5 / (i + 1):.6f},{loss:.6f}\n" for i, loss in enumerate(val_loss))
    )
    (folder / "answers.md").write_text(answers, encoding="utf8")
    names = ("training.log", "answers.md")
    return read(HandIn("kim", Student(), tuple(folder / name for name in names), names), folder)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dataset", [*DATASETS, *OWN])
def test_starting_rubric_reads_back_without_complaint(starting, dataset, language):
    text, rubric = starting(dataset, language)
    assert rubric.language == language and rubric.possible == (10 if dataset in DATASETS else 8)
    assert rubric.dataset == (dataset if dataset in DATASETS else None)
    assert rubric.course in text.partition("--course ")[2].split("\n")[0]
    assert max(map(len, text.splitlines())) <= 140


@pytest.mark.parametrize("dataset", ["imdb", "my data.csv"])
def test_starting_rubric_is_korean_in_korean(starting, dataset):
    text, rubric = starting(dataset, "ko")
    assert all(re.search("[가-힣]", criterion.title) for criterion in rubric.criteria)
    comments = [line for line in text.splitlines() if re.match(r"# \w+ \w+ \w+", line)]
    assert all(re.search("[가-힣]", line) for line in comments if "fitscope" not in line)


def test_course_key_is_fresh_each_time():
    keys = {tomllib.loads(starting_rubric("imdb"))["course"] for _ in range(20)}
    assert len(keys) == 20 and all(re.fullmatch("imdb-[0-9a-f]{12}", key) for key in keys)


@pytest.mark.parametrize("dataset", [*DATASETS, "own.csv"])
def test_examples_in_the_comments_hold_when_their_marks_are_taken_away(starting, tmp_path, dataset):
    text, rubric = starting(dataset)
    (tmp_path / "example.html").touch()
    opened = re.sub(r"^# (?=\[\[|\w+ = )", "", text, flags=re.MULTILINE)
    (tmp_path / "opened.toml").write_text(opened, encoding="utf8")
    found = read_rubric(tmp_path / "opened.toml")
    assert found.due and found.assignment and found.handed_out and found.possible == 11
    assert {"Gap", "Test result"} <= {criterion.title for criterion in found.criteria}
    assert {criterion.title for criterion in found.criteria} >= {criterion.title for criterion in rubric.criteria}


RESULTS = {
    "imdb": "test_accuracy: 88 %",
    "reuters": "test_accuracy: 0.78",
    "digits": "test_accuracy: 0.97",
    "diabetes": "test_mae: 43",
}


@pytest.mark.parametrize(("dataset", "result"), [*RESULTS.items(), ("own.csv", "")])
def test_own_scripts_log_earns_all_but_what_a_person_reads(starting, tmp_path, dataset, result):
    work = log(tmp_path, f"---\nbest_epoch: 4\nverdict: overfitting\n{result}\n---\nValidation loss rises from epoch 5 on.\n")
    _, rubric = starting(dataset)
    marks = mark(rubric, work, judge(work.result.history))
    assert [one.points for one in marks if not one.manual] == [one.possible for one in marks if not one.manual]
    assert [one.text for one in marks if one.manual] == ["Validation loss rises from epoch 5 on."]


def test_own_scripts_log_without_answers_earns_its_length_alone(starting, tmp_path):
    work = dataclasses.replace(log(tmp_path, "---\nbest_epoch: 4\n---\n"), answers=None)
    _, rubric = starting("imdb")
    marks = {one.title: one.points for one in mark(rubric, work, judge(work.result.history))}
    assert marks == {"Best epoch": 0, "Verdict": 0, "Trained long enough": 1, "Test result": 0, "Why": None}


@pytest.mark.parametrize("dataset", ["imdb", "digits"])
def test_sample_report_earns_all_but_what_a_person_reads(starting, tmp_path, dataset):
    page = REPORTS / f"sample-{dataset}" / "report.html"
    work = read(HandIn("kim", Student(), (page,), ("report.html",)), tmp_path)
    _, rubric = starting(dataset)
    marks = mark(rubric, work, work.result.diagnosis)
    assert [one.points for one in marks if not one.manual] == [one.possible for one in marks if not one.manual]


@pytest.mark.parametrize(("dataset", "told"), [("digits", True), ("imdb", False), ("my digits.csv", False)])
def test_starting_rubric_for_digits_says_that_they_are_often_inconclusive(starting, dataset, told):
    assert ("often inconclusive" in starting(dataset)[0]) is told


@pytest.mark.parametrize("dataset", [*DATASETS, "own.csv"])
def test_starting_rubric_asks_for_what_honest_work_on_the_data_reaches(starting, dataset):
    good, fair = DATASETS[dataset].good if dataset in DATASETS else (0.8, 0.6)
    kind = "at_most" if dataset == "diabetes" else "at_least"
    levels = f"levels = [{{{kind} = {good}, points = 2}}, {{{kind} = {fair}, points = 1}}]"
    lines = starting(dataset)[0].splitlines()
    assert (levels if dataset in DATASETS else f"# {levels}") in lines
