"""A class's folder divided into submissions, as learning systems and people leave it."""

from __future__ import annotations

import os
import unicodedata
import zipfile

import pytest

from fitscope.errors import DataError
from fitscope.grading import submissions
from fitscope.grading.submissions import Collected, collect

METADATA = """\
submission_123:
  :submitters:
  - :name: Kim Minji
    :sid: '007'
    :email: kim@example.org
  :created_at: 2026-03-01 10:00:00.123456789 Z
  :results:
    tests: [{score: 1.0}]
submission_124:
  :submitters:
  - :name: Lee Joon
    :sid: '2'
  - :name: Park Sora
    :sid: '3'
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: &1 2026-03-01 11:00:00.5 Z
    time: *1
  :history:
  - :id: 1
"""


@pytest.fixture
def class_of(tmp_path):
    def made(*names: str, **contents: str) -> Collected:
        folder = tmp_path / "class"
        for name in (*names, *contents):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(contents.get(name, "x"), encoding="utf8")
        return collect(folder, tmp_path)

    return made


def shape(found: Collected) -> dict[str, tuple[str, ...]]:
    return {one.name: one.files for one in found.hand_ins}


def test_canvas_files_of_a_user_are_one_submission_and_the_newest_of_a_name_counts(class_of):
    found = class_of(
        "kimminji_LATE_12_100_report.html",
        "kimminji_LATE_12_200_report-1.html",
        "kimminji_LATE_12_201_answers.md",
        "leejoon_13_90_report.html",
    )
    kim, lee = found.hand_ins
    assert kim.files == ("kimminji_LATE_12_200_report-1.html", "kimminji_LATE_12_201_answers.md")
    assert (kim.claimed.name, kim.claimed.canvas, kim.tries, kim.export) == ("kimminji", "12", 1, "Canvas")
    assert kim.late and lee.late is None and lee.tries == 0


def test_canvas_with_anonymous_students_goes_by_their_codes(class_of):
    (one,) = class_of("LATE_anon_aB3x_500_report.html").hand_ins
    assert (one.claimed.name, one.claimed.canvas) == (None, "aB3x") and one.late


def test_files_that_only_look_like_canvas_are_each_their_own(class_of):
    found = class_of("kim_2026_1234_report.html", "lee_2026_1235_report.html")
    assert [one.export for one in found.hand_ins] == [None, None]


def test_canvas_text_typed_into_a_box_is_no_submission(class_of):
    found = class_of("kimminji_12_100_report.html", "leejoon_13_text.html")
    assert len(found.hand_ins) == 1 and "typed into Canvas" in found.notes[-1]


@pytest.mark.parametrize("name", ["Kim Minji_12_assignsubmission_file", "Kim Minji_12_assignsubmission_file_"])
def test_moodle_folder_is_one_submission_with_all_in_it(name, class_of):
    (one,) = class_of(
        f"{name}/report.html", f"{name}/more/answers.md", "Lee Joon_13_assignsubmission_onlinetext/onlinetext.html"
    ).hand_ins
    assert len(one.files) == 2
    assert (one.claimed.name, one.claimed.moodle, one.export) == ("Kim Minji", "12", "Moodle")


def test_moodle_flat_files_of_a_participant_are_one_submission(class_of):
    found = class_of("Kim Minji_12_assignsubmission_file_report.html", "Kim Minji_12_assignsubmission_file_answers.md")
    assert [len(one.files) for one in found.hand_ins] == [2]


def test_moodle_marked_blind_has_no_name(class_of):
    (one,) = class_of("Participant_12_assignsubmission_file_/report.html").hand_ins
    assert (one.claimed.name, one.claimed.moodle) == (None, "12")


def test_gradescope_folders_are_their_submitters(class_of):
    found = class_of("submission_123/report.html", "submission_124/report.html", **{"submission_metadata.yml": METADATA})
    kim, lee, park = found.hand_ins
    assert (kim.claimed.name, kim.claimed.id, kim.claimed.email) == ("Kim Minji", "007", "kim@example.org")
    assert kim.moment == "2026-03-01T10:00:00+00:00" and lee.moment == "2026-03-01T11:00:00+00:00"
    assert lee.paths == park.paths and lee.claimed.group == park.claimed.group == "submission_124"
    assert (lee.name, park.name, lee.tries, kim.tries) == ("submission_124 (1)", "submission_124 (2)", 1, 0)


@pytest.mark.parametrize("content", ["- a", "{" * 5_000, "a: [", "\0"])
def test_gradescope_metadata_that_is_none_is_refused(content, class_of):
    with pytest.raises(DataError, match="export the submissions again"):
        class_of("submission_123/report.html", **{"submission_metadata.yml": content})


def test_plain_files_that_belong_together_by_name_are_one_submission(class_of):
    found = class_of(
        "kim_training.log", "kim_answers.md", "lee.html", "lee.md", "park.zip", "choi/training.log", "choi/a/answers.md"
    )
    assert shape(found) == {
        "choi": ("choi/a/answers.md", "choi/training.log"),
        "kim": ("kim_answers.md", "kim_training.log"),
        "lee": ("lee.html", "lee.md"),
        "park": ("park.zip",),
    }


def test_plain_files_with_two_reports_of_one_name_are_not_joined(class_of):
    assert len(class_of("kim_report.html", "kim.html", "lee.html").hand_ins) == 3


@pytest.mark.parametrize(
    "names",
    [("training.log", "answers.md"), ("result.json", "report.html", "plan.json", "samples.npz", "figures/a.png"), ("report.html",)],
)
def test_folder_that_is_one_submission_is_one(names, class_of):
    (one,) = class_of(*names).hand_ins
    assert one.name == "class" and len(one.files) == len(names)


def test_what_systems_leave_behind_and_what_was_not_handed_in_is_passed_over(tmp_path):
    for name in (".DS_Store", "Thumbs.db", "rubric.toml", "roster.csv", "kim.html", "grades/kim.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = collect(tmp_path, tmp_path, [tmp_path / "roster.csv", tmp_path / "grades"])
    assert [one.files[0] for one in found.hand_ins] == ["kim.html"]


def test_names_are_composed_and_bytes_that_are_no_text_are_replaced(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / unicodedata.normalize("NFD", "김민지.html")).write_text("x")
    (folder / "lee\udcff.html").write_text("x")
    assert [one.name for one in collect(folder, tmp_path).hand_ins] == ["lee\N{REPLACEMENT CHARACTER}", "김민지"]


def test_links_are_kept_as_they_are_and_not_followed(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "report.html").write_text("x")
    (folder / "kim").symlink_to(tmp_path / "secret")
    (folder / "lee.html").symlink_to(tmp_path / "secret" / "report.html")
    assert shape(collect(folder, tmp_path)) == {"kim": ("kim",), "lee": ("lee.html",)}


@pytest.mark.parametrize("root", ["", "assignment_9_export/"])
def test_zip_of_the_class_is_divided_as_its_folder_would_be(root, tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(f"{root}submission_metadata.yml", METADATA)
        archive.writestr(f"{root}submission_123/report.html", "x")
        archive.writestr(f"{root}submission_124/work.zip", "x")
        archive.writestr(f"__MACOSX/{root}._submission_metadata.yml", "x")
    (tmp_path / "scratch").mkdir()
    found = collect(tmp_path / "class.zip", tmp_path / "scratch")
    assert [one.claimed.name for one in found.hand_ins] == ["Kim Minji", "Lee Joon", "Park Sora"]
    assert found.hand_ins[0].files == (f"class.zip/{root}submission_123/report.html",)


def test_zip_of_a_folder_of_plain_files_is_the_class(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in ("kim.html", "lee.html"):
            archive.writestr(f"class/{name}", "x")
    assert [one.name for one in collect(tmp_path / "class.zip", tmp_path).hand_ins] == ["kim", "lee"]


def class_zip(folder, *names):
    with zipfile.ZipFile(folder / "class.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return collect(folder / "class.zip", folder)


def test_zip_of_the_class_keeps_those_of_whom_no_file_can_be_read(tmp_path):
    names = ("choi /a.json ", "kim/work.rar", "lee/result.json", "park/report.pdf", "rubric.toml")
    found = class_zip(tmp_path, *names)
    assert [one.name for one in found.hand_ins] == ["choi ", "kim", "lee", "park"]
    assert found.hand_ins[1].files == ("class.zip/kim/work.rar",)


def test_zip_of_one_submission_stays_one_with_scripts_in_it(tmp_path):
    (one,) = class_zip(tmp_path, "report.html", "train.py").hand_ins
    assert one.files == ("class.zip/report.html", "class.zip/train.py")


def test_zip_of_the_class_tells_why_a_file_of_it_was_not_opened(tmp_path):
    kim, lee = class_zip(tmp_path, "/kim/report.html", "lee/report.html").hand_ins
    assert kim.files == () and kim.faults[0].startswith("class.zip/kim/report.html has a name that leads out of the zip; ")
    assert lee.faults == ()


@pytest.mark.parametrize("kind", ["empty", "missing", "no zip", "rar"])
def test_place_without_submissions_is_refused_in_one_sentence(kind, tmp_path):
    folder = tmp_path / {"empty": "class", "missing": "none", "no zip": "class.zip", "rar": "class.rar"}[kind]
    if kind == "empty":
        folder.mkdir()
    elif kind != "missing":
        folder.write_bytes(b"Rar!")
    with pytest.raises(DataError) as told:
        collect(folder, tmp_path)
    assert str(told.value).count(". ") == 0


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (("kim_1_5_report.html", "kim_1_6_report.html"), "kim_1_6_report.html"),
        (("kim_1_5_report-2.html", "kim_1_5_report-10.html"), "kim_1_5_report-10.html"),
        (("kim_1_5_report.html", "kim_1_5_report-1.html"), "kim_1_5_report-1.html"),
        (("kim_1_10_REPORT.html", "kim_1_9_report-5.html"), "kim_1_10_REPORT.html"),
    ],
)
def test_canvas_newest_of_one_files_tries_counts(class_of, names, counts):
    (one,) = class_of(*names).hand_ins
    assert (one.files, one.tries, one.name, one.late) == ((counts,), 1, "kim_1", None)


def test_canvas_late_is_told_in_a_sentence_and_the_class_is_noted(class_of):
    found = class_of("kim_LATE_1_5_a.html", "lee_2_6_a.html", "Park Sora.html")
    assert [one.late for one in found.hand_ins if one.export] == ["Canvas says that it was late.", None]
    assert found.notes == (
        "2 submissions are as Canvas exports them.",
        "1 submissions beside them are not, such as Park Sora.",
    )
    assert [one.name for one in found.hand_ins] == sorted(one.name for one in found.hand_ins)


def test_canvas_texts_that_were_typed_are_counted_and_passed_over(class_of):
    found = class_of("kim_1_5_a.html", "lee_2_text.html", "park_3_link.html")
    assert (
        found.notes[-1] == ("2 texts that were typed into Canvas were passed over, such as lee_2_text.html; fitscope grades files.")
        and len(found.hand_ins) == 1
    )


def test_moodle_before_4_has_groups_and_later_ones_no_number(class_of):
    found = class_of("Team 1-Kim_7_assignsubmission_file_/a.html", "Lee_assignsubmission_file_/b.html")
    assert [(one.name, one.claimed.name, one.claimed.moodle) for one in found.hand_ins] == [
        ("Lee", "Lee", None),
        ("Team 1-Kim_7", "Team 1-Kim", "7"),
    ]


def test_moodle_of_typed_texts_alone_is_told(class_of):
    found = class_of("Kim_7_assignsubmission_onlinetext_/a.html", "lee.html")
    assert "1 texts that were typed into Moodle were passed over" in found.notes[1] and [one.name for one in found.hand_ins] == [
        "lee"
    ]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01 10:00:00 Z", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01 10:00:00.5 UTC", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T10:00:00+09:00", "2026-03-01T01:00:00+00:00"),
        ("2026-03-01 10:00:00 -0530", "2026-03-01T15:30:00+00:00"),
        ("2026-03-01 10:00:00", "2026-03-01T10:00:00+00:00"),
        ("2026-02-30 10:00:00 Z", None),
        ("0001-01-01 00:00:00 +09:00", None),
        ("yesterday", None),
        ("[1]", None),
        ("{time: 2026-03-01 10:00:00 Z}", "2026-03-01T10:00:00+00:00"),
    ],
)
def test_gradescope_moment_is_read_as_rails_writes_it(class_of, written, moment):
    metadata = f"submission_1:\n  :submitters:\n  - :name: Kim\n  :created_at: {written}\n"
    (one,) = class_of("submission_1/a.html", **{"submission_metadata.yml": metadata}).hand_ins
    assert one.moment == moment and one.export == "Gradescope" and one.tries == 0 and one.claimed.group is None


@pytest.mark.parametrize("people", ["", "  :submitters: x\n", "  :submitters: []\n", "  :submitters: [x]\n"])
def test_gradescope_submission_of_nobody_is_kept_without_a_name(class_of, people):
    metadata = f"submission_1:\n  :history: x\n{people}"
    (one,) = class_of("submission_1/a.html", **{"submission_metadata.yml": metadata}).hand_ins
    assert (one.name, one.claimed.name, one.tries, one.moment) == ("submission_1", None, 0, None)


def test_gradescope_submitters_have_what_is_a_text(class_of):
    metadata = "submission_1:\n  :submitters:\n  - {':name': ' Kim ', ':sid': ' ', ':email': [x]}\n"
    metadata += "submission_2: x\nsubmission_3:\n  a: b\n"
    found = class_of("submission_1/a.html", "lee.html", **{"submission_metadata.yml": metadata})
    kim = next(one for one in found.hand_ins if one.export)
    assert (kim.claimed.name, kim.claimed.id, kim.claimed.email) == ("Kim", None, None)
    assert [one.name for one in found.hand_ins] == ["lee", "submission_1"]
    assert "The metadata name 1 submissions that are not there, such as submission_3." in found.notes


def test_gradescope_metadata_that_is_a_link_is_refused(tmp_path):
    folder = tmp_path / "class"
    (folder / "submission_1").mkdir(parents=True)
    (folder / "submission_1" / "a.html").write_text("x")
    (tmp_path / "real.yml").write_text(METADATA)
    (folder / "submission_metadata.yml").symlink_to(tmp_path / "real.yml")
    with pytest.raises(DataError, match="is a link, or has more than 100,000,000 bytes"):
        collect(folder, tmp_path)


@pytest.mark.parametrize(("size", "told"), [(100_000_000, "cannot be read"), (100_000_001, "has more than 100,000,000 bytes")])
def test_gradescope_metadata_may_have_so_many_bytes(class_of, tmp_path, size, told):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "submission_metadata.yml").touch()
    os.truncate(tmp_path / "class" / "submission_metadata.yml", size)
    with pytest.raises(DataError, match=f"submission_metadata.yml .*{told}.*export the submissions again"):
        class_of("submission_1/a.html")


ROLES = ["report", "result", "results", "answer", "answers", "training", "history", "metrics", "console", "output", "log", "plan",
         "fitscope", "submission"]  # fmt: skip


@pytest.mark.parametrize("role", [*ROLES, "보고서", "결과", "답안", "답", "로그"])
def test_file_says_whose_it_is_beside_its_role(class_of, role):
    found = class_of(f"kim_{role}.md", f"{role.upper()}-kim.log", f"Lee {role}.html")
    assert shape(found) == {"kim": tuple(sorted((f"kim_{role}.md", f"{role.upper()}-kim.log"))), "Lee": (f"Lee {role}.html",)}


@pytest.mark.parametrize("beside", ["kim.htm", "kim.markdown", "kim.zip", "kim.log"])
def test_files_of_two_kinds_and_one_name_belong_together(class_of, beside):
    other = "kim_report.md" if beside == "kim.htm" else "kim_report.html"
    assert shape(class_of(beside, other, "lee.html")) == {"kim": tuple(sorted((beside, other))), "lee": ("lee.html",)}


@pytest.mark.parametrize(
    "pair", [("kim.html", "kim_report.htm"), ("kim.md", "kim_answers.markdown"), ("kim.csv", "kim_training.log")]
)
def test_two_files_of_one_kind_are_two_submissions(class_of, pair):
    assert len(class_of(*pair, "lee.html").hand_ins) == 3


@pytest.mark.parametrize(
    ("name", "blind"),
    [("Participant", True), ("참가자", True), ("참여자", True), ("Teilnehmer in", True), ("Participante", True), ("Part", False)],
)
def test_moodle_number_of_a_participant_is_no_name(class_of, name, blind):
    (one,) = class_of(f"{name}_12_assignsubmission_file_/report.html").hand_ins
    assert (one.name, one.claimed.name, one.claimed.moodle) == (f"{name}_12", None if blind else name, "12")


@pytest.mark.parametrize("name", ["kim_1_5_work", "anon_a_5_work"])
def test_folder_that_is_called_like_canvas_files_is_a_folder(class_of, name):
    found = class_of(f"{name}/report.html", "lee_2_6_work/report.html")
    assert [one.export for one in found.hand_ins] == [None, None]
    assert shape(found) == {name: (f"{name}/report.html",), "lee_2_6_work": ("lee_2_6_work/report.html",)}


def test_notes_name_the_first_of_what_is_not_as_the_system_exports_it(class_of):
    found = class_of("kim_1_5_a.html", "lee.html", "Ann.html")
    assert found.notes[1] == "2 submissions beside them are not, such as Ann."
    metadata = "submission_1:\n  a: b\n" + "".join(f"{'x' * 59}{i}9:\n  a: b\n" for i in range(2))
    found = class_of("submission_1/a.html", **{"submission_metadata.yml": metadata})
    assert found.notes[1] == f"The metadata name 2 submissions that are not there, such as {'x' * 59}0."


def test_files_of_roles_alone_are_one_submission_beside_others(class_of):
    assert shape(class_of("training.log", "answers.md", "kim.html")) == {
        "answers": ("answers.md", "training.log"), "kim": ("kim.html",)
    }  # fmt: skip


@pytest.mark.parametrize("count", [3, 4])
def test_folder_of_too_many_files_is_no_class(class_of, monkeypatch, count):
    monkeypatch.setattr(submissions, "MOST", 3)
    names = [f"s{i}.html" for i in range(count)]
    if count == 3:
        assert len(class_of(*names).hand_ins) == 3
    else:
        with pytest.raises(DataError, match="holds more than 3 files; give the folder of one assignment's submissions"):
            class_of(*names)


def test_submission_of_a_folder_is_called_as_the_folder_with_all_its_points(tmp_path):
    folder = tmp_path / "kim.minji.v2"
    folder.mkdir()
    (folder / "training.log").write_text("x")
    assert [one.name for one in collect(folder, tmp_path).hand_ins] == ["kim.minji.v2"]


def test_canvas_file_without_a_name_is_nobodys(class_of):
    (one,) = class_of("_12_100_report.html").hand_ins
    assert (one.name, one.claimed.name, one.claimed.canvas) == ("anon_12", None, "12")


def test_submissions_of_one_name_are_numbered(class_of):
    found = class_of("kim/a.html", "kim.html", "kim.md", "kim.zip")
    assert sorted(shape(found)) == ["kim", "kim [2]"]
    assert shape(found)["kim"] == ("kim/a.html",) and shape(found)["kim [2]"] == ("kim.html", "kim.md", "kim.zip")


@pytest.mark.parametrize(
    ("names", "submissions"),
    [
        (("report.html", "answers.md"), ["class"]),
        (("report_1.html", "answers.md"), ["1", "answers"]),
        (("kim_report.html", "kim_result.json", "kim_answers.markdown"), ["kim"]),
        (("kim.html", "kim_results.html"), ["kim", "kim_results"]),
        (("보고서_kim.html", "kim-답안.md"), ["kim"]),
        (("a/report.html", "report.html"), ["a", "report"]),
        (("week1/kim.html", "week1/lee.html"), ["kim", "lee"]),
        (("week1/kim/a.html", "week1/lee/a.html"), ["kim", "lee"]),
        (("kim/training.log", "kim/answers.md"), ["kim"]),
        (("kim/more/training.log",), ["kim"]),
        (("kim.html", "rubric.TOML"), ["kim"]),
        (("kim/plan.toml", "lee/a.html"), ["kim", "lee"]),
    ],
)
def test_files_are_divided_by_folders_and_by_what_their_names_say(class_of, names, submissions):
    assert sorted(shape(class_of(*names))) == submissions


def test_file_that_cannot_be_looked_into_is_told(tmp_path):
    with pytest.raises(DataError, match="There is no .*gone; give the folder, or the zip, with what students handed in"):
        collect(tmp_path / "gone", tmp_path)
    (tmp_path / "class.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match="class.zip cannot be opened: it is no zip"):
        collect(tmp_path / "class.zip", tmp_path)
    (tmp_path / "class.tar.gz").write_bytes(b"x")
    with pytest.raises(DataError, match="class.tar.gz is no zip; unpack it, and give the folder"):
        collect(tmp_path / "class.tar.gz", tmp_path)


def test_single_file_is_one_submission(tmp_path):
    (tmp_path / "kim.html").write_text("x")
    (one,) = collect(tmp_path / "kim.html", tmp_path).hand_ins
    assert (one.name, one.files, one.paths, one.export) == ("kim", ("kim.html",), (tmp_path / "kim.html",), None)
