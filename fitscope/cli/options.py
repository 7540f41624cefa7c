"""Options that several commands share, and the types that check them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

VERDICTS = ("overfitting", "underfitting", "good_fit", "not_learning", "diverged", "inconclusive")


class Verdicts(click.ParamType):  # type: ignore[type-arg]
    """A list of verdicts, separated by commas."""

    name = "VERDICT,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        named = frozenset(part.strip() for part in str(value).split(",") if part.strip())
        if unknown := sorted(named - set(VERDICTS)):
            self.fail(f"{', '.join(unknown)} is no verdict; take one or several of {', '.join(VERDICTS)}.", param, ctx)
        return named


class Share(click.ParamType):  # type: ignore[type-arg]
    """A number of samples, or a fraction below 1."""

    name = "N|FRACTION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | float:
        try:
            return int(value)
        except ValueError:
            pass
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number < 1:
            self.fail(f"{value!r} is neither a number of samples, such as 1000, nor a fraction, such as 0.2.", param, ctx)
        return number


def everywhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command has."""
    for option in (
        click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."),
        click.option("--quiet", is_flag=True, help="Show no progress."),
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON and nothing else."),
    ):
        command = option(command)
    return command


data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Look for data here first, then in $FITSCOPE_DATA_DIR, fitscope's own folder and Keras' cache.",
)

teach = click.option("--teach", is_flag=True, help="Let the report ask first, and answer when the reader has chosen.")
