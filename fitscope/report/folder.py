"""The folder of one analysis: made before the work begins, filled when it is done, gone if it fails."""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import OutputError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.report import page
from fitscope.result import Result

WORK = ".run"


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
        path: the folder, which must not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def create(self, plan: Plan, refit_by: str) -> None:
        """Make the folder with plan.json in it.

        Raises:
            OutputError: the folder exists, or it cannot be made.
        """
        if os.path.lexists(self.path):
            raise OutputError(f"{self.path} exists already and is never overwritten; give another folder with --output.")
        try:
            (self.path / WORK).mkdir(parents=True)
            text = json.dumps({"plan": plan.to_json(), "refit_by": refit_by}, indent=1) + "\n"
            (self.path / "plan.json").write_text(text, encoding="utf8")
        except OSError as error:
            self.discard()
            raise OutputError(_cannot_write(self.path, error)) from None

    def fill(
        self,
        result: Result,
        losses: NDArray[np.floating[Any]],
        save_model: Callable[[Path], None] | None,
        preparation: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the result's files, the report last.

        Args:
            result: what result.json and the page are made from.
            losses: float [epochs, samples], every validation sample's loss.
            save_model: writes the final model to a path; None where there is no model worth keeping.
            preparation: what it takes to read new samples as that model does.

        Raises:
            OutputError: the disk is full or something cannot be written; nothing of the result is left then.
        """
        work = self.path / WORK
        try:
            (work / "result.json").write_text(result.to_text(), encoding="utf8")
            _write_log(result.history, work / "history.csv")
            np.savez_compressed(work / "samples.npz", losses=losses)
            if save_model is not None:
                save_model(work / "model.keras")
            if preparation is not None:
                text = json.dumps(preparation, ensure_ascii=False, allow_nan=False) + "\n"
                (work / "preparation.json").write_text(text, encoding="utf8")
            page.write(result, work / self.report.name)
            for file in sorted(work.iterdir(), key=lambda file: file.name == self.report.name):
                os.replace(file, self.path / file.name)
            work.rmdir()
        except OSError as error:
            raise OutputError(_cannot_write(self.path, error)) from error

    def discard(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


@contextmanager
def open_folder(path: Path | None, plan: Plan, refit_by: str) -> Iterator[RunFolder | None]:
    """Make the folder of an analysis, and remove it again where the analysis fails.

    Args:
        path: the folder; None for an analysis that writes nothing.
        plan, refit_by: what plan.json holds.
    """
    if path is None:
        yield None
        return
    folder = RunFolder(path)
    folder.create(plan, refit_by)
    try:
        yield folder
    except BaseException:
        folder.discard()
        raise


def write_whole(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        OutputError: the disk is full, or the folder is not there.
    """
    scratch = path.with_name(f".{path.name}.part")
    try:
        scratch.write_text(text, encoding="utf8")
        os.replace(scratch, path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise OutputError(_cannot_write(path, error)) from None


def _write_log(history: TrainingHistory, path: Path) -> None:
    """Write the history as Keras' CSVLogger would: epochs from 0, then the metrics by name."""
    names = sorted(history.metrics)
    with open(path, "w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *names])
        for i, epoch in enumerate(history.epochs):
            writer.writerow([epoch - 1, *(history.metrics[name][i] for name in names)])


def _cannot_write(path: Path, error: OSError) -> str:
    reason = (error.strerror or str(error)).rstrip(".").lower()
    return f"{path} cannot be written ({reason}); nothing was kept there: make room, or give another folder with --output."
