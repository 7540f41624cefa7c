"""fitscope grade from the command line: exit codes, what is printed, what is left."""

import json
import signal
import tempfile

import pytest

from fitscope.cli.interrupt import ended_as_by_ctrl_c

RUBRIC = """
[[criterion]]
title = "Best epoch"
points = 3
field = ["answers.best_epoch", "diagnosis.best_epoch"]
in_plateau = true
[[criterion]]
title = "Verdict"
points = 2
same_verdict = true
[[criterion]]
title = "Why"
points = 1
field = "answers.why"
manual = true
"""
ANSWERS = "---\nname: {name}\nid: {id}\nbest_epoch: 5\nverdict: overfitting\n---\nAfter epoch 5 the validation loss rises.\n"


def log(bend=50.0):
    rows = [f"{i},{1 / (i + 1):.6f},{0.5 + abs(i - 4) / bend + 0.003 * ((i * 7) % 5):.6f}" for i in range(20)]
    return "epoch,loss,val_loss\n" + "\n".join(rows) + "\n"


@pytest.fixture
def hand_in(tmp_path):
    """Write a student's log and answers, and return the class's folder."""

    def made(name, id="1", bend=50.0, answers=ANSWERS):
        folder = tmp_path / "class" / name
        folder.mkdir(parents=True)
        (folder / "training.log").write_text(log(bend))
        (folder / "answers.md").write_text(answers.format(name=name, id=id))
        return tmp_path / "class"

    return made


@pytest.fixture
def grade(cli_invoke, tmp_path):
    (tmp_path / "rubric.toml").write_text(RUBRIC)

    def run(*options):
        return cli_invoke(
            "grade", tmp_path / "class", "--rubric", tmp_path / "rubric.toml", "--output", tmp_path / "grades", *options
        )

    return run


def grades(tmp_path):
    return json.loads((tmp_path / "grades" / "grades.json").read_text())


def test_log_with_answers_earns_all_but_what_a_person_reads(hand_in, grade, tmp_path):
    hand_in("Kim Minji")
    done = grade()
    assert done.exit_code == 0, done.output
    (one,) = grades(tmp_path)["submissions"]
    assert [part["points"] for part in one["criteria"]] == [3, 2, None]
    assert (one["points"], one["possible"], one["error"], one["student"]) == (5, 6, None, {"name": "Kim Minji", "id": "1"})
    assert done.stdout.rstrip().endswith("index.html")


def test_one_unreadable_submission_is_graded_with_0_and_exit_code_4(hand_in, grade, tmp_path):
    folder = hand_in("Kim Minji")
    (folder / "lee.html").write_text("nothing")
    done = grade("--json")
    assert done.exit_code == 4
    content = json.loads(done.stdout)
    assert sorted((one["points"], one["error"] is None) for one in content["submissions"]) == [(0, False), (5, True)]


def test_nothing_that_could_be_graded_is_exit_code_1(hand_in, grade, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "lee.html").write_text("nothing")
    assert grade().exit_code == 1


def test_roster_tells_who_is_missing_and_who_is_not_on_it(hand_in, grade, tmp_path):
    hand_in("Kim Minji", "1")
    hand_in("Park Seo", "9", 40.0)
    (tmp_path / "roster.csv").write_text("name,id\nKim Minji,1\nChoi Ha,2\n")
    done = grade("--roster", tmp_path / "roster.csv")
    assert done.exit_code == 4
    content = grades(tmp_path)
    assert [one["name"] for one in content["missing"]] == ["Choi Ha"]
    assert "not on the roster" in next(one["error"] for one in content["submissions"] if one["student"]["id"] == "9")


def test_copied_curves_flag_both_and_take_no_points(hand_in, grade, tmp_path):
    hand_in("Kim Minji", "1")
    hand_in("Park Seo", "9", answers=ANSWERS.replace("After epoch 5 the validation loss rises.", "It gets worse."))
    grade()
    found = grades(tmp_path)["submissions"]
    assert [[flag["code"] for flag in one["flags"]] for one in found] == [["same_curves"], ["same_curves"]]
    assert [one["points"] for one in found] == [5, 5]


def test_decisions_survive_grading_again(hand_in, grade, tmp_path):
    hand_in("Kim Minji", "1")
    grade()
    (tmp_path / "grades" / "overrides.toml").write_text(
        '[[override]]\nstudent = "1"\ncriterion = "Why"\npoints = 1\nwho = "Lee"\nwhen = "2026-12-01"\nwhy = "read"\n'
    )
    for _ in range(2):
        grade()
        (one,) = grades(tmp_path)["submissions"]
        assert (one["points"], one["pending"]) == (6, 0)


def test_workers_give_the_same_marks(hand_in, grade, tmp_path):
    for i in range(60):
        hand_in(f"s{i:02d}", f"n{i}", 30.0 + i)
    grade("--workers", "1")
    alone = grades(tmp_path)["submissions"]
    grade("--workers", "2")
    assert grades(tmp_path)["submissions"] == alone


def test_pseudonymous_names_nobody_in_pages_and_marks(hand_in, grade, tmp_path):
    hand_in("Kim Minji", "2026-1234")
    grade("--pseudonymous")
    folder = tmp_path / "grades"
    told = "".join(path.read_text() for path in (folder / "index.html", folder / "grades.json", *folder.glob("feedback/*.html")))
    assert "Minji" not in told and "2026-1234" not in told
    assert "Kim Minji" in (folder / "names.csv").read_text(encoding="utf-8-sig")


def test_purge_removes_a_grading(hand_in, grade, cli_invoke, tmp_path):
    hand_in("Kim Minji")
    grade()
    assert cli_invoke("grade", "--purge", "--output", tmp_path / "grades").exit_code == 0
    assert not (tmp_path / "grades").exists()
    assert cli_invoke("grade", "--purge", "--output", tmp_path / "class").exit_code == 1
    assert (tmp_path / "class" / "Kim Minji" / "training.log").exists()


def test_gradescope_writes_results_alone(hand_in, cli_invoke, grade, tmp_path):
    hand_in("Kim Minji")
    done = cli_invoke(
        "grade",
        tmp_path / "class" / "Kim Minji",
        "--rubric",
        tmp_path / "rubric.toml",
        "--gradescope",
        "--output",
        tmp_path / "out",
    )
    assert done.exit_code == 0
    assert json.loads((tmp_path / "out" / "results.json").read_text())["score"] == 5
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["results.json"]


@pytest.mark.parametrize("dataset", ["imdb", "diabetes", "my data.csv"])
def test_init_prints_a_rubric_that_is_read(cli_invoke, hand_in, dataset, tmp_path):
    hand_in("Kim Minji")
    (tmp_path / "own.toml").write_text(cli_invoke("grade", "--init", dataset).stdout)
    assert cli_invoke("grade", tmp_path / "class", "--rubric", tmp_path / "own.toml", "--output", tmp_path / "out").exit_code == 0


@pytest.mark.parametrize("options", [(), ("class",), ("class", "--rubric", "r.toml", "--rerun", "some")])
def test_wrong_usage_is_exit_code_2(cli_invoke, options):
    assert cli_invoke("grade", *options).exit_code == 2


@pytest.fixture
def as_at_first():
    """Give what has a signal do as at a program's start; nohup and a shell's & may have it ignored by the tests themselves."""
    before = {}

    def reset(name):
        if not hasattr(signal, name):
            pytest.skip("this system has no such signal")
        number = getattr(signal, name)
        before[number] = signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)

    yield reset
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_grade_that_is_asked_to_end_leaves_with_130_and_no_student_work_behind(
    grade, hand_in, tmp_path, monkeypatch, as_at_first, name
):
    as_at_first(name)
    hand_in("kim")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))

    def asked(*given):
        assert list((tmp_path / "scratch").iterdir())
        signal.raise_signal(getattr(signal, name))

    monkeypatch.setattr("fitscope.grading.classroom.examined", asked)
    before = signal.getsignal(signal.SIGTERM)
    done = grade()
    assert done.exit_code == 130 and "Interrupted; nothing new was kept." in done.stderr
    assert list((tmp_path / "scratch").iterdir()) == [] and not (tmp_path / "grades").exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_grade_that_is_asked_to_end_twice_tidies_up_all_the_same():
    with pytest.raises(KeyboardInterrupt), ended_as_by_ctrl_c():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            tidied = True
    assert tidied
