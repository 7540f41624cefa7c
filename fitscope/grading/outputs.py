"""The folder that grading leaves: made or made anew, each file whole or not at all, and purged when it is no longer needed."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from fitscope.errors import OutputError, not_written
from fitscope.grading import feedback_view, grades, index_view
from fitscope.grading.cleaning import clean, retexted, student_retexted
from fitscope.grading.gradebook import CANVAS, MOODLE, PLAIN, SHEET, UNKNOWN, gradebooks
from fitscope.grading.lists import (
    FEEDBACK,
    FILE,
    NAMES,
    Pseudonyms,
    decided_in_names,
    decided_in_pseudonyms,
    feedback_files,
    feedback_list,
    pseudonyms,
    unnamed,
)
from fitscope.grading.overrides import as_entries, read_overrides, to_toml
from fitscope.grading.records import Gradebook, Student
from fitscope.grading.rubric import Rubric
from fitscope.grading.toml_file import LARGEST_FILE
from fitscope.language import LANGUAGES, N_, speaking
from fitscope.plainfile import read_start
from fitscope.wholefile import put_whole, remove_parts, whole_of

INDEX, GRADES, OVERRIDES, FOLDER = "index.html", "grades.json", "overrides.toml", "feedback"
_GRADEBOOKS = (CANVAS, MOODLE, UNKNOWN, PLAIN, SHEET)
_ALL = (INDEX, GRADES, OVERRIDES, FEEDBACK, NAMES, *_GRADEBOOKS)  # all that grading writes beside the feedback
_LARGEST = 2**30  # bytes of grades.json; a thousand students have 2**23
_STALE = 3600.0  # seconds after which nobody still writes a file
_PRIVATE = (FEEDBACK, NAMES)  # they say who is who, so nobody else on the machine reads them
_MARK = b'<meta name="generator" content="fitscope grade">'  # by which a feedback page is known
WITHOUT_NAMES = N_(
    "There are no gradebook files, for they must name people and this grading names nobody: grade again without --pseudonymous for "
    "them."
)


def write(
    gradebook: Gradebook,
    rubric: Rubric,
    folder: Path,
    pseudonymous: bool = False,
    *,
    roster: Collection[Student] | None = None,
    source: Path | None = None,
) -> Path:
    """Write what comes of grading a class: the marks, a page for the instructor, feedback for each student, and gradebooks.

    Args:
        gradebook: the class.
        rubric: what it was graded by.
        folder: made where it is missing; an earlier grading's is written anew, but for its `overrides.toml`.
        pseudonymous: whether page, marks and feedback name nobody; `names.csv` says who is who, and there are no gradebooks.
        roster: who is in the course; None where that is not known.
        source: the folder of submissions, so that the page can link to them.

    Returns:
        The instructor's page.

    Raises:
        OutputError: the folder holds something else, or cannot be written.
        DataError: its `overrides.toml` cannot be read.
    """
    check(folder)
    gradebook = _cleaned(gradebook)
    names = pseudonyms(gradebook, folder) if pseudonymous else None
    files, notes = ({}, (WITHOUT_NAMES,)) if pseudonymous else gradebooks(gradebook, rubric, roster)
    gradebook = dataclasses.replace(gradebook, notes=(*gradebook.notes, *notes))
    decided = _decided(folder) if names is None else _decided_in_pseudonyms(folder, rubric, gradebook, names)
    if names is not None:
        gradebook, source = unnamed(gradebook, names), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fill(gradebook, rubric, folder, files, names, source, decided)
    except OSError as error:
        raise not_written(error.filename or folder, error, "make room, or give another folder with --output") from None
    return folder / INDEX


def without_names(gradebook: Gradebook, folder: Path) -> Gradebook:
    """Return a class under the pseudonyms that `names.csv` in the folder gives it."""
    gradebook = _cleaned(gradebook)
    return unnamed(gradebook, pseudonyms(gradebook, folder))


def check(folder: Path) -> None:
    """Refuse a folder that holds something else than an earlier grading.

    Raises:
        OutputError: it does, or it is no folder.
    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is no folder; give another one with --output.")
    if (folder / FOLDER).is_symlink():
        raise OutputError(f"{folder / FOLDER} is a link; give another folder with --output.")
    if (wrong := next((folder / name for name in _ALL if (folder / name).is_dir()), None)) is not None:
        raise OutputError(f"{wrong} is a folder, and a file belongs there; move it away, or give another folder with --output.")
    others = [name for name in os.listdir(folder) if name != OVERRIDES and whole_of(name) != GRADES]  # a grading begins with that
    if others and not _graded(folder):
        raise OutputError(
            f"{folder} holds something else than an earlier grading, and is left as it is; give another folder with --output."
        )


def _graded(folder: Path) -> bool:
    """Tell whether an earlier grading lies in a folder."""
    try:
        content = json.loads(read_start(folder / GRADES, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and str(content.get("schema")).partition("/")[0] == grades.SCHEMA.partition("/")[0]


def _cleaned(gradebook: Gradebook) -> Gradebook:
    return dataclasses.replace(
        gradebook,
        rubric=clean(gradebook.rubric),
        graded=tuple(retexted(one, clean) for one in gradebook.graded),
        missing=tuple(student_retexted(student, clean) for student in gradebook.missing),
        notes=tuple(map(clean, gradebook.notes)),
    )


def _fill(
    gradebook: Gradebook,
    rubric: Rubric,
    folder: Path,
    files: dict[str, bytes],
    names: Pseudonyms | None,
    source: Path | None,
    decided: str,
) -> None:
    """Write all files: first those by which a later grading knows this one, last the page."""
    _whole(folder / GRADES, json.dumps(grades.to_json(gradebook), ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n")
    (folder / FOLDER).mkdir(exist_ok=True)
    if names is not None:
        _whole(folder / NAMES, names.to_csv())
    pages = feedback_files(gradebook, folder)
    _whole(folder / FEEDBACK, feedback_list(gradebook, pages))
    for one in gradebook.graded:
        _whole(folder / FOLDER / pages[one.name], feedback_view.render(one, rubric, gradebook.created).encode())
    _remove(path for path in _feedback(folder) if path.name not in pages.values())
    for name, content in files.items():
        _whole(folder / name, content)
    _remove(folder / name for name in _GRADEBOOKS if name not in files)
    with speaking(rubric.language if rubric.language in LANGUAGES else "en"):
        page = index_view.render(
            gradebook, rubric, pages, folder=folder, source=source, pseudonymous=names is not None, overrides=decided
        )
    _whole(folder / INDEX, page.encode())
    for place in (folder, folder / FOLDER):
        remove_parts(place, _own, older=_STALE)


def _decided(folder: Path) -> str:
    """Return the decisions that lie there already; the page saves its own behind them."""
    try:
        return read_start(folder / OVERRIDES, LARGEST_FILE).decode("utf8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return ""


def _decided_in_pseudonyms(folder: Path, rubric: Rubric, gradebook: Gradebook, names: Pseudonyms) -> str:
    if not (folder / OVERRIDES).exists():
        return ""
    overrides = decided_in_names(read_overrides(folder / OVERRIDES, rubric), folder)
    return to_toml(as_entries(decided_in_pseudonyms(overrides, gradebook, names)))


def _whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    put_whole(path, content, 0o600 if path.name in _PRIVATE else 0o644)


def _feedback(folder: Path) -> list[Path]:
    """Return the feedback pages in a folder, whoever they are for."""
    try:
        found = [path for path in (folder / FOLDER).iterdir() if FILE.fullmatch(path.name) and path.is_file()]
    except OSError:
        return []
    return [path for path in found if _is_feedback(path)]


def _is_feedback(path: Path) -> bool:
    with open(path, "rb") as file:
        return _MARK in file.read(8192)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def purge(folder: Path) -> tuple[str, ...]:
    """Remove all that grading wrote into a folder, what the instructor decided too, and the folder where it is empty then.

    Args:
        folder: of an earlier grading.

    Returns:
        What was removed, relative to the folder; what else lies there stays.

    Raises:
        OutputError: it holds no grading, or something cannot be removed.
    """
    if not folder.is_dir() or (folder / FOLDER).is_symlink() or not _graded(folder):
        raise OutputError(f"{folder} holds no grading of fitscope's, and is left as it is; give the folder that was its --output.")
    pages = _feedback(folder)
    own = [folder / name for name in _ALL if os.path.lexists(folder / name)]
    rest = [path for path in (folder, folder / FOLDER) for path in path.glob(".*.part") if _scratch(path)]
    own.sort(key=lambda path: path.name == GRADES)  # last, so that a purge that was stopped can be gone on with
    try:
        _remove([*pages, *rest, *own])
        for place in (folder / FOLDER, folder):
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()
    except OSError as error:
        raise OutputError(f"{error.filename or folder} cannot be removed ({error.strerror or error}); remove it by hand.") from None
    return tuple(str(path.relative_to(folder)) for path in [*pages, *rest, *own])


def _scratch(path: Path) -> bool:
    return path.is_file() and _own(whole_of(path.name) or "")


def _own(name: str) -> bool:
    return name in _ALL or FILE.fullmatch(name) is not None
