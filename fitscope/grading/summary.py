"""A graded class in a few lines of text, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import mean, median

from fitscope.grading import wording
from fitscope.grading.cleaning import clean
from fitscope.grading.records import FLAGS, Gradebook
from fitscope.language import _, _n, retold
from fitscope.report.numbers import count

SHOWN = 10  # of the submissions that could not be read, and of names


def summary(book: Gradebook) -> list[str]:
    """Return what came of a class, a line each: marks, what a person still reads, flags, what could not be read, notes.

    Args:
        book: the graded class.
    """
    read = [one for one in book.graded if one.error is None]
    text = _n("{count} submission graded.", "{count} submissions graded.", len(read))
    lines = ["", text.format(count=count(len(read)))]
    if read:
        points = [one.points for one in read]
        said = _("Points: mean {mean}, median {median} of {possible}.")
        numbers = {"mean": wording.points(round(mean(points), 2)), "median": wording.points(median(points))}
        lines.append(said.format(**numbers, possible=wording.points(read[0].possible)))
    if waiting := [one.pending for one in read if one.pending]:
        text = _n("{count} waits for a person, who has {points} points to give: open index.html.",
                  "{count} wait for a person, who has {points} points to give: open index.html.", len(waiting))  # fmt: skip
        lines.append(text.format(count=count(len(waiting)), points=wording.points(sum(waiting))))
    return [*lines, *_flags(book), *_unread(book), *_rest(book)]


def _flags(book: Gradebook) -> list[str]:
    found = {code: [one for one in book.graded if any(flag.code == code for flag in one.flags)] for code in FLAGS}
    lines = [
        f"  {wording.flag(code)}: {count(len(ones))} ({_names(map(wording.person, ones))})" for code, ones in found.items() if ones
    ]
    return ["", _("Flags, each a question and none a judgement:"), *lines] if lines else []


def _unread(book: Gradebook) -> list[str]:
    if not book.unread:
        return []
    lines = [f"  {_one_line(wording.person(one))}: {_one_line(retold(one.error or ''))}" for one in book.unread[:SHOWN]]
    more = len(book.unread) - SHOWN
    return ["", _("Could not be graded:"), *lines, *([_("  and {count} more").format(count=more)] if more > 0 else [])]


def _rest(book: Gradebook) -> list[str]:
    lines = []
    if book.missing:
        text = _n("{count} student of the roster handed in nothing: {names}.",
                  "{count} students of the roster handed in nothing: {names}.", len(book.missing))  # fmt: skip
        names = _names(student.name or student.id or "?" for student in book.missing)
        lines.append(text.format(count=count(len(book.missing)), names=names))
    return ["", *lines, *(_one_line(retold(note)) for note in book.notes)] if lines or book.notes else []


def _names(names: Iterable[str]) -> str:
    told = [_one_line(name) for name in names]
    return ", ".join([*told[:SHOWN], *(["..."] if len(told) > SHOWN else [])])


def _one_line(text: str) -> str:
    """Return what a student may have written as one line in which nothing steers the terminal."""
    return " ".join(clean(text).split())
