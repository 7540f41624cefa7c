"""A class is graded to its end though the process of a submission is killed."""

import importlib
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from fitscope.errors import DataError
from fitscope.grading import crew
from fitscope.grading.records import HandIn, Student
from fitscope.grading.rubric import Condition, Criterion, Level, Rubric

RUBRIC = Rubric("Task", (Criterion("Best epoch", 3.0, ("answers.best_epoch",), (Level(Condition("in_plateau"), 3.0),)),))


@pytest.fixture
def dying(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("dying")


@pytest.fixture
def graded(dying, monkeypatch):
    """Grade hand-ins of these names in parts of two by two workers; return each one's name with its error."""
    monkeypatch.setattr(crew, "examine_all", dying.examine_or_die)
    monkeypatch.setattr(crew, "AT_ONCE", 2)

    def grade(names, paths=()):
        hand_ins = [HandIn(name, Student(), tuple(paths) if name == "once" else (), ()) for name in names]
        return {one.graded.name: one.graded.error for one in crew.examined(hand_ins, RUBRIC, 2)}

    return grade


def test_submission_that_kills_its_worker_fails_alone_and_the_rest_go_on(graded):
    names = ["a", "killer", "b", "c", "d", "killer too", "e"]
    found = graded(names)
    assert list(found) == names
    told = {name: "was killed each time, perhaps for want of memory." in error for name, error in found.items()}
    assert told == {name: name.startswith("killer") for name in names}


def test_submission_whose_worker_is_killed_once_is_read_again(graded, tmp_path):
    (tmp_path / "mark").touch()
    found = graded(["a", "once", "b", "c"], [tmp_path / "mark"])
    assert list(found) == ["a", "once", "b", "c"] and not (tmp_path / "mark").exists()
    assert not any("killed" in error for error in found.values())


def test_workers_that_cannot_begin_are_no_submissions_fault(graded, dying, monkeypatch):
    monkeypatch.setattr(crew, "examine_all", dying.die)
    monkeypatch.setattr(crew, "os", SimpleNamespace(getpid=dying.die, environ=os.environ))
    with pytest.raises(DataError, match="killed before they began, .* grade with --workers 1"):
        graded(["a", "b", "c", "d"])


def test_worker_that_is_killed_leaves_what_it_unpacked_in_the_folder_that_goes_at_the_end(dying, monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(crew, "examine_all", dying.unpack_and_die)
    monkeypatch.setattr(crew, "AT_ONCE", 2)
    hand_ins = [HandIn(name, Student(), (), ()) for name in ("killer", "a", "b", "c")]
    assert len(crew.examined(hand_ins, RUBRIC, 2, tmp_path / "scratch")) == 4
    assert list((tmp_path / "scratch").iterdir()) and not list((tmp_path / "elsewhere").iterdir())
    assert os.environ["TMPDIR"] == str(tmp_path / "elsewhere")
