"""Whose analysis it is, and what they concluded."""

from __future__ import annotations

from pathlib import Path

from fitscope.answers import read_file
from fitscope.errors import UsageError
from fitscope.plan import student_id
from fitscope.report.notes import author_named
from fitscope.result import Answers, Author


def signature(
    author: str | None, id: str | None, course: str | None, answers: Path | str | None
) -> tuple[Author | None, Answers | None]:
    """Return whose analysis it is and what they concluded; name and number come from the answers where they are not given.

    Args:
        author: the name.
        id: a student's number.
        course: the course's key, which needs a number to go with.
        answers: the path of an answer file.

    Raises:
        UsageError: a name or number is impossible, the answers are another student's, or the course's key has no number.
        DataError: the answers cannot be used.
    """
    if course is not None and id is None:
        raise UsageError("--course makes the seed together with a student number; give yours with --student-id.")
    name = None if author is None else author_named(author).name
    number = None if id is None else student_id(id)
    if answers is None:
        return _author(name, number), None
    found = read_file(Path(answers))
    if number is not None and found.id is not None and found.id != number:
        raise UsageError(f"{answers} is signed by {found.id}, and --student-id says {number}; give the answers of one student.")
    return _author(name or found.name, number or found.id), found.answers


def _author(name: str | None, id: str | None) -> Author | None:
    return None if name is None and id is None else Author(name, id)
