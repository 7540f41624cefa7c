"""What imdb and reuters share: texts as word ranks, encoded once and cached."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import store
from fitscope.datasets.dataset import Dataset, Located, first
from fitscope.datasets.encoding import FIRST_WORD, csr, multi_hot
from fitscope.errors import DataError

KERAS_SEED = 113
ENCODING, TEXTS = 1, 1  # parts of the caches' keys: raise them when what is cached changes
Texts = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]  # words, offsets, order, labels


def load_texts(
    located: Located,
    num_words: int | None,
    task: str,
    classes: tuple[str, ...],
    read: Callable[[Path, str], Texts],
    index: str,
) -> Dataset:
    """Load texts as a data set of multi-hot rows, from the cache where they are there.

    Args:
        located: the file.
        num_words: the vocabulary's size.
        read: gives the `train` or the `test` texts of a path.
        index: the name of the file with the words.
    """
    assert located.path is not None and num_words is not None
    parts = {}
    for part in ("train", "test"):
        key = f"{located.sha256[:32]}-{part}-{num_words}-v{ENCODING}"
        parts[part] = store.cached(key, lambda part=part: _encode(_texts(located, read, part), num_words))  # type: ignore[misc]
    rows = {part: csr(arrays["offsets"], arrays["columns"], num_words) for part, arrays in parts.items()}
    labels = {part: np.asarray(arrays["labels"]) for part, arrays in parts.items()}
    return Dataset(located.name, task, classes, rows["train"], labels["train"], rows["test"], labels["test"],
                   located.source, located.sha256, first, texts=partial(_decoded, located, read, index, num_words))  # fmt: skip


def _texts(located: Located, read: Callable[[Path, str], Texts], part: str) -> Texts:
    """Return a part's texts, from the cache where they are there: unpickling Keras' lists takes seconds."""
    names = ("words", "offsets", "order", "labels")
    path = located.path
    assert path is not None
    found = store.cached(f"{located.sha256[:32]}-{part}-texts-v{TEXTS}", lambda: dict(zip(names, read(path, part))))
    words, offsets, order, labels = (found[name] for name in names)
    return words, offsets, order, labels


def _decoded(located: Located, read: Callable[[Path, str], Texts], index: str, num_words: int, numbers: Sequence[int]) -> list[str]:
    """Return training samples as texts, `?` for each word beyond the vocabulary.

    Raises:
        DataError: the word index is nowhere.
    """
    path = index_path(located, index)
    if path is None:
        raise DataError(f"There is no {index} beside the data; put it there to see texts.")
    names = {rank: word for word, rank in read_word_index(path).items() if rank + FIRST_WORD < num_words}
    words, offsets, order, _ = _texts(located, read, "train")
    places = order[list(numbers)]
    return [" ".join(names.get(rank, "?") for rank in words[offsets[i] : offsets[i + 1]].tolist()) for i in places]


def index_path(located: Located, index: str) -> Path | None:
    """Return where a word index lies: beside the data, or where data is looked for; None where it is nowhere.

    Args:
        located: the data.
        index: the file's name.
    """
    assert located.path is not None
    places = [located.path.parent / index, *(folder / index for folder, _ in store.folders())]
    return next((place for place in places if place.is_file()), None)


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
