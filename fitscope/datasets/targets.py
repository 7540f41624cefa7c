"""What a table's target columns ask for: two classes, several, labels, or numbers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Labels
from fitscope.errors import DataError, UsageError
from fitscope.language import N_

if TYPE_CHECKING:
    import pandas as pd

TASKS = ("classes", "regression")
WHOLE_NUMBERS = 20  # up to so many different whole numbers, each of them several times, are classes
_DATE = re.compile(r"\d{4}-\d\d|\d\d?[./]\d\d?[./]\d\d")
NAMED = 10  # columns that a message names
FAR = 1e18  # the mean square of larger numbers is more than float32 holds


@dataclass(frozen=True)
class Goal:
    """Say what is predicted.

    Args:
        names: the target columns.
        task: `binary`, `multiclass`, `multilabel` or `regression`.
        classes: the classes' names; of labels and numbers the columns'.
        note: how that was seen, in a sentence.
    """

    names: tuple[str, ...]
    task: str
    classes: tuple[str, ...]
    note: str

    def labels(self, frame: pd.DataFrame, where: str) -> Labels:
        """Return the rows' labels: int64 [rows] of classes, else float32 [rows, columns].

        Raises:
            DataError: a class that is not among the classes, or what should be a number is none.
        """
        if self.task in ("multilabel", "regression"):
            return np.column_stack([_numbers(frame[name], where) for name in self.names]).astype(np.float32)  # all in FAR
        return class_labels(class_names(frame[self.names[0]]), self.classes, where)


def class_labels(names: Sequence[str] | NDArray[np.object_], classes: Sequence[str], where: str) -> NDArray[np.int64]:
    """Return each name's place among the classes.

    Raises:
        DataError: a name is none of the classes.
    """
    import pandas as pd

    found: NDArray[np.int64] = pd.Index(list(classes), dtype=object).get_indexer(np.asarray(names, object)).astype(np.int64)
    if (found < 0).any():
        unknown = np.asarray(names, object)[found < 0][0]
        raise DataError(f"{where} holds the class {unknown!r}, unknown to the training data, which has {', '.join(classes[:8])}.")
    return found


def target_names(asked: str | None, columns: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the target columns that `--target` names: one, or several with commas between.

    Raises:
        UsageError: none is named, or a column is not there.
    """
    listed = ", ".join(columns[:NAMED]) + (f" and {len(columns) - NAMED} more" if len(columns) > NAMED else "")
    if not asked:
        raise UsageError(f"{where} needs --target COLUMN, the column to predict; it has {listed}.")
    names = (asked,) if asked in columns else tuple(dict.fromkeys(part.strip() for part in asked.split(",") if part.strip()))
    for name in names or (asked,):
        column(name, "target", columns, listed, where)
    return names


def column(name: str, option: str, columns: Sequence[str], listed: str, where: str) -> str:
    """Return the column's name, or refuse one that is not there.

    Raises:
        UsageError: the nearest column is named.
    """
    if name in columns:
        return name
    lower = {known.lower(): known for known in columns}
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
    hint = f"did you mean {lower[near[0]]}? It has" if near else "it has"
    raise UsageError(f"--{option} {name}: {where} has no such column; {hint} {listed}.")


def goal_of(frame: pd.DataFrame, names: tuple[str, ...], task: str | None, where: str) -> Goal:
    """See from the target columns what is asked.

    Args:
        frame: the rows that have a target.
        names: the target columns.
        task: `classes` or `regression` where the person says so, else None.
        where: the file's name, for messages.

    Raises:
        DataError: the columns cannot be predicted: one class only, a class with a single row, nearly as many classes as rows.
    """
    if len(names) > 1:
        return _several(frame, names, task, where)
    values = frame[names[0]]
    if task == "regression" or (task is None and _are_amounts(values)):
        _refuse_constant([_numbers(values, where)], names, where)
        return Goal(names, "regression", names, _amount(bool(task), bool((values % 1 == 0).all())).format(target=names[0]))
    classes = _classes(class_names(values), values, names[0], where)
    kind = "binary" if len(classes) == 2 else "multiclass"
    shown = ", ".join(classes[:8]) + (", ..." if len(classes) > 8 else "")
    note = N_("{target} is predicted as one of {count} classes ({classes}).")
    if task is None and _is_numeric(values):
        note = N_("{target} is predicted as one of {count} classes ({classes}); with --task regression they would be numbers.")
    return Goal(names, kind, classes, note.format(target=names[0], count=len(classes), classes=shown))


def _amount(asked: bool, whole: bool) -> str:
    """Return why a target is taken for numbers."""
    if asked:
        return N_("{target} is predicted as a number, as asked.")
    if whole:
        return N_("{target} is predicted as a number, for it holds numbers; with --task classes each number would be a class.")
    return N_("{target} is predicted as a number, for it holds numbers.")


def _is_numeric(values: pd.Series) -> bool:
    from pandas.api import types

    return bool(types.is_numeric_dtype(values.dtype) and not types.is_bool_dtype(values.dtype))


def _are_amounts(values: pd.Series) -> bool:
    """Tell numbers that measure from those that name classes: few whole numbers, each of them several times."""
    if not _is_numeric(values):
        return False
    if (values % 1 != 0).any():
        return True
    sizes = values.value_counts()
    return len(sizes) > WHOLE_NUMBERS or (len(sizes) > 2 and bool(sizes.median() < 3))


def class_names(values: pd.Series) -> NDArray[np.object_]:
    """Return a column's values as the names of classes: whole numbers without a point, each other number in full."""
    if _is_numeric(values):
        distinct, places = np.unique(values.to_numpy(), return_inverse=True)
        return np.array([_name(value) for value in distinct], object)[places]
    return np.asarray(values.astype(str), object)


def _name(value: Any) -> str:
    """Return a number as a class is called.

    Example:
        >>> _name(np.int64(2**53 + 1)), _name(np.float64(3)), _name(np.float64(-0.0)), _name(np.float32(0.1))
        ('9007199254740993', '3', '0', '0.1')
    """
    return str(value) if isinstance(value, np.integer) else np.format_float_positional(value + 0.0, trim="-")


def _classes(found: NDArray[np.object_], values: pd.Series, name: str, where: str) -> tuple[str, ...]:
    names, sizes = np.unique(found.astype(str), return_counts=True)
    if not len(names):
        raise DataError(f"Column {name} of {where} holds nothing; give rows with a target.")
    if len(names) < 2:
        raise DataError(f"Column {name} of {where} holds one class, {names[0]}, alone; name a target with at least two.")
    if len(names) > len(found) / 2:
        raise DataError(
            f"Column {name} of {where} holds {len(names):,} different values in {len(found):,} rows, too many to be classes"
            f"{_no_numbers(values)}."
        )
    if sizes.min() < 2:
        raise DataError(
            f"Class {names[sizes.argmin()]} of column {name} has a single row in {where}, and training and validation need one "
            "each; leave the row out, or join the class with another."
        )
    ordered = sorted(names.tolist(), key=Decimal) if _is_numeric(values) else names.tolist()
    return tuple(ordered)


def _no_numbers(values: pd.Series) -> str:
    """Return the end of a sentence: what else the many values may be, and what to do about it."""
    if _is_numeric(values):
        return "; leave out --task, or name another target"
    some = str(values.iloc[0])[:40]
    if _DATE.match(some):
        return f", and dates such as {some!r} cannot be predicted; make numbers of them, such as days, or name another target"
    return f", and texts such as {some!r} are no numbers; write numbers as 1234.5, or name another target"


def _several(frame: pd.DataFrame, names: tuple[str, ...], task: str | None, where: str) -> Goal:
    values = np.column_stack([_numbers(frame[name], where) for name in names])
    if task != "regression" and np.isin(values, (0, 1)).all():
        note = N_("{targets} hold 0 and 1 alone and are predicted as labels, any of them.")
        return Goal(names, "multilabel", names, note.format(targets=_listed(names)))
    if task == "classes":
        raise UsageError("--task classes needs one target, or several of 0 and 1 alone; name one column with --target.")
    _refuse_constant(list(values.T), names, where)
    note = N_("{targets} are predicted as {count} numbers.")
    return Goal(names, "regression", names, note.format(targets=_listed(names), count=len(names)))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= NAMED else ", ".join([*names[:NAMED], "..."])


def _refuse_constant(columns: Sequence[NDArray[np.float64]], names: Sequence[str], where: str) -> None:
    """Refuse numbers that are all the same, or that only a finer number than a network's tells apart."""
    if all((column == column[0]).all() for column in columns):
        raise DataError(f"Column {_listed(names)} of {where} is always {columns[0][0]:g}; name a target that differs.")
    if all((column.astype(np.float32) == np.float32(column[0])).all() for column in columns):
        raise DataError(
            f"Column {_listed(names)} of {where} differs by less than a network's numbers of 7 digits can tell (from "
            f"{columns[0].min():.17g} to {columns[0].max():.17g}); subtract the lowest of it, or multiply the rest."
        )


def _numbers(values: pd.Series, where: str) -> NDArray[np.float64]:
    import pandas as pd

    found = np.asarray(pd.to_numeric(values, errors="coerce"), np.float64)
    if not np.isfinite(found).all():
        first = str(values[~np.isfinite(found)].iloc[0])[:40]
        raise DataError(
            f"Column {values.name} of {where} holds {first!r}, and numbers are needed there: name another target, or leave "
            "out --task."
        )
    if (np.abs(found) > FAR).any():
        raise DataError(
            f"Column {values.name} of {where} holds numbers up to {np.abs(found).max():.3g}, and the squares of numbers beyond "
            f"{FAR:g} are more than a network can hold; divide them all by one number first."
        )
    return found
