"""FILE.py:FUNCTION: a person's own function that returns arrays, a `Dataset` or `tf.data` datasets."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fitscope.datasets import own, streams
from fitscope.datasets.arrays import checked, of_arrays, of_parts, reading, refuse_words
from fitscope.datasets.dataset import Dataset, Labels, Located, count, latest, shape_of, stratified, take
from fitscope.datasets.labels import seen
from fitscope.datasets.streams import Streams, is_stream
from fitscope.errors import OwnCodeError
from fitscope.language import N_

TASKS = ("binary", "multiclass", "multilabel", "regression")
STREAMED = N_("Training batches come from tf.data, in its own order and size: where it shuffles, two equal trainings may differ.")
MAY_RETURN = (
    "(x, y), ((x, y), (x_test, y_test)), ((x, y), (x_val, y_val), (x_test, y_test)), a dict of x_train, y_train and so on, a "
    "fitscope.Dataset, or tf.data datasets for training, validation and test"
)


def load(located: Located, num_words: int | None) -> Dataset:
    """Call a person's own function and make a data set of what it returns.

    Raises:
        OwnCodeError: it raised, or returned what cannot be used.
    """
    refuse_words(located, num_words)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the function may be the first to load TensorFlow
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    name = str(located.path)
    returned = own.call(name, own.load(name))
    if isinstance(returned, Dataset):
        _refuse_masked((returned.x_train, returned.y_train, returned.x_test, returned.y_test), name)
        return _checked(returned, located)
    _refuse_masked(returned, name)
    if isinstance(returned, Mapping):
        return of_arrays(located, returned, sha256(returned))
    parts = returned if isinstance(returned, (tuple, list)) else ()
    if is_stream(returned) or (parts and all(map(is_stream, parts))):
        streamed: Dataset = own.call(name, _of_streams, located, parts or (returned,))
        return streamed
    found: dict[str, tuple[Any, Any]] | None = own.call(name, _parts, parts)
    if found is None:
        raise OwnCodeError(f"{name} returned {_said(returned)}; let it return {MAY_RETURN}.")
    return of_parts(located, found, sha256(found))


def _parts(returned: Any) -> dict[str, tuple[Any, Any]] | None:
    """Return rows and labels by part; None for what cannot be told apart."""
    if len(returned) == 2 and not _is_pair(returned[1]):
        return {"train": (_inputs(returned[0]), np.asarray(returned[1]))} if hasattr(returned[1], "__len__") else None
    if len(returned) not in (2, 3) or not all(map(_is_pair, returned)):
        return None
    names = ("train", "test") if len(returned) == 2 else ("train", "val", "test")
    return {name: (_inputs(x), np.asarray(y)) for name, (x, y) in zip(names, returned)}


def _refuse_masked(content: Any, name: str) -> None:
    """Refuse masked numbers, which would count as what lies under the mask."""
    for part in _parts_of(content):
        if np.ma.is_masked(part):
            masked = int(np.ma.getmaskarray(part).sum())
            raise OwnCodeError(f"{name} returned {masked:,} masked numbers; fill them, or leave their rows out.")


def _is_pair(thing: Any) -> bool:
    return isinstance(thing, (tuple, list)) and len(thing) == 2 and hasattr(thing[1], "__len__") and not isinstance(thing[1], str)


def _inputs(x: Any) -> Any:
    """Return rows; a list of arrays means several inputs, any other list is one array."""
    if isinstance(x, list):
        return tuple(x) if x and all(hasattr(part, "shape") for part in x) else np.asarray(x)
    return x


def _said(returned: Any) -> str:
    if isinstance(returned, (tuple, list)):
        return f"a {type(returned).__name__} of {len(returned)} ({', '.join(type(part).__name__ for part in returned[:4])})"
    return f"a {type(returned).__name__}"


def _of_streams(located: Located, parts: Any) -> Dataset:
    """Return the data set of training, validation and perhaps test batches.

    Its hash covers the function's file, the labels' counts and shapes: batches may be shuffled or changed anew each time.
    """
    if len(parts) not in (2, 3):
        raise OwnCodeError(f"{located.name} returned {len(parts)} tf.data datasets; let it return two or three: train, val, test.")
    names = ("train", "val", "test")[: len(parts)]
    train, *others = (streams.batched(part, f"{located.name}: {name}") for name, part in zip(names, parts))
    y_train, batch_size = streams.labels(train, names[0])
    (held, y_val), *rest = (streams.collected(part, name) for name, part in zip(names[1:], others))
    test, y_test = rest[0] if rest else (held[:0] if hasattr(held, "shape") else held, y_val[:0])
    goal = seen(y_train, located.options.get("task"), "the training labels")
    labels = [goal.labels(y, name) if len(y) else y for y, name in zip((y_train, y_val, y_test), ("train", "val", "test"))]
    if goal.goal.task in ("binary", "multiclass") and goal.goal.classes != tuple(map(str, range(len(goal.goal.classes)))):
        raise OwnCodeError(f"{located.name} gives the classes {', '.join(goal.goal.classes[:8])}; number them from 0 on.")
    shape = streams.shape_of_stream(train)
    rows = Streams(train, others[0], held, len(y_train), len(y_val))
    facts = [located.sha256, str(shape), *(str(np.unique(y, return_counts=True)) for y in labels)]
    return Dataset(
        located.name, goal.goal.task, goal.goal.classes, rows, np.concatenate(labels[:2]), test, labels[2], located.source,
        hashlib.sha256("\n".join(facts).encode()).hexdigest(), latest, own_validation=len(y_val), batch_size=batch_size,
        notes=(goal.goal.note, STREAMED), reading=reading(shape, 1.0),
    )  # fmt: skip


def _checked(data: Dataset, located: Located) -> Dataset:
    """Return a data set that a person made, named and hashed, or refuse one that contradicts itself."""
    if data.task not in TASKS:
        raise OwnCodeError(f"{located.name} returned a Dataset with the task {data.task!r}; take one of {', '.join(TASKS)}.")
    if data.task == "binary" and len(data.classes) != 2:
        raise OwnCodeError(f"{located.name} returned a binary Dataset of {len(data.classes)} classes; name two.")
    labels = {part: _labels(data, f"y_{part}", located.name) for part in ("train", "test")}
    rows = {"train": data.x_train, "test": data.x_test}
    if data.fit is None:  # else rows may be whatever becomes numbers
        train = checked(data.x_train, f"x_train of {located.name}")
        nothing = isinstance(data.x_test, list) and not data.x_test  # which has no shape
        test = take(train, slice(0)) if nothing else checked(data.x_test, f"x_test of {located.name}")
        rows = {"train": train, "test": test}
        if shape_of(rows["test"]) != shape_of(rows["train"]):
            raise OwnCodeError(f"{located.name} returned a Dataset whose x_train and x_test have rows of other shapes.")
    for part, y in labels.items():
        if count(rows[part]) != len(y):
            raise OwnCodeError(
                f"{located.name} returned a Dataset with x_{part} and y_{part} of other lengths; give one label each."
            )
    groups = {part: of for part, of in (("train", data.groups), ("test", data.test_groups)) if of is not None}
    for part, of in groups.items():
        if len(of) != len(labels[part]):
            raise OwnCodeError(
                f"{located.name} returned a Dataset with groups and y_{part} of other lengths; give one group a sample."
            )
    # Results on one hash are compared sample by sample: what decides which are held out belongs to it.
    held = {} if data.split is stratified else {"held out": data.split(labels["train"], len(labels["train"]) // 5)}
    content = (data.x_train, labels["train"], data.x_test, labels["test"], groups | held)
    return dataclasses.replace(data, name=located.name, source=located.source, sha256=sha256(content), x_train=rows["train"],
                               y_train=labels["train"], x_test=rows["test"], y_test=labels["test"])  # fmt: skip


def _labels(data: Dataset, part: str, name: str) -> Labels:
    """Return labels as `Dataset` says that they are, or refuse others."""
    y, outputs = np.asarray(getattr(data, part)), len(data.classes)
    counted = data.task in ("binary", "multiclass")
    known = y.dtype.kind in "biuf" and np.isfinite(y).all()
    if data.task != "regression":
        known = known and np.isin(y, range(outputs) if counted else (0, 1)).all()
    if y.size and not (known and y.shape[1:] == (() if counted else (outputs,))):
        what = {"regression": "finite numbers", "multilabel": "0 and 1"}.get(data.task, f"whole numbers from 0 to {outputs - 1}")
        shape = "[samples]" if counted else f"[samples, {outputs}]"
        raise OwnCodeError(
            f"{name} returned a Dataset whose {part} does not fit its task and classes; give {what} of the shape {shape}."
        )
    return y.astype(np.int64 if counted else np.float32)


def sha256(content: Any) -> str:
    """Return the hash of all arrays in what a function returned."""
    digest = hashlib.sha256()
    for part in _bytes(content):
        digest.update(part)
    return digest.hexdigest()


def _is_of_parts(content: Any) -> bool:
    return isinstance(content, (tuple, list)) and any(hasattr(part, "shape") or isinstance(part, (tuple, dict)) for part in content)


def _parts_of(content: Any) -> Iterator[Any]:
    """Yield the arrays in what a function returned."""
    if isinstance(content, Mapping) or _is_of_parts(content):
        for part in content.values() if isinstance(content, Mapping) else content:
            yield from _parts_of(part)
    else:
        yield content


def _bytes(content: Any) -> Iterator[bytes]:
    if isinstance(content, Mapping):
        for name, part in content.items():
            yield str(name).encode()
            yield from _bytes(part)
    elif _is_of_parts(content):
        for part in content:
            yield from _bytes(part)
    elif hasattr(content, "tocsr"):
        rows = content.tocsr()
        yield from _bytes((rows.indptr, rows.indices, rows.data))
    else:
        found = np.asarray(content)
        yield f"{found.shape}{found.dtype}".encode()
        yield "\n".join(map(str, found.ravel())).encode() if found.dtype.hasobject else np.ascontiguousarray(found).tobytes()
