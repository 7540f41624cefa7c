"""A student's answers put beside what the run says; of a blind run the result is opened by that."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from fitscope.answers import AnswerFile, read_file
from fitscope.errors import DataError, ResultError, UsageError, not_read, not_written
from fitscope.report import page
from fitscope.report.notes import signed_command
from fitscope.report.sealed import NAME, unsealed
from fitscope.result import Author, Result
from fitscope.result.begun import unfinished
from fitscope.wholefile import write_whole

_RESULT, _REPORT, _PLAN = "result.json", "report.html", "plan.json"


def submit(run: Path | str, answers: Path | str) -> Result:
    """Put a student's answers into a run, and write its report with the answers beside what the run says.

    A blind run is opened by that, once: its answers stand from then on. It writes `result.json`, then `report.html`, and last
    removes what kept the result; where it was stopped in between, the same call finishes it.

    Args:
        run: the folder that `analyze` filled.
        answers: the path of the filled-in form.

    Returns:
        The whole result with the answers.

    Raises:
        UsageError: a blind run was answered already, or run and answers are of two students.
        DataError: the folder holds no finished run, or the answers cannot be used.
        OutputError: the folder cannot be written.

    Example:
        >>> submit("my-report", "answers.md").answers.best_epoch
        5
    """
    folder, given = Path(run), read_file(Path(answers))
    if folder.name in (_RESULT, _REPORT) and folder.is_file():
        folder = folder.parent
    found = _result(folder)
    if not found.blind and (folder / NAME).exists():
        _finish(folder, found)
    if not found.blind and found.answers is not None and _begun_blind(folder):
        raise UsageError(
            f"{folder} is answered already, and what the run says has been shown, so its answers stand; hand in "
            f"{folder / _REPORT}, or ask your instructor."
        )
    whole = _answered(_opened(folder, found) if found.blind else found, given, Path(answers))
    _write(folder, whole)
    return whole


def _result(folder: Path) -> Result:
    path = folder / _RESULT
    if not path.is_file():
        lacks = f"{folder} is no folder of a finished run (it lacks {_RESULT}); give the one that fitscope analyze made."
        raise DataError(unfinished(folder) or lacks)
    try:
        found = Result.from_text(path.read_text(encoding="utf8"))
    except (OSError, UnicodeDecodeError, ResultError) as error:
        raise not_read(path, error, "analyze again") from None
    if found.partial:
        raise DataError(f"{folder} was stopped before its end; go on with fitscope analyze and --resume {folder}, then submit.")
    return found


def _begun_blind(folder: Path) -> bool:
    try:
        return json.loads((folder / _PLAN).read_text(encoding="utf8")).get("blind") is True
    except (OSError, ValueError, AttributeError):
        return False


def _opened(folder: Path, found: Result) -> Result:
    """Return a blind run's whole result, with what was changed since it was put away: whose it is and their notes."""
    whole = unsealed(folder / NAME)
    if whole.history != found.history:
        raise DataError(f"{folder / NAME} belongs to another run than {folder / _RESULT}; analyze again.")
    return dataclasses.replace(whole, author=found.author, notes=found.notes, command=found.command)


def _answered(result: Result, given: AnswerFile, path: Path) -> Result:
    """Return the result with the answers; name and number come from them where the run has none."""
    author = result.author or Author()
    if author.id is not None and given.id is not None and author.id != given.id:
        raise UsageError(f"{path} is signed by {given.id}, and the run is of {author.id}; give the answers of the run's student.")
    author = Author(author.name or given.name, author.id or given.id)
    signed = None if author == Author() else author
    return dataclasses.replace(
        result, blind=False, author=signed, answers=given.answers, command=signed_command(result.command, signed)
    )


def _write(folder: Path, whole: Result) -> None:
    write_whole(folder / _RESULT, whole.to_text())
    _finish(folder, whole)


def _finish(folder: Path, whole: Result) -> None:
    try:
        page.write(whole, folder / _REPORT)
        (folder / NAME).unlink(missing_ok=True)
    except OSError as error:
        raise not_written(folder, error, "make room, then submit again") from None
