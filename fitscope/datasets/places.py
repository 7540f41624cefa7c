"""A person's own data: what a name means, which file or folder it is, and its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fitscope.datasets import own, store, tables
from fitscope.datasets.dataset import Located
from fitscope.errors import DataError, UsageError
from fitscope.language import N_

TABLE_OPTIONS = ("target", "group", "time", "task")
WHAT = "a table (.csv, .tsv, .parquet), a folder of texts or pictures, arrays (.npz) or FILE.py:FUNCTION"


def kind_of(path: Path) -> str:
    """Return what a path holds, by its ending: `function`, `folder`, `table` or `arrays`.

    Raises:
        UsageError: it is nothing that fitscope reads.
    """
    if own.is_own(str(path)):
        return "function"
    if path.is_dir():
        return "folder"
    kind = {".npz": "arrays", **dict.fromkeys(tables.SUFFIXES, "table")}.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path} ends in {path.suffix or 'nothing'}, which fitscope does not read; give {WHAT}.")
    return kind


def looks_like_one(name: str) -> bool:
    """Tell a path from a misspelt data set."""
    path = Path(name)
    return (
        own.is_own(name) or os.path.exists(path) or len(path.parts) > 1 or path.suffix.lower() in (*tables.SUFFIXES, ".npz", ".py")
    )


def locate(name: str, options: Mapping[str, Any]) -> Located:
    """Find a person's own data.

    Args:
        name: a path, or FILE.py:FUNCTION.
        options: how it is read: `target`, `group`, `time`, `test`, `task`.

    Returns:
        Where it lies; its name is the path as typed where that is relative, else its last part.

    Raises:
        DataError: it is not there.
        UsageError: an option does not fit it.
    """
    path, kind = Path(name), _checked(name, options)
    if kind == "function":
        return Located(shown(path), path, N_("your own function"), own.sha256(name), options)
    sha256 = folder_sha256(path) if kind == "folder" else store.sha256(path)
    test = options.get("test")
    if test is not None and names_file(test):
        other = Path(test)
        sha256 = _joined([sha256, folder_sha256(other) if other.is_dir() else store.sha256(other)])
    return Located(shown(path), path, YOURS[kind], sha256, options)


YOURS = {"table": N_("your own table"), "folder": N_("your own folder"), "arrays": N_("your own arrays")}


def _checked(name: str, options: Mapping[str, Any]) -> str:
    """Return the data's kind, with name and options fit for each other."""
    path = Path(name)
    if not own.is_own(name) and not os.path.exists(path):  # False, too, where no file can have such a name
        raise DataError(f"There is no file or folder {name}; give {WHAT}, or the name of a data set such as digits.")
    if not own.is_own(name) and not path.is_file() and not path.is_dir():
        raise UsageError(f"{name} is neither a file nor a folder; give {WHAT}.")
    kind = kind_of(path)
    wrong = [option for option in options if option in TABLE_OPTIONS and kind != "table"]
    wrong = [option for option in wrong if option != "task" or kind == "folder"]
    if wrong:
        raise UsageError(f"--{wrong[0]} belongs to tables, and {name} is {_article(kind)}; leave it out.")
    test = options.get("test")
    if kind == "function" and test is not None:
        raise UsageError(f"--test {test} does not fit {name}: let the function return the test data itself, or leave it out.")
    if test is not None and names_file(test) and not os.path.exists(test):
        if looks_like_one(str(test)):
            raise DataError(
                f"There is no file or folder {test}; give --test a number, a fraction, or a file or folder of your own data."
            )
        raise UsageError(f"--test {test} is neither a number, a fraction nor a file; give one of them.")
    return kind


def _article(kind: str) -> str:
    return {"folder": "a folder", "arrays": "a file of arrays", "function": "a function"}[kind]


def names_file(test: Any) -> bool:
    """Tell a file's path from a number of samples or a fraction."""
    try:
        float(test)
    except (ValueError, TypeError):
        return True
    return False


def shown(path: Path) -> str:
    """Return a path for people: as typed where it is relative, else its last part, for reports are shown to others."""
    return path.name if path.is_absolute() else path.as_posix()


def shown_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as a plan holds them: plain data, and no absolute path."""
    test = options.get("test")
    said = {} if test is None or not names_file(test) else {"test": shown(Path(test))}
    return {**options, **said}


def folder_sha256(folder: Path) -> str:
    """Return a folder's hash: of every file's relative name, size and content, hidden ones left out.

    Raises:
        DataError: a file cannot be read.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise DataError(f"{folder} holds no files; give a folder with a subfolder a class.")
    return _joined([part for path in files for part in (path.relative_to(folder).as_posix(), store.sha256(path))])


def _joined(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf8", "surrogateescape")).hexdigest()
