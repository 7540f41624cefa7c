"""A graded class in a few lines."""

import dataclasses

import pytest

from fitscope.grading.records import Mark, Student
from fitscope.grading.summary import summary


def test_summary_tells_points_flags_unread_ones_and_the_missing(make_class):
    lines = summary(make_class(30))
    assert "28 submissions graded." in lines and "Points: mean 8.94, median 8.75 of 12.5." in lines
    assert "18 wait for a person, who has 54 points to give: open index.html." in lines
    assert "  same curves: 2 (Ana Park, Minji Lee)" in lines
    assert sum(line.endswith("archive.zip is no zip file, or a damaged one; hand it in again.") for line in lines) == 2
    assert "2 students of the roster handed in nothing: Absent Person, Gone Girl." in lines
    assert lines[-1] == "2 hand-ins are newer tries; the earlier ones were passed over."


def test_summary_of_a_large_class_stays_short(make_class):
    lines = summary(make_class(200))
    assert len(lines) < 25 and "  and 3 more" in lines and any(line.endswith(", ...)") for line in lines)


@pytest.mark.parametrize(("count", "more"), [(10, []), (11, ["  and 1 more"])])
def test_summary_names_ten_that_could_not_be_read(make_class, make_graded, count, more):
    unread = tuple(make_graded(i, error="It is empty.", facts=None) for i in range(count))
    lines = summary(dataclasses.replace(make_class(0), graded=unread))
    assert sum(line.endswith(": It is empty.") for line in lines) == 10 and [line for line in lines if " more" in line] == more


@pytest.mark.parametrize("count", [10, 11])
def test_summary_names_ten_who_handed_in_nothing(make_class, count):
    (line,) = [line for line in summary(make_class(0, missing=tuple(Student(f"S{i}") for i in range(count)))) if "S0" in line]
    assert line.count("S") == 10 and line.endswith(", ....") is (count == 11)


@pytest.mark.parametrize("size", [0, 1])
def test_summary_of_hardly_anybody_is_told(make_class, size):
    lines = summary(make_class(size, missing=(), notes=()))
    assert f"{size} submission{'s' if size != 1 else ''} graded." in lines and not any("Flags" in line for line in lines)


def test_summary_text_of_a_student_steers_no_terminal(make_class, make_graded):
    one = make_graded(1, student=Student("Kim\x1b[2J\x9b1m\nMinji"), error="bad\x1b]0;x\x07\r\nname.zip", facts=None)
    lines = summary(dataclasses.replace(make_class(1), graded=(one,), notes=("a\x1b[0mb\n",)))
    assert all(sign.isprintable() for line in lines for sign in line)
    assert "  Kim�[2J�1m Minji: bad�]0;x� name.zip" in lines


def test_summary_hostile_texts_are_one_line_each(hostile_class):
    assert not [line for line in summary(hostile_class) if "\n" in line or "\x00" in line]


def test_points_are_all_written_in_one_form(make_class):
    book = make_class(2)
    marks = [dataclasses.replace(one, marks=(Mark("Task", points, 12.0, ""),)) for one, points in zip(book.graded, (6.0, 8.0))]
    assert "Points: mean 7, median 7 of 12." in summary(dataclasses.replace(book, graded=tuple(marks)))
