"""What imdb and reuters share: texts as word ranks, encoded once and cached."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import store
from fitscope.datasets.dataset import Dataset, Located, first
from fitscope.datasets.encoding import csr, multi_hot
from fitscope.errors import DataError

KERAS_SEED = 113
ENCODING = 1  # part of the cache's key: raise it when the encoding changes
Texts = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]  # words, offsets, order, labels


def load_texts(
    located: Located, num_words: int | None, task: str, classes: tuple[str, ...], read: Callable[[Path, str], Texts]
) -> Dataset:
    """Load texts as a data set of multi-hot rows, from the cache where they are there.

    Args:
        located: the file.
        num_words: the vocabulary's size.
        read: gives the `train` or the `test` texts of a path.
    """
    assert located.path is not None and num_words is not None
    path = located.path
    parts = {}
    for part in ("train", "test"):
        key = f"{located.sha256[:32]}-{part}-{num_words}-v{ENCODING}"
        parts[part] = store.cached(key, lambda part=part: _encode(read(path, part), num_words))  # type: ignore[misc]
    rows = {part: csr(arrays["offsets"], arrays["columns"], num_words) for part, arrays in parts.items()}
    labels = {part: np.asarray(arrays["labels"]) for part, arrays in parts.items()}
    return Dataset(located.name, task, classes, rows["train"], labels["train"], rows["test"], labels["test"],
                   located.source, located.sha256, first)  # fmt: skip


def _encode(texts: Texts, num_words: int) -> dict[str, NDArray[np.int64]]:
    words, offsets, order, labels = texts
    rows = multi_hot(words, offsets, order, num_words)
    return {"offsets": rows.indptr, "columns": rows.indices, "labels": labels[order]}


def read_word_index(path: Path) -> dict[str, int]:
    """Read a word index as Keras keeps it: each word's rank from 1."""
    try:
        index = json.loads(path.read_text(encoding="utf8"))
        return {str(word): int(rank) for word, rank in index.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is no word index ({error}); fetch it anew.") from None
