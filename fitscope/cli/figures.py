"""The options that write charts as files, checked before anything is read or trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.options import Place

if TYPE_CHECKING:
    from fitscope.result import Result


def figures(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that write charts as files."""
    folder = click.option("--figures", type=Place(file_okay=False), metavar="DIR", help="Write each chart here, for a thesis.")
    kinds = click.option(
        "--figure-format",
        "figure_formats",
        type=click.Choice(["pdf", "svg", "png"]),
        multiple=True,
        help="What --figures writes (pdf); give it several times for several formats.",
    )
    return folder(kinds(command))


def checked_figures(folder: Path | None, formats: tuple[str, ...]) -> tuple[str, ...]:
    """Return the formats that figures are written in, after looking whether they can be."""
    if folder is None:
        if formats:
            raise click.UsageError("--figure-format says how --figures DIR writes charts; give --figures, too.")
        return ()
    from fitscope.report.figures import check

    check(folder, formats := formats or ("pdf",))
    return formats


def draw(results: Sequence[Result], folder: Path, formats: tuple[str, ...], quiet: bool) -> None:
    """Write each result's charts, and say which they are."""
    from fitscope.report.figures import write_all

    written = write_all(results, folder, formats)
    if not quiet:
        click.echo(f"{click.format_filename(folder)}: {', '.join(path.name for path in written)}", err=True)
