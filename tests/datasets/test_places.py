"""Names of a person's own data: what they mean, how they are shown, and their hash."""

import pytest

from fitscope import datasets
from fitscope.datasets.places import shown_options
from fitscope.errors import DataError, UsageError


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "t.csv").write_text("a,b\n1,2\n")
    (tmp_path / "f.py").write_text("def make(): pass\n")


def test_relative_path_is_shown_as_typed_and_absolute_one_by_its_last_part(tmp_path):
    relative, absolute = datasets.locate("sub/t.csv"), datasets.locate(str(tmp_path / "sub" / "t.csv"))
    assert (relative.name, absolute.name) == ("sub/t.csv", "t.csv")
    assert relative.sha256 == absolute.sha256
    assert shown_options({"target": "b", "test": str(tmp_path / "x.csv")}) == {"target": "b", "test": "x.csv"}


def test_folder_hash_follows_names_and_contents(tmp_path):
    def sha256():
        return datasets.locate("sub").sha256

    before = sha256()
    (tmp_path / "sub" / ".hidden").write_text("x")
    assert sha256() == before
    (tmp_path / "sub" / "t.csv").write_text("a,b\n1,3\n")
    changed = sha256()
    (tmp_path / "sub" / "t.csv").rename(tmp_path / "sub" / "u.csv")
    assert len({before, changed, sha256()}) == 3


def test_test_file_is_part_of_the_hash(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n3,4\n")
    plain, with_test = (datasets.locate("sub/t.csv", options=options) for options in ({}, {"test": "x.csv"}))
    assert plain.sha256 != with_test.sha256


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("digitz", {}, "did you mean digits"),
        ("f.py", {}, "ends in .py"),
        ("sub", {"target": "b"}, "--target belongs to tables, and sub is a folder"),
        ("f.py:make", {"group": "b"}, "--group belongs to tables"),
        ("f.py:make", {"test": "0.2"}, "let the function return the test data"),
        ("digits", {"test": "0.2"}, "--test belongs to your own data"),
    ],
)
def test_name_or_option_that_does_not_fit_is_wrong_usage(name, options, says):
    with pytest.raises(UsageError, match=says):
        datasets.locate(name, options=options)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("sub/none.csv", {}, "no file or folder sub/none.csv"),
        ("none.py:make", {}, "no file none.py"),
        ("sub/t.csv", {"target": "b", "test": "none.csv"}, "no file or folder none.csv; give --test"),
    ],
)
def test_file_that_is_not_there_is_missing_data(name, options, says):
    with pytest.raises(DataError, match=says):
        datasets.locate(name, options=options)
