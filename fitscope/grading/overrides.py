"""What the instructor decided, in a file that stays when a class is graded again: points by hand, and what became of flags."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitscope.grading.records import FLAGS, Graded
from fitscope.grading.rubric import Rubric
from fitscope.grading.toml_file import nearest, read_toml, shortened
from fitscope.grading.toml_table import Table
from fitscope.language import N_

DECISIONS = ("dismissed", "confirmed")
_KEYS = ("student", "submission", "criterion", "points", "flag", "decision", "show", "who", "when", "why")


@dataclass(frozen=True)
class Override:
    """Hold one decision.

    Args:
        student: the id, or the name where there is none; None where the submission is named.
        submission: its name, else None.
        who, when, why: of the decision.
        criterion, points: what is marked by hand, else None.
        flag, decision: the flag's code and `dismissed` or `confirmed`, else None.
        show: whether the student's feedback tells the flag.
        line: in the file.
    """

    student: str | None
    submission: str | None
    who: str
    when: str
    why: str
    criterion: str | None = None
    points: float | None = None
    flag: str | None = None
    decision: str | None = None
    show: bool = False
    line: int = 1


@dataclass(frozen=True)
class Overrides:
    """Hold all decisions in the file's order; of two on the same thing the later one counts.

    Args:
        entries: the decisions.
        show_flags: whether confirmed flags are told to students anyway.
    """

    entries: tuple[Override, ...]
    show_flags: bool = False


def read_overrides(path: Path, rubric: Rubric) -> Overrides:
    """Read and check `overrides.toml`.

    Args:
        path: of the file: tables `[[override]]`, each with `student` (id, else name) or `submission`, with `criterion` and
            `points` or with `flag` and `decision`, and with `who`, `when` and `why`.
        rubric: whose criteria may be named.

    Raises:
        DataError: it cannot be read, or says what cannot be decided; every complaint names its line.
    """
    file = read_toml(path, "overrides")
    top = Table(file, file.content)
    top.only(("override",))
    entries = [
        _read(table, rubric) for table in (Table(file, t.content, "override", i) for i, t in enumerate(top.inner("override")))
    ]
    file.check()
    return Overrides(tuple(entry for entry in entries if entry is not None), rubric.show_flags)


def _read(table: Table, rubric: Rubric) -> Override | None:
    table.only(_KEYS)
    student, submission = table.text("student"), table.text("submission")
    if ("student" in table.content) == ("submission" in table.content):
        table.complain("", "an override needs student (an id, else a name) or submission, one of the two.")
    who = table.text("who", "say who decides.") or ""
    when = table.moment("when", "say when it was decided, such as 2026-12-01.") or ""
    why = table.text("why", "say why.") or ""
    line = table.file.line("override", table.number)
    said = Override(student, submission, who, when, why, line=line)
    if ("criterion" in table.content) == ("flag" in table.content):
        table.complain("", "an override needs a criterion with points, or a flag with a decision, one of the two.")
        return None
    return _points(table, rubric, said) if "criterion" in table.content else _decision(table, said)


def _points(table: Table, rubric: Rubric, said: Override) -> Override | None:
    title, possible = table.text("criterion"), {one.title: one.points for one in rubric.criteria}
    if title is None:
        return None
    if title not in possible:
        table.complain("criterion", f"the rubric has no criterion {shortened(title)!r}; {nearest(title, possible)}")
        return None
    points = table.points(possible[title], f", for {shortened(title)} gives no more")
    return None if points is None else dataclasses.replace(said, criterion=title, points=points)


def _decision(table: Table, said: Override) -> Override | None:
    flag, decision = table.text("flag"), table.text("decision", f"say {' or '.join(DECISIONS)}.")
    if flag is not None and flag not in FLAGS:
        table.complain("flag", f"there is no flag {shortened(flag)!r}; {nearest(flag, FLAGS)}")
    if decision is not None and decision not in DECISIONS:
        table.complain("decision", f"decision is {shortened(decision)!r}; say {' or '.join(DECISIONS)}.")
    if flag is None or decision is None:
        return None
    return dataclasses.replace(said, flag=flag, decision=decision, show=table.truth("show") or False)


def apply(overrides: Overrides, graded: Sequence[Graded]) -> tuple[list[Graded], tuple[str, ...]]:
    """Let the decisions count.

    Args:
        overrides: the decisions.
        graded: the class.

    Returns:
        The class in its order, and an English sentence for each decision that fits nobody. Applied twice, they change nothing
        more.
    """
    found = list(graded)
    unused = []
    for entry in overrides.entries:
        places = [place for place, one in enumerate(found) if _is_of(entry, one)]
        if len(places) != 1:
            unused.append(_unused(entry, len(places)))
            continue
        changed = _decided(entry, found[places[0]], overrides.show_flags)
        if changed is None:
            unused.append(_unused(entry, 1))
        else:
            found[places[0]] = changed
    return found, tuple(unused)


def _is_of(entry: Override, one: Graded) -> bool:
    if entry.submission is not None:
        return one.name == entry.submission
    number, name = one.student.id, one.student.name
    return entry.student == number or (number is None and entry.student == name)


def _decided(entry: Override, one: Graded, show_flags: bool) -> Graded | None:
    """Return the submission with one decision in it, None where it has no such criterion or flag."""
    told = f"{entry.who}, {entry.when[:10]}: {entry.why}"
    if entry.criterion is not None:
        marks = tuple(
            dataclasses.replace(mark, points=entry.points, decided=told) if mark.title == entry.criterion else mark
            for mark in one.marks
        )
        return dataclasses.replace(one, marks=marks) if any(mark.title == entry.criterion for mark in one.marks) else None
    if not any(flag.code == entry.flag for flag in one.flags):
        return None
    shown = entry.show or (show_flags and entry.decision == "confirmed")
    flags = tuple(
        dataclasses.replace(flag, decided=f"{entry.decision} ({told})", shown=shown) if flag.code == entry.flag else flag
        for flag in one.flags
    )
    return dataclasses.replace(one, flags=flags)


def _unused(entry: Override, found: int) -> str:
    what = entry.criterion or entry.flag
    whose = entry.submission or entry.student
    if found > 1:
        text = N_("Line {line} of overrides.toml fits several submissions of {whose}: name the submission instead.")
    elif found:
        text = N_("Line {line} of overrides.toml decides on {what} of {whose}, where there is none.")
    else:
        text = N_("Line {line} of overrides.toml speaks of {whose}, of whom nothing was handed in.")
    return text.format(line=entry.line, what=what, whose=whose)


def unveiled(overrides: Overrides, people: Mapping[str, tuple[str | None, str]]) -> Overrides:
    """Return the decisions with the persons in the place of pseudonyms.

    Args:
        overrides: as a page that names nobody saved them.
        people: each pseudonym's id, None where there is none, and the name of what was handed in.
    """

    def person(entry: Override) -> Override:
        if entry.student is None or entry.student not in people:
            return entry
        number, submission = people[entry.student]
        return dataclasses.replace(entry, student=number, submission=None if number else submission)

    return dataclasses.replace(overrides, entries=tuple(map(person, overrides.entries)))


def to_entry(one: Graded) -> str:
    """Return how an override names a submission, as JSON of one key and its value: by id or name, else by what was handed in."""
    key = {"student": one.student.id or one.student.name} if one.student.id or one.student.name else {"submission": one.name}
    return json.dumps(key, ensure_ascii=False)


def to_toml(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return overrides as TOML; the page's script writes the same.

    Texts are basic strings escaped as JSON escapes them, with `\\u007f` as well, numbers as they are.

    Example:
        >>> print(to_toml([{"student": "7", "criterion": "Why", "points": 2, "who": "Kim", "when": "2026-12-01", "why": "read"}]))
        [[override]]
        student = "7"
        criterion = "Why"
        points = 2
        who = "Kim"
        when = "2026-12-01"
        why = "read"
        <BLANKLINE>
    """
    return "\n".join("[[override]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in entry.items()) for entry in entries)


def _value(value: Any) -> str:
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def as_entries(overrides: Overrides) -> list[dict[str, Any]]:
    """Return decisions as plain data, as `to_toml` and the page take them."""
    found = []
    for entry in overrides.entries:
        values = {name: getattr(entry, name) for name in _KEYS}
        found.append({name: value for name, value in values.items() if value is not None and value is not False})
    return found
