"""Who is in the class, which submission is whose, and which of several tries counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fitscope.grading.classlist import Roster, name_keys, read_roster, same_person
from fitscope.grading.moments import made, moment_of
from fitscope.grading.records import HandIn, Student, Work
from fitscope.language import N_

__all__ = ["Identified", "Read", "Roster", "identify", "read_roster"]

_FILE = "the file's name"
_LONG = 5  # signs of a student's number that stands in a file's name by no chance


@dataclass(frozen=True)
class Read:
    """Hold a submission and what came of reading it: its work, or why there is none."""

    hand_in: HandIn
    work: Work | None
    error: str | None = None


@dataclass(frozen=True)
class Identified:
    """Hold a submission that counts, and whose it is.

    Args:
        read: the submission; its `hand_in.tries` counts the earlier ones that were passed over.
        student: the roster's, else as far as known.
        notes: of who handed it in, in English sentences.
        error: why it cannot be graded, None where it can.
        other: whom its files name where its own name is another student's, so that it is refused; else None.
    """

    read: Read
    student: Student
    notes: tuple[str, ...] = ()
    error: str | None = None
    other: Student | None = None


def identify(reads: Sequence[Read], roster: Roster | None = None) -> tuple[tuple[Identified, ...], tuple[Student, ...]]:
    """Tell whose each submission is; of several of one student the newest counts.

    An export's word comes first, then the report's author, then the answers' name and id, then the file's name.

    Args:
        reads: what was handed in.
        roster: the class list, None where there is none.

    Returns:
        The submissions that count, in the order given, and the roster's students who handed in nothing.
    """
    groups: dict[str, list[str]] = {}
    for claimed in (read.hand_in.claimed for read in reads):
        if claimed.group and claimed.name:
            groups.setdefault(claimed.group, []).append(claimed.name)
    found = [_owned(read, roster, groups.get(read.hand_in.claimed.group or "", ())) for read in reads]
    counted = [_told_of_others(one, found) for one in _newest(_clashes(found))]
    handed_in = {dataclasses.replace(one.student, group=None) for one in counted}
    students = () if roster is None else roster.students
    return tuple(counted), tuple(one for one in students if dataclasses.replace(one, group=None) not in handed_in)


def _owned(read: Read, roster: Roster | None, group: Sequence[str]) -> Identified:
    said = _said(read)
    student = _joined(said)
    error, notes, other = read.error, [], None
    if roster is not None:
        listed = next((one for _, word in said if (one := roster.find(word)) is not None), None)
        if listed is None:
            error = error or _unlisted(student, read.hand_in, roster)
        else:
            owner = _owner(read.hand_in, roster)
            if owner not in (None, listed):
                if not (owner.group and owner.group == listed.group):
                    error, other = error or _anothers(read.hand_in, owner, listed), listed
                listed = owner
            student = dataclasses.replace(listed, group=listed.group or read.hand_in.claimed.group)
    notes += _differing([one for one in said if not any(same_person(one[1].name or "", member) for member in group)], student)
    return Identified(read, student, tuple(notes), error, other)


def _owner(hand_in: HandIn, roster: Roster) -> Student | None:
    """Return the student of the roster whose name or number a folder or file bears; None of an export's, whose word comes first."""
    name = hand_in.claimed.name
    owner = None if name is None or hand_in.export is not None else roster.find(Student(name=name))
    if owner is None or name is None:
        return None
    numbered = any(value and value.casefold() == name.strip().casefold() for value in (owner.id, owner.login, owner.email))
    numbered = numbered or (owner.id is not None and len(owner.id) >= _LONG and owner.id.casefold() in name.casefold())
    return owner if numbered or (owner.name is not None and _one_name(owner.name, name)) else None


def _anothers(hand_in: HandIn, owner: Student, listed: Student) -> str:
    return f"{hand_in.name} is {_full(owner)}'s by its name, and its files name {_full(listed)}; ask them whose it is."


def _full(student: Student) -> str:
    return " ".join(filter(None, (student.name, student.id and f"({student.id})")))


def _told_of_others(one: Identified, found: Sequence[Identified]) -> Identified:
    """Note in a student's own submission what was refused because its files name that student."""
    mine = dataclasses.replace(one.student, group=None)
    others = [who.read.hand_in.name for who in found if who.other and dataclasses.replace(who.other, group=None) == mine]
    if not others:
        return one
    told = N_("Its student is named in another's work, too, which was refused: {others}. Ask them whose it is.")
    return dataclasses.replace(one, notes=(*one.notes, told.format(others=", ".join(others))))


def _unlisted(student: Student, hand_in: HandIn, roster: Roster) -> str:
    named = student.name or student.id or hand_in.name
    if (several := roster.several(student)) > 1:
        return f"{named} fits {several} students of the roster; hand in with an id, or a name that tells them apart."
    return f"{named} is not on the roster; add a row, or mend the name."


def _said(read: Read) -> list[tuple[str, Student]]:
    """Return who says whom the submission is from, the one to be believed first."""
    work, claimed = read.work, read.hand_in.claimed
    author = None if work is None else work.result.author
    said = [(N_("The report"), None if author is None else _legible(Student(name=author.name, id=author.id)))]
    said.append((N_("The answers"), None if work is None or work.signed is None else _legible(work.signed)))
    own = (_FILE if read.hand_in.export is None else read.hand_in.export, claimed)
    ordered = [*said, own] if read.hand_in.export is None else [own, *said]
    return [(who, one) for who, one in ordered if one is not None and one != Student()]


def _legible(student: Student) -> Student:
    """Leave out a name or number without any letter or digit, which names nobody."""
    said = {kind: value for kind in ("name", "id") if (value := getattr(student, kind)) and any(map(str.isalnum, value))}
    return dataclasses.replace(student, name=said.get("name"), id=said.get("id"))


def _joined(said: Sequence[tuple[str, Student]]) -> Student:
    """Return what the first says, filled up by those after it that do not speak of somebody else."""
    found = Student()
    for _, one in said:
        if found.name and one.name and not _one_name(found.name, one.name):
            continue
        known = {name: value for name, value in vars(found).items() if value is not None}
        readable = {"name": one.name} if one.name and found.name and " " not in found.name else {}  # Canvas squashes names
        found = dataclasses.replace(one, **known | readable)
    return found


def _differing(said: Sequence[tuple[str, Student]], student: Student) -> list[str]:
    """Note who names another person; a file's name is often no person's."""
    notes = []
    for who, one in said:
        if who == _FILE:
            continue
        other = one.name and student.name and not _one_name(one.name, student.name)
        if other or (one.id and student.id and one.id.casefold() != student.id.casefold()):
            told = N_("{told_who} names {named}; it is graded as {counts}'s.")
            notes.append(told.format(told_who=who, named=_full(one), counts=_full(student)))
    return notes


def _one_name(one: str, other: str) -> bool:
    return same_person(one, other) or _within(one, other) or _within(other, one)


def _within(name: str, longer: str) -> bool:
    """Tell whether a name follows a group's, as Moodle writes it."""
    return any(same_person(name, "-".join(longer.split("-")[start:])) for start in range(1, longer.count("-") + 1))


def _clashes(found: Sequence[Identified]) -> list[Identified]:
    """Refuse submissions of different people under one id: which of them is which, only the instructor can tell."""
    by_id: dict[str, list[Identified]] = {}
    for one in found:
        if one.student.id and one.other is None:
            by_id.setdefault(one.student.id.casefold(), []).append(one)
    clashing: dict[int, str] = {}
    for same in by_id.values():
        people = _people(same)
        if len(people) > 1:
            told = f"Two students hand in under id {same[0].student.id}: {people[0]} and {people[1]}; ask them whose it is."
            clashing |= {id(one): told for one in same}
    return [dataclasses.replace(one, error=one.error or clashing[id(one)]) if id(one) in clashing else one for one in found]


def _people(same: Sequence[Identified]) -> list[str]:
    """Return the different persons among submissions of one id."""
    people: list[tuple[str, str | None]] = []
    for one in same:
        said = _said(one.read)
        name = (
            next((word.name for who, word in said if word.name and who != _FILE), None) or one.student.name or one.read.hand_in.name
        )
        user = one.read.hand_in.claimed.canvas or one.read.hand_in.claimed.moodle
        known = any(same_person(name, other) and (user is None or number is None or user == number) for other, number in people)
        if not known:
            people.append((name, user))
    return [name for name, _ in people]


def _newest(found: Sequence[Identified]) -> list[Identified]:
    """Leave each student's newest submission, which says how many came before it."""
    tries: dict[object, list[Identified]] = {}
    for one in found:
        tries.setdefault(_person(one), []).append(one)
    counted = []
    for one in found:
        same = tries[_person(one)]
        newest = max(same, key=_when)
        if one is not newest:
            continue
        if len(same) > 1:
            others = ", ".join(other.read.hand_in.name for other in same if other is not newest)
            told = N_("It was handed in {count} times; the newest that can be read counts. Passed over: {others}.").format(
                count=len(same), others=others
            )
            earlier = sum(other.read.hand_in.tries for other in same) + len(same) - 1
            read = dataclasses.replace(one.read, hand_in=dataclasses.replace(one.read.hand_in, tries=earlier))
            one = dataclasses.replace(one, read=read, notes=(*one.notes, told))
        counted.append(one)
    return counted


def _person(one: Identified) -> object:
    """Return what is the same for one student's submissions alone; of nobody known, the submission itself."""
    student = one.student
    if one.error is not None and "hand in under id" in one.error:
        return ("submission", one.read.hand_in.name)
    if student.id:
        return ("id", student.id.casefold())
    for kind in ("canvas", "moodle", "login", "email"):
        if value := getattr(student, kind):
            return (kind, value.casefold())
    if student.name and (one.read.hand_in.export or any(who != _FILE for who, _ in _said(one.read))):
        return ("name", min(name_keys(student.name), default=student.name))
    return ("submission", one.read.hand_in.name)


def _when(one: Identified) -> tuple[bool, datetime, datetime, float]:
    """Order tries: what can be graded comes before what cannot, then the newest."""
    work = one.read.work
    return (
        work is not None and one.other is None,
        moment_of(one.read.hand_in.moment),
        made(work.result.created if work else None),
        (work and work.written) or 0.0,
    )
