"""A class is graded to its end though the process of a submission is killed."""

import os
import signal
from types import SimpleNamespace

import pytest

from fitscope.errors import DataError
from fitscope.grading import crew
from fitscope.grading.examine import examine_all
from fitscope.grading.records import HandIn, Student
from fitscope.grading.rubric import Condition, Criterion, Level, Rubric

RUBRIC = Rubric("Task", (Criterion("Best epoch", 3.0, ("answers.best_epoch",), (Level(Condition("in_plateau"), 3.0),)),))


def kill_at(hand_ins, rubric):
    """Examine as usual; a submission whose name says so takes its process with it, one of them but once."""
    for hand_in in hand_ins:
        once = hand_in.paths and hand_in.paths[0].exists()
        if once:
            hand_in.paths[0].unlink()
        if once or hand_in.name.startswith("killer"):
            os.kill(os.getpid(), signal.SIGKILL)
    return examine_all(hand_ins, rubric)


def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def graded(monkeypatch):
    """Grade hand-ins of these names in parts of two by two workers; return each one's name with its error."""
    monkeypatch.setattr(crew, "examine_all", kill_at)
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


def test_workers_that_cannot_begin_are_no_submissions_fault(graded, monkeypatch):
    monkeypatch.setattr(crew, "examine_all", die)
    monkeypatch.setattr(crew, "os", SimpleNamespace(getpid=die, environ=os.environ))
    with pytest.raises(DataError, match="killed before they began, .* grade with --workers 1"):
        graded(["a", "b", "c", "d"])
