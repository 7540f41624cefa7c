"""Rules over a single column of a table, and how well they answer for rows that they were not made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_AT_MOST = 5_000  # rows that a column is judged by, drawn with a fixed seed
ROWS_AT_LEAST = 20
CLASS_ROWS_AT_LEAST = 10  # rarer classes are left out, for a half of so few rows tells nothing
KNOWN_AT_LEAST = 0.5  # share of the rows that must have a number, or an answer, for a column to be judged by them
_LEAVES = 32  # twelve steps along a straight line explain 99 % of it
_CLASS_LEAVES = 512
_SEED = 0
Indices = NDArray[np.int64]
Numbers = NDArray[np.float64]
Rule = Callable[[Indices, Indices], NDArray[Any]]  # made from some rows, answers for others


def class_rows(codes: Indices) -> Indices:
    """Pick rows of every class that is frequent enough, of large data about as many of each.

    Args:
        codes: the classes from 0, -1 where unknown [rows].

    Returns:
        Their indices, rising; none where there are not two such classes.
    """
    shuffled = np.random.default_rng(_SEED).permutation(len(codes))
    groups = [rows for rows in _by_class(codes, shuffled) if len(rows) >= CLASS_ROWS_AT_LEAST]
    if len(groups) < 2 or sum(map(len, groups)) < ROWS_AT_LEAST:
        return np.empty(0, np.int64)
    chosen = np.zeros(len(codes), bool)
    for rows in groups:
        chosen[rows[: max(CLASS_ROWS_AT_LEAST, ROWS_AT_MOST // len(groups))]] = True
    return np.flatnonzero(chosen)


def _by_class(codes: Indices, shuffled: Indices) -> list[Indices]:
    """Return the rows of each class, in the shuffled order."""
    order = shuffled[np.argsort(codes[shuffled], kind="stable")]
    counts = np.bincount(codes[codes >= 0])
    return np.split(order[np.count_nonzero(codes < 0) :], np.cumsum(counts)[:-1])


def number_rows(target: Numbers) -> Indices:
    """Pick rows with a known number, rising; none where they are too few or all the same."""
    shuffled = np.random.default_rng(_SEED).permutation(len(target))
    rows = np.sort(shuffled[np.isfinite(target[shuffled])][:ROWS_AT_MOST])
    if len(rows) < ROWS_AT_LEAST or np.ptp(target[rows]) == 0:
        return np.empty(0, np.int64)
    return rows


def class_rule(column: NDArray[Any], codes: Indices) -> float:
    """Return how often the best rule over one column names the class right, in rows that it was not made from.

    The rule is a small decision tree over numbers, or the likeliest class of each value. It is made from one half of the rows
    and judged by the other, then the other way round. A value that the half it is made from lacks gets no answer; where that is
    so for most rows, as in a column with another value in every row, the values tell nothing.

    Args:
        column: numbers, texts or dates, with gaps or without [rows].
        codes: the classes from 0 [rows].

    Returns:
        The balanced accuracy, in which every class counts the same: guessing gets 1 / classes.

    Example:
        >>> classes = np.arange(40) % 2
        >>> class_rule(np.where(classes, "yes", "no"), classes), class_rule(np.arange(40), classes) > 0.9
        (1.0, False)
    """
    classes = int(codes.max()) + 1
    weights = len(codes) / np.maximum(np.bincount(codes), 1)[codes]
    values, numbers = _values(column)

    def by_value(fit: Indices, held: Indices) -> NDArray[Any]:
        cells = np.bincount(values[fit] * classes + codes[fit], weights[fit], minlength=(values.max() + 1) * classes)
        cells = cells.reshape(-1, classes)
        return np.where(cells.any(axis=1), cells.argmax(axis=1), np.nan)[values[held]]

    answers = [_out_of_fold(by_value, len(codes))]
    if numbers is not None:
        answers.append(_out_of_fold(_class_tree(numbers, codes, weights), len(codes)))
    return max(_balanced(codes, each, classes) for each in answers)


def _class_tree(numbers: Numbers, codes: Indices, weights: Numbers) -> Rule:
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_leaf_nodes=min(2 * int(codes.max()) + 3, _CLASS_LEAVES), random_state=_SEED)

    def rule(fit: Indices, held: Indices) -> Any:
        return tree.fit(numbers[fit, None], codes[fit], sample_weight=weights[fit]).predict(numbers[held, None])

    return rule


def number_rule(column: NDArray[Any], target: Numbers) -> float:
    """Return the share of a target's variance that the best rule over one column explains in rows that it was not made from.

    The rule is a regression tree of 32 leaves over numbers, or the mean of each value; the halves are those of `class_rule`.

    Args:
        column: numbers, texts or dates, with gaps or without [rows].
        target: numbers [rows].

    Example:
        >>> numbers = np.random.default_rng(0).random(400)
        >>> number_rule((numbers - 0.5) ** 2, (numbers - 0.5) ** 2) > 0.99, number_rule(numbers, np.sin(99 * numbers)) > 0.9
        (True, False)
    """
    values, numbers = _values(column)

    def by_value(fit: Indices, held: Indices) -> NDArray[Any]:
        counts, sums = (np.bincount(values[fit], w, minlength=values.max() + 1) for w in (None, target[fit]))
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)[values[held]]

    answers = [_out_of_fold(by_value, len(target))]
    if numbers is not None:
        answers.append(_out_of_fold(_number_tree(numbers, target), len(target)))
    return max(_explained(target, each) for each in answers)


def _number_tree(numbers: Numbers, target: Numbers) -> Rule:
    from sklearn.tree import DecisionTreeRegressor

    tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, random_state=_SEED)

    def rule(fit: Indices, held: Indices) -> Any:
        return tree.fit(numbers[fit, None], target[fit]).predict(numbers[held, None])

    return rule


def known_correlation(column: NDArray[Any], target: Numbers) -> float:
    """Return the rank correlation of a column with the target, 0 where too few rows have a number there."""
    numbers = _values(column)[1]
    if numbers is None:
        return 0.0
    known = ~np.isnan(numbers)
    return rank_correlation(numbers[known], target[known]) if known.mean() >= KNOWN_AT_LEAST else 0.0


def rank_correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return Spearman's correlation, in which equal values share the mean of their ranks; 0 where all are equal.

    Example:
        >>> rank_correlation(np.array([1, 2, 3]), np.array([10, 100, 1000]))
        1.0
    """
    one, other = _ranks(one), _ranks(other)
    spread = float(np.sqrt(np.mean(one**2) * np.mean(other**2)))
    return float(np.mean(one * other)) / spread if spread else 0.0


def _ranks(values: NDArray[Any]) -> Numbers:
    """Return ranks less their mean."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[codes] - (len(values) + 1) / 2


def _values(column: NDArray[Any]) -> tuple[Indices, Numbers | None]:
    """Return a column as codes of its values, and as ordered numbers where it holds numbers or dates.

    A gap is a value with a code of its own, and NaN among the numbers. The numbers are the codes themselves: trees and ranks
    ask for no more than the order, and so large ones lose no digit.
    """
    numbers = _numbers(column)
    codes = np.unique(column.astype(str) if numbers is None else numbers, return_inverse=True)[1].astype(np.int64)
    return codes, None if numbers is None else np.where(np.isnan(numbers), np.nan, codes)


def _numbers(column: NDArray[Any]) -> NDArray[Any] | None:
    if column.dtype.kind in "mM":
        return np.where(np.isnat(column), np.nan, column.astype(np.int64).astype(np.longdouble))
    try:
        return column.astype(np.float64)  # texts too, such as "1.5"
    except (TypeError, ValueError):
        return None


def _out_of_fold(rule: Rule, rows: int) -> NDArray[Any]:
    """Answer each random half of the rows by the rule made from the other half."""
    halves = np.array_split(np.random.default_rng(_SEED).permutation(rows), 2)
    answers = np.empty(rows)
    answers[halves[0]], answers[halves[1]] = rule(halves[1], halves[0]), rule(halves[0], halves[1])
    return answers


def _balanced(codes: Indices, answers: Numbers, classes: int) -> float:
    """Return the mean over the classes of how many answers are right; a class without an answer has none right."""
    present = np.bincount(codes, minlength=classes) > 0
    given = ~np.isnan(answers)
    if given.mean() < KNOWN_AT_LEAST:
        return 0.0
    counts = np.bincount(codes[given], minlength=classes)
    right = np.bincount(codes[answers == codes], minlength=classes)
    return float(np.mean(right[present] / np.maximum(counts[present], 1)))


def _explained(target: Numbers, answers: Numbers) -> float:
    given = ~np.isnan(answers)
    spread = float(np.var(target[given])) if given.mean() >= KNOWN_AT_LEAST else 0.0
    return 1 - float(np.mean((target[given] - answers[given]) ** 2)) / spread if spread else 0.0
