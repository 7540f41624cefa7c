"""What arrays of labels ask for: classes from 0, labels of 0 and 1, or numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Labels
from fitscope.datasets.targets import Goal, goal_of
from fitscope.errors import DataError


@dataclass(frozen=True)
class ArrayGoal:
    """Say what arrays of labels ask for.

    Args:
        goal: task, classes and a sentence.
        one_hot: whether each row of a matrix holds a single 1.
    """

    goal: Goal
    one_hot: bool

    def labels(self, y: NDArray[Any], where: str) -> Labels:
        """Return labels as a data set holds them: int64 [samples] of classes, else float32 [samples, outputs].

        Raises:
            DataError: they do not fit those that the goal was seen from.
        """
        y = _readable(y)
        _refuse_others(y, where)
        width = len(self.goal.names)
        if (y.shape[1] if y.ndim == 2 else 1) != width:
            raise DataError(f"{where} has labels of the shape {y.shape}, and {width} a sample were expected.")
        if self.one_hot:
            if not _is_one_hot(y):
                raise DataError(
                    f"{where} holds rows that are not one-hot, as those of the training labels are; give each a single 1."
                )
            return np.asarray(y.argmax(axis=1), np.int64)
        return self.goal.labels(_frame(y), where)


def seen(y: NDArray[Any], task: str | None, where: str) -> ArrayGoal:
    """See from an array of labels what is asked.

    Args:
        y: [samples] whole numbers, names or truth values of classes, or numbers with a point, which are amounts unless they
            are 0 and 1 alone; or [samples, outputs], one-hot, 0 and 1, or numbers.
        task: `classes` or `regression` where the person says so.
        where: the array's name, for messages.

    Raises:
        DataError: it holds no labels that can be learnt.
    """
    y = _readable(y)
    _refuse_others(y, where)
    if y.ndim == 2 and task != "regression" and _is_one_hot(y):
        return _one_hot(y, where)
    if task is None and y.ndim == 1 and y.dtype.kind == "f" and not np.isin(y, (0, 1)).all():
        task = "regression"
    frame = _frame(y)
    return ArrayGoal(goal_of(frame, tuple(frame.columns), task, where), False)


def _refuse_others(y: NDArray[Any], where: str) -> None:
    """Refuse what no labels are: of another shape, of another type, not finite, or none at all."""
    if y.ndim not in (1, 2) or y.dtype.kind not in "biufUS" or (y.ndim == 2 and not y.shape[1]):
        raise DataError(f"{where} has the shape {y.shape} and holds {y.dtype}; give one label a sample, or a row of numbers.")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise DataError(f"{where} holds {(~np.isfinite(y)).sum():,} labels that are not finite numbers; leave those samples out.")


def _is_one_hot(y: NDArray[Any]) -> bool:
    return y.ndim == 2 and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())


def _one_hot(y: NDArray[Any], where: str) -> ArrayGoal:
    if len(np.unique(y.argmax(axis=1))) < 2:
        raise DataError(f"{where} is one-hot and holds a single class; give samples of at least two.")
    names = tuple(map(str, range(y.shape[1])))
    task = "binary" if len(names) == 2 else "multiclass"
    return ArrayGoal(Goal(names, task, names, f"{where} is one-hot: {len(names)} classes."), True)


def _readable(y: Any) -> NDArray[Any]:
    """Return labels as [samples] or [samples, outputs], in this machine's byte order, the only one that pandas reads."""
    found = flat(np.asarray(y))
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def flat(y: NDArray[Any]) -> NDArray[Any]:
    """Return labels of the shape [samples, 1] as [samples]."""
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def _frame(y: NDArray[Any]) -> Any:
    import pandas as pd

    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf8", "replace")
    elif y.dtype.kind == "U":
        _refuse_no_text(y)
        y = np.char.decode(np.char.encode(y, "utf8", "replace"), "utf8")  # halves of characters are no text
    columns: Sequence[NDArray[Any]] = [y] if y.ndim == 1 else list(y.T)
    return pd.DataFrame({"y" if y.ndim == 1 else f"y{i}": column for i, column in enumerate(columns)})


def _refuse_no_text(y: NDArray[Any]) -> None:
    """Refuse characters beyond the last one of Unicode, which numpy keeps and nothing can read."""
    codes = np.frombuffer(y.tobytes(), "u4")
    if codes.max(initial=0) > sys.maxunicode:
        raise DataError("The labels hold characters that there are none of; save them as texts or whole numbers.")
