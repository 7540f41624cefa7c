"""A training's last finished epoch as it stands on disk: two files, written so that one epoch is whole at any moment.

`.epochs` grows by a record an epoch: its metrics and every validation sample's loss. `.state` says what it holds, then has two
places that are written in turn: each a text of its own, the variables, and the best epoch's weights, with their sums.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import is_damage, not_read
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.training.run import Run, Weights

STATE, EPOCHS, PART = ".state", ".epochs", ".part"
MAGIC = b"fitscope-checkpoint/1\n"
_HEAD = struct.Struct("<II")  # of a text: its length and its CRC-32
_RECORD = struct.Struct("<III")  # of an epoch: the lengths of its text and of its losses, and the CRC-32 of both
_ROOM = 32_768  # bytes for the text of a place
Arrays = Sequence[NDArray[Any]]
_Record = tuple[dict[str, float], NDArray[np.float32]]
Shapes = Sequence[Sequence[Any]]  # of arrays: each one's type by name, and its shape


@dataclass(frozen=True)
class Epoch:
    """Hold all of a finished epoch that a training goes on from.

    Args:
        records: the metrics of every epoch so far.
        losses: every validation sample's loss after every epoch so far; empty where none is held out.
        state: every variable of the model and its optimizer.
        weights: of the best epoch, empty before there is one.
        best: which epoch that is, None before there is one.
        updates, seconds, path, randoms: as in `Run`.
    """

    records: Sequence[Mapping[str, float]]
    losses: Arrays
    state: Arrays
    weights: Arrays
    best: int | None
    updates: int
    seconds: float
    path: str
    randoms: Mapping[str, Any]


class Files:
    """The two files of a training under way.

    Args:
        own: their path without an ending.
        plan: of the training.
        epoch: the first, which is written; the others have arrays of the same shapes.
    """

    def __init__(self, own: Path, plan: Plan, epoch: Epoch) -> None:
        self.path = own.with_suffix(STATE)
        own.parent.mkdir(parents=True, exist_ok=True)
        facts = {"plan": plan.to_json(), "path": epoch.path, "state": shapes_of(epoch.state), "weights": shapes_of(epoch.weights)}
        self.shapes = facts["state"], facts["weights"]
        head = MAGIC + packed(json.dumps(facts))
        self.first, self.size = _places(len(head), _bytes(epoch.state), _bytes(epoch.weights))
        self.log = open(own.with_suffix(EPOCHS), "wb")  # noqa: SIM115
        self.kept = self.turn = 0
        # Of each place: the best epoch whose weights it holds, and their sum.
        self.bests: list[tuple[int | None, int]] = [(None, 0), (None, 0)]
        scratch = own.with_suffix(PART)
        self.state: IO[bytes] = open(scratch, "wb")  # noqa: SIM115
        with self.state:
            self.state.write(head)
            self.state.truncate(self.first + 2 * self.size)
            self.write(epoch)
        os.replace(scratch, self.path)
        self.state = open(self.path, "r+b")  # noqa: SIM115

    def fit(self, epoch: Epoch) -> bool:
        """Tell whether an epoch's arrays are those that there is room for; a network may make variables while it trains."""
        return self.shapes == (shapes_of(epoch.state), shapes_of(epoch.weights))

    def there(self) -> bool:
        return self.path.exists()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what a full disk did not take is lost anyway
            self.log.close()
        with contextlib.suppress(OSError):
            self.state.close()

    def write(self, epoch: Epoch) -> None:
        self._append(epoch)
        place = self.first + self.turn * self.size
        self._put(place, bytes(_HEAD.size))  # nothing holds here until all of it is written
        self._put(place + _ROOM, *map(_raw, epoch.state))
        if self.bests[self.turn][0] != epoch.best:
            self._put(place + _ROOM + _bytes(epoch.state), *map(_raw, epoch.weights))
            self.bests[self.turn] = epoch.best, _sum(epoch.weights)
        facts = {"epochs": len(epoch.records), "best": epoch.best or 0, "updates": epoch.updates, "seconds": epoch.seconds,
                 "randoms": dict(epoch.randoms), "sums": [_sum(epoch.state), self.bests[self.turn][1]]}  # fmt: skip
        text = packed(json.dumps(facts))
        assert len(text) <= _ROOM, "the text of a place would run into its arrays"
        self._put(place, text)
        self.turn = 1 - self.turn

    def _append(self, epoch: Epoch) -> None:
        """Write the records that are not written yet: all of them where a training goes on in files of its own."""
        for number in range(self.kept, len(epoch.records)):
            text, losses = json.dumps(epoch.records[number]).encode(), b""
            if len(epoch.losses):
                losses = np.ascontiguousarray(epoch.losses[number], np.float32).tobytes()
            self.log.write(_RECORD.pack(len(text), len(losses), zlib.crc32(losses, zlib.crc32(text))) + text + losses)
        self.log.flush()
        self.kept = len(epoch.records)

    def _put(self, place: int, *parts: Any) -> None:
        self.state.seek(place)
        for part in parts:
            self.state.write(part)
        self.state.flush()


def _places(head: int, state: int, weights: int) -> tuple[int, int]:
    """Return where the first place begins, at a page, and how many bytes each place takes."""
    return -(-head // 4096) * 4096, -(-(_ROOM + state + weights) // 4096) * 4096


def packed(text: str) -> bytes:
    content = text.encode()
    return _HEAD.pack(len(content), zlib.crc32(content)) + content


def _unpacked(content: bytes) -> Any:
    length, said = _HEAD.unpack_from(content)
    text = content[_HEAD.size : _HEAD.size + length]
    if not length or len(text) != length or zlib.crc32(text) != said:
        raise ValueError("not whole")
    return json.loads(text)


def shapes_of(arrays: Arrays) -> list[list[Any]]:
    """Return each array's type and shape, as they stand in a checkpoint."""
    return [[array.dtype.name, list(array.shape)] for array in arrays]


def _bytes(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays)


def _raw(array: NDArray[Any]) -> Any:
    """Return an array's bytes without copying them."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _sum(arrays: Arrays) -> int:
    said = 0
    for array in arrays:
        said = zlib.crc32(_raw(array), said)
    return said


def read(path: Path, plan: Plan, shapes: Shapes | None) -> Run | None:
    """Return what the newest whole place of a file holds; None where none is whole or it is another plan's."""
    try:
        with open(path, "rb") as file:
            facts, length = opening(file)
            if Plan.from_json(facts["plan"]) != plan or shapes not in (None, facts["state"]):
                return None
            for said, place in sorted(_whole_texts(file, facts, length), key=lambda found: -found[0]["epochs"]):
                arrays = _whole_arrays(file, facts, said, place)
                records = _records(path.with_suffix(EPOCHS), said["epochs"])
                if arrays is not None and len(records) == said["epochs"]:
                    return _run(plan, facts, said, arrays, records)
    except Exception as error:  # damaged bytes fail in a dozen ways
        if not is_damage(error):  # what could not be read just now must not be begun anew and removed
            raise not_read(path, error, "mend that, then go on with --resume") from None
        return None
    return None


def epoch_of(path: Path) -> int:
    """Return after which epoch a training goes on from a file; 0 where the file is damaged."""
    try:
        with open(path, "rb") as file:
            facts, length = opening(file)
            return max(int(said["epochs"]) for said, _ in _whole_texts(file, facts, length))
    except Exception:  # damaged bytes fail in a dozen ways
        return 0


def _run(plan: Plan, facts: Any, said: Any, arrays: tuple[Weights, Weights], records: Sequence[_Record]) -> Run:
    history = TrainingHistory.of({name: [record[name] for record, _ in records] for name in records[0][0]})
    losses = np.stack([row for _, row in records])
    return Run(plan, history, losses, arrays[1], int(said["updates"]), False, float(said["seconds"]), facts["path"], arrays[0],
               randoms=said["randoms"])  # fmt: skip


def opening(file: IO[bytes]) -> tuple[Any, int]:
    """Return what a file says of itself, and how many bytes that takes."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("not a checkpoint")
    length, _ = _HEAD.unpack(head := file.read(_HEAD.size))
    _refuse_short(file, length)
    return _unpacked(head + file.read(length)), len(MAGIC) + _HEAD.size + length


def _refuse_short(file: IO[bytes], length: int) -> None:
    """Compare what a file promises with what it holds, before memory is taken for it."""
    if length > os.fstat(file.fileno()).st_size:
        raise ValueError("it promises more than it holds")


def _counts(facts: Any) -> list[int]:
    """Return how many bytes state and weights take."""
    return [sum(np.dtype(name).itemsize * math.prod(shape) for name, shape in facts[part]) for part in ("state", "weights")]


def _whole_texts(file: IO[bytes], facts: Any, head: int) -> list[tuple[Any, int]]:
    """Return what is said of each place that was written to its end, and where it begins."""
    first, size = _places(head, *_counts(facts))
    _refuse_short(file, first + 2 * size)
    found = []
    for place in (first, first + size):
        file.seek(place)
        with contextlib.suppress(ValueError, struct.error, RecursionError):
            found.append((_unpacked(file.read(_ROOM)), place))
    return [(said, place) for said, place in found if type(said["epochs"]) is int and said["epochs"] > 0]


def _whole_arrays(file: IO[bytes], facts: Any, said: Any, place: int) -> tuple[Weights, Weights] | None:
    """Return a place's state and weights; None where they are not what its text says."""
    file.seek(place + _ROOM)
    state, weights = (_arrays(file.read(count), facts[part]) for count, part in zip(_counts(facts), ("state", "weights")))
    if not said["best"]:
        weights = []
    return (state, weights) if said["sums"] == [_sum(state), _sum(weights)] else None


def _arrays(content: bytes, shapes: Sequence[tuple[str, list[int]]]) -> list[NDArray[Any]]:
    found, place = [], 0
    for name, shape in shapes:
        count = int(np.prod(shape))
        found.append(np.frombuffer(content, np.dtype(name), count, place).reshape(shape).copy())
        place += found[-1].nbytes
    return found


def _records(path: Path, most: int) -> list[_Record]:
    """Return the metrics and the samples' losses of the first epochs, so many at most, up to one that is not whole."""
    records: list[_Record] = []
    with open(path, "rb") as file:
        while len(records) < most and len(head := file.read(_RECORD.size)) == _RECORD.size:
            text, row, said = _RECORD.unpack(head)
            _refuse_short(file, text + row)
            part = file.read(text + row)
            if len(part) != text + row or zlib.crc32(part) != said:
                break
            records.append((json.loads(part[:text]), np.frombuffer(part[text:], np.float32)))
    return records
