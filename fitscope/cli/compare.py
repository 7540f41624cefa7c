"""fitscope compare: several runs on one page, without TensorFlow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from fitscope.cli.options import Place, everywhere, lang


@click.command(short_help="Lay several runs beside each other.")
@click.argument("runs", nargs=-1, required=True, type=Place())
@click.option(
    "--output",
    type=Place(dir_okay=False),
    metavar="FILE",
    default="compare.html",
    show_default=True,
    help="Write the page here; an earlier one is written anew.",
)
@lang
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@everywhere
def compare(runs: tuple[Path, ...], output: Path, open_page: bool, as_json: bool, quiet: bool) -> int:
    """Lay up to 100 runs beside each other on one page: their curves, what is best and how sure that is, and what differs
    between their plans.

    RUN is a folder that analyze made, its result.json, a report, a training log, or a folder of these.

    \b
    Example:  fitscope compare reports/plain reports/dropout
    """
    from fitscope.cli.wrap import wrapped
    from fitscope.report.compare_text import summary
    from fitscope.runs import compare as compared
    from fitscope.runs import write_comparison

    comparison = compared(*runs)
    for unread in comparison.unread:
        click.echo(f"Error: {unread.error}", err=True)
    page = write_comparison(comparison, output)
    if as_json:
        click.echo(json.dumps(comparison.to_json(), ensure_ascii=False, allow_nan=False))
    else:
        told = [] if quiet else [*summary(comparison, shutil.get_terminal_size().columns), ""]
        click.echo(wrapped("\n".join([*told, click.format_filename(page)])))
    if open_page:
        click.launch(str(page))
    return 1 if comparison.unread else 0
