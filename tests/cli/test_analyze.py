"""fitscope analyze, with training faked: streams, exit codes and bad input."""

import json
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(cli_invoke, *args):
    return cli_invoke("analyze", "digits", "--max-epochs", 20, *args)


def test_first_line_is_the_folder_and_last_line_the_report(fake_training, cli_invoke):
    fake_training("overfitting")
    done = run(cli_invoke)
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0].startswith("reports/digits-")
    assert lines[-1] == f"{lines[0]}/report.html"
    assert Path(lines[-1]).is_file()


def test_progress_goes_to_standard_error_a_line_an_epoch(fake_training, cli_invoke):
    fake_training("overfitting")
    done = run(cli_invoke)
    assert "epoch 20/20  loss 0.0540" in done.stderr
    assert "epoch 20/20" not in done.stdout


def test_quiet_leaves_standard_error_empty(fake_training, cli_invoke):
    fake_training("overfitting")
    assert run(cli_invoke, "--quiet").stderr == ""


def test_json_is_all_that_standard_output_holds(fake_training, cli_invoke):
    fake_training("overfitting")
    done = run(cli_invoke, "--json", "--output", "here")
    assert json.loads(done.stdout) == json.loads(Path("here/result.json").read_text())


def test_summary_says_verdict_advice_and_both_test_results(fake_training, cli_invoke):
    fake_training("overfitting")
    out = run(cli_invoke).stdout
    assert "Best after epoch" in out
    assert "EarlyStopping" in out
    assert "Refitted model: test accuracy" in out
    assert "Held-out model: test accuracy" in out


def test_own_function_that_goes_to_another_folder_takes_no_file_with_it(fake_training, cli_invoke, tmp_path):
    fake_training("overfitting")
    (tmp_path / "elsewhere").mkdir()
    code = "import os, numpy\ndef load():\n    os.chdir('elsewhere')\n    return numpy.random.rand(200, 3), numpy.arange(200) % 2\n"
    (tmp_path / "mine.py").write_text(code)
    done = cli_invoke("analyze", "mine.py:load", "--max-epochs", 20, "--output", "run", "--figures", "drawn")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "run"
    assert (tmp_path / "run" / "report.html").is_file()
    assert (tmp_path / "drawn" / "loss.pdf").is_file()
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(("verdicts", "code"), [("overfitting", 3), ("diverged,overfitting", 3), ("underfitting", 0)])
def test_fail_on_its_verdict_leaves_with_3_and_keeps_the_report(fake_training, cli_invoke, verdicts, code):
    fake_training("overfitting")
    done = run(cli_invoke, "--fail-on", verdicts)
    assert done.exit_code == code
    assert Path(done.stdout.splitlines()[-1]).is_file()


def test_refit_by_updates_that_is_refused_leaves_with_1_and_the_reason(fake_training, cli_invoke):
    fake_training("underfitting")
    done = run(cli_invoke, "--refit-by", "updates")
    assert done.exit_code == 1
    assert "minimum was not reached" in done.stdout
    assert Path(done.stdout.splitlines()[-1]).is_file()


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["imbd"], 2, "did you mean imdb"),
        (["nothing like it"], 2, "imdb, reuters, digits"),
        ([], 2, "DATASET"),
        (["digits", "--trials", "20"], 2, "say which with --search"),
        (["digits", "--max-epochs", "0"], 2, "--max-epochs 0"),
        (["digits", "--max-epochs", "-3"], 2, "--max-epochs -3"),
        (["digits", "--max-epochs", "ten"], 2, "'ten'"),
        (["digits", "--validation", "5000"], 2, "--validation 5000"),
        (["digits", "--validation", "0"], 2, "--validation 0"),
        (["digits", "--validation", "1.5"], 2, "1.5"),
        (["digits", "--validation", "nan"], 2, "nan"),
        (["digits", "--num-words", "100"], 2, "has no words"),
        (["digits", "--batch-size", "0"], 2, "--batch-size 0"),
        (["digits", "--optimizer", "rmspop"], 2, "rmsprop"),
        (["digits", "--learning-rate", "-1"], 2, "--learning-rate -1"),
        (["digits", "--seed", "-1"], 2, "--seed -1"),
        (["digits", "--refit-by", "days"], 2, "days"),
        (["digits", "--fail-on", "doom"], 2, "doom is no verdict"),
        (["digits", "--output", "."], 1, "exists already"),
        (["imdb", "--num-words", "2"], 2, "--num-words 2"),
        (["imdb", "--num-words", "1000000000"], 2, "88,588"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(cli_invoke, args, code, says, tmp_path, monkeypatch):
    data = tmp_path.parent / f"{tmp_path.name}-data"
    data.mkdir()
    (data / "imdb.npz").write_bytes(b"")
    monkeypatch.setenv("FITSCOPE_DATA_DIR", str(data))
    done = cli_invoke("analyze", *args)
    assert done.exit_code == code
    assert says in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(100)])
def test_damaged_data_file_leaves_with_1_and_no_folder(cli_invoke, tmp_path, content):
    (tmp_path / "imdb.npz").write_bytes(content)
    done = cli_invoke("analyze", "imdb", "--data-dir", tmp_path, "--output", tmp_path / "run")
    assert done.exit_code == 1
    assert "imdb.npz is damaged" in done.stderr
    assert not (tmp_path / "run").exists()


def test_missing_data_names_the_three_ways_to_go_on(cli_invoke, tmp_path, monkeypatch):
    monkeypatch.delenv("FITSCOPE_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("fitscope.datasets.store.find.__kwdefaults__", {"say": None, "origin": "http://127.0.0.1:9/"})
    done = cli_invoke("analyze", "imdb")
    assert done.exit_code == 1
    for way in ("--data-dir", "FITSCOPE_DATA_DIR", "fitscope analyze digits"):
        assert way in done.stderr
    assert not Path("reports").exists()


def test_unexpected_error_is_one_sentence_and_debug_shows_the_traceback(fake_training, cli_invoke, monkeypatch):
    fake = fake_training("overfitting")
    monkeypatch.setattr(fake, "train", lambda *args, **kwargs: 1 / 0)
    done = run(cli_invoke)
    assert done.exit_code == 1
    assert "division by zero" in done.stderr
    assert "Traceback" not in done.stderr


def test_open_opens_the_report(fake_training, cli_invoke, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    fake_training("overfitting")
    done = run(cli_invoke, "--open")
    assert opened == [str(Path(done.stdout.splitlines()[-1]).absolute())]


def test_figures_are_written_beside_the_report_in_the_formats_asked_for(fake_training, cli_invoke):
    fake_training("overfitting")
    done = run(cli_invoke, "--figures", "thesis/figures", "--figure-format", "svg", "--figure-format", "png")
    names = {f"{name}.{kind}" for name in ("loss", "gap", "chance", "reliability") for kind in ("svg", "png")}
    assert {path.name for path in Path("thesis/figures").iterdir()} == names
    assert done.stdout.splitlines()[-1].endswith("report.html")
    assert "thesis/figures: loss.svg" in done.stderr
    assert done.output.splitlines()[-1].endswith("report.html")  # of both streams as a terminal shows them


def test_author_and_notes_stand_in_the_result(fake_training, cli_invoke):
    fake_training("overfitting")
    Path("notes.md").write_text("# Why")
    run(cli_invoke, "--author", "Kim", "--notes", "notes.md", "--output", "here")
    content = json.loads(Path("here/result.json").read_text())
    assert (content["author"], content["notes"]) == ({"name": "Kim", "id": None}, "# Why")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["--figures", "mine"], 1, "loss.pdf is there already"),
        (["--figures", "mine/loss.pdf"], 2, "is a file"),
        (["--figure-format", "svg"], 2, "give --figures, too"),
        (["--figures", "x", "--figure-format", "eps"], 2, "'eps'"),
        (["--notes", "none.md"], 1, "none.md cannot be read"),
        (["--author", " "], 2, "1 to 200 characters"),
    ],
)
def test_figures_and_notes_that_cannot_be_are_refused_before_the_training(fake_training, cli_invoke, args, code, says):
    fake = fake_training("overfitting")
    Path("mine").mkdir()
    Path("mine/loss.pdf").write_text("mine")
    done = run(cli_invoke, *args)
    assert (done.exit_code, fake.plans) == (code, [])
    assert says in done.stderr
    assert [path.name for path in Path().iterdir()] == ["mine"]


def test_end_shows_the_curves_in_characters_with_their_regions(fake_training, cli_invoke):
    fake_training("overfitting")
    out = run(cli_invoke).stdout
    assert "▒ overfitting" in out
    assert "\x1b" not in out


def test_analysis_that_teaches_does_not_tell_the_verdict_in_the_terminal(fake_training, cli_invoke):
    fake_training("overfitting")
    done = run(cli_invoke, "--teach", "--quiet")
    assert done.exit_code == 0
    assert "overfitting" not in done.stdout and "epoch" not in done.stdout
    assert 'id="question-stop"' in Path(done.stdout.splitlines()[-1]).read_text()
