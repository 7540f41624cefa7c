"""A blind result tells its curves and nothing else, wherever it is written."""

import dataclasses
import json

import pytest

from fitscope import plots, runs
from fitscope.cli.analyze import _text
from fitscope.diagnosis import judge
from fitscope.errors import DataError, ResultError, UsageError
from fitscope.history import TrainingHistory
from fitscope.language import speaking
from fitscope.report import figures, notebook, page
from fitscope.report.sealed import sealed, unsealed
from fitscope.result import Result

KEPT = ("verdict", "best_epoch", "plateau", "best_val_loss", "gap", "message")
EMPTY = ("evidence", "regions", "stopping", "findings", "advice", "checks")


@pytest.fixture
def blind(result):
    return dataclasses.replace(result, blind=True)


def numbers(content):
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        return {found for item in content for found in numbers(item)}
    return {content} if isinstance(content, float) else set()


def test_json_keeps_every_key_and_tells_nothing(blind, result):
    told, whole = blind.to_json(), result.to_json()
    assert told.keys() == whole.keys()
    assert told["diagnosis"].keys() == whole["diagnosis"].keys()
    assert told["blind"] is True
    assert [told["diagnosis"][name] for name in KEPT] == [None] * len(KEPT)
    assert not any(told["diagnosis"][name] for name in EMPTY)
    sure = told["diagnosis"]["uncertainty"]
    assert {name for name, value in sure.items() if value} <= {"basis", "samples", "covariance"}
    assert [told[name] for name in ("holdout", "refit", "refit_skipped", "mistakes", "search")] == [None] * 5
    assert told["studies"] == {}
    assert set(told["seconds"]) <= {"import", "data", "leaks", "train"}
    assert told["history"] == whole["history"]


def test_no_number_of_the_whole_result_is_left_but_those_of_the_curves(blind, result):
    whole = result.to_json()
    keeps = numbers([whole[name] for name in ("history", "plan", "dataset", "seconds")]) | {whole["peak_mb"]}
    keeps |= set(whole["diagnosis"]["uncertainty"]["covariance"])
    assert numbers(blind.to_json()) <= keeps
    assert "overfitting" not in blind.to_text()


def test_json_and_back_judges_the_curves_again(blind, result):
    again = Result.from_text(blind.to_text())
    assert again.blind
    for name in ("verdict", "best_epoch", "plateau", "best_val_loss"):
        assert getattr(again.diagnosis, name) == getattr(result.diagnosis, name)
    assert again.to_text() == blind.to_text()


@pytest.mark.parametrize("values", [[0.5, 0.4, 0.3], [float("nan")] * 3, [1.0] * 150, []])
def test_blind_curves_of_any_kind_come_back(result, values):
    history = TrainingHistory.of({"loss": [0.5] * len(values), "val_loss": values})
    made = dataclasses.replace(result, history=history, diagnosis=judge(history), blind=True, mistakes=None)
    assert Result.from_text(made.to_text()).diagnosis.best_epoch == made.diagnosis.best_epoch
    assert page.render(made)


@pytest.mark.parametrize("change", [{"history": 3}, {"history": None}, {"dataset": []}, {"plan": 4}])
def test_damaged_blind_json_is_refused(blind, change):
    with pytest.raises(ResultError):
        Result.from_json(blind.to_json() | change)


def test_what_a_blind_json_claims_of_its_curves_is_not_believed(blind):
    content = json.loads(blind.to_text())
    content["diagnosis"] |= {"verdict": "good_fit", "best_epoch": 20, "findings": 3}
    assert Result.from_json(content).diagnosis.verdict == "overfitting"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_page_tells_no_verdict_and_no_best_epoch(blind, language):
    with speaking(language):
        blind = dataclasses.replace(blind, seconds={"train": 1.0, "refit": 77.77})
        html = page.render(blind)
        message = blind.diagnosis.message
    body = html.split("</style>")[1].split("<script>")[0]
    assert message not in html
    assert "77.8" not in body
    for told in (
        "fitscope-numbers",
        "badge",
        'id="regions"',
        'id="refit"',
        'id="stop"',
        'id="figure-chance"',
        "region-good",
        '-plateau"',
    ):
        assert told not in body
    assert "fitscope answers digits" in html
    assert "fitscope submit FOLDER --answers answers.md" in html
    carried = html.split('id="fitscope-result">')[1].split("</script>")[0]
    assert json.loads(carried) == blind.to_json()


def test_notebook_and_terminal_tell_nothing(blind, tmp_path):
    shown = notebook.html(blind.diagnosis, blind.history, blind)
    said = _text(blind, tmp_path / "report.html", told=False)
    for text in (shown, said):
        assert "overfitting" not in text.casefold().split("</style>")[-1]
        assert blind.diagnosis.message not in text
    assert f"fitscope submit {tmp_path} --answers answers.md" in said


def test_what_would_tell_is_refused_and_says_how_to_go_on(blind, tmp_path):
    (tmp_path / "result.json").write_text(blind.to_text(), encoding="utf8")
    refused = [
        lambda: figures.write(blind, tmp_path / "figures"),
        lambda: plots.plot_chances(blind),
        lambda: plots.plot_search(blind),
        lambda: runs.write_report(tmp_path, teach=True),
    ]
    for call in refused:
        with pytest.raises(UsageError, match="fitscope submit RUN --answers"):
            call()
    with pytest.raises(DataError, match="fitscope submit RUN --answers"):
        runs.compare(tmp_path, tmp_path)
    assert not (tmp_path / "figures").exists()
    assert plots.plot_losses(blind).axes[0].get_legend_handles_labels()[1] == ["training loss", "validation loss"]


def test_page_written_again_stays_blind(blind, tmp_path):
    (tmp_path / "result.json").write_text(blind.to_text(), encoding="utf8")
    assert blind.diagnosis.message not in runs.write_report(tmp_path).read_text(encoding="utf8")


def test_sealed_result_opens_whole(blind, result, tmp_path):
    (tmp_path / "sealed.bin").write_bytes(sealed(blind))
    assert b"overfitting" not in (tmp_path / "sealed.bin").read_bytes()
    assert unsealed(tmp_path / "sealed.bin").to_text() == result.to_text()


@pytest.mark.parametrize("content", [None, b"", b"no zlib", "cut", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_damaged_seal_is_said_in_a_sentence(blind, content, tmp_path):
    if content is not None:
        (tmp_path / "sealed.bin").write_bytes(sealed(blind)[:-9] if content == "cut" else content)
    with pytest.raises(DataError, match="analyze again"):
        unsealed(tmp_path / "sealed.bin")


def test_result_in_a_line_tells_nothing_of_a_blind_one(blind, result):
    assert "verdict='overfitting', best_epoch=" in repr(result)
    said = repr(blind)
    assert "blind=True" in said
    assert not any(word in said for word in ("verdict", "best", "diagnosis"))
