"""Logs that other tools wrote, recognised by what is in them, not by their names."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fitscope.errors import DataError, FitscopeError, quoted
from fitscope.history import TrainingHistory
from fitscope.language import N_
from fitscope.readers import boosting, console, huggingface, jsons, lightning, mlflow, own, tables, tensorboard, ultralytics, wandb
from fitscope.readers.folder import logs_in, telling
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, Reading
from fitscope.result.begun import unfinished

__all__ = ["READERS", "TEXTS", "Names", "Reading", "read_history", "read_text"]

# In this order, the telling ones first: each returns what it found, or None where the log is not of its kind.
READERS: dict[str, Callable[[Log, Names], list[Found] | None]] = {
    "TensorBoard's event files": tensorboard.read,
    "MLflow's mlflow.db and file store": mlflow.read,
    "fitscope's own results and reports": own.read,
    "Hugging Face's trainer_state.json": huggingface.read,
    "XGBoost's evals_result and LightGBM's record_evaluation": boosting.read,
    "History.history as JSON, and JSON Lines": jsons.read,
    "Keras' console output": console.read,
    "charts of Weights & Biases": wandb.read,
    "Ultralytics' results.csv": ultralytics.read,
    "Lightning's metrics.csv and other tables of steps": lightning.read,
    "Keras' CSVLogger, fastai's history.csv and other tables with a loss column": tables.read,
}
# Those that read text alone: no database, no binary format, and no code of another package.
TEXTS = {name: read for name, read in READERS.items() if read not in (tensorboard.read, mlflow.read, own.read)}
_GROUP = "fitscope.readers"  # of entry points: functions from a path to the TrainingHistory objects in it
_MOST_NOTES = 5


def read_history(path: Path | str, *, loss: str | None = None, val_loss: str | None = None, growing: bool = False) -> list[Reading]:
    """Read the trainings that a log holds.

    Args:
        path: the log: a file, or a folder with one or several.
        loss, val_loss: the names of its columns, where they are not known.
        growing: whether a program is still writing it; then a last line without its end is left out.

    Returns:
        One reading a training, in the log's order.

    Raises:
        DataError: the log cannot be read; the sentence says what was found instead.

    Example:
        >>> [(reading.run, len(reading.history)) for reading in read_history("training.log")]
        [(None, 12)]
    """
    path, names = Path(path), Names(loss, val_loss)
    return _readings(path, _in_folder(path, names, growing) if os.path.isdir(path) else _in_file(path, names, growing))


def read_text(path: Path) -> list[Reading]:
    """Read the trainings of a log that nobody vouches for, by the readers in `TEXTS` alone.

    Args:
        path: a file.

    Raises:
        DataError: it is no text, or none that these readers know.
    """
    log = Log(path)
    found = _tried(log, Names(), TEXTS) if log.is_text else None
    if not found:
        raise DataError(f"{path} cannot be read: {_what_it_is(log)}")
    return _readings(path, found)


def _readings(path: Path, found: list[Found]) -> list[Reading]:
    several = len(found) > 1
    return [
        Reading(str(path), one.run or f"run {number}" if several else None, one.history, one.diagnosis, one.notes)
        for number, one in enumerate(found, 1)
    ]


def _in_file(path: Path, names: Names, growing: bool) -> list[Found]:
    log = Log(path, growing)
    if found := _tried(log, names, READERS) or _by_others(path):
        return found
    raise DataError(f"{path} cannot be read: {_what_it_is(log)} Tried were {'; '.join(READERS)}.")


def _tried(log: Log, names: Names, readers: Mapping[str, Callable[[Log, Names], list[Found] | None]]) -> list[Found] | None:
    """Return what the first reader that knows the log finds in it."""
    with _refusing(f"{log.path} cannot be read"):
        return next((found for read in readers.values() if (found := read(log, names))), None)


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Say of a log why it cannot be read, whatever a reader stumbles over in it."""
    try:
        yield
    except FitscopeError as error:
        raise DataError(f"{what}: {error}") from None
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise DataError(f"{what}: it holds what no log holds ({quoted(str(error))}).") from None


def _by_others(path: Path) -> list[Found]:
    """Ask the readers of other packages; one that fails has not read it."""
    from importlib.metadata import entry_points  # takes longer to load than most logs to read

    for point in entry_points(group=_GROUP):
        try:
            histories: Iterable[TrainingHistory] = point.load()(path)
            if found := [Found(history, notes=(N_("read by {reader}").format(reader=point.value),)) for history in histories]:
                return found
        except Exception:  # what other packages raise is not known
            continue
    return []


def _what_it_is(log: Log) -> str:
    if not log.head:
        return "it is empty."
    if not log.is_text:
        return f"it is no text, and begins with the bytes {log.head[:8].hex(' ')}."
    if not log.start:
        return "it holds white space alone."
    if log.start.startswith(("{", "[")):
        return "it begins like JSON, but is none."
    return f"it is text without a header of names, and begins with {log.start.splitlines()[0][:40]!r}."


def _in_folder(folder: Path, names: Names, growing: bool) -> list[Found]:
    """Read every log in a folder; what is no log is passed over, unless there is nothing else."""
    runs = mlflow.runs_in(folder)
    files = logs_in(folder, runs)
    events = [log for log in files if tensorboard.is_events(log)]
    wholes: list[tuple[str, Callable[[], list[Found]]]] = []
    if runs:
        wholes.append(("its MLflow runs", lambda: mlflow.read_folder(folder, runs, names)))
    if events:
        wholes.append(("its event files", lambda: tensorboard.read_folder(folder, events, names)))
    found, unread = [], []
    for what, read in wholes:
        try:
            with _refusing(what):
                found += read()
        except FitscopeError as error:
            unread.append(str(error))
    for log in telling([log for log in files if log not in events]):
        try:
            name = log.path.relative_to(folder).as_posix()
            found += [
                Found(one.history, one.run and f"{name}, {one.run}" or name, one.diagnosis, one.notes)
                for one in _in_file(log.path, names, growing)
            ]
        except FitscopeError as error:
            unread.append(str(error))
    refused = [
        N_("passed over: {reason}").format(reason=reason.removesuffix(".")) for reason in unread if "Tried were" not in reason
    ]
    if found and refused:
        found[0] = dataclasses.replace(found[0], notes=(*found[0].notes, *refused[:_MOST_NOTES]))
    if not found:
        reason = unread[0] if len(unread) == 1 else f"none of its {len(files)} files is a log. Tried were {'; '.join(READERS)}."
        raise DataError(unfinished(folder) or f"{folder} cannot be read: {reason}")
    return found
