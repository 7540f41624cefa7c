"""442 diabetes patients, ten measurements each, and how far the illness went in a year: the reference for regression."""

from __future__ import annotations

from pathlib import Path

from fitscope.datasets.dataset import Dataset, Located
from fitscope.datasets.digits import sklearn_file
from fitscope.datasets.known import Defaults

TEST = 88


def file() -> Path:
    """Return where scikit-learn keeps the table, without importing it."""
    return sklearn_file("diabetes", "diabetes_data_raw.csv.gz")


def load(located: Located, num_words: int | None) -> Dataset:
    """Load the patients as any table: a fifth of them is test data, and numbers are standardised."""
    from sklearn.datasets import load_diabetes

    from fitscope.datasets import table

    return table.of_frame(load_diabetes(as_frame=True, scaled=False).frame, "target", located, TEST)


DIABETES = Defaults("diabetes", "diabetes patients, how far the illness went in a year", (), 354, TEST,
                    max_epochs=100, batch_size=32, validation=71, num_words=None, load=load, file=file,
                    task="regression", good=(52.0, 60.0))  # fmt: skip
