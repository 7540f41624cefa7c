"""The instructor's lists: whose feedback lies in which file, and who a pseudonym is."""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from fitscope.grading.cells import from_csv, to_csv
from fitscope.grading.cleaning import retexted
from fitscope.grading.overrides import Overrides, is_of
from fitscope.grading.records import Facts, Gradebook, Graded, Student
from fitscope.plainfile import read_start

FEEDBACK = "feedback.csv"
NAMES = "names.csv"
LARGEST_LIST = 2**27  # bytes; a thousand students have 2**17
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{15,63}\.html")
_PSEUDONYM = re.compile(r"[0-9A-F]{4,8}")
_WORD = re.compile(r"\w+")
_FEW = 3  # letters of a name, or signs of a number, from which on it is looked for within words


def read_list(path: Path) -> list[dict[str, str]]:
    """Return the rows of a list that lies there; none where there is no such list or it can't be read."""
    try:
        return from_csv(read_start(path, LARGEST_LIST))
    except OSError:
        return []


def person_key(student: Student, submission: str) -> str:
    """Return by what a student is known from one grading to the next: the student's number, else what was handed in."""
    return f"id:{student.id}" if student.id else f"submission:{submission}"


def feedback_files(gradebook: Gradebook, folder: Path) -> dict[str, str]:
    """Return the name of each submission's feedback file: as it was, where it was graded before, else one that can't be guessed.

    Args:
        gradebook: the class.
        folder: where an earlier `feedback.csv` may lie.

    Returns:
        File names by the submissions' names.
    """
    before = {_row_key(row): row["file"] for row in read_list(folder / FEEDBACK) if FILE.fullmatch(row.get("file", ""))}
    found: dict[str, str] = {}
    for one in gradebook.graded:
        kept = before.pop(person_key(one.student, one.name), None)
        found[one.name] = kept if kept is not None and kept not in found.values() else _unguessable()
    return found


def _row_key(row: Mapping[str, str]) -> str:
    return person_key(Student(id=row.get("id") or None), row.get("submission", ""))


def _unguessable() -> str:
    while not FILE.fullmatch(name := f"{secrets.token_urlsafe(16)}.html"):
        pass
    return name


def feedback_list(gradebook: Gradebook, files: Mapping[str, str]) -> bytes:
    """Return the list that tells the instructor whose feedback lies in which file."""
    rows = [(one.student.name, one.student.id, one.name, files[one.name]) for one in gradebook.graded]
    return to_csv([("student", "id", "submission", "file"), *rows], mark=True)


@dataclasses.dataclass(frozen=True)
class Pseudonyms:
    """Hold who is called what: pseudonyms by the keys of persons, and the list's rows."""

    by_key: Mapping[str, str]
    rows: tuple[tuple[str | None, ...], ...]

    def of(self, student: Student, submission: str) -> str:
        return self.by_key[person_key(student, submission)]

    def to_csv(self) -> bytes:
        return to_csv([("pseudonym", "name", "id", "email", "submission"), *self.rows], mark=True)


def pseudonyms(gradebook: Gradebook, folder: Path) -> Pseudonyms:
    """Return a pseudonym for everyone of the class, as before where `names.csv` of an earlier grading lies in the folder."""
    before = {_row_key(row): row.get("pseudonym", "") for row in read_list(folder / NAMES)}
    everyone = [(one.student, one.name) for one in gradebook.graded]
    everyone += [(student, student.email or student.name or "") for student in gradebook.missing]
    by_key, rows, taken = {}, [], set(before.values())
    for student, submission in everyone:
        key = person_key(student, submission)
        if key not in by_key:
            kept = before.get(key, "")
            by_key[key] = kept if _PSEUDONYM.fullmatch(kept.removeprefix("Student ")) else _new(taken)
            taken.add(by_key[key])
            rows.append((by_key[key], student.name, student.id, student.email, submission))
    return Pseudonyms(by_key, tuple(sorted(rows, key=lambda row: str(row[0]))))


def _new(taken: set[str]) -> str:
    digits = 2 if len(taken) < 6000 else 4
    while (name := f"Student {secrets.token_hex(digits).upper()}") in taken:
        pass
    return name


def unnamed(gradebook: Gradebook, names: Pseudonyms) -> Gradebook:
    """Return a class without a name, number, address or file in it, in the order of the pseudonyms.

    What a student wrote stays, for a person has to read it; the student's own name and number in it are replaced.
    """
    called = {one.name: names.of(one.student, one.name) for one in gradebook.graded}
    people = {one.name: one for one in gradebook.graded}
    by_word = _by_word(gradebook.graded)
    graded = [_unnamed(one, called, people, by_word) for one in gradebook.graded]
    hidden = _Hidden([(one, called[one.name]) for one in gradebook.graded] if gradebook.notes else [])
    missing = [
        Student(name=names.of(student, student.email or student.name or ""), language=student.language)
        for student in gradebook.missing
    ]
    return dataclasses.replace(
        gradebook,
        graded=tuple(sorted(graded, key=lambda one: one.name)),
        missing=tuple(sorted(missing, key=lambda student: str(student.name))),
        notes=tuple(map(hidden.change, gradebook.notes)),
    )


def decided_in_pseudonyms(overrides: Overrides, gradebook: Gradebook, names: Pseudonyms) -> Overrides:
    """Return decisions as a page without names holds them; one that fits nobody of the class stays as it is."""
    called = {one.name: names.of(one.student, one.name) for one in gradebook.graded}
    hidden = _Hidden([(one, called[one.name]) for one in gradebook.graded])
    entries = []
    for entry in overrides.entries:
        whose = [called[one.name] for one in gradebook.graded if is_of(entry, one)]
        changed = dataclasses.replace(entry, student=whose[0], submission=None) if len(whose) == 1 else entry
        entries.append(dataclasses.replace(changed, why=hidden.change(entry.why)))
    return dataclasses.replace(overrides, entries=tuple(entries))


def decided_in_names(overrides: Overrides, folder: Path) -> Overrides:
    """Return decisions on pseudonyms as decisions on those who stand behind them, by `names.csv` of an earlier grading."""
    rows = {row["pseudonym"]: row for row in read_list(folder / NAMES) if row.get("pseudonym")}
    entries = []
    for entry in overrides.entries:
        if row := rows.get(entry.student or ""):
            student = row.get("id") or None
            entry = dataclasses.replace(entry, student=student, submission=None if student else row.get("submission"))
        entries.append(entry)
    return dataclasses.replace(overrides, entries=tuple(entries))


def _unnamed(one: Graded, called: Mapping[str, str], people: Mapping[str, Graded], by_word: _Named) -> Graded:
    others = {name for flag in one.flags for name in flag.others if name in called} | _told_of(one.notes, by_word)
    hidden = _Hidden([(people[name], called[name]) for name in sorted({one.name, *others})])
    bare = retexted(one, hidden.change)
    flags = tuple(
        dataclasses.replace(new, others=tuple(called.get(name, "?") for name in old.others))
        for new, old in zip(bare.flags, one.flags)
    )
    student = Student(name=called[one.name], section=None, language=one.student.language)
    facts = None if one.facts is None else _facts(one.facts)
    return dataclasses.replace(bare, name=called[one.name], student=student, files=(), flags=flags, facts=facts)


_Named = Mapping[str, Sequence[tuple[str, str]]]  # texts that name somebody with the submission's name, by their first words


def _by_word(graded: Sequence[Graded]) -> _Named:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in graded:
        for text in filter(None, {one.name, one.student.name}):
            found[_first_word(text)].append((text, one.name))
    return found


def _first_word(text: str) -> str:
    return next(iter(_WORD.findall(text)), "")


def _told_of(notes: Sequence[str], by_word: _Named) -> set[str]:
    """Return the submissions that notes name, or whose student they name."""
    text = "\n".join(notes)
    words = {"", *_WORD.findall(text)}
    return {name for word in words for named, name in by_word.get(word, ()) if named in text}


def _facts(facts: Facts) -> Facts:
    return dataclasses.replace(facts, author=None, answers=None)


class _Hidden:
    """Find what names students in a text, and put their pseudonyms there: the longest first, for one name may begin another.

    Args:
        people: the students with their pseudonyms.
    """

    def __init__(self, people: Sequence[tuple[Graded, str]]) -> None:
        named: dict[str, str] = {}
        files: set[str] = set()
        for one, pseudonym in people:
            student, author = one.student, None if one.facts is None else one.facts.author
            texts = {student.name, student.id, student.email, student.login, student.canvas, one.name}
            texts |= set() if author is None else {author.name, author.id}
            for text in filter(None, texts):
                named.setdefault(text, pseudonym)
            files |= {part for file in one.files for part in (file, re.split(r"[/\\]", file)[-1])}
        self.instead = {text.casefold(): "…" for text in files} | {text.casefold(): called for text, called in named.items()}
        longest = sorted({*filter(None, files), *named}, key=lambda text: (-len(text), text))
        self.pattern = re.compile("|".join(map(_sought, longest)) or "(?!)", re.IGNORECASE)

    def change(self, text: str) -> str:
        """Return the text with pseudonyms for names, and … for files."""
        return self.pattern.sub(lambda found: self.instead.get(found[0].casefold(), "…"), text)


def _sought(text: str) -> str:
    """Return the pattern of a text: short ones are words of their own, for "12" may be an epoch, and "Al" begins others."""
    if len(text) >= _FEW and not text.isdecimal():
        return re.escape(text)
    if not text.isascii():
        return rf"(?<!\w){re.escape(text)}"
    return rf"(?<!\w){re.escape(text)}(?!\w)" if len(text) >= _FEW else "(?!)"
