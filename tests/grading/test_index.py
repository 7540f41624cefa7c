"""The instructor's page, read as a person reads it."""

import dataclasses
import json
import re

import numpy as np
import pytest

from fitscope.grading import index_view
from fitscope.grading.records import Flag, Gradebook, Graded, Mark, Student
from fitscope.result import Score


@pytest.fixture
def seen(make_rubric, tmp_path, monkeypatch):
    """Return what the page of these submissions shows."""

    def made(*graded, **wishes):
        book = Gradebook("Task", graded, **{name: wishes.pop(name) for name in ("missing", "notes", "created") if name in wishes})
        views = []
        monkeypatch.setattr(index_view.pages, "fill", lambda name, view: views.append((name, view)) or "page")
        files = {one.name: f"{one.name}.html" for one in graded}
        assert index_view.render(book, make_rubric(), files, folder=tmp_path, **wishes) == "page"
        ((name, view),) = views
        assert name == "class.html.j2"
        return view

    return made


def with_facts(one, **changes):
    return dataclasses.replace(one, facts=dataclasses.replace(one.facts, **changes))


def test_page_of_a_class_has_its_title_criteria_and_numbers(seen, make_graded):
    one, other = make_graded(1), make_graded(2, flags=(Flag("late", "Late: ask."),))
    view = seen(
        one,
        other,
        missing=(Student("Gone", "9"), Student(None, "8"), Student(email="x@y"), Student()),
        notes=("A note.",),
        created="2026-12-01T10:00:00+00:00",
        overrides="# mine",
    )
    assert (view.title, view.created, view.notes, view.overrides) == ("Task", "1 December 2026, 10:00 UTC", ("A note.",), "# mine")
    assert view.criteria[0] == ("Best epoch", "3") and view.criteria[3] == ("Size of the gap", "1.5")
    assert view.missing == (("Gone", "9"), ("8", "8"), ("x@y", None), ("?", None)) and view.pseudonymous is False
    assert view.codes == (("late", "late"),) and view.unread == ()
    assert dict(view.facts) == {
        "handed in": "2",
        "could not be graded": "0",
        "nothing handed in": "4",
        "wait for points from a person": "2",
        "with a flag": "1",
        "median of the points": f"{(one.points + other.points) / 2:g} / 12.5",
    }
    assert set(view.texts) == set(index_view._TEXTS) and seen(one, pseudonymous=True).pseudonymous is True


def test_row_has_what_it_is_sorted_by(seen, make_graded):
    one = with_facts(make_graded(1), best_epoch=9, plateau=(7, 12), test_accuracy=0.8123456, test=None)
    (entry,) = seen(one).entries
    assert (entry.anchor, entry.name, entry.number, entry.section) == ("s1", one.student.name, one.student.id, "A")
    assert json.loads(entry.key) == {"student": one.student.id} and entry.feedback == f"feedback/{one.name}.html"
    assert entry.total == index_view.Cell(f"{one.points:g}", f"{one.points:g}") and (entry.possible, entry.pending) == ("12.5", "3")
    assert entry.best == index_view.Cell("9 (7 to 12)", "9") and entry.test == index_view.Cell("81.2 %", "0.812346")
    assert entry.verdict.text and entry.verdict.sort == one.facts.verdict and entry.state == "pending" and entry.error is None
    assert entry.picture.width == 112 and entry.picture.height == 34 and entry.files == ((one.files[0], None),)


def test_row_of_what_could_not_be_read_is_unknown(seen, make_graded):
    marks = tuple(dataclasses.replace(mark, points=0.0, evidence="It is empty.") for mark in make_graded(1).marks)
    view = seen(make_graded(1, marks=marks, facts=None, error="It is empty.", flags=(Flag("late", "x"),)))
    (entry,) = view.entries
    unknown = index_view.Cell("–", "")
    assert (entry.best, entry.verdict, entry.test, entry.picture, entry.told, entry.said) == (
        unknown,
        unknown,
        unknown,
        None,
        "",
        "",
    )
    assert entry.error == "It is empty." and {mark.evidence for mark in entry.marks} == {""} and view.unread == (entry,)
    assert (
        entry.state == "unread flagged late"
        and entry.pending == ""
        and view.spreads == ()
        and "median of the points" not in dict(view.facts)
    )


def test_mark_shows_points_text_and_decision(seen, make_graded):
    marks = (
        Mark("A", 1.25, 2.0, "Good."),
        Mark("B", None, 3.0, "", True, " x\n\n\n\ny "),
        Mark("C", 2.0, 3.0, "", True, None, "read (Lee)"),
    )
    (entry,) = seen(make_graded(1, marks=marks)).entries
    a, b, c = entry.marks
    assert (a.points, a.value, a.possible, a.most, a.waits, a.manual, a.text, a.decided, a.evidence) == (
        "1.25",
        "1.25",
        "2",
        "2",
        False,
        False,
        None,
        None,
        "Good.",
    )
    assert (b.points, b.value, b.waits, b.manual, b.text) == ("–", "", True, True, "x\n\ny")
    assert (c.points, c.decided, c.waits) == ("2", "read (Lee)", False)


def test_flag_links_twelve_others_and_counts_the_rest(seen, make_graded):
    others = tuple(make_graded(i).name for i in range(2, 9)) + tuple(f"x{i}" for i in range(8))
    flagged = make_graded(1, flags=(Flag("same_curves", "Alike: ask.", {}, others, "dismissed (Lee)", True),))
    entries = seen(flagged, *(make_graded(i) for i in range(2, 9))).entries
    (flag,) = entries[0].flags
    assert len(flag.others) == 12 and flag.others[0] == (make_graded(2).student.name, "s2") and flag.others[7] == ("x0", None)
    assert flag.more == "and 3 other students" and (flag.decided, flag.shown) == ("dismissed (Lee)", True)
    assert (flag.code, flag.name, flag.message) == ("same_curves", "same curves", "Alike: ask.") and flag.rate
    exactly = dataclasses.replace(flagged, flags=(Flag("late", "x", {}, others[:12]),))
    assert seen(exactly).entries[0].flags[0].more == "" and seen(exactly).entries[0].measured == "" and entries[0].measured
    assert seen(exactly).entries[0].flags[0].decided is None


@pytest.mark.parametrize(
    ("test", "accuracy", "cell"),
    [
        (None, None, ("–", "")),
        (None, 0.5, ("50.0 %", "0.5")),
        (None, 1.5, ("–", "")),
        (None, -0.1, ("–", "")),
        (None, np.nan, ("–", "")),
        (None, 0.0, ("0 %", "0")),
        (None, 1.0, ("100 %", "1")),
        (Score(0.25, (0, 1), None, None, 9), None, ("0.250", "0.25")),
        (Score(0.25, (0, 1), 0.75, (0, 1), 9), 0.5, ("75.0 %", "0.75")),
        (Score(0.25, (0, 1), None, None, 9), 0.5, ("50.0 %", "0.5")),
        (Score(np.inf, (0, 1), None, None, 9), None, ("–", "")),
    ],
)
def test_test_result_is_accuracy_else_loss_else_unknown(seen, make_graded, test, accuracy, cell):
    (entry,) = seen(with_facts(make_graded(1), test=test, test_accuracy=accuracy)).entries
    assert entry.test == index_view.Cell(*cell)


@pytest.mark.parametrize(
    ("best", "verdict", "said"),
    [
        (None, None, ""),
        (4, None, "The student says: best epoch 4, verdict –."),
        (None, "good_fit", "The student says: best epoch –, verdict good fit."),
        (4, "so so", "The student says: best epoch 4, verdict so so."),
    ],
)
def test_what_the_student_says_stands_in_a_sentence(seen, make_graded, best, verdict, said):
    assert seen(with_facts(make_graded(1), claimed_best_epoch=best, claimed_verdict=verdict)).entries[0].said == said


def test_nameless_student_is_called_by_number_alone(seen, make_graded):
    (entry,) = seen(make_graded(1, student=Student(None, "7"))).entries
    assert (entry.name, entry.number) == ("7", None)


def test_spreads_count_points_and_test_results(seen, make_graded):
    people = [with_facts(make_graded(i), test=None, test_accuracy=share) for i, share in ((1, 0.7), (2, 0.8), (3, 0.9))]
    points, tests = seen(*people).spreads
    assert (
        points.name == "Points in all, so far"
        and (points.low, points.high) == ("0", "14")
        and sum(bar.count for bar in points.bars) == 3
    )
    assert tests.name == "Test accuracy, as the reports say"
    assert tests.told == "3 values: lowest 70.0 %, median 80.0 %, highest 90.0 %."
    assert tests.rows[0] == ("70.0 % to 72.0 %", "1") and len(tests.rows) == len(tests.bars) == 10
    losses = [with_facts(one, test=Score(0.2 * i, (0, 1), None, None, 9), test_accuracy=None) for i, one in enumerate(people, 1)]
    assert seen(*losses).spreads[1].name == "Test loss, as the reports say"
    assert seen(*losses).spreads[1].told == "3 values: lowest 0.200, median 0.400, highest 0.600."
    assert len(seen(*(with_facts(one, test=None, test_accuracy=None) for one in people)).spreads) == 1


def test_results_on_other_data_are_marked_and_no_part_of_the_spread(seen, make_graded):
    people = [with_facts(make_graded(i), test=None, test_accuracy=value) for i, value in enumerate((0.7, 0.8, 0.2))]
    view = seen(*people[:2], with_facts(people[2], other_data="digits"))
    assert view.spreads[1].told == (
        "2 values: lowest 70.0 %, median 75.0 %, highest 80.0 %. Left out, for they are on other data than the assignment's: 1."
    )
    assert [entry.other_data for entry in view.entries] == [None, None, "digits"]
    assert len(seen(with_facts(people[2], other_data="digits")).spreads) == 1


def test_spread_of_points_leaves_out_what_was_not_read_and_goes_up_to_all(seen, make_graded):
    high = make_graded(1, marks=(Mark("A", 20.0, 12.0, ""),))
    unread = make_graded(2, facts=None, error="Odd.", marks=(Mark("A", 0.0, 12.0, ""),))
    points = seen(high, unread).spreads[0]
    assert points.told.startswith("1 values: lowest 20") and points.high == "20"


@pytest.mark.parametrize(
    ("file", "linked"),
    [
        ("kim/report.html", True),
        ("kim/REPORT.HTM", True),
        ("kim/notes.md", False),
        ("kim/gone.html", False),
        ("../out.html", False),
        ("kim", False),
    ],
)
def test_pages_that_lie_in_the_folder_are_linked(seen, make_graded, tmp_path, file, linked):
    source = tmp_path / "hand ins"
    (source / "kim").mkdir(parents=True)
    for name in ("kim/report.html", "kim/REPORT.HTM", "kim/notes.md", "../out.html"):
        (source / name).write_text("x")
    ((name, link),) = seen(make_graded(1, files=(file,)), source=source).entries[0].files
    assert name == file and link == (f"hand%20ins/{file}" if linked else None)
    assert seen(make_graded(1, files=(file,))).entries[0].files == ((file, None),)


def test_hand_in_of_two_students_with_one_name_is_named_by_itself(seen):
    twins = [Graded(name, Student("Kim"), (), ()) for name in ("a", "b")]
    assert [json.loads(entry.key) for entry in seen(*twins, Graded("c", Student(), (), ())).entries] == [
        {"submission": "a"},
        {"submission": "b"},
        {"submission": "c"},
    ]


def test_long_text_of_a_student_is_cut(seen, make_graded):
    (entry,) = seen(make_graded(1, marks=(Mark("A", None, 1.0, "", True, "x" * 20_001),))).entries
    assert re.fullmatch(r"x{20000} … \(cut here; .*\)", entry.marks[0].text)
