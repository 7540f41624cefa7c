"""What the instructor's page shows: everyone in one table, and behind each row all that is known of the hand-in."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from fitscope import words
from fitscope.grading import pages, wording
from fitscope.grading.drawing import Bar, Drawn, distribution, drawn
from fitscope.grading.overrides import keys
from fitscope.grading.records import Flag, Gradebook, Graded, Mark
from fitscope.grading.rubric import Rubric
from fitscope.language import N_, _, retold
from fitscope.language.figures import moment
from fitscope.report.numbers import count, number, percent

WIDTH, HEIGHT = 112, 34  # of a small picture
_LONGEST = 20_000  # characters of a student's text on the page
_NAMED = 12  # others whom a flag names; where a whole class copied one text, all of them would be n² names


@dataclass(frozen=True)
class Cell:
    """One cell of the table: what it says, and what it is sorted by; `sort` is empty where that is unknown."""

    text: str
    sort: str


@dataclass(frozen=True)
class MarkView:
    """One criterion of one student; `text` is what a person reads for it."""

    title: str
    points: str
    value: str
    possible: str
    most: str
    evidence: str
    manual: bool
    waits: bool
    text: str | None
    decided: str | None


@dataclass(frozen=True)
class FlagView:
    """One flag: its name and evidence, how honest work comes to it, and whom else it concerns, as pairs of name and anchor."""

    code: str
    name: str
    message: str
    rate: str
    others: tuple[tuple[str, str | None], ...]
    more: str
    decided: str | None
    shown: bool


@dataclass(frozen=True)
class Entry:
    """One student's row and what opens below it."""

    anchor: str
    key: str
    name: str
    number: str | None
    section: str | None
    picture: Drawn | None
    told: str
    total: Cell
    possible: str
    pending: str
    marks: tuple[MarkView, ...]
    flags: tuple[FlagView, ...]
    measured: str
    best: Cell
    verdict: Cell
    test: Cell
    other_data: str | None
    said: str
    notes: tuple[str, ...]
    files: tuple[tuple[str, str | None], ...]
    feedback: str
    error: str | None
    state: str


@dataclass(frozen=True)
class Spread:
    """The distribution of one number over the class."""

    name: str
    told: str
    bars: tuple[Bar, ...]
    rows: tuple[tuple[str, str], ...]
    low: str
    high: str


@dataclass(frozen=True)
class Class:
    """All that the page shows."""

    title: str
    created: str
    criteria: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    facts: tuple[tuple[str, str], ...]
    spreads: tuple[Spread, ...]
    unread: tuple[Entry, ...]
    missing: tuple[tuple[str, str | None], ...]
    notes: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    pseudonymous: bool
    overrides: str
    texts: Mapping[str, Any]


def render(
    gradebook: Gradebook,
    rubric: Rubric,
    feedback: Mapping[str, str],
    *,
    folder: Path,
    source: Path | None = None,
    pseudonymous: bool = False,
    overrides: str = "",
) -> str:
    """Return the instructor's page in the spoken language: one HTML text that is whole without its script.

    Args:
        gradebook: the class.
        rubric: what it was graded by.
        feedback: names of the feedback files by the submissions' names.
        folder: where the page will lie.
        source: the folder of submissions, None where no file is to be linked to.
        pseudonymous: whether the class is without names already; the page says so then.
        overrides: the text of the decisions that were taken before.
    """
    people = {one.name: (wording.person(one), f"s{place}") for place, one in enumerate(gradebook.graded, 1)}
    named = keys(gradebook.graded)
    entries = tuple(_entry(one, people, named[one.name], feedback[one.name], folder, source) for one in gradebook.graded)
    seen = sorted({flag.code for one in gradebook.graded for flag in one.flags})
    view = Class(
        title=gradebook.rubric,
        created=moment(gradebook.created),
        criteria=tuple((criterion.title, wording.points(criterion.points)) for criterion in rubric.criteria),
        entries=entries,
        facts=tuple(_summary(gradebook)),
        spreads=tuple(filter(None, (_marks_spread(gradebook), _test_spread(gradebook)))),
        unread=tuple(entry for entry in entries if entry.error is not None),
        missing=tuple((student.name or student.id or student.email or "?", student.id) for student in gradebook.missing),
        notes=tuple(map(retold, gradebook.notes)),
        codes=tuple((code, wording.flag(code)) for code in seen),
        pseudonymous=pseudonymous,
        overrides=overrides,
        texts={name: _(text) for name, text in _TEXTS.items()},
    )
    return pages.fill("class.html.j2", view=view)


def _entry(one: Graded, people: Mapping[str, tuple[str, str]], key: str, feedback: str, folder: Path, source: Path | None) -> Entry:
    facts = one.facts
    states = {"unread": one.error is not None, "pending": one.pending > 0, "flagged": bool(one.flags)}
    return Entry(
        anchor=people[one.name][1],
        key=key,
        name=wording.person(one),
        number=one.student.id if one.student.name else None,
        section=one.student.section,
        picture=None if facts is None else drawn(facts, WIDTH, HEIGHT),
        told="" if facts is None else f"{wording.verdict(facts)} {wording.curves(facts)}",
        total=Cell(wording.points(one.points), f"{one.points:g}"),
        possible=wording.points(one.possible),
        pending=wording.points(one.pending) if one.pending else "",
        marks=tuple(_mark(mark, one.error) for mark in one.marks),
        flags=tuple(_flag(flag, people) for flag in one.flags),
        measured=wording.measured([flag.code for flag in one.flags]),
        best=_UNKNOWN
        if facts is None or facts.best_epoch is None
        else Cell(wording.best_and_plateau(facts), str(facts.best_epoch)),
        verdict=_UNKNOWN if facts is None else Cell(words.label(facts.verdict), facts.verdict),
        test=_test(one),
        other_data=None if facts is None else facts.other_data,
        said=_said(one),
        notes=tuple(map(retold, one.notes)),
        files=tuple((file, _link(file, folder, source)) for file in one.files),
        feedback=f"feedback/{feedback}",
        error=None if one.error is None else retold(one.error),
        state=" ".join([name for name, holds in states.items() if holds] + sorted({flag.code for flag in one.flags})),
    )


_UNKNOWN = Cell("–", "")


def _mark(mark: Mark, error: str | None) -> MarkView:
    return MarkView(
        title=mark.title,
        points=wording.points(mark.points),
        value="" if mark.points is None else f"{mark.points:g}",
        possible=wording.points(mark.possible),
        most=f"{mark.possible:g}",
        evidence="" if mark.evidence == error else retold(mark.evidence),  # the error stands above
        manual=mark.manual,
        waits=mark.points is None,
        text=None if mark.text is None else wording.excerpt(mark.text, _LONGEST),
        decided=None if mark.decided is None else retold(mark.decided),
    )


def _flag(flag: Flag, people: Mapping[str, tuple[str, str]]) -> FlagView:
    more = len(flag.others) - _NAMED
    return FlagView(
        code=flag.code,
        name=wording.flag(flag.code),
        message=retold(flag.message),
        rate=wording.rate(flag.code),
        others=tuple(people.get(name, (name, None)) for name in flag.others[:_NAMED]),
        more=_("and {count} other students").format(count=count(more)) if more > 0 else "",
        decided=None if flag.decided is None else retold(flag.decided),
        shown=flag.shown,
    )


def _test(one: Graded) -> Cell:
    value = _test_value(one)
    if value is None:
        return _UNKNOWN
    return Cell(percent(value) if _accuracy(one) is not None else number(value), f"{value:.6g}")


def _accuracy(one: Graded) -> float | None:
    if one.facts is None:
        return None
    test = one.facts.test
    given = one.facts.test_accuracy if test is None or test.accuracy is None else test.accuracy
    return given if given is not None and math.isfinite(given) and 0 <= given <= 1 else None


def _test_value(one: Graded) -> float | None:
    accuracy = _accuracy(one)
    if accuracy is not None or one.facts is None or one.facts.test is None:
        return accuracy
    return one.facts.test.loss if math.isfinite(one.facts.test.loss) else None


def _said(one: Graded) -> str:
    """Return what the student says of the curves, in a sentence; empty where nothing is said."""
    if one.facts is None:
        return ""
    best, verdict = one.facts.claimed_best_epoch, wording.said_verdict(one.facts.claimed_verdict)
    if best is None and verdict is None:
        return ""
    unknown = "–"
    return _("The student says: best epoch {epoch}, verdict {verdict}.").format(
        epoch=unknown if best is None else count(best), verdict=unknown if verdict is None else verdict
    )


def _link(file: str, folder: Path, source: Path | None) -> str | None:
    """Return a relative address of a page that was handed in, where it lies on this disk and can be opened as it is."""
    if source is None or not file.lower().endswith((".html", ".htm")):
        return None
    path = (source / file).resolve()
    if not path.is_relative_to(source.resolve()) or not path.is_file():
        return None
    try:
        way = os.path.relpath(path, folder.resolve())
    except ValueError:  # another drive
        return None
    return quote(re.sub(r"\\", "/", way) if os.sep == "\\" else way)


def _summary(gradebook: Gradebook) -> list[tuple[str, str]]:
    marks = [one.points for one in gradebook.graded if one.error is None]
    given = [
        (_("handed in"), count(len(gradebook.graded))),
        (_("could not be graded"), count(len(gradebook.unread))),
        (_("nothing handed in"), count(len(gradebook.missing))),
        (_("wait for points from a person"), count(sum(one.pending > 0 for one in gradebook.graded))),
        (_("with a flag"), count(sum(bool(one.flags) for one in gradebook.graded))),
    ]
    if marks:
        possible = max(one.possible for one in gradebook.graded)
        given.append((_("median of the points"), f"{wording.points(median(marks))} / {wording.points(possible)}"))
    return given


def _marks_spread(gradebook: Gradebook) -> Spread | None:
    values = [one.points for one in gradebook.graded if one.error is None]
    if not values:
        return None
    return _spread(
        _("Points in all, so far"), values, wording.points, 0.0, max([one.possible for one in gradebook.graded] + values)
    )


def _test_spread(gradebook: Gradebook) -> Spread | None:
    """Return the spread of the test accuracies, of the losses where there are none; results on other data are no part of it."""
    tested = [one for one in gradebook.graded if _test_value(one) is not None]
    alike = [one for one in tested if one.facts is not None and one.facts.other_data is None]
    without = len(tested) - len(alike)
    shares = [value for one in alike if (value := _accuracy(one)) is not None]
    losses = [value for one in alike if (value := _test_value(one)) is not None]
    if not losses:
        return None
    if shares:
        return _spread(_("Test accuracy, as the reports say"), shares, percent, without=without)
    return _spread(_("Test loss, as the reports say"), losses, number, without=without)


def _spread(
    name: str, values: Sequence[float], rule: Any, low: float | None = None, high: float | None = None, without: int = 0
) -> Spread:
    bars = distribution(values, low, high)
    told = _("{count} values: lowest {low}, median {median}, highest {high}.").format(
        count=count(len(values)), low=rule(min(values)), median=rule(median(values)), high=rule(max(values))
    )
    if without:
        told += " " + _("Left out, for they are on other data than the assignment's: {count}.").format(count=count(without))
    rows = tuple((_("{low} to {high}").format(low=rule(bar.low), high=rule(bar.high)), count(bar.count)) for bar in bars)
    return Spread(name, told, bars, rows, rule(bars[0].low), rule(bars[-1].high))


_TEXTS = {
    "shown": N_("{shown} of {all} shown"),
    "change": N_("change"),
    "points": N_("Points for {title}, up to {possible}"),
    "why": N_("Why the points differ (empty: read)"),
    "undecided": N_("not decided"),
    "dismissed": N_("dismissed"),
    "confirmed": N_("confirmed"),
    "flag": N_("Decision on: {name}"),
    "show": N_("tell the student"),
    "because": N_("Why"),
    "unsaved": N_("Not saved yet: {count}"),
    "saved": N_("Saved. Put overrides.toml beside index.html and grade again."),
    "nobody": N_("Say first who decides."),
    "beyond": N_("Between 0 and {possible}, please."),
}
