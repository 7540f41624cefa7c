"""fitscope compare: what is printed, where the page goes, and the exit codes."""

import json

import pytest


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def two(write_run):
    write_run("plain"), write_run("better", 0.03, seed=1)
    return "plain", "better"


def test_compare_prints_the_table_the_finding_and_the_page_last(cli_invoke, two, tmp_path):
    done = cli_invoke("compare", *two)
    lines = done.stdout.splitlines()
    assert (done.exit_code, lines[-1]) == (0, "compare.html")
    assert lines[1].startswith("better")
    assert "Of 2 runs, better has the lowest validation loss" in done.stdout
    assert (tmp_path / "compare.html").read_text().startswith("<!doctype html>")


def test_compare_writes_where_it_is_told_and_quietly_prints_the_path_alone(cli_invoke, two, tmp_path):
    done = cli_invoke("compare", *two, "--output", "both.html", "--quiet")
    assert (done.exit_code, done.stdout) == (0, "both.html\n")
    assert (tmp_path / "both.html").is_file()


def test_compare_as_json_prints_one_object_and_nothing_else(cli_invoke, two):
    done = cli_invoke("compare", *two, "--json")
    content = json.loads(done.stdout)
    assert (content["schema"], done.stderr) == ("fitscope-compare/1", "")
    assert [run["name"] for run in content["runs"]] == ["plain", "better"]


def test_compare_answers_readable_runs_and_leaves_with_1(cli_invoke, two):
    done = cli_invoke("compare", *two, "nowhere")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: There is no nowhere;")
    assert "Of 2 runs, better" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["compare"], 2, "Missing argument"),
        (["compare", *["run"] * 101], 2, "101 runs are too many"),
        (["compare", "nowhere"], 1, "There is no nowhere"),
    ],
)
def test_wrong_use_is_told_with_its_exit_code(cli_invoke, arguments, code, says):
    done = cli_invoke(*arguments)
    assert done.exit_code == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_compare_never_overwrites_another_file(cli_invoke, two, tmp_path):
    (tmp_path / "compare.html").write_text("mine")
    done = cli_invoke("compare", *two)
    assert done.exit_code == 1
    assert "name another file with --output" in done.stderr
    assert (tmp_path / "compare.html").read_text() == "mine"


def test_page_of_one_run_is_written_anew_by_one_run(cli_invoke, two, tmp_path):
    for run in ("plain", "plain", "better"):
        done = cli_invoke("compare", run)
        assert (done.exit_code, done.stderr) == (0, "")
        assert f"There is one run, {run};" in (tmp_path / "compare.html").read_text()


@pytest.mark.parametrize("counted", [True, False])
def test_one_run_takes_no_earlier_comparisons_place(cli_invoke, two, tmp_path, counted):
    assert cli_invoke("compare", "plain").exit_code == 0
    cli_invoke("compare", *two)
    if not counted:  # an older page does not say how many runs it is of
        page = (tmp_path / "compare.html").read_text()
        (tmp_path / "compare.html").write_text(page.replace('<meta name="fitscope-runs" content="2">', ""))
    before = (tmp_path / "compare.html").read_text()
    done = cli_invoke("compare", "plain")
    assert (done.exit_code, (tmp_path / "compare.html").read_text()) == (1, before)
    assert "is an earlier comparison of several runs" in done.stderr and "--output" in done.stderr


def test_compare_opens_its_page(cli_invoke, two, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    cli_invoke("compare", *two, "--open")
    assert opened == ["compare.html"]
