"""How single samples of every kind of data are shown."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fitscope.datasets import Dataset, load, locate
from fitscope.datasets.dataset import first
from fitscope.datasets.showing import CHARACTERS, SIDE, show
from fitscope.plan import Plan


@pytest.fixture
def shown():
    """Show one sample of data of whatever kind."""

    def give(data, number=0, validation=10):
        return show(data, Plan(data.name, data.sha256, data.num_words, "textbook", validation=validation), [number])[0]

    return give


def arrays(rows, **given):
    labels = np.arange(len(rows) if hasattr(rows, "__len__") and not isinstance(rows, (tuple, dict)) else 40) % 2
    return Dataset("toy", "binary", ("a", "b"), rows, labels, rows, labels, "memory", "f00d", first, **given)


def pixels(shown):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(shown.picture.partition(",")[2]))).convert("RGB"))


def test_review_is_its_text_with_a_mark_for_unknown_words(folder, shown, reviews):
    data = load(locate("imdb", folder), 30)
    order = np.arange(60)
    np.random.RandomState(113).shuffle(order)
    wanted = [f"w{rank}" if rank + 3 < 30 else "?" for rank in reviews["x_train"][order[7]]]
    assert shown(data, 7).text == " ".join(wanted)


def test_review_is_shown_as_data_show_prints_it(folder, shown, cli_invoke):
    data = load(locate("imdb", folder), 10_000)
    printed = cli_invoke("data", "show", "imdb", 7, "--data-dir", folder, "--json").output
    assert f'"text": "{shown(data, 7).text}"' in printed


def test_reviews_without_a_word_index_are_shown_by_their_first_numbers(folder, shown, monkeypatch, tmp_path):
    monkeypatch.delenv("FITSCOPE_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (folder / "imdb_word_index.json").unlink()
    found = shown(load(locate("imdb", folder), 30))
    assert not found.text
    assert found.values[0][0] == "20 of 30"


def test_digit_is_a_picture_of_its_pixels(shown):
    data = load(locate("digits"), None)
    found = pixels(shown(data, 5))
    assert found.shape == (8, 8, 3)
    assert found[:, :, 0].ravel() == pytest.approx(data.x_train[5] * 255, abs=1)


def test_patient_is_shown_by_column_and_value(shown):
    data = load(locate("diabetes"), None)
    found = dict(shown(data, 3).values)
    assert (float(found["age"]), float(found["bmi"])) == (data.columns["age"][3], pytest.approx(data.columns["bmi"][3]))


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    columns = {f"c{i}": rng.normal(size=60) for i in range(30)} | {"kind": ["x" * 500] * 30 + [None] * 30}
    frame = pd.DataFrame({"kind": columns.pop("kind"), **columns, "target": np.arange(60) % 2})
    frame.to_csv(tmp_path / "wide.csv", index=False)
    return load(locate(tmp_path / "wide.csv", options={"target": "target"}), None)


def test_wide_table_is_cut_and_missing_cells_are_empty(table, shown):
    values = [shown(table, number).values for number in range(table.train_samples)]
    assert all(len(row) == 21 and row[-1] == ("…", "11 columns more") for row in values)
    assert {dict(row)["kind"] for row in values} == {"", "x" * 119 + "…"}


@pytest.fixture
def texts(tmp_path):
    for name in ("good", "bad"):
        (tmp_path / "texts" / name).mkdir(parents=True)
        for number in range(20):
            own = f"Number{name}{number}"
            (tmp_path / "texts" / name / f"{number:02}.txt").write_text(f"A {name} film: {own}! " + "plain words " * 200)
    return load(locate(tmp_path / "texts"), 10)


def test_text_is_read_anew_with_a_mark_for_unknown_words_and_cut(texts, shown):
    found = shown(texts, int(np.flatnonzero(texts.y_train == 1)[0]), validation=8).text
    assert found.startswith("a good film ? plain words")
    assert len(found) == CHARACTERS
    assert found.endswith("…")


def test_text_whose_file_has_gone_is_shown_by_its_words(texts, shown, tmp_path):
    for path in (tmp_path / "texts").rglob("*.txt"):
        path.unlink()
    assert dict(shown(texts, 0, validation=8).values)["words"].startswith("plain words")


def test_coloured_picture_is_made_small(tmp_path, shown):
    for name in "ab":
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(10):
            noise = np.random.default_rng(number).integers(0, 256, (80, 90, 3), np.uint8)
            Image.fromarray(noise).save(tmp_path / "pictures" / name / f"{number}.png")
    found = shown(load(locate(tmp_path / "pictures"), None), validation=4)
    assert max(pixels(found).shape) == SIDE
    assert len(found.picture) < 8_000


@pytest.mark.parametrize("scale", [1, 255, -3.5])
def test_pictures_of_any_scale_are_shown(shown, scale):
    rows = np.random.default_rng(0).random((40, 6, 6, 1)).astype(np.float32) * scale
    found = pixels(shown(arrays(rows)))[:, :, 0] / 255
    assert np.corrcoef(found.ravel(), rows[0].ravel())[0, 1] > 0.99


def test_flat_numbers_are_shown_by_the_first(shown):
    assert shown(arrays(np.arange(1200, dtype=np.float32).reshape(40, 30)), 1).values == (
        ("20 of 30", ", ".join(str(n) for n in range(30, 50)) + ", …"),)  # fmt: skip


@pytest.mark.parametrize("several", [tuple, lambda parts: dict(zip(("left", "right"), parts))])
def test_several_inputs_are_shown_each(shown, several):
    rows = several([np.ones((40, 3), np.float32), np.zeros((40, 2), np.float32)])
    assert [value for _, value in shown(arrays(rows)).values] == ["1, 1, 1", "0, 0"]


class Stubborn:
    shape = (40, 3)

    def __getitem__(self, indices):
        raise RuntimeError("not today")


def failing(numbers):
    raise RuntimeError("gone")


@pytest.mark.parametrize("given", [{}, {"texts": failing}, {"columns": {"a": []}}, {"image_shape": (5, 5, 7)}])
def test_data_that_cannot_be_shown_is_empty_and_ends_nothing(shown, given):
    found = shown(arrays(Stubborn(), **given))
    assert (found.text, found.picture, found.values) == ("", "", ())
