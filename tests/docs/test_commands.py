"""Every command in README, and every example in a `--help`, is run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from fitscope.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf8")

# What is run otherwise than it stands there: what it is, what takes its place, and why. Nothing in the place: run elsewhere.
OTHERWISE = (
    (r".*pip install '\.\[test\]'.*", "", "the test command itself: .ci/run runs it"),
    (r"python3 -m venv .* && \.venv/bin/(fitscope .*)", r"\1", "installing takes minutes: .ci/run does it"),
    (r".*pip-audit.*", "", "asks a service on the network: by hand, or where CI has one; constraints.txt is what it reads"),
    (r"(dask .*)", "", "runs until it is stopped: tests/studies/test_cluster.py starts a cluster"),
    (r"(fitscope .*) --cluster \S+", "", "needs a cluster: tests/studies/test_cluster.py has one"),
    (r"fitscope data import .*", "", "needs a collection: tests/datasets/test_importing.py makes one"),
    (r"(?:FITSCOPE_DATA_DIR=\S+ )?\.venv/bin/python (tests/(?:benchmarks|mutation)/\S+) .*", r"python \1 --help", "takes minutes"),
    (r"\.venv/bin/pip install atheris && \.venv/bin/python (tests/fuzzing/\S+) .*", r"python \1 --help", "takes minutes"),
    (r"pybabel (.*)/tmp/fitscope.pot(.*)", r"pybabel \1fitscope.pot\2", "writes into the test's own folder"),
    (r"(.* analyze) imdb( --model nets.py:build.*)", r"\1 data.py:load\2", "the network is one of two classes"),
    (r"(.* (?:analyze|path|check|show)) (?:imdb|reuters)( .*)?", r"\1 digits\2", "needs data, or a download"),
    (r"(.* analyze .*?) --max-epochs \d+(.*)", r"\1\2", "takes a minute"),
    (r"(.*) --trials \d+(.*)", r"\1 --trials 2\2", "takes a minute"),
    (r"(.*) --repeats 8(.*)", r"\1 --repeats 2\2", "takes a minute"),
    (r"(.*) --folds 4(.*)", r"\1 --folds 2\2", "takes a minute"),
    (r"(.* analyze .*)", r"\1 --max-epochs 3", "takes a minute"),
    (r"(fitscope predict my-report) new.csv", r"\1 new.npy", "my-report is of digits"),
    (r"(fitscope report) old/result.json(.*)", r"\1 my-report/result.json\2", "is any result"),
    (r"(.*) reports/reuters-20260102-030405(.*)", r"\1 my-run\2", "is any run"),
    (r"(.*) /autograder/submission (.*)", r"\1 submissions/kim \2", "lies where the autograder runs"),
    (r"(.*) /autograder/source/(.*) /autograder/(results)", r"\1 \2 \3", "lies where the autograder runs"),
)


def in_the_readme() -> Iterator[str]:
    for _, block in re.findall(r"^( *)```sh\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines() if line.strip())


def in_the_help(command: click.Command) -> Iterator[str]:
    yield from re.findall(r"^ *(?:Example:|Begin with:)? *(fitscope .+?) *$", command.help or "", re.MULTILINE)
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        yield from in_the_help(inner)


def run_as(line: str) -> str:
    for pattern, instead, _why in OTHERWISE:
        line = re.sub(pattern, instead, line) if re.fullmatch(pattern, line) else line
    return line


LINES = list(dict.fromkeys([*in_the_readme(), *in_the_help(main)]))


@pytest.fixture
def run(made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Run one line in a folder with copies of all that it reads."""
    monkeypatch.chdir(tmp_path)

    def given(line: str) -> None:
        for name in read_by(line, made.names):
            made.put(name, tmp_path)
        words, _, target = line.partition(" > ")
        program, *args = shlex.split(words)
        if program != "fitscope":
            other(program, args, tmp_path)
            return
        done = CliRunner().invoke(main, args)
        assert done.exit_code == 0, done.output
        if target:
            (tmp_path / target).write_text(done.stdout, encoding="utf8")

    return given


def read_by(line: str, names: tuple[str, ...]) -> list[str]:
    """Return which of the names a line reads, those that lie in a folder that it reads among them."""
    words = re.split(r"[ :]", re.sub(r"(--output|--figures|>) \S+", "", line))
    return [name for name in names if any(f"{word}/".startswith(f"{name}/") or name.startswith(f"{word}/") for word in words)]


def other(program: str, args: list[str], folder: Path) -> None:
    """Run a program that is not fitscope; Babel's in a folder with a copy of the texts, beginning with what it was given."""
    command = {"python": [sys.executable], "pybabel": [sys.executable, "-m", "babel.messages.frontend"]}[program]
    if program == "pybabel":
        for name in ("fitscope", "templates"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(folder / "templates" / "locale" / "ko" / "LC_MESSAGES" / "fitscope.po", folder / "fitscope.pot")
    subprocess.run([*command, *args], cwd=folder if program == "pybabel" else ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("line", dict.fromkeys(run_as(line) for line in LINES if run_as(line)))
def test_command_does_what_it_says(run, line):
    run(line)


@pytest.mark.parametrize("line", [line for line in LINES if not run_as(line)])
def test_command_that_is_not_run_here_names_what_runs_it(line):
    why = [why for pattern, instead, why in OTHERWISE if not instead and re.fullmatch(pattern, line)]
    named = re.findall(r"[\w.]*/[\w./]+\w", why[0])
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("fitscope ")])
def test_command_as_it_stands_has_known_options(line):
    """What is run with other settings is at least parsed as it stands; what it names need not be there."""
    command, words = main, shlex.split(line.partition(" > ")[0])[1:]
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


def test_every_help_has_its_own_example():
    """The example of a command is one of that command."""
    for name, command in main.commands.items():
        assert any(line.startswith(f"fitscope {name}") for line in in_the_help(command)), name


def test_table_of_exceptions_has_no_row_too_many():
    for pattern, _instead, _why in OTHERWISE:
        lines = list(LINES)
        for before, replaced, _ in OTHERWISE:
            if before == pattern:
                break
            lines = [re.sub(before, replaced, line) if re.fullmatch(before, line) else line for line in lines]
        assert any(re.fullmatch(pattern, line) for line in lines), pattern
