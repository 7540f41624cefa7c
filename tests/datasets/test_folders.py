"""Folders of texts and pictures: layouts, what is left out, what is refused."""

import numpy as np
import pytest

from fitscope import datasets
from fitscope.datasets.pictures import picture
from fitscope.errors import DataError, UsageError
from fitscope.plan import Plan


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def put(root, part="", classes=("neg", "pos"), count=8, ending=".txt", content=b"some words"):
    for name in classes:
        folder = root / part / name
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(count):
            (folder / f"{i}{ending}").write_bytes(content)
    return root


def load(name="data", num_words=None, **options):
    return datasets.load(datasets.locate(name, options=options), num_words)


def test_parts_of_the_folder_are_the_datas_own(tmp_path):
    for part, count in (("train", 8), ("val", 3), ("test", 2)):
        put(tmp_path / "data", part, count=count)
    data = load()
    assert (data.train_samples, data.own_validation, data.test_samples) == (22, 6, 4)
    plan = Plan("data", "", None, "textbook", validation=6)
    assert data.held_out(plan).tolist() == list(range(16, 22))
    with pytest.raises(UsageError, match="brings 6 validation samples of its own"):
        datasets.describe(data).held_out(4)
    assert datasets.describe(data).held_out(None) == datasets.describe(data).held_out(6) == 6


def test_vocabulary_is_learnt_from_the_training_part(tmp_path):
    put(tmp_path / "data", "train", content=b"old old words")
    put(tmp_path / "data", "test", content=b"new words")
    data = load(num_words=9)
    assert data.encoder(Plan("data", "", 9, "textbook", validation=4)).words == ["old", "words"]
    assert data.testing(Plan("data", "", 9, "textbook", validation=4))[0].toarray().tolist() == [[0, 1]] * 16


def test_test_folder_and_test_share(tmp_path):
    put(tmp_path / "data")
    put(tmp_path / "more", count=3)
    assert load(test="more").test_samples == 6
    assert load(test="0.25").test_samples == 4
    put(tmp_path / "parted", "train")
    put(tmp_path / "parted", "test")
    with pytest.raises(UsageError, match="test samples of its own"):
        load("parted", test="0.25")


def test_latin_1_text_is_read(tmp_path):
    put(tmp_path / "data", content="Café".encode("latin-1"))
    assert list(load().x_train.words) == ["café"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda root: root.mkdir(), "holds no files"),
        (lambda root: put(root, ending=".doc"), "neither texts nor pictures"),
        (lambda root: put(root, classes=("one",)), "only one"),
        (lambda root: put(root, classes=("",)), "there is none"),
        (lambda root: put(root, count=1), "holds 2 samples"),
        (lambda root: put(root, ending=".png"), "no picture that can be read"),
    ],
)
def test_folder_that_cannot_be_used_is_one_sentence(tmp_path, make, says):
    make(tmp_path / "data")
    with pytest.raises(DataError, match=says):
        load()


def save(path, mode="RGB", size=(20, 30), value=128):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode in ("L", "I;16") else tuple([value] * len(mode))).save(path)


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3), ("RGBA", 3)])
def test_pictures_are_brought_to_their_median_size(tmp_path, mode, channels):
    for i in range(6):
        for name in ("a", "b"):
            save(tmp_path / "data" / name / f"{i}.png", mode, (10 + i, 200))
    data = load()
    assert data.x_train.shape[1:] == data.image_shape == (96, 12, channels)
    assert data.x_train.dtype == np.float32
    assert data.x_train == pytest.approx(128 / 255)
    assert (data.model, datasets.describe(data).model) == ("conv", "conv")


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp", ".gif"])
def test_picture_formats_are_read(tmp_path, ending):
    save(tmp_path / f"one{ending}")
    assert picture(tmp_path / f"one{ending}", (4, 5, 3)) == pytest.approx(np.full((4, 5, 3), 128 / 255), abs=0.02)


def test_deep_grey_is_scaled_and_cut_file_is_none(tmp_path):
    save(tmp_path / "deep.png", "I;16", value=32896)
    assert picture(tmp_path / "deep.png", (2, 2, 1)) == pytest.approx(128 / 255, abs=0.01)
    save(tmp_path / "cut.jpg")
    content = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    assert picture(tmp_path / "cut.jpg", (4, 4, 3)) is None


def test_words_are_refused_for_pictures(tmp_path):
    for i in range(6):
        for name in ("a", "b"):
            save(tmp_path / "data" / name / f"{i}.png")
    with pytest.raises(UsageError, match="holds pictures"):
        load(num_words=10)


def test_pipes_among_the_texts_are_left_alone(tmp_path):
    import os

    put(tmp_path / "data")
    os.mkfifo(tmp_path / "data" / "neg" / "pipe.txt")
    assert load().train_samples + load().test_samples == 16


def test_pipe_in_the_place_of_a_table_is_refused(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        datasets.locate("pipe.csv", options={"target": "y"})


def test_test_folder_with_other_classes_is_refused(tmp_path):
    put(tmp_path / "data", "train")
    put(tmp_path / "data", "test", classes=("bad", "good"))
    with pytest.raises(DataError, match="no texts of the classes neg, pos"):
        load()
