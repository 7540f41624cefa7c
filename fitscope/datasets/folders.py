"""A person's own folder: a subfolder a class, perhaps below train, validation and test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fitscope.datasets.dataset import Dataset, Labels, Located, latest, stratified, take
from fitscope.datasets.parts import pace, roles
from fitscope.datasets.places import names_file
from fitscope.errors import DataError
from fitscope.language import N_

ENDINGS = {"texts": (".txt",), "pictures": (".png", ".jpg", ".jpeg", ".bmp", ".gif")}
PARTS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"), "test": ("test",)}
NO_CLASS = "unsup"  # aclImdb's reviews without a label


@dataclass(frozen=True)
class Samples:
    """Hold the files of a folder, training ones first, then validation, then test.

    Args:
        kind: `texts` or `pictures`.
        classes: the subfolders' names.
        counts: how many files each part has.
        labels: each file's class from 0 [files].
    """

    kind: str
    classes: tuple[str, ...]
    files: Sequence[Path]
    counts: tuple[int, int, int]
    labels: Labels
    notes: tuple[str, ...] = ()

    def keep(self, there: Any) -> Samples:
        """Return the samples whose files could be read.

        Args:
            there: bool [files].
        """
        parts = np.split(there, np.cumsum(self.counts)[:-1])
        counts = tuple(int(part.sum()) for part in parts)
        files = [file for file, is_there in zip(self.files, there) if is_there]
        return Samples(self.kind, self.classes, files, counts, self.labels[there], self.notes)  # type: ignore[arg-type]


def find(folder: Path, test: Any) -> Samples:
    """Find a folder's files and classes.

    Args:
        folder: has a subfolder a class, or the folders train, test and perhaps validation with a subfolder a class each.
        test: what `--test` says; a folder's path brings the test data.

    Raises:
        DataError: there are no such files, or fewer than two classes.
    """
    parts = {part: next((folder / name for name in names if (folder / name).is_dir()), None) for part, names in PARTS.items()}
    if parts["train"] is None:
        parts = {"train": folder, "validation": None, "test": None}
    if test is not None and names_file(test):
        parts["test"] = Path(test)
    kind = _kind(folder)
    top = parts["train"]
    assert top is not None
    classes = tuple(sorted(path.name for path in top.iterdir() if path.is_dir() and path.name != NO_CLASS and _files(path, kind)))
    if len(classes) < 2:
        found = f"only {classes[0]}" if classes else "none"
        raise DataError(f"{top} needs a subfolder with {kind} for each class, and there is {found}; sort the files so.")
    if parts["test"] is not None and not any(_files(parts["test"] / name, kind) for name in classes):
        raise DataError(f"{parts['test']} holds no {kind} of the classes {', '.join(classes[:8])}; sort them so, or take it away.")
    found_ = {part: [_files(path / name, kind) if path else [] for name in classes] for part, path in parts.items()}
    files = [file for part in found_.values() for group in part for file in group]
    labels = [i for part in found_.values() for i, group in enumerate(part) for _ in group]
    counts = tuple(sum(map(len, part)) for part in found_.values())
    notes = (
        (N_("The folder {folder} holds no class and was left out.").format(folder=NO_CLASS),) if (top / NO_CLASS).is_dir() else ()
    )
    names = tuple(name.encode("utf8", "surrogateescape").decode("utf8", "replace") for name in classes)
    return Samples(kind, names, files, counts, np.array(labels, np.int64), notes)  # type: ignore[arg-type]


def _kind(folder: Path) -> str:
    endings = [path.suffix.lower() for path in folder.rglob("*") if path.is_file()]
    counts = {kind: sum(ending in its for ending in endings) for kind, its in ENDINGS.items()}
    kind = max(counts, key=counts.__getitem__)
    if not counts[kind]:
        known = ", ".join(ending for its in ENDINGS.values() for ending in its)
        raise DataError(f"{folder} holds neither texts nor pictures ({known}); give a folder with a subfolder of them a class.")
    return kind


def _files(folder: Path, kind: str) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS[kind] and not path.name.startswith("."))
    return sorted(path for path in found if path.is_file())  # no pipe and no device


def files_of(path: Path, endings: Sequence[str], what: str) -> list[Path]:
    """Return a file, or the files of a folder, that have one of the endings.

    Raises:
        DataError: there is none.
    """
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    files = [file for file in found if file.suffix.lower() in endings and not file.name.startswith(".") and file.is_file()]
    if not files:
        raise DataError(f"{path} holds no {what}, which this run's network reads; give a file or a folder of them.")
    return files


def dataset_of(located: Located, samples: Samples, rows: Any, read: Callable[[Path], str] | None = None, **more: Any) -> Dataset:
    """Return the data set of a folder's samples.

    Args:
        located: the folder.
        samples: its files.
        rows: one a file.
        read: reads a file's text again; None where files are no texts.
        more: what the kind of data adds.
    """
    roles_ = roles(located.name, samples.counts, samples.labels, located.options.get("test"))
    train, test, own_validation = roles_
    sizes = np.bincount(samples.labels[train], minlength=len(samples.classes))
    if (sizes < 2).any():
        name = samples.classes[int(sizes.argmin())]
        raise DataError(f"Class {name} of {located.name} has too few {samples.kind} to train on; give each class at least three.")
    max_epochs, batch_size = pace(len(train))
    texts = None if read is None else partial(_texts, [samples.files[i] for i in train], read)
    notes = (*samples.notes, *more.pop("notes", ()))
    return Dataset(
        located.name, "binary" if len(samples.classes) == 2 else "multiclass", samples.classes, take(rows, train),
        samples.labels[train], take(rows, test), samples.labels[test], located.source, located.sha256,
        stratified if own_validation is None else latest, own_validation=own_validation, max_epochs=max_epochs,
        batch_size=batch_size, notes=notes, texts=texts, **more,
    )  # fmt: skip


def _texts(files: Sequence[Path], read: Callable[[Path], str], numbers: Sequence[int]) -> list[str]:
    return [read(files[number]) for number in numbers]
