"""Which leaks are looked for in a data set: those that make sense for it; costly ones where it is small, or on request."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import own, store
from fitscope.datasets.dataset import Dataset, folds
from fitscope.datasets.leaks import (
    Leak,
    duplicates,
    follows_order,
    missing_classes,
    near_duplicates,
    revealing_columns,
    split_by_folds,
)
from fitscope.datasets.streams import Streams
from fitscope.plan import Plan

NEAR_UP_TO = 20_000  # texts; beyond, near duplicates are looked for where they are asked for
VERSION = 1  # part of the cache's key: raise it when other leaks are looked for
SEVERITIES = ("serious", "warning", "info")


def inspect(data: Dataset, plan: Plan, near: bool = False) -> tuple[Leak, ...]:
    """Look for samples and columns that give the answer away, and for parts that are not like each other.

    The test data is compared with the rest by what its samples hold; no model reads it.

    Args:
        data: the data; a `tf.data` stream is not looked into.
        plan: which samples are held out; of a fold's plan, equal samples are looked for over all folds.
        near: whether near duplicates are looked for in large data, too.

    Returns:
        What was found, the most serious first.
    """
    if isinstance(data.x_train, Streams):
        return ()
    near = near or data.train_samples + data.test_samples <= NEAR_UP_TO
    if not data.sparse or plan.options or plan.fold is not None or own.is_own(plan.dataset):
        return tuple(_look(data, plan, near))
    # of a person's own function no hash tells the classes, the groups and the hold-out: it is looked into anew
    key = f"{data.sha256[:32]}-leaks-{plan.num_words}-{plan.validation}-{'near' if near else 'exact'}-v{VERSION}"
    kept = store.cached(key, lambda: {"leaks": _packed(_look(data, plan, near))}, _can_be_told)
    return _unpacked(kept)


def _packed(leaks: list[Leak]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps([dataclasses.asdict(leak) for leak in leaks]).encode(), np.uint8)


def _can_be_told(found: store.Arrays) -> bool:
    """Tell whether arrays from the cache are leaks, of which a sentence can be made; what is raised means no."""
    return all(leak.to_json() for leak in _unpacked(found))


def _unpacked(kept: store.Arrays) -> tuple[Leak, ...]:
    return tuple(Leak(**content) for content in json.loads(kept["leaks"].tobytes()))


def _look(data: Dataset, plan: Plan, near: bool) -> list[Leak]:
    (train, labels), (held, held_labels), (test, test_labels) = data.training(plan), data.validation(plan), data.testing(plan)
    tested = test if len(test_labels) else None
    if plan.fold is None:
        found = duplicates(train, held, tested, (labels, held_labels, test_labels))
    else:
        rows = data.encoded(plan, data.x_train)
        found = duplicates(rows, None, tested, (data.y_train, None, test_labels))
        found += split_by_folds(rows, folds(data.y_train, plan.fold[1], data.task, data.groups), data.y_train)
    if data.sparse and near:
        found += near_duplicates(train, held, tested)
    if data.columns:
        kept = data.kept(plan)
        found += revealing_columns({name: np.asarray(values)[kept] for name, values in data.columns.items()}, labels, data.task)
    if not data.ordered and plan.fold is None:
        found += follows_order(data.y_train, data.task, data.classes)
    if data.task != "regression":
        parts = {"training": labels, "validation": held_labels, "test": test_labels}
        found += missing_classes({name: part for name, part in parts.items() if len(part)}, data.classes)
    return sorted(found, key=lambda leak: SEVERITIES.index(leak.severity))
