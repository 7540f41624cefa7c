"""What `fitscope data` tells of the data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fitscope import datasets
from fitscope.datasets import DATASETS, store
from fitscope.datasets.encoding import decode
from fitscope.datasets.words import read_word_index
from fitscope.errors import DataError, UsageError

Row = dict[str, Any]
_SHADES = " .:-=+*#%@"


def listing(data_dir: Path | None) -> list[Row]:
    """Return every data set with where it was found; nothing is downloaded."""
    return [
        {"name": d.name, "about": d.about, "train": d.train, "test": d.test, "found": _found(d, data_dir)}
        for d in DATASETS.values()
    ]


def _found(known: datasets.Defaults, data_dir: Path | None) -> str:
    path = _path(known, data_dir)
    if not known.files:
        return "comes with scikit-learn"
    return f"found at {path}" if path else "not here yet, downloaded when first used"


def _path(known: datasets.Defaults, data_dir: Path | None) -> Path | None:
    places = [folder / known.files[0] for folder, _ in store.folders(data_dir)] if known.files else []
    return next((place for place in places if place.is_file()), None)


def paths(name: str | None, data_dir: Path | None) -> list[Row]:
    """Return the path of a data set, or the folders that are looked in.

    Raises:
        DataError: the data set has no file here.
    """
    if name is None:
        return [{"path": str(folder), "named": named} for folder, named in store.folders(data_dir)]
    known = datasets.defaults(name)
    path = _path(known, data_dir)
    if path is None and known.files:
        looked = ", ".join(str(folder) for folder, _ in store.folders(data_dir))
        raise DataError(f"{known.files[0]} is in none of {looked}; `fitscope analyze {name}` downloads it.")
    return [{"path": str(path) if path else "scikit-learn (no file of its own)"}]


def checks(name: str | None, data_dir: Path | None) -> list[Row]:
    """Read data sets in full, past every cache, and say what state they are in."""
    return [_check(known, data_dir) for known in ([datasets.defaults(name)] if name else DATASETS.values())]


def _check(known: datasets.Defaults, data_dir: Path | None) -> Row:
    path = _path(known, data_dir)
    if known.files and path is None:
        return {"name": known.name, "state": "missing: not here yet, downloaded when first used", "damaged": False}
    try:
        samples = _samples(known, path)
    except DataError as error:
        return {"name": known.name, "state": f"damaged: {error}", "damaged": True}
    what = f"sound: {samples:,} samples read" + (f", SHA-256 {store.sha256(path)}" if path else "")
    return {"name": known.name, "state": what, "damaged": False}


def _samples(known: datasets.Defaults, path: Path | None) -> int:
    if path is not None and known.read is not None:
        return sum(len(known.read(path, part)[2]) for part in ("train", "test"))
    data = datasets.load(datasets.locate(known.name), None)
    return data.train_samples + data.test_samples


def sample(name: str, number: int, num_words: int | None, data_dir: Path | None) -> Row:
    """Return one training sample: its label, and its text or its picture in characters.

    Raises:
        UsageError: there is no such sample.
    """
    known = datasets.defaults(name)
    words = known.words(num_words)
    if not 0 <= number < known.train:
        raise UsageError(f"{name} has no training sample {number}; give a number from 0 to {known.train - 1:,}.")
    located = datasets.locate(name, data_dir)
    if located.path is None or known.read is None:
        return _of_numbers(datasets.load(located, None), number)
    index = read_word_index(store.find(known.files[1], data_dir)[0])
    flat, offsets, order, labels = known.read(located.path, "train")
    place = order[number]
    text = decode(flat[offsets[place] : offsets[place + 1]], index, words or known.train)
    return {"label": known.classes[labels[place]], "text": text}


def _of_numbers(data: datasets.Dataset, number: int) -> Row:
    label = f"{data.y_train[number][0]:g}" if data.task == "regression" else data.classes[data.y_train[number]]
    if data.image_shape is not None:
        return {"label": label, "text": _picture(data.x_train[number].reshape(data.image_shape[:2]))}
    measured = ", ".join(f"{name} {column[number]:g}" for name, column in data.columns.items())
    return {"label": label, "text": measured}


def _picture(pixels: np.ndarray[Any, Any]) -> str:
    rows = (pixels * (len(_SHADES) - 1)).round().astype(int)
    return "\n".join("".join(_SHADES[level] * 2 for level in row) for row in rows)
