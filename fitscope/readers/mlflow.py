"""MLflow's stores: nested folders of metrics, or one mlflow.db."""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

from fitscope.errors import DataError, FitscopeError
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, Points, at_steps

_NAME = re.compile(r"^run_name:\s*['\"]?(.*?)['\"]?\s*$", re.MULTILINE)
_LINE = re.compile(r"^\d+ \S+( -?\d+)?$")


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the runs of an mlflow.db; None where the log is no SQLite database.

    Raises:
        DataError: it is another program's database, or none of its runs has a loss.
    """
    if not log.head.startswith(b"SQLite format 3\0"):
        return None
    runs: dict[tuple[str, str], Points] = {}
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(log.path))}?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT r.run_uuid, COALESCE(r.name, r.run_uuid), m.key, m.step, m.value, m.is_nan FROM metrics m "
                "JOIN runs r ON r.run_uuid = m.run_uuid ORDER BY r.start_time, r.run_uuid, m.timestamp"
            )
            for uuid, name, key, step, value, is_nan in rows:
                runs.setdefault((uuid, name), {}).setdefault(key, {})[int(step)] = math.nan if is_nan else float(value)
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise DataError(f"it is a database, but not MLflow's ({error}); give the mlflow.db of a tracking server.") from None
    return _found([(name, points) for (_, name), points in runs.items()], names)


def runs_in(folder: Path) -> list[Path]:
    """Return the runs of a file store: the folders with `metrics` and `meta.yaml`, the folder itself or within it."""
    found = (meta.parent for meta in folder.rglob("meta.yaml") if (meta.parent / "metrics").is_dir())
    return sorted(run for run in found if ".trash" not in run.relative_to(folder).parts)  # where deleted runs lie


def read_folder(runs: list[Path], names: Names) -> list[Found]:
    """Read the runs of a file store, whose metrics are files of `timestamp value step`."""
    return _found([(_run_name(run), _points(run / "metrics")) for run in runs], names)


def _points(metrics: Path) -> Points:
    points: Points = {}
    for path in sorted(path for path in metrics.rglob("*") if path.is_file()):
        lines = [line.strip() for line in Log(path).text.splitlines()]
        values = [line.split() for line in lines if _LINE.match(line)]
        with contextlib.suppress(ValueError):
            points[path.relative_to(metrics).as_posix()] = {
                int(rest[0]) if rest else place: float(value) for place, (_, value, *rest) in enumerate(values)
            }
    return points


def _run_name(run: Path) -> str:
    match = _NAME.search(Log(run / "meta.yaml").text)
    return match[1] if match and match[1] else run.name


def _found(runs: list[tuple[str, Points]], names: Names) -> list[Found]:
    found, missing = [], DataError("none of its runs has a metric; log the losses with a step.")
    for name, points in runs:
        try:
            found.append(Found(at_steps(points, names), run=name))
        except FitscopeError as error:
            missing = DataError(str(error))
    if not found:
        raise missing
    return found
