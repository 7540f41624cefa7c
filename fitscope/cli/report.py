"""fitscope report: the page of a result again, without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import click

from fitscope.cli.figures import checked_figures, draw, figures
from fitscope.cli.options import Place, everywhere, lang, teach


@click.command(short_help="Make the page of a result again.")
@click.argument("result", type=Place())
@click.option(
    "--output",
    type=Place(dir_okay=False),
    metavar="FILE",
    help="Write the page here, instead of to report.html beside the result; an earlier one is written anew.",
)
@teach
@figures
@lang
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@everywhere
def report(
    result: Path,
    output: Path | None,
    teach: bool,
    figures: Path | None,
    figure_formats: tuple[str, ...],
    open_page: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make the page again from RESULT, with what this fitscope knows: a result.json, a folder that analyze made, or a report.

    \b
    Example:  fitscope report my-report
    """
    from fitscope.result.blind import refuse
    from fitscope.runs import read_result, write_report

    formats = checked_figures(figures, figure_formats)
    found = read_result(result)
    if figures is not None:
        refuse(found.blind, "The run")  # before anything is written
    page = write_report(result, output, teach)
    if figures is not None:
        draw([found], figures, formats, quiet)
    click.echo(found.to_text() if as_json else click.format_filename(page), nl=not as_json)
    if open_page:
        click.launch(str(page))
