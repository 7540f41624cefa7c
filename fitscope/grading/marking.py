"""What a submission earns by each criterion, with the evidence in words."""

from __future__ import annotations

from typing import Any

from fitscope.diagnosis import Diagnosis
from fitscope.grading import fields
from fitscope.grading.conditions import KINDS, judged, partly
from fitscope.grading.records import Mark, Work
from fitscope.grading.rubric import Condition, Criterion, Rubric
from fitscope.language import N_

LONGEST = 20_000  # characters of a text that a person reads

MISSING = N_("No {told_field} was handed in.")
TO_BE_READ = N_("To be read by a person.")
NOTHING_WRITTEN = N_("Nothing was written here; a person decides.")
WHEN_DECIDED = {TO_BE_READ: "", NOTHING_WRITTEN: N_("Nothing was written here.")}  # what these say once a person has decided


def mark(rubric: Rubric, work: Work, again: Diagnosis) -> tuple[Mark, ...]:
    """Mark a submission by every criterion.

    What the curves say is taken from `again`, whatever the file says; the file's own word is the student's claim alone.

    Args:
        rubric: the criteria.
        work: what was handed in.
        again: what fitscope finds in its curves.

    Returns:
        One mark a criterion, in the rubric's order.
    """
    return tuple(_to_read(one, work, again) if one.manual else _marked(one, work, again) for one in rubric.criteria)


def failed(rubric: Rubric, error: str) -> tuple[Mark, ...]:
    """Return 0 points for every criterion of what could not be graded, with the reason."""
    return tuple(Mark(one.title, 0.0, one.points, error, one.manual) for one in rubric.criteria)


def _marked(criterion: Criterion, work: Work, again: Diagnosis) -> Mark:
    evidence, above = "", None
    for level in criterion.levels:
        path, value = _handed_in(level.condition, criterion.field, work, again)
        if value is None:
            return Mark(criterion.title, 0.0, criterion.points, MISSING.format(told_field=fields.label(path)))
        holds, evidence = judged(level.condition, path, value, again)
        if holds:
            told = None if above is None else partly(level.condition, above, path, value)
            return Mark(criterion.title, level.points, criterion.points, told or evidence)
        above = level.condition
    return Mark(criterion.title, 0.0, criterion.points, evidence)


def _handed_in(condition: Condition, paths: tuple[str, ...], work: Work, again: Diagnosis) -> tuple[str, Any]:
    """Return the first value that is there with its path; without one, that of the answer, which everybody can give."""
    for path in paths:
        value = fields.claimed(work, path) if KINDS[condition.kind].claims else fields.looked_up(work, path, again)
        if value is not None:
            return path, value
    return next((path for path in paths if path.startswith("answers.")), paths[0]), None


def _to_read(criterion: Criterion, work: Work, again: Diagnosis) -> Mark:
    values: list[Any] = [fields.looked_up(work, path, again) for path in criterion.field]
    text = next((str(value) for value in values if value is not None), None)
    evidence = NOTHING_WRITTEN if criterion.field and text is None else TO_BE_READ
    return Mark(criterion.title, None, criterion.points, evidence, manual=True, text=None if text is None else text[:LONGEST])
