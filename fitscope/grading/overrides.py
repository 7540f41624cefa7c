"""What the instructor decided, in a file that stays when a class is graded again: points by hand, and what became of flags."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitscope.grading.marking import WHEN_DECIDED
from fitscope.grading.records import FLAGS, Graded, Mark
from fitscope.grading.rubric import Rubric
from fitscope.grading.toml_file import escaped, nearest, read_toml, shortened
from fitscope.grading.toml_table import Table
from fitscope.language import N_

DECISIONS = {"dismissed": N_("dismissed ({who}, {when}: {why})"), "confirmed": N_("confirmed ({who}, {when}: {why})")}
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
    tables = [Table(file, table.content, "override", i) for i, table in enumerate(top.inner("override"))]
    entries = [_read(table, rubric) for table in tables]
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
    if "criterion" in table.content:
        _refuse(table, ("decision", "show"), "flag")
        return _points(table, rubric, said)
    _refuse(table, ("points",), "criterion")
    return _decision(table, said)


def _refuse(table: Table, keys: tuple[str, ...], other: str) -> None:
    for key in keys:
        if key in table.content:
            table.complain(key, f"{key} goes with a {other}, and this override names none; take {key} away.")


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
    found, unused = list(graded), []
    handed_in, people = _by(graded, lambda one: one.name), _by(graded, _called)
    for entry in overrides.entries:
        places = handed_in[entry.submission] if entry.submission is not None else people[entry.student]
        if len(places) != 1:
            unused.append(_unused(entry, len(places)))
            continue
        changed = _decided(entry, found[places[0]], overrides.show_flags)
        if changed is None:
            unused.append(_unused(entry, 1))
        else:
            found[places[0]] = changed
    return found, tuple(unused)


def is_of(entry: Override, one: Graded) -> bool:
    """Tell whether a decision is on this submission."""
    return one.name == entry.submission if entry.submission is not None else _called(one) == entry.student


def _called(one: Graded) -> str | None:
    """Return by what a decision names a student."""
    return one.student.id or one.student.name


def _by(graded: Sequence[Graded], key: Callable[[Graded], str | None]) -> dict[str | None, list[int]]:
    places = defaultdict[str | None, list[int]](list)
    for place, one in enumerate(graded):
        places[key(one)].append(place)
    return places


def _decided(entry: Override, one: Graded, show_flags: bool) -> Graded | None:
    """Return the submission with one decision in it, None where it has no such criterion or flag."""
    who, when, why = entry.who, entry.when[:10], entry.why
    if entry.criterion is not None:
        if not any(mark.title == entry.criterion for mark in one.marks):
            return None
        marks = [_given(mark, entry, f"{who}, {when}: {why}") if mark.title == entry.criterion else mark for mark in one.marks]
        return dataclasses.replace(one, marks=tuple(marks))
    if not any(flag.code == entry.flag for flag in one.flags):
        return None
    shown = entry.show or (show_flags and entry.decision == "confirmed")
    told = DECISIONS[entry.decision or ""].format(who=who, when=when, why=why)
    flags = tuple(dataclasses.replace(flag, decided=told, shown=shown) if flag.code == entry.flag else flag for flag in one.flags)
    return dataclasses.replace(one, flags=flags)


def _given(mark: Mark, entry: Override, decided: str) -> Mark:
    evidence = WHEN_DECIDED.get(mark.evidence, mark.evidence)
    return dataclasses.replace(mark, points=entry.points, decided=decided, evidence=evidence)


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


def keys(graded: Sequence[Graded]) -> dict[str, str]:
    """Return how an override names each submission, as JSON of one key and its value: by the student, where that is no other's.

    Args:
        graded: the class.

    Returns:
        The JSON by the submissions' names.
    """
    named = {one.name: _called(one) for one in graded}
    often = Counter(named.values())
    entries = {name: {"student": who} if who and often[who] == 1 else {"submission": name} for name, who in named.items()}
    return {name: json.dumps(entry, ensure_ascii=False) for name, entry in entries.items()}


def to_toml(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return overrides as TOML; the page's script writes the same.

    Texts are basic strings escaped as JSON escapes them, with `\\u007f` as well; halves of characters become U+FFFD. Numbers and
    truth values are as they are.

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
    return escaped(re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", str(value)))


def as_entries(overrides: Overrides) -> list[dict[str, Any]]:
    """Return decisions as plain data, as `to_toml` and the page take them."""
    found = []
    for entry in overrides.entries:
        values = {name: getattr(entry, name) for name in _KEYS}
        found.append({name: value for name, value in values.items() if value is not None and value is not False})
    return found
