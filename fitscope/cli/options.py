"""Options that several commands share, and the types that check them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fitscope.language import ENGLISH, LANGUAGES

VERDICTS = ("overfitting", "underfitting", "good_fit", "not_learning", "diverged", "inconclusive")


class Verdicts(click.ParamType):  # type: ignore[type-arg]
    """A list of verdicts, separated by commas."""

    name = "VERDICT,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        parts = (re.sub(r"[\s_-]+", "_", part.strip().lower()) for part in str(value).split(","))  # as reports spell it, too
        named = frozenset(filter(None, parts))
        if unknown := sorted(named - set(VERDICTS)):
            self.fail(f"{', '.join(unknown)} is no verdict; take one or several of {', '.join(VERDICTS)}.", param, ctx)
        return named


class Place(click.Path):
    """A path; an empty one, as of a variable that is not set, is not taken for the folder that the command is called in."""

    def __init__(self, **more: Any) -> None:
        super().__init__(path_type=Path, **more)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty name is no path; the folder that you are in is called . (a dot).", param, ctx)
        return super().convert(value, param, ctx)


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


def _speak(ctx: click.Context, param: click.Parameter, language: str) -> None:
    """Give what people read in this language until the command ends; English needs no catalogue."""
    if language != ENGLISH:
        from fitscope.language import speaking

        ctx.with_resource(speaking(language))


def everywhere(command: Callable[..., Any], as_json: str = "Print the result as JSON and nothing else.") -> Callable[..., Any]:
    """Add the options that every command has.

    Args:
        command: the command.
        as_json: what --json says that it does.
    """
    for option in (
        click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."),
        click.option("--quiet", is_flag=True, help="Show no progress."),
        click.option("--json", "as_json", is_flag=True, help=as_json),
    ):
        command = option(command)
    return command


def personal(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that put a person's own words on the report."""
    author = click.option("--author", metavar="NAME", help="Whose analysis it is; the name stands on the report.")
    notes = click.option("--notes", type=Place(), metavar="FILE.md", help="Your own text for the report, in Markdown.")
    return author(notes(command))


def student(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which a student hands in an assignment."""
    blind = "Show the curves alone until you have answered (fitscope submit); for yourself, for you could run it twice."
    for option in (
        click.option("--blind", is_flag=True, help=blind),
        click.option(
            "--answers",
            type=Place(),
            metavar="FILE.md",
            help="What you concluded: the form of fitscope answers, filled in.",
        ),
        click.option("--course", metavar="KEY", help="The key that came with the assignment; it makes the seed with --student-id."),
        click.option("--student-id", metavar="ID", help="Your student number; it stands on the report and makes the seed."),
    ):
        command = option(command)
    return command


data_dir = click.option(
    "--data-dir",
    type=Place(),
    metavar="DIR",
    help="Look for data here first, then in $FITSCOPE_DATA_DIR, fitscope's own folder and Keras' cache.",
)

teach = click.option("--teach", is_flag=True, help="Let the report ask first, and answer when the reader has chosen.")


def lang_of(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option that chooses a language, and says of what."""
    return click.option(
        "--lang",
        type=click.Choice(tuple(LANGUAGES)),
        default=ENGLISH,
        show_default=True,
        expose_value=False,
        callback=_speak,
        help=f"The language of {what}.",
    )


lang = lang_of("the report and of what is said at the end")
