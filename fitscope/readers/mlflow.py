"""MLflow's stores: nested folders of metrics, or one mlflow.db."""

from __future__ import annotations

import contextlib
import io
import itertools
import math
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fitscope.errors import DataError, FitscopeError, quoted
from fitscope.history import LAST_EPOCH
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, NoLogError, Points, at_steps, refuse_many

_LINE = re.compile(r"\d+ \S+( -?\d{1,18})?")
_TABLES = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('runs', 'metrics') AND type = 'table' AND sql LIKE 'CREATE TABLE%'"
_COUNTS = "SELECT (SELECT COUNT(*) FROM runs), (SELECT COUNT(DISTINCT run_uuid) FROM runs), (SELECT COUNT(*) FROM metrics)"
_ROWS = (
    "SELECT r.run_uuid, CAST(COALESCE(r.name, r.run_uuid) AS TEXT), CAST(m.key AS TEXT), m.step, m.value, m.is_nan FROM metrics m "
    "JOIN runs r ON r.run_uuid = m.run_uuid WHERE m.key IS NOT NULL ORDER BY r.start_time, r.run_uuid, m.timestamp"
)
_NOT_MLFLOWS = "it is a database, but not MLflow's ({reason}); give the mlflow.db of a tracking server."
_LONGEST = 1_000_000  # bytes of a value
_INSTRUCTIONS, _TIMES = 100_000, 3000  # of SQLite's machine, which a query ends after


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
            for uuid, name, key, step, value, is_nan in _rows(database):
                at = _whole_step(step)
                runs.setdefault((uuid, name), {}).setdefault(key, {})[at] = math.nan if is_nan else float(value)
    except (sqlite3.Error, TypeError, ValueError, OverflowError) as error:
        raise DataError(_NOT_MLFLOWS.format(reason=quoted(str(error)))) from None
    return _found([(name, points) for (_, name), points in runs.items()], names)


def _rows(database: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Yield the values of all runs, from tables: a stranger's view could be a query without an end, or of values without one."""
    calls = itertools.count()
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.set_progress_handler(lambda: next(calls) > _TIMES, _INSTRUCTIONS)
    if database.execute(_TABLES).fetchone() != (2,):
        raise NoLogError(_NOT_MLFLOWS.format(reason="it lacks the tables runs and metrics"))
    runs, apart, points = database.execute(_COUNTS).fetchone()
    if runs != apart:
        raise ValueError("several of its runs are one")
    refuse_many(runs, points)
    yield from database.execute(_ROWS)


def _whole_step(step: Any) -> int:
    if not -LAST_EPOCH <= int(step) <= LAST_EPOCH:
        raise ValueError(f"a step is {step}")
    return int(step)


def runs_in(folder: Path) -> list[Path]:
    """Return the runs of a file store: the folders with `metrics` and `meta.yaml`, the folder itself or within it."""
    found = (meta.parent for meta in folder.rglob("meta.yaml") if (meta.parent / "metrics").is_dir() and _tells_of_run(meta))
    return sorted(run for run in found if ".trash" not in run.relative_to(folder).parts)  # where deleted runs lie


def _tells_of_run(meta: Path) -> bool:
    """Tell MLflow's meta.yaml, which has run_id or, of old, run_uuid, from another program's."""
    return meta.is_file() and b"run_" in Log(meta).head


def read_folder(folder: Path, runs: list[Path], names: Names) -> list[Found]:
    """Read the runs of file stores, whose metrics are files of `timestamp value step`.

    Args:
        folder: where the search began; the stores are named from there.
        runs: the folders that `runs_in` found.
        names: what the person calls the losses.
    """
    return _found([(_store_name(folder, run) + _run_name(run), _points(run / "metrics")) for run in runs], names)


def _store_name(folder: Path, run: Path) -> str:
    """Return the name of the store that holds a run, for its own; empty where the search began in it."""
    store = run.parent.parent
    inside = store != folder and store.is_relative_to(folder)
    return f"{store.relative_to(folder).as_posix()}, " if inside else ""


def _points(metrics: Path) -> Points:
    points: Points = {}
    for path in sorted(path for path in metrics.rglob("*") if path.is_file()):
        lines = (line.strip() for line in io.StringIO(Log(path).text))
        values = (line.split() for line in lines if _LINE.fullmatch(line))
        with contextlib.suppress(ValueError):
            points[path.relative_to(metrics).as_posix()] = {
                int(rest[0]) if rest else place: float(value) for place, (_, value, *rest) in enumerate(values)
            }
        refuse_many(1, sum(map(len, points.values())))
    return points


def _run_name(run: Path) -> str:
    lines = (line for line in io.StringIO(Log(run / "meta.yaml").text) if line.startswith("run_name:"))
    name = next(lines, "").partition(":")[2].strip().strip("'\"").strip()
    return name or run.name


def _found(runs: list[tuple[str, Points]], names: Names) -> list[Found]:
    found, missing = [], DataError("none of its runs has a metric; log the losses with a step.")
    for name, points in runs:
        try:
            found.append(at_steps(points, names, name))
        except FitscopeError as error:
            missing = DataError(str(error))
    if not found:
        raise missing
    return found
