"""What reading a log gives, and the names under which logs keep their losses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis import Diagnosis
from fitscope.errors import DataError, quoted
from fitscope.history import LAST_EPOCH, TrainingHistory
from fitscope.language import N_

Curve = NDArray[np.float64]
Points = dict[str, dict[int, float]]  # of each metric, its value by step
Curves = Mapping[str, Sequence[float | None] | Curve]

# How other tools say training and validation, before or after the metric; Keras says nothing and val_.
_ROLES = {**dict.fromkeys(("train", "training", "trn"), ""), **dict.fromkeys(("val", "valid", "validation", "eval", "dev"), "val_")}
_METRICS = {"loss": "loss", "accuracy": "accuracy", "acc": "accuracy"}
_RATES = {"lr": "learning_rate", "learning_rate": "learning_rate"}
MOST = 10_000_000  # numbers of one log, known and unknown: metrics times steps
MOST_POINTS = 2_000_000  # values that each stand by a step of their own, which takes more memory
MOST_TRAININGS = 10_000
_NAMES_SHOWN = 12
_HIGHER_IS_BETTER = re.compile(r"(^|[^a-z])(acc|accuracy|auc|aucpr|f1|precision|recall|m?ap|ndcg|iou|r2|bleu|rouge)([^a-z]|$)")


class NoLogError(DataError):
    """What is no log at all; in a folder it is passed over, and nothing is said of it."""


@dataclass(frozen=True)
class Names:
    """Name the columns that hold the losses, where a person says so; None leaves it to what is known."""

    loss: str | None = None
    val_loss: str | None = None

    def __post_init__(self) -> None:
        for name in (self.loss, self.val_loss):
            if name is not None and higher_is_better(name):
                raise DataError(f"{name} is better the higher it is, and a loss the lower; name a column with a loss.")


def listed(names: Iterable[str]) -> str:
    """Return a log's names as a sentence lists them, the first twelve; each may be any text."""
    given = list(names)
    return ", ".join(map(quoted, given[:_NAMES_SHOWN])) + (", …" if len(given) > _NAMES_SHOWN else "")


@dataclass(frozen=True)
class Found:
    """Hold one training that a reader found.

    Args:
        history: its curves.
        run: its name where the log names it.
        diagnosis: what the log itself says of the curves, where fitscope wrote it.
        notes: what a person should know of how the log was read.
        path: the file that it was found in, where a folder was searched.
    """

    history: TrainingHistory
    run: str | None = None
    diagnosis: Diagnosis | None = None
    notes: tuple[str, ...] = ()
    path: Path | None = None


@dataclass(frozen=True)
class Reading:
    """Hold one training found in a log.

    Args:
        source: the log's path; of a folder with one training, that of its file.
        run: which training of the log it is, None where there is only one.
        history: its curves.
        diagnosis: what the log itself says of them, where fitscope wrote it.
        notes: what a person should know of how the log was read.
    """

    source: str
    run: str | None
    history: TrainingHistory
    diagnosis: Diagnosis | None = None
    notes: tuple[str, ...] = ()


def refuse_many(trainings: int, points: int = 0) -> None:
    """Refuse a log of more trainings, or more values that stand by themselves, than anybody looks at."""
    if trainings > MOST_TRAININGS:
        raise DataError(f"it holds more than {MOST_TRAININGS:,} trainings; divide it.")
    if points > MOST_POINTS:
        raise DataError(f"it holds more than {MOST_POINTS:,} values; log fewer metrics, or fewer steps.")


def higher_is_better(name: str) -> bool:
    """Tell a score, such as an accuracy, from a loss by its name."""
    return _HIGHER_IS_BETTER.search(name.lower()) is not None


def keras_name(name: str) -> str:
    """Return Keras' name for a metric, the name itself where none is known.

    Example:
        >>> [keras_name(name) for name in ("train/loss", "Loss/val", "eval_accuracy", "train_loss_epoch", "acc", "mae")]
        ['loss', 'val_loss', 'val_accuracy', 'loss', 'accuracy', 'mae']
    """
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    words = words[1:] if words[:1] == ["epoch"] else words[:-1] if words[-1:] == ["epoch"] else words
    roles = [word for word in words if word in _ROLES]
    rest = "_".join(word for word in words if word not in _ROLES)
    if rest in _METRICS and len(roles) <= 1:
        return "".join(_ROLES[role] for role in roles) + _METRICS[rest]
    return _RATES.get("_".join(words), name)


def keras_names(found: Iterable[str], names: Names) -> dict[str, str]:
    """Return for each name in a log the name that Keras gives to the same thing, each of those once.

    Args:
        found: the names in the log.
        names: what the person calls the losses.

    Raises:
        DataError: a named column is not there, or none is known to be a loss.

    Example:
        >>> keras_names(["epoch", "train_loss", "valid_loss"], Names())
        {'train_loss': 'loss', 'valid_loss': 'val_loss'}
    """
    columns = [name for name in found if name and name != "epoch"]
    asked = {name: kind for name, kind in ((names.loss, "loss"), (names.val_loss, "val_loss")) if name is not None}
    for name in asked:
        if name not in columns:
            raise DataError(f"there is no column {name!r}; it has {listed(columns) or 'none'}: name one of them.")
    if names.loss is not None and names.loss == names.val_loss:
        raise DataError(f"--loss and --val-loss both name {names.loss!r}; name two columns.")
    named, taken = dict(asked), set(asked.values())
    # Keras' own name comes before another tool's for the same thing, and an epoch's value before any other.
    for name in sorted(columns, key=lambda name: (keras_name(name) != name, not name.endswith("_epoch"))):
        if name not in named and (kind := keras_name(name)) not in taken:
            named[name] = kind
            taken.add(kind)
    if not {"loss", "val_loss"} & taken:
        raise DataError(
            f"of its columns of numbers ({listed(columns) or 'there are none'}) none is known to be a loss; say which "
            "with --loss and --val-loss (in Python loss= and val_loss=)."
        )
    return {name: named[name] for name in columns if name in named}


def spread(values: Sequence[float | None] | Curve, epochs: int) -> Sequence[float | None] | Curve:
    """Return values that were recorded only every k-th epoch (validation_freq=k) at their epochs.

    Example:
        >>> spread([0.5, 0.4], 4)
        [None, 0.5, None, 0.4]
    """
    every = epochs // len(values) if len(values) else 0
    if every < 2 or epochs // every != len(values):
        return values
    return [values[epoch // every - 1] if epoch % every == 0 else None for epoch in range(1, epochs + 1)]


def history_of(metrics: Curves, epochs: Sequence[int] | Curve | None, names: Names) -> TrainingHistory:
    """Return the history of a log's lists, under Keras' names and with epochs counted from 1.

    Raises:
        DataError: no list is known to be a loss, or none holds a number.
    """
    return found_of(metrics, epochs, names).history


def found_of(
    metrics: Curves, epochs: Sequence[int] | Curve | None, names: Names, run: str | None = None, notes: tuple[str, ...] = ()
) -> Found:
    """Return the training of a log's lists as `history_of` does, with a note where its validation loss is no number.

    In arrays NaN is what the log leaves open, and infinity what it says to be no number; in lists None is what it leaves open.
    """
    named = keras_names(metrics, names)
    length = max(map(len, metrics.values()))
    curves = {kind: spread(metrics[name], length) for name, kind in named.items()}
    numbers = None if epochs is None or not len(epochs) else _counted(epochs)
    history = TrainingHistory.of(curves, numbers)
    if not len(history):
        raise DataError("it holds no epoch; give a log with one line an epoch.")
    return Found(history, run, notes=(*notes, *_said_of_no_number(curves.get("val_loss", ()), history)))


_NO_NUMBER = N_("the validation loss of epoch {epoch} is infinite or not a number")
_NO_NUMBERS = N_("the validation loss of {count:,} epochs, the first of them {epoch}, is infinite or not a number")


def _said_of_no_number(values: Sequence[float | None] | Curve, history: TrainingHistory) -> list[str]:
    """Say that the validation loss is no number, but where a log writes so of the epochs between its validations."""
    known = np.isfinite(history.val_loss)
    if known.all() or _is_every_kth(known):
        return []
    if isinstance(values, np.ndarray):
        spoilt = np.isinf(values)
    else:
        spoilt = np.array([value is not None and not math.isfinite(value) for value in values], bool)
    if not (count := int(spoilt.sum())):
        return []
    return [(_NO_NUMBER if count == 1 else _NO_NUMBERS).format(count=count, epoch=history.epochs[int(spoilt.argmax())])]


def _is_every_kth(known: NDArray[np.bool_]) -> bool:
    """Tell validation every second epoch, or more seldom, from one that failed."""
    places = np.flatnonzero(known)
    steps = np.unique(np.diff(places))
    if len(steps) != 1 or steps[0] < 2 or places[0] >= steps[0] or len(known) - places[-1] > steps[0]:
        return False
    return bool(places[0] == steps[0] - 1) or len(places) > 2  # as Keras does it, or often enough to be meant


def _counted(epochs: Sequence[int] | Curve) -> NDArray[np.int64]:
    """Return the epochs' numbers, shifted so that they count from 1 where they begin below."""
    given = np.asarray(epochs)
    if not -LAST_EPOCH <= given.min() <= given.max() <= LAST_EPOCH:
        raise DataError(f"its epochs go from {quoted(str(given.min()))} to {quoted(str(given.max()))}, which no training reaches.")
    numbers = given.astype(np.int64)
    return numbers + (1 - numbers[0]) if numbers[0] < 1 else numbers


def at_steps(points: Points, names: Names, run: str | None = None) -> Found:
    """Return the training of metrics that were each written on steps of their own.

    Where the training loss has a value at every step, the steps are epochs, unless the validation loss has fewer than
    a tenth of them: then they are updates, and each evaluation ends an epoch.

    Args:
        points: the values of each metric by step.
        names: what the person calls the losses.
        run: its name.
    """
    places = len({step for values in points.values() for step in values})
    if len(points) * places > MOST:
        raise DataError(f"it holds {len(points):,} metrics on {places:,} steps; log fewer metrics, or fewer steps.")
    named = {kind: name for name, kind in keras_names(points, names).items()}
    curves = {kind: points[name] for kind, name in named.items()}
    main, validation = curves.get("loss", {}), curves.get("val_loss", {})
    steps = sorted(main or validation)
    every = len(steps) > 0 and steps == list(range(steps[0], steps[0] + len(steps)))
    if every and not len(steps) > 9 * len(validation) > 0:
        table = {kind: [values.get(step) for step in steps] for kind, values in curves.items()}
        return found_of(table, steps, Names(), run)
    steps = sorted({step for values in curves.values() for step in values})
    return joined(
        np.array(steps, float),
        {kind: np.array([values.get(step, math.nan) for step in steps]) for kind, values in curves.items()},
        None,
        Names(),
        run,
    )


def joined(places: Curve, metrics: Mapping[str, Curve], epochs: Curve | None, names: Names, run: str | None = None) -> Found:
    """Return the training of a log that writes training and validation on lines of their own.

    With epochs known, a metric's value is the last of its epoch's lines, or their mean where it is named ..._step; without,
    an epoch ends with each line that has a validation loss (each line with a loss where there is none), and the lines since
    the one before are averaged.

    Args:
        places: the lines' step or time [lines], rising.
        metrics: values [lines], NaN where a line does not say, infinite where it says that it is no number.
        epochs: the epoch of each line, where known.
        names: what the person calls the losses.
        run: its name.
    """
    named = keras_names(metrics, names)
    curves = {kind: metrics[name] for name, kind in named.items()}
    if epochs is not None:
        ends, groups = np.unique(epochs, return_inverse=True)
        numbers = ends
    else:
        known = [np.isfinite(curves[kind]) & np.isfinite(places) for kind in ("val_loss", "loss") if kind in curves]
        marks = next((mark for mark in known if mark.any()), None)
        if marks is None:
            raise DataError("its losses hold no number; give a log of a training that got through an epoch.")
        ends = np.unique(places[marks])
        groups = np.searchsorted(ends, places)
        numbers = np.arange(1.0, len(ends) + 1)
    averaged = {kind for name, kind in named.items() if epochs is None or name.endswith("_step")}
    return found_of(
        {kind: grouped(values, groups, len(numbers), mean=kind in averaged) for kind, values in curves.items()},
        numbers,
        Names(),
        run,
    )


def grouped(values: Curve, groups: NDArray[np.intp], count: int, mean: bool) -> Curve:
    """Return one value a group, the mean or the last of those that are known; where there is none NaN, or infinity if one is."""
    known = np.isfinite(values) & (groups < count)
    result = np.full(count, np.nan)
    result[groups[np.isinf(values) & (groups < count)]] = np.inf
    if mean:
        sums = np.bincount(groups[known], values[known], minlength=count)
        counts = np.bincount(groups[known], minlength=count)
        result[counts > 0] = sums[counts > 0] / counts[counts > 0]
    else:
        result[groups[known]] = values[known]
    return result
