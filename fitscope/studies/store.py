"""Trainings, finished or stopped, each kept by its plan's key, so that an analysis that was stopped can go on."""

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
from fitscope.training import Run

_ARRAYS = ("weights", "state")
FINISHED, BEGUN = ".npz", ".begun"
_NOT_GONE_ON_WITH = ("tf.data",)  # a stream that shuffles begins anew


class Store:
    """Keep runs in a folder, one file a plan.

    Args:
        folder: made when the first run is kept; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def keep(self, run: Run) -> None:
        """Write a run whole or not at all; a stopped one only where a training can go on from it as if it had never stopped.

        Raises:
            OutputError: the disk is full, or the folder cannot be written.
        """
        if self.folder is None or (run.stopped and (not run.state or run.path in _NOT_GONE_ON_WITH)):
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(run)
        except OSError as error:
            raise OutputError(
                f"{self.folder} cannot be written ({(error.strerror or str(error)).lower()}); make room, then go on with --resume."
            ) from None

    def _write(self, run: Run) -> None:
        assert self.folder is not None
        facts = {"plan": run.plan.to_json(), "history": run.history.to_json(), "updates": run.updates, "seconds": run.seconds,
                 "path": run.path, "weights": len(run.weights), "state": len(run.state)}  # fmt: skip
        arrays = {f"{name}_{i}": array for name in _ARRAYS for i, array in enumerate(getattr(run, name))}
        arrays |= {} if run.answers is None else {"answers": run.answers}
        handle, scratch = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with open(handle, "wb") as file:
                np.savez(file, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), losses=run.validation_losses, **arrays)
            os.replace(scratch, self.folder / f"{run.plan.key()}{BEGUN if run.stopped else FINISHED}")
            if not run.stopped:
                (self.folder / f"{run.plan.key()}{BEGUN}").unlink(missing_ok=True)
        finally:
            with contextlib.suppress(OSError):
                Path(scratch).unlink(missing_ok=True)

    def find(self, plan: Plan) -> Run | None:
        """Return the plan's finished run; None where there is none, or where its file is damaged."""
        return self._find(plan, FINISHED)

    def begun(self, plan: Plan) -> Run | None:
        """Return the plan's run as far as it came before it was stopped, to go on from; None where there is none."""
        return self._find(plan, BEGUN)

    def _find(self, plan: Plan, ending: str) -> Run | None:
        if self.folder is None:
            return None
        try:
            with np.load(self.folder / f"{plan.key()}{ending}", allow_pickle=False) as file:
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
                   facts["seconds"], facts["path"], state, file.get("answers"))  # fmt: skip
