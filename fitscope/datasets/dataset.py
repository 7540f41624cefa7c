"""A data set: what training, validation and test data are, and who may read which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError, UsageError
from fitscope.language import N_
from fitscope.plan import Plan

Rows = Any  # scipy CSR, an array [samples, ...], a tuple or dict of arrays (several inputs), a table, or a tf.data.Dataset
# int64 [samples] for classes; float32 [samples, outputs], of 0 and 1 for multilabel, of numbers for regression
Labels = NDArray[Any]
Indices = NDArray[np.int64]
Part = tuple[Rows, Labels]
PREPARATION = "fitscope-preparation/1"
FEWEST = 2  # samples that every part needs


@dataclass(frozen=True)
class Located:
    """Say where a data set lies; `path` is None where it comes with a library.

    Args:
        name: what people call it.
        source: where it was found, for people.
        sha256: the hash of its file or files.
        options: how a person's own data is read: `target`, `group`, `time`, `test`.
    """

    name: str
    path: Path | None
    source: str
    sha256: str
    options: Mapping[str, Any] = field(default_factory=dict)


class Encoder(Protocol):
    """Turn raw rows into what a network reads, by what was learnt from a training part; kept as JSON beside the model."""

    def __call__(self, rows: Rows) -> Rows: ...

    def to_json(self) -> dict[str, Any]:
        """Return what was learnt, as plain data."""


@dataclass(frozen=True)
class Dataset:
    """Hold one data set in the order that every plan shares.

    Args:
        name: what people call it.
        task: `binary`, `multiclass`, `multilabel` or `regression`.
        classes: the classes' (multilabel: the labels') names; for regression the targets' names.
        x_train, x_test: rows; `test` may be empty.
        y_train, y_test: labels from 0 [samples], or float32 [samples, outputs] for multilabel and regression.
        source: where it was found, for people.
        sha256: the hash of its file or files; empty where there is none.
        split: gives the validation samples' indices, for a number of them; where nothing else is said, classes keep their
            shares, groups stay whole, and of ordered samples the latest are held out.
        groups: the group that each training sample belongs to [samples]; it stays on one side of every split. None: no groups.
        test_groups: the same of the test samples [samples], numbered alike; their test result is as sure as there are groups.
        ordered: whether samples are in the order of time; then folds are refused and sizes take the latest.
        fit: learns from the training part's raw rows how rows become numbers; None where they are numbers already.
        own_validation: how many samples the data brings as validation data itself, None where it brings none.
        max_epochs, batch_size: what an analysis takes where the person says nothing.
        image_shape: height, width and channels where rows are pictures, flat or not; None where they are none.
        notes: what was done with the data, in sentences (missing values, columns that were left out).
        columns: the raw columns by name, for the search of leaks; empty where there are none.
        model: the network that an analysis takes where the person names none.
        num_words: the vocabulary's size, None for data without words.
        reading: says how a file with new samples is read, where no encoder does; None for arrays of the rows' shape.
        texts: gives training samples' texts by their numbers; None where samples are no texts.

    Example:
        >>> x, y = np.random.default_rng(0).random((100, 3), np.float32), np.arange(100) % 2
        >>> data = Dataset("mine", "binary", ("no", "yes"), x[:80], y[:80], x[80:], y[80:])
        >>> rows, labels = data.validation(Plan("mine", "", None, "textbook", validation=20))
        >>> data.train_samples, data.test_samples, rows.shape
        (80, 20, (20, 3))
    """

    name: str
    task: str
    classes: tuple[str, ...]
    x_train: Rows
    y_train: Labels
    x_test: Rows
    y_test: Labels
    source: str = N_("your own function")
    sha256: str = ""
    split: Callable[[Labels, int], Indices] = field(default_factory=lambda: stratified)
    groups: NDArray[np.int64] | None = None
    test_groups: NDArray[np.int64] | None = None
    ordered: bool = False
    fit: Callable[[Rows], Encoder] | None = None
    own_validation: int | None = None
    max_epochs: int = 20
    batch_size: int = 512
    image_shape: tuple[int, int, int] | None = None
    notes: tuple[str, ...] = ()
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    model: str = "textbook"
    num_words: int | None = None
    reading: Callable[[], Mapping[str, Any]] | None = None
    texts: Callable[[Sequence[int]], list[str]] | None = None
    _encoders: dict[Any, Encoder] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.split is stratified and (self.groups is not None or self.ordered):
            object.__setattr__(self, "split", latest if self.groups is None else whole_groups(self.groups))

    @property
    def features(self) -> int:
        """How many numbers a row has, where rows are flat."""
        return int(self.x_train.shape[1])

    @property
    def sparse(self) -> bool:
        """Whether rows are kept as scipy CSR."""
        return hasattr(self.x_train, "tocsr")

    @property
    def train_samples(self) -> int:
        """How many samples there are to train on, the held-out ones counted in."""
        return len(self.y_train)

    @property
    def test_samples(self) -> int:
        """How many samples stand for the future."""
        return len(self.y_test)

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for a sample."""
        return 1 if self.task == "binary" else len(self.classes)

    def held_out(self, plan: Plan) -> Indices:
        """Return the indices of the samples that the plan holds out, rising."""
        if plan.fold is not None:
            return folds(self.y_train, plan.fold[1], self.task, self.groups)[plan.fold[0] - 1]
        return self.split(self.y_train, plan.validation)

    def whole(self, validation: int) -> int:
        """Return how many samples are held out where `validation` are asked for: groups stay whole."""
        return len(self.split(self.y_train, validation))

    def kept(self, plan: Plan) -> Indices:
        """Return the indices of the samples that the plan trains on, rising."""
        rest = np.setdiff1d(np.arange(self.train_samples), self.held_out(plan), assume_unique=True)
        if plan.samples is None or plan.samples >= len(rest):
            return rest
        if self.ordered:
            return rest[-plan.samples :]
        return np.sort(np.random.default_rng([plan.seed, 7]).permutation(rest)[: plan.samples])

    def training(self, plan: Plan) -> Part:
        """Return the rows and labels that the plan trains on."""
        kept = self.kept(plan)
        return self.encoded(plan, take(self.x_train, kept)), self.y_train[kept]

    def validation(self, plan: Plan) -> Part:
        """Return the rows and labels that the plan holds out."""
        held = self.held_out(plan)
        return self.encoded(plan, take(self.x_train, held)), self.y_train[held]

    def testing(self, plan: Plan) -> Part:
        """Return the rows, as the plan reads them, and labels that stand for the future: read once, when every choice is made."""
        return self.encoded(plan, self.x_test), self.y_test

    def encoder(self, plan: Plan) -> Encoder | None:
        """Return what the plan's training part taught of turning rows into numbers, None where there is nothing to learn."""
        if self.fit is None:
            return None
        key = (plan.validation, plan.fold, plan.samples, plan.seed if plan.samples else None, plan.num_words)
        if key not in self._encoders:
            self._encoders[key] = self.fit(take(self.x_train, self.kept(plan)))
        return self._encoders[key]

    def encoded(self, plan: Plan, rows: Rows) -> Rows:
        """Return raw rows as numbers, by what the plan's training part taught."""
        encode = self.encoder(plan)
        return rows if encode is None else encode(rows)

    def preparation(self, plan: Plan) -> dict[str, Any]:
        """Return what it takes to read new samples as the plan's network does, as plain data."""
        encode = self.encoder(plan)
        if encode is not None:
            content: Mapping[str, Any] = encode.to_json()
        else:
            content = {"kind": "arrays", "shape": shape_of(self.x_train)} if self.reading is None else self.reading()
        return {"schema": PREPARATION, "task": self.task, "classes": list(self.classes), "input": dict(content)}

    def check_held_out(self, validation: int) -> None:
        """Refuse a `validation` of more samples than there are, as where a file holds fewer than its name promises.

        Raises:
            DataError: fewer than two samples would be left to train on, or to validate.
        """
        if not FEWEST <= validation <= self.train_samples - FEWEST:
            raise DataError(
                f"{self.name} holds {self.train_samples:,} training samples here, too few to hold out {validation:,}; give "
                "fewer with --validation, or another folder with --data-dir."
            )

    def majority(self, plan: Plan) -> float | None:
        """Return the largest class's share of the plan's validation samples; None where a sample has not exactly one class."""
        if self.task not in ("binary", "multiclass"):
            return None
        labels = self.y_train[self.held_out(plan)]
        return float(np.bincount(labels).max() / len(labels))

    def targets(self, labels: Labels) -> NDArray[np.float32]:
        """Return labels as the network's output should be: [samples, 1] for two classes, one-hot for several."""
        if self.task == "binary":
            return np.asarray(labels[:, None], np.float32)
        return np.eye(len(self.classes), dtype=np.float32)[labels] if self.task == "multiclass" else np.asarray(labels, np.float32)

    def guess(self, plan: Plan) -> float:
        """Return the loss of guessing without looking, from the plan's training part: the entropy of the classes' shares, that of
        each label's in the mean, or the variance of the targets."""
        labels = self.y_train[self.kept(plan)]
        if self.task == "regression":
            return float(np.var(labels, axis=0, dtype=np.float64).mean())
        if self.task == "multilabel":
            return float(np.mean([_entropy(np.array([1 - share, share])) for share in labels.mean(axis=0, dtype=np.float64)]))
        return _entropy(np.bincount(labels) / len(labels))


def _entropy(shares: NDArray[np.float64]) -> float:
    """Return the entropy in nats."""
    there = shares[shares > 0]
    return float(-(there * np.log(there)).sum()) + 0.0


def take(rows: Rows, indices: Any) -> Rows:
    """Return some of the rows, whatever holds them.

    Args:
        rows: CSR, an array, a table, or a tuple or dict of them.
        indices: whole numbers, a slice, or one truth value a row.
    """
    if isinstance(rows, Mapping):
        return {name: take(part, indices) for name, part in rows.items()}
    if isinstance(rows, tuple):
        return tuple(take(part, indices) for part in rows)
    return rows.iloc[indices] if hasattr(rows, "iloc") else rows[indices]


def count(rows: Rows) -> int:
    """Return how many rows there are, whatever holds them."""
    first: Any = rows
    while isinstance(first, (Mapping, tuple)):
        first = next(iter(first.values() if isinstance(first, Mapping) else first))
    return int(first.shape[0])


def shape_of(rows: Rows) -> Any:
    """Return the shape of one row, without the samples; of several inputs a list or dict of shapes."""
    if isinstance(rows, Mapping):
        return {name: shape_of(part) for name, part in rows.items()}
    return [shape_of(part) for part in rows] if isinstance(rows, tuple) else [int(size) for size in rows.shape[1:]]


def first(labels: Labels, count: int) -> Indices:
    """Hold out the first samples, as the textbook does."""
    return np.arange(count)


def latest(labels: Labels, count: int) -> Indices:
    """Hold out the last samples, where they are in the order of time."""
    return np.arange(len(labels) - count, len(labels))


SPLIT_SEED = 1797  # fixed: every plan shares one split


def stratified(labels: Labels, count: int) -> Indices:
    """Pick so many samples that every class keeps its share, the same ones every time.

    Where labels are no classes, or a class has a single sample, the samples are picked regardless of them.

    Returns:
        Their indices, rising; none for a count of 0.
    """
    from sklearn.model_selection import train_test_split

    if count == 0:
        return np.empty(0, np.int64)
    classes = labels if labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer) else None
    if classes is not None:
        sizes = np.bincount(classes)
        present = int((sizes > 0).sum())
        if sizes[sizes > 0].min() < 2 or count < present or len(classes) - count < present:
            classes = None
    picked = train_test_split(np.arange(len(labels)), test_size=count, stratify=classes, random_state=SPLIT_SEED)[1]
    return np.sort(picked)


def whole_groups(groups: NDArray[np.int64]) -> Callable[[Labels, int], Indices]:
    """Return a split that takes whole groups until so many samples are held out, at least one group and never all."""

    def split(labels: Labels, count: int) -> Indices:
        if count == 0:
            return np.empty(0, np.int64)
        names, sizes = np.unique(groups, return_counts=True)
        order = np.random.default_rng(SPLIT_SEED).permutation(len(names))
        names, enough = names[order], int(np.searchsorted(np.cumsum(sizes[order]), count)) + 1
        return np.flatnonzero(np.isin(groups, names[: min(enough, len(names) - 1)]))

    return split


def folds(labels: Labels, count: int, task: str, groups: NDArray[np.int64] | None) -> list[Indices]:
    """Return each fold's samples: shuffled once, classes keep their shares, groups stay whole.

    Args:
        labels: of the training samples.
        count: how many folds.
        task: the data's task.
        groups: [samples] or None.

    Raises:
        UsageError: there are fewer samples than two a fold, or fewer groups than folds.

    Example:
        >>> sorted(np.concatenate(folds(np.arange(10) % 2, 5, "binary", None)).tolist()) == list(range(10))
        True
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

    things, what = (len(labels), "training samples") if groups is None else (len(np.unique(groups)), "groups")
    most = things // (FEWEST if groups is None else 1)
    if not 2 <= count <= most:
        advice = f"give a number from 2 to {most:,}" if most >= 2 else "leave it out"
        raise UsageError(f"--folds {count} is not possible with {things:,} {what}; {advice}.")
    places = np.arange(len(labels))
    if groups is not None:
        splits = GroupKFold(count, shuffle=True, random_state=SPLIT_SEED).split(places, groups=groups)
    elif task in ("binary", "multiclass") and np.bincount(labels)[np.unique(labels)].min() >= count:
        splits = StratifiedKFold(count, shuffle=True, random_state=SPLIT_SEED).split(places, labels)
    else:
        splits = KFold(count, shuffle=True, random_state=SPLIT_SEED).split(places)
    return [np.sort(held) for _, held in splits]
