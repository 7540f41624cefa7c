"""One submission examined, by what its export says of it."""

import dataclasses
import json
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fitscope import version
from fitscope.grading.examine import examine, examine_all
from fitscope.grading.records import HandIn, Student
from fitscope.plan import student_seed

REPORTS = Path(__file__).parents[2] / "reports"
TAG = '<script type="application/json" id="fitscope-result">'
DUE = "2026-12-18T23:59:00+09:00"


@pytest.mark.parametrize(
    ("moment", "due", "late", "message"),
    [
        ("2026-12-18T14:59:00+00:00", DUE, None, None),
        ("2026-12-18T15:30:00+00:00", DUE, None, "It was handed in on 2026-12-19 00:30:00, and was due on 2026-12-18 23:59:00."),
        ("2026-12-18T15:30:00+00:00", None, None, None),
        (None, DUE, None, None),
        (None, DUE, "Canvas says that it was late.", "Canvas says that it was late."),
    ],
)
def test_late_is_what_the_export_says_or_comes_after_the_time(make_rubric, tmp_path, moment, due, late, message):
    (tmp_path / "training.log").write_text("epoch,loss,val_loss\n0,2,2\n1,1,1\n", encoding="utf8")
    hand_in = HandIn("kim", Student(), (tmp_path / "training.log",), ("kim/training.log",), late, moment)
    flags = examine(hand_in, make_rubric(due=due)).graded.flags
    assert [(flag.code, flag.message) for flag in flags] == ([("late", message)] if message else [])


def log(folder, **beside):
    (folder / "training.log").write_text("epoch,loss,val_loss\n0,2,2\n1,1,1\n2,0.5,1.2\n", encoding="utf8")
    for name, text in beside.items():
        (folder / name).write_text(text, encoding="utf8")
    names = ("training.log", *beside)
    return HandIn("kim", Student(), tuple(folder / name for name in names), names)


def report(folder, **changes):
    """Write a report of digits with parts of its result changed."""
    page = (REPORTS / "sample-digits" / "report.html").read_text(encoding="utf8")
    head, tag, rest = page.partition(TAG)
    content, end, tail = rest.partition("</script>")
    made = json.loads(content) | {"fitscope": version()}
    for name, value in changes.items():
        made[name] = made[name] | value if isinstance(made[name], dict) and isinstance(value, dict) else value
    (folder / "report.html").write_text(head + tag + json.dumps(made).replace("<", "\\u003c") + end + tail, encoding="utf8")
    return HandIn("kim", Student(), (folder / "report.html",), ("report.html",))


@pytest.mark.parametrize(("seconds", "late"), [("14:58:59", False), ("14:59:00", False), ("14:59:01", True)])
def test_late_begins_one_second_after_the_time(make_rubric, tmp_path, seconds, late):
    hand_in = dataclasses.replace(log(tmp_path), moment=f"2026-12-18T{seconds}+00:00")
    flags = examine(hand_in, make_rubric(due=DUE)).graded.flags
    assert [flag.numbers for flag in flags] == ([{"moment": hand_in.moment}] if late else [])


def test_facts_of_a_log_are_the_curves_and_what_the_answers_say(make_rubric, tmp_path):
    answers = "---\nbest_epoch: 2\nverdict: good fit\ntest_accuracy: 0.8\n---\nIt rises.\n"
    graded = examine(log(tmp_path, **{"answers.md": answers}), make_rubric()).graded
    facts = graded.facts
    assert (facts.claimed_best_epoch, facts.test_accuracy, facts.test, facts.plan) == (2, 0.8, None, None)
    assert (facts.holdout_test, facts.refit_test, facts.trainings, facts.author, facts.seed_fits) == (None, None, {}, None, None)
    assert facts.best_epoch == 2 and len(facts.history) == 3 and facts.answers.why == "It rises."
    assert (graded.name, graded.student, graded.files, graded.error) == ("kim", Student(), ("training.log", "answers.md"), None)


def test_facts_of_a_log_without_answers_claim_nothing(make_rubric, tmp_path):
    facts = examine(log(tmp_path), make_rubric()).graded.facts
    assert (facts.claimed_best_epoch, facts.claimed_verdict, facts.test_accuracy, facts.answers) == (None, None, None, None)


def test_facts_of_a_report_are_its_tests_and_its_own_word(make_rubric, tmp_path):
    graded = examine(report(tmp_path), make_rubric()).graded
    facts = graded.facts
    assert facts.test == facts.refit_test and facts.test != facts.holdout_test and facts.holdout_test.samples == 360
    assert (facts.claimed_best_epoch, facts.claimed_verdict, facts.best_epoch, facts.verdict) == (56, "good_fit", 56, "good_fit")
    assert facts.test_accuracy == facts.test.accuracy and facts.plateau == (32, 59) and set(facts.members) <= set(range(32, 60))
    assert facts.members and facts.plan.dataset == "digits" and facts.language == "en" and graded.flags == ()
    refit = {"by": "updates", "updates": 5}
    assert examine(report(tmp_path, refit=refit), make_rubric()).graded.facts.refit_test is None
    facts = examine(report(tmp_path, refit=None), make_rubric()).graded.facts
    assert facts.test == facts.holdout_test and facts.refit_test is None


def test_answers_in_a_report_come_before_its_own_word(make_rubric, tmp_path):
    graded = examine(report(tmp_path, answers={"best_epoch": 9}), make_rubric()).graded
    assert (graded.facts.claimed_best_epoch, graded.facts.claimed_verdict) == (9, "good_fit")
    assert examine(report(tmp_path, blind=True), make_rubric()).graded.facts.claimed_best_epoch is None


def test_notes_tell_own_data_that_is_called_as_the_assignments(make_rubric, tmp_path):
    hand_in = report(tmp_path, dataset={"source": "your own folder"})
    told = "The assignment is on digits, and this is on digits (your own folder)."
    assert told in examine(hand_in, make_rubric(dataset="digits")).graded.notes


@pytest.mark.parametrize(("days", "told"), [(0.9, False), (1.1, True)])
def test_notes_tell_a_result_that_is_dated_to_come(make_rubric, tmp_path, days, told):
    created = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
    notes = examine(report(tmp_path, created=created), make_rubric()).graded.notes
    text = f"It is dated {created}, which is still to come; of several tries it is not taken for the newest."
    assert list(notes) == ([text] if told else [])


@pytest.mark.parametrize(
    ("dataset", "partial", "notes"),
    [
        (None, False, []),
        ("digits", False, []),
        ("imdb", False, ["The assignment is on imdb, and this is on digits."]),
        (None, True, ["The analysis was stopped before its end."]),
    ],
)
def test_notes_tell_other_data_and_a_stopped_analysis(make_rubric, tmp_path, dataset, partial, notes):
    graded = examine(report(tmp_path, partial=partial), make_rubric(dataset=dataset)).graded
    assert list(graded.notes) == notes
    assert graded.facts.other_data == ("digits" if dataset == "imdb" else None)


@pytest.mark.parametrize(
    ("number", "seed", "fits"),
    [
        ("7", student_seed("7", "key"), True),
        ("7", student_seed("7", "key") + 1, False),
        ("8", student_seed("7", "key"), False),
        (None, 5, False),
    ],
)
def test_seed_that_is_said_to_be_made_from_the_number_goes_with_it(make_rubric, tmp_path, number, seed, fits):
    author = None if number is None else {"name": "Kim", "id": number}
    hand_in = report(tmp_path, plan={"seed": seed, "seed_from": "student-id"}, author=author)
    graded = examine(hand_in, make_rubric(course="key")).graded
    assert graded.facts.seed_fits is fits
    assert [note for note in graded.notes if "does not go with it" in note] == (
        [] if fits else ["The seed is said to be made from the student's number, and does not go with it."]
    )


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError, AttributeError, TypeError, MemoryError, RecursionError])
def test_whatever_is_in_it_one_submission_never_stops_the_class(make_rubric, tmp_path, monkeypatch, error):
    def broken(*given):
        raise error("odd")

    monkeypatch.setattr("fitscope.grading.examine.mark", broken)
    found = examine(dataclasses.replace(log(tmp_path), late="Late."), make_rubric())
    told = f"kim cannot be graded: it holds what no hand-in holds ({error.__name__})."
    assert found.graded.error == found.read.error == told and found.read.work is None and found.graded.facts is None
    assert [mark.points for mark in found.graded.marks] == [0] * 5 and [flag.code for flag in found.graded.flags] == ["late"]
    assert found.graded.files == ("training.log",)


def test_what_cannot_be_read_is_failed_with_the_reason(make_rubric, tmp_path):
    (tmp_path / "report.html").write_text("<html>", encoding="utf8")
    hand_in = HandIn("kim", Student(), (tmp_path / "report.html",), ("report.html",))
    found = examine(hand_in, make_rubric())
    assert "0 results of fitscope's" in found.graded.error and {mark.evidence for mark in found.graded.marks} == {
        found.graded.error
    }


def test_what_is_kept_to_tell_whose_it_is_has_no_curves(make_rubric, tmp_path):
    work = examine(report(tmp_path, author={"name": "Kim", "id": "7"}), make_rubric()).read.work
    assert work.result.author.name == "Kim" and work.result.created and work.files == ("report.html",) and work.written
    assert len(work.result.history) == 1 and work.shown is None and work.heading is None
    assert {getattr(work.result, name) for name in ("mistakes", "search", "holdout", "refit", "dataset", "model", "notes")} == {
        None
    }


def test_archive_is_unpacked_beside_nobody_and_removed(make_rubric, tmp_path, monkeypatch):
    made = tmp_path / "scratch"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    with zipfile.ZipFile(tmp_path / "kim.ZIP", "w") as archive:
        archive.writestr("training.log", "epoch,loss,val_loss\n0,2,2\n1,1,1\n")
    graded = examine(HandIn("kim", Student(), (tmp_path / "kim.ZIP",), ("kim.ZIP",)), make_rubric()).graded
    assert graded.error is None and graded.files == ("kim.ZIP/training.log",) and not list(made.iterdir())


def test_several_are_examined_in_their_order(make_rubric, tmp_path):
    hand_ins = [dataclasses.replace(log(tmp_path), name=name) for name in ("b", "a")]
    assert [one.graded.name for one in examine_all(hand_ins, make_rubric())] == ["b", "a"]
