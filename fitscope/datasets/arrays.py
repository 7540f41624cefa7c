"""A person's own arrays: from an .npz, or from a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Dataset, Located, Rows, count, latest, shape_of, stratified, take
from fitscope.datasets.labels import seen
from fitscope.datasets.parts import FEWEST, pace, roles
from fitscope.datasets.places import names_file
from fitscope.errors import DataError, UsageError
from fitscope.language import N_
from fitscope.numpyfile import NumpyFileError, ObjectsError, read_arrays

NAMES = ("x_train", "y_train", "x_val", "y_val", "x_test", "y_test")
LARGEST = float(np.finfo(np.float32).max)
FAR = 30.0  # numbers beyond it are far from 1
Parts = Mapping[str, tuple[Any, Any]]  # rows and labels of `train`, and of `val` and `test` where there are some


def load(located: Located, num_words: int | None) -> Dataset:
    """Load the arrays of an .npz, as they are; pictures of bytes come down to 0 to 1.

    Raises:
        DataError: the file is damaged, lacks x_train or y_train, or holds what would have to be unpickled.
    """
    refuse_words(located, num_words)
    assert located.path is not None
    found = read(located.path)
    test = located.options.get("test")
    if test is not None and names_file(test):
        other = read(Path(test))
        names = ("x_test", "y_test") if "x_test" in other else ("x_train", "y_train")
        found |= {name: other[like] for name, like in zip(("x_test", "y_test"), names) if like in other}
    return of_arrays(located, found, located.sha256)


def refuse_words(located: Located, num_words: int | None) -> None:
    """Refuse a vocabulary for data without words."""
    if num_words is not None:
        raise UsageError(f"--num-words {num_words} does not fit {located.name}, which holds no words; leave it out.")


def read(path: Path) -> dict[str, Any]:
    """Read all arrays of an .npz, or the one of an .npy, without unpickling anything.

    Raises:
        DataError: the file is damaged, or an array holds objects.
    """
    try:
        return read_arrays(path)
    except ObjectsError:
        raise DataError(
            f"{path} holds an array of objects, which would have to be unpickled and might run anything; save numbers, "
            "padded to one length."
        ) from None
    except NumpyFileError as error:
        raise DataError(f"{path} is damaged or no file of numpy's ({error}); save it anew.") from None


def of_arrays(located: Located, found: Mapping[str, Any], sha256: str) -> Dataset:
    """Return the data set of arrays by their names.

    Args:
        located: where they came from.
        found: x_train and y_train, and x_val, y_val, x_test and y_test where there are some.
        sha256: the data's hash.

    Raises:
        DataError: an array is missing, or arrays do not fit each other.
    """
    if unknown := [name for name in found if name not in NAMES]:
        raise DataError(f"{located.name} holds {', '.join(unknown[:5])}, which is not known; the names are {', '.join(NAMES)}.")
    parts = {}
    for part in ("train", "val", "test"):
        x, y = found.get(f"x_{part}"), found.get(f"y_{part}")
        if (x is None) != (y is None) or (part == "train" and x is None):
            lacking = f"{'x' if x is None else 'y'}_{part}"
            raise DataError(f"{located.name} has no {lacking}; it needs x_train and y_train, and x and y of every other part.")
        if x is not None:
            parts[part] = (x, y)
    return of_parts(located, parts, sha256)


def of_parts(located: Located, parts: Parts, sha256: str) -> Dataset:
    """Return the data set of rows and labels.

    Args:
        located: where they came from.
        parts: `train`, and `val` and `test` where there are some.
        sha256: the data's hash.
    """
    divide = _bytes_of_pictures([x for x, _ in parts.values()])
    rows = {part: checked(x, f"x_{part}", divide) for part, (x, _) in parts.items()}
    shapes = {part: shape_of(x) for part, x in rows.items()}
    for part, (_, y) in parts.items():
        if not np.ndim(y):
            raise DataError(f"{located.name}: y_{part} is a single value; give one label a sample, of the shape [samples].")
        if shapes[part] != shapes["train"]:
            raise DataError(f"{located.name}: rows of x_{part} have the shape {shapes[part]}, those of x_train {shapes['train']}.")
        if len(y) != count(rows[part]):
            raise DataError(
                f"{located.name}: x_{part} has {count(rows[part]):,} samples and y_{part} {len(y):,}; give one label each."
            )
    if not count(rows["train"]):
        raise DataError(f"{located.name}: x_train holds no samples; give at least {FEWEST}.")
    goal = seen(parts["train"][1], located.options.get("task"), "y_train")
    labels = {part: goal.labels(y, f"y_{part}") for part, (_, y) in parts.items()}
    joined = {part: (rows[part], labels[part]) for part in ("train", "val", "test") if part in parts}
    all_labels = np.concatenate([y for _, y in joined.values()])
    counts = tuple(len(joined[part][1]) if part in joined else 0 for part in ("train", "val", "test"))
    train, test, own_validation = roles(located.name, counts, all_labels, located.options.get("test"))
    all_rows = joined_rows([x for x, _ in joined.values()])
    max_epochs, batch_size = pace(len(train))
    notes = (goal.goal.note, *_said_of_scale(rows["train"], divide))
    return Dataset(
        located.name, goal.goal.task, goal.goal.classes, take(all_rows, train), all_labels[train], take(all_rows, test),
        all_labels[test], located.source, sha256, stratified if own_validation is None else latest,
        own_validation=own_validation, image_shape=_image_shape(shapes["train"]), notes=notes, max_epochs=max_epochs,
        batch_size=batch_size, reading=reading(shapes["train"], divide),
    )  # fmt: skip


def reading(shape: Any, divide: float) -> Callable[[], Mapping[str, Any]]:
    """Return what says how new arrays are read."""
    return lambda: {"kind": "arrays", "shape": shape, "divide": divide}


def joined_rows(parts: list[Rows]) -> Rows:
    """Return rows one after the other, whatever holds them."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, Mapping):
        return {name: joined_rows([part[name] for part in parts]) for name in first}
    if isinstance(first, tuple):
        return tuple(joined_rows(list(same)) for same in zip(*parts))
    if hasattr(first, "tocsr"):
        from scipy.sparse import vstack

        return vstack(parts, format="csr")
    return np.concatenate(parts)


def checked(x: Any, name: str, divide: float = 1.0) -> Rows:
    """Return rows as float32, of several inputs a tuple or dict; CSR stays CSR.

    Raises:
        DataError: they are no numbers, or not finite.
    """
    if isinstance(x, Mapping):
        return {str(key): checked(part, f"{name}[{key!r}]", divide) for key, part in x.items()}
    if isinstance(x, tuple):
        return tuple(checked(part, f"{name}[{i}]", divide) for i, part in enumerate(x))
    if hasattr(x, "tocsr"):
        rows = x.tocsr()
        _check_numbers(rows.data, name)
        return rows.astype(np.float32)
    found = np.asarray(x)
    _check_numbers(found, name)
    if found.ndim < 2:
        raise DataError(f"{name} has the shape {found.shape}; give it the shape [samples, features], also for one feature.")
    if 0 in found.shape[1:]:
        raise DataError(f"{name} has the shape {found.shape}, so its rows hold nothing; give at least one number a sample.")
    found = np.ascontiguousarray(found, np.float32)
    return found / np.float32(divide) if divide != 1 else found


def _check_numbers(found: NDArray[Any], name: str) -> None:
    """Refuse what is no number, and numbers that float32 cannot hold."""
    if found.dtype.kind not in "biuf":
        raise DataError(f"{name} holds {found.dtype}, and a network reads numbers; encode it, or give a table.")
    if (highest := _highest(found)) > LARGEST:
        raise DataError(f"{name} holds numbers up to {highest:.3g}, and those of a network end at {LARGEST:.1e}; divide them.")
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        wrong = int((~np.isfinite(found)).sum())
        what = f"{wrong:,} numbers that are" if wrong != 1 else "a number that is"
        raise DataError(f"{name} holds {what} not finite; fill them, or give a table.")


def _highest(rows: NDArray[Any]) -> float:
    """Return the largest finite number without its sign, of types that may hold what float32 cannot; 0 of others."""
    if rows.dtype.kind != "f" or rows.dtype.itemsize <= 4 or not rows.size:
        return 0.0
    return float(np.max(np.abs(rows), where=np.isfinite(rows), initial=0.0))


def _bytes_of_pictures(parts: list[Any]) -> float:
    """Return 255 where all rows are pictures of whole numbers from 0 to 255, else 1."""
    arrays = [np.asarray(part) for part in parts if hasattr(part, "shape") and not hasattr(part, "tocsr")]
    whole = len(arrays) == len(parts) and all(part.ndim in (3, 4) and part.dtype.kind in "iu" and part.size for part in arrays)
    if not whole or not 1 < max(int(part.max()) for part in arrays) <= 255 or min(int(part.min()) for part in arrays) < 0:
        return 1.0
    return 255.0


def _image_shape(shape: Any) -> tuple[int, int, int] | None:
    if not isinstance(shape, list) or len(shape) not in (2, 3) or not all(isinstance(size, int) for size in shape):
        return None
    return (shape[0], shape[1], shape[2] if len(shape) == 3 else 1)


def _said_of_scale(rows: Rows, divide: float) -> list[str]:
    if divide != 1:
        return [N_("Pictures of bytes were divided by 255, to lie from 0 to 1.")]
    if not isinstance(rows, np.ndarray) or not rows.size or np.abs(rows).max() <= FAR:
        return []
    note = N_(
        "x_train's numbers reach from {lowest:g} to {highest:g} and are taken as they are; networks learn better from "
        "numbers near 1."
    )
    return [note.format(lowest=rows.min(), highest=rows.max())]


def rows_of(path: Path, content: Mapping[str, Any]) -> Rows:
    """Read new rows for a network that reads arrays: an .npy, or an .npz with x (or x_test), or with an array an input.

    Raises:
        DataError: the rows have another shape than the network reads.
    """
    found, shape = read(path), content["shape"]
    if isinstance(shape, Mapping):
        rows: Any = {name: _named(found, name, path) for name in shape}
    elif shape and isinstance(shape[0], list):
        rows = tuple(_named(found, f"x_{i}", path) for i in range(len(shape)))
    else:
        rows = next((found[name] for name in ("x", "x_test") if name in found), None)
        rows = next(iter(found.values())) if rows is None and len(found) == 1 else _or_refuse(rows, path)
    rows = checked(rows, path.name, content.get("divide", 1.0))
    if shape_of(rows) != shape:
        raise DataError(f"{path.name} holds rows of the shape {shape_of(rows)}, and this run's network reads {shape}.")
    return rows


def _named(found: Mapping[str, Any], name: str, path: Path) -> Any:
    if name not in found:
        raise DataError(f"{path.name} holds no array {name}, one of the network's inputs; it holds {', '.join(found)}.")
    return found[name]


def _or_refuse(rows: Any, path: Path) -> Any:
    if rows is None:
        raise DataError(f"{path.name} holds no array x; save the new rows as numpy.savez(file, x=rows).")
    return rows
