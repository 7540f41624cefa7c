"""What instructors and students write, in any form: it is read, or refused in sentences."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope import answers
from fitscope.errors import DataError
from fitscope.grading import packed
from fitscope.grading.exports import File
from fitscope.grading.roster import read_roster
from fitscope.grading.rubric import read_rubric
from fitscope.grading.submissions import _exported

FEW = settings(max_examples=40)
KEYS = (
    "title",
    "points",
    "criterion",
    "field",
    "levels",
    "at_least",
    "between",
    "one_of",
    "within",
    "manual",
    "due",
    "handed_out",
    "x",
)
VALUES = ("1", "-1", "1e999", "nan", '""', '"a"', "[]", "[1, 2]", "{}", "true", "2026-10-31", '"\\u0000"', "[[1]]", '"answers.why"')
LINES = st.one_of(
    st.sampled_from(["[[criterion]]", "[[criterion.levels]]", "[criterion]", "[a.b]", "[[", "# note"]),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map(" = ".join),
    st.text(max_size=12),
)


@FEW
@given(st.lists(LINES, max_size=14).map("\n".join))
def test_any_rubric_is_read_or_complained_of_line_by_line(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf8", "surrogatepass"))
    try:
        assert read_rubric(path).criteria
    except DataError as error:
        assert all(line.startswith("any.toml") for line in str(error).split("\n"))


ODD_YAML = ["---", "best_epoch: 3", "why: |", "verdict: *a", "id: &a 7", "? [a]", "!!python/name:os.system x"]


@FEW
@given(st.lists(st.sampled_from(ODD_YAML) | st.text(max_size=20), max_size=10).map("\n".join))
def test_any_answers_are_read_or_refused(text):
    try:
        found = answers.read(text)
    except DataError:
        return
    assert all("\n" not in problem for problem in found.problems)
    assert found.answers.best_epoch is None or found.answers.best_epoch >= 1


@FEW
@given(st.binary(max_size=200) | st.lists(st.lists(st.text(max_size=6), max_size=4).map(",".join), max_size=5).map(
    lambda rows: ("name,id\n" + "\n".join(rows)).encode("utf8", "replace")))  # fmt: skip
def test_any_class_list_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        assert read_roster(path).students
    except DataError as error:
        assert "any.csv" in str(error)


@pytest.mark.parametrize("read", [read_rubric, read_roster, answers.read_file])
def test_name_that_no_file_can_have_is_refused_in_a_sentence(read, tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "a\0b")


@FEW
@given(
    st.lists(st.text(alphabet=st.sampled_from("kim_12./-LATEanon "), min_size=1, max_size=30), min_size=1, max_size=8, unique=True)
)
def test_any_names_of_files_are_divided_and_none_is_lost(tmp_path_factory, names):
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    found, notes = _exported([File(name, nowhere, name) for name in names])
    assert len({one.name for one in found}) == len(found)
    assert {name for one in found for name in one.files} <= set(names)


ODD_NAMES = ["../x.md", "/x.md", "a/../../x.md", "C:/x.md", "a.md"]
MEMBERS = st.lists(st.tuples(st.text(min_size=1, max_size=20) | st.sampled_from(ODD_NAMES), st.binary(max_size=20)), max_size=4)


@FEW
@given(MEMBERS, st.integers(0, 400), st.integers(0, 255))
def test_any_zip_is_unpacked_inside_or_refused(tmp_path_factory, files, place, byte):
    folder = tmp_path_factory.mktemp("zip")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, text in files:
            made.writestr(zipfile.ZipInfo(name.encode("utf8", "replace").decode() or "x"), text)
    damaged = bytearray(content.getvalue())
    damaged[place % len(damaged)] = byte
    (folder / "a.zip").write_bytes(damaged)
    try:
        found = packed.unpack(folder / "a.zip", folder)
    except DataError as error:
        assert str(error).startswith(("it ", "its ", "'", '"'))
    else:
        assert all(member.path.is_relative_to(folder) for member in found.members)
    assert not (folder.parent / "x.md").exists()
