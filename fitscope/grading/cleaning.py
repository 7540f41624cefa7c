"""The texts of a graded class, each changed in the same way: made fit for files, or freed of names."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fitscope.grading.records import Flag, Graded, Mark, Student

Change = Callable[[str], str]
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_Text = TypeVar("_Text", str, None, "str | None")


def clean(text: str) -> str:
    """Return a text with what no file or page can hold replaced: control signs and halves of characters.

    Example:
        >>> clean("Kim\\x00 \\ud800")
        'Kim� �'
    """
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def retexted(one: Graded, change: Change) -> Graded:
    """Return what came of a submission with every text in it changed.

    Args:
        one: of it; curves, numbers and the title of a criterion stay.
        change: what is done to each text.
    """
    return dataclasses.replace(
        one,
        name=change(one.name),
        student=student_retexted(one.student, change),
        files=tuple(map(change, one.files)),
        marks=tuple(_mark(mark, change) for mark in one.marks),
        flags=tuple(_flag(flag, change) for flag in one.flags),
        notes=tuple(map(change, one.notes)),
        error=_known(one.error, change),
    )


def student_retexted(student: Student, change: Change) -> Student:
    """Return a student with each of the texts that name one changed."""
    return Student(**{f.name: _known(getattr(student, f.name), change) for f in dataclasses.fields(student)})


def _mark(mark: Mark, change: Change) -> Mark:
    told = {name: _known(getattr(mark, name), change) for name in ("text", "decided")}
    return dataclasses.replace(mark, evidence=change(mark.evidence), **told)


def _flag(flag: Flag, change: Change) -> Flag:
    return dataclasses.replace(
        flag,
        message=change(flag.message),
        numbers=_within(flag.numbers, change),
        others=tuple(map(change, flag.others)),
        decided=_known(flag.decided, change),
    )


def _known(text: _Text, change: Change) -> Any:
    return None if text is None else change(text)


def _within(value: Any, change: Change) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _within(item, change) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_within(item, change) for item in value]
    return value
