"""The folder that grading leaves, from the first grading to the purge."""

import csv
import dataclasses
import html
import json
import os
import re
import stat

import pytest

from fitscope.errors import OutputError
from fitscope.grading import outputs
from fitscope.grading.grades import to_json
from fitscope.grading.lists import decided_in_names, pseudonyms, unnamed
from fitscope.grading.overrides import apply, read_overrides
from fitscope.grading.records import Flag, Student
from fitscope.result import Answers, Author


@pytest.fixture
def write(make_rubric, tmp_path):
    return lambda book, **wishes: outputs.write(book, make_rubric(), tmp_path / "grades", **wishes).parent


def listed(folder, name="feedback.csv"):
    with open(folder / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_write_leaves_page_feedback_marks_and_gradebooks(write, make_class):
    folder = write(make_class(30))
    own = {"index.html", "grades.json", "grades.csv", "grades.xlsx", "canvas.csv", "moodle.csv", "feedback.csv", "feedback"}
    assert {path.name for path in folder.iterdir()} == own
    assert len(list((folder / "feedback").iterdir())) == 30


def test_grades_json_holds_what_was_graded(write, make_class):
    book = make_class(30)
    content = json.loads((write(book) / "grades.json").read_text(encoding="utf8"))
    assert content["schema"] == "fitscope-grades/1" and content["rubric"] == "Find the best epoch"
    one, said = book.graded[3], content["submissions"][3]
    assert said["student"] == {"name": one.student.name, "id": one.student.id} and said["files"] == list(one.files)
    assert (said["points"], said["possible"], said["pending"]) == (one.points, 12.5, one.pending)
    assert [c["title"] for c in said["criteria"]] == [mark.title for mark in one.marks]
    assert content["missing"][0] == {"name": "Absent Person", "id": "2026-0001"}


def test_grades_json_keeps_evidence_of_flags_and_reason_of_what_was_not_read(make_class):
    found = to_json(make_class(30))["submissions"]
    alike = next(flag for one in found for flag in one["flags"] if flag["code"] == "same_curves")
    assert alike["shift"] == 0.01 and len(alike["others"]) == 1 and alike["shown"] is False and alike["decided"] is None
    unread = [one for one in found if one["error"]]
    assert len(unread) == 2 and all(one["points"] == 0 for one in unread)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 2**70])
def test_grades_json_number_that_json_cannot_hold_is_null(make_class, make_graded, value):
    flag = Flag("impossible_number", "Ask.", {"value": value, "message": "not this", "several": (value, 1)})
    book = dataclasses.replace(make_class(2), graded=(make_graded(0, flags=(flag,)),))
    found = to_json(book)["submissions"][0]["flags"][0]
    assert found["value"] is None and found["several"] == [None, 1] and found["message"] == "Ask."
    json.dumps(to_json(book), allow_nan=False)


def test_feedback_holds_ones_own_marks_and_nobody_elses_data(write, make_class):
    book = make_class(30)
    folder = write(book)
    files = {row["id"]: folder / "feedback" / row["file"] for row in listed(folder)}
    for one in book.graded[:6]:
        page = files[one.student.id].read_text(encoding="utf8")
        assert all(mark.title in page for mark in one.marks)
        for other in book.graded:
            assert other is one or (other.student.id not in page and other.name not in page)


def test_feedback_tells_no_flag_but_one_that_is_shown(write, make_class, make_graded):
    flags = (Flag("late", "Late by two hours: ask.", shown=True), Flag("same_curves", "Like another: ask."))
    folder = write(dataclasses.replace(make_class(2), graded=(make_graded(0, flags=flags),)))
    page = next((folder / "feedback").iterdir()).read_text(encoding="utf8")
    assert "Late by two hours" in page and "Like another" not in page


def test_feedback_speaks_the_students_language(write, make_class, make_graded):
    student = Student("김민지", "2026-1", language="ko")
    folder = write(dataclasses.replace(make_class(2), graded=(make_graded(0, student=student),)))
    assert '<html lang="ko">' in next((folder / "feedback").iterdir()).read_text(encoding="utf8")
    assert '<html lang="en"' in (folder / "index.html").read_text(encoding="utf8")


def test_feedback_names_cannot_be_guessed_and_stay_when_graded_again(write, make_class):
    names = {row["id"]: row["file"] for row in listed(write(make_class(30)))}
    assert len(set(names.values())) == 30 and all(len(name) >= 21 for name in names.values())
    again = listed(write(make_class(36)))
    assert {row["id"]: row["file"] for row in again if row["id"] in names} == names


def test_feedback_of_whom_nothing_is_graded_any_more_is_removed(write, make_class):
    folder = write(make_class(12))
    gone = {row["file"] for row in listed(folder)}
    folder = write(make_class(5))
    left = {path.name for path in (folder / "feedback").iterdir()}
    assert len(left) == 5 and left < gone


def test_list_of_feedback_that_was_changed_by_a_stranger_leads_nowhere_else(write, make_class):
    folder = write(make_class(3))
    text = (folder / "feedback.csv").read_text(encoding="utf8")
    (folder / "feedback.csv").write_text(re.sub(r"[\w-]{22}\.html", "../../evil.html", text), encoding="utf8")
    assert all("/" not in row["file"] for row in listed(write(make_class(3))))
    assert not list(folder.parent.glob("evil*"))


def test_write_keeps_overrides_and_removes_gradebooks_that_no_longer_hold(write, make_class):
    folder = write(make_class(5))
    (folder / "overrides.toml").write_text("# mine\n", encoding="utf8")
    write(make_class(5), pseudonymous=True)
    assert (folder / "overrides.toml").read_text(encoding="utf8") == "# mine\n"
    assert not list(folder.glob("canvas*")) and not list(folder.glob("*.xlsx")) and not (folder / "grades.csv").exists()


@pytest.mark.parametrize(
    "content", [{"thesis.txt": "years of work"}, {"grades.json": '{"schema": "other/1"}'}, {"grades.json": "[" * 99999}]
)
def test_write_folder_of_something_else_is_refused_and_left_as_it_is(write, make_class, tmp_path, content):
    folder = tmp_path / "grades"
    folder.mkdir()
    for name, text in content.items():
        (folder / name).write_text(text, encoding="utf8")
    before = everything(folder)
    with pytest.raises(OutputError, match="holds something else than an earlier grading"):
        write(make_class(2))
    assert everything(folder) == before


def test_write_onto_a_file_or_through_a_link_is_refused(write, make_class, tmp_path):
    (tmp_path / "grades").write_text("mine", encoding="utf8")
    with pytest.raises(OutputError, match="is no folder"):
        write(make_class(2))
    (tmp_path / "grades").unlink()
    folder = write(make_class(2))
    (folder / "feedback").rename(tmp_path / "elsewhere")
    (folder / "feedback").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is a link"):
        write(make_class(2))


def test_write_that_fails_leaves_the_earlier_page_whole(write, make_class, monkeypatch):
    folder = write(make_class(3))
    before = (folder / "index.html").read_bytes()
    monkeypatch.setattr(outputs.os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match="no space left on device"):
        write(make_class(5))
    assert (folder / "index.html").read_bytes() == before and not list(folder.rglob("*.part"))


def test_write_that_was_stopped_at_its_very_beginning_can_be_done_again(write, make_class, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(outputs.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            write(make_class(3))
    (tmp_path / "grades" / ".grades.json.0123cdef.part").write_bytes(b"{")  # as after a loss of power
    assert (write(make_class(3)) / "index.html").exists()


def test_lists_of_who_is_who_are_for_the_instructor_alone(write, make_class):
    folder = write(make_class(3), pseudonymous=True)
    for name in ("names.csv", "feedback.csv"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_pseudonymous_names_nobody_but_in_names_csv(write, make_class):
    book = make_class(30)
    folder = write(book, pseudonymous=True)
    known = {row["id"] for row in listed(folder, "names.csv")}
    assert {one.student.id for one in book.graded} <= known
    for name, content in everything(folder).items():
        if name != "names.csv":
            for one in book.graded:
                told = {one.student.name, one.student.id, one.student.email, one.name, *one.files}
                assert not [text for text in told if text.encode() in content], name


def test_pseudonymous_note_on_another_student_names_the_pseudonym(write, make_class, make_graded):
    one, other = make_graded(1), make_graded(2)
    notes = (f"The curves are those of {other.name}.", f"It is like {other.student.name}'s.")
    book = dataclasses.replace(make_class(2), graded=(dataclasses.replace(one, notes=notes), other))
    folder = write(book, pseudonymous=True)
    called = {row["submission"]: row["pseudonym"] for row in listed(folder, "names.csv")}
    told = [note for one in json.loads((folder / "grades.json").read_bytes())["submissions"] for note in one["notes"]]
    assert told == [f"The curves are those of {called[other.name]}.", f"It is like {called[other.name]}'s."]


def test_without_names_gives_the_pseudonyms_that_were_written(write, make_class):
    book = make_class(9)
    folder = write(book, pseudonymous=True)
    written = [one["submission"] for one in json.loads((folder / "grades.json").read_bytes())["submissions"]]
    assert [one.name for one in outputs.without_names(book, folder).graded] == written


def test_pseudonyms_stay_when_graded_again(write, make_class):
    first = {row["id"]: row["pseudonym"] for row in listed(write(make_class(10), pseudonymous=True), "names.csv")}
    again = {row["id"]: row["pseudonym"] for row in listed(write(make_class(20), pseudonymous=True), "names.csv")}
    assert len(set(again.values())) == len(again) and {number: again[number] for number in first} == first


def test_pseudonymous_answers_lose_the_students_own_name_and_number(write, make_class, make_graded):
    one = make_graded(1)
    told = f"I am {one.student.name.upper()}, number {one.student.id}; epoch 12 is best."
    marks = tuple(dataclasses.replace(mark, text=told) if mark.manual else mark for mark in one.marks)
    folder = write(dataclasses.replace(make_class(2), graded=(dataclasses.replace(one, marks=marks),)), pseudonymous=True)
    page = (folder / "index.html").read_text(encoding="utf8")
    assert one.student.name.upper() not in page and one.student.id not in page and "epoch 12 is best." in page


DECISION = """[[override]]
student = "2026-1001"
criterion = "Why"
points = 2
who = "Lee"
when = "2026-12-01"
why = "Seojun Lee is right"
"""


def test_pseudonymous_page_holds_earlier_decisions_without_names_and_they_still_count(write, make_class, make_rubric):
    book = make_class(3)
    folder = write(book, pseudonymous=True)
    (folder / "overrides.toml").write_text(DECISION, encoding="utf8")
    page = (write(book, pseudonymous=True) / "index.html").read_text(encoding="utf8")
    carried = json.loads(re.search(r'id="overrides">(.*?)</script>', page)[1])
    assert "2026-1001" not in page and "Seojun" not in page and carried.count("[[override]]") == 1
    (folder / "overrides.toml").write_text(carried, encoding="utf8")
    decided = decided_in_names(read_overrides(folder / "overrides.toml", make_rubric()), folder)
    marked, unused = apply(decided, book.graded)
    assert not unused and next(one for one in marked if one.student.id == "2026-1001").marks[4].points == 2


def test_page_names_the_submission_where_two_students_have_one_name(write, make_class, make_graded):
    twins = (make_graded(1, name="a_1", student=Student("Kim")), make_graded(2, name="b_2", student=Student("Kim")))
    page = (write(dataclasses.replace(make_class(2), graded=twins)) / "index.html").read_text(encoding="utf8")
    keys = [json.loads(html.unescape(key)) for key in re.findall(r'data-key="([^"]*)"', page)]
    assert keys == [{"submission": "a_1"}, {"submission": "b_2"}]


def test_purge_removes_all_that_grading_wrote_and_nothing_else(write, make_class):
    folder = write(make_class(5), pseudonymous=True)
    (folder / "overrides.toml").write_text("", encoding="utf8")
    (folder / "notes.txt").write_text("mine", encoding="utf8")
    (folder / "feedback" / "mine.html").write_text("mine", encoding="utf8")
    removed = outputs.purge(folder)
    assert "overrides.toml" in removed and "names.csv" in removed and len(removed) == 5 + 5
    assert set(everything(folder)) == {"notes.txt", "feedback/mine.html"}


def test_purge_leaves_no_empty_folder(write, make_class):
    folder = write(make_class(3))
    outputs.purge(folder)
    assert not folder.exists()


def test_purge_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "overrides.toml").write_text("", encoding="utf8")
    with pytest.raises(OutputError, match="holds no grading"):
        outputs.purge(tmp_path)
    assert (tmp_path / "overrides.toml").exists()


def test_hostile_texts_are_text_on_every_page(write, hostile_class):
    folder = write(hostile_class)
    for name, content in everything(folder).items():
        if name.endswith(".html"):
            page = content.decode()
            assert not re.search(r"<(img|svg onload)|<script>document", page), name
            assert page.count("<script") == (3 if name == "index.html" else 0)
    assert json.loads((folder / "grades.json").read_text(encoding="utf8"))["submissions"]


def test_page_allows_its_own_script_and_style_alone(write, make_class):
    page = (write(make_class(2)) / "index.html").read_text(encoding="utf8")
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    assert policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe" not in policy
    assert " style=" not in page and not re.search(r"\son\w+=", page.partition("<script>")[0])


def test_page_of_nobody_is_written(write, make_class):
    assert (write(make_class(0)) / "index.html").exists()


@pytest.mark.parametrize("size", [0, 1])
def test_page_links_to_handed_in_pages_where_they_lie(make_rubric, make_class, make_graded, tmp_path, size):
    source = tmp_path / "hand ins"
    (source / "kim_1").mkdir(parents=True)
    (source / "kim_1" / "report.html").write_text("x" * size, encoding="utf8")
    one = make_graded(1, files=("kim_1/report.html", "kim_1/gone.html", "../out.html"))
    (tmp_path / "out.html").write_text("x", encoding="utf8")
    book = dataclasses.replace(make_class(2), graded=(one,))
    page = outputs.write(book, make_rubric(), tmp_path / "grades", source=source).read_text(encoding="utf8")
    assert 'href="../hand%20ins/kim_1/report.html"' in page and "gone.html" in page
    assert not re.search(r'href="[^"]*(gone|out)\.html', page)


def test_percentages_do_not_break_over_two_lines(write, make_class):
    folder = write(make_class(5))
    for path in (folder / "index.html", *(folder / "feedback").iterdir()):
        seen = re.sub("<[^>]*>", "", path.read_text(encoding="utf8").partition("<main")[2].partition("<script")[0])
        assert re.search(r"\d\u00a0%", seen) and not re.search(r"\d %", seen)


def test_pseudonymous_grading_reads_its_decisions_once(write, make_class, monkeypatch):
    folder = write(make_class(3), pseudonymous=True)
    (folder / "overrides.toml").write_text(DECISION, encoding="utf8")
    reads = []
    real = outputs.read_overrides
    monkeypatch.setattr(outputs, "read_overrides", lambda *given: reads.append(given) or real(*given))
    monkeypatch.setattr(outputs, "_decided", lambda folder: pytest.fail("read once more"))
    write(make_class(3), pseudonymous=True)
    assert len(reads) == 1


def test_pseudonymous_note_names_others_wherever_their_names_stand(write, make_class, make_graded):
    people = (make_graded(1), make_graded(2, name="???"), make_graded(3, name="Kim [2]"), make_graded(4, name="Kim"))
    notes = ("??? was passed over, and so was Kim [2]'s.", f"Like {people[0].student.name}.")
    book = dataclasses.replace(make_class(2), graded=(dataclasses.replace(people[3], notes=notes), *people[:3]))
    folder = write(book, pseudonymous=True)
    called = {row["submission"]: row["pseudonym"] for row in listed(folder, "names.csv")}
    told = [note for one in json.loads((folder / "grades.json").read_bytes())["submissions"] for note in one["notes"]]
    assert told == [f"{called['???']} was passed over, and so was {called['Kim [2]']}'s.", f"Like {called[people[0].name]}."]


def test_purge_removes_what_a_grading_that_was_stopped_left_and_no_other_part(write, make_class):
    folder = write(make_class(1))
    page = next((folder / "feedback").iterdir()).name
    own = {f".{name}.0123cdef.part" for name in ("grades.json", "index.html", "names.csv", "canvas.csv")} | {
        f"feedback/.{page}.part"
    }
    others = {".mine.part", ".thesis.txt.part", "feedback/.a.html.part", "index.html.part"}
    for name in own | others:
        (folder / name).write_text("x", encoding="utf8")
    (folder / ".moodle.csv.part").mkdir()
    assert own <= set(outputs.purge(folder)) and set(everything(folder)) == others
    assert (folder / ".moodle.csv.part").is_dir()


def test_purge_leaves_copies_of_feedback_under_other_names(write, make_class):
    folder = write(make_class(1))
    page = next((folder / "feedback").iterdir())
    (folder / "feedback" / "copy.html").write_bytes(page.read_bytes())
    (folder / "feedback" / f"{'x' * 22}.html").mkdir()
    write(make_class(1))
    outputs.purge(folder)
    assert set(everything(folder)) == {"feedback/copy.html"} and (folder / "feedback" / f"{'x' * 22}.html").is_dir()


@pytest.mark.parametrize(("content", "carried"), [(b"# mine\n", "# mine\n"), (DECISION.encode(), DECISION), (b"# \xff\n", "")])
def test_page_holds_earlier_decisions_as_they_were_written(write, make_class, content, carried):
    (write(make_class(3)) / "overrides.toml").write_bytes(content)
    page = (write(make_class(3)) / "index.html").read_text(encoding="utf8")
    assert json.loads(re.search(r'id="overrides">(.*?)</script>', page)[1]) == carried


def test_purge_removes_the_marks_last_by_which_it_knows_its_own(write, make_class):
    assert outputs.purge(write(make_class(3)))[-1] == "grades.json"


@pytest.mark.parametrize(("language", "spoken"), [("ko", "ko"), ("en", "en"), ("xx", "en")])
def test_page_speaks_the_rubrics_language(make_class, make_rubric, tmp_path, language, spoken):
    page = outputs.write(make_class(2), make_rubric(language=language), tmp_path / "grades").read_text(encoding="utf8")
    assert f'<html lang="{spoken}"' in page


def pseudonym_list(*rows):
    return "pseudonym,name,id,email,submission\n" + "".join(",".join(row) + "\n" for row in rows)


def test_decisions_on_pseudonyms_are_decisions_on_numbers_else_on_what_was_handed_in(tmp_path, make_rubric):
    rows = (("Student 00AA", "Kim", "7", "", "kim_1"), ("Student 00BB", "Lee", "", "", "lee_2"))
    (tmp_path / "names.csv").write_text(pseudonym_list(*rows), encoding="utf8")
    entries = "".join(DECISION.replace("2026-1001", name) for name in ("Student 00AA", "Student 00BB", "Student 00CC"))
    (tmp_path / "overrides.toml").write_text(entries, encoding="utf8")
    found = decided_in_names(read_overrides(tmp_path / "overrides.toml", make_rubric()), tmp_path).entries
    assert [(one.student, one.submission) for one in found] == [("7", None), (None, "lee_2"), ("Student 00CC", None)]


@pytest.mark.parametrize(("count", "digits"), [(5_999, 4), (6_000, 8)])
def test_pseudonyms_of_a_large_class_have_more_digits(make_class, tmp_path, count, digits):
    rows = ((f"Student {i:04X}", "", f"old-{i}", "", "") for i in range(count))
    (tmp_path / "names.csv").write_text(pseudonym_list(*rows), encoding="utf8")
    name = pseudonyms(make_class(1, missing=()), tmp_path).rows[0][0]
    assert len(name) == len("Student ") + digits


def test_pseudonyms_stand_for_missing_students_by_number_address_or_name(make_class, tmp_path):
    missing = (Student("Kim", "7", "k@x"), Student("Lee", email="l@x"), Student("Park"), Student())
    book = make_class(0, missing=missing)
    names = pseudonyms(book, tmp_path)
    rows = {row[1:] for row in names.rows}
    assert rows == {("Kim", "7", "k@x", "k@x"), ("Lee", None, "l@x", "l@x"), ("Park", None, None, "Park"), (None, None, None, "")}
    assert sorted(one.name for one in unnamed(book, names).missing) == [row[0] for row in names.rows]


def test_lists_of_who_is_who_have_excels_mark_and_their_heads(write, make_class):
    folder = write(make_class(2), pseudonymous=True)
    heads = {"names.csv": b"pseudonym,name,id,email,submission\r\n", "feedback.csv": b"student,id,submission,file\r\n"}
    for name, head in heads.items():
        assert (folder / name).read_bytes().startswith(b"\xef\xbb\xbf" + head)


def test_pseudonym_that_somebody_changed_by_hand_is_made_anew(make_class, tmp_path):
    one = make_class(1, missing=()).graded[0]
    for name, kept in (("Student 00FF", True), ("Student 00ff", False), ("Student 0FF", False), ("Kim", False)):
        (tmp_path / "names.csv").write_text(pseudonym_list((name, "", one.student.id, "", "")), encoding="utf8")
        assert (pseudonyms(make_class(1, missing=()), tmp_path).of(one.student, one.name) == name) is kept


def test_pseudonyms_stand_for_whom_flags_concern_however_short_their_names_are(make_class, make_graded, tmp_path):
    flag = Flag("same_curves", "Like b's.", {}, ("b", "gone"))
    book = dataclasses.replace(
        make_class(0, missing=()), graded=(make_graded(1, name="a", flags=(flag,)), make_graded(2, name="b"))
    )
    names = pseudonyms(book, tmp_path)
    called = {row[4]: row[0] for row in names.rows}
    (found,) = [one.flags[0].others for one in unnamed(book, names).graded if one.flags]
    assert found == (called["b"], "?")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Al and Alice", "Al and Alice"),
        ("Kim, Kimchi, KIM", "P, Pchi, P"),
        ("id 12 of 127 and 127b", "id 12 of P and 127b"),
        ("민이 and 지민이", "P이 and 지민이"),
        ("kim/report.html", "…"),
        ("report.html", "…"),
        ("a long name", "P"),
    ],
)
def test_texts_lose_names_but_where_they_are_other_words(make_class, make_graded, tmp_path, text, told):
    people = [Student("Kim", "127"), Student("Al", "12"), Student("민"), Student("a long name")]
    graded = tuple(make_graded(i, name=f"s_{i}", student=student, files=("kim/report.html",)) for i, student in enumerate(people))
    book = dataclasses.replace(make_class(0, missing=()), graded=graded, notes=(text,))
    names = pseudonyms(book, tmp_path)
    (note,) = unnamed(book, names).notes
    assert re.sub("Student [0-9A-F]{4}", "P", note) == told


def test_pseudonymous_class_keeps_languages_and_loses_sections(make_class, make_graded, tmp_path):
    kim, lee = Student("Kim", "1", section="A", group="G", language="ko"), Student("Lee", "2", language="ko", section="B")
    one = make_graded(1, student=kim)
    one = dataclasses.replace(
        one, facts=dataclasses.replace(one.facts, author=Author("Kim", "1"), answers=Answers(why="I am Kim."))
    )
    book = dataclasses.replace(make_class(0, missing=(lee,)), graded=(one,))
    found = unnamed(book, pseudonyms(book, tmp_path))
    assert found.graded[0].student == Student(found.graded[0].name, language="ko") and found.graded[0].files == ()
    assert found.missing == (Student(found.missing[0].name, language="ko"),) and found.missing[0].name.startswith("Student ")
    assert found.graded[0].facts.author is None and found.graded[0].facts.answers is None


def test_write_clears_away_what_a_killed_grading_left_but_not_what_another_is_writing(write, make_class):
    folder = write(make_class(3))
    old, new, other = (folder / name for name in (".index.html.part", ".index.html.0123cdef.part", ".mine.part"))
    for path in (old, new, other):
        path.write_bytes(b"x")
    for path in (old, other):
        os.utime(path, (0, 0))
    write(make_class(3))
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


@pytest.mark.parametrize("name", ["moodle.csv", "grades.json", "overrides.toml"])
def test_folder_in_the_place_of_a_file_is_refused_by_its_name(write, make_class, name):
    folder = write(make_class(3))
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    with pytest.raises(OutputError, match=f"{name} is a folder.*; move it away"):
        write(make_class(3))
