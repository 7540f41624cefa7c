"""TensorBoard's event files, as Keras and PyTorch write them.

A file is a row of records: length (8 bytes), its checksum (4), an Event message, its checksum (4). Of the messages only
the few fields that hold scalars are looked at, so that neither TensorFlow nor TensorBoard has to be loaded.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import Struct

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, Points, at_steps, keras_name, refuse_many

_FIRST = b"brain.Event:2"  # the version that the first record of every file holds
_TRAINING, _VALIDATION = ("train", "training"), ("validation", "val", "valid", "eval")
_PART = re.compile(rf"(?:(.+)[_.-])?({'|'.join(_TRAINING + _VALIDATION)})")
_STEP, _SUMMARY = 2, 5  # field numbers of Event
_VALUE, _TAG, _SIMPLE, _TENSOR, _METADATA = 1, 1, 2, 8, 9  # of Summary and Summary.Value
_LARGEST = 2**23  # bytes of a record with numbers; pictures are larger
_NUMBERS = {1: Struct("<f"), 2: Struct("<d"), 3: Struct("<i"), 9: Struct("<q")}  # by the tensor's type
_LENGTH, _SINGLE = Struct("<Q"), _NUMBERS[1]
_FIXED = {1: 8, 5: 4}  # bytes of the kinds of fields whose length is not written


def is_events(log: Log) -> bool:
    """Tell an event file by its first record."""
    return _FIRST in log.head[:100]


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the scalars of one event file; None where the log is none."""
    return [_found({"": _points([log])}, names)] if is_events(log) else None


def read_folder(folder: Path, files: list[Log], names: Names) -> list[Found]:
    """Read a folder of event files: one training for each folder that holds them, `train` and `validation` joined.

    Args:
        folder: where the search began; the runs are named from there.
        files: the event files in it.
        names: what the person calls the losses.

    Returns:
        One training a run, those without any loss left out.

    Raises:
        DataError: no run has a loss.
    """
    logs = sorted(files, key=lambda log: log.path)
    places = {home: _run_and_role(home) if home != folder else (home, "") for home in {log.path.parent for log in logs}}
    roles = Counter(run for run, _ in places.values())
    runs: dict[Path, dict[str, list[Log]]] = {}
    for log in logs:
        home = log.path.parent
        run, role = places[home]
        # PyTorch's add_scalars makes a folder for each of its curves, called TAG_CURVE; alone it is a run of that name.
        if run.parent == home.parent and roles[run] == 1:
            run, role = home, ""
        runs.setdefault(run, {}).setdefault(role, []).append(log)
    found, missing = [], DataError("its event files hold no scalars; log a loss an epoch.")
    for home, parts in runs.items():
        name = home.relative_to(folder).as_posix() if home != folder else ""
        try:
            one = _found({role: _points(logs) for role, logs in parts.items()}, names)
        except DataError as error:
            missing = error
            continue
        found.append(dataclasses.replace(one, run=None if name in ("", ".") else name))
    if not found:
        raise missing
    return found


def _run_and_role(home: Path) -> tuple[Path, str]:
    """Return the run that a folder belongs to, and its part in it: `run/train`, or `run/Loss_train` of PyTorch."""
    match = _PART.fullmatch(home.name.lower())
    if match is None:
        return home, ""
    return home.parent / home.name[: len(match[1])] if match[1] else home.parent, match[2]


def _found(parts: dict[str, Points], names: Names) -> Found:
    """Return the training of a run: the tags of its parts, each on its own steps."""
    curves: Points = {}
    for role, points in parts.items():
        lead = "val_" if role in _VALIDATION else ""
        for tag, values in points.items():
            # Keras also writes what its batches and evaluations say, on steps of their own.
            if tag.startswith(("batch_", "evaluation_")):
                continue
            plain = tag.removeprefix("epoch_")
            curves[lead + keras_name(plain) if role else tag] = values
    if not curves:
        raise DataError("its event files hold no scalars; log a loss an epoch.")
    return at_steps(curves, names)


def _points(logs: list[Log]) -> Points:
    points: Points = {}
    for log in logs:
        new: Points = {}
        held = sum(map(len, points.values()))
        for record in _records(log.chunks()):
            step, values = _event(record)
            for tag, value in values:
                new.setdefault(tag, {})[step] = value
            held += len(values)
            refuse_many(1, held)
        for tag, values_by_step in new.items():
            # A later file that begins where the training did is of another training, in the same folder: the last counts.
            before = points.get(tag, {})
            again = bool(before) and min(values_by_step) <= min(before)
            points[tag] = values_by_step if again else before | values_by_step
    return points


def _records(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the records that are whole, the largest passed over; the last may still be on its way."""
    content, passed = b"", 0
    for piece in pieces:
        content, passed = content + piece[passed:], max(0, passed - len(piece))
        place = 0
        while place + 12 <= len(content):
            (length,) = _LENGTH.unpack_from(content, place)
            end = place + 16 + length
            if end > len(content) and length <= _LARGEST:
                break
            if length <= _LARGEST:
                yield content[place + 12 : end - 4]
            passed, place = max(0, end - len(content)), min(end, len(content))
        content = content[place:]


def _event(record: bytes) -> tuple[int, list[tuple[str, float]]]:
    step, values = 0, []
    for number, value in _fields(record):
        if number == _STEP and isinstance(value, int):
            step = value if value < 2**63 else value - 2**64
        elif number == _SUMMARY and isinstance(value, bytes):
            values += [scalar for n, v in _fields(value) if n == _VALUE and isinstance(v, bytes) and (scalar := _scalar(v))]
    return step, values


def _scalar(message: bytes) -> tuple[str, float] | None:
    """Return a summary value's tag and number; None for graphs, histograms and pictures."""
    tag, number = "", None
    for field, value in _fields(message):
        if field == _TAG and isinstance(value, bytes):
            tag = value.decode("utf-8", "replace")
        elif field == _SIMPLE and isinstance(value, bytes) and len(value) == 4:
            number = _SINGLE.unpack(value)[0]
        elif field == _TENSOR and isinstance(value, bytes):
            number = _tensor(value)
    return None if number is None else (tag, float(number))


def _tensor(message: bytes) -> float | None:
    """Return the number that a tensor of one number holds: in its content, or in the list of its type."""
    dtype, content, listed = 0, b"", b""
    for field, value in _fields(message):
        if field == 1 and isinstance(value, int):
            dtype = value
        elif field == 4 and isinstance(value, bytes):
            content = value
        elif field in (5, 6) and isinstance(value, bytes):
            listed = value
        elif field in (7, 10) and isinstance(value, int):
            listed = value.to_bytes(8, "little")[: 4 if field == 7 else 8]
    kind = _NUMBERS.get(dtype)
    numbers = content or listed
    return float(kind.unpack(numbers)[0]) if kind is not None and len(numbers) == kind.size else None


def _fields(message: bytes) -> list[tuple[int, int | bytes]]:
    """Return a message's fields, whole numbers as int and all else as bytes, up to where the message is damaged.

    Nearly all keys and lengths have one byte, and files have millions: those are read here, the others by `_varint`.
    """
    fields: list[tuple[int, int | bytes]] = []
    place, end = 0, len(message)
    try:
        while place < end:
            key, place = (message[place], place + 1) if message[place] < 128 else _varint(message, place)
            kind = key & 7
            if kind in (0, 2):
                number, place = (message[place], place + 1) if message[place] < 128 else _varint(message, place)
            if kind == 0:
                fields.append((key >> 3, number))
                continue
            after = place + (number if kind == 2 else _FIXED[kind])
            if after > end:
                break
            fields.append((key >> 3, message[place:after]))
            place = after
    except (IndexError, KeyError):
        pass
    return fields


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = message[place]
        value |= (byte & 127) << shift
        place += 1
        if byte < 128:
            return value % 2**64, place
    raise IndexError(place)  # no number has more than ten bytes
