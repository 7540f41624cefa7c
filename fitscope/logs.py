"""Curves that another program made: whatever holds them, read and judged."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import math
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fitscope.diagnosis import Diagnosis, judge
from fitscope.errors import DataError, OutputError, ResultError, not_written, visible
from fitscope.history import TrainingHistory, mean_of, stacked
from fitscope.readers import Names, Reading, read_history
from fitscope.readers.jsons import is_curve
from fitscope.readers.log import Log
from fitscope.readers.own import embedded
from fitscope.readers.page import page_of
from fitscope.readers.reading import history_of
from fitscope.result import Author, LogFacts, Result

_SHARE_OF_LEVEL, _SHARE_OF_RANGE = 0.02, 0.1  # by which val_loss and the samples' mean may drift apart
_NO_UTF8 = re.compile("[\ud800-\udfff]")
_MOST_ADVICE = 3  # that the terminal shows; the report has all of it
MARK = b'<script type="application/json" id="fitscope-result">'  # by which an earlier report is known
KINDS = "a Keras History, a dict of lists, a pandas DataFrame, the path of a log, a TrainingHistory, or a list of these"


def diagnose(
    curves: Any, validation_losses: ArrayLike | None = None, *, loss: str | None = None, val_loss: str | None = None
) -> Diagnosis:
    """Diagnose the curves of a training that is over; in a notebook the diagnosis shows itself as a picture.

    Several trainings of one network on one split, which differ in their seed alone, are judged by their mean curve, up
    to the last epoch that all of them have.

    Args:
        curves: a Keras `History`, its dict of lists, a pandas DataFrame with a row an epoch, the path of a log of any
            known format, a `TrainingHistory`, or a list of these: several trainings.
        validation_losses: every validation sample's loss after every epoch [epochs, samples], where known.
        loss, val_loss: the names of the losses, where they are not known.

    Returns:
        The diagnosis.

    Raises:
        DataError: there are no curves in it, or a log holds several trainings.
        ResultError: the curves contradict themselves or the samples' losses, or two trainings are one and the same.

    Example:
        >>> falls = [1 / epoch for epoch in range(1, 21)]
        >>> diagnose({"loss": falls, "val_loss": [0.1 + loss for loss in falls]}).best_epoch
        20
    """
    names = Names(loss, val_loss)
    if isinstance(curves, (list, tuple)):
        if validation_losses is not None:
            raise ResultError("Samples' losses belong to one training, and there are several; give one, or leave them out.")
        history, together = several([history_in(one, names) for one in curves])
        diagnosis = judge(history, together, repeats=True) if len(curves) > 1 else judge(history)
    else:
        history, known = _with_diagnosis(curves, names)
        if validation_losses is not None or known is None:
            known = judge(history, None if validation_losses is None else _of(history, _matrix(validation_losses)))
        diagnosis = known
    return pictured(history, diagnosis)


def several(histories: Sequence[TrainingHistory]) -> tuple[TrainingHistory, np.ndarray]:
    """Return the mean curves of several trainings, and their validation losses [epochs, trainings].

    Raises:
        ResultError: there is none, they have no epoch in common, or two of them are the same.
    """
    for (one, first), (other, second) in itertools.combinations(enumerate(histories, 1), 2):
        if first == second:
            raise ResultError(
                f"Trainings {one} and {other} are one and the same, so they cannot tell how far trainings differ; give each once."
            )
    mean = mean_of(histories)
    return mean, stacked(histories, "val_loss", mean.epochs).T


def history_in(curves: Any, names: Names | None = None) -> TrainingHistory:
    """Return the curves of one training, whatever holds them.

    Args:
        curves: one of `KINDS`, or a `Result`.
        names: of the losses, where they are not known.

    Raises:
        DataError: a log cannot be read, or holds several trainings.
        ResultError: there are no curves in it.
    """
    names = names or Names()
    if isinstance(curves, (str, Path)):
        return _with_diagnosis(curves, names)[0]
    content = getattr(curves, "history", curves)
    if isinstance(content, TrainingHistory):
        return content
    if hasattr(content, "columns") and hasattr(content, "to_dict"):  # a DataFrame; pandas itself is not needed for that
        content = {str(name): content[name].tolist() for name in content.columns}
        content = {name: values for name, values in content.items() if is_curve(values)}
    if not isinstance(content, Mapping):
        raise ResultError(f"An object of type {type(curves).__name__} holds no curves; give {KINDS}.")
    lists = {str(name): np.atleast_1d(np.asarray(values)).tolist() for name, values in content.items()}
    if not lists:
        raise ResultError(f"There is no curve in it; give {KINDS}.")
    epochs = lists.pop("epoch", None)
    whole = epochs is not None and all(isinstance(epoch, (int, float)) and float(epoch).is_integer() for epoch in epochs)
    try:
        return history_of(lists, epochs if whole else None, names)
    except (DataError, ArithmeticError, TypeError, ValueError) as error:
        raise ResultError(f"The curves cannot be judged: {error}") from None


def _with_diagnosis(curves: Any, names: Names) -> tuple[TrainingHistory, Diagnosis | None]:
    """Return curves, and what was said of them when they were made, where a result of fitscope's holds it."""
    if not isinstance(curves, (str, Path)):
        return history_in(curves, names), None
    reading = _only(read_history(curves, loss=names.loss, val_loss=names.val_loss), curves)
    return reading.history, reading.diagnosis


def _only(readings: list[Reading], path: Any) -> Reading:
    if len(readings) > 1:
        runs = ", ".join(str(reading.run) for reading in readings[:6])
        raise DataError(f"{path} holds {len(readings)} trainings ({runs}); pick one of read_history({str(path)!r}).")
    return readings[0]


def _matrix(losses: ArrayLike) -> np.ndarray:
    try:
        matrix = np.asarray(losses, np.float64)
    except (TypeError, ValueError):
        raise ResultError("The samples' losses are no numbers; give [epochs, samples].") from None
    if matrix.ndim != 2:
        raise ResultError(f"The samples' losses have {matrix.ndim} dimensions; give [epochs, samples].")
    return matrix


def _of(history: TrainingHistory, losses: np.ndarray) -> np.ndarray:
    """Return the samples' losses where they are those of the training: their mean follows its validation loss.

    `val_loss` may lie above by penalties of regularization, and by what rounding does. Those hardly change from epoch to
    epoch beside the loss itself, so an offset that all epochs share is none of a contradiction's signs; one that moves is.
    """
    if len(losses) != len(history) or not losses.shape[1]:
        return losses  # judge refuses these
    means = losses.mean(axis=1)
    both = np.isfinite(means) & np.isfinite(history.val_loss)
    if not both.any():
        return losses
    said, offset = history.val_loss[both], (history.val_loss - means)[both]
    allowed = _SHARE_OF_LEVEL * np.abs(np.median(said)) + _SHARE_OF_RANGE * float(np.ptp(said))
    shared = float(np.median(offset))
    worst = int(np.abs(offset - shared).argmax())
    if abs(offset[worst] - shared) <= allowed:
        return losses
    epoch, mean = np.asarray(history.epochs)[both][worst], said[worst] - offset[worst]
    raise ResultError(
        f"At epoch {epoch} val_loss is {said[worst]:.4g} and the mean of the samples' losses {mean:.4g}, while the two differ by "
        f"{shared:.4g} elsewhere; give this training's losses, epoch by epoch, or the samples' means as val_loss."
    )


def pictured(history: TrainingHistory, diagnosis: Diagnosis) -> Diagnosis:
    """Return the diagnosis as one that notebooks show as a picture."""
    return dataclasses.replace(diagnosis, picture=functools.partial(_picture, history, diagnosis))


def _picture(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    from fitscope.report.notebook import html

    return html(diagnosis, history)


def changes(paths: Sequence[Path], seconds: float | None, every: float = 2.0) -> Iterator[None]:
    """Wait for logs that are being written: yield at the start, and whenever one of them has changed.

    Args:
        paths: files or folders; one that is not there yet is waited for.
        seconds: for how long; None until the person stops it.
        every: how many seconds to wait between two looks.
    """
    end = math.inf if seconds is None else time.monotonic() + seconds
    seen: object = None
    while True:
        now = [_stamps(path) for path in paths]
        if now != seen:
            seen = now
            yield
        rest = end - time.monotonic()
        if rest <= 0:
            return
        time.sleep(min(every, rest))


def _stamps(path: Path) -> list[tuple[str, int, int]]:
    """Return name, size and time of every file, to see whether anything was written."""
    stamps = []
    for file in [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]:
        with contextlib.suppress(OSError):
            found = file.stat()
            stamps.append((str(file), found.st_size, found.st_mtime_ns))
    return stamps


def result_of(
    reading: Reading, diagnosis: Diagnosis, command: str, author: Author | None = None, notes: str | None = None
) -> Result:
    """Return the result that a log's page is made from.

    Args:
        reading: the training as it was read.
        diagnosis: of its curves.
        command: what made it.
        author, notes: whose page it is, and their own text in Markdown.
    """
    from fitscope import version

    run = None if reading.run is None else written(reading.run)
    return Result(
        fitscope=version(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=None,
        environment=None,
        dataset=None,
        model=None,
        history=reading.history,
        diagnosis=diagnosis,
        holdout=None,
        refit=None,
        test_reads=0,
        command=written(command),
        log=LogFacts(written(reading.source), run, tuple(map(written, reading.notes))),
        author=author,
        notes=notes,
    )


def written(name: str) -> str:
    """Return a name as a page and a terminal can show it: what cannot be, such as bytes that are no UTF-8, is replaced."""
    return visible(_NO_UTF8.sub("\N{REPLACEMENT CHARACTER}", name))


def named(reading: Reading) -> str:
    """Return what a training is called: its file, and its run where the file holds several."""
    return written(reading.source if reading.run is None else f"{reading.source}, {reading.run}")


def summary(reading: Reading, diagnosis: Diagnosis) -> tuple[list[str], list[str]]:
    """Return what the terminal says of a training, a line each: what stands above the picture of its curves, and what below."""
    from fitscope import words
    from fitscope.language import _, _n, retold

    epochs = _n("{count} epoch", "{count} epochs", len(reading.history)).format(count=f"{len(reading.history):,}")
    head = [f"{named(reading)}: {epochs}", *(f"({written(retold(note))})" for note in reading.notes)]
    says = [f"{words.label(diagnosis.verdict).upper()}. {diagnosis.message}"]
    says += [sentence] if (sentence := words.evidence(diagnosis.verdict, diagnosis.evidence)) else []
    says += [f"- {words.finding(finding.code, finding.numbers)}" for finding in diagnosis.findings]
    advice = [f"{number}. {words.advice(advice.code)}" for number, advice in enumerate(diagnosis.advice[:_MOST_ADVICE], 1)]
    says += ["", _("What would help:"), *advice] if advice else []
    return head, says


def write_pages(results: Sequence[Result], path: Path, teach: bool = False) -> list[Path]:
    """Write a page for each result: the first to `path`, the others beside it with a number; with `teach` as pages that ask first.

    Returns:
        The pages, in the results' order.

    Raises:
        OutputError: one cannot be written.
    """
    from fitscope.report.page import write

    pages = [path, *(path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, len(results) + 1))]
    for page in pages:
        refuse_nul(page)
        if os.path.lexists(page) and not _is_own_page(page):
            raise OutputError(f"{page} is there already, and is no report of fitscope's; name another file.")
        sources = [result.log.source for result in results if result.log is not None]
        if os.path.exists(page) and any(os.path.exists(source) and page.samefile(source) for source in sources):
            raise OutputError(f"{page} is one of the logs; name another file.")
        if sources and _is_of_an_analysis(page):
            raise OutputError(f"{page} is the report of an analysis, with more than its log says; name another file.")
    for result, page in zip(results, pages):
        try:
            write(result, page, teach)
        except OSError as error:
            raise not_written(page, error, "name a file in a folder that is yours") from None
    return pages


def refuse_nul(path: Path) -> None:
    """Refuse a name that no file can have."""
    if "\0" in str(path):
        raise OutputError(f"{str(path)!r} cannot be a file's name, for it holds a NUL character; name another file.")


def _is_own_page(page: Path) -> bool:
    """Tell a report that may be written anew from a person's own file."""
    if page.is_symlink() or not page.is_file():
        return False
    return MARK in page.read_bytes()


def _is_of_an_analysis(page: Path) -> bool:
    """Tell a report that holds more than a log's: a plan, test results, whose it is."""
    if not page.is_file():
        return False
    try:
        result = embedded(page_of(Log(page).text))
    except DataError:
        return False
    return isinstance(result, dict) and result.get("plan") is not None
