"""The data sets: one dict, one file each."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fitscope.datasets import digits, store
from fitscope.datasets.dataset import Dataset, Defaults, Located, held_out
from fitscope.datasets.digits import DIGITS
from fitscope.datasets.imdb import IMDB
from fitscope.datasets.inspection import inspect
from fitscope.datasets.leaks import Leak
from fitscope.datasets.reuters import REUTERS
from fitscope.errors import UsageError

__all__ = ["DATASETS", "Dataset", "Defaults", "Leak", "Located", "defaults", "inspect", "load", "locate"]

DATASETS = {known.name: known for known in (IMDB, REUTERS, DIGITS)}


def is_known(name: str) -> bool:
    """Tell the data sets that have a name of their own from a person's own data."""
    return name in DATASETS


def describe(data: Dataset) -> Defaults:
    """Return what an analysis of loaded data takes where the person says nothing."""
    share = data.own_validation or held_out(data.name, data.train_samples, 0.2)
    return Defaults(data.name, data.source, ("its own",), data.train_samples, data.test_samples, data.max_epochs,
                    data.batch_size, share, None, load)  # fmt: skip


def defaults(name: str) -> Defaults:
    """Return what an analysis of a data set takes where the person says nothing.

    Raises:
        UsageError: no data set has the name; the nearest one is named.
    """
    if name not in DATASETS:
        near = difflib.get_close_matches(name.lower(), DATASETS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? There are" if near else "take one of"
        raise UsageError(f"There is no data set called {name!r}; {hint} {', '.join(DATASETS)}.")
    return DATASETS[name]


def locate(
    name: str, data_dir: Path | str | None = None, *, options: Mapping[str, Any] | None = None, say: store.Say | None = None
) -> Located:
    """Find a data set's file and its hash without reading its content.

    Args:
        name: one of `DATASETS`.
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
    known = defaults(name)
    if options:
        given = ", ".join(f"--{option}" for option in options)
        raise UsageError(f"{given} belongs to your own data, and {name} needs none of it; leave it out.")
    if not known.files:
        return Located(name, None, "scikit-learn", store.sha256(digits.file()))
    path, source = store.find(known.files[0], data_dir, say=say)
    return Located(name, path, source, store.sha256(path))


def load(located: Located, num_words: int | None) -> Dataset:
    """Read a data set.

    Args:
        located: where it lies.
        num_words: the vocabulary's size; None for data without words.

    Raises:
        DataError: the file is damaged.

    Example:
        >>> load(locate("digits"), None).train_samples
        1437
    """
    return DATASETS[located.name].load(located, num_words)
