"""Tables as people save them: separators, decimal marks, encodings, missing cells."""

import pandas as pd
import pytest

from fitscope.datasets.tables import read_table, sniff
from fitscope.errors import DataError


def written(tmp_path, text, name="table.csv", encoding="utf8"):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return tmp_path / name


@pytest.mark.parametrize(
    ("text", "separator", "decimal"),
    [
        ("a,b\n1.5,x\n", ",", "."),
        ("a;b\n1,5;x\n", ";", ","),
        ("a;b\n1.5;x\n", ";", "."),
        ("a\tb\n1,5\tx, y\n", "\t", ","),
        ('a,b\n"x; y; z",1\n', ",", "."),
        ("a;b\n1.234,5;x\n", ";", ","),
    ],
)
def test_dialect_is_seen_from_the_first_lines(text, separator, decimal):
    found = sniff(text)
    assert (found.separator, found.decimal) == (separator, decimal)


@pytest.mark.parametrize("encoding", ["utf8", "utf-8-sig", "latin-1", "utf-16"])
def test_encodings_give_the_same_table(tmp_path, encoding):
    frame, _ = read_table(written(tmp_path, "größe;ort\n1,5;Köln\n", encoding=encoding))
    assert frame.to_dict("list") == {"größe": [1.5], "ort": ["Köln"]}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('a,b\n1,"two\nlines"\n', [[1, "two\nlines"]]),
        ("a,b\n1,2,\n3,4,\n", [[1, 2], [3, 4]]),
        ("a,b\nr1,1,2\nr2,3,4\n", [[1, 2], [3, 4]]),
        ("a, b\n1, x\n", [[1, "x"]]),
        ("a;b\n1.234,5;2\n", [[1234.5, 2]]),
    ],
)
def test_cells_are_read_as_they_are_meant(tmp_path, text, values):
    frame, _ = read_table(written(tmp_path, text))
    assert list(frame.columns) == ["a", "b"]
    assert frame.to_numpy().tolist() == values


def test_missing_cells_are_missing_and_none_is_a_class(tmp_path):
    frame, _ = read_table(written(tmp_path, "a,b,y\n?,None,None\nNA,x,\n1,y,x\n"), targets=["y"])
    assert frame["a"].isna().tolist() == [True, True, False]
    assert frame["b"].isna().tolist() == [True, False, False]
    assert frame["y"].isna().tolist() == [False, True, False]


def test_texts_stay_texts_where_they_look_like_numbers(tmp_path):
    frame, _ = read_table(written(tmp_path, "zip,n\n01234,1\n"), texts=["zip"])
    assert frame["zip"].tolist() == ["01234"]


def test_doubled_columns_are_told(tmp_path):
    frame, notes = read_table(written(tmp_path, "a,a,b\n1,2,3\n"))
    assert list(frame.columns) == ["a", "a.1", "b"]
    assert "stands in the header 2 times" in notes[0]


def test_parquet_gives_what_was_written(tmp_path):
    wanted = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", None]})
    wanted.to_parquet(tmp_path / "table.parquet")
    assert read_table(tmp_path / "table.parquet")[0].equals(wanted)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "t.csv", "is empty"),
        (b"a,b\n", "t.csv", "holds no rows"),
        (b"a,b\n1,2\n1,2,3,4\n", "t.csv", "line 3"),
        (b"a\0b", "t.csv", "is no text"),
        (b"PAR1 not really", "t.parquet", "no Parquet file"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path, content, name, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_table(tmp_path / name)


def test_blanks_around_texts_and_names_make_no_other_class_or_column(tmp_path):
    (tmp_path / "t.csv").write_text('a,a ,y\n1,2, yes\n3,4,yes \n5,6,"  "\n')
    frame, _ = read_table(tmp_path / "t.csv")
    assert frame["y"].tolist()[:2] == ["yes", "yes"]
    assert frame["y"].isna().tolist() == [False, False, True]
    assert len(set(frame.columns)) == 3


@pytest.mark.parametrize("content", [b"a,b\r\n1,2\n3,4\n", b"a,b\r1,2\n3,4\n", b"a,b\n1,2\r3,4\r\n", b"a,b\r1,2\r3,4\r"])
def test_line_ends_of_any_kind_are_read_mixed_too(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    frame, _ = read_table(tmp_path / "t.csv")
    assert frame.to_numpy().tolist() == [[1, 2], [3, 4]]
