"""What reads data: arrays, lists, word indexes, the cache, tables, pictures, collections and models; each target is one way in."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from random import Random

import mutators
import numpy as np
from PIL import Image
from target import Mutator, Target

from fitscope.datasets import arrays, members, newswires, npz, pictures, reviews, store, tables, tokens, words
from fitscope.datasets.dataset import Located
from fitscope.datasets.members import Member
from fitscope.prediction import read_preparation
from fitscope.training import screening

WORDS: Sequence[Mutator] = (mutators.json_tree, mutators.numbers, mutators.texts)
ROWS = np.random.default_rng(0).normal(0, 1, (24, 2))


def _file(data: bytes, scratch: Path, name: str) -> Path:
    path = scratch / name
    path.write_bytes(data)
    return path


def packed_arrays(data: bytes, scratch: Path) -> None:
    """Read an .npz or .npy of a person's own."""
    for name, array in arrays.read(_file(data, scratch, "a.npz")).items():
        assert not array.dtype.hasobject, name


def labelled(data: bytes, scratch: Path) -> None:
    """Make a data set of labels of any type and shape."""
    found = arrays.read(_file(data, scratch, "a.npy"))["x"]
    rows = ROWS[np.arange(found.shape[0] if found.ndim else 1) % len(ROWS)][:1000]
    made = arrays.of_arrays(Located("a", None, "", ""), {"x_train": rows, "y_train": found[:1000] if found.ndim else found}, "")
    assert np.isfinite(made.y_train).all()


def lists(data: bytes, scratch: Path) -> None:
    """Read lists of numbers from what stands behind a header of numpy's."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "|O", "fortran_order": False, "shape": (3,)})
    with zipfile.ZipFile(scratch / "a.npz", "w") as made:
        made.writestr("x.npy", out.getvalue() + data)
    npz.read_sequences(scratch / "a.npz", "x")


def index(data: bytes, scratch: Path) -> None:
    found = words.read_word_index(_file(data, scratch, "w.json"))
    json.dumps(found, ensure_ascii=False).encode()


def cache(data: bytes, scratch: Path) -> None:
    """Open rows from a cache whose arrays, and their checksums, are any."""
    folder, parts = scratch / "c", data.split(b"\0\0\0\0\0\0\0\0", 3)
    folder.mkdir(exist_ok=True)
    sums = {}
    for name, part in zip(("offsets", "columns", "labels"), [*parts, b"", b"", b""]):
        array = np.frombuffer(part[: len(part) // 4 * 4], np.int32)
        np.save(folder / f"{name}.npy", array)
        sums[name] = zlib.crc32(array.data)
    (folder / "sums.json").write_text(json.dumps(sums))
    found = store._open_cache(folder, lambda arrays: words._fit_rows(10, 2, arrays))
    if found is not None:
        from fitscope.datasets.encoding import csr

        csr(found["offsets"], found["columns"], 10).toarray()


def strange_cache(data: bytes, scratch: Path) -> None:
    """Open a cache whose list of checksums, or whose only array, is any."""
    folder, (listed, _, array) = scratch / "c", data.partition(b"\0\0")
    folder.mkdir(exist_ok=True)
    _file(listed, folder, "sums.json")
    _file(array, folder, "a.npy")
    store._open_cache(folder, lambda arrays: bool(arrays["a"].size))


def dialect(data: bytes, scratch: Path) -> None:
    """See how a table is written, without reading it."""
    path = _file(data, scratch, "t.csv")
    head = tables._head(path)
    for encoding in tables._encodings(head, path):
        with contextlib.suppress(csv.Error):  # of which reading a table makes a sentence
            found = tables.sniff(head.decode(encoding, errors="ignore"))
            assert len(found.separator) == 1
            tables._notes(found, encoding)


def table(data: bytes, scratch: Path) -> None:
    """Read a table with pandas, which takes milliseconds each."""
    frame, _ = tables.read_table(_file(data, scratch, "t.csv"), targets=["y"])
    assert len(set(frame.columns)) == len(frame.columns)


def split(data: bytes, scratch: Path) -> None:
    found = tokens.tokenise(data.decode("utf8", "replace").split("\0"))
    found.marked(found.most_frequent(5), 9, 3, 2)


def picture(data: bytes, scratch: Path) -> None:
    path = _file(data, scratch, "p.png")
    pictures._header(path)
    found = pictures.picture(path, (4, 4, 3))
    assert found is None or (found.shape == (4, 4, 3) and found.min() >= 0 and found.max() <= 1)


def archive(data: bytes, scratch: Path) -> None:
    for member in members.members(_file(data, scratch, "a.tar")):
        newswires.holds(member)
        reviews.holds(member)
        member.content()


def sgml(data: bytes, scratch: Path) -> None:
    newswires.collect([Member("reut2-000.sgm", io.BytesIO(b"<!DOCTYPE lewis>" + data), scratch)])


def preparation(data: bytes, scratch: Path) -> None:
    _file(data, scratch, "preparation.json")
    read_preparation(scratch)


def model(data: bytes, scratch: Path) -> None:
    screening.check(_file(data, scratch, "model.keras"))


def _saved(**named: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **named)
    return out.getvalue()


def _alone(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def label_seeds() -> list[bytes]:
    kinds = [np.arange(24) % 3, np.arange(24) * 0.5, np.array(list("ab") * 12), np.eye(3)[np.arange(24) % 3], ROWS, ROWS > 0]
    return [_alone(np.asarray(array)) for array in kinds]


def list_seeds() -> list[bytes]:
    import pickle

    rows = np.empty(3, object)
    rows[:] = [[1, 2, 70_000], [300], []]
    return [pickle.dumps(rows, protocol) for protocol in range(6)]


def picture_seeds() -> list[bytes]:
    found = []
    for kind, mode in (("PNG", "RGB"), ("PNG", "P"), ("PNG", "LA"), ("GIF", "P"), ("BMP", "RGB"), ("JPEG", "L")):
        out = io.BytesIO()
        Image.fromarray((np.arange(108).reshape(6, 6, 3) * 2).astype(np.uint8)).convert(mode).save(out, format=kind)
        found.append(out.getvalue())
    return found


def archive_seeds() -> list[bytes]:
    found = []
    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=mode) as made:  # type: ignore[call-overload]
            for name in ("a/train/pos/0_9.txt", "x" * 150 + ".txt", "reut2-000.sgm"):
                info = tarfile.TarInfo(name)
                info.size = 20
                made.addfile(info, io.BytesIO(b"<!DOCTYPE lewis>abcd"))
        found.append(out.getvalue())
    return found


def model_seeds() -> list[bytes]:
    import keras  # noqa: F401  # the first that names a class of another module would load it, which is long and runs code

    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2, "activation": "relu"}, "registered_name": None}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("config.json", json.dumps({"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}))
        made.writestr("model.weights.h5", b"\x89HDF")
    return [out.getvalue()]


def preparation_seeds() -> list[bytes]:
    reading = {"kind": "arrays", "shape": [3], "divide": 1.0}
    return [json.dumps({"schema": "fitscope-preparation/1", "task": "binary", "classes": ["a", "b"], "input": reading}).encode()]


def array_header(data: bytes, rng: Random) -> bytes:
    """Change what a header of numpy's promises."""
    odd = (
        b"(24,)",
        b"(2**9,)",
        b"()",
        b"(0, 9)",
        b"(99999999999,)",
        b"(-1,)",
        b"'|O'",
        b"'<U0'",
        b"'<f8'",
        b"'>i2'",
        b"'<M8[s]'",
        b"True",
    )
    for old in rng.sample((b"(24,)", b"(24, 3)", b"(24, 2)", b"'<f8'", b"'<i8'", b"'<U1'", b"False"), 3):
        if old in data:
            return data.replace(old, rng.choice(odd).ljust(len(old)), 1)
    return data


def ints(data: bytes, rng: Random) -> bytes:
    """Change one of the numbers of four bytes."""
    if len(data) < 8:
        return data
    here = rng.randrange(len(data) // 4) * 4
    return data[:here] + struct.pack("<i", rng.choice((0, 1, -1, 2, 9, 10, 2**31 - 1, rng.randrange(20)))) + data[here + 4 :]


CACHE = b"\0\0\0\0\0\0\0\0".join(np.array(part, "<i4").tobytes() for part in ([0, 2, 3], [1, 5, 2], [1, 1]))
CSV: Sequence[Mutator] = (mutators.cells, mutators.cells, mutators.lines, mutators.numbers, mutators.texts, mutators.encodings)
TABLES = (b"a,b,y\n1,2.5,u\n2,3.5,v\n", "이름;b;y\n1,5;x;u\n2,5;y;v\n".encode(), b"a\ty\n1.234,5\tu\n", b"a|y|\n1|2|\n")
TARGETS = {
    "arrays": Target(
        packed_arrays,
        lambda: [_saved(x_train=ROWS, y_train=np.arange(24)), *label_seeds()],
        (mutators.zip_members(array_header), array_header),
        4096,
    ),
    "labels": Target(labelled, label_seeds, (array_header,), 2048),
    "pickled-lists": Target(
        lists, list_seeds, (), 2048, ("]r", "\x8d", "cos\nsystem\n", "}", "K", "M", "J", "(", "e", "a", "h", "q")
    ),
    "word-index": Target(index, lambda: [b'{"film": 1, "a": 2}', '{"영화": 3}'.encode()], WORDS, 2048),
    "cache": Target(cache, lambda: [CACHE], (ints,), 512),
    "strange-cache": Target(
        strange_cache, lambda: [b'{"a": 0}\0\0' + _alone(np.arange(3))], (mutators.numbers, array_header), 1024
    ),
    "table-dialect": Target(dialect, lambda: list(TABLES), CSV, 2048),
    "table": Target(table, lambda: list(TABLES), CSV, 1024),
    "texts": Target(split, lambda: [b"A film, a GOOD film!\0bad\0"], (mutators.texts,), 1024),
    "picture": Target(picture, picture_seeds, (), 2048),
    "collection": Target(archive, archive_seeds, (mutators.texts,), 20_480),
    "newswires": Target(
        sgml, lambda: [b"<REUTERS><TOPICS><D>earn</D></TOPICS><BODY>a b c</BODY></REUTERS>"], (mutators.markup,), 2048
    ),
    "preparation": Target(preparation, preparation_seeds, WORDS, 2048),
    "model": Target(model, model_seeds, (mutators.zip_members(mutators.json_tree),), 8192),
}
