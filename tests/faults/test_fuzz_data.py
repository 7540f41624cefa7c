"""Data of any kind: whatever is in a file, it is read, or refused in one sentence."""

import contextlib
import csv
import io
import json
import zipfile

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fitscope.datasets import arrays, npz, words
from fitscope.datasets.dataset import Located
from fitscope.datasets.tables import _apart, sniff
from fitscope.errors import DataError, FitscopeError

FEW = settings(max_examples=40)
ROWS = np.random.default_rng(0).normal(0, 1, (24, 2))
KINDS = st.one_of(
    hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.floating_dtypes(), hnp.boolean_dtypes(), hnp.complex_number_dtypes(),
    hnp.unicode_string_dtypes(max_len=3), hnp.byte_string_dtypes(max_len=3), hnp.datetime64_dtypes(),
)  # fmt: skip


@FEW
@given(hnp.arrays(KINDS, st.sampled_from([(24,), (24, 1), (24, 3), (24, 0), (), (0,), (24, 2, 2)]), fill=st.nothing()))
def test_labels_of_any_type_and_shape_are_learnt_or_refused(y):
    rows = ROWS if y.shape[:1] != (0,) else ROWS[:0]
    try:
        with np.errstate(all="ignore"):
            data = arrays.of_arrays(Located("a", None, "", ""), {"x_train": rows, "y_train": y}, "")
    except FitscopeError as error:
        assert "\n" not in str(error)
    else:
        assert np.isfinite(data.y_train).all()
        assert len(set(data.classes)) == len(data.classes)


def archive(content):
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": "|O", "fortran_order": False, "shape": (3,)})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("x.npy", out.getvalue() + content)
    return made.getvalue()


STEPS = st.sampled_from(
    [b"]", b"(", b"e", b"a", b"K\x01", b"M\x01\x01", b"J\x01\0\0\0", b"q\x01", b"r\xff\xff\xff\x7f", b"h\x01", b"t", b"l", b"R"]
    + [b"b", b"cnumpy\ndtype\n", b"cos\nsystem\n", b"\x80\x04", b"N", b"\x8c\x01a", b"\x94", b".", b"}", b"0"]
)


@FEW
@given(st.lists(STEPS, max_size=25).map(b"".join))
def test_any_steps_of_a_pickle_give_lists_of_numbers_or_are_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.npz"
    path.write_bytes(archive(content + b"."))
    try:
        npz.read_sequences(path, "x")
    except DataError as error:
        assert "any.npz" in str(error)


@FEW
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_any_json_is_a_word_index_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content))
    try:
        assert all(rank > 0 for rank in words.read_word_index(path).values())
    except DataError as error:
        assert "is no word index" in str(error)


@FEW
@given(st.lists(st.sampled_from(["a", "a.1", "a.2", "", "b"])))
def test_columns_names_are_told_apart_and_the_first_of_each_stays(names):
    found = _apart(names)
    assert len(set(found)) == len(found) == len(names)
    assert all(found[names.index(name)] == name for name in names if names.index(name) == 0)


@FEW
@given(st.text(alphabet=st.sampled_from("ab1,.;\t|\"' \n\r"), max_size=60))
def test_any_text_has_a_dialect_or_is_no_table(text):
    with contextlib.suppress(csv.Error):  # of which reading a table makes a sentence
        assert sniff(text).separator in ",;\t|"
