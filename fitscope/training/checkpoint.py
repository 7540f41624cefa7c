"""A training's last finished epoch on disk, so that it can go on from there however its process ended."""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import OutputError, is_damage, not_read, not_written
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.training.run import Run, Weights

STATE, EPOCHS, PART = ".state", ".epochs", ".part"
_MAGIC = b"fitscope-checkpoint/1\n"
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
        best: which epoch that is, 0 before there is one.
        updates, seconds, path, randoms: as in `Run`.
    """

    records: Sequence[Mapping[str, float]]
    losses: Arrays
    state: Arrays
    weights: Arrays
    best: int
    updates: int
    seconds: float
    path: str
    randoms: Mapping[str, Any]


class Checkpoint:
    """Keep one training's last finished epoch: one checkpoint however many epochs there are.

    Two files, each named by the plan's key and a name of this process' own: `.epochs` grows by a record an epoch, and `.state`
    holds the variables in two places that are written in turn, so that one of them is whole at any moment. Writing over the
    same pages takes a fifth of the time that a new file takes.

    A process that was thought dead but is not writes on in its own files, and harms nobody; where another one has taken over,
    it finds its files gone and ends.

    Args:
        folder: where the files lie.
        plan: of the training.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder, self._plan, self._key = folder, plan, plan.key()
        self._own = self._named()
        self._files: _Files | None = None

    def _named(self) -> Path:
        return self._folder / f"{self._key}-{uuid.uuid4().hex[:8]}"

    def read(self, shapes: Shapes | None = None) -> Run | None:
        """Return the training as far as it came, by whatever process; None where nothing whole is there.

        Args:
            shapes: of the variables of the model and its optimizer, as `shapes_of` gives them; what was kept of others, by another
                Keras or of a network that was changed, is passed over. None takes any.

        Raises:
            DataError: something is there and cannot be read now.
        """
        found = [run for path in self._others(STATE) if (run := _read(path, self._plan, shapes)) is not None]
        return max(found, key=lambda run: len(run.history), default=None)

    def keep(self, epoch: Epoch) -> None:
        """Write a finished epoch; whenever the process ends, this one or the one before can be gone on from.

        Raises:
            OutputError: the disk is full, the folder cannot be written, or another process goes on with the training.
        """
        try:
            if self._files is not None and not self._files.there():
                self.close()
                if self._others(STATE):
                    raise OutputError(f"Another fitscope goes on with what was begun in {self._folder}; wait for its end.")
            if self._files is not None and not self._files.fit(epoch):
                self.close()
                self._own = self._named()
            if self._files is None:
                self._files = _Files(self._own, self._plan, epoch)
                self._remove_others()
            else:
                self._files.write(epoch)
        except OSError as error:
            raise not_written(self._folder, error, "make room, then go on with --resume") from None

    def close(self) -> None:
        """Let go of the files."""
        if self._files is not None:
            self._files.close()
        self._files = None

    def _others(self, ending: str) -> list[Path]:
        return [path for path in self._folder.glob(f"{self._key}-*{ending}") if path != self._own.with_suffix(ending)]

    def _remove_others(self) -> None:
        _remove(path for ending in (STATE, EPOCHS, PART) for path in self._others(ending))


def remove(folder: Path, plan: Plan) -> None:
    """Remove what is kept of a plan's training, which is finished."""
    _remove(path for ending in (STATE, EPOCHS, PART) for path in folder.glob(f"{plan.key()}-*{ending}"))


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        with contextlib.suppress(OSError):  # some systems keep a file that another process has open
            path.unlink()


def reached(folder: Path) -> list[int]:
    """Return after which epoch each training that is kept in a folder goes on, in order."""
    found: dict[str, int] = {}
    for path in folder.glob(f"*{STATE}"):
        key = path.stem.partition("-")[0]
        found[key] = max(found.get(key, 0), _epoch(path))
    return sorted(filter(None, found.values()))


def _epoch(path: Path) -> int:
    try:
        with open(path, "rb") as file:
            facts, first = _head(file)
            return max(int(said["epochs"]) for said, _ in _whole_texts(file, facts, first))
    except Exception:  # damaged bytes fail in a dozen ways
        return 0


class _Files:
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
        head = _MAGIC + _packed(json.dumps(facts))
        self.first, self.size = _places(len(head), _bytes(epoch.state), _bytes(epoch.weights))
        self.log = open(own.with_suffix(EPOCHS), "wb")  # noqa: SIM115
        self.kept = self.turn = 0
        self.bests = [(0, 0), (0, 0)]  # of each place: the best epoch whose weights it holds, and their sum
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
        facts = {"epochs": len(epoch.records), "best": epoch.best, "updates": epoch.updates, "seconds": epoch.seconds,
                 "randoms": dict(epoch.randoms), "sums": [_sum(epoch.state), self.bests[self.turn][1]]}  # fmt: skip
        text = _packed(json.dumps(facts))
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


def _packed(text: str) -> bytes:
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


def _read(path: Path, plan: Plan, shapes: Shapes | None) -> Run | None:
    """Return what the newest whole place of a file holds; None where none is whole or it is another plan's."""
    try:
        with open(path, "rb") as file:
            facts, first = _head(file)
            if Plan.from_json(facts["plan"]) != plan or shapes not in (None, facts["state"]):
                return None
            for said, place in sorted(_whole_texts(file, facts, first), key=lambda found: -found[0]["epochs"]):
                arrays = _whole_arrays(file, facts, said, place)
                records = _records(path.with_suffix(EPOCHS), said["epochs"])
                if arrays is not None and len(records) == said["epochs"]:
                    return _run(plan, facts, said, arrays, records)
    except Exception as error:  # damaged bytes fail in a dozen ways
        if not is_damage(error):  # what could not be read just now must not be begun anew and removed
            raise not_read(path, error, "mend that, then go on with --resume") from None
        return None
    return None


def _run(plan: Plan, facts: Any, said: Any, arrays: tuple[Weights, Weights], records: Sequence[_Record]) -> Run:
    history = TrainingHistory.of({name: [record[name] for record, _ in records] for name in records[0][0]})
    losses = np.stack([row for _, row in records])
    return Run(plan, history, losses, arrays[1], int(said["updates"]), False, float(said["seconds"]), facts["path"], arrays[0],
               randoms=said["randoms"])  # fmt: skip


def _head(file: IO[bytes]) -> tuple[Any, int]:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("not a checkpoint")
    length, _ = _HEAD.unpack(head := file.read(_HEAD.size))
    _refuse_short(file, length)
    return _unpacked(head + file.read(length)), len(_MAGIC) + _HEAD.size + length


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
