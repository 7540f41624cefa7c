"""Files that gradebooks import, read as they read them."""

import csv
import dataclasses
import io

import pytest
from openpyxl import load_workbook

from fitscope.grading.gradebook import CANVAS, MOODLE, PLAIN, SHEET, UNKNOWN, gradebooks, gradescope
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
    assert by_name["Test accuracy"] == {"name": "Test accuracy", "output": "The test accuracy is 0.791.", "visibility": "visible",
                                        "score": 2.0, "max_score": 2.0}  # fmt: skip
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
