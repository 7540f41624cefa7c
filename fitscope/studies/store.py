"""Trainings that are finished, each kept by its plan's key; those under way keep themselves beside them, epoch by epoch."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import is_damage, not_read, not_written
from fitscope.history import TrainingHistory
from fitscope.numpyfile import read_array
from fitscope.plan import Plan
from fitscope.training import Run, checkpoint
from fitscope.wholefile import opened

_ARRAYS = ("weights", "state")
FINISHED = ".npz"
ROOM = "make room, then go on with --resume"
LARGEST_JOURNAL = 50_000_000  # bytes; a search writes a line or two a trial


class Store:
    """Keep runs in a folder, one file a plan.

    Args:
        folder: made when the first run is kept; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def keep(self, run: Run) -> None:
        """Write a finished run, whole or not at all; a stopped one has kept its last epoch itself.

        Raises:
            OutputError: the disk is full, or the folder cannot be written.
        """
        if self.folder is None or run.stopped:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(run)
            checkpoint.remove(self.folder, run.plan)
        except OSError as error:
            raise not_written(self.folder, error, ROOM) from None

    def _write(self, run: Run) -> None:
        assert self.folder is not None
        facts = {"plan": run.plan.to_json(), "history": run.history.to_json(), "updates": run.updates, "seconds": run.seconds,
                 "path": run.path, "weights": len(run.weights), "state": len(run.state), "randoms": dict(run.randoms),
                 "types": {name: [array.dtype.name for array in getattr(run, name)] for name in _ARRAYS}}  # fmt: skip
        arrays = {f"{name}_{i}": array for name in _ARRAYS for i, array in enumerate(getattr(run, name))}
        arrays |= {} if run.answers is None else {"answers": run.answers}
        with opened(self.folder / f"{run.plan.key()}{FINISHED}", ".part") as file:
            np.savez(file, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), losses=run.validation_losses, **arrays)

    def find(self, plan: Plan) -> Run | None:
        """Return the plan's finished run; None where there is none, or where its file is damaged.

        Raises:
            DataError: it cannot be read now.
        """
        if self.folder is None:
            return None
        try:
            with zipfile.ZipFile(self.folder / f"{plan.key()}{FINISHED}") as file:
                return self._read(plan, file)
        except Exception as error:  # damaged bytes fail in a dozen ways
            if not is_damage(error):
                raise not_read(self.folder / f"{plan.key()}{FINISHED}", error, "mend that, then go on with --resume") from None
            return None

    @staticmethod
    def _read(plan: Plan, file: zipfile.ZipFile) -> Run | None:
        facts = json.loads(_array(file, "facts").tobytes())
        if Plan.from_json(facts["plan"]) != plan:
            return None
        history, losses = TrainingHistory.from_json(facts["history"]), _array(file, "losses")
        if losses.ndim != 2 or len(losses) != len(history):
            return None
        types = facts["types"]
        weights, state = ([_typed(_array(file, f"{name}_{i}"), types[name][i]) for i in range(facts[name])] for name in _ARRAYS)
        answers = _array(file, "answers") if "answers.npy" in file.namelist() else None
        return Run(plan, history, losses, weights, facts["updates"], False, facts["seconds"], facts["path"], state, answers,
                   facts["randoms"])  # fmt: skip

    def progress(self) -> tuple[int, list[int]]:
        """Return how many trainings are finished, and after which epoch each of the others was stopped."""
        if self.folder is None or not self.folder.is_dir():
            return 0, []
        return len(list(self.folder.glob(f"*{FINISHED}"))), checkpoint.reached(self.folder)

    def journal(self) -> Journal:
        """Return the journal of the search whose trials are kept here."""
        return Journal(None if self.folder is None else self.folder / "search.jsonl")


class Journal:
    """Write down what happens, a line each, and read what was written before.

    Args:
        path: of the file; None writes nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.before: list[tuple[str, str]] = []
        self._ends = [0]  # of each line, in bytes
        if path is not None and path.exists():
            try:
                self._read(path)
            except OSError as error:
                raise not_read(path, error, "mend that, then go on with --resume") from None
            self._truncate(self._ends[-1])  # what was half-written when the process was killed

    def _read(self, path: Path) -> None:
        """Read the lines up to the first that is none of a journal's."""
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            if path.stat().st_size > LARGEST_JOURNAL:
                return
            for line in path.read_bytes().splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                event, name = json.loads(line)
                self.before.append((str(event), str(name)))
                self._ends.append(self._ends[-1] + len(line))

    def cut(self, lines: int) -> None:
        """Keep the first lines that were there before, and no others."""
        self.before = self.before[:lines]
        self._truncate(self._ends[lines])

    def _truncate(self, length: int) -> None:
        assert self.path is not None
        try:
            os.truncate(self.path, length)
        except OSError as error:
            raise not_written(self.path.parent, error, ROOM) from None

    def write(self, event: str, name: str) -> None:
        """Add a line.

        Raises:
            OutputError: the disk is full, or the folder cannot be written.
        """
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "ab") as file:
                file.write(_line(event, name))
        except OSError as error:
            raise not_written(self.path.parent, error, ROOM) from None


def _array(file: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Read an array that `_write` wrote, which compresses nothing: what unpacks to more than it takes is none of ours."""
    info = file.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError("compressed")
    with file.open(info) as member:
        return read_array(member, info.file_size)


def _typed(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return an array under its own type; numpy's files hold types that are not numpy's own, such as bfloat16, as mere bytes."""
    if array.dtype.kind != "V":
        return array
    import ml_dtypes  # noqa: F401 (which tells numpy of them)

    return array.view(np.dtype(name))


def _line(event: str, name: str) -> bytes:
    return json.dumps([event, name]).encode() + b"\n"
