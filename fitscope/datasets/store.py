"""Where data lies: a folder of the user's or our own, Keras' cache, or a download; and the cache of encoded data."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import DataError, not_read
from fitscope.language import N_
from fitscope.numpyfile import map_array

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
HASHES = {  # as Keras checks them
    "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    "reuters.npz": "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    "imdb_word_index.json": "bfafd718b763782e994055a2d397834f",
    "reuters_word_index.json": "4d44cc38712099c9e383dc6e5f11a921",
}
TIMEOUT = 20.0
Say = Callable[[str], object]


def find(file: str, data_dir: Path | str | None = None, *, say: Say | None = None, origin: str = ORIGIN) -> tuple[Path, str]:
    """Find a data file, or download it as Keras does.

    Args:
        file: the file's name.
        data_dir: looked in first, then $FITSCOPE_DATA_DIR, then fitscope's own folder, then Keras' own cache.
        say: is told of a download.
        origin: where downloads come from; https, or plain http from this machine alone.

    Returns:
        The file's path, and in words where it came from: without the path, for reports are shown to others.

    Raises:
        DataError: the file is nowhere and cannot be downloaded; the sentence names the ways to go on.
    """
    looked = folders(data_dir)
    for folder, name in looked:
        if (folder / file).is_file():
            return folder / file, _FOUND[name].format(file=file)
    if say is not None:
        say(f"{file} is in none of {', '.join(str(folder) for folder, _ in looked)}; downloading it from {origin}")
    try:
        return _download(file, looked[-1][0], origin), N_("a download from {origin}").format(origin=origin)
    except OSError as error:
        places = ", ".join(f"{folder} ({name})" for folder, name in looked)
        raise DataError(
            f"{file} was not found in {places}, and the download failed ({error}); name a folder that holds it with "
            f"--data-dir or FITSCOPE_DATA_DIR, or download {origin}{file} elsewhere and put it into one of them, or make it with "
            "`fitscope data import` from the collection that you have, or begin with `fitscope analyze digits`, which needs no "
            "download."
        ) from None


_FOUND = {
    "--data-dir": N_("{file} in --data-dir"),
    "FITSCOPE_DATA_DIR": N_("{file} in FITSCOPE_DATA_DIR"),
    "fitscope's own folder": N_("{file} in fitscope's own folder"),
    "Keras' cache": N_("{file} in Keras' cache"),
}


def folders(data_dir: Path | str | None = None) -> list[tuple[Path, str]]:
    """Return the folders that are looked in, in order, each with its name for people."""
    named = [(data_dir, "--data-dir"), (os.environ.get("FITSCOPE_DATA_DIR"), "FITSCOPE_DATA_DIR")]
    keras_home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    own = [(own_folder(), "fitscope's own folder"), (keras_home / "datasets", "Keras' cache")]
    return [(Path(folder), name) for folder, name in named if folder] + own


def own_folder() -> Path:
    """Return the folder of the platform's where imported data goes that has no other place."""
    from platformdirs import user_data_path

    return user_data_path("fitscope", appauthor=False)


def import_folder() -> Path:
    """Return where data is imported to: $FITSCOPE_DATA_DIR, or fitscope's own folder, where the next analysis finds it."""
    named = os.environ.get("FITSCOPE_DATA_DIR")
    return Path(named) if named else own_folder()


def _download(file: str, folder: Path, origin: str) -> Path:
    address = urllib.parse.urlsplit(origin)
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
        raise OSError(f"{origin} is not https")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        part = Path(scratch) / file
        with urllib.request.urlopen(origin + file, timeout=TIMEOUT) as answer, open(part, "wb") as out:  # noqa: S310
            shutil.copyfileobj(answer, out)
        if _digest(part, "sha256" if len(HASHES[file]) == 64 else "md5") != HASHES[file]:
            raise OSError("what came is not the file that Keras knows by this name")
        os.replace(part, folder / file)
    return folder / file


def sha256(path: Path) -> str:
    """Return a file's SHA-256.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        return _digest(path, "sha256")
    except OSError as error:
        raise not_read(path, error, "give another folder with --data-dir") from None


def _digest(path: Path, kind: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


Arrays = Mapping[str, NDArray[Any]]


def cached(key: str, make: Callable[[], Arrays], fits: Callable[[Arrays], bool]) -> Arrays:
    """Return arrays from the cache, memory-mapped, or make them and put them there.

    A cache that does not add up is made anew; one that cannot be written is done without.

    Args:
        key: names the arrays' content.
        make: makes them.
        fits: tells whether what lies there can be these arrays; what it raises means no.
    """
    folder = cache_folder() / "encoded" / key
    found = _open_cache(folder, fits)
    if found is not None:
        return found
    arrays = make()
    try:
        _write_cache(folder, arrays)
    except OSError:
        return arrays
    return arrays


def cache_folder() -> Path:
    """Return the folder of fitscope's cache: $FITSCOPE_CACHE_DIR, or the platform's."""
    from platformdirs import user_cache_path

    own = os.environ.get("FITSCOPE_CACHE_DIR")
    return Path(own) if own else user_cache_path("fitscope", appauthor=False)


def _open_cache(folder: Path, fits: Callable[[Arrays], bool]) -> Arrays | None:
    try:
        sums = json.loads((folder / "sums.json").read_text())
        if not all(isinstance(name, str) and name.isidentifier() for name in sums):
            return None  # other names would lead elsewhere
        arrays = {name: map_array(folder / f"{name}.npy") for name in sums}
        same = {name: zlib.crc32(array.data) for name, array in arrays.items()} == sums
        return arrays if same and fits(arrays) else None
    except Exception:  # whatever lies there instead, the cache is made anew
        return None


def _write_cache(folder: Path, arrays: Arrays) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(scratch / f"{name}.npy", array, allow_pickle=False)
        (scratch / "sums.json").write_text(json.dumps({name: zlib.crc32(array.data) for name, array in arrays.items()}))
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
