"""A rubric is read whole or refused with the line of everything that is wrong with it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitscope.errors import DataError
from fitscope.grading.rubric import Condition, Criterion, Level, read_rubric

TOP = 'title = "Overfitting"\n'
BEST = '[[criterion]]\ntitle = "Best epoch"\npoints = 3\nin_plateau = true\n'


@pytest.fixture
def rubric(tmp_path):
    def made(text):
        path = tmp_path / "rubric.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf8"))
        return read_rubric(path)

    return made


@pytest.fixture
def complaints(rubric):
    def made(text):
        with pytest.raises(DataError) as told:
            rubric(text)
        return str(told.value).splitlines()

    return made


def criterion(lines, title="A", points="1"):
    return f'[[criterion]]\ntitle = "{title}"\npoints = {points}\n{lines}\n'


def test_every_key_of_the_top_is_read(rubric, tmp_path):
    (tmp_path / "example.html").touch()
    found = rubric(
        'schema = "fitscope-rubric/1"\ntitle = " Find it "\ndataset = "imdb"\ncourse = "imdb-1"\nlanguage = "ko"\n'
        'due = 2026-12-18T23:59:00+09:00\nassignment = "It (7)"\nshow_flags = true\nhanded_out = "example.html"\n'
        "validation = 10000\ntest = 25000\n" + BEST
    )
    assert (found.title, found.dataset, found.course, found.language) == ("Find it", "imdb", "imdb-1", "ko")
    assert (found.due, found.assignment, found.show_flags) == ("2026-12-18T23:59:00+09:00", "It (7)", True)
    assert (found.handed_out, found.validation, found.test) == ((tmp_path / "example.html",), 10000, 25000)


def test_what_is_left_out_has_its_usual_value(rubric):
    found = rubric(BEST)
    assert (found.title, found.language, found.course, found.due, found.show_flags) == ("rubric", "en", None, None, False)
    assert found.criteria[0].field == ("answers.best_epoch", "diagnosis.best_epoch")


@pytest.mark.parametrize(
    ("lines", "condition"),
    [
        ('field = "plan.optimizer"\nequals = "adam"', Condition("equals", "adam")),
        ('field = "plan.batch_size"\nequals = 512\nwithin = 2', Condition("equals", 512, 2.0)),
        ('field = "refit.test.accuracy"\nat_least = 0.8', Condition("at_least", 0.8)),
        ('field = "refit.test.loss"\nat_most = 1', Condition("at_most", 1.0)),
        ('field = "history.epochs"\nbetween = [10, 30]', Condition("between", (10.0, 30.0))),
        ('field = "plan.optimizer"\none_of = ["adam", "sgd"]', Condition("one_of", ("adam", "sgd"))),
        ('field = "answers.best_epoch"\nin_plateau = true\nwithin = 1', Condition("in_plateau", True, 1.0)),
        ('field = "answers.verdict"\nsame_verdict = true', Condition("same_verdict")),
        ('field = "answers.gap"\nmatches_recomputed = true', Condition("matches_recomputed")),
    ],
)
def test_criterion_with_one_condition_has_one_level_of_all_points(rubric, lines, condition):
    (found,) = rubric(criterion(lines, points="2.5")).criteria
    assert (found.title, found.points, found.levels) == ("A", 2.5, (Level(condition, 2.5),))


def test_levels_are_read_in_their_order(rubric):
    text = criterion(
        'field = "history.epochs"\nlevels = [\n  {at_least = 20, points = 2},\n  {at_least = 10, points = 1}]', points="2"
    )
    (found,) = rubric(text).criteria
    assert [(one.condition.wanted, one.points) for one in found.levels] == [(20.0, 2.0), (10.0, 1.0)]


def test_levels_may_be_tables_of_their_own(rubric):
    lines = 'field = "history.epochs"\n[[criterion.levels]]\nat_least = 20\npoints = 1\n'
    assert rubric(criterion(lines)).criteria[0].levels == (Level(Condition("at_least", 20.0), 1.0),)


def test_manual_criterion_has_no_levels(rubric):
    assert rubric(criterion('field = "answers.why"\nmanual = true')).criteria == (
        Criterion("A", 1.0, ("answers.why",), manual=True),
    )


def test_possible_is_the_sum_of_the_points(rubric):
    assert rubric(BEST + criterion("manual = true", points="0.1") + criterion("manual = true", "B", "0.2")).possible == 3.3


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "there is no criterion"),
        (TOP + "[criterion]\ntitle = 'A'\n", 2, "criterion is one table; give a list of tables"),
        (TOP + BEST + "[rubric]\nx = 1\n", 6, "rubric is not known here"),
        (TOP + "titel = 'x'\n" + BEST, 2, "titel is not known here; did you mean title?"),
        ("title = 3\n" + BEST, 1, "title is 3; give a text in quotes"),
        (TOP + "schema = 'fitscope-rubric/9'\n" + BEST, 2, "'fitscope-rubric/9'"),
        (TOP + "language = 'kr'\n" + BEST, 2, "language is 'kr'"),
        (TOP + "due = 2026-12-18\n" + BEST, 2, "distance from UTC"),
        (TOP + "due = 'friday'\n" + BEST, 2, "give a date and time"),
        (TOP + "show_flags = 'yes'\n" + BEST, 2, "give true or false"),
        (TOP + "test = 0\n" + BEST, 2, "at least 1"),
        (TOP + "handed_out = ['gone.html']\n" + BEST, 2, "is not there"),
        (BEST + BEST, 6, "another criterion 'best epoch'"),
        (TOP + "[[criterion]]\npoints = 1\nmanual = true\n", 2, "title is missing"),
        (TOP + "[[criterion]]\ntitle = 'A'\nmanual = true\n", 2, "points is missing"),
        (TOP + criterion("manual = true", points="-1"), 4, "points is -1; give a number from 0 to 10,000"),
        (TOP + criterion("manual = true", points="nan"), 4, "points is nan"),
        (TOP + criterion("manual = true", points="'3'"), 4, "points is '3'"),
        (TOP + criterion("manual = true", points="0"), 1, "all criteria together give 0 points"),
        (TOP + criterion(""), 2, "this says not what earns its points"),
        (TOP + criterion("in_plateau = true\nsame_verdict = true"), 6, "in_plateau and same_verdict; give only one of"),
        (TOP + criterion("in_plateau = false"), 5, "write in_plateau = true, or leave it out"),
        (TOP + criterion("at_least = 1"), 2, "field is missing"),
        (TOP + criterion("field = 'refit.test.acuracy'\nat_least = 1"), 5, "did you mean refit.test.accuracy?"),
        (TOP + criterion("field = 'plan.optimizer'\nat_least = 1"), 5, "plan.optimizer is a text"),
        (TOP + criterion("field = 'history.epochs'\nequals = 'a'"), 5, "history.epochs is a number"),
        (TOP + criterion("field = 'refit.test.loss'\nmatches_recomputed = true"), 5, "cannot be computed again"),
        (TOP + criterion("field = 'history.epochs'\nat_least = 'ten'"), 6, "at_least is 'ten'; give a number"),
        (TOP + criterion("field = 'history.epochs'\nbetween = [6, 3]"), 6, "give the lowest and the highest number"),
        (TOP + criterion("field = 'plan.optimizer'\none_of = []"), 6, "one_of is empty"),
        (TOP + criterion("in_plateau = true\nwithin = -1"), 6, "within is -1"),
        (TOP + criterion("field = 'history.epochs'\nat_least = 1\nwithin = 1"), 7, "within means nothing beside at_least"),
        (TOP + criterion("field = 'history.epochs'\nlevels = []"), 6, "levels is empty"),
        (TOP + criterion("field = 'history.epochs'\nlevels = [\n{at_least = 9, points = 5}]"), 7, "a number from 0 to 1"),
        (
            TOP + criterion("field = 'history.epochs'\nlevels = [\n{at_least = 9, points = 0.5},\n{at_least = 5, points = 1}]"),
            8,
            "gives more than the one before it",
        ),
        (TOP + criterion("field = 'history.epochs'\nlevels = [\n{at_lest = 9, points = 1}]"), 7, "did you mean at_least?"),
    ],
)  # fmt: skip
def test_complaint_names_its_line(complaints, text, line, told):
    found = [one for one in complaints(text) if told in one]
    assert found and all(one.startswith(f"rubric.toml, line {line}: ") for one in found)


def test_all_complaints_are_told_at_once_in_the_files_order(complaints):
    found = complaints("titel = 'x'\n" + criterion("at_lest = 3") + criterion("in_plateau = 1", "A", "-2"))
    assert [int(one.partition("line ")[2].partition(":")[0]) for one in found] == [1, 2, 5, 7, 8, 9]


def test_of_many_complaints_ten_are_told(complaints):
    found = complaints("".join(f"key{i} = 1\n" for i in range(40)) + BEST)
    assert len(found) == 11 and found[-1] == "rubric.toml: and 30 more; mend these first."


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'title = "a"\npoints = = 3\n', "line 2: this is not TOML"),
        (b'title = "a\n', "line 1: this is not TOML"),
        ("title = '답'\nx = '".encode() + "답".encode("cp949") + b"'", "line 2: this is not UTF-8"),
        (b"x = " + b"[" * 5000, "rubric.toml"),
        (b"x = " + b"9" * 5000, "this is not TOML"),
        (b"#" * 4_000_001, "larger than 4 MB"),
    ],
)
def test_what_is_no_toml_is_refused(complaints, content, told):
    assert told in complaints(content)[0]


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_rubric(tmp_path / "none.toml")


def test_byte_order_mark_and_windows_lines_are_read(rubric):
    assert rubric(("\ufeff" + TOP + BEST).replace("\n", "\r\n").encode()).possible == 3


VALUES = st.recursive(
    st.integers().map(str) | st.sampled_from(["true", "false", '"a"', "nan", "1e400", "1979-05-27"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=6,
)  # fmt: skip
KEYS = st.sampled_from(
    ["title", "points", "field", "levels", "manual", "within", "equals", "at_least", "between", "one_of", "in_plateau", "x"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=3))
def test_any_toml_is_read_or_refused_with_lines(rubric, tables):
    text = "".join("[[criterion]]\n" + "".join(f"{key} = {value}\n" for key, value in one.items()) for one in tables)
    try:
        assert 0 < rubric(text).possible < 1e6
    except DataError as error:
        assert all(one.startswith("rubric.toml") for one in str(error).splitlines())
