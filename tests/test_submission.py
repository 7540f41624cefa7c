"""Answers are put into a run once it is blind, whole or not at all, and never another student's."""

import json
import os

import pytest

import fitscope
from fitscope.errors import DataError, OutputError, UsageError
from fitscope.result import Answers, Author, Result

SAID = "---\nname: {name}\nid: {id}\nbest_epoch: {epoch}\nverdict: overfitting\nwhy: It rises.\n---\n"


@pytest.fixture
def made(fake_training, tmp_path):
    """Make a run, blind where it is not said otherwise."""

    def make(blind=True, **wishes):
        fake_training("overfitting")
        fitscope.analyze("digits", max_epochs=20, output=tmp_path / "run", blind=blind, **wishes)
        return tmp_path / "run"

    return make


@pytest.fixture
def form(tmp_path):
    def write(name="", id="", epoch=9):
        path = tmp_path / "answers.md"
        path.write_text(SAID.format(name=name, id=id, epoch=epoch), encoding="utf8")
        return path

    return write


def whole(run):
    return Result.from_text((run / "result.json").read_text(encoding="utf8"))


def test_submit_opens_a_blind_run(made, form):
    run = made()
    before = whole(run)
    assert (before.blind, before.refit) == (True, None)
    found = fitscope.submit(run, form())
    assert whole(run) == found
    assert (found.blind, found.answers) == (False, Answers(9, "overfitting", why="It rises."))
    assert found.refit is not None
    page = (run / "report.html").read_text(encoding="utf8")
    assert found.diagnosis.message in page
    assert "What you concluded" in page
    left = "history.csv model.keras plan.json preparation.json report.html result.json samples.npz"
    assert sorted(path.name for path in run.iterdir()) == left.split()


def test_submit_twice_to_a_blind_run_is_refused_and_changes_nothing(made, form):
    run = made()
    fitscope.submit(run, form())
    before = (run / "result.json").read_bytes()
    with pytest.raises(UsageError, match="answered already"):
        fitscope.submit(run, form(epoch=4))
    assert (run / "result.json").read_bytes() == before


def test_submit_to_a_run_that_was_never_blind_may_be_repeated(made, form):
    run = made(blind=False)
    assert fitscope.submit(run, form()).answers.best_epoch == 9
    assert fitscope.submit(run / "report.html", form(epoch=4)).answers.best_epoch == 4


@pytest.mark.parametrize("fails_at", ["result.json", "report.html", "sealed.bin"])
def test_submit_that_was_killed_is_finished_by_the_next(made, form, monkeypatch, fails_at):
    run, replace, unlink = made(), os.replace, os.unlink

    def killed(real, place):
        def call(*paths, **named):
            if str(paths[place]).endswith(fails_at):
                raise KeyboardInterrupt
            return real(*paths, **named)

        return call

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", killed(replace, 1))
        patch.setattr(os, "unlink", killed(unlink, 0))
        fitscope.submit(run, form())
    if fails_at == "result.json":
        assert whole(run).blind
        fitscope.submit(run, form())
    else:
        with pytest.raises(UsageError, match="answered already"):
            fitscope.submit(run, form(epoch=4))
    assert whole(run).answers.best_epoch == 9
    assert whole(run).diagnosis.message in (run / "report.html").read_text(encoding="utf8")
    assert not (run / "sealed.bin").exists()


def test_submit_on_a_full_disk_keeps_the_run_blind(made, form, monkeypatch):
    run = made()
    with monkeypatch.context() as patch, pytest.raises(OutputError):
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        fitscope.submit(run, form_of(run))
    assert whole(run).blind
    assert fitscope.submit(run, form()).answers.best_epoch == 9


def form_of(run):
    path = run.parent / "given.md"
    path.write_bytes(SAID.format(name="", id="", epoch=9).encode())
    return path


def test_name_and_number_come_from_the_answers_where_the_run_has_none(made, form):
    found = fitscope.submit(made(), form("Kim Minji", "0012"))
    assert found.author == Author("Kim Minji", "0012")
    assert found.command.endswith("--author 'Kim Minji' --student-id 0012")


def test_answers_of_another_student_are_refused(made, form):
    run = made(student_id="7")
    with pytest.raises(UsageError, match="signed by 8"):
        fitscope.submit(run, form("Lee", "8"))
    assert whole(run).blind
    assert fitscope.submit(run, form("Lee", "7")).author == Author("Lee", "7")


def test_notes_and_author_given_after_the_run_stay(made, form, tmp_path):
    run = made()
    (tmp_path / "notes.md").write_text("Mine.")
    fitscope.analyze("digits", max_epochs=20, output=run, resume=True, blind=True, author="Kim", notes=tmp_path / "notes.md")
    assert whole(run).blind
    found = fitscope.submit(run, form())
    assert (found.author, found.notes) == (Author("Kim"), "Mine.")
    again = fitscope.analyze("digits", max_epochs=20, output=run, resume=True, blind=True, author="Lee")
    assert (again.author, again.answers, again.blind) == (Author("Lee"), found.answers, False)


def test_number_given_alone_leaves_the_name(made):
    run = made(blind=False, author="Kim", student_id="7")
    again = fitscope.analyze("digits", max_epochs=20, output=run, resume=True, student_id="7")
    assert again.author == Author("Kim", "7")


def test_run_begun_blind_goes_on_blind(made):
    with pytest.raises(UsageError, match="blind"):
        fitscope.analyze("digits", max_epochs=20, output=made(), resume=True)


@pytest.mark.parametrize("wrong", ["missing", "empty", "damaged", "no seal", "another's seal", "partial"])
def test_folder_that_cannot_be_submitted_is_refused_in_a_sentence(made, form, tmp_path, wrong):
    run = made()
    if wrong in ("missing", "empty"):
        run = tmp_path / wrong
        if wrong == "empty":
            run.mkdir()
    elif wrong == "damaged":
        (run / "result.json").write_text("{")
    elif wrong == "no seal":
        (run / "sealed.bin").unlink()
    else:
        content = json.loads((run / "result.json").read_text())
        content["partial"] = wrong == "partial"
        content["history"]["loss"][0] += 1
        (run / "result.json").write_text(json.dumps(content))
    with pytest.raises(DataError):
        fitscope.submit(run, form())


def test_analyze_takes_answers_name_and_number(made, form):
    run = made(blind=False, answers=form("Kim", "0012"))
    assert (whole(run).answers.best_epoch, whole(run).author) == (9, Author("Kim", "0012"))
    assert json.loads((run / "plan.json").read_text())["answers"]["best_epoch"] == 9
    again = fitscope.analyze("digits", max_epochs=20, output=run, resume=True)
    assert again.answers.best_epoch == 9


def test_number_makes_the_seed_and_the_course_key_is_kept_nowhere(made):
    run = made(blind=False, student_id=" 2026-1234 ", course="autumn")
    found = whole(run)
    assert (found.plan.seed, found.plan.seed_from, found.author) == (3305192879, "student-id", Author(None, "2026-1234"))
    assert "--seed 3305192879" in found.command
    assert all(b"autumn" not in path.read_bytes() for path in run.iterdir())


def test_seed_that_is_given_counts_even_where_it_is_0(made):
    found = whole(made(blind=False, student_id="7", seed=0))
    assert (found.plan.seed, found.plan.seed_from) == (0, None)


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"course": "autumn"}, "--student-id"),
        ({"student_id": " "}, "--student-id"),
        ({"blind": True, "teach": True}, "--teach"),
        ({"blind": True, "answers": "given.md"}, "fitscope submit"),
    ],
)
def test_wishes_that_contradict_are_refused_before_anything_is_made(tmp_path, form, wishes, says, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form().rename("given.md")
    with pytest.raises(UsageError, match=says):
        fitscope.analyze("digits", output="run", **wishes)
    assert not (tmp_path / "run").exists()


def test_blind_analysis_tells_nothing_of_the_refit(fake_training, tmp_path):
    fake_training("overfitting")
    told = []
    fitscope.analyze("digits", max_epochs=20, output=tmp_path / "run", blind=True, tell=told.append)
    ends = [event.end for event in told if hasattr(event, "end")]
    assert {end.of for end in ends} == {20}
    assert [event.name for event in told if hasattr(event, "text")][-2:] == ["refit", "report"]
