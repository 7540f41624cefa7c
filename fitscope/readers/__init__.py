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
from fitscope.readers.folder import logs_in, telling, tells_of_training
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, NoLogError, Reading
from fitscope.result.begun import unfinished

__all__ = ["READERS", "TEXTS", "Names", "Reading", "read_history", "read_logs", "read_text"]

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
_GENERAL = (jsons.read, wandb.read, ultralytics.read, lightning.read, tables.read)  # know no log by a sign that is its alone
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
    try:
        readings, unread = read_logs(path, loss=loss, val_loss=val_loss, growing=growing)
    except NoLogError as error:  # the difference matters within a folder alone
        raise DataError(str(error)) from None
    if not readings:
        raise DataError(f"None of the {len(unread)} logs in {path} can be read, such as: {next(iter(unread.values()))}")
    refused = [N_("passed over: {reason}").format(reason=reason.removesuffix(".")) for reason in unread.values()]
    first = dataclasses.replace(readings[0], notes=(*readings[0].notes, *refused[:_MOST_NOTES]))
    return [first, *readings[1:]]


def read_logs(
    path: Path | str, *, loss: str | None = None, val_loss: str | None = None, growing: bool = False
) -> tuple[list[Reading], dict[str, str]]:
    """Read the trainings that a log holds, and say which logs of a folder cannot be read.

    Args:
        path: the log: a file, or a folder with one or several.
        loss, val_loss: the names of its columns, where they are not known.
        growing: whether a program is still writing it.

    Returns:
        The readings, and by its path, why each log in a folder that is known and cannot be read, cannot; there may be no reading
        where there are several of those. Of files that are no logs nothing is said.

    Raises:
        DataError: the file cannot be read, or nothing in the folder is a log.
    """
    path, names = Path(path), Names(loss, val_loss)
    found, unread = _in_folder(path, names, growing) if os.path.isdir(path) else (_in_file(path, names, growing), {})
    return _readings(path, found), unread


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
    """Return what was found in a log; a training that is alone has no name, but in a folder its file is the source."""
    if len(found) == 1:
        (one,) = found
        return [Reading(str(one.path or path), None, one.history, one.diagnosis, one.notes)]
    return [Reading(str(path), one.run, one.history, one.diagnosis, one.notes) for one in _labelled(found)]


def _labelled(found: list[Found]) -> list[Found]:
    """Number trainings without a name where there are several."""
    if len(found) == 1:
        return found
    return [one if one.run else dataclasses.replace(one, run=f"run {number}") for number, one in enumerate(found, 1)]


def _in_file(path: Path, names: Names, growing: bool) -> list[Found]:
    log = Log(path, growing)
    if found := _tried(log, names, READERS) or _by_others(path):
        return found
    raise NoLogError(f"{path} cannot be read: {_what_it_is(log)} Tried were {'; '.join(READERS)}.")


def _tried(log: Log, names: Names, readers: Mapping[str, Callable[[Log, Names], list[Found] | None]]) -> list[Found] | None:
    """Return what the first reader that knows the log finds in it."""
    for read in readers.values():
        try:
            with _refusing(f"{log.path} cannot be read"):
                found = read(log, names)
        except DataError as error:
            if read not in _GENERAL:
                raise
            # Any table and any JSON comes to these; most of those in a folder are of something else than a training.
            raise (DataError if tells_of_training(log) else NoLogError)(str(error)) from None
        if found:
            return found
    return None


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Say of a log why it cannot be read, whatever a reader stumbles over in it."""
    try:
        yield
    except FitscopeError as error:
        raise (NoLogError if isinstance(error, NoLogError) else DataError)(f"{what}: {error}") from None
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


def _in_folder(folder: Path, names: Names, growing: bool) -> tuple[list[Found], dict[str, str]]:
    """Read every log in a folder; what is no log is passed over, unless there is nothing else.

    Returns:
        What was found, and by its path, why a log that is known cannot be read.
    """
    runs = mlflow.runs_in(folder)
    files = logs_in(folder, runs)
    events = [log for log in files if tensorboard.is_events(log)]
    found: list[Found] = []
    refused: dict[str, str] = {}
    others = []
    for path, read in _reads(folder, runs, events, telling([log for log in files if log not in events]), names, growing):
        try:
            found += read()
        except NoLogError as error:
            others.append(str(error))
        except FitscopeError as error:
            refused[path] = " ".join(filter(None, (refused.get(path), str(error))))
    if not found and len(refused) < 2:
        none = f"{folder} cannot be read: none of its {len(files)} files is a log. Tried were {'; '.join(READERS)}."
        only = [*refused.values()] or (others if len(others) == 1 else [none])
        raise DataError(unfinished(folder) or only[0])
    return found, refused


def _reads(
    folder: Path, runs: list[Path], events: list[Log], logs: list[Log], names: Names, growing: bool
) -> Iterator[tuple[str, Callable[[], list[Found]]]]:
    """Yield how each log of a folder is read: an MLflow store and event files as a whole, the others one by one."""
    if runs:
        yield str(folder), lambda: _whole(folder, lambda: mlflow.read_folder(folder, runs, names))
    if events:
        yield str(folder), lambda: _whole(folder, lambda: tensorboard.read_folder(folder, events, names))
    for log in logs:
        yield str(log.path), lambda log=log: _part(folder, log.path, _in_file(log.path, names, growing))  # type: ignore[misc]


def _whole(folder: Path, read: Callable[[], list[Found]]) -> list[Found]:
    with _refusing(f"{folder} cannot be read"):
        return read()


def _part(folder: Path, path: Path, found: list[Found]) -> list[Found]:
    """Return the trainings of a file under its name in the folder."""
    name = path.relative_to(folder).as_posix()
    return [dataclasses.replace(one, run=f"{name}, {one.run}" if one.run else name, path=path) for one in _labelled(found)]
