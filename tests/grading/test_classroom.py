"""A class from a folder to marks."""

import json
import os
import shutil
import zipfile
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from fitscope.errors import DataError, FitscopeError, OutputError, UsageError
from fitscope.grading import crew, rerun
from fitscope.grading.classroom import grade

RUBRIC = """
title = "Task"
[[criterion]]
title = "Best epoch"
points = 3
field = "answers.best_epoch"
in_plateau = true
[[criterion]]
title = "Why does the validation loss rise again while the training loss still falls to nothing at all"
points = 1
field = "answers.why"
manual = true
"""
ANSWERS = "---\nname: {name}\nid: {id}\nbest_epoch: 5\n---\n{why}\n"
SHARED = (
    "Each network learns its training reviews by heart once it has seen them often enough, and from there on what it says of "
    "others gets worse."
)


def curves(bend, epochs=20):
    """Return a log whose small ups and downs are its own for each bend."""
    rng, e = np.random.default_rng(round(bend)), np.arange(epochs)
    loss = 1 / (e + 1) * (1 + 0.03 * rng.standard_normal(epochs))
    val_loss = (0.5 + np.abs(e - 4) / bend) * (1 + 0.01 * rng.standard_normal(epochs))
    val_loss[4] = 0.48
    return "epoch,loss,val_loss\n" + "".join(f"{i},{x:.6f},{y:.6f}\n" for i, x, y in zip(e, loss, val_loss))


@pytest.fixture
def class_of(tmp_path):
    """Grade hand-ins given as name: (bend of the curves, why)."""

    def made(hand_ins, head="", **wishes):
        for number, (name, (bend, why)) in enumerate(hand_ins.items(), 1):
            folder = tmp_path / "class" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "training.log").write_text(curves(bend), encoding="utf8")
            (folder / "answers.md").write_text(ANSWERS.format(name=name, id=number, why=why), encoding="utf8")
        (tmp_path / "rubric.toml").write_text(head + RUBRIC, encoding="utf8")
        return grade(tmp_path / "class", tmp_path / "rubric.toml", **wishes)

    return made


TWO = {"Lee Joon": (40.0, "a"), "kim minji": (50.0, "b")}


def test_class_is_graded_in_the_order_of_names_whatever_their_case(class_of):
    book = class_of(TWO)
    assert [one.student.name for one in book.graded] == ["kim minji", "Lee Joon"] and book.rubric == "Task"
    assert [one.points for one in book.graded] == [3, 3] and book.missing == () and book.notes == ()
    assert book.created.endswith("+00:00") and len(book.created) == len("2026-12-01T10:00:00+00:00")


def test_nameless_ones_come_last_by_their_numbers(class_of, tmp_path):
    class_of(TWO)
    (tmp_path / "roster.csv").write_text("id\n2\n1\n", encoding="utf8")
    book = class_of(TWO, roster=tmp_path / "roster.csv")
    assert [one.student.id for one in book.graded] == ["1", "2"] and {one.student.name for one in book.graded} == {None}


def test_steps_are_told_and_nothing_is_written_without_an_output(class_of, tmp_path):
    told = []
    class_of(TWO, tell=told.append)
    assert told == [f"2 submissions in {tmp_path / 'class'}"]
    told.clear()
    class_of(TWO, tell=told.append, output=tmp_path / "grades")
    assert told == [f"2 submissions in {tmp_path / 'class'}", f"Writing {tmp_path / 'grades'}"]


@pytest.mark.parametrize(
    ("wishes", "told"), [({"rerun": -1}, "--rerun -1"), ({"workers": 0}, "--workers 0"), ({"workers": -2}, "--workers -2")]
)
def test_impossible_numbers_are_refused(class_of, wishes, told):
    with pytest.raises(UsageError, match=f"{told} is not possible; give"):
        class_of(TWO, **wishes)


def test_folder_of_something_else_is_refused_before_anything_is_read(class_of, tmp_path):
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "thesis.txt").write_text("mine")
    told = []
    with pytest.raises(OutputError):
        class_of(TWO, output=tmp_path / "grades", tell=told.append)
    assert told == []


@pytest.mark.parametrize("count", [0, 1, None])
def test_rerun_trains_as_many_as_are_asked_for(class_of, monkeypatch, count):
    asked = []
    monkeypatch.setattr(rerun, "run_again", lambda graded, *more: asked.append((len(graded), more[:4])) or graded)
    class_of(TWO, rerun=count, workers=1, cluster="tcp://x", data_dir="d")
    assert asked == ([] if count == 0 else [(2, (count, 1, "tcp://x", "d"))])


def test_alike_curves_are_flagged_and_those_that_were_handed_out_are_noted(class_of, tmp_path):
    same = {"a": (40.0, "x"), "b": (40.0, "y"), "c": (60.0, "z")}
    assert [[flag.code for flag in one.flags] for one in class_of(same).graded] == [["same_curves"], ["same_curves"], []]
    (tmp_path / "given.csv").write_text(curves(40.0), encoding="utf8")
    book = class_of(same, 'handed_out = ["given.csv"]\n')
    assert [one.flags for one in book.graded] == [(), (), ()]
    assert ["handed out" in " ".join(one.notes) for one in book.graded] == [True, True, False]


@pytest.mark.parametrize("given", [f"# Sample\n{SHARED}\n", f"---\nbest_epoch: 3\n---\n{SHARED}\n", f"---\nquote: {SHARED}\n---\n"])
def test_answers_that_quote_what_was_handed_out_are_not_flagged(class_of, tmp_path, given):
    alike = {"a": (40.0, SHARED), "b": (55.0, SHARED)}
    assert [[flag.code for flag in one.flags] for one in class_of(alike).graded] == [["same_answers"], ["same_answers"]]
    (tmp_path / "sample.md").write_text(given, encoding="utf8")
    assert [one.flags for one in class_of(alike, 'handed_out = ["sample.md"]\n').graded] == [(), ()]


def test_answers_within_a_sample_with_curves_were_handed_out_too(class_of, tmp_path):
    with zipfile.ZipFile(tmp_path / "sample.zip", "w") as archive:
        archive.writestr("answers.md", f"---\nbest_epoch: 3\n---\n{SHARED}\n")
        archive.writestr("training.log", curves(99.0))
    alike = {"a": (40.0, SHARED), "b": (55.0, SHARED)}
    assert [one.flags for one in class_of(alike, 'handed_out = ["sample.zip"]\n').graded] == [(), ()]


def test_two_people_under_one_number_earn_nothing_and_keep_what_was_read(class_of, tmp_path):
    class_of({"Kim Minji": (40.0, "a"), "Lee Joon": (60.0, "b")})
    answers = tmp_path / "class" / "Lee Joon" / "answers.md"
    answers.write_text(answers.read_text(encoding="utf8").replace("id: 2", "id: 1"), encoding="utf8")
    book = grade(tmp_path / "class", tmp_path / "rubric.toml")
    assert [one.points for one in book.graded] == [0, 0] and all(
        "Two students hand in under id 1" in one.error for one in book.graded
    )
    assert {mark.evidence for one in book.graded for mark in one.marks} == {one.error for one in book.graded}


def test_decisions_count_and_what_fits_nobody_is_noted(class_of, tmp_path):
    class_of(TWO, output=tmp_path / "grades")
    entry = '[[override]]\nstudent = "{}"\ncriterion = "Best epoch"\npoints = 1\nwho = "Lee"\nwhen = "2026-12-01"\nwhy = "read"\n'
    (tmp_path / "grades" / "overrides.toml").write_text(entry.format("1") + entry.format("9"), encoding="utf8")
    book = class_of(TWO, output=tmp_path / "grades")
    assert [one.points for one in book.graded] == [3, 1]
    assert [note for note in book.notes if "overrides.toml" in note] == [
        "Line 8 of overrides.toml speaks of 9, of whom nothing was handed in."
    ]


def test_pseudonymous_class_is_returned_without_names(class_of, tmp_path):
    book = class_of(TWO, output=tmp_path / "grades", pseudonymous=True)
    written = json.loads((tmp_path / "grades" / "grades.json").read_bytes())
    assert [one.name for one in book.graded] == [one["submission"] for one in written["submissions"]]
    assert all(one.student.name.startswith("Student ") and one.student.id is None for one in book.graded)
    assert class_of(TWO, pseudonymous=True).graded[0].student.name == "kim minji"  # there is no list of who is who to name them by


def test_roster_tells_who_is_missing_and_what_was_guessed(class_of, tmp_path):
    (tmp_path / "roster.csv").write_bytes("name,id,section\nLee Joon,1,반\nkim minji,2,반\nPark Sora,3,반\n".encode("cp949"))
    book = class_of(TWO, roster=tmp_path / "roster.csv")
    assert [one.name for one in book.missing] == ["Park Sora"] and [one.student.section for one in book.graded] == ["반", "반"]
    assert any("it was read as CP949" in note for note in book.notes)


@pytest.mark.parametrize(
    ("count", "workers", "spawned"),
    [(119, None, None), (120, None, 2), (24, 2, None), (49, 2, None), (50, 2, 2), (75, 3, 3), (75, 9, 3), (75, 1, None)],
)
def test_workers_begin_where_they_pay_off(monkeypatch, make_rubric, count, workers, spawned):
    began = []

    class Pool:
        def __init__(self, number, context):
            began.append((number, context.get_start_method(), {name: crew.os.environ.get(name) for name in crew.THREADS}))

        def __enter__(self):
            return self

        def __exit__(self, *given):
            pass

        def submit(self, call, *given):
            future = Future()
            future.set_result(call(*given))
            return future

    monkeypatch.setattr(crew, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(crew, "examine_all", lambda part, rubric: list(part))
    monkeypatch.setattr("fitscope.training.machine.processors", lambda: 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    assert crew.examined(range(count), make_rubric(), workers) == list(range(count))
    assert began == ([] if spawned is None else [(spawned, "spawn", dict.fromkeys(crew.THREADS, "1"))])
    assert crew.os.environ["OMP_NUM_THREADS"] == "7" and "MKL_NUM_THREADS" not in crew.os.environ


def test_class_without_anything_alike_is_left_as_it_is(class_of):
    assert [(one.flags, one.notes) for one in class_of(TWO).graded] == [((), ()), ((), ())]


def test_page_links_to_what_was_handed_in_and_gradebooks_know_the_roster(class_of, tmp_path):
    (tmp_path / "roster.csv").write_text("name,id\nLee Joon,1\n", encoding="utf8")
    (tmp_path / "class" / "Lee Joon").mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "reports" / "sample-digits" / "report.html", tmp_path / "class" / "Lee Joon")
    class_of(TWO, output=tmp_path / "grades", roster=tmp_path / "roster.csv")
    assert 'href="../class/Lee%20Joon/report.html"' in (tmp_path / "grades" / "index.html").read_text(encoding="utf8")
    notes = json.loads((tmp_path / "grades" / "grades.json").read_bytes())["notes"]
    assert not any("There is no roster" in note for note in notes)
    assert (tmp_path / "grades" / "moodle-unknown.csv").read_text(encoding="utf-8-sig").count("kim minji") > 0


@pytest.fixture
def pipe(tmp_path):
    """A named pipe that nobody writes to, so that whoever reads it waits for ever."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    (tmp_path / "grades").mkdir()

    def made(name):
        os.mkfifo(tmp_path / name)
        return tmp_path / name

    return made


@pytest.mark.parametrize("name", ["roster.csv", "grades/overrides.toml", "grades/grades.json"])
def test_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(class_of, pipe, tmp_path, name):
    path = pipe(name)
    roster = path if name == "roster.csv" else None
    with pytest.raises(FitscopeError, match="it is no file|something else than"):
        class_of({"kim": (30, "")}, roster=roster, output=tmp_path / "grades")


def test_rubric_that_is_a_pipe_is_refused(pipe, tmp_path):
    with pytest.raises(DataError, match="rubric cannot be read .it is no file.; give a file that holds a rubric"):
        grade(tmp_path, pipe("rubric"))


@pytest.mark.parametrize("given", ["given", "."])
def test_what_was_handed_out_and_is_no_file_is_refused_with_its_line(class_of, pipe, given):
    pipe("given")
    with pytest.raises(DataError, match=f"line 1: '{given}' is no file"):
        class_of({"kim": (30, "")}, f'handed_out = ["{given}"]\n')


def test_what_was_handed_out_is_read_no_further_than_it_is_compared(class_of, tmp_path):
    (tmp_path / "given.py").touch()
    os.truncate(tmp_path / "given.py", 2**36)
    assert len(class_of({"kim": (30, "")}, 'handed_out = ["given.py"]\n').graded) == 1
