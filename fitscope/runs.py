"""Runs read back: results, reports and logs, one beside the other or one at a time."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from fitscope.comparison import Comparison, ReadRun, Unread, compared
from fitscope.comparison.samples import read_samples
from fitscope.diagnosis import judge
from fitscope.errors import DataError, FitscopeError, OutputError, UsageError, not_written
from fitscope.logs import refuse_nul, result_of, write_pages, written
from fitscope.readers import read_history, read_logs
from fitscope.readers.log import Log
from fitscope.readers.own import result_in
from fitscope.result import Result
from fitscope.result.blind import refuse

MOST = 100  # runs on one page
_MOST_KEPT = 200_000_000  # bytes of all runs' samples together
_RESULT, _SAMPLES, _REPORT = "result.json", "samples.npz", "report.html"
Source: TypeAlias = "Result | str | Path"


def compare(*runs: Source) -> Comparison:
    """Compare several runs: their best epochs, test results and plans, and which of them differ beyond chance.

    Two runs on the same validation samples are tested pair by pair, over samples and with each run's best epoch chosen anew in
    every resample; p values are corrected for the number of pairs (Holm 1979). In a notebook it shows itself as a table.

    Args:
        runs: run folders, `result.json`, reports, logs of any known format, folders of these, or results; 100 at most. Samples'
            losses come from the `samples.npz` beside a result.

    Returns:
        The comparison; what could not be read stands in its `unread`.

    Raises:
        UsageError: there is no run, or more than 100.
        DataError: none of them can be read.

    Example:
        >>> found = compare("reports/plain", "reports/large")
        >>> [(run.name, len(run.result.history)) for run in found.runs], found.unread
        ([('plain', 5), ('large', 5)], ())
    """
    if not runs:
        raise UsageError("There is no run to compare; give two or more: run folders, result.json, reports or logs.")
    found, unread = _readable(runs)
    if not found:
        raise DataError(unread[0].error if len(unread) == 1 else f"None of the {len(unread)} runs can be read: {unread[0].error}")
    return compared(_told_apart(found), unread)


def read_result(path: str | Path) -> Result:
    """Read one result back: a run folder, its `result.json`, a report, or a log of any known format.

    Args:
        path: of it.

    Returns:
        The result; that of a log holds its curves and their diagnosis, and None for all that a log does not say.

    Raises:
        DataError: it cannot be read, or it holds several trainings.
        ResultError: it contradicts itself, or a newer fitscope wrote it.

    Example:
        >>> read_result("my-report").refit.test.samples
        360
        >>> read_result("training.log").refit is None
        True
    """
    return _only(_path(path)).result


def write_report(path: str | Path, output: str | Path | None = None, teach: bool = False) -> Path:
    """Write the page of a result again.

    Args:
        path: a run folder, its `result.json`, or a report.
        output: the page; None for `report.html` beside the result. Only an earlier report is overwritten.
        teach: whether the page asks first, and gives its answers after the reader has chosen.

    Returns:
        The page's path.

    Raises:
        DataError: there is no result of fitscope's.
        ResultError: the result contradicts itself, or a newer fitscope wrote it.
        OutputError: the page cannot be written, or something else is there.
        UsageError: a page of a blind run that asks first; the page of one shows the curves alone.
    """
    run = _only(_path(path))
    refuse(teach and run.result.blind, str(path))
    if run.result.log is not None and run.result.log.source == run.source:
        raise DataError(f"{path} is a log, and no result; fitscope diagnose {path} --output FILE makes its page.")
    return write_pages([run.result], Path(run.source).with_name(_REPORT) if output is None else Path(output), teach)[0]


def write_comparison(comparison: Comparison, path: str | Path) -> Path:
    """Write the page of a comparison.

    Args:
        comparison: what `compare` found.
        path: the page; only an earlier one is overwritten, and that of several runs not by one run alone.

    Returns:
        The page's path.

    Raises:
        OutputError: it cannot be written, or something else is there.
    """
    from fitscope.report import compare as page

    path = Path(path)
    refuse_nul(path)
    try:
        if os.path.lexists(path):
            _refuse_in_place_of(path, comparison)
        page.write(comparison, path)
    except OSError as error:
        raise not_written(path, error, "name a file in a folder that is yours") from None
    return path


def _refuse_in_place_of(path: Path, comparison: Comparison) -> None:
    """Refuse to overwrite what is no comparison's page, and one of several runs by one run alone."""
    from fitscope.report import compare as page

    earlier = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    if page.MARK not in earlier:
        raise OutputError(f"{path} is there already, and is no page of fitscope compare; name another file with --output.")
    if len(comparison.runs) == 1 and page.is_of_several(earlier):
        raise OutputError(
            f"{path} is an earlier comparison of several runs, which one run alone does not take the place of; give two or more, "
            "or name another file with --output."
        )


def _path(source: Any) -> Path:
    if isinstance(source, (str, os.PathLike)):
        return Path(source)
    raise UsageError(
        f"An object of type {type(source).__name__} is no run; give each run by itself: a path, or for compare a Result."
    )


def _only(path: Path) -> ReadRun:
    found = list(_runs_in(path, 2))
    if len(found) > 1:
        raise DataError(f"{path} holds several runs, such as {found[0].name} and {found[1].name}; give one of them.")
    return found[0]


def _readable(runs: Sequence[Source]) -> tuple[list[ReadRun], list[Unread]]:
    """Read what can be read; the rest comes with its reason."""
    found: list[ReadRun] = []
    unread: list[Unread] = []
    if len(runs) > MOST:
        raise UsageError(_too_many(str(len(runs))))
    for run in runs:
        try:
            read = [_given(run)] if isinstance(run, Result) else list(_runs_in(_path(run), MOST + 1 - len(found), unread))
            for one in read:
                refuse(one.result.blind, one.source or one.name)
            found += [_within(one, found) for one in read]
        except FitscopeError as error:
            unread.append(Unread(written(str(run)), written(str(error))))
        if len(found) > MOST:
            raise UsageError(_too_many(f"More than {MOST}"))
    return found, unread


def _within(run: ReadRun, others: Sequence[ReadRun]) -> ReadRun:
    """Return a run without its samples where those of the others take all the memory that there is for them."""
    held = sum(one.losses.nbytes for one in (run, *others) if one.losses is not None)
    return run if held <= _MOST_KEPT else dataclasses.replace(run, losses=None, groups=None, lacks="too_large")


def _too_many(given: str) -> str:
    return f"{given} runs are too many for one page; give at most {MOST}."


def _given(result: Result) -> ReadRun:
    return ReadRun(_name(result, ""), "", result, lacks="no_samples" if result.log is None else "log")


def _runs_in(path: Path, most: int, unread: list[Unread] | None = None) -> Iterator[ReadRun]:
    """Read the runs of a path: one of a result or report, several of a folder or a log with several trainings.

    Args:
        path: of them.
        most: how many are wanted.
        unread: takes the logs of a folder that cannot be read.
    """
    if not os.path.exists(path):  # False, too, where no file can have such a name
        raise DataError(f"There is no {path}; give a run folder, a result.json, a report or a log.")
    if not path.is_dir():
        yield from _in_file(path)
        return
    own = next((path / name for name in (_RESULT, _REPORT) if (path / name).is_file()), None)
    results = [own] if own is not None else _results_below(path)
    if not results:
        yield from _in_log(path, unread)
    for number, file in enumerate(results):
        if number < most:
            yield from _in_file(file)


def _results_below(folder: Path) -> list[Path]:
    """Return the results of the run folders in a folder, in the order of their names."""
    found = sorted(folder.rglob(_RESULT))
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _in_file(path: Path) -> Iterator[ReadRun]:
    try:
        result = result_in(Log(path))
    except FitscopeError as error:
        raise type(error)(f"{path} cannot be read: {error}") from None
    if result is None:
        yield from _in_log(path)
        return
    losses, groups, lacks = read_samples(result, path.with_name(_SAMPLES))
    yield ReadRun(_name(result, str(path)), written(str(path)), result, losses, groups, lacks)


def _in_log(path: Path, unread: list[Unread] | None = None) -> Iterator[ReadRun]:
    readings, refused = (read_history(path), {}) if unread is None else read_logs(path)
    if unread is not None:
        unread += [Unread(written(source), written(error)) for source, error in refused.items()]
    for reading in (dataclasses.replace(one, source=str(path)) for one in readings):
        result = result_of(reading, reading.diagnosis or judge(reading.history), f"fitscope diagnose {path}")
        name = _name(result, str(path)) + ("" if reading.run is None else f", {written(reading.run)}")
        yield ReadRun(name, written(reading.source), result, lacks="log")


def _name(result: Result, source: str) -> str:
    """Return what a run is called: its folder's name where its file has the usual one, else the file's."""
    path = Path(source)
    if not source:
        return "curves" if result.dataset is None else result.dataset.name
    usual = path.name in (_RESULT, _REPORT)
    return written((path.absolute().parent.name if usual else path.absolute().stem) or str(path))


def _told_apart(runs: Sequence[ReadRun]) -> list[ReadRun]:
    """Give equal names their folder's, and numbers where that does not tell them apart."""
    names = [run.name for run in runs]
    folders = [_in_folder(run) if names.count(run.name) > 1 else run.name for run in runs]
    seen: dict[str, int] = {}
    told = []
    for run, name in zip(runs, folders):
        seen[name] = seen.get(name, 0) + 1
        told.append(dataclasses.replace(run, name=f"{name} ({seen[name]})" if folders.count(name) > 1 else name))
    return told


def _in_folder(run: ReadRun) -> str:
    path = Path(run.source).absolute()
    folder = path.parent.parent if path.name in (_RESULT, _REPORT) else path.parent
    return f"{written(folder.name)}/{run.name}" if run.source and folder.name else run.name
