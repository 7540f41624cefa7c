"""Small data files in Keras' own format, made on the spot."""

import hashlib
import json

import numpy as np
import pytest


def ragged(rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


@pytest.fixture
def reviews():
    """Sixty training and forty test reviews of known words, as imdb.npz holds them."""
    rng = np.random.default_rng(0)

    def part(count):
        rows = [rng.integers(1, 60, rng.integers(1, 30)).tolist() for _ in range(count)]
        return ragged(rows), rng.integers(0, 2, count)

    (x_train, y_train), (x_test, y_test) = part(60), part(40)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


@pytest.fixture
def folder(tmp_path, reviews):
    """A data folder with a small imdb.npz and its word index."""
    np.savez(tmp_path / "imdb.npz", **reviews)
    (tmp_path / "imdb_word_index.json").write_text(json.dumps({f"w{rank}": rank for rank in range(1, 60)}))
    return tmp_path


@pytest.fixture
def sha256():
    return lambda path: hashlib.sha256(path.read_bytes()).hexdigest()
