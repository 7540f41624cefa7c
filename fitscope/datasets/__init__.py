"""The data sets: one dict, one file each."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fitscope.datasets import places, store
from fitscope.datasets.dataset import Dataset, Located
from fitscope.datasets.diabetes import DIABETES
from fitscope.datasets.digits import DIGITS
from fitscope.datasets.imdb import IMDB
from fitscope.datasets.inspection import inspect
from fitscope.datasets.known import Defaults, held_out
from fitscope.datasets.leaks import Leak
from fitscope.datasets.places import shown_options
from fitscope.datasets.reuters import REUTERS
from fitscope.datasets.tables import SUFFIXES
from fitscope.errors import DataError, UsageError

__all__ = [
    "DATASETS",
    "Dataset",
    "Defaults",
    "Leak",
    "Located",
    "defaults",
    "inspect",
    "load",
    "locate",
    "rows_of",
    "shown_options",
]

DATASETS = {known.name: known for known in (IMDB, REUTERS, DIGITS, DIABETES)}  # one here is all that a new file needs
MOST_WORDS = 10**6  # of a person's own texts


def is_known(name: str) -> bool:
    """Tell the data sets that have a name of their own from a person's own data."""
    return name in DATASETS


def task(name: str) -> str | None:
    """Return what a data set's target is, `classes` or `regression`; None of a person's own data, which would have to be read."""
    return DATASETS[name].task if is_known(name) else None


def describe(data: Dataset) -> Defaults:
    """Return what an analysis of loaded data takes where the person says nothing."""
    share = data.own_validation or held_out(data.name, data.train_samples, 0.2)
    return Defaults(data.name, data.source, ("its own",), data.train_samples, data.test_samples, data.max_epochs,
                    data.batch_size, share, data.num_words, load, MOST_WORDS, data.own_validation, data.model)  # fmt: skip


def defaults(name: str) -> Defaults:
    """Return what an analysis of a data set takes where the person says nothing.

    Raises:
        UsageError: no data set has the name; the nearest one is named.
    """
    if name not in DATASETS:
        near = difflib.get_close_matches(name.lower(), DATASETS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? There are" if near else "take one of"
        raise UsageError(f"There is no data set called {name!r}; {hint} {', '.join(DATASETS)}, or give {places.WHAT}.")
    return DATASETS[name]


def locate(
    name: str | Path, data_dir: Path | str | None = None, *, options: Mapping[str, Any] | None = None, say: store.Say | None = None
) -> Located:
    """Find a data set's file and its hash without reading its content.

    Args:
        name: one of `DATASETS`, a path, or FILE.py:FUNCTION.
        data_dir: looked in first.
        options: how a person's own data is read.
        say: is told of a download.

    Raises:
        UsageError: no data set has the name.
        DataError: the file is nowhere.

    Example:
        >>> locate("digits").source
        'scikit-learn'
    """
    name = str(name)
    if not is_known(name) and places.looks_like_one(name):
        return places.locate(name, options or {})
    known = defaults(name)
    if options:
        given = ", ".join(f"--{option}" for option in options)
        raise UsageError(f"{given} belongs to your own data, and {name} needs none of it; leave it out.")
    if known.file is not None:
        return Located(name, None, "scikit-learn", store.sha256(known.file()))
    path, source = store.find(known.files[0], data_dir, say=say)
    return Located(name, path, source, store.sha256(path))


def load(located: Located, num_words: int | None) -> Dataset:
    """Read a data set.

    Args:
        located: where it lies.
        num_words: the vocabulary's size; None for data without words, and for the default of a person's own texts.

    Raises:
        DataError: the file is damaged.
        OwnCodeError: a person's own function raised, or returned what cannot be used.

    Example:
        >>> load(locate("digits"), None).train_samples
        1437
    """
    if is_known(located.name):
        known = DATASETS[located.name]
        data = known.load(located, num_words)
        return data if num_words is None else dataclasses.replace(data, reading=partial(_words, located, num_words))
    assert located.path is not None
    return _LOADERS[places.kind_of(located.path)](located, num_words)


def rows_of(path: Path, content: Mapping[str, Any]) -> tuple[Any, Sequence[str] | None, Sequence[str]]:
    """Read new data as a run's network reads it.

    Args:
        path: of the file or folder.
        content: the `input` of the run's preparation.json.

    Returns:
        Encoded rows; their files' names, None where rows are numbered; and what a person should know of them, in sentences.

    Raises:
        DataError: the file is not what the network reads.
    """
    from fitscope.datasets import arrays, pictures, table, texts

    kind = content["kind"]
    suffixes = {"table": SUFFIXES, "arrays": (".npz", ".npy")}.get(kind)
    if suffixes is not None and path.suffix.lower() not in suffixes:
        raise DataError(f"{path} is none of {', '.join(suffixes)}, which this run's network reads.")
    if kind == "table":
        rows, notes = table.rows_of(path, content)
        return rows, None, notes
    if kind == "arrays":
        return arrays.rows_of(path, content), None, ()
    return *{"texts": texts, "pictures": pictures}[kind].rows_of(path, content), ()


def _words(located: Located, num_words: int) -> Mapping[str, Any]:
    """Return how new texts become rows of imdb or reuters."""
    from fitscope.datasets import texts

    return texts.keras_reading(located, DATASETS[located.name].files[1], num_words)


def _load_table(located: Located, num_words: int | None) -> Dataset:
    from fitscope.datasets import table

    return table.load(located, num_words)


def _load_folder(located: Located, num_words: int | None) -> Dataset:
    from fitscope.datasets import folders, pictures, texts

    assert located.path is not None
    samples = folders.find(located.path, located.options.get("test"))
    return texts.load(located, samples, num_words) if samples.kind == "texts" else pictures.load(located, samples, num_words)


def _load_arrays(located: Located, num_words: int | None) -> Dataset:
    from fitscope.datasets import arrays

    return arrays.load(located, num_words)


def _load_function(located: Located, num_words: int | None) -> Dataset:
    from fitscope.datasets import functions

    return functions.load(located, num_words)


_LOADERS = {"table": _load_table, "folder": _load_folder, "arrays": _load_arrays, "function": _load_function}
