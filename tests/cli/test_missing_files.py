"""A file that a command is to read and that is not there: exit code 1 everywhere, and a sentence that names it."""

import json

import pytest

from fitscope.cli import main
from fitscope.datasets.dataset import PREPARATION

GONE = "nowhere/gone"
WITHOUT_FILES = {"answers", "data list", "data path", "data check", "data show"}  # they take a data set's name
RUBRIC = "rubric.toml"


@pytest.fixture
def here(tmp_path, monkeypatch, cli_invoke, write_run):
    """Stand in a folder with a run, a rubric and a class's hand-ins."""
    monkeypatch.chdir(tmp_path)
    run = write_run("run")
    content = {"schema": PREPARATION, "classes": [], "task": "binary", "input": {"kind": "array"}}
    (run / "preparation.json").write_text(json.dumps(content))
    (tmp_path / RUBRIC).write_text(cli_invoke("grade", "--init", "digits").stdout)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "kim.csv").write_text("epoch,loss,val_loss\n0,1,1\n1,0.5,0.6\n")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    return tmp_path


CASES = [
    f"analyze {GONE}",
    f"analyze {GONE}.csv --target b",
    f"analyze {GONE}.npz",
    f"analyze {GONE}.py:load",
    f"analyze table.csv --target b --test {GONE}.csv",
    f"analyze digits --model {GONE}.py:build",
    f"analyze digits --notes {GONE}.md",
    f"analyze digits --answers {GONE}.md",
    f"diagnose {GONE}.csv",
    f"diagnose class/kim.csv --output page.html --notes {GONE}.md",
    f"compare {GONE}",
    f"report {GONE}",
    f"predict {GONE} table.csv",
    f"predict run {GONE}.csv",
    f"submit run --answers {GONE}.md",
    f"grade {GONE} --rubric {RUBRIC}",
    f"grade class --rubric {GONE}.toml",
    f"grade class --rubric {RUBRIC} --roster {GONE}.csv",
    f"data import {GONE}",
]


@pytest.mark.parametrize("command", CASES)
def test_missing_file_leaves_with_1_and_is_named(cli_invoke, here, command):
    before = set(here.rglob("*"))
    done = cli_invoke(*command.split())
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ") and GONE in done.stderr and "Traceback" not in done.stderr
    assert set(here.rglob("*")) == before


def test_every_command_that_reads_a_file_is_tried():
    commands = dict(main.commands)
    names = {f"data {name}" for name in commands.pop("data").commands} | set(commands)
    tried = {next(name for name in names if case.startswith(f"{name} ")) for case in CASES}
    assert tried == names - WITHOUT_FILES


@pytest.mark.parametrize(
    "args",
    [
        ["diagnose", ""],
        ["diagnose", "log.csv", "--output", ""],
        ["compare", ""],
        ["report", ""],
        ["grade", "", "--rubric", "r.toml"],
        ["analyze", "digits", "--output", ""],
        ["analyze", "digits", "--resume", ""],
        ["predict", "", "new.csv"],
    ],
    ids=" ".join,
)
def test_empty_name_is_not_the_folder_that_one_is_in(cli_invoke, args):
    done = cli_invoke(*args)
    assert done.exit_code == 2 and "an empty name is no path" in done.stderr
