"""The rubric: an instructor's criteria as data, checked before anything is graded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from fitscope.grading.criteria import Criterion, Level, read_criteria
from fitscope.grading.toml_file import TomlFile, nearest, read_toml, shortened
from fitscope.grading.toml_table import Table
from fitscope.grading.wanted import Condition
from fitscope.language import ENGLISH, LANGUAGES

__all__ = ["Condition", "Criterion", "Level", "Rubric", "read_rubric"]

SCHEMA = "fitscope-rubric/1"
LARGEST_RUBRIC = 200_000  # bytes; a long one has 5,000


@dataclass(frozen=True)
class Rubric:
    """Hold what a class's submissions are marked by.

    Args:
        title: of the assignment, as pages name it.
        criteria: what is marked, in the order of the pages.
        dataset: the data set that the class works on, None where it may be any.
        course: the key that seeds are made with from the students' numbers, None where none was given out.
        language: of feedback where neither the roster nor the report says another.
        due: ISO 8601 with its distance from UTC; what the export says was handed in later is flagged late.
        assignment: Canvas' own column, `Title (id)`.
        show_flags: whether flags that the instructor confirmed are shown to the student.
        handed_out: files that the instructor gave out; work that is like them is like no other student's.
    """

    title: str
    criteria: tuple[Criterion, ...]
    dataset: str | None = None
    course: str | None = None
    language: str = ENGLISH
    due: str | None = None
    assignment: str | None = None
    show_flags: bool = False
    handed_out: tuple[Path, ...] = ()

    @property
    def possible(self) -> float:
        """The points of all criteria together."""
        return round(sum(criterion.points for criterion in self.criteria), 6)


def read_rubric(path: Path) -> Rubric:
    """Read and check a rubric.

    Args:
        path: of the TOML; files that it names are looked for beside it.

    Returns:
        The rubric.

    Raises:
        DataError: it cannot be read, is not TOML, or says what no rubric can; every complaint names its line.
    """
    file = read_toml(path, "a rubric", LARGEST_RUBRIC)
    top = Table(file, file.content)
    top.only((*_KEYS, "criterion", *(["criteria"] if "criteria" in file.content else [])))
    rubric = Rubric(
        title=top.text("title") or path.stem,
        criteria=read_criteria(file),
        dataset=top.text("dataset"),
        course=top.text("course"),
        language=_language(top),
        due=top.moment("due", zone=True),
        assignment=top.text("assignment"),
        show_flags=top.truth("show_flags") or False,
        handed_out=_handed_out(top, path.parent),
    )
    _check_schema(top)
    _check_sum(file, rubric)
    file.check()
    return rubric


_KEYS = ("schema", "title", "dataset", "course", "language", "due", "assignment", "show_flags", "handed_out")


def _check_schema(top: Table) -> None:
    found = top.text("schema")
    if found is not None and found != SCHEMA:
        top.complain("schema", f"schema is {shortened(found)!r}; this fitscope reads {SCHEMA!r}, which may be left out.")


def _check_sum(file: TomlFile, rubric: Rubric) -> None:
    if rubric.criteria and not rubric.possible and not file.complaints:
        file.complain(1, "all criteria together give 0 points; give at least one of them points.")


def _language(top: Table) -> str:
    found = top.text("language")
    if found is not None and found not in LANGUAGES:
        top.complain("language", f"language is {shortened(found)!r}; {nearest(found, LANGUAGES)}")
    return found if found in LANGUAGES else ENGLISH


def _handed_out(top: Table, folder: Path) -> tuple[Path, ...]:
    names = top.texts("handed_out")
    for name in names:
        if not os.path.exists(folder / name):
            top.complain("handed_out", f"{shortened(name)!r} is not there; give files as seen from the rubric's folder.")
        elif not os.path.isfile(folder / name):
            top.complain("handed_out", f"{shortened(name)!r} is no file; give files alone.")
    return tuple(folder / name for name in names)
