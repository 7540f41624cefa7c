"""Columns of a table that give the answer away by themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import rules

CLASS_EXPLAINED = 0.95  # of the way from guessing to always right
VARIANCE_EXPLAINED = 0.99
CORRELATION = 0.999
EXAMPLES = 5
TEXT_LENGTH = 60
Columns = Mapping[str, NDArray[Any]]
Evidence = dict[str, Any]


def columns_that_tell(columns: Columns, target: NDArray[Any], task: str) -> list[Evidence]:
    """Return the evidence against each column that gives the answer away, the most revealing first.

    Args:
        columns, target, task: as `leaks.revealing_columns` takes them.
    """
    if task == "regression":
        found = _worst([_of_numbers(columns, numbers) for numbers in number_columns(target)])
    elif task == "multilabel":
        found = [numbers | {"label": i} for i, label in enumerate(target.T) for numbers in _of_classes(columns, label)]
    else:
        found = _of_classes(columns, one_label(target))
    return sorted(found, key=lambda numbers: -numbers["explained"])


def number_columns(target: NDArray[Any]) -> NDArray[np.float64]:
    """Return each target's numbers, float64 [targets, samples], from [samples] or [samples, targets].

    Example:
        >>> number_columns(np.array([[1, 5], [2, 6]])).tolist()
        [[1.0, 2.0], [5.0, 6.0]]
    """
    return target.reshape(len(target), -1).T.astype(np.float64)


def _worst(found: list[list[Evidence]]) -> list[Evidence]:
    """Return each column's strongest evidence, from that of several targets, which are numbered from 0."""
    worst: dict[str, Evidence] = {}
    for place, evidence in enumerate(found):
        for numbers in evidence:
            if numbers["explained"] > worst.get(numbers["column"], {"explained": -math.inf})["explained"]:
                worst[numbers["column"]] = numbers | ({"target": place} if len(found) > 1 else {})
    return list(worst.values())


def one_label(target: NDArray[Any]) -> NDArray[Any]:
    """Return labels [samples], from those of a network's outputs [samples, 1] or [samples, classes] too.

    Example:
        >>> one_label(np.eye(3)[[2, 0]]).tolist()
        [2, 0]
    """
    if target.ndim == 1:
        return target
    return target[:, 0] if target.shape[1] == 1 else target.argmax(axis=1)


def _of_classes(columns: Columns, target: NDArray[Any]) -> list[Evidence]:
    _, firsts, codes = np.unique(target, return_index=True, return_inverse=True)
    rows = rules.class_rows(codes)
    if not len(rows):
        return []
    found, chance = [], 1 / len(np.unique(codes[rows]))
    for name, column in columns.items():
        accuracy = rules.class_rule(np.asarray(column)[rows], codes[rows])
        explained = (accuracy - chance) / (1 - chance)
        if explained >= CLASS_EXPLAINED:
            numbers = {"how": "classes", "column": name, "accuracy": accuracy, "chance": chance, "explained": explained}
            found.append(numbers | {"rows": len(rows), "examples": _examples(column, target, firsts)})
    return found


def _of_numbers(columns: Columns, target: NDArray[np.float64]) -> list[Evidence]:
    rows = rules.number_rows(target)
    if not len(rows):
        return []
    found = []
    for name, column in columns.items():
        values = np.asarray(column)[rows]
        explained, correlation = rules.number_rule(values, target[rows]), rules.known_correlation(values, target[rows])
        if explained >= VARIANCE_EXPLAINED or abs(correlation) >= CORRELATION:
            how = "rank" if abs(correlation) >= CORRELATION else "variance"
            numbers = {"how": how, "column": name, "explained": explained, "correlation": correlation}
            found.append(numbers | {"rows": len(rows), "examples": _examples(column, target, rows)})
    return found


def _examples(column: NDArray[Any], target: NDArray[Any], places: NDArray[np.int64]) -> list[Evidence]:
    column = np.asarray(column)
    return [{"training": int(i), "value": plain(column[i]), "answer": plain(target[i])} for i in places[:EXAMPLES]]


def plain(value: Any) -> Any:
    """Return a table's cell ready for JSON: a number, a short text, or None where there is none.

    Example:
        >>> plain(np.int64(3)), plain(np.nan), plain("x" * 99) == "x" * 60
        (3, None, True)
    """
    value = value.item() if isinstance(value, np.generic) and value.dtype.kind in "biuf" else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int)) else str(value)[:TEXT_LENGTH]
