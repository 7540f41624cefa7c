"""grades.json: the marks of a class as other programs read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fitscope import version
from fitscope.grading.cleaning import clean
from fitscope.grading.records import Flag, Gradebook, Graded, Mark, Student
from fitscope.result.plain import LARGEST

SCHEMA = "fitscope-grades/1"


def to_json(gradebook: Gradebook) -> dict[str, Any]:
    """Return a graded class as plain data, as grades.json holds it.

    Args:
        gradebook: the class.

    Returns:
        Data for JSON: sentences in English, NaN and infinity as None, points None where a person still has to read.

    Example:
        >>> to_json(Gradebook("Find the best epoch", ()))["schema"]
        'fitscope-grades/1'
    """
    content = {
        "schema": SCHEMA,
        "fitscope": version(),
        "created": gradebook.created,
        "rubric": gradebook.rubric,
        "submissions": [_submission(one) for one in gradebook.graded],
        "missing": [_person(student) for student in gradebook.missing],
        "notes": list(gradebook.notes),
    }
    return {name: plain_data(value) for name, value in content.items()}


def _submission(one: Graded) -> dict[str, Any]:
    return {
        "submission": one.name,
        "student": _person(one.student),
        "files": list(one.files),
        "points": one.points,
        "possible": one.possible,
        "pending": one.pending,
        "criteria": [_criterion(mark) for mark in one.marks],
        "flags": [_flag(flag) for flag in one.flags],
        "notes": list(one.notes),
        "error": one.error,
    }


def _person(student: Student) -> dict[str, Any]:
    return {"name": student.name, "id": student.id}


def _criterion(mark: Mark) -> dict[str, Any]:
    given = {"title": mark.title, "points": mark.points, "possible": mark.possible, "evidence": mark.evidence}
    return given | {"manual": mark.manual, "decided": mark.decided}


def _flag(flag: Flag) -> dict[str, Any]:
    own = {"code": flag.code, "message": flag.message}
    state = {"others": list(flag.others), "decided": flag.decided, "shown": flag.shown}
    return own | {str(name): value for name, value in flag.numbers.items() if name not in own | state} | state


def plain_data(value: Any) -> Any:
    """Return what JSON and UTF-8 can hold of a value, whoever made it."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {clean(str(name)): plain_data(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain_data(item) for item in value]
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        return plain_data(value.tolist())
    if isinstance(value, int):
        return value if abs(value) <= LARGEST else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return clean(str(value))
