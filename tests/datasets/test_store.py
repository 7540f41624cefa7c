"""Finding, downloading (from a server of the test's own) and caching."""

import hashlib
import http.server
import threading
from functools import partial

import numpy as np
import pytest

from fitscope.datasets import load, locate, store
from fitscope.errors import DataError


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    monkeypatch.delenv("FITSCOPE_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    served = tmp_path / "served"
    served.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield served, f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def test_find_looks_in_the_named_folder_then_in_the_environments_our_own_and_keras_cache(
    nowhere, own_data_folder, tmp_path, monkeypatch
):
    for name in ("own", "set"):
        (tmp_path / name).mkdir()
    nowhere.mkdir(parents=True)
    own_data_folder.mkdir()
    monkeypatch.setenv("FITSCOPE_DATA_DIR", str(tmp_path / "set"))
    for place in (nowhere, own_data_folder, tmp_path / "set", tmp_path / "own"):
        (place / "imdb.npz").write_bytes(b"")
        path, source = store.find("imdb.npz", tmp_path / "own")
        assert path == place / "imdb.npz"
        assert str(tmp_path) not in source


def test_download_is_checked_kept_in_keras_cache_and_told_of(nowhere, server, monkeypatch):
    served, origin = server
    (served / "imdb.npz").write_bytes(b"content")
    monkeypatch.setitem(store.HASHES, "imdb.npz", hashlib.sha256(b"content").hexdigest())
    told = []
    path, source = store.find("imdb.npz", say=told.append, origin=origin)
    assert path == nowhere / "imdb.npz"
    assert path.read_bytes() == b"content"
    assert origin in source
    assert "downloading" in told[0]
    assert [p.name for p in nowhere.iterdir()] == ["imdb.npz"]


def test_download_of_other_content_is_refused_and_leaves_nothing(nowhere, server):
    served, origin = server
    (served / "imdb.npz").write_bytes(b"something else")
    with pytest.raises(DataError, match="not the file that Keras knows"):
        store.find("imdb.npz", origin=origin)
    assert list(nowhere.iterdir()) == []


def test_download_that_is_not_there_names_the_ways_to_go_on(nowhere, server):
    with pytest.raises(DataError) as error:
        store.find("imdb.npz", origin=server[1])
    for word in ("404", str(nowhere), "--data-dir", "FITSCOPE_DATA_DIR", "elsewhere", "fitscope analyze digits"):
        assert word in str(error.value)


def test_plain_http_to_another_machine_is_refused(nowhere):
    with pytest.raises(DataError, match="is not https"):
        store.find("imdb.npz", origin="http://example.org/")


def spoil_shorten(file):
    file.write_bytes(file.read_bytes()[:-5])


def spoil_flip(file):
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)


def spoil_swap(file):
    np.save(file, np.array([{"a": 1}], object), allow_pickle=True)


@pytest.mark.parametrize("spoil", [spoil_shorten, spoil_flip, spoil_swap, lambda file: file.unlink()])
@pytest.mark.parametrize("file", ["columns.npy", "sums.json"])
def test_damaged_cache_is_made_anew(folder, spoil, file, monkeypatch, tmp_path):
    monkeypatch.setenv("FITSCOPE_CACHE_DIR", str(tmp_path / "cache"))
    located = locate("imdb", folder)
    fresh = load(located, 50).x_train.toarray()
    for cached in (tmp_path / "cache").rglob(file):
        spoil(cached)
    assert np.array_equal(load(located, 50).x_train.toarray(), fresh)
    assert np.array_equal(load(located, 50).x_train.toarray(), fresh)


def test_cache_is_used_the_second_time(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("FITSCOPE_CACHE_DIR", str(tmp_path / "cache"))
    load(locate("imdb", folder), 50)
    monkeypatch.setattr("fitscope.datasets.words.multi_hot", lambda *_: pytest.fail("encoded again"))
    assert load(locate("imdb", folder), 50).train_samples == 60


def test_cache_that_cannot_be_written_is_done_without(folder, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FITSCOPE_CACHE_DIR", str(tmp_path / "file"))
    assert load(locate("imdb", folder), 50).train_samples == 60


def test_another_vocabulary_has_a_cache_of_its_own(folder):
    located = locate("imdb", folder)
    assert [load(located, words).features for words in (50, 20, 50)] == [50, 20, 50]
