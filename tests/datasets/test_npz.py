"""Hostile and damaged .npz files: nothing runs, one sentence says what is wrong."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from fitscope.datasets.npz import read_labels, read_member, read_sequences
from fitscope.errors import DataError


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


def object_array(payload, shape=(1,)):
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "|O", "fortran_order": False, "shape": shape})
    return out.getvalue() + payload


class Runs:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_sequences_come_back_as_they_were_saved(folder, reviews):
    words, offsets = read_sequences(folder / "imdb.npz", "x_train")
    rows = [words[a:b].tolist() for a, b in zip(offsets, offsets[1:])]
    assert rows == reviews["x_train"].tolist()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_pickled_call_is_never_run(tmp_path, protocol):
    made = tmp_path / "made"
    path = archive(tmp_path / "evil.npz", x=object_array(pickle.dumps(Runs(made), protocol)))
    with pytest.raises(DataError, match="mkdir"):
        read_member(path, "x")
    assert not made.exists()


@pytest.mark.parametrize("rows", [[["text"]], [[1.5]], [[-3]], [[[1]]], [None], [{"a": 1}], [[2**40]], [[True]]])
def test_anything_but_lists_of_whole_numbers_is_refused(tmp_path, rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    np.savez(tmp_path / "odd.npz", x=array)
    with pytest.raises(DataError, match="fetch it anew"):
        read_sequences(tmp_path / "odd.npz", "x")


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_truncated_file_is_refused(folder, kept):
    whole = (folder / "imdb.npz").read_bytes()
    cut = folder / "cut.npz"
    cut.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    with pytest.raises(DataError, match=r"cut\.npz is damaged"):
        read_sequences(cut, "x_train")


def test_flipped_byte_is_noticed(folder):
    content = bytearray((folder / "imdb.npz").read_bytes())
    content[len(content) // 3] ^= 0xFF
    (folder / "flipped.npz").write_bytes(content)
    with pytest.raises(DataError):
        for name in ("x_train", "y_train", "x_test", "y_test"):
            read_member(folder / "flipped.npz", name)


def test_member_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("fitscope.numpyfile.RATIO_FROM", 1000)
    np.savez_compressed(tmp_path / "bomb.npz", x=np.zeros(100_000))
    with pytest.raises(DataError, match="as only bombs do"):
        read_member(tmp_path / "bomb.npz", "x")


def test_header_that_promises_too_much_is_refused(tmp_path):
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "<f8", "fortran_order": False, "shape": (2**40,)})
    with pytest.raises(DataError, match="damaged"):
        read_member(archive(tmp_path / "big.npz", x=out.getvalue()), "x")


def test_missing_member_is_named(folder):
    with pytest.raises(DataError, match="z_train"):
        read_member(folder / "imdb.npz", "z_train")


def test_text_file_is_no_npz(tmp_path):
    (tmp_path / "a.npz").write_text("hello")
    with pytest.raises(DataError, match="damaged or not what its name says"):
        read_member(tmp_path / "a.npz", "x")


@pytest.mark.parametrize("labels", [np.array([0, 1]), np.array([0.0, 1.0, 1.0]), np.array([0, 1, 2]), np.array([0, -1, 1])])
def test_labels_that_do_not_fit_are_refused(tmp_path, labels):
    np.savez(tmp_path / "l.npz", y=labels)
    with pytest.raises(DataError, match="labels"):
        read_labels(tmp_path / "l.npz", "y", samples=3, classes=2)
