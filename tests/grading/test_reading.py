"""One submission read, whatever lies in it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope import version
from fitscope.answers import LONGEST
from fitscope.errors import DataError, FitscopeError
from fitscope.grading.reading import read
from fitscope.grading.records import HandIn, Student
from fitscope.readers.page import page_of
from fitscope.report.page import render
from fitscope.result import Result
from fitscope.runs import write_report

PAGE = (Path(__file__).parents[2] / "reports" / "sample-imdb" / "report.html").read_text(encoding="utf8")
LOG = "epoch,loss,val_loss\n" + "".join(f"{i},{1 / (i + 1):.6f},{0.5 + abs(i - 4) / 50:.6f}\n" for i in range(12))
ANSWERS = "---\nname: Kim Minji\nid: 7\nbest_epoch: 5\nverdict: overfitting\n---\nIt rises.\n"
TAG = '<script type="application/json" id="fitscope-result">'


def report(**changes: object) -> str:
    head, tag, rest = PAGE.partition(TAG)
    content, end, tail = rest.partition("</script>")
    return head + tag + json.dumps(json.loads(content) | changes).replace("<", "\\u003c") + end + tail


@pytest.fixture
def work(tmp_path):
    def made(**contents: str | bytes):
        return read(hand_in(tmp_path, **contents), tmp_path)

    return made


def hand_in(folder: Path, **contents: str | bytes) -> HandIn:
    for name, content in contents.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return HandIn("kim", Student(), tuple(folder / name for name in contents), tuple(contents))


def refusal(folder: Path, **contents: str | bytes) -> str:
    with pytest.raises(FitscopeError) as told:
        read(hand_in(folder, **contents), folder)
    return str(told.value)


def zipped(path: Path, **contents: str | bytes) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path.read_bytes()


def test_report_gives_result_numbers_and_language(work):
    found = work(**{"report.html": PAGE})
    assert found.result.diagnosis.best_epoch == 4 and found.language == "en" and found.notes == ()
    assert found.shown[0] == ("best epoch", "4", "no other epoch is as good")
    assert found.heading == ("overfitting", "Best after epoch 4; from epoch 5 on validation loss rises.")
    assert found.files == ("report.html",) and found.written


def test_report_beside_its_run_folder_is_read_alone(work):
    found = work(**{"report.html": PAGE, "result.json": "{", "training.log": LOG})
    assert found.files == ("report.html",) and found.notes == ()


def test_result_json_is_read_where_there_is_no_report(work):
    content = PAGE.partition(TAG)[2].partition("</script>")[0]
    found = work(**{"result.json": content, "training.log": LOG})
    assert found.result.plan is not None and found.shown is None


def test_log_with_answers_is_judged(work):
    found = work(**{"training.log": LOG, "answers.md": ANSWERS})
    assert found.result.log.source == "training.log" and found.result.diagnosis.best_epoch == 5
    assert found.answers.best_epoch == 5 and found.answers.why == "It rises."
    assert (found.signed.name, found.signed.id) == ("Kim Minji", "7")
    assert found.files == ("training.log", "answers.md")


def test_zip_is_read_as_its_folder_would_be(work, tmp_path):
    found = work(
        **{"kim.zip": zipped(tmp_path / "kim.zip", **{"w/training.log": LOG, "w/answers.md": ANSWERS, "w/model.keras": "x"})}
    )
    assert found.files == ("kim.zip/w/training.log", "kim.zip/w/answers.md") and found.notes == ()


def test_one_training_in_two_formats_is_one(work):
    rows = [line.split(",") for line in LOG.splitlines()[1:]]
    history = {"loss": [float(row[1]) for row in rows], "val_loss": [float(row[2]) for row in rows]}
    assert len(work(**{"training.log": LOG, "history.json": json.dumps(history), "data.csv": "a,b\n1,2\n"}).result.history) == 12


def test_logs_of_several_trainings_are_refused(tmp_path):
    other = LOG.replace("0.5", "0.6")
    assert refusal(tmp_path, **{"a.log": LOG, "b.log": other}) == (
        "It holds several trainings, such as a.log and b.log; hand in one."
    )
    assert "several trainings" in refusal(tmp_path, **{"a.log": LOG + other})


def test_several_results_leave_the_newest_with_a_note(work):
    found = work(**{"old.html": PAGE, "new.html": report(created=datetime.now(UTC).isoformat())})
    assert found.files == ("new.html",) and found.notes == ("2 results were handed in; the newest counts, new.html.",)


def test_same_report_twice_is_one(work, tmp_path):
    found = work(**{"report.html": PAGE, "kim.zip": zipped(tmp_path / "kim.zip", **{"report.html": PAGE})})
    assert found.notes == ()


def test_answers_within_a_report_count_before_those_beside_it(work):
    found = work(**{"report.html": report(answers={"best_epoch": 3}), "answers.md": ANSWERS})
    assert found.answers.best_epoch == 3 and "differs from the answers within the report" in found.notes[0]


def sealed(**changes):
    """Return a page of a blind report, as fitscope writes it."""
    content = Result.from_json(json.loads(report(blind=False).partition(TAG)[2].partition("</script>")[0]))
    return report(**(dataclasses.replace(content, blind=True).to_json() | changes))


def test_blind_report_is_read_and_said_to_be_unanswered(work):
    assert work(**{"report.html": sealed()}).notes == ("It is a blind report that was not answered.",)
    assert work(**{"report.html": sealed(), "answers.md": ANSWERS}).notes == ()


def test_report_that_is_marked_as_blind_and_is_not_is_told(work):
    told = "is marked as blind, and tells more than a blind report does."
    assert work(**{"report.html": report(blind=True), "answers.md": ANSWERS}).notes == (f"report.html {told}",)
    content = json.loads(sealed().partition(TAG)[2].partition("</script>")[0])
    verdict = content | {"diagnosis": content["diagnosis"] | {"verdict": "overfitting"}}
    assert work(**{"result.json": json.dumps(verdict), "answers.md": ANSWERS}).notes == (f"result.json {told}",)


def test_answers_in_a_korean_encoding_are_read_with_a_note(work):
    found = work(**{"training.log": LOG, "답안.md": "---\nname: 김민지\nbest_epoch: 4\n---\n".encode("cp949")})
    assert found.signed.name == "김민지" and "CP949" in found.notes[0]


def test_answers_that_do_not_fit_are_noted(work):
    assert "best_epoch" in work(**{"training.log": LOG, "answers.md": "---\nbest_epoch: nine\n---\n"}).notes[0]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("report.html", "<!doctype html><p>Hello", "0 results of fitscope's"),
        ("report.html", PAGE + PAGE, "2 results of fitscope's"),
        ("report.html", report(schema="fitscope-result/2"), "newer fitscope"),
        ("report.html", report(schema="other/1"), "not known"),
        ("report.html", f"<!doctype html>{TAG}{'[' * 100_000}</script>", "no JSON"),
        ("report.html", f"<!-- {TAG}{{}}</script> --><p title='{TAG}'>", "0 results"),
        ("result.json", "[" * 200_000, "JSON"),
        ("plan.json", '{"plan": {"dataset": "digits"}, "refit_by": "epochs", "repeats": 1}', "let the analysis come to its end"),
        ("training.log", "", "empty"),
        ("training.log", b"\0\1\2" * 9, "no text"),
        ("training.log", "word " * 9, "cannot be read"),
        ("answers.md", ANSWERS, "no report, result or log"),
        ("script.py", "raise SystemExit", "no report, result or log"),
        ("model.pkl", b"cos\nsystem\n(S'false'\ntR.", "no report, result or log"),
        ("kim.zip", b"PK\3\4", "damaged"),
        ("kim.rar", b"Rar!", "hand in a .zip"),
        ("history.db", b"SQLite format 3\0", "no report, result or log"),
        ("mlflow.log", b"SQLite format 3\0" + b"x" * 99, "no text"),
        ("lines.txt", "Epoch 1/2\n" * 200_001, "200,001 lines, and at most 200,000"),
        ("runs.csv", "epoch,loss\n" + "1,1\n" * 200, "200 trainings"),
        ("long.csv", "epoch,loss\n" + "".join(f"{i},1\n" for i in range(20_001)), "20,001 epochs, and at most 20,000"),
    ],
)
def test_what_cannot_be_graded_is_refused_with_the_reason(name, content, told, tmp_path):
    message = refusal(tmp_path, **{name: content})
    assert told in message and "\n" not in message and str(tmp_path) not in message


def test_file_of_500_mb_is_refused_without_being_read(tmp_path):
    for name, most in (("report.html", "50,000,000"), ("training.log", "10,000,000"), ("result.json", "10,000,000")):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, 500_000_000)
        one = HandIn("kim", Student(), (tmp_path / name,), (name,))
        with pytest.raises(DataError, match=f"500,000,000 bytes, and at most {most}"):
            read(one, tmp_path)


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        ("training.log", 10_000_000, "no text"),
        ("training.log", 10_000_001, "10,000,001 bytes, and at most 10,000,000"),
        ("report.html", 50_000_001, "50,000,001 bytes, and at most 50,000,000"),
    ],
)
def test_file_may_have_so_many_bytes(name, size, told, tmp_path):
    (tmp_path / name).touch()
    os.truncate(tmp_path / name, size)
    with pytest.raises(DataError, match=told):
        read(HandIn("kim", Student(), (tmp_path / name,), (name,)), tmp_path)


@pytest.mark.parametrize(("lines", "told"), [(200_000, "cannot be read"), (200_001, "200,001 lines, and at most 200,000")])
def test_log_may_have_so_many_lines(lines, told, tmp_path):
    message = refusal(tmp_path, **{"a.log": "word\r" * (lines // 2) + "word\n" * (lines - lines // 2)})
    assert told in message and (lines == 200_001) is ("lines" in message)


def test_log_of_one_training_again_and_again_is_one_up_to_a_hundred(work, tmp_path):
    assert len(work(**{"runs.csv": "epoch,loss\n" + "1,1\n" * 100}).result.history) == 1
    assert refusal(tmp_path, **{"runs.csv": "epoch,loss\n" + "1,1\n" * 101}) == "It holds 101 trainings; hand in one."


@pytest.mark.parametrize("name", ["kim.rar", "KIM.7Z", "kim.tar.gz", "kim.tgz", "kim.zst", "report.html.gz"])
def test_archive_of_another_kind_is_told_and_what_lies_beside_it_read(work, name):
    assert work(**{"training.log": LOG, name: "x"}).notes == (
        f"Passed over: {name} is an archive of a kind that is not opened; hand in a .zip.",
    )


def test_link_is_refused_and_not_followed(tmp_path):
    (tmp_path / "real.html").write_text(PAGE)
    (tmp_path / "report.html").symlink_to(tmp_path / "real.html")
    with pytest.raises(DataError, match="report.html is a link"):
        read(HandIn("kim", Student(), (tmp_path / "report.html",), ("report.html",)), tmp_path)


def test_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "training.log")
    with pytest.raises(DataError, match="no plain file"):
        read(HandIn("kim", Student(), (tmp_path / "training.log",), ("training.log",)), tmp_path)


def test_archive_in_an_archive_is_told_and_not_opened(tmp_path):
    inner = zipped(tmp_path / "inner.zip", **{"training.log": LOG})
    assert "holds another archive, inner.zip" in refusal(
        tmp_path, **{"kim.zip": zipped(tmp_path / "kim.zip", **{"inner.zip": inner})}
    )


@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        ("<strong>4</strong>", "<strong hidden>4</strong><strong>9</strong>"),
        ('<dl id="fitscope-numbers">', "<dl>"),
        ('<dl id="fitscope-numbers">', '<dl id="fitscope-numbers"><![x'),
        ('<dl id="fitscope-numbers">', '<dl id="fitscope-numbers"><![CDAT[x]]>'),
        ('<dl id="fitscope-numbers">', '<dl id="fitscope-numbers"><![CDATA[x]]>'),
        ('<dl id="fitscope-numbers">', '<dl id="fitscope-numbers"><!x>'),
        ('<dl id="fitscope-numbers">', '<dl id="fitscope-numbers"><?x>'),
        ("<h1>", "<h1 hidden>"),
        ("<header>", "<header><svg><title><dl></title></svg>"),
    ],
)
def test_page_that_is_marked_up_otherwise_is_noted(usual, odd, work):
    assert "marked up otherwise" in work(**{"report.html": PAGE.replace(usual, odd, 1)}).notes[0]


@pytest.mark.parametrize(
    ("more", "noted"),
    [
        ("", False),
        ("<style>#fitscope-numbers {display: none}</style>", True),
        ("<script>document.title = 1</script>", True),
        ('<script type="application/json" src="x.js"></script>', True),
        ('<script type="application/json">1</script>', False),
    ],
)
def test_page_with_a_style_or_script_that_is_not_fitscopes_is_noted(more, noted, work):
    content = json.loads(PAGE.partition(TAG)[2].partition("</script>")[0])
    page = render(Result.from_json(content | {"fitscope": version()}))
    notes = work(**{"report.html": page.replace("</header>", f"</header>{more}", 1)}).notes
    assert any("marked up otherwise" in note for note in notes) == noted


def test_style_of_another_fitscope_is_not_noted(work):
    assert not work(**{"report.html": report(fitscope="9.9").replace("</style>", "p {}</style>", 1)}).notes


def test_page_that_asks_first_is_read_as_any_other(work, tmp_path):
    (tmp_path / "plain.html").write_text(PAGE)
    write_report(tmp_path / "plain.html", tmp_path / "teach.html", teach=True)
    found = work(**{"report.html": (tmp_path / "teach.html").read_text()})
    assert found.heading[0] == "overfitting" and len(found.shown) == 3 and found.notes == ()


@pytest.mark.parametrize(
    ("text", "results"),
    [
        (f"{TAG}1</script>", ("1",)),
        ("<SCRIPT TYPE='application/json'\nID=fitscope-result >1</SCRIPT >", ("1",)),
        (f"<!-- {TAG}1</script> -->{TAG}2</script>", ("2",)),
        (f"<!-->{TAG}1</script>", ("1",)),
        (f"<!--->{TAG}1</script>", ("1",)),
        (f"<!-- a --!>{TAG}1</script>", ("1",)),
        (f"<a title='{TAG}1</script>'>", ()),
        (f"<a b\">{TAG}1</script>", ("1",)),
        (f"<a b=\">{TAG}1</script>", ()),
        (f"<style>{TAG}1</script></style>", ()),
        (f"<textarea>{TAG}1</script></textarea>", ()),
        (f"<p{TAG}1</script>", ()),
        (f"<script>var a = '{TAG}';</script>", ()),
        ('<script type="application/json" id="fitscope-result" hidden>1</script>', ()),
        ("<script id='fitscope-result' type=application/json>1</script>", ("1",)),
        (f"< {TAG}1</script>", ("1",)),
        (f"</{TAG}1</script>", ()),
        (f"<?{TAG}1</script>", ()),
        (f"{TAG}1", ("1",)),
    ],
)  # fmt: skip
def test_page_is_taken_apart_as_a_browser_does_it(text, results):
    assert page_of(text).results == results


PIECES = [TAG, "</script>", "<!--", "-->", "<", ">", '"', "'", "=", "<a ", "<svg>", "<title>", '<dl id="fitscope-numbers">',
          "</dl>", "<dt>", "{}", "<!", "</", "\0", "&#60;", "<html lang=ko"]  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_page_of_any_pieces_is_taken_apart(pieces):
    assert page_of("".join(pieces)).results is not None


@settings(max_examples=60)
@given(
    name=st.sampled_from(["report.html", "result.json", "training.log", "history.json", "a.csv", "a.txt", "answers.md", "kim.zip"]),
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf8", "surrogatepass")),
        st.lists(st.sampled_from(list(re.findall(r"\w+|\W", LOG[:60] + ANSWERS + '{"loss": [1, null], "history"}'))), max_size=60)
        .map(lambda parts: "".join(parts).encode()),
    ),
)  # fmt: skip
def test_any_content_is_read_or_refused(name, content, tmp_path):
    try:
        assert read(hand_in(tmp_path, **{name: content}), tmp_path).result
    except FitscopeError as error:
        assert str(error) and "what no hand-in holds" not in str(error)


@pytest.mark.parametrize("changes", [{"diagnosis": None}, {"diagnosis": {"verdict": "overfitting", "best_epoch": 99}}])
def test_diagnosis_that_cannot_be_read_gives_way_to_what_the_curves_say(changes, work):
    found = work(**{"report.html": report(**changes)})
    assert found.result.diagnosis.best_epoch == 4
    assert "result.diagnosis" in found.contradiction


def test_refit_without_validation_beside_a_training_is_passed_over_with_a_note(work):
    refit = "epoch,loss\n" + "".join(f"{i},{1 / (i + 2):.6f}\n" for i in range(5))
    found = work(**{"training.log": LOG, "refit.log": refit, "answers.md": ANSWERS})
    assert len(found.result.history) == 12
    assert any("refit.log" in note and "refit" in note for note in found.notes)


def test_refit_beside_a_training_that_was_validated_now_and_then_is_passed_over(work):
    rows = LOG.splitlines()
    now_and_then = "\n".join([*rows[:2], rows[2].rpartition(",")[0] + ",", *rows[3:]]) + "\n"
    found = work(**{"training.log": now_and_then, "refit.log": "epoch,loss\n0,0.5\n1,0.25\n"})
    assert len(found.result.history) == 12 and "refit.log holds no validation loss" in found.notes[0]


def test_text_that_begins_like_answers_is_a_log_where_it_is_called_so(work, tmp_path):
    text = "--- begin\nEpoch 1/2\n1/1 - 1s - loss: 1.5 - val_loss: 1.6\nEpoch 2/2\n1/1 - 1s - loss: 0.5 - val_loss: 0.7\n"
    assert len(work(**{"console.log": text}).result.history) == 2
    assert "no report, result or log" in refusal(tmp_path, **{"console.txt": text})


def test_answers_in_a_text_are_no_log_and_logs_behind_them_are_read(work):
    found = work(**{"a.txt": ANSWERS, "training.txt": LOG})
    assert found.answers.best_epoch == 5 and found.files == ("training.txt", "a.txt")


@pytest.mark.parametrize("first", ["whole.log", "part.log"])
def test_curve_that_one_of_two_logs_lacks_tells_them_not_apart(work, first):
    lacks = "epoch,val_loss\n" + "".join(f"{i},{0.5 + abs(i - 4) / 50:.6f}\n" for i in range(12))
    logs = {"whole.log": LOG, "part.log": lacks}
    assert work(**{first: logs.pop(first), **logs}).files == (first,)


def test_files_beyond_a_thousand_are_refused(tmp_path):
    (tmp_path / "training.log").write_text(LOG)
    paths, names = (tmp_path / "training.log",), ("training.log", *["own.py"] * 1_000)
    assert read(HandIn("kim", Student(), paths * 1_000, names[:1_000]), tmp_path).result
    with pytest.raises(DataError, match="kim has 1,001 files, and at most 1,000 are looked at; hand in report.html"):
        read(HandIn("kim", Student(), paths * 1_001, names), tmp_path)


def test_files_that_are_too_large_together_are_refused(tmp_path):
    for i in range(5):
        (tmp_path / f"{i}.html").touch()
        os.truncate(tmp_path / f"{i}.html", 40_000_001)
    names = tuple(f"{i}.html" for i in range(5))
    with pytest.raises(DataError, match="kim has 200,000,005 bytes of files, and at most 200,000,000 are read"):
        read(HandIn("kim", Student(), tuple(tmp_path / name for name in names), names), tmp_path)


@pytest.mark.parametrize(
    ("created", "newest"),
    [
        (("2026-03-01T10:00:00+00:00", "2026-03-01T10:00:01+00:00"), "b.html"),
        (("2026-03-01T10:00:01", "2026-03-01T10:00:00+00:00"), "a.html"),
        (("odd", "2026-03-01T10:00:00+00:00"), "b.html"),
        (("2026-03-01T10:00:00+00:00", "2026-03-01T18:59:59+09:00"), "a.html"),
    ],
)
def test_newest_of_several_results_is_told_by_its_moment(work, created, newest):
    found = work(**{name: report(created=moment) for name, moment in zip(("a.html", "b.html"), created)})
    assert found.files == (newest,)


def test_result_beside_a_broken_report_is_read_with_a_note(work):
    content = PAGE.partition(TAG)[2].partition("</script>")[0]
    found = work(**{"report.html": "<!doctype html><p>", "result.json": content})
    assert found.files == ("result.json",) and found.shown is None and found.language is None
    told = "it is a page with 0 results of fitscope's in it; give a report that fitscope wrote."
    assert found.notes == (f"Passed over: report.html cannot be read: {told}",)


def test_answers_beside_are_named_among_the_files_and_sign_it(work):
    found = work(**{"report.html": PAGE, "answers.md": ANSWERS})
    assert (
        found.files == ("report.html", "answers.md") and found.signed == Student("Kim Minji", "7") and found.answers.best_epoch == 5
    )
    same = work(**{"report.html": report(answers=dataclasses.asdict(found.answers)), "answers.md": ANSWERS})
    assert same.notes == () and same.files == ("report.html",) and same.signed.name == "Kim Minji"


def test_answers_that_say_nothing_are_none(work):
    found = work(**{"training.log": LOG, "answers.md": "---\nname: Kim\n---\n"})
    assert found.answers is None and found.signed == Student("Kim") and found.files == ("training.log", "answers.md")
    assert work(**{"training.log": LOG, "answers.md": "---\nbest_epoch: 3\n---\n"}).signed is None
    assert work(**{"training.log": LOG, "answers.md": "---\nid: 7\n---\n"}).signed == Student(id="7")


def test_answers_that_are_called_so_count_before_newer_files(work, tmp_path):
    found = work(**{"training.log": LOG, "notes.md": ANSWERS.replace("5", "3"), "my_answers.md": ANSWERS})
    assert found.answers.best_epoch == 5 and found.notes == ("2 files hold answers; those in my_answers.md count.",)
    for name, moment in (("a.md", 2_000_000_000), ("b.md", 1_000_000_000)):
        (tmp_path / name).write_text(ANSWERS.replace("5", "7" if name == "a.md" else "8"))
        os.utime(tmp_path / name, (moment, moment))
    names = ("training.log", "a.md", "b.md")
    found = read(HandIn("kim", Student(), tuple(tmp_path / name for name in names), names), tmp_path)
    assert found.answers.best_epoch == 7 and found.written == (tmp_path / "a.md").stat().st_mtime


@pytest.mark.parametrize("name", ["답안.md", "kim_답.txt", "My Answers.yaml", "ANSWERS.MARKDOWN", "answer.yml"])
def test_answers_are_called_so_in_either_language(work, name):
    found = work(**{"training.log": LOG, name: ANSWERS, "z.md": ANSWERS.replace("5", "3")})
    assert found.answers.best_epoch == 5 and found.files == ("training.log", name)


@pytest.mark.parametrize("name", ["answers.json", "answers.csv", "answers.html"])
def test_file_that_is_called_answers_and_can_hold_none_is_not_missed(work, name):
    found = work(**{"training.log": LOG, name: "x" * 2_000_000})
    assert found.answers is None and not any("were not read" in note for note in found.notes)


def test_answers_folder_is_no_answers_file(work, tmp_path):
    inner = {"answers/b.md": ANSWERS.replace("5", "3"), "answers.md": ANSWERS}
    assert work(**{"training.log": LOG, "kim.zip": zipped(tmp_path / "kim.zip", **inner)}).answers.best_epoch == 5


@pytest.mark.parametrize("size", [100_000, 100_001])
def test_answers_may_be_so_long(work, size):
    found = work(**{"training.log": LOG, "answers.md": ANSWERS + "x" * (size - len(ANSWERS))})
    assert (found.answers is None) is (size > LONGEST) and LONGEST == 100_000


def test_answers_that_are_too_long_or_unreadable_are_noted_where_they_are_called_so(work):
    long = ANSWERS + "x" * 2_000_000
    found = work(**{"training.log": LOG, "answers.md": long, "other.md": long})
    assert found.answers is None and len(found.notes) == 1 and "so its answers were not read" in found.notes[0]
    found = work(**{"training.log": LOG, "answers.md": "---\n: [\n---\n", "other.md": "---\n: [\n---\n"})
    assert [note.partition(":")[0] for note in found.notes] == ["answers.md"]


@pytest.mark.parametrize(
    ("other", "several"),
    [
        (LOG, False),
        (LOG.replace("0.500000", "0.500900"), False),
        (LOG.replace("0.500000", "0.501090"), False),  # two thousandths of it, and 0.0001
        (LOG.replace("0.500000", "0.501110"), True),
        ("epoch,loss\n" + "".join(f"{i},{1 / (i + 1):.6f}\n" for i in range(12)), False),
        ("epoch,val_loss\n" + "".join(f"{i},{0.5 + abs(i - 4) / 50:.6f}\n" for i in range(12)), False),
        ("epoch,val_loss\n" + "".join(f"{i},{0.6 + abs(i - 4) / 50:.6f}\n" for i in range(12)), True),
        ("\n".join(LOG.splitlines()[:-1]) + "\n", True),
    ],
)
def test_two_logs_of_one_training_differ_by_what_is_printed(tmp_path, other, several):
    def read_both():
        return read(hand_in(tmp_path, **{"a.log": LOG, "b.log": other}), tmp_path)

    if several:
        with pytest.raises(DataError, match="It holds several trainings, such as a.log and b.log; hand in one."):
            read_both()
    else:
        assert read_both().files == ("a.log",)


def test_most_digits_are_read_first(work):
    rows = [line.split(",") for line in LOG.splitlines()[1:]]
    history = json.dumps({"loss": [float(row[1]) for row in rows], "val_loss": [float(row[2]) for row in rows]})
    assert work(**{"a.txt": LOG, "b.csv": LOG, "c.json": history}).files == ("c.json",)
    assert work(**{"a.txt": LOG, "b.csv": LOG}).files == ("b.csv",)


def test_what_lies_there_instead_is_named_up_to_four(tmp_path):
    message = refusal(tmp_path, **{f"{name}.py": "x" for name in "abcd"})
    assert message.startswith("There is no report, result or log among its files (a.py, b.py, c.py, d.py); hand in report.html")
    assert "d.py, ...)" in refusal(tmp_path, **{f"{name}.py": "x" for name in "abcde"})
    with pytest.raises(DataError, match=r"\(it has none\)"):
        read(HandIn("kim", Student(), (), ()), tmp_path)


@pytest.mark.parametrize(("language", "kept"), [("ko", "ko"), ("en-US", "en-US"), ("x", None), ("ko;x", None), ("", None)])
def test_language_of_a_page_is_one_or_none(work, language, kept):
    page = PAGE.replace('<html lang="en"', f'<html lang="{language}"', 1)
    assert page != PAGE or language == "en"
    assert work(**{"report.html": page}).language == kept


def test_whatever_breaks_while_reading_is_told_by_its_kind(tmp_path, monkeypatch):
    def broken(*given):
        raise ZeroDivisionError

    monkeypatch.setattr("fitscope.grading.reading._pieces", broken)
    assert refusal(tmp_path, **{"training.log": LOG}) == "kim cannot be read: it holds what no hand-in holds (ZeroDivisionError)."
