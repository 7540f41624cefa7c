"""What a class handed in: a folder, or one zip of all, divided into submissions before any file is opened."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fitscope.errors import DataError
from fitscope.grading.exports import EXPORTS, File, hand_in
from fitscope.grading.packed import CLASS, OTHER_ARCHIVES, USEFUL, Unpacked, hidden, readable, unpack
from fitscope.grading.records import HandIn, Student
from fitscope.language import N_

MOST = 200_000  # files of a class: more is a disk, not a class
_ROLES = "report|results?|answers?|training|history|metrics|console|output|log|plan|fitscope|submission|보고서|결과|답안|답|로그"
_KEY = re.compile(rf"(?:(?:{_ROLES})(?:[\s_.-]+|$))*(?P<key>.*?)(?:(?:^|[\s_.-]+)(?:{_ROLES}))*", re.IGNORECASE | re.DOTALL)
_KINDS = {".html": "page", ".htm": "page", ".md": "answers", ".markdown": "answers", ".zip": "archive"}
_OURS = (".toml",)  # rubrics and overrides, not work of a student's


@dataclass(frozen=True)
class Collected:
    """Hold a class's submissions.

    Args:
        hand_ins: one a submission, sorted by name; of a group's work one for each of its members.
        notes: what the instructor should know of the folder as a whole, in English sentences.
    """

    hand_ins: tuple[HandIn, ...]
    notes: tuple[str, ...] = ()


def collect(folder: Path, scratch: Path, apart: Collection[Path] = ()) -> Collected:
    """Divide what a class handed in into submissions, opening nothing but the class's own zip.

    Args:
        folder: of the submissions, one zip of them all, or a single submission's file.
        scratch: an empty folder of the caller's, into which a class's zip is unpacked.
        apart: what lies in the folder and was not handed in, such as the rubric, the roster and earlier grades.

    Raises:
        DataError: there is no submission in it, or the class's zip cannot be unpacked.
    """
    packed = not folder.is_dir()
    files = _begun(_packed(folder, scratch) if packed else _lying(folder, apart), packed)
    if not files:
        raise DataError(f"{readable(str(folder))} holds no submission; give the folder, or the zip, with what students handed in.")
    name = readable(folder.stem if packed else folder.absolute().name)
    if _is_one(files):
        return Collected((_plain(name, files),))
    found, notes = _exported(files)
    found = sorted(found, key=lambda one: one.name)
    return Collected(tuple(found), tuple(notes))


def _exported(files: Sequence[File]) -> tuple[list[HandIn], list[str]]:
    """Sort files as learning systems name them; what none of them wrote is sorted by its names."""
    found: list[HandIn] = []
    notes: list[str] = []
    for system, recognise in EXPORTS.items():
        if exported := recognise(files):
            files = exported.rest
            found += exported.hand_ins
            notes += [
                N_("{count:,} submissions are as {system} exports them.").format(count=len(exported.hand_ins), system=system),
                *exported.notes,
            ]
    plain = [_plain(name, some) for name, some in _divided(files)]
    if found and plain:
        notes.append(N_("{count:,} submissions beside them are not, such as {name}.").format(count=len(plain), name=plain[0].name))
    return _distinct([*found, *plain]), notes


def _lying(folder: Path, apart: Collection[Path]) -> list[File]:
    passed = {os.path.realpath(path) for path in apart}
    files = []
    for path in _walk(folder, passed):
        name = readable(path.relative_to(folder).as_posix())
        files.append(File(name, path, name))
        if len(files) > MOST:
            raise DataError(
                f"{readable(str(folder))} holds more than {MOST:,} files; give the folder of one assignment's submissions."
            )
    return sorted(files, key=lambda file: file.name)


def _walk(folder: Path, passed: Collection[str]) -> Iterator[Path]:
    """Yield all that lies in a folder but folders; a link is yielded itself and never followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(
            f"{readable(str(folder))} cannot be read ({error.strerror or error}); give a folder that is yours."
        ) from None
    for entry in entries:
        if hidden(readable(entry.name)) or (passed and os.path.realpath(entry.path) in passed):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), passed)
        else:
            yield Path(entry.path)


def _packed(path: Path, scratch: Path) -> list[File]:
    """Return the files of a class's zip, or the single file that somebody gives instead of a folder."""
    shown = readable(path.name)
    if not os.path.lexists(path):
        raise DataError(f"There is no {readable(str(path))}; give the folder, or the zip, with what students handed in.")
    if path.name.lower().endswith(OTHER_ARCHIVES):
        raise DataError(f"{shown} is no zip; unpack it, and give the folder.")
    if path.suffix.lower() != ".zip":
        return [File(shown, path, shown)]
    try:
        unpacked = unpack(path, scratch, CLASS, USEFUL | {".zip"}, forgiving=True)
    except DataError as error:
        raise DataError(f"{shown} cannot be opened: {error}") from None
    return _of_zip(unpacked, shown, scratch)


def _of_zip(unpacked: Unpacked, shown: str, scratch: Path) -> list[File]:
    """Return all files of a class's zip, so that nobody is missing of whom none could be read."""
    blank = scratch / "blank"
    blank.touch()
    files = [File(member.name, member.path, f"{shown}/{member.name}") for member in unpacked.members]
    for name in unpacked.passed:  # another archive is somebody's hand-in, a script or picture lies beside one
        files.append(File(name, blank, f"{shown}/{name}", passed=not name.lower().endswith(OTHER_ARCHIVES)))
    files += [File(name, blank, f"{shown}/{name}", fault=f"{shown}/{name} {fault}") for name, fault in unpacked.refused]
    return sorted(files, key=lambda file: file.name)


def _begun(files: list[File], packed: bool) -> list[File]:
    """Go down to where the submissions begin: exports, and zips of a folder, hold one folder with all in it."""
    files = _handed_in(files)
    while files and len({file.top for file in files}) == 1 and not files[0].alone:
        within = [dataclasses.replace(file, name=file.name.partition("/")[2]) for file in files]
        exported = any(recognise(within) for recognise in EXPORTS.values())
        if not exported and (_is_one(within) or not packed and len(_divided(within)) < 2):
            break
        files = _handed_in(within) if packed else within
    return files


def _handed_in(files: Sequence[File]) -> list[File]:
    return [file for file in files if not (file.alone and file.name.lower().endswith(_OURS))]


def _is_one(files: Sequence[File]) -> bool:
    """Tell whether a folder directly is one submission: a run's folder, or files whose names tell their role alone."""
    files = [file for file in files if not file.passed]
    top = {file.name for file in files if file.alone}
    if "result.json" in top and top & {"report.html", "plan.json"}:
        return True
    return bool(files) and len(top) == len(files) and all(not _key(name) for name in top)


def _key(name: str) -> str:
    """Return what a file's name says beside its role.

    Example:
        >>> [_key(name) for name in ("kim_training.log", "answers_kim.md", "Kim Minji.html", "answers.md")]
        ['kim', 'kim', 'Kim Minji', '']
    """
    match = _KEY.fullmatch(PurePosixPath(name).stem)
    return match["key"] if match else PurePosixPath(name).stem


def _divided(files: Sequence[File]) -> list[tuple[str, list[File]]]:
    """Return submissions' names and files: one a folder, and one for the files whose names say the same beside their role."""
    folders: dict[str, list[File]] = {}
    keys: dict[str, list[File]] = {}
    for file in files:
        (keys if file.alone else folders).setdefault(_key(file.name) if file.alone else file.top, []).append(file)
    found = list(folders.items())
    for key, some in keys.items():
        if len({_kind(file) for file in some}) == len(some) or not key:
            found.append((key or PurePosixPath(some[0].name).stem, some))
            continue
        stems: dict[str, list[File]] = {}
        for file in some:  # two reports, say: then only equal names belong together
            stems.setdefault(PurePosixPath(file.name).stem, []).append(file)
        found += stems.items()
    return found


def _kind(file: File) -> str:
    return _KINDS.get(PurePosixPath(file.name).suffix.lower(), "log")


def _plain(name: str, files: Sequence[File]) -> HandIn:
    return hand_in(name, Student(name=name), files)


def _distinct(found: Sequence[HandIn]) -> list[HandIn]:
    """Give submissions of one name a number."""
    seen: dict[str, int] = {}
    told = []
    for one in found:
        seen[one.name] = seen.get(one.name, 0) + 1
        told.append(one if seen[one.name] == 1 else dataclasses.replace(one, name=f"{one.name} [{seen[one.name]}]"))
    return told
