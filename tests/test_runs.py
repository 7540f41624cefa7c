"""Runs read back from folders, results, reports and logs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import fitscope
from fitscope.errors import DataError, FitscopeError, OutputError, ResultError, UsageError
from fitscope.logs import write_pages
from fitscope.runs import write_comparison, write_report

HERE = Path(__file__).parent
LOG = HERE / "readers" / "logs" / "keras-3.15.1-training.log"  # two trainings
OLD = HERE / "results" / "first-fields.json"  # without the fields that fitscope-result/1 was given later
SAMPLES = HERE.parent / "reports"


@pytest.mark.parametrize("kind", ["folder", "result.json", "report.html"])
def test_result_is_read_from_whatever_holds_it(write_run, kind):
    folder = write_run("run")
    write_report(folder)
    path = folder if kind == "folder" else folder / kind
    assert fitscope.read_result(str(path)) == fitscope.Result.from_text((folder / "result.json").read_text())


def test_folder_with_a_report_alone_is_read(write_run):
    folder = write_run("run")
    write_report(folder)
    expected = fitscope.read_result(folder)
    (folder / "result.json").unlink()
    assert fitscope.read_result(folder) == expected


def test_log_is_read_as_curves_with_their_diagnosis(tmp_path):
    (tmp_path / "mine.csv").write_text("loss,val_loss" + "\n1,2" * 9)
    result = fitscope.read_result(tmp_path / "mine.csv")
    assert (result.plan, len(result.history), result.diagnosis.verdict) == (None, 9, "not_learning")


@pytest.mark.parametrize("path", [OLD, *sorted(SAMPLES.glob("*/report.html"))], ids=lambda path: path.parent.name)
def test_result_of_an_earlier_fitscope_is_read_and_shown(path, tmp_path):
    assert fitscope.read_result(path).diagnosis.best_epoch
    page = write_report(path, tmp_path / "again.html")
    assert fitscope.read_result(page) == fitscope.read_result(path)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("fitscope-result/2", "a newer fitscope wrote; update this one with pip install -U fitscope"),
        ("fitscope-result/0", "not 'fitscope-result/1', and is not known"),
    ],
)
def test_other_schema_is_refused_with_the_reason(write_run, schema, says):
    path = write_run("run") / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": schema}))
    with pytest.raises(ResultError, match=says):
        fitscope.read_result(path)


SCRIPT = '<script type="application/json" id="fitscope-result">{}</script>'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<p>Hello", "a page with 0 results"),
        (SCRIPT * 2, "a page with 2 results"),
        (f"<!-- {SCRIPT} -->", "a page with 0 results"),
        (f'<p title=\'{SCRIPT.replace(chr(39), "")}\'>', "a page with 0 results"),
        (SCRIPT.replace("{}", "{"), "whose result is no JSON"),
        ('<script type="application/json" id="fitscope-compare">{}</script>', "give the runs themselves"),
    ],
)  # fmt: skip
def test_page_must_hold_exactly_one_result(tmp_path, body, says):
    (tmp_path / "page.html").write_text(f"<!doctype html><html><body>{body}</body></html>")
    with pytest.raises(DataError, match=says):
        fitscope.read_result(tmp_path / "page.html")


def test_file_larger_than_any_run_is_refused(tmp_path):
    with open(tmp_path / "huge.json", "wb") as file:
        file.write(b"{" + b" " * 100_000)
        file.truncate(100_000_000)
    with pytest.raises(DataError, match="100,000,000 bytes.*at most 67,108,864"):
        fitscope.read_result(tmp_path / "huge.json")


def test_missing_path_says_what_to_give():
    with pytest.raises(DataError, match="There is no nowhere; give a run folder, a result.json, a report or a log"):
        fitscope.read_result("nowhere")


def test_several_runs_are_no_single_result():
    with pytest.raises(DataError, match="holds several runs"):
        fitscope.read_result(LOG)


def test_readable_runs_are_compared_and_the_rest_is_named(write_run, tmp_path):
    (tmp_path / "noise.bin").write_bytes(b"\0\1\2")
    found = fitscope.compare(write_run("run"), tmp_path / "noise.bin", LOG)
    assert [run.name for run in found.runs] == ["run", "keras-3.15.1-training, run 1", "keras-3.15.1-training, run 2"]
    assert [Path(unread.source).name for unread in found.unread] == ["noise.bin"]
    assert "cannot be read" in found.unread[0].error


def test_folder_of_run_folders_holds_each_of_them(write_run, tmp_path):
    for name in ("b", "a"):
        write_run(f"all/{name}")
    (tmp_path / "all" / ".run").mkdir()
    shutil.copy(tmp_path / "all" / "a" / "result.json", tmp_path / "all" / ".run")
    assert [run.name for run in fitscope.compare(tmp_path / "all").runs] == ["a", "b"]


def test_log_of_a_folder_that_cannot_be_read_is_named_beside_the_others(tmp_path):
    shutil.copy(LOG, tmp_path)
    (tmp_path / "b.csv").write_text("epoch,loss,loss\n0,1,2\n")
    found = fitscope.compare(tmp_path)
    assert (len(found.runs), [one.source for one in found.unread]) == (2, [str(tmp_path / "b.csv")])


def test_report_of_a_folder_with_one_log_is_refused_as_of_the_log_itself(tmp_path):
    (tmp_path / "mine.csv").write_text("loss,val_loss" + "\n1,2" * 9)
    with pytest.raises(DataError, match="is a log, and no result"):
        write_report(tmp_path)


def test_nothing_readable_is_an_error(tmp_path):
    with pytest.raises(DataError, match="None of the 2 runs can be read: There is no x"):
        fitscope.compare("x", "y")


@pytest.mark.parametrize(
    ("count", "says"), [(0, "no run to compare"), (101, "101 runs are too many for one page; give at most 100")]
)
def test_number_of_runs_is_limited(count, says):
    with pytest.raises(UsageError, match=says):
        fitscope.compare(*["run"] * count)


def test_folder_with_more_runs_than_a_page_holds_is_refused(write_run, tmp_path):
    folder = write_run("all/0")
    for number in range(1, 101):
        shutil.copytree(folder, tmp_path / "all" / str(number))
    with pytest.raises(UsageError, match="More than 100 runs"):
        fitscope.compare(tmp_path / "all")


def test_equal_names_are_told_apart_by_folder_or_number(write_run):
    folders = [write_run(name) for name in ("x/run", "y/run", "z/other")]
    assert [run.name for run in fitscope.compare(*folders, folders[2]).runs] == ["x/run", "y/run", "z/other (1)", "z/other (2)"]


def test_results_are_compared_as_they_are(result):
    assert [run.name for run in fitscope.compare(result, result).runs] == ["digits (1)", "digits (2)"]


def test_page_or_result_of_a_log_is_compared_as_a_log(tmp_path):
    log, page = tmp_path / "log.csv", tmp_path / "page.html"
    log.write_text("loss,val_loss\n" + "1,2\n" * 9)
    write_pages([fitscope.read_result(log)], page)
    found = fitscope.compare(page, fitscope.read_result(log))
    assert [run.lacks for run in found.runs] == ["log", "log"]


def write_samples(path, **arrays):
    np.savez(path / "samples.npz", **arrays)


@pytest.mark.parametrize(
    ("spoil", "lacks"),
    [
        (lambda path: (path / "samples.npz").unlink(), "no_samples"),
        (lambda path: (path / "samples.npz").write_bytes(b"PK\3\4"), "contradicts"),
        (lambda path: write_samples(path, losses=np.ones((20, 9))), "contradicts"),
        (lambda path: write_samples(path, losses=np.ones(20)), "contradicts"),
        (lambda path: write_samples(path, other=np.ones((20, 9))), "contradicts"),
        (lambda path: write_samples(path, losses=np.array([{}], object)), "contradicts"),
    ],
)
def test_samples_that_do_not_belong_are_left_out_with_the_reason(write_run, spoil, lacks):
    folder = write_run("run")
    spoil(folder)
    [run] = fitscope.compare(folder).runs
    assert (run.losses, run.lacks) == (None, lacks)


def test_samples_of_groups_that_are_not_named_are_left_out(write_run):
    folder = write_run("run")
    content = json.loads((folder / "result.json").read_text())
    content["diagnosis"]["uncertainty"]["groups"] = 20
    (folder / "result.json").write_text(json.dumps(content))
    assert fitscope.compare(folder).runs[0].lacks == "no_groups"


def test_of_very_long_trainings_the_lowest_epochs_are_kept(monkeypatch, write_run):
    monkeypatch.setattr("fitscope.comparison.samples._EPOCHS_KEPT", 3)
    [run] = fitscope.compare(write_run("run")).runs
    assert run.losses.shape == (3, 200)
    assert run.losses.mean(axis=1).min() == pytest.approx(run.result.diagnosis.best_val_loss, rel=1e-4)


def test_report_goes_beside_the_result_and_is_written_anew(write_run):
    folder = write_run("run")
    page = write_report(folder / "result.json")
    assert page == folder / "report.html"
    assert write_report(page) == page


def test_report_never_overwrites_another_file(write_run, tmp_path):
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(OutputError, match="is no report of fitscope's"):
        write_report(write_run("run"), tmp_path / "mine.html")
    assert (tmp_path / "mine.html").read_text() == "mine"


def test_page_that_only_speaks_of_reports_is_not_overwritten(write_run, tmp_path):
    (tmp_path / "mine.html").write_text('Look for id="fitscope-result" in the page.')
    with pytest.raises(OutputError, match="is no report of fitscope's"):
        write_report(write_run("run"), tmp_path / "mine.html")


@pytest.mark.parametrize("given", [None, ["a", "b"], {"loss": [1.0]}])
def test_what_is_neither_path_nor_result_is_no_run(given):
    with pytest.raises(FitscopeError, match="is no run; give each run by itself"):
        fitscope.compare(given)
    with pytest.raises(FitscopeError, match="is no run"):
        fitscope.read_result(given)


def test_name_too_long_for_a_file_is_said_in_a_sentence(write_run, tmp_path):
    with pytest.raises(DataError, match="There is no"):
        fitscope.compare("x" * 5000)
    with pytest.raises(DataError, match="cannot be read"):
        fitscope.diagnose("x" * 5000)
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(write_run("run"), tmp_path / ("x" * 300 + ".html"))


def test_unknown_seconds_and_settings_that_are_no_numbers_stand_in_the_page(write_run, tmp_path):
    folder = write_run("run")
    content = json.loads((folder / "result.json").read_text())
    content["seconds"]["train"], content["plan"]["options"]["limit"] = None, float("nan")
    (folder / "result.json").write_text(json.dumps(content))
    assert fitscope.compare(folder, write_run("other")).to_json()["runs"][0]["seconds"] is None
    assert write_comparison(fitscope.compare(folder), tmp_path / "compare.html").is_file()


def test_report_of_a_log_names_the_command_that_makes_it():
    with pytest.raises(DataError, match=r"fitscope diagnose .*fastai.* --output FILE"):
        write_report(HERE / "readers" / "logs" / "fastai-2.8.12-history.csv")


def test_comparison_overwrites_its_own_page_alone(write_run, tmp_path):
    found, page = fitscope.compare(write_run("a"), write_run("b")), tmp_path / "compare.html"
    assert write_comparison(found, page) == write_comparison(found, page) == page
    page.write_text("mine")
    with pytest.raises(OutputError, match="is no page of fitscope compare"):
        write_comparison(found, page)
    with pytest.raises(OutputError, match="cannot be written"):
        write_comparison(found, tmp_path / "nowhere" / "compare.html")


def test_comparison_shows_itself_in_a_notebook(write_run):
    shown = fitscope.compare(write_run("plain"), write_run("<b>", 0.03, seed=1))._repr_html_()
    assert "<table" in shown and "&lt;b&gt;" in shown and "<b>" not in shown
