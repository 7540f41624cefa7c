"""Trainings that are finished, each kept by its plan's key; those under way keep themselves beside them, epoch by epoch."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from fitscope.errors import FitscopeError, OutputError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.training import Run, checkpoint

_ARRAYS = ("weights", "state")
FINISHED = ".npz"


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
            raise OutputError(_cannot_write(self.folder, error)) from None

    def _write(self, run: Run) -> None:
        assert self.folder is not None
        facts = {"plan": run.plan.to_json(), "history": run.history.to_json(), "updates": run.updates, "seconds": run.seconds,
                 "path": run.path, "weights": len(run.weights), "state": len(run.state), "randoms": dict(run.randoms)}  # fmt: skip
        arrays = {f"{name}_{i}": array for name in _ARRAYS for i, array in enumerate(getattr(run, name))}
        arrays |= {} if run.answers is None else {"answers": run.answers}
        handle, scratch = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with open(handle, "wb") as file:
                np.savez(file, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), losses=run.validation_losses, **arrays)
            os.replace(scratch, self.folder / f"{run.plan.key()}{FINISHED}")
        finally:
            with contextlib.suppress(OSError):
                Path(scratch).unlink(missing_ok=True)

    def find(self, plan: Plan) -> Run | None:
        """Return the plan's finished run; None where there is none, or where its file is damaged."""
        if self.folder is None:
            return None
        try:
            with np.load(self.folder / f"{plan.key()}{FINISHED}", allow_pickle=False) as file:
                return self._read(plan, file)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, FitscopeError):
            return None

    @staticmethod
    def _read(plan: Plan, file: Any) -> Run | None:
        facts = json.loads(file["facts"].tobytes())
        if Plan.from_json(facts["plan"]) != plan:
            return None
        weights, state = ([file[f"{name}_{i}"] for i in range(facts[name])] for name in _ARRAYS)
        return Run(plan, TrainingHistory.from_json(facts["history"]), file["losses"], weights, facts["updates"], False,
                   facts["seconds"], facts["path"], state, file.get("answers"), facts["randoms"])  # fmt: skip

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
        self.before, whole = ([], 0) if path is None else _lines(path)
        if path is not None and path.exists():
            self._truncate(whole)  # what was half-written when the process was killed

    def cut(self, lines: int) -> None:
        """Keep the first lines that were there before, and no others."""
        self.before = self.before[:lines]
        self._truncate(sum(len(_line(*line)) for line in self.before))

    def _truncate(self, length: int) -> None:
        assert self.path is not None
        try:
            os.truncate(self.path, length)
        except OSError as error:
            raise OutputError(_cannot_write(self.path.parent, error)) from None

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
            raise OutputError(_cannot_write(self.path.parent, error)) from None


def _line(event: str, name: str) -> bytes:
    return json.dumps([event, name]).encode() + b"\n"


def _lines(path: Path) -> tuple[list[tuple[str, str]], int]:
    """Return the whole lines of a journal, and how many bytes they take."""
    found, whole = [], 0
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            event, name = json.loads(line)
            found.append((str(event), str(name)))
            whole += len(line)
    return found, whole


def _cannot_write(folder: Path, error: OSError) -> str:
    return f"{folder} cannot be written ({(error.strerror or str(error)).lower()}); make room, then go on with --resume."
