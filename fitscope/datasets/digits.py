"""1,797 handwritten digits of 8 x 8 pixels, which come with scikit-learn."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from fitscope.datasets.dataset import Dataset, Located, stratified
from fitscope.datasets.known import Defaults
from fitscope.errors import DataError

CLASSES = tuple("0123456789")
TEST = 360


def file() -> Path:
    """Return where scikit-learn keeps the digits, without importing it."""
    return sklearn_file("digits", "digits.csv.gz")


def sklearn_file(dataset: str, file: str) -> Path:
    """Return the path of a file of data that comes with scikit-learn.

    Raises:
        DataError: scikit-learn is not there.
    """
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise DataError(f"{dataset} comes with scikit-learn, which is not installed; install it with `pip install scikit-learn`.")
    return Path(spec.origin).parent / "datasets" / "data" / file


def load(located: Located, num_words: int | None) -> Dataset:
    """Load the digits, their grey levels from 0 to 1, a stratified fifth of them as test data."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    pixels, labels = (pixels / 16).astype(np.float32), labels.astype(np.int64)
    test = stratified(labels, TEST)
    train = np.setdiff1d(np.arange(len(labels)), test)
    return Dataset("digits", "multiclass", CLASSES, pixels[train], labels[train], pixels[test], labels[test],
                   located.source, located.sha256, stratified, max_epochs=60, batch_size=32, image_shape=(8, 8, 1))  # fmt: skip


DIGITS = Defaults("digits", "handwritten digits of 8 x 8 pixels", (), 1_437, TEST,
                  max_epochs=60, batch_size=32, validation=300, num_words=None, load=load, file=file,
                  classes=CLASSES, good=(0.93, 0.9))  # fmt: skip
