"""The files that every analysis leaves beside its report: the result, its curves as a log, each validation sample's loss."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.history import TrainingHistory
from fitscope.report import sealed
from fitscope.result import Result


def write(folder: Path, result: Result, losses: NDArray[np.floating[Any]], groups: NDArray[np.integer[Any]] | None) -> list[str]:
    """Write a result's own files; return their names.

    Args:
        folder: where work in progress lies.
        result: what they are made from.
        losses: float [epochs, samples], every validation sample's loss.
        groups: each validation sample's group [samples], None where samples are independent.

    Raises:
        OSError: one of them cannot be written.
    """
    (folder / "result.json").write_text(result.to_text(), encoding="utf8")
    write_log(result.history, folder / "history.csv")
    arrays = {"losses": losses} | ({} if groups is None else {"groups": groups})
    np.savez_compressed(folder / "samples.npz", **arrays)  # type: ignore[arg-type]
    if result.blind:
        (folder / sealed.NAME).write_bytes(sealed.sealed(result))
    return ["result.json", "history.csv", "samples.npz", *([sealed.NAME] if result.blind else [])]


def write_log(history: TrainingHistory, path: Path) -> None:
    """Write the history as Keras' CSVLogger would: epochs from 0, then the metrics by name."""
    names = sorted(history.metrics)
    with open(path, "w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *names])
        for i, epoch in enumerate(history.epochs):
            writer.writerow([epoch - 1, *(history.metrics[name][i] for name in names)])
