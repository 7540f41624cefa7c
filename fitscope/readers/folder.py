"""What a folder holds: which of its files may be logs, and which tell of the same training again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fitscope.errors import DataError
from fitscope.readers.cells import SEPARATORS
from fitscope.readers.log import Log
from fitscope.readers.reading import keras_name

_MOST_FILES = 2000
_NOT_LOGS = {".yaml", ".yml", ".md", ".py", ".ipynb", ".keras", ".h5", ".npz", ".npy", ".pt", ".pth", ".ckpt", ".bin",
             ".safetensors", ".png", ".jpg", ".jpeg", ".svg", ".gz", ".zip", ".tar", ".pkl", ".wandb"}  # fmt: skip
_ROWS = 20  # of a list of objects that are looked at


def logs_in(folder: Path, stores: Sequence[Path]) -> list[Log]:
    """Return the files that may be logs, in the order of their names.

    Args:
        folder: it is searched to any depth; what begins with a dot is left out.
        stores: folders in it of which nothing is taken, for they are read as a whole.

    Raises:
        DataError: it holds more files than one experiment has.
    """
    paths = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and path.suffix.lower() not in _NOT_LOGS and not any(part.startswith(".") for part in inside.parts):
            paths.append(path)
        if len(paths) > _MOST_FILES:
            raise DataError(f"{folder} holds more than {_MOST_FILES:,} files; give the folder of one experiment.")
    apart, logs = set(stores), []
    for path in paths:
        if not apart.isdisjoint(path.parents):
            continue
        try:
            logs.append(Log(path))
        except DataError:
            continue
    return logs


def telling(logs: list[Log]) -> list[Log]:
    """Leave out what tells of the same training again: a run folder's other files, a trainer's earlier states."""
    results = {log.path.parent for log in logs if log.path.name == "result.json" and b"fitscope-result/" in log.head}
    logs = [log for log in logs if log.path.parent not in results or log.path.name == "result.json"]
    states: dict[Path, list[Log]] = {}
    for log in logs:
        if log.path.name == "trainer_state.json":
            inside = log.path.parent.name.startswith("checkpoint-")
            states.setdefault(log.path.parent.parent if inside else log.path.parent, []).append(log)
    last = {max(same, key=lambda log: log.path.stat().st_mtime_ns).path for same in states.values()}
    return [log for log in logs if log.path.name != "trainer_state.json" or log.path in last]


def tells_of_training(log: Log) -> bool:
    """Tell a table or JSON of a training from any other by its names: one of a loss, or the epoch, with numbers."""
    try:
        content = log.json
    except DataError:  # it is too large
        return False
    if content is None:
        line = log.first_line
        separator = max(SEPARATORS, key=line.count)
        return _speak_of_training(next(csv.reader([line], delimiter=separator, skipinitialspace=True), []))
    if isinstance(content, dict) and isinstance(content.get("history"), dict):
        content = content["history"]
    rows = content if isinstance(content, list) else [content]
    return _speak_of_training(
        name for row in rows[:_ROWS] if isinstance(row, dict) for name, value in row.items() if _holds_number(value)
    )


def _speak_of_training(names: Iterable[str]) -> bool:
    return any(keras_name(name) in ("loss", "val_loss") or name.strip().lower() == "epoch" for name in names)


def _holds_number(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)
