import numpy as np
import pytest
from scipy.sparse import random as random_rows

from fitscope.datasets import Dataset
from fitscope.datasets.dataset import first
from fitscope.plan import Plan


@pytest.fixture
def make():
    """A small data set that can be learnt, and the plan that goes with it."""

    def make(kind="sparse", task="binary", **plan):
        rng = np.random.default_rng(0)
        classes = ("no", "yes") if task == "binary" else tuple("abcde")
        rows = random_rows(600, 80, 0.2, "csr", np.float32, rng)
        rows.data[:] = 1
        labels = (np.asarray(rows @ rng.normal(size=(80, len(classes)))).argmax(axis=1)).astype(np.int64)
        rows = rows if kind == "sparse" else rows.toarray()
        data = Dataset("toy", task, classes, rows[:450], labels[:450], rows[450:], labels[450:], "memory", "f00d", first)
        return Plan("toy", "f00d", None, "textbook", **({"batch_size": 64, "max_epochs": 4, "validation": 130} | plan)), data

    return make
