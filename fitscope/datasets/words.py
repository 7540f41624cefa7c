"""What imdb and reuters share: texts as word ranks, encoded once and cached."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import store
from fitscope.datasets.dataset import Dataset, Located, first
from fitscope.datasets.encoding import FIRST_WORD, csr, multi_hot
from fitscope.errors import DataError

KERAS_SEED = 113
LARGEST_INDEX = 30_000_000  # bytes; that of imdb has 1.6 million
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
        make = partial(_encode, located, read, part, num_words)
        parts[part] = store.cached(key, make, partial(_fit_rows, num_words, len(classes)))
    rows = {part: csr(arrays["offsets"], arrays["columns"], num_words) for part, arrays in parts.items()}
    labels = {part: np.asarray(arrays["labels"]) for part, arrays in parts.items()}
    return Dataset(located.name, task, classes, rows["train"], labels["train"], rows["test"], labels["test"],
                   located.source, located.sha256, first, texts=partial(_decoded, located, read, index, num_words))  # fmt: skip


def _texts(located: Located, read: Callable[[Path, str], Texts], part: str) -> Texts:
    """Return a part's texts, from the cache where they are there: unpickling Keras' lists takes seconds."""
    names = ("words", "offsets", "order", "labels")
    path = located.path
    assert path is not None
    found = store.cached(f"{located.sha256[:32]}-{part}-texts-v{TEXTS}", lambda: dict(zip(names, read(path, part))), _fit_texts)
    words, offsets, order, labels = (found[name] for name in names)
    if not len(order):
        raise DataError(f"{path} holds no samples for the {part} part; fetch it anew.")
    return words, offsets, order, labels


def _fit_texts(found: store.Arrays) -> bool:
    """Tell whether arrays from the cache are texts, so that none of their numbers leads out of an array."""
    words, offsets, order, labels = (found[name] for name in ("words", "offsets", "order", "labels"))
    return (
        _whole(words, offsets, order, labels)
        and _ends(offsets, len(words))
        and len(labels) == len(offsets) - 1
        and (not len(words) or words.min() >= 0)
        and _lie_in(order, len(labels))
    )


def _fit_rows(num_words: int, classes: int, found: store.Arrays) -> bool:
    """Tell whether arrays from the cache are multi-hot rows; scipy itself would follow any number."""
    offsets, columns, labels = (found[name] for name in ("offsets", "columns", "labels"))
    return (
        _whole(offsets, columns, labels)
        and _ends(offsets, len(columns))
        and len(labels) == len(offsets) - 1
        and _lie_in(columns, num_words)
        and _lie_in(labels, classes)
    )


def _whole(*arrays: NDArray[Any]) -> bool:
    return all(array.ndim == 1 and array.dtype.kind == "i" for array in arrays)


def _lie_in(numbers: NDArray[Any], end: int) -> bool:
    """Tell whether numbers lie from 0 to one below an end."""
    return not len(numbers) or bool(numbers.min() >= 0 and numbers.max() < end)


def _ends(offsets: NDArray[Any], length: int) -> bool:
    """Tell whether offsets rise from 0 to a length."""
    return len(offsets) > 1 and offsets[0] == 0 and offsets[-1] == length and bool((np.diff(offsets) >= 0).all())


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


def _encode(located: Located, read: Callable[[Path, str], Texts], part: str, num_words: int) -> dict[str, NDArray[np.int64]]:
    words, offsets, order, labels = _texts(located, read, part)
    rows = multi_hot(words, offsets, order, num_words)
    return {"offsets": rows.indptr, "columns": rows.indices, "labels": labels[order]}


def read_word_index(path: Path) -> dict[str, int]:
    """Read a word index as Keras keeps it: each word's rank from 1.

    Raises:
        DataError: it cannot be read, or is something else.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_INDEX + 1)
        if len(content) > LARGEST_INDEX:
            raise ValueError(f"it has more than {LARGEST_INDEX:,} bytes")
        index = json.loads(content)
        if not isinstance(index, dict) or not all(type(rank) is int and 0 < rank < 2**31 for rank in index.values()):
            raise ValueError("it is no object of words with whole numbers from 1 on")
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise DataError(f"{path} is no word index ({reason[:100]}); fetch it anew.") from None
    return {word.encode("utf8", "replace").decode("utf8"): rank for word, rank in index.items()}  # halves of characters are no text
