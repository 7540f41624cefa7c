"""A class's folder divided into submissions, as learning systems and people leave it."""

from __future__ import annotations

import unicodedata
import zipfile

import pytest

from fitscope.errors import DataError
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
