"""imdb and reuters made from what a person has: the original collections, or a file in Keras' own format."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import imdb, newswires, reuters, reviews, store
from fitscope.datasets.known import Defaults
from fitscope.datasets.members import TAKES, Member, members
from fitscope.datasets.vocabulary import Corpus, Numbers
from fitscope.datasets.words import read_word_index
from fitscope.errors import DataError, OutputError, not_read, not_written

OTHER_HASH = "Its SHA-256 is not that of Keras' file, so Keras' own load_data would not take it; it is no file for Keras' cache."
_ARRAYS = {"imdb": {"x_train", "y_train", "x_test", "y_test"}, "reuters": {"x", "y"}}
_DEFAULTS = {"imdb": imdb.IMDB, "reuters": reuters.REUTERS}
_READ = {"imdb": imdb.read, "reuters": reuters.read}
_COLLECT = {reviews: "imdb", newswires: "reuters"}
Write = Callable[[Path], object]


@dataclass(frozen=True)
class Imported:
    """Say what was imported.

    Args:
        dataset: imdb or reuters.
        found: what it was made from, for people.
        train, test: samples.
        words: the word index's size; None where there was none.
        classes: samples of each class, by name.
        path: the file that was written.
        word_index: the word index that was written beside it.
        sha256: the file's hash.
        differences: what remains different from Keras' own file, a sentence each.
        next: the command to go on with.
    """

    dataset: str
    found: str
    train: int
    test: int
    words: int | None
    classes: dict[str, int]
    path: str
    word_index: str | None
    sha256: str
    differences: tuple[str, ...]
    next: str


def import_file(path: Path, output: Path | None = None, *, say: store.Say = lambda _: None) -> Imported:
    """Make imdb or reuters, in Keras' own format, from a collection or from a file in that format.

    What `path` is, its content tells. Nothing is unpacked to the disk, nothing unpickled but lists of whole numbers.

    Args:
        path: aclImdb or Reuters-21578 as a folder or tar archive, or an .npz in Keras' format.
        output: the folder that is written to; by default $FITSCOPE_DATA_DIR, else fitscope's own data folder.
        say: is told what happens.

    Raises:
        DataError: `path` is missing, damaged or something else.
        OutputError: there is such a data set already, or the folder cannot be written; nothing is left there then.
    """
    if not (path.is_dir() or path.is_file()):
        raise DataError(f"{path} is no file or folder; {TAKES}.")
    folder = output or store.import_folder()
    arrays = _npz_arrays(path)
    name = next((name for name, needed in _ARRAYS.items() if needed <= arrays), None)
    if name is not None:
        return _copy(name, path, folder)
    if arrays:
        raise DataError(f"{path} is a zip archive or .npz of something else; {TAKES} (unpack a zip first).")
    return _make(path, folder, say)


def _npz_arrays(path: Path) -> set[str]:
    """Return the names in a zip archive without `.npy`; none where it is no zip archive."""
    if path.is_dir():
        return set()
    try:
        with open(path, "rb") as file:
            if file.read(2) != b"PK":  # zipfile would also find an archive at the end of something else
                return set()
            with zipfile.ZipFile(file) as archive:
                return {name.removesuffix(".npy") for name in archive.namelist()} or {""}
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return {""}
    except OSError as error:
        raise not_read(path, error, TAKES) from None


def _copy(name: str, path: Path, folder: Path) -> Imported:
    """Check a file in Keras' format and copy it, with the word index that lies beside it."""
    npz, index_name = _DEFAULTS[name].files
    parts = [_READ[name](path, part) for part in ("train", "test")]  # in full, as every analysis reads it
    train, test = (labels[order] for _, _, order, labels in parts)
    index = path.with_name(index_name)
    words = len(read_word_index(index)) if index.is_file() else None
    files: dict[str, Write] = {npz: lambda place: shutil.copyfile(path, place)}
    if words is not None:
        files = {index_name: lambda place: shutil.copyfile(index, place)} | files
    _write(folder, files)
    keras = store.sha256(folder / npz) == store.HASHES[npz]
    found = f"Keras' own {npz}" if keras else f"a file in the format of Keras' {npz}"
    differences = () if keras else (*_counts(_DEFAULTS[name], len(train), len(test)), OTHER_HASH)
    return _imported(name, found, words, np.concatenate([train, test]), len(train), folder, differences)


def _make(path: Path, folder: Path, say: store.Say) -> Imported:
    """Make the files from a collection."""
    files = members(path)
    first, module = next(((file, kind) for file in files for kind in _COLLECT if kind.holds(file)), (None, None))
    if first is None or module is None:
        raise DataError(f"{path} holds neither the reviews of aclImdb (train/pos/0_9.txt ...) nor SGML newswires; {TAKES}.")
    name = _COLLECT[module]
    npz, index_name = _DEFAULTS[name].files
    _refuse_existing(folder, (npz, index_name))
    say(f"making {name} from {path}")
    corpus = module.collect(_told(chain([first], files), say))
    say("writing it")
    index = json.dumps(corpus.word_index)
    _write(folder, {index_name: lambda place: place.write_text(index), npz: lambda place: _save(corpus, place)})
    labels = np.concatenate([*corpus.labels.values()])
    differences = (*corpus.differences, OTHER_HASH)
    return _imported(name, corpus.found, len(corpus.word_index), labels, corpus.train, folder, differences)


def _told(files: Iterator[Member], say: store.Say) -> Iterator[Member]:
    for count, file in enumerate(files, 1):
        if count % 10_000 == 0:
            say(f"{count:,} files read")
        yield file


def _save(corpus: Corpus, place: Path) -> None:
    """Write an .npz as Keras' files are: lists of whole numbers in object arrays. Equal content gives equal bytes."""
    shared: NDArray[Any] = np.array([*range(len(corpus.word_index) + 1)], object)  # one object a word saves half of the memory
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, texts in (corpus.texts | corpus.labels).items():
            info = zipfile.ZipInfo(f"{name}.npy")
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, texts if isinstance(texts, np.ndarray) else _lists(texts, shared))


def _lists(texts: list[Numbers], shared: NDArray[Any]) -> NDArray[Any]:
    rows = np.empty(len(texts), object)
    for i, text in enumerate(texts):
        rows[i] = shared[text].tolist()
    return rows


def _write(folder: Path, files: dict[str, Write]) -> None:
    """Write files so that all of them are there in the end or none, each under its name only when it is whole."""
    _refuse_existing(folder, tuple(files))
    moved: list[Path] = []
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as scratch:
            for name, write in files.items():
                write(Path(scratch) / name)
            for name in files:
                os.replace(Path(scratch) / name, folder / name)
                moved.append(folder / name)
    except BaseException as error:
        for place in moved:
            place.unlink(missing_ok=True)
        if new:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise not_written(folder, error, "make room, or give another folder with --output") from None
        raise


def _refuse_existing(folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        if os.path.lexists(folder / name):
            raise OutputError(
                f"{folder / name} exists already and is never overwritten; move it away, or give another folder with --output."
            )


def _counts(known: Defaults, train: int, test: int) -> tuple[str, ...]:
    if (train, test) == (known.train, known.test):
        return ()
    return (f"Keras' file has {known.train:,} training and {known.test:,} test samples, this one {train:,} and {test:,}.",)


def _imported(
    name: str, found: str, words: int | None, labels: NDArray[np.int64], train: int, folder: Path, differences: tuple[str, ...]
) -> Imported:
    npz, index_name = _DEFAULTS[name].files
    names = imdb.CLASSES if name == "imdb" else reuters.TOPICS
    counts = dict(zip(names, np.bincount(labels, minlength=len(names)).tolist()))
    found_first = next((place for place, _ in store.folders() if (place / npz).is_file()), None)
    go_on = f"fitscope analyze {name}" + ("" if found_first == folder else f" --data-dir {shlex.quote(str(folder))}")
    index = None if words is None else str(folder / index_name)
    return Imported(name, found, train, len(labels) - train, words, counts, str(folder / npz), index,
                    store.sha256(folder / npz), differences, go_on)  # fmt: skip
