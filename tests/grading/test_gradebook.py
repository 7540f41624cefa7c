"""Files that gradebooks import, read as they read them."""

import csv
import dataclasses
import io
import tempfile

import pytest
from openpyxl import load_workbook

from fitscope.grading.gradebook import CANVAS, MOODLE, PLAIN, SHEET, UNKNOWN, gradebooks, gradescope, language_of, said, sheet
from fitscope.grading.records import Flag, Student


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def book(make_class):
    """30 students, all of whose points are given."""
    book = make_class(30)
    read = [tuple(dataclasses.replace(m, points=2.0) if m.points is None else m for m in one.marks) for one in book.graded]
    return dataclasses.replace(book, graded=tuple(dataclasses.replace(one, marks=m) for one, m in zip(book.graded, read)))


def roster(book):
    return [one.student for one in book.graded]


def test_canvas_has_its_own_columns_points_possible_and_every_student(book, make_rubric):
    head, possible, *people = rows(gradebooks(book, make_rubric(), roster(book))[0][CANVAS])
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Overfitting (4711)"]
    assert possible == ["Points Possible", "", "", "", "", "12.5"]
    first = book.graded[0]
    assert people[0] == [first.student.name, first.student.canvas, first.student.id, "", "A", f"{first.points:g}"]
    assert len(people) == 30


@pytest.mark.parametrize("assignment", [None, "Overfitting", "Overfitting (x)", "(4711)"])
def test_canvas_without_the_assignments_own_column_writes_nothing_and_says_how(book, make_rubric, assignment):
    files, notes = gradebooks(book, make_rubric(assignment=assignment), roster(book))
    assert CANVAS not in files and any("would make a new assignment" in note for note in notes)


def test_canvas_student_without_any_id_is_left_out_and_counted(book, make_rubric):
    nobody = dataclasses.replace(book.graded[0], student=Student("Kim"))
    book = dataclasses.replace(book, graded=(nobody, *book.graded[1:]))
    files, notes = gradebooks(book, make_rubric())
    assert len(rows(files[CANVAS])) == 2 + 29
    assert "Hand-ins that are not in canvas.csv, for the roster does not say how Canvas knows the student: 1." in notes


def test_moodle_has_id_number_grade_and_feedback(book, make_rubric):
    head, *people = rows(gradebooks(book, make_rubric(), roster(book))[0][MOODLE])
    assert head == ["idnumber", "Find the best epoch", "Find the best epoch (feedback)"]
    assert people[0][0] == book.graded[0].student.id and people[0][2].startswith("Best epoch: ")


def test_moodle_without_id_numbers_goes_by_address(book, make_rubric):
    people = tuple(dataclasses.replace(one, student=dataclasses.replace(one.student, id=None)) for one in book.graded)
    book = dataclasses.replace(book, graded=people)
    assert rows(gradebooks(book, make_rubric(), roster(book))[0][MOODLE])[0][0] == "useremail"


def test_moodle_unknown_user_goes_to_a_list_instead(book, make_rubric):
    stranger = dataclasses.replace(book.graded[0], student=Student("Stranger", "9-9"))
    book = dataclasses.replace(book, graded=(stranger, *book.graded[1:]))
    files, notes = gradebooks(book, make_rubric(), roster(book)[1:])
    assert len(rows(files[MOODLE])) == 1 + 29 and "9-9" not in files[MOODLE].decode()
    assert rows(files[UNKNOWN])[1][:2] == ["Stranger", "9-9"]
    assert any(note.startswith("Hand-ins that stand in moodle-unknown.csv") for note in notes)


def test_moodle_without_a_roster_says_that_nobody_checked_who_is_in_the_course(book, make_rubric):
    assert any("no roster" in note for note in gradebooks(book, make_rubric())[1])


def test_marks_that_a_person_still_has_to_give_are_in_no_gradebook(make_class, make_rubric):
    book = make_class(30)
    waiting = {one.student.id for one in book.graded if one.pending}
    files, notes = gradebooks(book, make_rubric(), roster(book))
    assert (
        waiting and not waiting & {row[2] for row in rows(files[CANVAS])} and not waiting & {row[0] for row in rows(files[MOODLE])}
    )
    assert any(f"wait for points from a person: {len(waiting)}." in note for note in notes)


def test_plain_has_a_row_for_everyone_missing_and_unread_ones_too(book, make_rubric):
    head, *people = rows(gradebooks(book, make_rubric())[0][PLAIN])
    assert head[6:9] == ["points", "possible", "pending"] and head[9] == "Best epoch" and head[-2:] == ["flags", "error"]
    assert len(people) == 32 and people[-1][0] == "Gone Girl" and people[-1][-1] == "nothing was handed in"
    assert sum(row[-1].startswith("archive.zip is no zip file") for row in people) == 2


def test_sheet_holds_the_same_as_plain_with_numbers_as_numbers(book, make_rubric):
    files = gradebooks(book, make_rubric())[0]
    page = load_workbook(io.BytesIO(files[SHEET]))["grades"]
    found = [
        ["" if cell is None else f"{cell:g}" if isinstance(cell, float | int) else cell for cell in row] for row in page.values
    ]
    assert found == rows(files[PLAIN])
    assert page["G2"].data_type == "n" and page["A2"].data_type == "s"


def test_hostile_texts_are_a_formula_in_no_gradebook(hostile_class, make_rubric):
    files = gradebooks(hostile_class, make_rubric())[0]
    for name in (CANVAS, MOODLE, PLAIN):
        assert not [cell for row in rows(files[name]) for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]
    page = load_workbook(io.BytesIO(files[SHEET]))["grades"]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    assert any(cell.value == '=HYPERLINK("http://example.org")' and cell.quotePrefix for row in page.iter_rows() for cell in row)


def test_gradescope_has_a_test_for_each_criterion_and_names_what_waits(make_graded):
    content = gradescope(make_graded(1))
    assert content["score"] == make_graded(1).points and content["visibility"] == "visible"
    by_name = {test["name"]: test for test in content["tests"]}
    assert by_name["Test accuracy"] == {
        "name": "Test accuracy",
        "output": "The test accuracy is 0.791.",
        "visibility": "visible",
        "score": 2.0,
        "max_score": 2.0,
    }
    assert "score" not in by_name["Why"] and by_name["Why"]["output"].startswith("Still to be read, up to 3")
    assert content["output"] == "3 more points are given by a person who reads the answers."


def test_gradescope_tells_no_flag_even_one_that_is_shown(make_graded):
    shown = make_graded(1, flags=(Flag("late", "It was late: ask.", shown=True),))
    assert "It was late" not in str(gradescope(shown))


def test_feedback_in_moodle_tells_a_flag_only_where_the_instructor_says_so(book, make_rubric):
    flags = (Flag("late", "Two hours late.", shown=True), Flag("same_curves", "Like another."))
    book = dataclasses.replace(book, graded=(dataclasses.replace(book.graded[0], flags=flags),))
    text = rows(gradebooks(book, make_rubric())[0][MOODLE])[1][2]
    assert "Two hours late." in text and "Like another." not in text


@pytest.mark.parametrize(
    ("assignment", "ids", "files"), [("Task (1)", "7", "canvas.csv, moodle.csv"), (None, "7", "moodle.csv"), (None, None, None)]
)
def test_note_on_who_waits_names_the_files_that_are_there(make_class, make_graded, make_rubric, assignment, ids, files):
    waiting = make_graded(1, student=Student("Kim", ids))
    book = dataclasses.replace(make_class(0), graded=(waiting,))
    notes = [note for note in gradebooks(book, make_rubric(assignment=assignment))[1] if "wait for points" in note]
    assert [f"imports ({files})" in note for note in notes] == ([True] if files else [])


def one_of(make_class, *people):
    return dataclasses.replace(make_class(0, missing=()), graded=people)


@pytest.mark.parametrize(
    ("ids", "emails", "column"), [(1, 1, "idnumber"), (2, 1, "idnumber"), (1, 2, "useremail"), (0, 1, "useremail")]
)
def test_moodle_goes_by_what_more_students_have(make_class, make_graded, make_rubric, ids, emails, column):
    people = [
        make_graded(3 * i, name=f"s{i}", student=Student(f"S{i}", f"7{i}" if i < ids else None, f"{i}@x" if i < emails else None))
        for i in range(2)
    ]
    head, *found = rows(gradebooks(one_of(make_class, *people), make_rubric())[0][MOODLE])
    assert head[0] == column and len(found) == (ids if column == "idnumber" else emails)


def test_moodle_nobody_that_it_knows_is_said_and_listed(make_class, make_graded, make_rubric):
    files, notes = gradebooks(one_of(make_class, make_graded(3, student=Student("Kim", canvas="9"))), make_rubric())
    assert MOODLE not in files and rows(files[UNKNOWN])[1][0] == "Kim" and CANVAS in files
    assert notes == ("There is no moodle.csv, for no student of the roster has an ID number or an e-mail address.",)


def test_moodle_list_of_unknown_users_holds_all_there_is(make_class, make_graded, make_rubric):
    stranger = make_graded(1, name="x_1", student=Student("X", None, None))
    files, notes = gradebooks(one_of(make_class, make_graded(3), stranger), make_rubric())
    assert rows(files[UNKNOWN]) == [
        ["name", "idnumber", "useremail", "submission", "points", "pending"],
        ["X", "", "", "x_1", f"{stranger.points:g}", "3"],
    ]
    assert files[UNKNOWN].startswith(b"\xef\xbb\xbf") and not files[MOODLE].startswith(b"\xef\xbb\xbf")
    assert any(note.endswith("Moodle's whole import: 1.") for note in notes)


def test_canvas_nobody_that_it_knows_is_said(make_class, make_graded, make_rubric):
    files, notes = gradebooks(one_of(make_class, make_graded(3, student=Student("Kim", email="k@x"))), make_rubric())
    assert CANVAS not in files and notes[0].startswith("There is no canvas.csv, for no student of the roster has a Canvas ID")


@pytest.mark.parametrize("known", [{"canvas": "9"}, {"id": "7"}, {"login": "kim01"}])
def test_canvas_knows_a_student_by_any_of_three(make_class, make_graded, make_rubric, known):
    one = make_graded(3, student=Student("Kim", **known))
    files, notes = gradebooks(one_of(make_class, one), make_rubric(assignment=" Task (1) "))
    head, _, row = rows(files[CANVAS])
    assert head[-1] == "Task (1)" and row[:4] == ["Kim", known.get("canvas", ""), known.get("id", ""), known.get("login", "")]
    assert not any("does not say how Canvas knows" in note for note in notes)


@pytest.mark.parametrize(
    ("listed", "own", "known"),
    [
        ({"id": "A7"}, {"id": "a7"}, True),
        ({"email": "K@x"}, {"email": "k@X"}, True),
        ({"login": "k"}, {"login": "k"}, True),
        ({"canvas": "9"}, {"canvas": "9"}, True),
        ({"id": "7"}, {"canvas": "7"}, False),
        ({}, {}, False),
        ({"id": "1", "email": "k@x"}, {"id": "2", "email": "k@x"}, True),
    ],
)
def test_gradebooks_hold_those_whom_the_roster_knows(make_class, make_graded, make_rubric, listed, own, known):
    one = make_graded(3, student=Student("Kim", **{"id": None} | own))
    files, notes = gradebooks(one_of(make_class, one), make_rubric(), [Student("Kim", **listed)])
    assert (CANVAS in files and len(rows(files[CANVAS])) == 3) is (
        known and "canvas" in own or known and ("id" in own or "login" in own)
    )
    assert not any("There is no roster" in note for note in notes)


def test_canvas_row_of_points_possible_is_the_rubrics(book, make_rubric):
    assert rows(gradebooks(book, make_rubric())[0][CANVAS])[1][-1] == "12.5"


@pytest.mark.parametrize(
    ("student", "report", "rubric", "spoken"),
    [
        ("ko", "en", "en", "ko"),
        (None, "ko", "en", "ko"),
        (None, None, "ko", "ko"),
        ("xx", "ko", "en", "ko"),
        (None, "xx", "yy", "en"),
    ],
)
def test_language_is_the_students_else_the_reports_else_the_rubrics(make_graded, student, report, rubric, spoken):
    one = make_graded(1, student=Student("Kim", language=student))
    one = dataclasses.replace(one, facts=dataclasses.replace(one.facts, language=report))
    assert language_of(one, rubric) == spoken
    assert language_of(dataclasses.replace(one, facts=None), rubric) == (
        student if student == "ko" else rubric if rubric == "ko" else "en"
    )


def test_feedback_as_text_has_a_line_for_each_criterion(make_graded):
    lines = said(make_graded(3), "en").splitlines()
    assert lines[2] == "Test accuracy: 2 of 2. The test accuracy is 0.791." and len(lines) == 5
    waiting = dataclasses.replace(make_graded(1).marks[-1], evidence="")
    one = make_graded(1, marks=(waiting,), flags=(Flag("late", "Late."), Flag("late", "Very late.", shown=True)))
    assert said(one, "en") == "Why: still to be read, up to 3.\nVery late."
    assert said(dataclasses.replace(one, error="It is empty."), "en") == "It is empty."
    assert "3" in said(one, "ko") and "still" not in said(one, "ko")


def test_plain_row_holds_who_points_flags_and_error(make_class, make_graded, make_rubric):
    student = Student("Kim", "7", "k@x", section="A", group="G")
    one = make_graded(1, name="kim_1", student=student, flags=(Flag("late", "x"), Flag("same_curves", "y")), error="Odd.")
    book = dataclasses.replace(make_class(0, missing=(Student("Lee", "8", "l@x", section="B", group="H"),)), graded=(one,))
    head, row, absent = rows(gradebooks(book, make_rubric())[0][PLAIN])
    assert head[:9] == ["name", "id", "email", "section", "group", "submission", "points", "possible", "pending"]
    assert row[:9] == ["Kim", "7", "k@x", "A", "G", "kim_1", f"{one.points:g}", "12.5", "3"] and row[-2:] == [
        "late same_curves",
        "Odd.",
    ]
    assert row[9:14] == ["" if mark.points is None else f"{mark.points:g}" for mark in one.marks]
    assert absent == ["Lee", "8", "l@x", "B", "H", *[""] * 10, "nothing was handed in"] and len(absent) == len(head)


def test_plain_of_nobody_has_its_head(make_class, make_rubric):
    files, _ = gradebooks(make_class(0, missing=()), make_rubric())
    assert len(rows(files[PLAIN])) == 1 and load_workbook(io.BytesIO(files[SHEET]))["grades"].max_row == 1


def test_sheet_is_laid_out_for_reading(book, make_rubric):
    page = load_workbook(io.BytesIO(gradebooks(book, make_rubric())[0][SHEET]))["grades"]
    assert page.freeze_panes == "B2" and page.auto_filter.ref == "A1:P33" and page["A1"].font.b and not page["A2"].font.b
    assert round(page.column_dimensions["A"].width) in (24, 25) and round(page.column_dimensions["B"].width) in (14, 15)


def test_sheet_cuts_what_no_cell_can_hold(make_class, make_graded, make_rubric):
    one = make_graded(1, error="x" * 40_000)
    page = load_workbook(io.BytesIO(gradebooks(one_of(make_class, one), make_rubric())[0][SHEET]))["grades"]
    assert page.cell(2, page.max_column).value == "x" * 32_000


def test_gradescope_says_nothing_where_nobody_waits_and_the_reason_where_nothing_was_read(make_graded):
    assert gradescope(make_graded(3))["output"] == ""
    found = gradescope(make_graded(1, error="It is empty."))
    assert found["output"] == "It is empty." and found["output_format"] == found["test_output_format"] == "text"
    assert found["tests"][0]["visibility"] == "visible" and "사람" in gradescope(make_graded(1), "ko")["output"]


def test_gradescope_criterion_that_waits_says_so_before_its_evidence(make_graded):
    mark = dataclasses.replace(make_graded(1).marks[-1], evidence="To be read by a person.")
    (test,) = gradescope(make_graded(1, marks=(mark,)))["tests"]
    assert test == {"name": "Why", "output": "Still to be read, up to 3. To be read by a person.", "visibility": "visible"}


def test_sheet_leaves_no_file_of_its_own_anywhere(make_class, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert load_workbook(io.BytesIO(sheet(make_class(2))))["grades"].max_row == 1 + 2 + 2
