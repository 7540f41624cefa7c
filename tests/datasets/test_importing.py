"""aclImdb and files in Keras' format become an imdb that Keras and fitscope read alike."""

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fitscope.datasets import load, locate, store
from fitscope.datasets.catalogue import sample
from fitscope.datasets.importing import import_file
from fitscope.errors import DataError, OutputError

REVIEWS = {
    "train/neg/0_2.txt": "A dull film, dull and ÉLITE.<br /><br />It's bad",
    "train/pos/10_9.txt": "Good!",
    "train/pos/2_8.txt": "the film",
    "train/pos/0_9.txt": "A GOOD (good) film",
    "test/neg/0_1.txt": "bad, unheard-of film",
    "test/pos/0_10.txt": "it's the É",
    "train/unsup/0_0.txt": "good unused",
    "train/labeledBow.feat": "0 1:2",
    "README": "text",
}
WORDS = ["good", "film", "a", "dull", "br", "the", "and", "Élite", "it's", "bad"]  # equally frequent ones as they appear
X_TRAIN = [[3, 1, 1, 2], [1], [6, 2], [3, 4, 2, 4, 7, 8, 5, 5, 9, 10]]
X_TEST = [[9, 6], [10, 2]]  # without the words that no training review has


@pytest.fixture
def acl(tmp_path):
    for name, text in REVIEWS.items():
        place = tmp_path / "aclImdb" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf8")
    return tmp_path / "aclImdb"


def tar(path, files, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            content = text if isinstance(text, bytes) else text.encode()
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def as_keras_loads(folder, name="imdb"):
    with np.load(folder / f"{name}.npz", allow_pickle=True) as file:
        return {key: file[key].tolist() for key in file.files}


@pytest.mark.parametrize("packed", ["folder", "w", "w:gz", "w:bz2", "w:xz"])
def test_aclimdb_becomes_what_keras_made_of_it(acl, tmp_path, packed):
    shuffled = {f"aclImdb/{name}": text for name, text in sorted(REVIEWS.items(), key=lambda pair: pair[1])}
    path = acl if packed == "folder" else tar(tmp_path / "named.anyhow", shuffled, packed)
    done = import_file(path, tmp_path / "out")
    assert as_keras_loads(tmp_path / "out") == {"x_train": X_TRAIN, "y_train": [1, 1, 1, 0], "x_test": X_TEST, "y_test": [1, 0]}
    index = json.loads((tmp_path / "out" / "imdb_word_index.json").read_text())
    assert index == {word: rank for rank, word in enumerate(WORDS, 1)}
    assert (done.dataset, done.train, done.test, done.words) == ("imdb", 4, 2, 10)
    assert done.classes == {"negative": 2, "positive": 4}
    assert any("this one 4 and 2" in sentence for sentence in done.differences)


def test_imported_reviews_load_as_rows_of_their_words(acl, tmp_path):
    import_file(acl, tmp_path / "out")
    data = load(locate("imdb", tmp_path / "out"), 12)
    order = np.arange(4)
    np.random.RandomState(113).shuffle(order)
    wanted = [sorted({1, *(rank + 3 if rank < 9 else 2 for rank in X_TRAIN[i])}) for i in order]
    assert [row.indices.tolist() for row in data.x_train] == wanted
    assert data.y_train.tolist() == [[1, 1, 1, 0][i] for i in order]
    assert {sample("imdb", i, 20, tmp_path / "out")["text"] for i in range(4)} == {
        "a good good film", "good", "the film", "a dull film dull and Élite br br it's bad"
    }  # fmt: skip


def test_import_without_a_folder_goes_where_the_next_analysis_looks(acl, monkeypatch, tmp_path, own_data_folder):
    monkeypatch.delenv("FITSCOPE_DATA_DIR", raising=False)
    done = import_file(acl)
    assert Path(done.path) == own_data_folder / "imdb.npz" == store.find("imdb.npz")[0]
    assert done.next == "fitscope analyze imdb"
    for file in own_data_folder.iterdir():
        file.unlink()
    monkeypatch.setenv("FITSCOPE_DATA_DIR", str(tmp_path / "set"))
    assert Path(import_file(acl).path) == tmp_path / "set" / "imdb.npz"


def test_import_twice_gives_equal_bytes_and_never_overwrites(acl, tmp_path):
    first, second = (import_file(acl, tmp_path / name) for name in ("one", "two"))
    assert first.sha256 == second.sha256
    with pytest.raises(OutputError, match=r"imdb\.npz exists already and is never overwritten"):
        import_file(acl, tmp_path / "one")
    Path(first.path).unlink()
    with pytest.raises(OutputError, match=r"imdb_word_index\.json exists already"):
        import_file(acl, tmp_path / "one")


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", ["write_array", "replace"])
def test_import_that_fails_or_is_stopped_leaves_nothing(acl, tmp_path, monkeypatch, stop, at):
    replace = os.replace

    def fail(*args, **_):
        if at == "write_array" or str(args[0]).endswith(".npz"):
            raise stop
        replace(*args)

    monkeypatch.setattr({"write_array": "numpy.lib.format.write_array", "replace": "os.replace"}[at], fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        import_file(acl, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_import_that_fails_leaves_a_folder_as_it_was(acl, tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    monkeypatch.setattr("numpy.lib.format.write_array", lambda *_: (tmp_path / "full" / "disk").write_text(""))
    with pytest.raises(OutputError, match="out cannot be written"):
        import_file(acl, tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("lost", "says"),
    [("test/neg", "test/neg hold no reviews"), ("train", "train/pos and train/neg hold no reviews")],
)
def test_half_of_aclimdb_is_refused(tmp_path, lost, says):
    kept = {f"aclImdb/{name}": text for name, text in REVIEWS.items() if not name.startswith((lost, "train/unsup"))}
    with pytest.raises(DataError, match=says):
        import_file(tar(tmp_path / "half.tar", kept, "w"), tmp_path / "out")


def test_review_that_is_no_utf8_or_there_twice_or_too_large_is_refused(acl, tmp_path, monkeypatch):
    (acl / "train" / "pos" / "5_9.txt").write_bytes(b"caf\xe9")
    with pytest.raises(DataError, match=r"'train/pos/5_9\.txt' is no UTF-8 text \(byte 3\)"):
        import_file(acl, tmp_path / "out")
    (acl / "train" / "pos" / "5_9.txt").unlink()
    (acl / "copy" / "train" / "pos").mkdir(parents=True)
    (acl / "copy" / "train" / "pos" / "0_9.txt").write_text("again")
    with pytest.raises(DataError, match="there twice"):
        import_file(acl, tmp_path / "out")
    monkeypatch.setattr("fitscope.datasets.members.LARGEST_FILE", 10)
    with pytest.raises(DataError, match="larger than 10 bytes"):
        import_file(acl, tmp_path / "out")


def test_hostile_names_and_links_in_an_archive_write_and_read_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    path = tar(tmp_path / "a.tar", {f"../../{name}": text for name, text in REVIEWS.items()}, "w")
    with tarfile.open(path, "a") as archive:
        for kind, target in ((tarfile.SYMTYPE, str(secret)), (tarfile.LNKTYPE, "/etc/passwd"), (tarfile.CHRTYPE, "")):
            info = tarfile.TarInfo("/train/pos/77_7.txt")
            info.type, info.linkname = kind, target
            archive.addfile(info)
    before = {*tmp_path.iterdir()}
    import_file(path, tmp_path / "out")
    assert {*tmp_path.iterdir()} - before == {tmp_path / "out"}
    assert as_keras_loads(tmp_path / "out")["x_train"] == X_TRAIN


def cut(part):
    return lambda path: path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
@pytest.mark.parametrize("spoil", [cut(0), cut(0.001), cut(0.3), cut(0.9)])
def test_truncated_archive_is_refused(tmp_path, mode, spoil):
    noise = np.random.default_rng(0)
    texts = {f"{part}/{label}/{n}_1.txt": " ".join(map(str, noise.random(60)))
             for part in ("train", "test") for label in ("pos", "neg") for n in range(12)}  # fmt: skip
    path = tar(tmp_path / "cut.tar", texts, mode)
    spoil(path)
    with pytest.raises(DataError, match="cannot be read as a folder or a tar archive|not complete|holds neither"):
        import_file(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_damaged_archive_is_refused(tmp_path):
    path = tar(tmp_path / "damaged.tgz", REVIEWS)
    flip(path)
    with pytest.raises(DataError, match=r"damaged\.tgz cannot be read"):
        import_file(path, tmp_path / "out")


def test_archive_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("fitscope.datasets.members.LARGEST_ARCHIVE", 100_000)
    path = tar(tmp_path / "bomb.tgz", {"zeros": b"\0" * 10**6} | REVIEWS)
    with pytest.raises(DataError, match="unpacks to more than 100,000 bytes"):
        import_file(path, tmp_path / "out")


@pytest.mark.parametrize("packed", [False, True])
def test_folder_or_archive_of_too_many_files_is_refused(acl, tmp_path, monkeypatch, packed):
    monkeypatch.setattr("fitscope.datasets.members.MOST_FILES", 5)
    with pytest.raises(DataError, match="holds more than 5 files"):
        import_file(tar(tmp_path / "a.tar", REVIEWS, "w") if packed else acl, tmp_path / "out")


def test_archive_that_ends_with_an_npz_is_still_an_archive(folder, tmp_path):
    path = tar(tmp_path / "a.tar", REVIEWS | {"z/imdb.npz": (folder / "imdb.npz").read_bytes()}, "w")
    assert import_file(path, tmp_path / "out").found == "the film reviews of aclImdb"


def make_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("aclImdb/train/pos/0_9.txt", "good")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "is no file or folder; give the tar archive"),
        (Path.mkdir, "holds neither the reviews of aclImdb"),
        (lambda path: tar(path, {"holiday.jpg": b"\xff\xd8"}), "holds neither the reviews of aclImdb"),
        (lambda path: path.write_text("hello"), "cannot be read as a folder or a tar archive"),
        (lambda path: path.write_bytes(b"PK\x03\x04"), "zip archive or .npz of something else"),
        (make_zip, "unpack a zip first"),
        (os.mkfifo, "is no file or folder"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(tmp_path, make, says):
    make(tmp_path / "thing")
    with pytest.raises(DataError, match=says) as error:
        import_file(tmp_path / "thing", tmp_path / "out")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_keras_own_file_is_copied_with_its_word_index(folder, tmp_path, monkeypatch, sha256):
    (folder / "imdb.npz").rename(folder / "renamed.data")
    monkeypatch.setitem(store.HASHES, "imdb.npz", sha256(folder / "renamed.data"))
    done = import_file(folder / "renamed.data", tmp_path / "out")
    assert (done.found, done.differences) == ("Keras' own imdb.npz", ())
    assert (done.train, done.test, done.words) == (60, 40, 59)
    for name, old in (("imdb.npz", "renamed.data"), ("imdb_word_index.json", "imdb_word_index.json")):
        assert (tmp_path / "out" / name).read_bytes() == (folder / old).read_bytes()


def test_npz_of_other_content_is_named_as_such_and_taken_without_a_word_index(folder, tmp_path):
    (folder / "imdb_word_index.json").unlink()
    done = import_file(folder / "imdb.npz", tmp_path / "out")
    assert (done.words, done.word_index) == (None, None)
    assert "this one 60 and 40" in done.differences[0]
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["imdb.npz"]


def test_npz_with_anything_but_numbers_is_refused(folder, tmp_path, reviews):
    reviews["x_train"][3] = [1, "text"]
    np.savez(folder / "odd.npz", **reviews)
    with pytest.raises(DataError, match="no list of word numbers"):
        import_file(folder / "odd.npz", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.needs_data
def test_real_reviews_come_back_as_the_same_words(tmp_path):
    """Sequences are the same up to ranks, and a word's rank goes with its frequency."""
    real = Path(os.environ["FITSCOPE_DATA_DIR"])
    index = json.loads((real / "imdb_word_index.json").read_text())
    names = {rank: word for word, rank in index.items()}
    raw, texts, wanted = as_keras_loads(real), {}, {}
    for part in ("train", "test"):
        for label, number in (("pos", 1), ("neg", 0)):
            chosen = [x for x, y in zip(raw[f"x_{part}"], raw[f"y_{part}"]) if y == number][:700]
            wanted[part, label] = [[names[rank] for rank in row] for row in chosen]
            texts |= {f"a/{part}/{label}/{i:05}_9.txt": " ".join(row) for i, row in enumerate(wanted[part, label])}
    import_file(tar(tmp_path / "acl.tgz", texts), tmp_path / "out")
    made = as_keras_loads(tmp_path / "out")
    names = {rank: word for word, rank in json.loads((tmp_path / "out" / "imdb_word_index.json").read_text()).items()}
    known = {*names.values()}
    for part in ("train", "test"):
        rows = [[names[rank] for rank in row] for row in made[f"x_{part}"]]
        assert rows == [[word for word in row if word in known] for row in wanted[part, "pos"] + wanted[part, "neg"]]
    counts = np.bincount(np.concatenate(made["x_train"]))[1:]
    assert (np.diff(counts) <= 0).all()
    assert {*np.concatenate(made["x_train"]).tolist()} == set(range(1, len(names) + 1))
