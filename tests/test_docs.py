"""README holds every command and every option."""

from pathlib import Path

import click
import pytest

from fitscope.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf8")


def commands(command, name="fitscope"):
    if isinstance(command, click.Group):
        for key, inner in command.commands.items():
            yield from commands(inner, f"{name} {key}")
    else:
        yield name, command


COMMANDS = dict(commands(main))


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_in_the_readme(name):
    assert name in README


@pytest.mark.parametrize("name", COMMANDS)
def test_option_is_in_the_readme(name):
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("--")}
    assert {option for option in options if f"`{option}" not in README} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_and_says_what_every_option_does(name):
    command = COMMANDS[name]
    assert "Example:" in command.help
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


@pytest.mark.parametrize("name", [*COMMANDS, "fitscope", "fitscope data"])
def test_help_fits_into_80_columns(name, cli_invoke):
    shown = cli_invoke(*name.split()[1:], "--help", terminal_width=80)
    assert shown.exit_code == 0
    assert max(map(len, shown.output.splitlines())) <= 80
