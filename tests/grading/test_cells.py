"""Cells of tables, which no spreadsheet may take for a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitscope.grading.cells import from_csv, guarded, to_csv, unguarded


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\ttab", "\rx", "\nx", "  =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "＝1", "＋1", "－1", 
     "＠A", "\u2212 1+1", "﹦1", "-", "=", "-2.5e3", "+5", "-1 2"],
)  # fmt: skip
def test_guarded_text_like_a_formula_gets_an_apostrophe(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["Kim Minji", "a=b", "a-b", "O'Brien", "2026-1234", "-2.5", "-7", "0.25", "", "김민지", "'s", "'"])
def test_guarded_text_like_no_formula_stays(text):
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("value", "text"), [(7.5, "7.5"), (-0.25, "-0.25"), (2.0, "2"), (10, "10"), (0.1 + 0.2, "0.3"), (None, "")]
)
def test_guarded_number_stays_a_number(value, text):
    assert guarded(value) == text


def test_guarded_second_cell_behind_a_semicolon_or_tab_is_guarded_too():
    assert guarded("Kim;=1+1") == "Kim;'=1+1" and guarded("Kim\t=1") == "Kim\t'=1"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_to_csv_no_cell_of_any_text_begins_like_a_formula(rows):
    read = list(csv.reader(io.StringIO(to_csv(rows).decode(), newline="")))
    number = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
    assert not [
        cell for row in read for cell in row if cell[:1] in tuple("=+@\t\r\n") or (cell[:1] == "-" and cell[1:2] not in number)
    ]


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
    | st.text("'=;\t\r\n -+@5a\u200b\uff1d", min_size=1)
)
def test_from_csv_gives_back_what_to_csv_wrote(text):
    assert from_csv(to_csv([("name", "id"), (text, "7")], mark=True)) == [{"name": text, "id": "7"}]


@pytest.mark.parametrize("text", ["=1", "Kim", "'Kim", "it's", "", "Kim;=1"])
def test_unguarded_text_that_nobody_guarded_stays(text):
    assert unguarded(text) == text


@pytest.mark.parametrize(("value", "text"), [(0.1234564, "0.123456"), (0.1234566, "0.123457"), (1e-7, "0"), (100.0, "100")])
def test_guarded_number_has_six_digits_behind_the_point(value, text):
    assert guarded(value) == text


@pytest.mark.parametrize(("mark", "begin"), [(True, b"\xef\xbb\xbfname\r\n"), (False, b"name\r\n")])
def test_to_csv_has_excels_mark_where_it_is_asked_for(mark, begin):
    assert to_csv([("name",), ("김",)], mark) == begin + "김\r\n".encode()


@given(st.text("'=;\t\r\n -+@5a\u200b\uff1d"))
def test_unguarded_takes_back_what_guarded_did(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'name\n"'])
def test_from_csv_damaged_table_gives_no_names(content):
    assert all(not any(row.values()) for row in from_csv(content))
