"""50,000 film reviews, half of them positive."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fitscope.datasets.dataset import Dataset, Located
from fitscope.datasets.known import Defaults
from fitscope.datasets.npz import read_labels, read_member, read_sequences
from fitscope.datasets.words import KERAS_SEED, Texts, load_texts

CLASSES = ("negative", "positive")
TRAIN = 25_000


def read(path: Path, part: str) -> Texts:
    """Read one part in Keras' order: one generator shuffles the training reviews, then the test reviews."""
    words, offsets = read_sequences(path, f"x_{part}")
    labels = read_labels(path, f"y_{part}", len(offsets) - 1, len(CLASSES))
    generator = np.random.RandomState(KERAS_SEED)
    if part == "test":
        generator.shuffle(np.arange(np.size(read_member(path, "y_train"))))
    order = np.arange(len(labels))
    generator.shuffle(order)
    return words, offsets, order, labels


def load(located: Located, num_words: int | None) -> Dataset:
    """Load the reviews."""
    return load_texts(located, num_words, "binary", CLASSES, read, "imdb_word_index.json")


IMDB = Defaults("imdb", "film reviews, negative or positive", ("imdb.npz", "imdb_word_index.json"), TRAIN, 25_000,
                max_epochs=20, batch_size=512, validation=10_000, num_words=10_000, load=load, all_words=88_588, read=read,
                classes=CLASSES, good=(0.86, 0.84))  # fmt: skip
