"""Rubrics: read, and refused with every complaint at its line."""

from __future__ import annotations

import dataclasses
import datetime
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.errors import DataError
from fitscope.grading import conditions, toml_file
from fitscope.grading.rubric import LARGEST_RUBRIC, Condition, Criterion, Level, Rubric, read_rubric
from fitscope.grading.toml_file import TomlFile, escaped, lines_of, shortened
from fitscope.grading.toml_table import Table, is_number, said

ONE = '[[criterion]]\ntitle = "Why"\npoints = 2\nmanual = true\n'
KINDS = {
    "equals": ('"adam"', "plan.optimizer", "adam"),
    "at_least": ("0.8", "refit.test.accuracy", 0.8),
    "at_most": ("60", "refit.test.mae", 60.0),
    "between": ("[3, 6.5]", "refit.epochs", (3.0, 6.5)),
    "one_of": ('["adam", "rmsprop"]', "plan.optimizer", ("adam", "rmsprop")),
    "in_plateau": ("true", "answers.best_epoch", True),
    "same_verdict": ("true", "answers.verdict", True),
    "matches_recomputed": ("true", "diagnosis.gap", True),
}


def criterion(lines: str, title: str = "A", points: str = "2") -> str:
    return f'[[criterion]]\ntitle = "{title}"\npoints = {points}\n{lines}\n'


@pytest.fixture
def rubric_of(tmp_path):
    def read(content: str | bytes) -> Rubric:
        path = tmp_path / "rubric.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_rubric(path)

    return read


@pytest.fixture
def complaints(rubric_of):
    def read(content: str | bytes) -> list[str]:
        with pytest.raises(DataError) as told:
            rubric_of(content)
        return str(told.value).splitlines()

    return read


@pytest.mark.parametrize("kind", KINDS)
def test_criterion_condition_is_one_level_of_all_its_points(rubric_of, kind):
    written, path, wanted = KINDS[kind]
    (found,) = rubric_of(criterion(f'field = "{path}"\n{kind} = {written}')).criteria
    assert found == Criterion("A", 2.0, (path,), (Level(Condition(kind, wanted), 2.0),))


def test_criterion_conditions_all_have_a_test():
    assert set(KINDS) == set(conditions.KINDS)


@pytest.mark.parametrize(
    "kind, fields",
    [
        ("in_plateau", ("answers.best_epoch", "diagnosis.best_epoch")),
        ("same_verdict", ("answers.verdict", "diagnosis.verdict")),
    ],
)
def test_criterion_without_field_takes_the_students_word_first(rubric_of, kind, fields):
    assert rubric_of(criterion(f"{kind} = true")).criteria[0].field == fields


def test_criterion_levels_stay_in_order(rubric_of):
    text = criterion('field = "refit.test.accuracy"\nlevels = [{at_least = 0.8, points = 2}, {at_least = 0.7, points = 0.5}]')
    levels = rubric_of(text).criteria[0].levels
    assert [(level.condition.wanted, level.points) for level in levels] == [(0.8, 2.0), (0.7, 0.5)]


def test_criterion_levels_as_tables_of_their_own_are_the_same(rubric_of):
    inline = criterion("levels = [{in_plateau = true, points = 2}, {in_plateau = true, within = 1, points = 1}]")
    tables = criterion("") + "".join(
        f"[[criterion.levels]]\nin_plateau = true\n{more}\n" for more in ("points = 2", "within = 1\npoints = 1")
    )
    assert rubric_of(tables) == rubric_of(inline)


def test_criterion_manual_has_no_level(rubric_of):
    assert rubric_of(ONE).criteria == (Criterion("Why", 2.0, manual=True),)


def test_rubric_says_all_that_it_can(rubric_of, tmp_path):
    (tmp_path / "example.html").write_text("")
    head = """schema = "fitscope-rubric/1"
title = " Where? "
dataset = "imdb"
course = "key"
language = "ko"
due = 2026-12-18T23:59:00+09:00
assignment = "Overfitting (1)"
show_flags = true
handed_out = ["example.html"]
"""
    found = rubric_of(head + ONE + criterion("in_plateau = true", points="0.1"))
    assert (found.title, found.language, found.due, found.show_flags) == ("Where?", "ko", "2026-12-18T23:59:00+09:00", True)
    assert found.handed_out == (tmp_path / "example.html",)
    assert found.possible == 2.1


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ('schema = "fitscope-rubric/1"', "title", "rubric"),
        ('title = "T"', "title", "T"),
        ('dataset = "imdb"', "dataset", "imdb"),
        ('course = "key"', "course", "key"),
        ('language = "ko"', "language", "ko"),
        ('due = "2026-12-18T23:59:00+09:00"', "due", "2026-12-18T23:59:00+09:00"),
        ('assignment = "A (1)"', "assignment", "A (1)"),
        ("show_flags = true", "show_flags", True),
        ("handed_out = []", "handed_out", ()),
    ],
)
def test_rubric_any_line_of_its_head_may_stand_alone(rubric_of, line, name, value):
    bare = rubric_of(ONE)
    assert rubric_of(f"{line}\n{ONE}") == dataclasses.replace(bare, **{name: value})


@pytest.mark.parametrize(
    ("path", "wanted"), [("plan.batch_size", (256, 512)), ("plan.optimizer", ("adam", 3)), ("answers.x", (0.5, "half"))]
)
def test_one_of_may_be_numbers_and_texts(rubric_of, path, wanted):
    (level,) = rubric_of(criterion(f'field = "{path}"\none_of = {json.dumps(wanted)}')).criteria[0].levels
    assert level.condition.wanted == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_within_goes_with_what_can_be_near(rubric_of, kind):
    written, path, _ = KINDS[kind]
    text = criterion(f'field = "{path}"\n{kind} = {written}\nwithin = 0')
    if kind in ("equals", "in_plateau", "matches_recomputed"):
        assert rubric_of(text).criteria[0].levels[0].condition.within == 0
    else:
        with pytest.raises(DataError, match=f"beside {kind}; it goes with equals, in_plateau, matches_recomputed"):
            rubric_of(text)


def test_rubric_that_says_little_leaves_the_rest_open(rubric_of):
    found = rubric_of(ONE)
    assert (found.dataset, found.course, found.language, found.due, found.assignment) == (None, None, "en", None, None)
    assert found.show_flags is False and found.handed_out == ()


def test_rubric_without_a_head_is_titled_as_its_file(rubric_of):
    assert rubric_of(ONE).title == "rubric"


def test_rubric_of_windows_with_its_mark_has_the_same_lines(rubric_of, complaints):
    content = b"\xef\xbb\xbf" + (ONE + criterion("at_least = 1")).replace("\n", "\r\n").encode()
    assert complaints(content) == [
        'rubric.toml, line 5: field is missing; say what is judged, such as field = "refit.test.accuracy".'
    ]


@pytest.mark.parametrize(
    "text, line, part",
    [
        ("", 1, "no criterion; give at least one table that begins with [[criterion]]"),
        ("criterion = []\n", 1, "no criterion"),
        ("criterion = 5\n", 1, "criterion is 5; give a list of tables, each below a line [[criterion]]"),
        (ONE + "[[rubric]]\nx = 1\n", 5, "rubric is not known here"),
        ('# one\n[criterion]\ntitle = "A"\n', 2, "criterion is one table; give a list of tables"),
        ("titel = 1\n" + ONE, 1, "titel is not known here; did you mean title?"),
        ("title = 5\n" + ONE, 1, "title is 5; give a text in quotes"),
        ("criterias = 1\n" + ONE, 1, "criterias is not known here; did you mean criterion?"),
        ('title = " "\n' + ONE, 1, "title is ' '; give a text in quotes that is not empty"),
        ('\nlanguage = "tlh"\n' + ONE, 2, "language is 'tlh'; there are en, "),
        ('schema = "fitscope-rubric/2"\n' + ONE, 1, "this fitscope reads 'fitscope-rubric/1'"),
        ('due = "tomorrow"\n' + ONE, 1, "due is 'tomorrow'; give a date and time such as"),
        ('due = "2026-10-31T23:59"\n' + ONE, 1, "give time and distance from UTC, too"),
        ("due = 2026-10-31\n" + ONE, 1, "give time and distance from UTC, too"),
        ("due = 23:59:00\n" + ONE, 1, "give a date and time such as"),
        ('show_flags = "yes"\n' + ONE, 1, "show_flags is 'yes'; give true or false"),
        ('handed_out = ["gone.html"]\n' + ONE, 1, "'gone.html' is not there; give files as seen from the rubric's folder"),
        ('handed_out = "a\\u0000b"\n' + ONE, 1, "is not there"),
        ("handed_out = 5\n" + ONE, 1, "handed_out is 5; give a text in quotes, or a list of such texts"),
        (ONE + ONE, 6, "there is another criterion 'why'; give each a title of its own"),
        ('[[criterion]]\ntitle = "A"\nmanual = true\n', 1, "points is missing; give a number, such as points = 2"),
        ("[[criterion]]\npoints = 1\nmanual = true\n", 1, "title is missing; give each criterion a title of its own"),
        (criterion("manual = true", points="-1"), 3, "points is -1; give a number from 0 to 10,000"),
        (criterion("manual = true", points="nan"), 3, "points is nan"),
        (criterion("manual = true", points="true"), 3, "points is true"),
        (criterion("manual = true", points="1" * 40), 3, "points is a number too large"),
        (criterion("manual = true", points="0"), 1, "all criteria together give 0 points"),
        (criterion("manual = false"), 4, "manual is false; write manual = true, or leave it out"),
        (criterion("in_plateau = 1"), 4, "in_plateau is 1; write in_plateau = true"),
        (criterion(""), 1, "this says not what earns its points; give at least one of equals, at_least"),
        (criterion("in_plateau = true\nmanual = true"), 5, "this has in_plateau and manual; give only one of"),
        (criterion("at_least = 1"), 1, "field is missing; say what is judged"),
        (criterion('field = "refit.acuracy"\nat_least = 1'), 4, "the field 'refit.acuracy' is not known"),
        (criterion('field = "diagnosis.verdikt"\nsame_verdict = true'), 4, "did you mean diagnosis.verdict?"),
        (criterion('field = "answers."\nequals = 1'), 4, "is not known"),
        (criterion('field = "refit.epochs"\nat_least = "3"'), 5, "at_least is '3'; give a number, such as at_least = 0.8"),
        (criterion('field = "refit.epochs"\nat_most = inf'), 5, "at_most is inf; give a number"),
        (criterion('field = "refit.epochs"\nbetween = [6, 3]'), 5, "between is [6, 3]; give the lowest and the highest number"),
        (criterion('field = "refit.epochs"\nbetween = 3'), 5, "between is 3; give the lowest and the highest number"),
        (criterion('field = "refit.epochs"\none_of = []'), 5, "one_of is empty; give a list of numbers or texts"),
        (criterion('field = "refit.epochs"\none_of = [true]'), 5, "one_of is a list of other things"),
        (criterion('field = "refit.epochs"\nequals = [3]'), 5, "equals is a list of other things; give a number, a text in quotes"),
        (criterion('field = "refit.epochs"\nequals = "3"'), 4, "equals here compares with a text, and refit.epochs is a number"),
        (criterion('field = "partial"\nat_least = 1'), 4, "at_least here compares with a number, and partial is a truth value"),
        (
            criterion('field = "refit.epochs"\nmatches_recomputed = true'),
            4,
            "refit.epochs cannot be computed again from the curves",
        ),
        (criterion("in_plateau = true\nwithin = -1"), 5, "within is -1; give a number of at least 0"),
        (criterion("same_verdict = true\nwithin = 1"), 5, "within means nothing beside same_verdict"),
        (criterion("manual = true\nwithin = 1"), 5, "within means nothing beside manual"),
        (criterion("levels = []"), 4, "levels is empty; give at least one, such as"),
        (criterion("levels = 3"), 4, "levels is 3; give a list of tables, such as"),
        (criterion("levels = [{points = 1}]"), 4, "this says not what earns its points"),
        (criterion("levels = [{in_plateau = true}]"), 4, "points is missing"),
        (criterion("levels = [\n{in_plateau = true, points = 3},\n]"), 5, "give a number from 0 to 2, which the criterion gives"),
        (
            criterion("levels = [\n{in_plateau = true, points = 1},\n{in_plateau = true, within = 1, points = 2},\n]"),
            6,
            "this level gives more than the one before it, which is tried first; put it above it",
        ),
        (criterion("levels = [\n{in_plateau = true, points = 1, manual = true},\n]"), 5, "manual is not known here"),
        (criterion("pionts = 1\nin_plateau = true"), 4, "pionts is not known here; did you mean points?"),
        ('title = "a"\ntitle = "b"\n', 2, "this is not TOML (Cannot overwrite a value)"),
        ("title = a\n", 1, "this is not TOML (Invalid value)"),
        ('title = "a\n\nb"\n', 1, "this is not TOML"),
        ("title = [\n1,\n", 3, "this is not TOML"),
        ("points = " + "9" * 5000 + "\n", 1, "this is not TOML"),
    ],
)
def test_rubric_that_cannot_be_is_refused_with_its_line(complaints, text, line, part):
    (told,) = complaints(text)
    assert told.startswith(f"rubric.toml, line {line}: ") and part in told


def test_rubric_tells_all_complaints_at_once_in_the_files_order(complaints):
    text = (
        'langage = "en"\n\n'
        '[[criterion]]  # [[the first]]\ntitle = """\n[[no table]] = "x"\n"""\npoints = -1\nmanual = true\n\n'
        "[[criterion]]\ntitle = 'B # = '\npoints = 2\nfield = 'refit.test.accuracy'\n"
        "levels = [\n  # best\n  {at_least = 0.8, points = 3},\n  {at_least = 'x', points = 1},\n]\nnonsense = {a = [1, 2]}\n"
    )
    assert [told.partition(":")[0].rpartition(" ")[2] for told in complaints(text)] == ["1", "7", "16", "17", "19"]


def test_rubric_with_very_many_complaints_tells_ten_and_how_many_more(complaints):
    told = complaints("".join(f"wrong_{i} = 1\n" for i in range(25)) + ONE)
    assert len(told) == 11 and told[-1] == "rubric.toml: and 15 more; mend these first."


def test_rubric_that_is_not_utf8_names_the_line(complaints):
    assert complaints("# a\ntitle = '제목'\n".encode("cp949")) == [
        "rubric.toml, line 2: this is not UTF-8; save the file with the encoding UTF-8."
    ]


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfet\x00", b"[" * 5000, b"a = " + b"[" * 50_000])
def test_rubric_of_something_else_is_refused_in_one_line(complaints, content):
    assert len(complaints(content)) == 1


def test_rubric_that_is_huge_is_refused_unread(complaints):
    assert complaints(b"#" * (LARGEST_RUBRIC + 1)) == ["rubric.toml is larger than 0.2 MB; give a file that holds a rubric."]


@pytest.mark.parametrize("name", ["gone.toml", "."])
def test_rubric_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="cannot be read .*; give a file that holds a rubric"):
        read_rubric(tmp_path / name)


HOSTILE = ("</script><script>", "{told_field}%s{{7*7}}", "=1+1", '"""', "a\u202eb", "# [[criterion]]", "\\u0000", "x" * 5000)


@pytest.mark.parametrize("text", HOSTILE)
def test_rubric_title_is_taken_as_it_is_written(rubric_of, text):
    assert rubric_of(criterion("manual = true", title=text.replace("\\", "\\\\").replace('"', '\\"'))).criteria[0].title == text


@pytest.mark.parametrize("text", [*HOSTILE[:3], *HOSTILE[5:]])
def test_rubric_complaint_of_a_hostile_text_stays_one_short_line(complaints, text):
    (told,) = complaints(f"language = '{text}\\n'\n" + ONE)
    assert len(told) < 200


@settings(max_examples=60)
@given(st.text(max_size=60).map(str.encode) | st.binary(max_size=40))
def test_rubric_of_any_bytes_is_read_or_refused(tmp_path, content):
    path = tmp_path / "rubric.toml"
    path.write_bytes(ONE.encode() + content)
    try:
        assert read_rubric(path).criteria
    except DataError as error:
        assert str(error).startswith("rubric.toml")


def test_rubric_that_is_nested_too_deeply_to_be_read_is_refused(complaints, monkeypatch):
    def too_deep(text):
        raise RecursionError

    monkeypatch.setattr(toml_file.tomllib, "loads", too_deep)
    assert complaints(ONE) == ["rubric.toml is nested too deeply; give a rubric."]


@pytest.mark.parametrize(("size", "told"), [(200_000, "is not TOML"), (200_001, "is larger than 0.2 MB")])
def test_rubric_may_have_so_many_bytes(complaints, size, told):
    assert told in complaints(b"x" * size)[0]


@pytest.mark.parametrize("count", [10, 11])
def test_rubric_tells_ten_complaints_and_of_more_their_number(complaints, count):
    told = complaints("".join(f"wrong_{i} = 1\n" for i in range(count)) + ONE)
    assert len(told) == count and told[10:] == ["rubric.toml: and 1 more; mend these first."] * (count - 10)


@pytest.mark.parametrize("text", ["plain", 'a "b"', "c:\\d", "김민지", "\U0001f600", "a\nb\tc\rd", "\x7f\x00\x1f"])
def test_escaped_text_is_the_same_in_toml_and_signs_that_can_be_seen_stay(text):
    assert tomllib.loads(f"a = {escaped(text)}") == {"a": text}
    assert text.isascii() or escaped(text) == f'"{text}"'


@pytest.mark.parametrize(
    ("value", "length", "told"),
    [("a" * 60, 60, "a" * 60), ("a" * 61, 60, "a" * 59 + "…"), (" a\n b ", 60, "a b"), (12345, 4, "123…")],
)
def test_shortened_is_one_line_of_so_many_signs(value, length, told):
    assert shortened(value, length) == told
    assert length != 60 or shortened(value) == told


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ("points = 10000", 10_000),
        ("points = 0.0", 0),
        ("points = 10000.1", None),
        ("points = -0.1", None),
        ("points = 1e400", None),
    ],
)
def test_points_lie_between_0_and_ten_thousand(rubric_of, line, points):
    text = ONE + f'[[criterion]]\ntitle = "B"\nmanual = true\n{line}\n'
    if points is None:
        with pytest.raises(DataError, match="give a number from 0 to 10,000"):
            rubric_of(text)
    else:
        assert rubric_of(text).criteria[1].points == points


@pytest.mark.parametrize(
    ("value", "number"), [(2**53 - 1, True), (2**53, False), (1 - 2**53, True), (-(2**53), False), ("1", False)]
)
def test_number_is_one_that_can_be_reckoned_with(value, number):
    assert is_number(value) is number
    assert said(value) == ("'1'" if value == "1" else str(value) if number else "a number too large")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "true"),
        (107, "107"),
        ({}, "empty"),
        ([], "empty"),
        ({"a": 1}, "one table"),
        ([1], "a list of other things"),
        ("a", "'a'"),
        (1.5, "1.5"),
    ],
)
def test_complaint_names_a_value_as_people_do(value, told):
    assert said(value) == told


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"2026-10-31"', "2026-10-31"),
        ("2026-10-31", "2026-10-31"),
        ('"2026-10-31T23:59"', "2026-10-31T23:59:00"),
        ("2026-10-31T23:59:00Z", "2026-10-31T23:59:00+00:00"),
        ("5", None),
        ('"soon"', None),
    ],
)
def test_moment_without_its_distance_from_utc_is_kept_where_none_is_asked_for(written, kept):
    file = TomlFile("a.toml", tomllib.loads(f"when = {written}"))
    assert Table(file, file.content).moment("when") == kept and bool(file.complaints) is (kept is None)


def test_moment_that_is_missing_is_complained_of_where_it_is_required():
    file = TomlFile("a.toml", {"blank": " "})
    assert Table(file, file.content).moment("when", "say when.") is None
    assert Table(file, file.content).moment("blank", "say when.") is None
    assert file.complaints == [
        (1, "when is missing; say when."),
        (1, "blank is ' '; give a text in quotes that is not empty."),
    ]


def test_lines_of_items_count_from_the_first_statement_on():
    found = lines_of("a = [\n{b = 1},\n{b = 2},\n]\nc = [\n{b = 1}]")
    assert [found["", 0, *item] for item in (("a", -1), ("a", 0), ("a", 1), ("c", -1), ("c", 0))] == [1, 2, 3, 5, 6]


def test_lines_of_tables_keys_and_items():
    text = '"a" = 1\n\n[[b]]\nc = """\n\n"""\nd = [\n  {e = "}"}, # {\n  {f = [{}]},\n]\n[[b]]\n[[b.d]]\n[[b.d]]\n[[b]]\n[[b.d]]\n'
    found = lines_of(text)
    assert found["", 0, "a", -1] == 1 and found["b", 0, "c", -1] == 4
    assert [found["b", 0, "d", i] for i in (0, 1)] == [8, 9]
    assert [found["b", i, "", -1] for i in range(3)] == [3, 11, 14]
    assert [found["b", 1, "d", i] for i in (0, 1)] == [12, 13] and found["b", 2, "d", 0] == 15


def test_moment_is_kept_with_its_distance_from_utc(rubric_of):
    found = datetime.datetime.fromisoformat(rubric_of('due = "2026-12-18T23:59:00Z"\n' + ONE).due or "")
    assert found.utcoffset() == datetime.timedelta(0)


def test_handed_out_is_looked_for_beside_the_rubric(rubric_of, tmp_path, monkeypatch):
    (tmp_path / "given.html").write_text("")
    monkeypatch.chdir(Path("/"))
    assert rubric_of('handed_out = "given.html"\n' + ONE).handed_out == (tmp_path / "given.html",)
