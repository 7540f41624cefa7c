"""What the instructor decided: read from overrides.toml, applied, and written."""

from __future__ import annotations

import dataclasses
import json
import tomllib

import pytest

from fitscope.errors import DataError
from fitscope.grading.overrides import Override, Overrides, apply, as_entries, keys, read_overrides, to_toml
from fitscope.grading.records import FLAGS, Flag, Student
from fitscope.language import retold, speaking

HOSTILE = ("<script>", "</textarea></script>", "\"'>=1+1", "\\u0000 \\", "{line}", "# [[override]]")
SAID = {"who": "Lee", "when": "2026-12-01", "why": "read"}
POINTS = {"student": "2026-1001", "criterion": "Why", "points": 2.5} | SAID
FLAG = {"student": "2026-1001", "flag": "late", "decision": "confirmed"} | SAID


@pytest.fixture
def overrides_of(tmp_path, make_rubric):
    def read(*entries, head="", **changes):
        path = tmp_path / "overrides.toml"
        path.write_text(head + to_toml(entries), encoding="utf8")
        return read_overrides(path, make_rubric(**changes))

    return read


@pytest.fixture
def complaints(overrides_of):
    def read(*entries, **more):
        with pytest.raises(DataError) as told:
            overrides_of(*entries, **more)
        return str(told.value).splitlines()

    return read


@pytest.fixture
def people(make_graded):
    """Two students; the first is late."""
    return [make_graded(1, flags=(Flag("late", "It was late: ask."),)), make_graded(2, flags=())]


def test_overrides_are_read_in_order_with_their_lines(overrides_of):
    found = overrides_of(POINTS, FLAG | {"show": True}).entries
    assert found[0] == Override("2026-1001", None, "Lee", "2026-12-01", "read", criterion="Why", points=2.5)
    assert (found[1].flag, found[1].decision, found[1].show, found[1].line) == ("late", "confirmed", True, 9)


def test_overrides_of_an_empty_file_decide_nothing(overrides_of):
    assert overrides_of(head="# nothing yet\n") == Overrides(())


def test_overrides_when_may_be_a_date_of_toml(overrides_of):
    head = '[[override]]\nsubmission = "a"\ncriterion = "Why"\npoints = 1\nwho = "Lee"\nwhen = 2026-12-01T10:00:00\nwhy = "read"\n'
    assert overrides_of(head=head).entries[0].when == "2026-12-01T10:00:00"


@pytest.mark.parametrize(
    "changes, line, part",
    [
        ({"student": None}, 1, "an override needs student (an id, else a name) or submission, one of the two"),
        ({"submission": "kim_1"}, 1, "one of the two"),
        ({"student": 20261001}, 2, "student is 20261001; give a text in quotes"),
        ({"criterion": "why"}, 3, "the rubric has no criterion 'why'; did you mean Why?"),
        ({"criterion": 5}, 3, "criterion is 5; give a text in quotes"),
        ({"criterion": None}, 1, "an override needs a criterion with points, or a flag with a decision, one of the two"),
        ({"flag": "late"}, 1, "one of the two"),
        ({"points": 3.5}, 4, "points is 3.5; give a number from 0 to 3, for Why gives no more"),
        ({"points": -1}, 4, "points is -1"),
        ({"points": "3"}, 4, "points is '3'"),
        ({"points": None}, 1, "points is missing"),
        ({"who": None}, 1, "who is missing; say who decides"),
        ({"who": " "}, 5, "who is ' '; give a text in quotes that is not empty"),
        ({"when": "yesterday"}, 6, "when is 'yesterday'; give a date and time such as"),
        ({"when": None}, 1, "when is missing; say when it was decided, such as 2026-12-01"),
        ({"why": None}, 1, "why is missing; say why"),
        ({"reason": "x"}, 8, "reason is not known here"),
        ({"show": True}, 8, "show goes with a flag, and this override names none"),
        ({"decision": "dismissed"}, 8, "decision goes with a flag"),
    ],
)
def test_points_that_cannot_be_given_are_refused_with_their_line(complaints, changes, line, part):
    (told,) = complaints({name: value for name, value in (POINTS | changes).items() if value is not None})
    assert told.startswith(f"overrides.toml, line {line}: ") and part in told


@pytest.mark.parametrize(
    "changes, line, part",
    [
        ({"flag": "lates"}, 3, "there is no flag 'lates'; did you mean late?"),
        ({"flag": 5}, 3, "flag is 5; give a text in quotes"),
        ({"decision": "maybe"}, 4, "decision is 'maybe'; say dismissed or confirmed"),
        ({"decision": None}, 1, "decision is missing; say dismissed or confirmed"),
        ({"show": "yes"}, 8, "show is 'yes'; give true or false"),
        ({"points": 1}, 8, "points goes with a criterion, and this override names none"),
    ],
)
def test_decision_that_cannot_be_taken_is_refused_with_its_line(complaints, changes, line, part):
    (told,) = complaints({name: value for name, value in (FLAG | changes).items() if value is not None})
    assert told.startswith(f"overrides.toml, line {line}: ") and part in told


def test_overrides_tell_all_complaints_at_once(complaints):
    nobody = {name: value for name, value in POINTS.items() if name != "student"}
    told = complaints(POINTS | {"points": 9}, FLAG | {"flag": "x"}, nobody)
    assert [one.partition(":")[0] for one in told] == [f"overrides.toml, line {line}" for line in (4, 11, 17)]


@pytest.mark.parametrize("text", ["points = 1\n", "[override]\nstudent = '7'\n", "override = 5\n", "[[overide]]\n", "[x]\n"])
def test_overrides_of_something_else_are_refused(complaints, text):
    assert complaints(head=text)[0].startswith("overrides.toml, line 1: ")


def test_overrides_that_are_no_file_are_refused(tmp_path, make_rubric):
    with pytest.raises(DataError, match="give a file that holds overrides"):
        read_overrides(tmp_path / "overrides.toml", make_rubric())


def test_apply_gives_points_and_says_who_when_and_why(overrides_of, people):
    (first, second), unused = apply(overrides_of(POINTS | {"when": "2026-12-01T10:00:00"}), people)
    (mark,) = [mark for mark in first.marks if mark.title == "Why"]
    assert (mark.points, mark.decided, first.pending) == (2.5, "Lee, 2026-12-01: read", 0)
    assert second == people[1] and unused == ()


def test_apply_points_of_a_judged_criterion_count_too(overrides_of, people):
    found, _ = apply(overrides_of(POINTS | {"criterion": "Verdict", "points": 0}), people)
    assert found[0].marks[1].points == 0


def test_apply_of_two_decisions_the_later_counts(overrides_of, people):
    found, _ = apply(overrides_of(POINTS, POINTS | {"points": 1, "why": "read again"}), people)
    assert (found[0].marks[-1].points, found[0].marks[-1].decided) == (1.0, "Lee, 2026-12-01: read again")


@pytest.mark.parametrize(
    "entry, show_flags, shown",
    [({}, False, False), ({}, True, True), ({"show": True}, False, True), ({"decision": "dismissed"}, True, False)],
)
def test_apply_flag_is_shown_only_by_the_instructors_word(overrides_of, people, entry, show_flags, shown):
    found, _ = apply(overrides_of(FLAG | entry, show_flags=show_flags), people)
    (flag,) = found[0].flags
    assert flag.shown is shown and flag.decided == f"{entry.get('decision', 'confirmed')} (Lee, 2026-12-01: read)"
    assert found[0].points == people[0].points


def test_apply_twice_changes_nothing_more(overrides_of, people):
    decided = overrides_of(POINTS, FLAG, POINTS | {"points": 1}, FLAG | {"decision": "dismissed"})
    once, _ = apply(decided, people)
    assert apply(decided, once) == (once, ())


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"student": "2026-9"}, "Line 1 of overrides.toml speaks of 2026-9, of whom nothing was handed in."),
        ({"flag": "impossible_number"}, "Line 1 of overrides.toml decides on impossible_number of 2026-1001, where there is none."),
        ({"student": "2026-1002"}, "Line 1 of overrides.toml decides on late of 2026-1002, where there is none."),
    ],
)
def test_apply_tells_what_fits_nobody(overrides_of, people, changes, told):
    assert apply(overrides_of(FLAG | changes), people) == (people, (told,))


def test_apply_name_of_two_students_without_ids_decides_on_neither(overrides_of, make_graded):
    twins = [make_graded(i, name=f"kim_{i}", student=Student("Kim Minji")) for i in (1, 2)]
    found, told = apply(overrides_of(POINTS | {"student": "Kim Minji"}), twins)
    assert found == twins and "fits several submissions of Kim Minji: name the submission instead" in told[0]
    named = {name: value for name, value in POINTS.items() if name != "student"} | {"submission": "kim_2"}
    found, told = apply(overrides_of(named), twins)
    assert [one.marks[-1].points for one in found] == [None, 2.5] and told == ()


def test_apply_name_does_not_stand_for_a_student_who_has_an_id(overrides_of, people):
    found, told = apply(overrides_of(POINTS | {"student": people[0].student.name}), people)
    assert found == people and len(told) == 1


@pytest.mark.parametrize("text", [*HOSTILE, "a\x7fb\x85\u2028\n\t\\", '"""', "김민지 \u202e"])
def test_to_toml_texts_come_back_as_they_were(text):
    assert tomllib.loads(to_toml([POINTS | {"student": text, "why": text}]))["override"][0] == POINTS | {
        "student": text,
        "why": text,
    }


def test_to_toml_control_signs_and_halves_of_characters_are_toml_all_the_same():
    (found,) = tomllib.loads(to_toml([{"why": "\x00\x1f\r\ud800"}]).encode("utf8", "replace").decode())["override"]
    assert found["why"].startswith("\x00\x1f\r")


@pytest.mark.parametrize("number", [True, False, 0, 2, 2.5, 1e-9, 1e30])
def test_to_toml_numbers_stay_what_they_are(number):
    (found,) = tomllib.loads(to_toml([{"points": number}]))["override"]
    assert found == {"points": number} and type(found["points"]) is type(number)


def test_entries_that_were_read_are_written_as_they_stood(overrides_of):
    written = [POINTS, FLAG | {"show": True}]
    assert as_entries(overrides_of(*written)) == written


@pytest.mark.parametrize(
    "student, entry",
    [
        (Student("Kim", "7"), '{"student": "7"}'),
        (Student("김민지"), '{"student": "김민지"}'),
        (Student(), '{"submission": "kim_1"}'),
    ],
)
def test_key_names_whom_apply_finds(make_graded, overrides_of, student, entry):
    one = make_graded(1, name="kim_1", student=student)
    assert keys([one])["kim_1"] == entry
    said = {name: value for name, value in POINTS.items() if name != "student"} | json.loads(entry)
    assert apply(overrides_of(said), [one])[0][0].marks[-1].points == 2.5


@pytest.mark.parametrize("code", FLAGS)
def test_every_flag_can_be_decided_on(overrides_of, make_graded, code):
    one = make_graded(1, flags=(Flag(code, "ask"), Flag(code, "ask again")))
    found, _ = apply(overrides_of(FLAG | {"flag": code}), [one])
    assert all(flag.decided for flag in found[0].flags) and dataclasses.replace(found[0], flags=one.flags) == one


def test_every_submission_is_named_so_that_a_decision_finds_it_alone(overrides_of, make_graded):
    lee, choi = Student("Lee"), Student("Choi", "9")
    people = (Student("Kim", "7"), Student("Kim"), lee, lee, Student(), choi, choi)
    class_ = [make_graded(place, name=f"s{place}", student=student) for place, student in enumerate(people)]
    bare = {name: value for name, value in POINTS.items() if name != "student"}
    for place, key in enumerate(keys(class_).values()):
        found, told = apply(overrides_of(bare | json.loads(key)), class_)
        assert [i for i, one in enumerate(found) if one != class_[i]] == [place] and told == ()


def test_points_by_hand_count_for_what_could_not_be_read(overrides_of, make_graded):
    unread = make_graded(1, error="It is empty.", facts=None)
    (found,), told = apply(overrides_of(POINTS), [unread])
    assert (found.marks[-1].points, found.error, told) == (2.5, "It is empty.", ())


@pytest.mark.parametrize("code", ["dismissed", "confirmed"])
def test_decision_on_a_flag_is_told_in_korean(overrides_of, people, code):
    found, _ = apply(overrides_of(FLAG | {"decision": code}), people)
    with speaking("ko"):
        told = retold(found[0].flags[0].decided)
    assert code not in told and all(said in told for said in SAID.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("To be read by a person.", ""),
        ("Nothing was written here; a person decides.", "Nothing was written here."),
        ("The gap is 0.41.", "The gap is 0.41."),
    ],
)
def test_apply_what_waited_for_a_person_no_longer_says_so(overrides_of, make_graded, before, after):
    one = make_graded(1)
    one = dataclasses.replace(one, marks=tuple(dataclasses.replace(mark, evidence=before) for mark in one.marks))
    found, _ = apply(overrides_of(POINTS), [one])
    assert [mark.evidence for mark in found[0].marks] == [before] * 4 + [after]
