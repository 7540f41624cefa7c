"""Data that lies or cannot be learnt: one sentence, little memory, nothing run."""

import io
import json
import struct
import tarfile
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from fitscope import datasets, numpyfile
from fitscope.datasets import arrays, members, npz, pictures, store, texts, words
from fitscope.datasets.dataset import Located
from fitscope.datasets.labels import seen
from fitscope.datasets.targets import class_names
from fitscope.errors import DataError, FitscopeError

N = 40
X = np.random.default_rng(0).normal(0, 1, (N, 3))
Y = np.arange(N) % 3


def load(**given):
    return arrays.of_arrays(Located("a.npz", None, "", ""), {"x_train": X, "y_train": Y} | given, "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"x_train": X[:0], "y_train": Y[:0]}, "holds no samples"),
        ({"x_train": X[:, :0]}, "rows hold nothing"),
        ({"y_train": np.array(1)}, "single value"),
        ({"x_test": X[:5], "y_test": np.array(1)}, "single value"),
        ({"y_train": np.zeros((N, 0))}, "one label a sample"),
        ({"x_test": X[:5], "y_test": np.zeros((5, 2, 2))}, "one label a sample"),
        ({"x_test": X[:5], "y_test": np.zeros(5, complex)}, "holds complex"),
        ({"y_train": X[:, 0], "x_test": X[:5], "y_test": np.full(5, np.inf)}, "not finite"),
        ({"y_train": np.eye(3)[Y], "x_test": X[:5], "y_test": np.zeros((5, 3))}, "not one-hot"),
        ({"y_train": np.eye(2)[Y * 0]}, "single class"),
        ({"y_train": X[:, 0] * 1e39}, "divide them"),
        ({"y_train": X[:, :2] * 1e30}, "divide them"),
        ({"y_train": X[:, 0] * 1e-50}, "differs by less than"),
        ({"y_train": 1e9 + X[:, 0]}, "differs by less than"),
        ({"y_train": np.ones((N, 2)) / 3}, "always"),
        ({"x_train": X * 1e300}, "up to .*e.300"),
    ],
)
def test_arrays_that_no_network_can_learn_are_refused_in_a_sentence(given, says):
    with warnings.catch_warnings(), pytest.raises(DataError, match=says):
        warnings.simplefilter("error")
        load(**given)


@pytest.mark.parametrize("first", [2**53, 2**62])
def test_classes_of_large_whole_numbers_stay_apart(first):
    data = load(y_train=first + Y.astype(np.int64))
    assert data.classes == tuple(str(first + i) for i in range(3))
    assert np.bincount(data.y_train).min() > 0


def test_classes_that_differ_in_the_last_digits_stay_apart():
    pandas = pytest.importorskip("pandas")
    assert class_names(pandas.Series([1.0, 1.000000001, 100000.5, 0.0])).tolist() == ["1", "1.000000001", "100000.5", "0"]


def test_half_of_a_character_in_a_label_is_replaced():
    assert load(y_train=np.array(["a", "\ud800"] * (N // 2))).classes == ("?", "a")


def header(descr, shape, body=b""):
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": descr, "fortran_order": False, "shape": shape})
    return out.getvalue() + body


def packed(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"{name}.npy", content)
    return path


LIES = {
    "more than there is": header("<f8", (2**40,)),
    "less than there is": header("<f8", (1,), bytes(80)),
    "below 0": header("<f8", (4,), bytes(32)).replace(b"(4,)", b"(-4,)"),
    "nothing, often": header("<U0", (2**40,)),
    "no truth": header("<f8", (1,), bytes(8)).replace(b"(1,)", b"(True,)"),
    "nested": b"\x93NUMPY\x01\x00" + struct.pack("<H", 9000) + b"(" * 9000,
    "endless": b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{",
    "a call": b"\x93NUMPY\x01\x00" + struct.pack("<H", 50) + b"{'descr':__import__('os').mkdir('made')}".ljust(50),
    "nothing, below 0": header("<U0", (1,)).replace(
        b"(1,), } ", b"(-1,), }"
    ),  # mapped by numpy 2.4 it divides by 0, and the process ends
    "no version": b"\x93NUMPY\x09\x00",
}


@pytest.mark.parametrize("content", LIES.values(), ids=LIES)
def test_header_that_lies_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"a\.npz is damaged or no file of numpy's"):
        arrays.read(packed(tmp_path / "a.npz", x=content))
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        arrays.read(tmp_path / "a.npy")
    assert not (tmp_path / "made").exists()


def test_array_of_no_dimension_and_of_columns_first_come_back(tmp_path):
    made = {"one": np.array(3.5), "columns": np.asfortranarray(X), "none": X[:0], "text": np.array(["a"])}
    np.savez_compressed(tmp_path / "a.npz", **made)
    found = numpyfile.read_arrays(tmp_path / "a.npz")
    assert all(np.array_equal(found[name], made[name]) for name in made)


def test_archive_with_two_arrays_of_one_name_or_another_file_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.writestr("x.npy", header("<f8", (0,)))
        made.writestr("x.npy", header("<f8", (0,)))
    with pytest.raises(DataError, match="two arrays"):
        arrays.read(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as made:
        made.writestr("../evil.txt", "x")
    with pytest.raises(DataError, match="no array"):
        arrays.read(tmp_path / "b.npz")


PICKLES = {
    "a place in 34 GB": b"\x80\x02]r\xff\xff\xff\x7f.",
    "the same as a line": b"]p999999999\n.",
    "millions of lists": b"\x80\x02" + b"]" * (npz.MOST_STEPS + 1) + b".",
    "copies": b"]" + b"2" * 10 + b".",
    "a number of a million digits": b"I" + b"9" * 1_000_000 + b"\n.",
    "a text without end": b"\x8d" + b"\xff" * 7 + b"\x7f.",
    "another object": b"Pabc\n.",
    "an extension": b"\x82\x01.",
    "cut short": b"\x80\x02]",
    "no list": b"N.",
    "a call of nothing": b"N)R.",
}


@pytest.mark.parametrize("content", PICKLES.values(), ids=PICKLES)
def test_pickle_that_is_more_than_lists_of_numbers_is_refused_before_it_is_loaded(tmp_path, content):
    path = packed(tmp_path / "a.npz", x=header("|O", (1,), content))
    with pytest.raises(DataError, match="damaged or not what its name says"):
        npz.read_member(path, "x")


INDEXES = {
    "endless": b'{"a": 1e999}',
    "nested": b"[" * 100_000,
    "text": b'{"a": "x"}',
    "below 1": b'{"a": 0}',
    "truth": b'{"a": true}',
    "fraction": b'{"a": 1.5}',
    "huge": b'{"a": 99999999999999999999}',
    "digits": b'{"a": ' + b"9" * 5000 + b"}",
    "list": b"[]",
    "no text": b"\xff",
    "nothing": b"",
}


@pytest.mark.parametrize("content", INDEXES.values(), ids=INDEXES)
def test_word_index_of_anything_else_is_refused(tmp_path, content):
    (tmp_path / "w.json").write_bytes(content)
    with pytest.raises(DataError, match=r"w\.json is no word index"):
        words.read_word_index(tmp_path / "w.json")


ROWS = {"offsets": np.array([0, 2, 3], np.int32), "columns": np.array([0, 5, 2], np.int32), "labels": np.array([0, 1])}
REPLACED = {
    "column that leads out": {"columns": np.array([0, 5_000_000, 2], np.int32)},
    "column below 0": {"columns": np.array([0, -1, 2], np.int32)},
    "offsets that fall": {"offsets": np.array([0, 9, 3], np.int32)},
    "offsets that end elsewhere": {"offsets": np.array([0, 2, 7], np.int32)},
    "label of no class": {"labels": np.array([0, 2])},
    "fractions": {"columns": np.array([0.0, 1.0, 2.0])},
    "a table": {"columns": np.zeros((3, 1), np.int32)},
}


@pytest.mark.parametrize("changed", [*REPLACED.values(), None], ids=[*REPLACED, "nothing at all"])
def test_cache_that_was_replaced_is_made_anew(own_cache, changed):
    folder = own_cache / "encoded" / "strange"
    folder.mkdir(parents=True, exist_ok=True)
    there = {} if changed is None else ROWS | changed
    for name, array in there.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "sums.json").write_text(json.dumps({name: zlib.crc32(array.data) for name, array in there.items()}))
    found = store.cached("strange", lambda: ROWS, lambda arrays: words._fit_rows(6, 2, arrays))
    assert {name: array.tolist() for name, array in found.items()} == {name: array.tolist() for name, array in ROWS.items()}


@pytest.mark.parametrize("content", ['{"../../x": 1}', '{"x": null}', "[1]", '"x"', "[" * 100_000, "{}"])
def test_cache_with_a_strange_list_of_sums_is_made_anew(own_cache, content):
    folder = own_cache / "encoded" / "strange"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sums.json").write_text(content)
    assert store.cached("strange", lambda: ROWS, lambda arrays: bool(arrays["labels"].size)) is ROWS


@pytest.mark.parametrize("content", LIES.values(), ids=LIES)
def test_cache_whose_header_lies_is_made_anew(own_cache, content):
    folder = own_cache / "encoded" / "strange"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.npy").write_bytes(content)
    (folder / "sums.json").write_text('{"labels": 0}')
    assert store.cached("strange", lambda: ROWS, lambda arrays: True) is ROWS


def test_mapped_arrays_come_back(tmp_path):
    for name, made in {"columns": np.asfortranarray(X), "none": X[:0], "text": np.array(["a"]), "one": np.array(3.5)}.items():
        np.save(tmp_path / f"{name}.npy", made)
        found = numpyfile.map_array(tmp_path / f"{name}.npy")
        assert np.array_equal(found, made) and (found.dtype, found.shape) == (made.dtype, made.shape)
        assert not made.size or not found.flags.writeable


def png(width, height, rows):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


GIF = b"GIF89a" + struct.pack("<HH", 9, 9) + b"\x00\0\0,\0\0\0\0" + struct.pack("<HH", 60_000, 60_000) + b"\0\x08\x01\0\0;"
STRANGE = {
    "cut short": png(9, 9, bytes(90))[:45],
    "largest size": png(2**31 - 1, 2**31 - 1, bytes(10)),
    "bomb": png(12_000, 12_000, bytes(12_001)),
    "no size": png(0, 5, b""),
    "frame beyond the picture": GIF,
    "PostScript, which would be run": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n",
    "nothing": b"",
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_strange_picture_is_none(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pictures.picture(tmp_path / "a.png", (4, 4, 1)) is None


def test_picture_of_another_format_than_those_named_is_none(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "a.png", format="TIFF")
    assert pictures.picture(tmp_path / "a.png", (4, 4, 1)) is None


def in_classes(folder, write, ending="png", each=8):
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for i in range(each):
            write(folder / name / f"{i}.{ending}")
    return datasets.load(datasets.locate(str(folder)), None)


def test_folder_of_pictures_that_are_all_cut_short_is_refused(tmp_path):
    with pytest.raises(DataError, match="no picture"):
        in_classes(tmp_path / "p", lambda path: path.write_bytes(STRANGE["cut short"]))


def test_folder_of_texts_without_a_word_is_refused(tmp_path):
    with pytest.raises(DataError, match="without a word"):
        in_classes(tmp_path / "t", lambda path: path.write_text(" ... "), "txt")


def test_text_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "LARGEST_TEXT", 10)
    (tmp_path / "a.txt").write_text("x" * 11)
    with pytest.raises(DataError, match="more than 10 bytes"):
        texts.read_text(tmp_path / "a.txt")


def test_archive_with_a_header_of_any_size_is_refused_before_it_is_read(tmp_path):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2**21
    (tmp_path / "a.tar").write_bytes(info.tobuf() + bytes(2**21 + 1024))
    with pytest.raises(DataError, match="a header in it has 2,097,152 bytes"):
        list(members.members(tmp_path / "a.tar"))


@pytest.mark.parametrize("name", ["a\0b.csv", "a\0b.npz", "x/\0", "a" * 300 + ".csv", "a\0b.py:f"])
def test_name_that_no_file_can_have_is_refused_in_a_sentence(name):
    with pytest.raises(DataError, match="There is no file"):
        datasets.locate(name, options={"target": "y"} if name.endswith("csv") else {})


def rows(path, **columns):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"b": X[:, 0], "y": ["u", "v"] * (N // 2)} | columns)
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_csv(path, index=False)
    return path


def table(path, target="y", **options):
    return datasets.load(datasets.locate(str(path), options={"target": target, **options}), None)


def test_column_of_lists_is_left_out_and_told(tmp_path):
    data = table(rows(tmp_path / "t.parquet", a=[[i, 2] for i in range(N)]))
    assert "Left out: a (holds lists or the like)." in data.notes
    assert set(data.columns) == {"b"}


@pytest.mark.parametrize("options", [{"target": "a"}, {"group": "a"}, {"time": "a"}])
def test_column_of_lists_that_is_asked_for_is_refused(tmp_path, options):
    with pytest.raises(DataError, match="Column a of t.parquet holds lists"):
        table(rows(tmp_path / "t.parquet", a=[[i, 2] for i in range(N)]), **options)


def test_column_of_bytes_is_read_as_texts(tmp_path):
    data = table(rows(tmp_path / "t.parquet", y=[b"\xff", b"no"] * (N // 2)))
    assert data.classes == ("no", "\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize(("value", "count"), [(np.inf, 8), (-np.inf, 8), (1e300, 8)])
def test_infinite_numbers_count_as_missing_and_are_told(tmp_path, value, count):
    data = table(rows(tmp_path / "t.csv", a=np.where(np.arange(N) % 5 == 0, value, X[:, 1])), test=0.2)
    told = [note for note in data.notes if note.startswith("a: ")]
    assert told and all("infinite or beyond 1e+150" in note for note in told)
    assert sum(int(note.split()[1]) for note in told) == count


def test_table_with_a_target_beyond_what_a_network_holds_is_refused(tmp_path):
    with pytest.raises(DataError, match="divide them all by one number"):
        table(rows(tmp_path / "t.csv", y=X[:, 1] * 1e200))


@pytest.mark.parametrize("read", [lambda name: datasets.rows_of(name, {"kind": "arrays", "shape": [3]})])
def test_new_rows_that_lie_are_refused(tmp_path, read):
    with pytest.raises(FitscopeError):
        read(packed(tmp_path / "a.npz", x=header("<f8", (2**40,))))


@pytest.mark.parametrize("order", ["<", ">"])
def test_labels_of_characters_that_there_are_none_of_are_refused(order):
    codes = np.array([[97, 98], [97, 0x110000]], f"{order}u4")
    with pytest.raises(DataError, match="characters that there are none of"):
        seen(codes.view(f"{order}U2")[:, 0], None, "y")
    assert seen(np.array(["a", "b", "a", "b"]), None, "y").goal.classes == ("a", "b")
