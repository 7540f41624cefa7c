"""What learning systems write when they export a class's submissions, recognised by the names alone.

Canvas: `kimminji_LATE_12345_67890_report.html`: the sortable name squashed, the user, the file (lib/content_zipper.rb). Moodle:
`Kim Minji_12345_assignsubmission_file`, a folder or the beginning of a file's name, and up to 4.0 a group and a hyphen before
the name (mod/assign/locallib.php; since then mod/assign/classes/downloader.php). Gradescope: `submission_123` beside
`submission_metadata.yml`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from fitscope.errors import DataError
from fitscope.grading.records import HandIn, Student
from fitscope.language import N_

METADATA = "submission_metadata.yml"
_LARGEST = 100_000_000  # bytes of Gradescope's metadata, which holds every student's autograder output
_CANVAS = re.compile(r"(?P<name>\w*?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL)
_NAMELESS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[^_]+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL)
_TYPED = re.compile(r"\w+_\d+_(text|link)\.html")
_COPY = re.compile(r"(?P<stem>.+)-(?P<number>\d{1,3})")
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL)
_BLIND = {"participant", "참가자", "참여자", "teilnehmer/in", "teilnehmer in", "participante"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class File:
    """Hold a file of the class's folder, unopened.

    Args:
        name: relative to where the submissions begin, with `/` and composed characters.
        path: where it lies on this disk.
        shown: its name as the instructor reads it, relative to the class's folder.
        passed: whether its content was passed over, for it is no hand-in by itself.
        fault: why it could not be opened, in a sentence; None where it could.
    """

    name: str
    path: Path
    shown: str
    passed: bool = False
    fault: str | None = None

    @property
    def top(self) -> str:
        return self.name.partition("/")[0]

    @property
    def alone(self) -> bool:
        """Whether it lies in no folder of its own."""
        return "/" not in self.name


@dataclass(frozen=True)
class Exported:
    """Hold what of a folder one learning system wrote."""

    hand_ins: tuple[HandIn, ...]
    rest: tuple[File, ...]
    notes: tuple[str, ...] = ()


def hand_in(name: str, claimed: Student, files: Sequence[File], **more: Any) -> HandIn:
    """Return the submission of these files."""
    files = sorted(files, key=lambda file: file.shown)
    opened = [file for file in files if file.fault is None]
    faults = tuple(file.fault for file in files if file.fault is not None)
    return HandIn(name, claimed, tuple(file.path for file in opened), tuple(file.shown for file in opened), faults=faults, **more)


def canvas(files: Sequence[File]) -> Exported | None:
    """Sort Canvas' files by user; of several with one name the one with the highest number counts.

    Where one user has several names the files only look like Canvas', as `kim_2026_1234.html` and `lee_2026_1235.html` do.
    """
    users: dict[str, dict[File, re.Match[str]]] = {}
    for file in files:
        if file.alone and (match := _NAMELESS.fullmatch(file.name) or _CANVAS.fullmatch(file.name)):
            users.setdefault(match["user"], {})[file] = match
    names = {user: {match.groupdict().get("name") for match in found.values()} for user, found in users.items()}
    if not users or any(len(some) > 1 or (name or "") != (name or "").lower() for some in names.values() for name in some):
        return None
    typed = [file.shown for file in files if _TYPED.fullmatch(file.name)]
    known = {file for found in users.values() for file in found}
    rest = tuple(file for file in files if file not in known and file.shown not in typed)
    made = tuple(_canvas_user(user, found) for user, found in users.items())
    return Exported(made, rest, _passed(typed, "Canvas"))


def _canvas_user(user: str, found: dict[File, re.Match[str]]) -> HandIn:
    tries: dict[str, list[tuple[tuple[int, int], File]]] = {}
    for file, match in found.items():
        path = PurePosixPath(match["rest"])
        copy = _COPY.fullmatch(path.stem)
        name = copy["stem"] + path.suffix if copy else match["rest"]
        tries.setdefault(name.lower(), []).append(((int(match["file"]), int(copy["number"]) if copy else 0), file))
    some = next(iter(found.values()))
    name = some.groupdict().get("name") or None
    return hand_in(
        f"{name or 'anon'}_{user}",
        Student(name=name, canvas=user),
        [max(same, key=lambda one: one[0])[1] for same in tries.values()],
        late=N_("Canvas says that it was late.") if any(match["late"] for match in found.values()) else None,
        tries=max(len(same) for same in tries.values()) - 1,
        export="Canvas",
    )


def moodle(files: Sequence[File]) -> Exported | None:
    """Sort Moodle's folders or files by participant; text typed into Moodle is no submission of fitscope's."""
    people: dict[tuple[str, str | None], list[File]] = {}
    typed, rest = [], []
    for file in files:
        match = _MOODLE.fullmatch(file.top)
        if match is None:
            rest.append(file)
        elif match["kind"] == "file":
            people.setdefault((match["name"], match["number"]), []).append(file)
        else:
            typed.append(file.shown)
    if not people and not typed:
        return None
    made = []
    for (name, number), found in people.items():
        claimed = Student(name=None if name.lower() in _BLIND else name, moodle=number)
        made.append(hand_in(f"{name}_{number}" if number else name, claimed, found, export="Moodle"))
    return Exported(tuple(made), tuple(rest), _passed(typed, "Moodle"))


def gradescope(files: Sequence[File]) -> Exported | None:
    """Sort Gradescope's folders as its metadata says; each member of a group has handed in the group's files.

    Raises:
        DataError: the metadata cannot be read.
    """
    metadata = next((file for file in files if file.name == METADATA), None)
    if metadata is None:
        return None
    content = _metadata(metadata)
    parts: dict[str, list[File]] = {}
    for file in files:
        parts.setdefault(file.top, []).append(file)
    made = [one for name, found in parts.items() if name in content for one in _gradescope_folder(name, content[name], found)]
    rest = [file for file in files if file.top not in content and file is not metadata]
    absent = [name for name in content if name not in parts]
    told = N_("The metadata name {count} submissions that are not there, such as {name}.")
    notes = (told.format(count=len(absent), name=absent[0][:60]),) if absent else ()
    return Exported(tuple(made), tuple(rest), notes)


def _metadata(file: File) -> dict[str, Any]:
    """Read Gradescope's metadata as texts alone: no tag in it makes an object."""
    import yaml

    try:
        if file.path.is_symlink() or not file.path.is_file() or file.path.stat().st_size > _LARGEST:
            raise DataError(f"{file.shown} is a link, or has more than {_LARGEST:,} bytes; export the submissions again.")
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        content = yaml.load(file.path.read_bytes(), loader)  # noqa: S506
    except (OSError, yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{file.shown} cannot be read ({reason}); export the submissions again.") from None
    if not isinstance(content, dict):
        raise DataError(f"{file.shown} names no submission; export the submissions again.")
    return {str(name): about for name, about in content.items() if isinstance(about, dict)}


def _gradescope_folder(name: str, about: dict[str, Any], files: Sequence[File]) -> list[HandIn]:
    people = about.get(":submitters")
    people = [person for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    history = about.get(":history")
    one = hand_in(
        name,
        Student(),
        files,
        moment=_moment(about.get(":created_at")),
        tries=len(history) if isinstance(history, list) else 0,
        export="Gradescope",
    )
    group = name if len(people) > 1 else None
    return [
        dataclasses.replace(one, name=name if group is None else f"{name} ({number})", claimed=_submitter(person, group))
        for number, person in enumerate(people, 1)
    ] or [one]


def _submitter(person: dict[str, Any], group: str | None) -> Student:
    given = {name: person.get(f":{name}") for name in ("name", "sid", "email")}
    texts = {name: text.strip() or None for name, text in given.items() if isinstance(text, str)}
    return Student(name=texts.get("name"), id=texts.get("sid"), email=texts.get("email"), group=group)


def _moment(value: Any) -> str | None:
    """Return a moment as ISO 8601 in UTC; Rails writes a text, or an object that holds one."""
    if isinstance(value, dict):
        value = value.get("utc") or value.get("time")
    match = _TIME.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    zone = "+00:00" if match[3] in (None, "Z", "UTC") else match[3]
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}").astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def _passed(names: Sequence[str], system: str) -> tuple[str, ...]:
    if not names:
        return ()
    told = N_("{count} texts that were typed into {system} were passed over, such as {name}; fitscope grades files.")
    return (told.format(count=len(names), system=system, name=names[0]),)


EXPORTS: dict[str, Callable[[Sequence[File]], Exported | None]] = {"Gradescope": gradescope, "Moodle": moodle, "Canvas": canvas}
