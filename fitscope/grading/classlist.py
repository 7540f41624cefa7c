"""Who is in the class: a class list as learning systems and people write it."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

from fitscope.errors import DataError, not_read
from fitscope.grading.classtable import joined, rows_of
from fitscope.grading.packed import readable
from fitscope.grading.records import Student
from fitscope.grading.texts import decoded
from fitscope.logs import written
from fitscope.plainfile import read_start
from fitscope.result import Author

_LARGEST = 20_000_000  # bytes; 20,000 students with a whole gradebook each have less
# Columns' names without signs and spaces, in small letters; of several that fit, the first of these counts.
_COLUMNS = {
    "name": ("student", "name", "fullname", "studentname", "displayname", "이름", "성명", "학생", "학생이름"),
    "first": ("firstname", "givenname", "forename"),
    "last": ("lastname", "surname", "familyname", "성"),
    "id": ("sisuserid", "idnumber", "studentid", "studentnumber", "sid", "matriculationnumber", "학번", "id"),
    "canvas": ("canvasid", "canvasuserid", "id"),
    "login": ("sisloginid", "login", "loginid", "username", "아이디"),
    "email": ("emailaddress", "email", "mail", "useremail", "이메일", "메일", "전자우편"),
    "section": ("section", "sections", "class", "분반", "반"),
    "group": ("group", "groups", "team", "groupname", "조", "팀", "모둠"),
    "language": ("language", "lang", "언어"),
    "moodle": ("identifier", "participant"),
}
_TELLING = ("name", "first", "last", "id", "canvas", "login", "email", "moodle")  # who somebody is
_NO_STUDENTS = ("points possible", "student, test", "test student")
_PARTICIPANT = re.compile(r"\D*(\d+)\D*")
_MOST_WORDS = 5  # of a name whose orders are tried


@dataclass(frozen=True)
class Roster:
    """Hold the class's students, in the file's order.

    Args:
        students: one a row.
        notes: what was noticed while it was read, in English sentences.
    """

    students: tuple[Student, ...]
    notes: tuple[str, ...] = ()

    def find(self, claimed: Student, author: Author | None = None, signed: Student | None = None) -> Student | None:
        """Return whom an export or a file's name, else a report, else answers name; None where nobody or several fit.

        Example:
            >>> Roster((Student("Kim, Minji", "7"), Student("Lee Joon", "8"))).find(Student("minji kim")).id
            '7'
        """
        said = (claimed, None if author is None else Student(name=author.name, id=author.id), signed)
        return next((found for one in said if one is not None and (found := self._find(one)) is not None), None)

    def _find(self, one: Student) -> Student | None:
        for kind in ("canvas", "moodle", "id", "login", "email"):
            value = getattr(one, kind)
            if value is not None and len(found := self._by_number[kind].get(_plain(value), ())) == 1:
                return found[0]
        if one.name is None:
            return None
        for name in _readings(one.name):
            if len(found := self._by_name.get(name, ())) == 1:
                return found[0]
        return None

    def several(self, one: Student) -> int:
        """Return how many students a name fits."""
        return max((len(self._by_name.get(name, ())) for name in _readings(one.name or "")), default=0)

    @cached_property
    def _by_number(self) -> dict[str, dict[str, tuple[Student, ...]]]:
        kinds = ("canvas", "moodle", "id", "login", "email")
        return {kind: _index((_plain(value), one) for one in self.students if (value := getattr(one, kind))) for kind in kinds}

    @cached_property
    def _by_name(self) -> dict[str, tuple[Student, ...]]:
        """Students by what a file, a report or an export may call them: their names in any order, their numbers."""
        named = [(key, one) for one in self.students if one.name for key in name_keys(one.name)]
        numbered = [(_plain(value), one) for one in self.students for value in (one.id, one.login, one.email) if value]
        return _index([*named, *numbered])


def name_keys(name: str) -> set[str]:
    """Return all forms of a name that are one person's: words in any order, with or without spaces; accents are kept.

    Example:
        >>> name_keys("Kim, Minji") == name_keys("minji kim"), sorted(name_keys("Kim, Minji"))
        (True, ['kim minji', 'kimminji', 'minjikim'])
    """
    words = re.findall(r"[^\W_]+", _plain(name))
    orders = itertools.permutations(words) if len(words) <= _MOST_WORDS else [tuple(words), (*words[1:], words[0])]
    return {" ".join(sorted(words)), *("".join(order) for order in orders)} - {""}


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are one name, written otherwise."""
    return bool(name_keys(one) & name_keys(other))


def _readings(name: str) -> Iterator[str]:
    """Yield what may be meant by a name: itself; after a hyphen, as Moodle puts groups; each word, as in `2026-1234 kim`."""
    yield _plain(name)
    yield " ".join(sorted(re.findall(r"[^\W_]+", _plain(name))))
    yield "".join(re.findall(r"[^\W_]+", _plain(name)))
    parts = name.split("-")
    for start in range(1, len(parts)):
        yield " ".join(sorted(re.findall(r"[^\W_]+", _plain("-".join(parts[start:])))))
    yield from (word for word in re.split(r"[\s_,()]+", _plain(name)) if any(sign.isdigit() for sign in word))


def _plain(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())


def _index(pairs: Iterable[tuple[str, Student]]) -> dict[str, tuple[Student, ...]]:
    found: dict[str, tuple[Student, ...]] = {}
    for key, student in pairs:
        if student not in found.get(key, ()):
            found[key] = (*found.get(key, ()), student)
    return found


def read_roster(path: Path) -> Roster:
    """Read a class list: names, ids, emails and so on in columns of any order and separator.

    Raises:
        DataError: it is no table with names or ids, or two rows have one id.
    """
    shown = readable(str(path))
    text, notes = _text(path, shown)
    numbered = rows_of(text, shown)
    if not numbered:
        raise DataError(f"{shown} is empty; give a CSV with a row a student.")
    numbered = joined(numbered, [name for kind in _TELLING for name in _COLUMNS[kind]], _head, shown)
    columns = _columns(numbered[0][1])
    if not columns.keys() & {"name", "last", "id", "email", "login", "canvas"}:
        raise DataError(f"{shown} has no column with names or ids, but {', '.join(numbered[0][1])[:80]!r}; call them name and id.")
    students = [(number, student) for number, row in numbered[1:] if (student := _student(row, columns)) is not None]
    if not students:
        raise DataError(f"{shown} names no student; give a CSV with a row a student.")
    _refuse_doubles(students, shown)
    return Roster(tuple(student for _, student in students), tuple(notes))


def _text(path: Path, shown: str) -> tuple[str, list[str]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{shown} has more than {_LARGEST:,} bytes, more than a class list needs; give a smaller one.")
        content = read_start(path, _LARGEST)
    except (OSError, ValueError) as error:  # the latter where no file can have such a name
        raise not_read(shown, error, "give the class list as CSV") from None
    if content.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        raise DataError(f"{shown} is a spreadsheet; save it as CSV, and give that.")
    text, guessed = decoded(content)
    if "\0" in text:
        raise DataError(f"{shown} is no text; give the class list as CSV.")
    return text, [f"{shown} is no UTF-8; it was read as {guessed}."] if guessed else []


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return which column holds what; `ID` is Canvas' number in Canvas' gradebook, and the student's elsewhere."""
    plain = [_head(name) for name in header]
    canvas = {"id", "sisloginid"} <= set(plain)
    columns: dict[str, int] = {}
    for kind, names in _COLUMNS.items():
        usable = [name for name in names if name != "id" or (kind == "canvas") == canvas]
        found = next((plain.index(name) for name in usable if name in plain), None)
        if found is not None:
            columns[kind] = found
    return columns


def _head(name: str) -> str:
    return re.sub(r"[\W_]+", "", _plain(name))


def _student(row: Sequence[str], columns: dict[str, int]) -> Student | None:
    given = {
        kind: written(unicodedata.normalize("NFC", row[place].strip())) or None
        for kind, place in columns.items()
        if place < len(row)
    }
    first, last = given.pop("first", None), given.pop("last", None)
    if given.get("name") is None and (first or last):
        given["name"] = " ".join(filter(None, (first, last)))
    if (given.get("name") or "").casefold() in _NO_STUDENTS or not any(given.values()):
        return None
    if given.get("moodle"):
        number = _PARTICIPANT.fullmatch(given["moodle"] or "")
        given["moodle"] = number[1] if number else None
    known = {one.name for one in fields(Student)}
    student = Student(**{kind: value for kind, value in given.items() if kind in known})
    return student if student.name or student.id or student.email or student.login or student.canvas else None


def _refuse_doubles(students: Sequence[tuple[int, Student]], shown: str) -> None:
    for kind in ("id", "canvas", "login", "email", "moodle"):
        lines: dict[str, int] = {}
        for number, student in students:
            value = getattr(student, kind)
            if value is None:
                continue
            if (first := lines.setdefault(_plain(value), number)) != number:
                raise DataError(f"{shown} gives the {kind} {value[:60]!r} twice, in lines {first} and {number}; mend one of them.")
