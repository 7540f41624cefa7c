import json
import os
import sqlite3

import pytest


@pytest.fixture
def log(tmp_path, curves):
    def write(shape, name="training.log"):
        metrics = curves(shape)
        rows = "".join(f"{i},{a},{b}\n" for i, (a, b) in enumerate(zip(metrics["loss"], metrics["val_loss"])))
        (tmp_path / name).write_text("epoch,loss,val_loss\n" + rows)
        return tmp_path / name

    return write


def test_log_is_answered_with_verdict_and_advice(cli_invoke, log):
    done = cli_invoke("diagnose", log("overfitting"))
    assert done.exit_code == 0
    assert "from epoch" in done.stdout
    assert "EarlyStopping" in done.stdout


def test_json_is_one_line_a_training_and_says_the_same_as_the_library(cli_invoke, log, curves):
    import fitscope

    done = cli_invoke("diagnose", "--json", log("overfitting", "a"), log("good_fit", "b"))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["diagnosis"]["verdict"] for line in lines] == ["overfitting", "good_fit"]
    assert lines[0]["run"] is None
    assert lines[0]["source"].endswith("a")
    assert lines[0]["diagnosis"]["best_epoch"] == fitscope.diagnose(curves("overfitting")).best_epoch


def test_readable_logs_are_answered_beside_one_that_is_not(cli_invoke, log, tmp_path):
    done = cli_invoke("diagnose", "--json", tmp_path / "none", log("good_fit"))
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1
    assert set(first) == {"source", "error"}
    assert second["diagnosis"]["verdict"] == "good_fit"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("verdicts", "code"), [("overfitting", 3), ("underfitting,diverged", 0)])
def test_fail_on_leaves_with_3_at_its_verdict(cli_invoke, log, verdicts, code):
    assert cli_invoke("diagnose", log("overfitting"), "--fail-on", verdicts).exit_code == code


@pytest.mark.parametrize("verdict", ["good_fit", "good fit", "Good-Fit"])
def test_fail_on_takes_a_verdict_as_the_report_spells_it(cli_invoke, log, verdict):
    assert cli_invoke("diagnose", log("good_fit"), "--fail-on", verdict).exit_code == 3


def test_columns_can_be_named(cli_invoke, tmp_path):
    (tmp_path / "log").write_text("step,a,b\n" + "".join(f"{i},{1 / i},{2 / i}\n" for i in range(1, 12)))
    assert cli_invoke("diagnose", tmp_path / "log").exit_code == 1
    assert cli_invoke("diagnose", tmp_path / "log", "--loss", "a", "--val-loss", "b").exit_code == 0


def test_log_of_training_loss_alone_is_answered(cli_invoke, tmp_path):
    (tmp_path / "log").write_text("epoch,loss\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(12)))
    done = cli_invoke("diagnose", tmp_path / "log")
    assert done.exit_code == 0
    assert "hold out validation data" in done.stdout


def test_picture_shows_curves_and_regions_at_any_width(cli_invoke, log, monkeypatch):
    path = log("overfitting")
    for width in (40, 60, 80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        picture = cli_invoke("diagnose", path).stdout.split("\n\n")[0].splitlines()[1:]
        assert any("●" in line for line in picture)
        assert all(len(line) <= width for line in picture), width
        assert any("▒ overfitting" in line for line in picture)


def test_evidence_is_said_in_numbers(cli_invoke, log):
    assert "more than noise alone explains" in " ".join(cli_invoke("diagnose", log("overfitting")).stdout.split())


def test_output_writes_the_page_and_diagnose_reads_it_again(cli_invoke, log, tmp_path):
    done = cli_invoke("diagnose", log("overfitting"), "--output", tmp_path / "report.html")
    assert done.stdout.splitlines()[-1] == str(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf8")
    assert 'id="fitscope-result"' in page
    assert "training.log: overfitting" in page
    assert "The network</h2>" not in page
    again = cli_invoke("diagnose", "--json", tmp_path / "report.html")
    first = cli_invoke("diagnose", "--json", tmp_path / "training.log")
    assert json.loads(again.stdout)["diagnosis"] == json.loads(first.stdout)["diagnosis"]


def test_output_of_several_logs_is_a_page_each(cli_invoke, log, tmp_path):
    done = cli_invoke("diagnose", log("overfitting", "a"), log("good_fit", "b"), "--output", tmp_path / "page.html")
    pages = [f"{tmp_path / 'page.html'}: {tmp_path / 'a'}", f"{tmp_path / 'page-2.html'}: {tmp_path / 'b'}"]
    assert done.stdout.splitlines()[-2:] == pages
    assert (tmp_path / "page-2.html").is_file()


def test_output_that_is_a_log_is_refused(cli_invoke, log):
    path = log("overfitting")
    before = path.read_bytes()
    assert cli_invoke("diagnose", path, "--output", path).exit_code == 2
    assert path.read_bytes() == before


def test_output_into_a_folder_that_is_not_there_is_said_in_a_sentence(cli_invoke, log, tmp_path):
    done = cli_invoke("diagnose", log("overfitting"), "--output", tmp_path / "none" / "report.html")
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


def test_notes_on_how_a_log_was_read_go_to_standard_error_with_json(cli_invoke, tmp_path):
    sets = {"validation_0": {"rmse": [3, 2, 1.5, 1.2, 1, 0.9]}, "validation_1": {"rmse": [3, 2, 1.6, 1.5, 1.6, 1.7]}}
    (tmp_path / "evals.json").write_text(json.dumps(sets))
    done = cli_invoke("diagnose", "--json", tmp_path / "evals.json")
    assert "validation_0 is taken for training" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_watch_follows_a_log_that_is_being_written(cli_invoke, tmp_path, monkeypatch):
    path = tmp_path / "training.log"
    path.write_text("epoch,loss,val_loss\n0,1.0,1.0\n1,0.9,0.")
    looks = iter(["0,1.0,1.0\n1,0.9,0.95\n", "0,1.0,1.0\n1,0.9,0.95\n2,0.8,0.9\n", None])

    def sleep(_):
        if (rows := next(looks)) is None:
            raise KeyboardInterrupt
        path.write_text("epoch,loss,val_loss\n" + rows)

    monkeypatch.setattr("fitscope.logs.time.sleep", sleep)
    done = cli_invoke("diagnose", "--watch", path)
    assert done.exit_code == 0
    assert [line.split(": ")[1] for line in done.stdout.splitlines() if line.startswith(str(path))] == [
        "1 epoch",
        "2 epochs",
        "3 epochs",
    ]


def test_watch_for_ends_by_itself_and_waits_for_a_log_to_come(cli_invoke, tmp_path):
    done = cli_invoke("diagnose", "--watch-for", "0.1", tmp_path / "training.log")
    assert done.exit_code == 1
    assert "no such file" in done.stderr


def test_report_of_an_analysis_is_not_overwritten_by_that_of_its_log(cli_invoke, fake_training, tmp_path):
    fake_training("overfitting")
    assert cli_invoke("analyze", "digits", "--max-epochs", 20, "--output", tmp_path / "run").exit_code == 0
    page, log = tmp_path / "run" / "report.html", tmp_path / "run" / "history.csv"
    before = page.read_bytes()
    refused = cli_invoke("diagnose", log, "--output", page)
    assert (refused.exit_code, page.read_bytes()) == (1, before)
    assert "report of an analysis" in refused.stderr


def test_output_overwrites_a_report_and_nothing_else(cli_invoke, log, tmp_path):
    path, page = log("overfitting"), tmp_path / "page.html"
    page.write_text("my own notes")
    refused = cli_invoke("diagnose", path, "--output", page)
    assert (refused.exit_code, page.read_text()) == (1, "my own notes")
    assert "is no report of fitscope's" in refused.stderr
    page.unlink()
    assert [cli_invoke("diagnose", path, "--output", page).exit_code for _ in range(2)] == [0, 0]
    assert cli_invoke("diagnose", page, path, "--output", tmp_path / "other" / ".." / "page.html").exit_code in (1, 2)


def test_output_within_a_folder_that_is_read_is_refused(cli_invoke, log, tmp_path):
    log("overfitting")
    assert cli_invoke("diagnose", tmp_path, "--output", tmp_path / "report.html").exit_code == 2


def test_several_trainings_end_with_their_count(cli_invoke, log):
    done = cli_invoke("diagnose", log("overfitting", "a"), log("good_fit", "b"))
    assert done.stdout.splitlines()[-1] == "2 trainings: 1 overfitting, 1 good fit."


def test_log_of_a_folder_that_cannot_be_read_is_named_and_what_is_no_log_is_not(cli_invoke, log, tmp_path):
    log("overfitting", "a.csv")
    (tmp_path / "b.csv").write_text("epoch,loss,loss\n0,1,2\n")
    (tmp_path / "evals.json").write_text('{"digits": {"rmse": [3, 2, 1]}, "held": {"rmse": [3, 2, 1]}}')
    (tmp_path / "config.json").write_text('{"loss": "mse", "layers": [16, 16]}')
    (tmp_path / "data.csv").write_text("name,price\nx,1\n")
    (tmp_path / "index.html").write_text("<!doctype html><title>Mine</title>")
    sqlite3.connect(tmp_path / "study.db").execute("CREATE TABLE trials (id)").connection.close()
    done = cli_invoke("diagnose", "--json", tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [sorted(line) for line in lines] == [["diagnosis", "run", "source"], ["error", "source"], ["error", "source"]]
    assert [line["source"] for line in lines[1:]] == [str(tmp_path / "b.csv"), str(tmp_path / "evals.json")]
    assert (done.exit_code, done.stderr.count("Error: ")) == (1, 2)


def test_folder_of_logs_that_cannot_be_read_names_each(cli_invoke, tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("epoch,loss,loss\n0,1,2\n")
    done = cli_invoke("diagnose", tmp_path)
    assert (done.exit_code, done.stderr.count("are called 'loss'")) == (1, 2)


def test_pages_of_one_log_are_listed_with_their_trainings(cli_invoke, tmp_path):
    rows = "".join(f"{i},{1 / (i + 1)},{1 / (i + 1) + 0.1}\n" for i in range(8))
    (tmp_path / "log").write_text("epoch,loss,val_loss\n" + rows + rows)
    done = cli_invoke("diagnose", tmp_path / "log", "--output", tmp_path / "page.html")
    assert [line.split(": ")[1] for line in done.stdout.splitlines()[-2:]] == [f"{tmp_path / 'log'}, run {n}" for n in (1, 2)]


def test_name_that_is_no_utf8_is_shown_with_replacement_characters(cli_invoke, log, tmp_path):
    path = tmp_path / os.fsdecode(b"tr\xe4ning.csv")
    try:
        log("overfitting").rename(path)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert cli_invoke("diagnose", path, "--output", tmp_path / "report.html").exit_code == 0
    assert "tr\ufffdning.csv" in (tmp_path / "report.html").read_text(encoding="utf8")
    line = cli_invoke("diagnose", "--json", path).stdout
    assert json.loads(line.encode())["source"] == str(path)


def test_figures_of_several_logs_are_numbered(cli_invoke, log, tmp_path):
    done = cli_invoke("diagnose", log("overfitting", "a"), log("good_fit", "b"), "--figures", tmp_path / "figures")
    names = {f"{name}{number}.pdf" for name in ("loss", "gap", "chance") for number in ("", "-2")}
    assert {path.name for path in (tmp_path / "figures").iterdir()} == names
    assert done.stdout.splitlines()[-1].startswith("2 trainings")


def test_author_and_notes_go_into_the_page(cli_invoke, log, tmp_path):
    (tmp_path / "notes.md").write_text("# Why")
    page = tmp_path / "page.html"
    cli_invoke("diagnose", log("overfitting"), "--output", page, "--author", "Kim", "--notes", tmp_path / "notes.md")
    assert '"author":{"name":"Kim","id":null},"notes":"# Why"' in page.read_text(encoding="utf8")


@pytest.mark.parametrize("args", [["--author", "Kim"], ["--figures", "x", "--watch"], ["--figure-format", "svg"]])
def test_options_without_what_they_need_are_wrong_usage(cli_invoke, log, args):
    assert cli_invoke("diagnose", log("overfitting"), *args).exit_code == 2
