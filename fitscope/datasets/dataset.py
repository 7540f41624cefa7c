"""A data set: what training, validation and test data are, and who may read which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError, UsageError

Labels = NDArray[np.int64]
Part = tuple[Any, NDArray[np.float32]]


@dataclass(frozen=True)
class Located:
    """Say where a data set lies; `path` is None where it comes with a library."""

    name: str
    path: Path | None
    source: str
    sha256: str


@dataclass(frozen=True)
class Dataset:
    """Hold one data set in the order that every plan shares.

    Args:
        task: `binary` or `multiclass`.
        classes: the classes' names.
        x_train, x_test: CSR (multi-hot words) or float32 [samples, features].
        y_train, y_test: labels from 0 [samples].
        split: gives the validation samples' indices, for a number of them.
    """

    name: str
    task: str
    classes: tuple[str, ...]
    x_train: Any
    y_train: Labels
    x_test: Any
    y_test: Labels
    source: str
    sha256: str
    split: Callable[[Labels, int], NDArray[np.int64]]

    @property
    def features(self) -> int:
        return int(self.x_train.shape[1])

    @property
    def sparse(self) -> bool:
        return not isinstance(self.x_train, np.ndarray)

    @property
    def train_samples(self) -> int:
        """How many samples there are to train on, the held-out ones counted in."""
        return len(self.y_train)

    @property
    def test_samples(self) -> int:
        return len(self.y_test)

    def training(self, validation: int) -> Part:
        """Return the rows and targets that are left to train on when `validation` samples are held out."""
        kept = np.setdiff1d(np.arange(self.train_samples), self.split(self.y_train, validation), assume_unique=True)
        return self.x_train[kept], self.targets(self.y_train[kept])

    def validation(self, validation: int) -> Part:
        """Return the rows and targets of the held-out samples."""
        held = self.split(self.y_train, validation)
        return self.x_train[held], self.targets(self.y_train[held])

    def testing(self) -> Part:
        """Return the rows and targets that stand for the future: read once, when every choice is made."""
        return self.x_test, self.targets(self.y_test)

    def check_held_out(self, validation: int) -> None:
        """Refuse to hold out more samples than there are, as where a file holds fewer than its name promises.

        Raises:
            DataError: fewer than two samples would be left to train on, or to validate.
        """
        if not 2 <= validation <= self.train_samples - 2:
            raise DataError(
                f"{self.name} holds {self.train_samples:,} training samples here, too few to hold out {validation:,}; give "
                "fewer with --validation, or another folder with --data-dir."
            )

    def majority(self, validation: int) -> float:
        """Return the largest class's share of the validation samples."""
        labels = self.y_train[self.split(self.y_train, validation)]
        return float(np.bincount(labels).max() / len(labels))

    def targets(self, labels: Labels) -> NDArray[np.float32]:
        """Return labels as the network's output should be: [samples, 1] for two classes, else one-hot."""
        if self.task == "binary":
            return labels[:, None].astype(np.float32)
        return np.eye(len(self.classes), dtype=np.float32)[labels]


def first(labels: Labels, count: int) -> NDArray[np.int64]:
    """Hold out the first samples, as the textbook does."""
    return np.arange(count)


@dataclass(frozen=True)
class Defaults:
    """Describe a data set without reading it: what an analysis takes where the person says nothing.

    Args:
        files: what it needs; empty where it comes with a library.
        train, test: samples, for people.
        num_words: the vocabulary, None for data without words.
        all_words: the largest vocabulary that makes a difference.
        load: reads it.
    """

    name: str
    about: str
    files: tuple[str, ...]
    train: int
    test: int
    max_epochs: int
    batch_size: int
    validation: int
    num_words: int | None
    load: Callable[[Located, int | None], Dataset]
    all_words: int = 0

    def words(self, asked: int | None) -> int | None:
        """Return the vocabulary's size, checked."""
        if asked is not None and self.num_words is None:
            raise UsageError(f"--num-words {asked} does not fit {self.name}, which has no words; leave it out.")
        if asked is not None and asked > self.all_words:
            raise UsageError(
                f"--num-words {asked} is more than the {self.all_words:,} words of {self.name}; give 4 to {self.all_words:,}."
            )
        return self.num_words if asked is None else asked

    def held_out(self, asked: int | float | None) -> int:
        """Return how many of the training samples are held out, checked."""
        if asked is None:
            return self.validation
        count = round(asked * self.train) if isinstance(asked, float) else asked
        fewest = 2 if self.files else 10
        if not fewest <= count <= self.train - fewest:
            raise UsageError(
                f"--validation {asked} is not possible with the {self.train:,} training samples of {self.name}; hold out "
                f"{fewest} to {self.train - fewest:,} of them, or a fraction such as 0.2."
            )
        return count
