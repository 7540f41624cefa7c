"""What a folder holds: which of its files may be logs, and which tell of the same training again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fitscope.errors import DataError
from fitscope.readers.log import Log

_MOST_FILES = 2000
_NOT_LOGS = {".yaml", ".yml", ".md", ".py", ".ipynb", ".keras", ".h5", ".npz", ".npy", ".pt", ".pth", ".ckpt", ".bin",
             ".safetensors", ".png", ".jpg", ".jpeg", ".svg", ".gz", ".zip", ".tar", ".pkl", ".wandb"}  # fmt: skip


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
