"""What the instructor decided counts, once, for whom it was decided; and a file that cannot mean it is refused."""

import dataclasses
import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitscope.errors import DataError
from fitscope.grading.overrides import Overrides, apply, as_entries, keys, read_overrides, to_toml
from fitscope.grading.records import Flag, Graded, Mark, Student

SIGNED = {"who": "Kim", "when": "2026-12-01", "why": "read"}
POINTS = {"student": "7", "criterion": "Why", "points": 2}
FLAG = {"student": "7", "flag": "same_curves", "decision": "dismissed"}


@pytest.fixture
def overrides(tmp_path, make_rubric):
    def made(*entries, show_flags=False):
        path = tmp_path / "overrides.toml"
        text = entries[0] if entries and isinstance(entries[0], str) else to_toml({**one, **SIGNED, **one} for one in entries)
        path.write_text(text, encoding="utf8")
        return read_overrides(path, make_rubric(show_flags=show_flags))

    return made


KIM = Student("Kim Minji", "7")


def submission(name="kim", student=KIM, **changes):
    marks = (Mark("Best epoch", 3.0, 3.0, "In."), Mark("Why", None, 3.0, "To be read.", True, "It rises."))
    given = {"marks": marks, "flags": (Flag("same_curves", "Ask."),)} | changes
    return Graded(name, student, ("report.html",), **given)


def test_points_by_hand_count_with_who_when_and_why(overrides):
    (found,), unused = apply(overrides(POINTS), [submission()])
    assert (found.points, found.pending, unused) == (5, 0, ())
    assert found.marks[1].decided == "Kim, 2026-12-01: read" and found.marks[0].decided is None


@pytest.mark.parametrize("decision", ["dismissed", "confirmed"])
def test_decision_on_a_flag_stands_beside_it_and_takes_no_points(overrides, decision):
    (found,), _ = apply(overrides(FLAG | {"decision": decision}), [submission()])
    assert found.flags[0].decided == f"{decision} (Kim, 2026-12-01: read)" and found.points == submission().points


@pytest.mark.parametrize(
    ("decision", "show", "show_flags", "shown"),
    [
        ("confirmed", False, False, False),
        ("confirmed", True, False, True),
        ("confirmed", False, True, True),
        ("dismissed", False, True, False),
        ("dismissed", True, False, True),
    ],
)
def test_flag_is_shown_where_the_decision_or_the_rubric_says_so(overrides, decision, show, show_flags, shown):
    found, _ = apply(overrides(FLAG | {"decision": decision, "show": show}, show_flags=show_flags), [submission()])
    assert found[0].flags[0].shown is shown


def test_flag_that_nobody_decided_on_is_not_shown(overrides):
    found, _ = apply(overrides(show_flags=True), [submission()])
    assert found == [submission()]


def test_later_decision_wins_and_applying_twice_changes_nothing_more(overrides):
    decided = overrides(POINTS, FLAG, POINTS | {"points": 1.5, "why": "read again"}, FLAG | {"decision": "confirmed"})
    once, _ = apply(decided, [submission()])
    assert once[0].marks[1].points == 1.5 and once[0].flags[0].decided.startswith("confirmed")
    assert apply(decided, once)[0] == once


@pytest.mark.parametrize(
    ("whose", "student"),
    [
        ({"student": "7"}, Student("Kim Minji", "7")),
        ({"student": "Kim Minji"}, Student("Kim Minji")),
        ({"submission": "kim"}, Student("Kim Minji", "7")),
        ({"submission": "kim"}, Student()),
    ],
)
def test_decision_finds_its_submission(overrides, whose, student):
    entry = {**whose, "criterion": "Why", "points": 2}
    found, unused = apply(overrides(entry), [submission("lee", Student("Lee", "8")), submission("kim", student)])
    assert [one.marks[1].points for one in found] == [None, 2] and unused == ()


def test_name_is_not_taken_where_there_is_a_number(overrides):
    found, unused = apply(overrides(POINTS | {"student": "Kim Minji"}), [submission()])
    assert found == [submission()]
    assert unused == ("Line 1 of overrides.toml speaks of Kim Minji, of whom nothing was handed in.",)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (POINTS | {"student": "9"}, "speaks of 9, of whom nothing was handed in"),
        (FLAG | {"flag": "late"}, "decides on late of 7, where there is none"),
    ],
)
def test_decision_that_fits_nothing_becomes_a_note_with_its_line(overrides, entry, told):
    found, unused = apply(overrides(POINTS, entry), [submission()])
    assert len(unused) == 1 and unused[0].startswith("Line 9 of overrides.toml") and told in unused[0]
    assert found[0].marks[1].points == 2


def test_student_with_two_submissions_is_asked_for(overrides):
    class_ = [submission("kim"), submission("kim_2")]
    found, unused = apply(overrides(POINTS), class_)
    assert found == class_ and "name the submission instead" in unused[0]


def test_points_by_hand_count_for_what_could_not_be_read(overrides):
    unread = submission(error="It is empty.", marks=(Mark("Why", 0.0, 3.0, "It is empty.", True),), flags=())
    (found,), _ = apply(overrides(POINTS), [unread])
    assert (found.points, found.error) == (2, "It is empty.")


def test_every_submission_is_named_so_that_a_decision_finds_it_alone(overrides):
    people = (
        Student("Kim", "7"),
        Student("Kim"),
        Student("Lee"),
        Student("Lee"),
        Student(),
        Student("Choi", "9"),
        Student("Oh", "9"),
    )
    class_ = [submission(str(place), student) for place, student in enumerate(people)]
    for place, key in enumerate(keys(class_).values()):
        found, unused = apply(overrides(json.loads(key) | {"criterion": "Why", "points": 1}), class_)
        assert [i for i, one in enumerate(found) if one.marks[1].points == 1] == [place] and unused == ()


def test_empty_file_decides_nothing(overrides):
    assert overrides("# nothing yet\n") == Overrides(())


def test_moment_may_be_a_toml_date_or_a_text(overrides):
    text = '[[override]]\nstudent = "7"\ncriterion = "Why"\npoints = 2\nwho = "Kim"\nwhen = {}\nwhy = "read"\n'
    for when in ("2026-12-01", "2026-12-01T10:00:00Z", "2026-12-01 10:00:00", '"2026-12-01T10:00:00Z"'):
        (found,), _ = apply(overrides(text.format(when)), [submission()])
        assert found.marks[1].decided == "Kim, 2026-12-01: read"


def entry(**changes):
    given = {key: value for key, value in ({**POINTS, **SIGNED} | changes).items() if value is not None}
    return to_toml([given])


FLAGGED = {"criterion": None, "points": None, "flag": "late", "decision": "dismissed"}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (entry(points=3.5), 4, "points is 3.5; give a number from 0 to 3, for Why gives no more"),
        (entry(points=-1), 4, "points is -1"),
        (entry(points=None), 1, "points is missing"),
        (entry(points=True), 4, "points is true"),
        (entry(criterion="Whi"), 3, "the rubric has no criterion 'Whi'; did you mean Why?"),
        (entry(criterion=""), 3, "give a text in quotes that is not empty"),
        (entry(criterion=None), 1, "needs a criterion with points, or a flag with a decision"),
        (entry(flag="late"), 1, "needs a criterion with points, or a flag with a decision"),
        (entry(submission="kim"), 1, "needs student (an id, else a name) or submission"),
        (entry(student=None), 1, "needs student (an id, else a name) or submission"),
        (entry(student=7), 2, "student is 7; give a text in quotes"),
        (entry(who=None), 1, "who is missing; say who decides"),
        (entry(why=None), 1, "why is missing; say why"),
        (entry(when=None), 1, "when is missing"),
        (entry(when="last Monday"), 6, "when is 'last Monday'; give a date"),
        (entry(whom="Lee"), 8, "whom is not known here; did you mean who?"),
        (entry(show=True), 8, "show goes with a flag"),
        (entry(**FLAGGED | {"points": 1}), 3, "points goes with a criterion"),
        (entry(**FLAGGED | {"flag": "latte"}), 6, "there is no flag 'latte'; did you mean late?"),
        (entry(**FLAGGED | {"decision": "maybe"}), 7, "decision is 'maybe'; say dismissed or confirmed"),
        (entry(**FLAGGED | {"decision": None}), 1, "decision is missing; say dismissed or confirmed"),
        (entry(**FLAGGED, show="yes"), 8, "show is 'yes'; give true or false"),
        ("[override]\nstudent = '7'\n", 1, "give a list of tables, each below a line [[override]]"),
        ("[[overide]]\n", 1, "overide is not known here; did you mean override?"),
        ("[[override]\n", 1, "this is not TOML"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_with_its_line(overrides, text, line, told):
    with pytest.raises(DataError) as error:
        overrides(text)
    found = [one for one in str(error.value).splitlines() if told in one]
    assert found and found[0].startswith(f"overrides.toml, line {line}: ")


def test_every_entry_is_complained_of(overrides):
    with pytest.raises(DataError) as error:
        overrides(entry(student=None) + "\n" + entry(student=None, points=9))
    assert [one.partition(": ")[0][16:] for one in str(error.value).splitlines()] == ["line 1", "line 8", "line 10"]


TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(['"""', "\\u0000", "\x7f\x00\x1f", "a\r\nb", "'''", "#", "\u2028"])


@given(
    st.lists(st.dictionaries(st.sampled_from(["student", "who", "why"]), TEXTS | st.booleans() | st.integers(0, 99), max_size=3))
)
def test_toml_holds_whatever_was_typed(entries):
    assert tomllib.loads(to_toml(entries)).get("override", []) == entries


def test_halves_of_characters_become_signs_that_files_can_hold():
    assert tomllib.loads(to_toml([{"why": "\ud83d\ude00 \udfff"}])) == {"override": [{"why": "\ufffd\ufffd \ufffd"}]}


def test_decisions_are_written_as_they_were_read(overrides, tmp_path):
    decided = overrides(POINTS, FLAG | {"show": True}, {"submission": "x", "criterion": "Why", "points": 0.5})
    again = overrides(to_toml(as_entries(decided)))
    assert [dataclasses.replace(one, line=0) for one in again.entries] == [
        dataclasses.replace(one, line=0) for one in decided.entries
    ]
