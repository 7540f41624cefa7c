"""1,797 handwritten digits of 8 x 8 pixels, which come with scikit-learn."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Dataset, Defaults, Labels, Located
from fitscope.errors import DataError

SPLIT_SEED = 1797  # fixed: every plan shares one test set
TEST = 360


def file() -> Path:
    """Return where scikit-learn keeps the digits, without importing it."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise DataError("digits comes with scikit-learn, which is not installed; install it with `pip install scikit-learn`.")
    return Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"


def load(located: Located, num_words: int | None) -> Dataset:
    """Load the digits, their grey levels from 0 to 1, a stratified fifth of them as test data."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    pixels, labels = (pixels / 16).astype(np.float32), labels.astype(np.int64)
    test = stratified(labels, TEST)
    train = np.setdiff1d(np.arange(len(labels)), test)
    return Dataset("digits", "multiclass", tuple("0123456789"), pixels[train], labels[train], pixels[test], labels[test],
                   located.source, located.sha256, stratified)  # fmt: skip


def stratified(labels: Labels, count: int) -> NDArray[np.int64]:
    """Pick so many samples that every class keeps its share, the same ones every time.

    Returns:
        Their indices, rising; none for a count of 0.
    """
    from sklearn.model_selection import train_test_split

    if count == 0:
        return np.empty(0, np.int64)
    picked = train_test_split(np.arange(len(labels)), test_size=count, stratify=labels, random_state=SPLIT_SEED)[1]
    return np.sort(picked)


DIGITS = Defaults("digits", "handwritten digits of 8 x 8 pixels", (), 1_437, TEST,
                  max_epochs=60, batch_size=32, validation=300, num_words=None, load=load)  # fmt: skip
