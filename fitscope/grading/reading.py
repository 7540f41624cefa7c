"""One submission read: the result of a report, or of a log its curves, and the answers beside it.

Only pages, JSON, logs and answers are opened, each as text and up to a limit. Models, arrays, pickles, scripts and notebooks are
passed over unopened.
"""

from __future__ import annotations

import dataclasses
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from fitscope import answers, version
from fitscope.diagnosis import judge
from fitscope.errors import DataError, FitscopeError, ResultError
from fitscope.grading.moments import made
from fitscope.grading.packed import OTHER_ARCHIVES, USEFUL, unpack
from fitscope.grading.records import HandIn, Student, Work
from fitscope.grading.texts import decoded
from fitscope.history import TrainingHistory
from fitscope.language import N_
from fitscope.logs import result_of
from fitscope.readers import Reading, read_text
from fitscope.readers.log import Log
from fitscope.readers.own import embedded
from fitscope.readers.page import page_of
from fitscope.report.page import own_code
from fitscope.result import Answers, Result, Studies, diagnosis_json
from fitscope.result.begun import is_begun

LARGEST = 50_000_000  # bytes of a file; a report has 0.2 million, one with pictures a few
LARGEST_TEXT = 10_000_000  # bytes of JSON or a log; 20 times as much of memory where it is all brackets or commas
LARGEST_TOGETHER = 200_000_000  # bytes of all files of a submission
MOST_FILES = 1_000
MOST_LINES = 200_000  # of a log; Keras writes some thousand with its progress bars
MOST_EPOCHS = 20_000  # beyond, a class would wait for one submission
_PAGES, _LOGS = (".html", ".htm"), (".json", ".csv", ".tsv", ".log", ".jsonl", ".txt")  # the most digits first
_ANSWERS = (".md", ".markdown", ".yml", ".yaml", ".txt")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PRINTED = {"rtol": 2e-3, "atol": 1e-4}  # by which one training's log and console output differ
_MOST_TRAININGS = 100  # that are looked at for being one and the same
_HAND_IN = "hand in report.html, or training.log with answers.md"


@dataclass(frozen=True)
class _Piece:
    """Hold a file that may be read: its name as the instructor reads it, and where it lies."""

    name: str
    path: Path

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


@dataclass
class _Told:
    """Gather what is said of a submission while it is read."""

    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read(hand_in: HandIn, scratch: Path) -> Work:
    """Read a submission without running, unpickling or believing anything in it.

    Args:
        hand_in: what was handed in.
        scratch: a folder of the caller's, into which archives are unpacked; whoever made it removes it.

    Raises:
        FitscopeError: nothing in it can be graded; the sentence says why.
    """
    try:
        return _read(hand_in, scratch)
    except FitscopeError:
        raise
    except Exception as error:  # one student's file never keeps a class from being graded
        raise DataError(f"{hand_in.name} cannot be read: it holds what no hand-in holds ({type(error).__name__}).") from error


def _read(hand_in: HandIn, scratch: Path) -> Work:
    told = _Told(unread=list(hand_in.faults))
    pieces = _pieces(hand_in, scratch, told)
    works = _distinct(_pages(pieces, told)) or _distinct(_results(pieces, told))
    if not works and (reading := _training(pieces, told)) is not None:
        result = result_of(reading, judge(reading.history), command="")
        works = [Work(result, files=(reading.source,))]
    if not works:
        raise DataError(_nothing(hand_in, told))
    work = max(works, key=lambda one: made(one.result.created))
    if len(works) > 1:
        told.notes.append(
            N_("{count} results were handed in; the newest counts, {file}.").format(count=len(works), file=work.files[0])
        )
    told.notes += [N_("Passed over: {reason}").format(reason=reason) for reason in told.unread]
    work = _answered(work, pieces, told)
    written = max((piece.path.stat().st_mtime for piece in pieces if piece.name in work.files), default=None)
    return dataclasses.replace(work, notes=tuple(told.notes), written=written)


def _pieces(hand_in: HandIn, scratch: Path, told: _Told) -> list[_Piece]:
    """Return the files that can be read, those in archives unpacked."""
    if len(hand_in.paths) > MOST_FILES:
        raise DataError(f"{hand_in.name} has {len(hand_in.paths):,} files, and at most {MOST_FILES:,} are looked at; {_HAND_IN}.")
    pieces = []
    for name, path in zip(hand_in.files, hand_in.paths):
        _refuse_special(name, path)
        if name.lower().endswith(OTHER_ARCHIVES):
            told.unread.append(f"{name} is an archive of a kind that is not opened; hand in a .zip.")
        elif name.lower().endswith(".zip"):
            pieces += _packed(name, path, scratch, told)
        elif PurePosixPath(name).suffix.lower() in USEFUL:
            pieces.append(_Piece(name, path))
    pieces = [piece for piece in pieces if _small(piece, told)]
    if (total := sum(piece.path.stat().st_size for piece in pieces)) > LARGEST_TOGETHER:
        raise DataError(f"{hand_in.name} has {total:,} bytes of files, and at most {LARGEST_TOGETHER:,} are read; {_HAND_IN}.")
    return pieces


def _refuse_special(name: str, path: Path) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        raise DataError(f"{name} is a link, and links are not followed; hand in the file itself.")
    if not stat.S_ISREG(mode):
        raise DataError(f"{name} is no plain file; {_HAND_IN}.")


def _packed(name: str, path: Path, scratch: Path, told: _Told) -> list[_Piece]:
    try:
        unpacked = unpack(path, scratch)
    except DataError as error:
        told.unread.append(f"{name} cannot be opened: {error}")
        return []
    inner = [one for one in unpacked.passed if one.lower().endswith((".zip", *OTHER_ARCHIVES))]
    if inner:
        told.unread.append(f"{name} holds another archive, {inner[0]}, which is not opened; pack the files themselves.")
    return [_Piece(f"{name}/{member.name}", member.path) for member in unpacked.members]


def _small(piece: _Piece, told: _Told) -> bool:
    """Tell whether a file is small enough to be read."""
    size = piece.path.stat().st_size
    most = LARGEST if piece.ending in _PAGES else LARGEST_TEXT
    if size > most:
        told.unread.append(f"{piece.name} has {size:,} bytes, and at most {most:,} of such a file are read; {_HAND_IN}.")
    return size <= most


def _pages(pieces: Sequence[_Piece], told: _Told) -> Iterator[Work]:
    """Read the reports."""
    for piece in pieces:
        if piece.ending not in _PAGES:
            continue
        try:
            page = page_of(Log(piece.path).text)
            if any(len(result) > LARGEST_TEXT for result in page.results):
                raise DataError(f"its result has more than {LARGEST_TEXT:,} characters; give a report as fitscope wrote it.")
            content = embedded(page)
            result, contradiction = _believable(content)
        except FitscopeError as error:
            told.unread.append(f"{piece.name} cannot be read: {error}")
            continue
        told.notes += _half_blind(result, content, piece)
        restyled = result.fitscope == version() and not page.code <= own_code()
        if restyled or not page.usual or (page.heading is None and not result.blind):
            told.notes.append(N_("{file} is marked up otherwise than fitscope does it.").format(file=piece.name))
        language = page.language if page.language and _LANGUAGE.fullmatch(page.language) else None
        yield Work(result, result.answers, page.numbers, page.heading, language, (piece.name,), contradiction=contradiction)


def _results(pieces: Sequence[_Piece], told: _Told) -> Iterator[Work]:
    """Read the result.json of each, under whatever name."""
    for piece in pieces:
        if piece.ending != ".json":
            continue
        try:
            content = Log(piece.path).json
            if isinstance(content, dict) and str(content.get("schema", "")).startswith("fitscope-result/"):
                result, contradiction = _believable(content)
                told.notes += _half_blind(result, content, piece)
                yield Work(result, result.answers, files=(piece.name,), contradiction=contradiction)
        except FitscopeError as error:
            told.unread.append(f"{piece.name} cannot be read: {error}")


def _believable(content: Any) -> tuple[Result, str | None]:
    """Return a result, and what its own diagnosis contradicts; then what its curves say takes the place of that.

    Raises:
        ResultError: it contradicts itself elsewhere, or a newer fitscope wrote it.
    """
    try:
        found, contradiction = Result.from_json(content), None
    except ResultError as error:
        try:
            said = diagnosis_json(judge(TrainingHistory.from_json(content["history"])))
            found, contradiction = Result.from_json({**content, "diagnosis": said}), str(error)
        except (FitscopeError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            raise error from None
    _refuse_long(found.history)
    return found, contradiction


def _half_blind(result: Result, content: dict[str, Any], piece: _Piece) -> list[str]:
    """Note a result that is marked as blind, by which its word on its curves is no claim, and is none."""
    said = content.get("diagnosis")
    verdict = said.get("verdict") if isinstance(said, dict) else None
    parts = (verdict, result.holdout, result.refit, result.mistakes, result.search)
    if not result.blind or (all(part is None for part in parts) and result.studies == Studies()):
        return []
    return [N_("{file} is marked as blind, and tells more than a blind report does.").format(file=piece.name)]


def _refuse_lines(path: Path) -> None:
    lines = sum(part.count(b"\n") + part.count(b"\r") for part in Log(path).chunks())
    if lines > MOST_LINES:
        raise DataError(
            f"{path} has {lines:,} lines, and at most {MOST_LINES:,} of a log are read; hand in one with a line an epoch."
        )


def _refuse_begun(piece: _Piece) -> None:
    if piece.ending == ".json" and is_begun(Log(piece.path).json):
        raise DataError(
            f"{piece.name} says what an analysis was begun with, and not what came of it; let the analysis come to its end, and "
            "hand in its report.html."
        )


def _refuse_long(history: TrainingHistory, name: str = "it ") -> None:
    if len(history) > MOST_EPOCHS:
        raise DataError(f"{name}has {len(history):,} epochs, and at most {MOST_EPOCHS:,} are graded; hand in a shorter training.")


def _distinct(works: Iterator[Work]) -> list[Work]:
    """Leave out a result that is there twice, as a report and its copy in a zip are."""
    found: list[Work] = []
    for work in works:
        if not any(work.result.created == one.result.created and work.result.history == one.result.history for one in found):
            found.append(work)
    return found


def _training(pieces: Sequence[_Piece], told: _Told) -> Reading | None:
    """Return the one training that the logs tell of; a log and its copy in another format are one.

    Raises:
        DataError: there are several.
    """
    found: list[Reading] = []
    unread = []  # tables and texts that are no logs; beside a log nobody misses them
    for piece in sorted((one for one in pieces if one.ending in _LOGS), key=lambda one: _LOGS.index(one.ending)):
        if piece.ending == ".txt" and Log(piece.path).start.startswith("---"):
            continue  # answers
        try:
            _refuse_lines(piece.path)
            _refuse_begun(piece)
            readings = read_text(piece.path)
            for reading in readings:
                _refuse_long(reading.history, f"{piece.name} ")
        except FitscopeError as error:
            unread.append(str(error).replace(str(piece.path), piece.name))
            continue
        found += [dataclasses.replace(reading, source=piece.name) for reading in readings]
    if not found:
        told.unread += unread
        return None
    if len(found) > _MOST_TRAININGS:
        raise DataError(f"It holds {len(found):,} trainings; hand in one.")
    found = _validated(found, told)
    if other := next((one for one in found[1:] if not _same(found[0].history, one.history)), None):
        names = " and ".join(_called(one) for one in (found[0], other))
        raise DataError(f"It holds several trainings, such as {names}; hand in one.")
    return found[0]


def _validated(found: list[Reading], told: _Told) -> list[Reading]:
    """Leave out trainings without validation where others have it: a refit on all training data is one."""
    validated = [one for one in found if np.isfinite(one.history.val_loss).any()]
    if validated and len(validated) < len(found):
        refit = next(one for one in found if one not in validated)
        told.notes.append(N_("Passed over: {name} holds no validation loss, as of a refit.").format(name=_called(refit)))
        return validated
    return found


def _called(reading: Reading) -> str:
    return reading.source if reading.run is None else f"{reading.source} ({reading.run})"


def _same(one: TrainingHistory, other: TrainingHistory) -> bool:
    if one.epochs != other.epochs:
        return False
    return all(
        name not in one.metrics
        or name not in other.metrics
        or np.allclose(one.curve(name), other.curve(name), **_PRINTED, equal_nan=True)
        for name in ("loss", "val_loss")
    )


def _answered(work: Work, pieces: Sequence[_Piece], told: _Told) -> Work:
    """Add the answers that lie beside a result; a report that was answered keeps its own."""
    found = _answers(pieces, told)
    if found is not None:
        piece, given = found
        told.notes += [
            N_("Answers in {file}: {retold_problem}").format(file=piece.name, retold_problem=text) for text in given.problems
        ]
        if work.answers is None:
            filled = given.answers if given.answers != Answers() else None
            work = dataclasses.replace(work, answers=filled, files=(*work.files, piece.name))
        elif given.answers != work.answers:
            told.notes.append(N_("{file} differs from the answers within the report, which count.").format(file=piece.name))
        if given.name or given.id:
            work = dataclasses.replace(work, signed=Student(name=given.name, id=given.id))
    if work.result.blind and work.answers is None:
        told.notes.append(N_("It is a blind report that was not answered."))
    return work


def _answers(pieces: Sequence[_Piece], told: _Told) -> tuple[_Piece, answers.AnswerFile] | None:
    """Return the answers' file; of several the one that is called so, else the newest."""
    found = []
    for piece in pieces:
        called = "answer" in piece.name.lower().rpartition("/")[2] or "답" in piece.name
        if piece.ending not in _ANSWERS or piece.path.stat().st_size > answers.LONGEST:
            if called and piece.ending in _ANSWERS:
                told.notes.append(f"{piece.name} has more than {answers.LONGEST:,} bytes, so its answers were not read.")
            continue
        try:
            text, guessed = decoded(piece.path.read_bytes())
            found.append((called, piece.path.stat().st_mtime, piece, answers.read(text)))
            told.notes += (
                [N_("{file} is no UTF-8; it was read as {encoding}.").format(file=piece.name, encoding=guessed)] if guessed else []
            )
        except FitscopeError as error:
            told.notes += [f"{piece.name}: {error}"] if called else []
    if not found:
        return None
    _, _, piece, given = max(found, key=lambda one: one[:2])
    if len(found) > 1:
        told.notes.append(N_("{count} files hold answers; those in {file} count.").format(count=len(found), file=piece.name))
    return piece, given


def _nothing(hand_in: HandIn, told: _Told) -> str:
    """Say why there is nothing to grade: what was wrong with the file that came closest, or what lies there instead."""
    if told.unread:
        return told.unread[0]
    shown = ", ".join(name.rpartition("/")[2] for name in hand_in.files[:4]) + (", ..." if len(hand_in.files) > 4 else "")
    return f"There is no report, result or log among its files ({shown or 'it has none'}); {_HAND_IN}."
