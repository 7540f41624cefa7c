"""Marks as gradebooks take them: Canvas, Moodle, Gradescope, and plain tables."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from fitscope.grading import wording
from fitscope.grading.cells import Cell, risky, to_csv
from fitscope.grading.cleaning import clean
from fitscope.grading.grades import plain_data
from fitscope.grading.records import Gradebook, Graded, Mark, Student
from fitscope.grading.rubric import Rubric
from fitscope.language import LANGUAGES, N_, _, retold, speaking

CANVAS, MOODLE, UNKNOWN, PLAIN, SHEET = "canvas.csv", "moodle.csv", "moodle-unknown.csv", "grades.csv", "grades.xlsx"
_ASSIGNMENT = re.compile(r"\S.* \(\d+\)")
_LONGEST = 32_000  # characters of a spreadsheet's cell; Excel takes 32,767

NO_ASSIGNMENT = N_(
    "There is no canvas.csv, for Canvas would make a new assignment of it: name the assignment in the rubric as Canvas' own export "
    'heads its column, such as assignment = "Overfitting (12345)"; the number also stands at the end of the assignment\'s address.'
)
NO_CANVAS = N_("There is no canvas.csv, for no student of the roster has a Canvas ID, an SIS User ID or an SIS Login ID.")
NO_MOODLE = N_("There is no moodle.csv, for no student of the roster has an ID number or an e-mail address.")
PENDING = N_(
    "Hand-ins that wait for points from a person: {count}. They are left out of what a learning system imports ({files}), for half "
    "a mark or an empty cell would take the place of what stands there. Grade again when their points are in overrides.toml."
)
UNCHECKED = N_(
    "There is no roster, so nobody checked that everyone in moodle.csv is in the course, and one unknown user would cancel "
    "Moodle's whole import: grade again with --roster."
)
LEFT_OUT = N_("Hand-ins that are not in canvas.csv, for the roster does not say how Canvas knows the student: {count}.")
ASIDE = N_("Hand-ins that stand in moodle-unknown.csv, for one unknown user would cancel Moodle's whole import: {count}.")


def gradebooks(
    gradebook: Gradebook, rubric: Rubric, roster: Collection[Student] | None = None
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files that gradebooks import, and what the instructor should know of them.

    Args:
        gradebook: the class.
        rubric: names Canvas' assignment.
        roster: who is in the course; None where there is no roster, and everyone counts as in it.

    Returns:
        Contents by file names, and notes in English.
    """
    known = list(gradebook.graded if roster is None else _on(gradebook.graded, roster))
    done = [one for one in known if not one.pending]
    files, notes = {PLAIN: plain(gradebook), SHEET: sheet(gradebook)}, []
    for found, said in (_canvas_file(known, done, rubric), _moodle_files(gradebook, known, done, rubric)):
        files |= found
        notes += said
    pending, imported = sum(bool(one.pending) for one in gradebook.graded), [name for name in (CANVAS, MOODLE) if name in files]
    if pending and imported:
        notes.insert(0, PENDING.format(count=pending, files=", ".join(imported)))
    if roster is None and MOODLE in files:
        notes.append(UNCHECKED)
    return files, tuple(notes)


def _on(graded: Iterable[Graded], roster: Iterable[Student]) -> Iterable[Graded]:
    """Return the submissions of those whom a roster knows."""
    marks = {mark for student in roster for mark in _marks_of(student)}
    return (one for one in graded if not marks.isdisjoint(_marks_of(one.student)))


def _marks_of(student: Student) -> set[tuple[str, str]]:
    given = {"id": student.id, "email": student.email, "login": student.login, "canvas": student.canvas}
    return {(name, text.casefold()) for name, text in given.items() if text}


def _canvas_file(known: Sequence[Graded], done: Sequence[Graded], rubric: Rubric) -> tuple[dict[str, bytes], list[str]]:
    if rubric.assignment is None or not _ASSIGNMENT.fullmatch(rubric.assignment.strip()):
        return {}, [NO_ASSIGNMENT]
    found = {one.name for one in known if one.student.canvas or one.student.id or one.student.login}
    if not found:
        return {}, [NO_CANVAS]
    rows = canvas([one for one in done if one.name in found], rubric.assignment.strip(), rubric.possible)
    left = len(known) - len(found)
    return {CANVAS: to_csv(rows)}, [LEFT_OUT.format(count=left)] if left else []


def canvas(done: Iterable[Graded], assignment: str, possible: float) -> list[tuple[Cell, ...]]:
    """Return the table that Canvas imports: five columns of a student, one of the assignment, and the row of points possible."""
    head = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment)
    rows = [
        (wording.person(one), one.student.canvas, one.student.id, one.student.login, one.student.section, one.points)
        for one in done
    ]
    return [head, ("Points Possible", None, None, None, None, possible), *rows]


def _moodle_files(
    gradebook: Gradebook, known: Sequence[Graded], done: Sequence[Graded], rubric: Rubric
) -> tuple[dict[str, bytes], list[str]]:
    """Return Moodle's import, and the list of those whom it would stumble over."""
    by_number = sum(bool(one.student.id) for one in known) >= sum(bool(one.student.email) for one in known)
    column, field = ("idnumber", "id") if by_number else ("useremail", "email")
    found = {one.name for one in known if getattr(one.student, field)}
    aside = [one for one in gradebook.graded if one.name not in found]
    files, notes = {}, []
    if found:
        rows = [(getattr(one.student, field), one.points, said(one, rubric.language)) for one in done if one.name in found]
        files[MOODLE] = to_csv([(column, rubric.title, f"{rubric.title} (feedback)"), *rows])
    else:
        notes.append(NO_MOODLE)
    if aside:
        head = ("name", "idnumber", "useremail", "submission", "points", "pending")
        rows_aside = [(one.student.name, one.student.id, one.student.email, one.name, one.points, one.pending) for one in aside]
        files[UNKNOWN] = to_csv([head, *rows_aside], mark=True)
        notes += [ASIDE.format(count=len(aside))] if found else []
    return files, notes


def language_of(one: Graded, language: str) -> str:
    """Return the language of a student's feedback: the student's, else the report's, else the rubric's."""
    given = (one.student.language, one.facts.language if one.facts else None, language)
    return next((code for code in given if code in LANGUAGES), "en")


def said(one: Graded, language: str) -> str:
    """Return a student's feedback as plain text, in the student's language; no flag is in it but for those that are to be shown."""
    with speaking(language_of(one, language)):
        if one.error is not None:
            return retold(one.error)
        lines = [f"{mark.title}: {_share(mark)}. {retold(mark.evidence)}".strip() for mark in one.marks]
        return "\n".join(lines + [retold(flag.message) for flag in one.flags if flag.shown])


def _share(mark: Mark) -> str:
    if mark.points is None:
        return _("still to be read, up to {possible}").format(possible=wording.points(mark.possible))
    return _("{points} of {possible}").format(points=wording.points(mark.points), possible=wording.points(mark.possible))


def _table(gradebook: Gradebook) -> list[tuple[Cell, ...]]:
    titles = [mark.title for mark in gradebook.graded[0].marks] if gradebook.graded else []
    head = ("name", "id", "email", "section", "group", "submission", "points", "possible", "pending", *titles, "flags", "error")
    rows: list[tuple[Cell, ...]] = [head]
    for one in gradebook.graded:
        student, marks = one.student, [mark.points for mark in one.marks]
        who = (student.name, student.id, student.email, student.section, student.group, one.name)
        flags = " ".join(flag.code for flag in one.flags)
        rows.append((*who, one.points, one.possible, one.pending, *marks, flags, one.error))
    for student in gradebook.missing:
        absent = (student.name, student.id, student.email, student.section, student.group, None)
        rows.append((*absent, *[None] * (len(head) - len(absent) - 1), "nothing was handed in"))
    return rows


def plain(gradebook: Gradebook) -> bytes:
    """Return the whole class as CSV that Excel opens: a row a student, a column a criterion."""
    return to_csv(_table(gradebook), mark=True)


def sheet(gradebook: Gradebook) -> bytes:
    """Return the same table as an Excel file in which every text is a text."""
    from xlsxwriter import Workbook

    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet("grades")
        bold, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        table = _table(gradebook)
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    style = bold if number == 0 else quoted if risky(cell) else None
                    page.write_string(number, place, clean(cell)[:_LONGEST], style)
                elif cell is not None:
                    page.write_number(number, place, cell)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(table) - 1), len(table[0]) - 1)
        page.set_column(0, 0, 24)
        page.set_column(1, 5, 14)
    return content.getvalue()


def gradescope(one: Graded, language: str = "en") -> dict[str, Any]:
    """Return one submission's marks as an autograder of Gradescope's writes them to `results.json`.

    A criterion that a person reads has no score there, and no flag is in it.

    Args:
        one: what came of the submission.
        language: of the texts, where neither the student nor the report says another.
    """
    with speaking(language_of(one, language)):
        tests = [_test(mark) for mark in one.marks]
        waits = _("{points} more points are given by a person who reads the answers.").format(points=wording.points(one.pending))
        output = retold(one.error) if one.error is not None else waits if one.pending else ""
    content = {"score": one.points, "output": output, "output_format": "text", "test_output_format": "text"}
    return {name: plain_data(value) for name, value in (content | {"visibility": "visible", "tests": tests}).items()}


def _test(mark: Mark) -> dict[str, Any]:
    told = {"name": mark.title, "output": retold(mark.evidence), "visibility": "visible"}
    if mark.points is None:
        waits = _share(mark)
        return told | {"output": f"{waits[:1].upper()}{waits[1:]}. {told['output']}".strip()}
    return told | {"score": mark.points, "max_score": mark.possible}
