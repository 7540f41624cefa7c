"""fitscope answers and fitscope submit: what a student types and reads."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from fitscope.report.concluded_view import sentences
from fitscope.result import Answers


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def answered(cli_invoke, *args, **given):
    text = cli_invoke("answers", "digits", *args).stdout
    for key, value in given.items():
        text = text.replace(f"\n{key}:\n", f"\n{key}: {value}\n")
    Path("answers.md").write_text(f"{text}\nIt rises.\n", encoding="utf8")


@pytest.mark.parametrize("lang", [[], ["--lang", "ko"]])
def test_blind_analysis_is_answered_from_the_command_line(cli_invoke, lang):
    """A real training of digits, as a student does it."""
    done = cli_invoke("analyze", "digits", "--max-epochs", 6, "--blind", "--student-id", "7", "--output", "run", *lang)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "run/report.html"
    assert re.findall(r"^  fitscope .*", done.stdout, re.M) == [
        f"  {' '.join(['fitscope answers digits', *lang])} > answers.md",
        f"  {' '.join(['fitscope submit run --answers answers.md', *lang])}",
    ]
    assert json.loads(Path("run/result.json").read_text())["diagnosis"]["verdict"] is None
    assert not re.search(r"epoch \d+/(?!6\b)", done.stderr)
    answered(cli_invoke, *lang, best_epoch="6", verdict="underfitting", test_accuracy="90 %")
    handed = cli_invoke("submit", "run", "--answers", "answers.md", *lang)
    assert handed.exit_code == 0
    assert handed.stdout.splitlines()[-1] == "run/report.html"
    assert len(handed.stdout.strip().splitlines()) == 6
    whole = json.loads(Path("run/result.json").read_text())
    assert (whole["blind"], whole["answers"]["best_epoch"], whole["answers"]["why"]) == (False, 6, "It rises.")
    again = cli_invoke("submit", "run", "--answers", "answers.md", *lang)
    assert (again.exit_code, again.stdout) == (2, "")
    assert "answered already" in again.stderr


def test_submit_says_each_answer_beside_the_run(fake_training, cli_invoke):
    fake_training("overfitting")
    cli_invoke("analyze", "digits", "--max-epochs", 20, "--output", "run")
    answered(cli_invoke, best_epoch="20", verdict="good fit", test_accuracy="0.5")
    said = cli_invoke("submit", "run", "--answers", "answers.md").stdout
    assert "You say epoch 20; the best is" in said
    assert "You say good fit; the curves say overfitting." in said
    assert "You say 50.0 % (test accuracy); the model of this run has" in said
    assert "Not answered" not in said


def test_analyze_with_answers_says_each_beside_the_run(fake_training, cli_invoke):
    fake_training("overfitting")
    answered(cli_invoke, best_epoch="20", verdict="good fit")
    said = cli_invoke("analyze", "digits", "--max-epochs", 20, "--output", "run", "--answers", "answers.md").stdout
    assert "You say epoch 20; the best is" in said
    assert "You say good fit; the curves say overfitting." in said


def test_answer_on_curves_that_cannot_tell_is_told_so(result):
    unclear = dataclasses.replace(result.diagnosis, verdict="inconclusive")
    said = next(sentences(dataclasses.replace(result, diagnosis=unclear, answers=Answers(verdict="good_fit"))))
    assert said.startswith("You say good fit; these curves cannot tell.")


def test_submit_with_json_prints_the_whole_result_alone(fake_training, cli_invoke):
    fake_training("overfitting")
    cli_invoke("analyze", "digits", "--max-epochs", 20, "--output", "run", "--blind")
    answered(cli_invoke, verdict="overfitting")
    done = cli_invoke("submit", "run", "--answers", "answers.md", "--json")
    assert json.loads(done.stdout) == json.loads(Path("run/result.json").read_text())


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--blind", "--fail-on", "overfitting"], "--fail-on"),
        (["--blind", "--figures", "figures"], "--figures"),
        (["--blind", "--teach"], "--teach"),
        (["--blind", "--answers", "answers.md"], "fitscope submit"),
        (["--course", "autumn"], "--student-id"),
        (["--student-id", "x" * 101], "--student-id"),
    ],
)
def test_wishes_that_contradict_are_wrong_usage(cli_invoke, args, says):
    answered(cli_invoke, best_epoch="9")
    done = cli_invoke("analyze", "digits", *args)
    assert done.exit_code == 2
    assert says in done.stderr
    assert sorted(path.name for path in Path().iterdir()) == ["answers.md"]


@pytest.mark.parametrize("verdict", ["overfitting", "underfitting", "not_learning"])
def test_blind_exit_code_tells_no_verdict(fake_training, cli_invoke, verdict):
    fake_training(verdict)
    done = cli_invoke("analyze", "digits", "--max-epochs", 20, "--blind", "--refit-by", "updates")
    assert done.exit_code == 0
    assert "Error" not in done.stderr


def test_answers_with_json_prints_the_questions(cli_invoke):
    asked = json.loads(cli_invoke("answers", "people.csv", "--task", "regression", "--json").stdout)
    assert [question["key"] for question in asked["questions"]] == ["name", "id", "best_epoch", "verdict", "test_mae", "why"]
