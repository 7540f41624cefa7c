"""The folder of one analysis: made before the work begins, filled when it is done, gone if it fails."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import OutputError, ResultError, UsageError, not_written
from fitscope.report import contents, page
from fitscope.report.notes import signed_command
from fitscope.report.taking import LOCK, BusyError, strange, take
from fitscope.result import Answers, Author, Result
from fitscope.result.begun import PERSONAL, PLAN, another_plan, read_plan
from fitscope.result.plain import plain, read
from fitscope.wholefile import put_whole, remove_parts, whole_of

if TYPE_CHECKING:
    from filelock import BaseFileLock

WORK = ".run"
TRAININGS = "trainings"  # in .run


def default_folder(dataset: str, now: datetime | None = None) -> Path:
    """Return the folder that an analysis goes to where nobody names one: reports/DATASET-YYYYMMDD-HHMMSS.

    Of a path the last part's name is taken. Where the folder is taken, by an analysis begun in the same second, a number is added.

    Example:
        >>> default_folder("imdb", datetime(2026, 1, 2, 3, 4, 5)).name
        'imdb-20260102-030405'
        >>> default_folder("../my data.csv", datetime(2026, 1, 2, 3, 4, 5)).name
        'my-data-20260102-030405'
    """
    file, _, function = dataset.partition(".py:")
    name = re.sub(r"[^\w.-]+", "-", "-".join(filter(None, (Path(file).resolve().stem, function)))).strip("-.") or "data"
    path = Path("reports") / f"{name}-{now or datetime.now():%Y%m%d-%H%M%S}"
    others = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return path if not path.exists() else next(other for other in others if not other.exists())


class RunFolder:
    """Keep one analysis' files together.

    Args:
        path: the folder, which must not exist yet but where an analysis is gone on with.
        teach: whether its report asks before it answers.
    """

    def __init__(self, path: Path, teach: bool = False) -> None:
        self.path = path
        self.teach = teach
        self.made = self.begun = False  # by this analysis; what was there before is never removed
        self.author: Author | None = None
        self.notes: str | None = None
        self.answers: Answers | None = None
        self._content: Mapping[str, Any] = {}  # of plan.json
        self._taken = False
        self._lock: BaseFileLock | None = None  # None, too, where the file system has no locks

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def trainings(self) -> Path:
        """Where finished trainings are kept while others are under way."""
        return self.path / WORK / TRAININGS

    def create(self, content: Mapping[str, Any]) -> None:
        """Make the folder with plan.json in it.

        Raises:
            OutputError: the folder exists, or it cannot be made.
        """
        if os.path.lexists(self.path):
            raise OutputError(_exists(self.path))
        self._begin(content, fresh=True)

    def resume(self, content: Mapping[str, Any]) -> None:
        """Go on in the folder of an analysis that was stopped; begin one where the folder is missing or empty.

        Author, notes and answers that the analysis was begun with stay, but where others are given.

        Raises:
            UsageError: the folder's plan is another one.
            OutputError: the folder holds something else, or it cannot be read or written.
        """
        try:
            self._go_on(content)
        except OSError as error:
            raise not_written(self.path, error, "give a folder that is yours") from None

    def _go_on(self, content: Mapping[str, Any]) -> None:
        if not os.path.lexists(self.path) or _holds_nothing(self.path):
            self._begin(content)
            return
        try:
            before = read_plan(self.path / PLAN)
            differing = another_plan(self.path, before, json.loads(json.dumps(content)))
            personal = {name: before.get(name) if content.get(name) is None else content[name] for name in PERSONAL}
            if before.get("author") and content.get("author"):  # a name or number alone leaves the other as it was
                given = {name: value for name, value in content["author"].items() if value is not None}
                personal["author"] = {**before["author"], **given}
            self._sign(personal)
        except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError, ResultError):
            raise OutputError(f"{self.path} holds no plan.json of an analysis; give the folder of one with --resume.") from None
        if differing is not None:
            raise UsageError(differing)
        self._content = {**before, **personal}
        changed = any(before.get(name) != value for name, value in personal.items())
        if changed or self.finished() is None or os.path.lexists(self.path / WORK):
            self._take()
        if changed:
            put_whole(self.path / PLAN, _text(self._content).encode())

    def _begin(self, content: Mapping[str, Any], fresh: bool = False) -> None:
        self._sign(content)
        self._content = content
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._make(fresh)
            self._take()
            self.begun = True
            put_whole(self.path / PLAN, _text(content).encode())
        except OSError as error:
            self.discard()
            raise not_written(self.path, error, _way_on(self.path)) from None

    def _make(self, fresh: bool) -> None:
        try:
            self.path.mkdir()
            self.made = True
        except FileExistsError:
            if fresh:  # made by another process since it was looked for
                raise OutputError(_exists(self.path)) from None

    def _take(self) -> None:
        """Make the folder this process' own; the lock ends with the process, however it ends.

        Raises:
            OutputError: another process works in it, or it cannot be written.
        """
        work = self.path / WORK
        try:
            if (found := strange(work, self.trainings)) is not None:
                raise OutputError(f"{found} is nothing that fitscope put there; move it away, and run the same command again.")
            self._lock, self._taken = take(work), True
            remove_parts(self.path, lambda name: name in (PLAN, "result.json"))
        except BusyError:
            self.made = False  # by two at once, and it is the other one's
            raise OutputError(
                f"Another fitscope is at work in {self.path}; wait for its end, or give another folder with --output."
            ) from None
        except OSError as error:
            raise not_written(self.path, error, _way_on(self.path)) from None

    def release(self) -> None:
        """Let other processes work in the folder."""
        if self._lock is not None:
            self._lock.release()
        self._lock = None

    def _remove(self, path: Path) -> None:
        """Remove what is this process' own, the lock with it, before another one may come and lay its own there."""
        shutil.rmtree(path, ignore_errors=True)
        if self._lock is not None and os.name == "nt":  # a file that is open stays there
            self.release()
            shutil.rmtree(path, ignore_errors=True)
        self.release()

    def _sign(self, content: Mapping[str, Any]) -> None:
        self.author = read(Author | None, content.get("author"), "author")
        self.notes = read(str | None, content.get("notes"), "notes")
        self.answers = read(Answers | None, content.get("answers"), "answers")

    def signed(self, result: Result) -> Result:
        """Return a finished analysis' result with the person's words of now; its report is written anew where they changed.

        Raises:
            OutputError: the disk is full or something cannot be written.
        """
        given = {name: getattr(self, name) for name in PERSONAL if getattr(self, name) is not None}
        if any(getattr(result, name) != value for name, value in given.items()):
            result = dataclasses.replace(result, **given)
            result = dataclasses.replace(result, command=signed_command(result.command, result.author))
            try:
                page.write(result, self.report, self.teach)
                put_whole(self.path / "result.json", result.to_text().encode())  # last: what differs is signed again
            except OSError as error:
                raise not_written(self.path, error, "make room, and give the same command again") from None
        if self._taken:  # for this, or because it was killed between its last file and its cleaning up
            self._remove(self.path / WORK)
        return result

    def finished(self) -> Result | None:
        """Return the result where the analysis came to its end already, and all its files are in their places."""
        path = self.path / "result.json"
        if not self.report.is_file() or not path.is_file() or (self.path / WORK / self.report.name).exists():
            return None
        try:
            result = Result.from_text(path.read_text(encoding="utf8"))
        except (OSError, ValueError, ResultError):
            return None
        return None if result.partial else result

    def fill(
        self,
        result: Result,
        losses: NDArray[np.floating[Any]],
        files: Mapping[str, bytes],
        groups: NDArray[np.integer[Any]] | None = None,
    ) -> None:
        """Write the result's files, the report last; keep finished trainings only where the analysis can go on.

        Args:
            result: what result.json and the page are made from.
            losses: float [epochs, samples], every validation sample's loss.
            files: what else there is, by name: the final models and what prepared their data.
            groups: each validation sample's group [samples], None where samples are independent.

        Raises:
            OutputError: the disk is full or something cannot be written.
        """
        work = self.path / WORK
        try:
            work.mkdir(parents=True, exist_ok=True)  # somebody may have tidied up
            names = [*contents.write(work, result, losses, groups), *files]
            for name, content in files.items():
                (work / name).write_bytes(content)
            page.write(result, work / self.report.name, self.teach)
            if not (self.path / PLAN).exists():
                put_whole(self.path / PLAN, _text(self._content).encode())
            for name in (*names, self.report.name):
                os.replace(work / name, self.path / name)
            if not result.partial:
                self._remove(work)
        except OSError as error:
            raise not_written(self.path, error, _way_on(self.path)) from error

    def discard(self) -> None:
        """Remove the folder where this analysis made it, else what it put into an empty one."""
        if self.made:
            self._remove(self.path)
        elif self.begun:
            (self.path / PLAN).unlink(missing_ok=True)
            self._remove(self.path / WORK)
        self.release()

    def leave(self) -> None:
        """Remove the folder of an analysis that failed, but where what was trained can be gone on with."""
        if not keeps_trainings(self.path):
            self.discard()


@contextmanager
def open_folder(
    path: Path | None, content: Mapping[str, Any], resume: bool = False, teach: bool = False
) -> Iterator[RunFolder | None]:
    """Make the folder of an analysis, and remove it again where the analysis fails before a training is finished.

    Args:
        path: the folder; None for an analysis that writes nothing.
        content: what plan.json holds.
        resume: whether the folder may be there already.
        teach: whether the report asks before it answers.
    """
    if path is None:
        yield None
        return
    folder = RunFolder(path, teach)
    try:
        (folder.resume if resume else folder.create)(content)
        yield folder
    except BaseException:
        folder.leave()
        raise
    finally:
        folder.release()


def keeps_trainings(path: Path) -> bool:
    """Tell whether a folder keeps trainings, finished or begun, that an analysis can go on from."""
    try:
        return any(name.endswith((".npz", ".state")) for name in os.listdir(path / WORK / TRAININGS))
    except (OSError, ValueError):  # none there, or nowhere such a folder could be
        return False


def _holds_nothing(path: Path) -> bool:
    """Tell whether nothing stands in a folder but what an analysis makes before its plan."""
    return (
        path.is_dir()
        and all(found.name == WORK or whole_of(found.name) == PLAN for found in path.iterdir())
        and not any(found.name != LOCK for found in (path / WORK).glob("*"))
    )


def _exists(path: Path) -> str:
    if keeps_trainings(path):
        return f"{path} holds an analysis that was stopped; go on with --resume {path}, or give another folder with --output."
    return f"{path} exists already and is never overwritten; give another folder with --output."


def _way_on(path: Path) -> str:
    """Return what a person does next whose disk is full."""
    if keeps_trainings(path):
        return f"its finished trainings are kept: make room, then go on with --resume {path}"
    return "nothing was kept there: make room, or give another folder with --output"


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(plain(content), indent=1) + "\n"
