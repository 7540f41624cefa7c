"""Class lists, and whose each submission is."""

from __future__ import annotations

import dataclasses
import os
import unicodedata
from pathlib import Path

import pytest

from fitscope.diagnosis import judge
from fitscope.errors import DataError
from fitscope.grading.records import HandIn, Student, Work
from fitscope.grading.roster import Read, Roster, identify, read_roster
from fitscope.history import TrainingHistory
from fitscope.logs import result_of
from fitscope.readers import Reading
from fitscope.result import Author

HISTORY = TrainingHistory.of({"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.0, 2.5]})
RESULT = result_of(Reading("training.log", None, HISTORY), judge(HISTORY), "")
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Task (99),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,10.00,(read only)
"Kim, Minji",12,2026-1,kim@example.org,A,,
"Lee, Joon",13,2026-2,lee@example.org,B,,
"""


def roster_of(folder: Path, content: str | bytes) -> Roster:
    (folder / "roster.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return read_roster(folder / "roster.csv")


def handed(
    name: str, /, author: Author | None = None, export: str | None = None, signed: Student | None = None, **claimed: str
) -> Read:
    """A submission; without `claimed` its file's name says whom it is from."""
    more = {key: claimed.pop(key) for key in ("moment", "created") if key in claimed}
    result = dataclasses.replace(RESULT, author=author, created=more.get("created", RESULT.created))
    student = Student(**claimed) if claimed else Student(name=name)
    return Read(HandIn(name, student, (), (f"{name}.html",), moment=more.get("moment"), export=export), Work(result, signed=signed))


def test_roster_of_canvas_has_its_numbers_and_no_row_of_points(tmp_path):
    kim, lee = roster_of(tmp_path, CANVAS).students
    assert kim == Student("Kim, Minji", "2026-1", login="kim@example.org", canvas="12", section="A")
    assert lee.canvas == "13"


def test_roster_of_moodle_joins_first_name_and_surname(tmp_path):
    (kim,) = roster_of(tmp_path, "First name,Surname,ID number,Email address,Groups\nMinji,Kim,7,k@example.org,Team 1\n").students
    assert kim == Student("Minji Kim", "7", email="k@example.org", group="Team 1")


def test_roster_of_moodle_grading_worksheet_has_participants(tmp_path):
    (kim,) = roster_of(
        tmp_path, "Identifier,Full name,Email address,Status,Grade\nParticipant 123,Minji Kim,k@example.org,,\n"
    ).students
    assert (kim.name, kim.moodle, kim.id) == ("Minji Kim", "123", None)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_roster_in_korean_is_read_in_every_encoding(encoding, separator, tmp_path):
    rows = [["학번", "이름", "분반", "조", "이메일"], ["2026-1", "김민지", "1", "3", "k@example.org"]]
    found = roster_of(tmp_path, "\r\n".join(separator.join(row) for row in rows).encode(encoding))
    assert found.students == (Student("김민지", "2026-1", "k@example.org", section="1", group="3"),)
    assert [note for note in found.notes if "CP949" in note] == list(found.notes) and bool(found.notes) == (encoding == "cp949")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,id\nKim,7\nLee,8\nPark,7\n", "the id '7' twice, in lines 2 and 4"),
        ("name,email\nKim,a@example.org\nLee,A@example.org\n", "the email 'A@example.org' twice"),
        ("", "is empty"),
        ("name,id\n", "names no student"),
        ("grade,points\n1,2\n", "no column with names or ids"),
        (b"PK\3\4xlsx", "save it as CSV"),
        (b"\0\0\0", "no text"),
        ("name,id\n" + "a" * 200_000, "no table"),
    ],
)
def test_roster_that_cannot_be_used_is_refused(content, told, tmp_path):
    with pytest.raises(DataError, match=told):
        roster_of(tmp_path, content)


ROSTER = Roster((
    Student("Kim, Minji", "2026-1", "kim@example.org", login="kim01", canvas="12"),
    Student("José García", "2026-2", moodle="77", group="Team 1"),
    Student("Lee Joon", "2026-3"),
    Student("Lee, Joon", "2026-4"),
))  # fmt: skip


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        (Student(canvas="12"), "2026-1"),
        (Student(id=" 2026-1 "), "2026-1"),
        (Student(email="KIM@example.org"), "2026-1"),
        (Student(login="kim01"), "2026-1"),
        (Student(moodle="77"), "2026-2"),
        (Student("minji kim"), "2026-1"),
        (Student("kimminji"), "2026-1"),
        (Student("Minji_Kim"), "2026-1"),
        (Student("Team 1-José García"), "2026-2"),
        (Student(unicodedata.normalize("NFD", "josé garcía")), "2026-2"),
        (Student("2026-3"), "2026-3"),
        (Student("lee_2026-4_final"), "2026-4"),
        (Student("Jose Garcia"), None),
        (Student("Lee Joon"), None),
        (Student("Park"), None),
        (Student(""), None),
        (Student(), None),
    ],
)
def test_find_matches_numbers_and_unique_names(claimed, found):
    student = ROSTER.find(claimed)
    assert (student and student.id) == found


def test_identify_believes_the_export_before_the_report():
    (one,), _ = identify([handed("kimminji_12", Author("Lee Joon", "2026-3"), "Canvas", name="kimminji", canvas="12")], ROSTER)
    assert one.student.id == "2026-1" and one.error is None
    assert one.notes == ("The report names Lee Joon (2026-3); it is graded as Kim, Minji (2026-1)'s.",)


def test_identify_believes_the_report_before_the_files_name():
    (one,), _ = identify([handed("final version", Author("Minji Kim", "2026-1"))], ROSTER)
    assert one.student.id == "2026-1" and one.notes == ()


def test_identify_goes_by_answers_and_then_by_the_files_name():
    (one, other), missing = identify([handed("a", signed=Student(id="2026-3")), handed("kim minji")], ROSTER)
    assert (one.student.id, other.student.id) == ("2026-3", "2026-1")
    assert [student.id for student in missing] == ["2026-2", "2026-4"]


def test_identify_fills_in_what_an_export_does_not_say():
    (one,), _ = identify([handed("kimminji_12", Author("Minji Kim", "2026-1"), "Canvas", name="kimminji", canvas="12")])
    assert one.student == Student("Minji Kim", "2026-1", canvas="12") and one.notes == ()


def test_identify_student_who_is_not_on_the_roster_is_an_error():
    found, missing = identify([handed("park"), handed("lee joon")], ROSTER)
    assert found[0].error == "park is not on the roster; add a row, or mend the name."
    assert "fits 2 students of the roster" in found[1].error and len(missing) == 4


def test_identify_leaves_the_newest_of_several_tries_with_a_note():
    kim = Author("Kim Minji", "7")
    reads = [handed("b", kim, created="2026-03-02T00:00:00+00:00"), handed("a", kim, created="2026-03-01T00:00:00"), handed("lee")]
    (one, lee), _ = identify(reads)
    assert one.read.hand_in.name == "b" and one.read.hand_in.tries == 1 and one.notes[0].endswith("Passed over: a.")
    assert lee.notes == ()


def test_identify_goes_by_the_moment_before_the_result():
    kim = Author("Kim Minji", "7")
    reads = [handed("a", kim, moment="2026-03-03T00:00:00+00:00", created="2026-01-01"), handed("b", kim, created="2026-03-02")]
    assert identify(reads)[0][0].read.hand_in.name == "a"


@pytest.mark.parametrize("roster", [None, Roster((Student("Kim Minji", "7"),))])
def test_identify_two_students_with_one_id_are_both_refused(roster):
    found, _ = identify([handed("a", Author("Kim Minji", "7")), handed("b", Author("Lee Joon", "7"))], roster)
    assert [one.error for one in found] == ["Two students hand in under id 7: Kim Minji and Lee Joon; ask them whose it is."] * 2


def test_identify_two_members_of_a_group_are_two_students():
    found, _ = identify([
        handed(f"submission_1 ({i})", Author("Kim Minji", "1"), "Gradescope", name=name, id=str(i), group="submission_1")
        for i, name in enumerate(("Kim Minji", "Lee Joon"), 1)
    ])  # fmt: skip
    assert [(one.student.id, one.student.group, one.error) for one in found] == [
        ("1", "submission_1", None),
        ("2", "submission_1", None),
    ]


def test_identify_what_could_not_be_read_keeps_its_reason():
    (one,), _ = identify([Read(HandIn("kim", Student("kim"), (), ()), None, "kim.zip cannot be opened")])
    assert one.error == "kim.zip cannot be opened" and one.student.name == "kim"


def test_identify_nothing_known_at_all_is_each_their_own():
    found, _ = identify([Read(HandIn(name, Student(), (), ()), None, "empty") for name in ("a", "b")])
    assert len(found) == 2


HEADS = {
    "name": "Student, Name, Full name, Student name, Display name, 이름, 성명, 학생, 학생 이름",
    "id": "SIS User ID, ID number, Student ID, Student number, SID, Matriculation number, 학번, ID",
    "canvas": "Canvas ID, Canvas user ID",
    "login": "SIS Login ID, Login, Login ID, Username, 아이디",
    "email": "Email address, E-Mail Address, E-mail, mail, User email, 이메일, 메일, 전자우편",
    "section": "Section, Sections, Class, 분반, 반",
    "group": "Group, Groups, Team, Group name, 조, 팀, 모둠",
    "language": "Language, Lang, 언어",
}


@pytest.mark.parametrize(("head", "field"), [(head, field) for field, heads in HEADS.items() for head in heads.split(", ")])
def test_roster_column_is_known_by_its_name_however_it_is_written(tmp_path, head, field):
    beside = "email" if field != "email" else "name"
    (kim,) = roster_of(tmp_path, f"{beside},{head}\nKim,x7\n").students
    assert kim == Student(**{beside: "Kim", field: "x7"})


@pytest.mark.parametrize("first", ["First name", "Given name", "Forename"])
@pytest.mark.parametrize("last", ["Last name", "Surname", "Family name", "성"])
def test_roster_names_in_two_columns_are_joined(tmp_path, first, last):
    assert roster_of(tmp_path, f"{last},{first}\nKim,Minji\n").students == (Student("Minji Kim"),)


@pytest.mark.parametrize("head", ["Identifier", "Participant"])
def test_roster_number_of_a_participant_is_known_by_its_name(tmp_path, head):
    assert roster_of(tmp_path, f"Name,{head}\nKim,Participant 12\n").students == (Student("Kim", moodle="12"),)


@pytest.mark.parametrize("head", ["Surname", "Username", "Canvas ID", "Email", "ID"])
def test_roster_one_column_that_tells_students_apart_is_enough(tmp_path, head):
    assert len(roster_of(tmp_path, f"{head},Section\nkim,A\nlee,A\n,B\n").students) == 2


@pytest.mark.parametrize("head", ["First name", "Section", "Group", "Language", "Participant"])
def test_roster_column_that_many_share_is_not_enough(tmp_path, head):
    with pytest.raises(DataError, match="has no column with names or ids, but .* call them name and id"):
        roster_of(tmp_path, f"{head},Grade\nkim,A\n")


@pytest.mark.parametrize(("size", "told"), [(20_000_000, "is no text"), (20_000_001, "has more than 20,000,000 bytes")])
def test_roster_of_too_many_bytes_is_refused_unread(tmp_path, size, told):
    (tmp_path / "roster.csv").touch()
    os.truncate(tmp_path / "roster.csv", size)
    with pytest.raises(DataError, match=told):
        read_roster(tmp_path / "roster.csv")


@pytest.mark.parametrize("name", ["gone.csv", ".", "a\0b"])
def test_roster_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="give the class list as CSV"):
        read_roster(tmp_path / name)


@pytest.mark.parametrize("begin", [b"PK\3\4", b"\xd0\xcf\x11\xe0"])
def test_roster_that_is_a_spreadsheet_is_refused(tmp_path, begin):
    with pytest.raises(DataError, match="is a spreadsheet; save it as CSV, and give that"):
        roster_of(tmp_path, begin + b"\nname,id\nKim,7\n")


def test_roster_blank_rows_count_as_lines_alone(tmp_path):
    assert roster_of(tmp_path, "\n ;\n\nname;id\n\nKim;7\n").students == (Student("Kim", "7"),)
    with pytest.raises(DataError, match="in lines 4 and 6"):
        roster_of(tmp_path, "\n,,\nname,id\nKim,7\n\nLee,7\n")


def test_roster_row_shorter_than_its_head_lacks_what_is_not_there(tmp_path):
    assert roster_of(tmp_path, "name,id,section\nKim,7\nLee\n").students == (Student("Kim", "7"), Student("Lee"))


def test_roster_of_canvas_counts_its_login_alone_as_canvas_and_points_possible_as_nobody(tmp_path):
    found = roster_of(tmp_path, "Student,ID,SIS Login ID\nPoints Possible,,\nKim,12,kim\n").students
    assert found == (Student("Kim", login="kim", canvas="12"),)


@pytest.mark.parametrize("kind", ["Canvas ID", "Identifier"])
def test_roster_two_rows_with_one_number_of_a_system_are_refused(tmp_path, kind):
    with pytest.raises(DataError, match="'12' twice, in lines 2 and 4"):
        roster_of(tmp_path, f"name,{kind}\nKim,12\nLee,13\nPark,12\n")


@pytest.mark.parametrize("name", ["kim01", "work_kim01", "kim@example.org", "KIM@example.org"])
def test_find_login_or_address_may_stand_for_the_name(name):
    assert ROSTER.find(Student(name)).id == "2026-1"


def test_find_goes_by_the_number_where_two_share_what_comes_before_it():
    twins = Roster((Student("Kim", "1", login="a", canvas="9"), Student("Lee", "2", login="b", canvas="9")))
    assert twins.find(Student(canvas="9", login="b")).id == "2" and twins.find(Student(canvas="9")) is None


@pytest.mark.parametrize("words", [5, 6])
def test_find_name_of_up_to_five_words_in_any_order_without_blanks(words):
    name = ["ana", "bea", "cho", "dan", "eva", "fay"][:words]
    found = Roster((Student(" ".join(name), "1"),)).find(Student("".join([name[1], name[0], *name[2:]])))
    assert (found is not None) is (words == 5)


def test_find_believes_the_export_then_the_report_then_the_answers():
    kim, lee = Author("Kim Minji", None), Student(id="2026-3")
    assert ROSTER.find(Student("Nobody"), kim, lee).id == "2026-1" and ROSTER.find(Student(), None, lee).id == "2026-3"
    assert (
        ROSTER.find(Student(moodle="77"), kim, lee).id == "2026-2" and ROSTER.find(Student(), Author(None, "2026-4")).id == "2026-4"
    )


def test_roster_first_of_several_columns_that_fit_counts(tmp_path):
    (kim,) = roster_of(tmp_path, "Full name,Student,ID number,ID\nWrong,Kim,1,2\n").students
    assert (kim.name, kim.id) == ("Kim", "1")


@pytest.mark.parametrize(
    ("row", "name"), [("Minji,Kim", "Minji Kim"), ("Minji,", "Minji"), (",Kim", "Kim"), (" Minji , Kim ", "Minji Kim")]
)
def test_roster_names_are_joined_from_what_there_is(tmp_path, row, name):
    assert roster_of(tmp_path, f"First name,Last name,id\n{row},7\n").students[0].name == name


def test_roster_rows_that_name_nobody_are_left_out(tmp_path):
    found = roster_of(tmp_path, "name,id,section\nPoints Possible,,\nStudent\\, Test,1,A\n\n,,B\nKim,7\n".replace("\\,", ""))
    assert [one.name for one in found.students] == ["Student Test", "Kim"] and found.students[1].section is None
    assert [one.name for one in roster_of(tmp_path, 'name,id\n"Student, Test",1\ntest STUDENT,2\nKim,7\n').students] == ["Kim"]


@pytest.mark.parametrize("kind", ["id", "login", "email"])
def test_roster_two_rows_with_one_number_are_refused_whatever_their_case(tmp_path, kind):
    with pytest.raises(DataError, match=f"gives the {kind} 'A b' twice, in lines 2 and 3; mend one of them"):
        roster_of(tmp_path, f"name,{kind}\nKim,a  B\nLee,A b\n")


@pytest.mark.parametrize(
    ("identifier", "moodle"), [("Participant 123", "123"), ("123", "123"), ("참가자 7번", "7"), ("1 and 2", None), ("nobody", None)]
)
def test_roster_participant_is_the_one_number_in_it(tmp_path, identifier, moodle):
    assert roster_of(tmp_path, f"Full name,Identifier\nKim,{identifier}\n").students[0].moodle == moodle


@pytest.mark.parametrize(
    ("claimed", "several"), [(Student("joon lee"), 2), (Student("Kim Minji"), 1), (Student("Nobody"), 0), (Student(), 0)]
)
def test_roster_says_how_many_a_name_fits(claimed, several):
    assert ROSTER.several(claimed) == several


def test_find_number_goes_before_the_name():
    assert ROSTER.find(Student("Kim Minji", "2026-2")).id == "2026-2" and ROSTER.find(Student("Kim Minji", "2026-9")).id == "2026-1"


def test_names_of_many_words_are_tried_in_two_orders():
    name = "Maria del Carmen Lopez de la Torre"
    roster = Roster((Student(name, "1"),))
    assert roster.find(Student("mariadelcarmenlopezdelatorre")).id == "1"
    assert roster.find(Student("delcarmenlopezdelatorremaria")).id == "1"
    assert (
        roster.find(Student("torredelcarmenlopezdelamaria")) is None
        and roster.find(Student("Torre del Carmen Lopez de la Maria")).id == "1"
    )


def test_identify_takes_the_groups_word_for_all_of_its_members():
    reads = [handed(f"s ({i})", Author("Kim Minji", "2026-1"), "Gradescope", name=name, id=number, group="s")
             for i, (name, number) in enumerate((("Kim Minji", "2026-1"), ("José García", "2026-2")))]  # fmt: skip
    found, _ = identify(reads, ROSTER)
    assert [one.notes for one in found] == [(), ()] and [one.student.group for one in found] == ["s", "Team 1"]


def test_identify_two_people_under_one_id_are_refused_both():
    reads = [handed("a", Author("Kim Minji", "7")), handed("b", Author("Lee Joon", "7")), handed("c", Author("Park Sora", "8"))]
    found, _ = identify(reads)
    told = "Two students hand in under id 7: Kim Minji and Lee Joon; ask them whose it is."
    assert [one.error for one in found] == [told, told, None]


def test_identify_one_person_of_one_id_is_known_however_the_name_is_written():
    reads = [handed("a", Author("Kim Minji", "7"), created="2026-03-01T00:00:00Z"), handed("b", Author("minji kim", "7"))]
    (one,), _ = identify(reads)
    assert one.error is None and one.read.hand_in.tries == 1


def test_identify_two_users_of_one_name_and_id_are_two():
    reads = [handed(f"k_{n}", Author("Kim Minji", "7"), "Canvas", name="kimminji", canvas=n) for n in ("1", "2")]
    assert all("Two students hand in under id 7" in one.error for one in identify(reads)[0])


@pytest.mark.parametrize(
    ("moments", "newest"),
    [
        (("2026-03-01T10:00:00+00:00", "2026-03-01T10:00:01+00:00"), "b"),
        (("2026-03-01T10:00:01+00:00", "2026-03-01T10:00:00+00:00"), "a"),
        (("2026-03-01T10:00:00+00:00", None), "a"),
        (("2026-03-01T10:00:00+09:00", "2026-03-01T02:00:00+00:00"), "b"),
        (("2026-03-01T10:00:00", "2026-03-01T09:59:59+00:00"), "a"),
        (("odd", "2026-03-01T09:59:59+00:00"), "b"),
    ],
)
def test_identify_newest_is_what_the_export_says_was_handed_in_last(moments, newest):
    kim = Author("Kim Minji", "7")
    reads = [handed(name, kim, **{} if moment is None else {"moment": moment}) for name, moment in zip("ab", moments)]
    (one,), _ = identify(reads)
    assert one.read.hand_in.name == newest
    assert one.notes == (f"It was handed in 2 times; the newest that can be read counts. Passed over: {'ab'.replace(newest, '')}.",)


def test_identify_what_can_be_read_counts_before_what_is_newer_and_tries_add_up():
    kim = Author("Kim Minji", "7")
    old = handed("a", kim, created="2026-03-01T00:00:00Z")
    old = dataclasses.replace(old, hand_in=dataclasses.replace(old.hand_in, claimed=Student("Kim Minji", "7"), tries=2))
    broken = Read(
        HandIn("b", Student("Kim Minji", "7"), (), ("b.html",), moment="2027-01-01T00:00:00Z", tries=3), None, "It is empty."
    )
    (one,), _ = identify([broken, old])
    assert one.read.hand_in.name == "a" and one.read.hand_in.tries == 2 + 3 + 1 and one.error is None


@pytest.mark.parametrize("kind", ["canvas", "moodle", "login", "email"])
def test_identify_tries_of_one_user_are_joined_by_any_number(kind):
    reads = [handed(name, None, "Canvas", name=name, **{kind: "X7"}) for name in ("a", "b")]
    assert len(identify(reads)[0]) == 1


def test_identify_files_of_one_name_that_nobody_signed_are_two():
    reads = [handed("a", name="Kim"), handed("b", name="Kim")]
    assert len(identify(reads)[0]) == 2
    assert len(identify([handed("a", signed=Student("Kim")), handed("b", signed=Student("kim"))])[0]) == 1


def test_identify_note_on_another_number_under_the_same_name():
    (one,), _ = identify([handed("k", Author("Kim Minji", "9"), "Moodle", name="Kim Minji", id="7")])
    assert one.notes == ("The report names Kim Minji (9); it is graded as Kim Minji (7)'s.",)
    (one,), _ = identify([handed("k", Author("Kim Minji", "A7"), "Moodle", name="Team 1-Kim Minji", id="a7")])
    assert one.notes == ()


@pytest.mark.parametrize(("export", "author"), [("Team 1-Kim Minji", "Kim Minji"), ("Kim Minji", "Team 1-Kim Minji")])
def test_identify_name_behind_its_groups_is_the_same_person(export, author):
    (one,), _ = identify([handed("k", Author(author, "A7"), "Moodle", name=export)])
    assert one.notes == () and (one.student.name, one.student.id) == (export, "A7")


def test_identify_missing_are_those_of_whom_nothing_counts():
    _, missing = identify([handed("kim minji"), handed("a", Author("José García", "2026-2"))], ROSTER)
    assert [one.id for one in missing] == ["2026-3", "2026-4"] and identify([], None) == ((), ())


def test_identify_two_names_that_were_signed_without_numbers_are_two():
    found, _ = identify([handed("a", signed=Student("Kim Minji")), handed("b", signed=Student("Lee Joon"))])
    assert [one.student.name for one in found] == ["Kim Minji", "Lee Joon"]
    found, _ = identify([handed("a", Author("Kim Minji", None)), handed("b", Author("Minji, Kim", None)), handed("Kim Minji")])
    assert [one.read.hand_in.name for one in found] == ["a", "Kim Minji"] and found[0].read.hand_in.tries == 1


@pytest.mark.parametrize(
    ("users", "people"), [(("1", "1"), 1), (("1", None), 1), ((None, "1"), 1), (("1", "2"), 2), (("1", None, "2"), 2)]
)
@pytest.mark.parametrize("kind", ["canvas", "moodle"])
def test_identify_users_of_one_name_and_id_are_told_apart_by_their_numbers_alone(kind, users, people):
    reads = [
        handed(f"k_{i}", Author("Kim Minji", "7"), "Canvas", **({"name": "kimminji"} | ({} if user is None else {kind: user})))
        for i, user in enumerate(users)
    ]
    found, _ = identify(reads)
    assert [one.error is None for one in found] == ([True] if people == 1 else [False] * len(users))


def test_identify_tries_of_an_export_are_one_students_by_the_name_alone():
    found, _ = identify([handed(name, None, "Moodle", name="Kim Minji") for name in "ab"])
    assert len(found) == 1


@pytest.mark.parametrize(("first", "second", "newest"), [(1.0, 2.0, "b"), (2.0, 1.0, "a"), (2.0, None, "a")])
def test_identify_newest_of_tries_that_say_no_moment_is_told_by_the_files(first, second, newest):
    reads = [handed(name, Author("Kim Minji", "7")) for name in "ab"]
    reads = [
        dataclasses.replace(read, work=dataclasses.replace(read.work, written=when)) for read, when in zip(reads, (first, second))
    ]
    assert [one.read.hand_in.name for one in identify(reads)[0]] == [newest]


def test_identify_work_of_one_id_in_capitals_and_not_is_one_students():
    (one,), _ = identify([handed("a", Author("Kim Minji", "A7")), handed("b", Author("Kim Minji", "a7"))])
    assert one.read.hand_in.tries == 1


def test_identify_people_of_one_id_who_give_no_name_are_told_by_their_files():
    found, _ = identify([handed("a", Author(None, "7")), handed("b", Author(None, "7"))])
    assert found[0].error == "Two students hand in under id 7: a and b; ask them whose it is."


def test_identify_reason_why_it_was_not_read_goes_before_a_clash_and_a_missing_name():
    broken = Read(HandIn("a", Student("Kim", "7"), (), ()), None, "It is empty.")
    found, _ = identify([broken, handed("b", Author("Lee Joon", "7"))])
    assert [one.error for one in found][0] == "It is empty." and "Two students" in found[1].error
    assert identify([broken], ROSTER)[0][0].error == "It is empty."


def test_identify_group_of_an_export_is_kept_beside_the_rosters_own():
    reads = [handed(id, None, "Gradescope", name="x", id=id, group="s") for id in ("2026-1", "2026-2")]
    found, missing = identify(reads, ROSTER)
    assert [one.student.group for one in found] == ["s", "Team 1"] and [one.id for one in missing] == ["2026-3", "2026-4"]


@pytest.mark.parametrize(
    ("hand_in", "told"),
    [
        (handed("work", None, "Moodle", id="9"), "9 is not on the roster"),
        (Read(HandIn("work", Student(), (), ()), None), "work is not on the roster"),
    ],
)
def test_identify_who_is_not_on_the_roster_is_named_by_what_is_known(hand_in, told):
    assert identify([hand_in], ROSTER)[0][0].error.startswith(told)


def test_identify_name_that_canvas_squashed_gives_way_to_a_readable_one():
    (one,), _ = identify([handed("k", Author("Minji Kim", None), "Canvas", name="minjikim", canvas="1")])
    assert one.student.name == "Minji Kim"
    (one,), _ = identify([handed("k", Author("KIM MINJI", None), "Moodle", name="Kim Minji", moodle="1")])
    assert one.student.name == "Kim Minji"


def test_identify_what_somebody_else_says_of_oneself_is_not_taken_over():
    (one,), _ = identify([handed("k", Author("Lee Joon", "9"), "Canvas", name="kimminji", canvas="1")])
    assert one.student == Student("kimminji", canvas="1")
    assert one.notes == ("The report names Lee Joon (9); it is graded as kimminji's.",)


SORA = Roster((Student("Kim Minji", "1"), Student("Lee Sora", "2"), Student("Park Ana", "2026-7", group="A"),
               Student("Choi Linh", "2026-8", group="A")))  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "author"),
    [("Lee Sora", Author("Kim Minji", "1")), ("sora lee", Author(None, "1")), ("2", Author("Kim Minji", None))],
)
def test_identify_work_in_one_students_folder_that_names_another_is_refused_and_displaces_nothing(folder, author):
    old = handed("Kim Minji", Author("Kim Minji", "1"), created="2026-03-01T00:00:00Z")
    found, missing = identify([old, handed(folder, author, created="2026-04-01T00:00:00Z")], SORA)
    kim, lee = found
    assert (kim.read.hand_in.name, kim.student.id, kim.error, lee.student.id) == ("Kim Minji", "1", None, "2")
    assert lee.error == f"{folder} is Lee Sora (2)'s by its name, and its files name Kim Minji (1); ask them whose it is."
    told = f"Its student is named in another's work, too, which was refused: {folder}. Ask them whose it is."
    assert kim.notes == (told,) and [one.id for one in missing] == ["2026-7", "2026-8"]


def test_identify_what_was_refused_never_goes_before_ones_own_work():
    mine = handed("final", Author("Lee Sora", "2"), created="2026-03-01T00:00:00Z")
    (lee,), _ = identify([mine, handed("Lee Sora", Author("Kim Minji", "1"), created="2026-04-01T00:00:00Z")], SORA)
    assert (lee.read.hand_in.name, lee.error) == ("final", None)


def test_identify_folder_of_a_member_may_hold_the_groups_work():
    (ana,), _ = identify([handed("Park Ana", Author("Choi Linh", "2026-8"))], SORA)
    assert (ana.student.id, ana.error) == ("2026-7", None)
    assert ana.notes == ("The report names Choi Linh (2026-8); it is graded as Park Ana (2026-7)'s.",)


@pytest.mark.parametrize("folder", ["lab 2", "final version", "try_1"])
def test_identify_folder_with_a_short_number_in_its_name_is_nobodys(folder):
    (kim,), _ = identify([handed(folder, Author("Kim Minji", "1"))], SORA)
    assert (kim.student.id, kim.error, kim.notes) == ("1", None, ())


@pytest.mark.parametrize("nobody", ["-", " ", "", "\N{GRINNING FACE}", "\u202e\u2066", "..."])
def test_identify_author_without_letter_or_digit_is_not_named(nobody):
    author, signed = Author(nobody, nobody), Student(nobody, nobody)
    reads = [handed("Lee Sora", author), handed("Kim Minji", signed=signed), handed("kim", Author(nobody))]
    (one, kim, other), _ = identify(reads)
    assert [who.student for who in (one, kim, other)] == [Student("Lee Sora"), Student("Kim Minji"), Student("kim")]
    (one,), _ = identify([handed("Lee Sora", Author(nobody, nobody))], SORA)
    assert (one.student.id, one.notes, one.error) == ("2", (), None)


def test_identify_part_of_an_author_that_can_be_read_counts():
    (one,), _ = identify([handed("work", Author("-", "1"))], SORA)
    assert (one.student.name, one.notes) == ("Kim Minji", ())


@pytest.mark.parametrize("to_come", ["2999-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00"])
def test_identify_result_that_is_dated_to_come_is_not_the_newest(to_come):
    kim = Author("Kim Minji", "7")
    (one,), _ = identify([handed("a", kim, created=to_come), handed("b", kim, created="2026-03-01T00:00:00+00:00")])
    assert one.read.hand_in.name == "b"


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=; "])
def test_roster_with_the_first_line_of_excel_is_read_by_the_separator_that_it_says(tmp_path, first):
    found = roster_of(tmp_path, f"{first}\r\nname;id\r\nKim, Minji;7\r\n")
    assert [(one.name, one.id) for one in found.students] == [("Kim, Minji", "7")]


def test_roster_lines_are_counted_from_the_line_of_excel_on(tmp_path):
    with pytest.raises(DataError, match="twice, in lines 3 and 4"):
        roster_of(tmp_path, "sep=;\nname;id\nKim;7\nLee;7\n")


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('"Kim Minji,1\nLee Sora,2\nPark Jun,3\n', 2),
        ('Kim Minji,1\n"Lee Sora,2\n"Park Jun",3\n', 3),
        ('Kim Minji,1\nLee Sora,2\n"Park Jun,3', 4),
        ('Kim Minji,1\n"Lee Sora,2\n' + "Park Jun,3\n" * 20_000, 3),
    ],
)
def test_roster_with_a_quote_that_is_not_closed_says_where(tmp_path, rows, line):
    with pytest.raises(DataError, match=f"roster.csv, line {line}: a cell begins with a quote that nothing closes"):
        roster_of(tmp_path, f"name,id\n{rows}")


def test_roster_with_quotes_within_cells_and_cells_of_several_lines_is_read(tmp_path):
    found = roster_of(tmp_path, 'name,id,note\nKim "Min" Ji,1,a\n"Lee",2,"one\n""two"""\n"Jo" Park,3,c\n')
    assert [(one.name, one.id) for one in found.students] == [('Kim "Min" Ji', "1"), ("Lee", "2"), ("Jo Park", "3")]


def test_roster_with_two_columns_of_one_name_takes_what_they_hold(tmp_path):
    found = roster_of(tmp_path, "id,ID,name\n,1,Kim\n2,,Lee\n3,3,Park\n")
    assert [(one.name, one.id) for one in found.students] == [("Kim", "1"), ("Lee", "2"), ("Park", "3")]


def test_roster_with_two_columns_of_one_name_that_differ_is_refused(tmp_path):
    with pytest.raises(DataError, match="two columns called 'id', and they differ in line 3; leave the one that counts"):
        roster_of(tmp_path, "name,id,id\nKim,1,1\nLee,2,8\n")
