"""11,228 newswires on 46 topics."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fitscope.datasets.dataset import Dataset, Located
from fitscope.datasets.known import Defaults
from fitscope.datasets.npz import read_labels, read_sequences
from fitscope.datasets.words import KERAS_SEED, Texts, load_texts

# The topics in the order of their labels, as Keras' get_label_names() gives them.
TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply", "coffee", "sugar",
    "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi", "money-fx", "interest", "gnp",
    "meal-feed", "alum", "oilseed", "gold", "tin", "strategic-metal", "livestock", "retail", "ipi", "iron-steel",
    "rubber", "heat", "jobs", "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip


def read(path: Path, part: str) -> Texts:
    """Read one part in Keras' order: all shuffled, the first 80 % for training."""
    words, offsets = read_sequences(path, "x")
    labels = read_labels(path, "y", len(offsets) - 1, len(TOPICS))
    order = np.arange(len(labels))
    np.random.RandomState(KERAS_SEED).shuffle(order)
    cut = int(len(order) * 0.8)
    return words, offsets, order[:cut] if part == "train" else order[cut:], labels


def load(located: Located, num_words: int | None) -> Dataset:
    """Load the newswires."""
    return load_texts(located, num_words, "multiclass", TOPICS, read, "reuters_word_index.json")


REUTERS = Defaults("reuters", "newswires on 46 topics", ("reuters.npz", "reuters_word_index.json"), 8_982, 2_246,
                   max_epochs=20, batch_size=512, validation=1_000, num_words=10_000, load=load, all_words=30_988, read=read,
                   classes=TOPICS, good=(0.77, 0.74))  # fmt: skip
