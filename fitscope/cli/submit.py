"""fitscope submit: a student's answers put into a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fitscope.cli.options import Place, everywhere, lang

if TYPE_CHECKING:
    from fitscope.result import Result


@click.command(short_help="Put your answers into a run, and see what it says.")
@click.argument("run", type=Place())
@click.option("--answers", type=Place(), metavar="FILE.md", required=True, help="The form of fitscope answers, filled in.")
@lang
@click.option("--open", "open_report", is_flag=True, help="Open the report in the browser.")
@everywhere
def submit(run: Path, answers: Path, open_report: bool, as_json: bool, quiet: bool) -> None:
    """Put your answers into RUN, a folder that fitscope analyze made, and lay them beside what the run says.

    A run made with --blind is opened by this, once: its answers stand from then on. The report that the last line names is what
    you hand in.

    \b
    Example:  fitscope submit reports/reuters-20260102-030405 --answers answers.md
    """
    from fitscope.submission import submit as submitted

    result = submitted(run, answers)
    report = (run if run.is_dir() else run.parent) / "report.html"
    click.echo(result.to_text() if as_json else _text(result, report, quiet), nl=not as_json)
    if open_report:
        click.launch(str(report))


def _text(result: Result, report: Path, quiet: bool) -> str:
    """Return the answers beside what the run says; the last line is the path of what is handed in."""
    from fitscope.cli.wrap import wrapped
    from fitscope.language import _
    from fitscope.report.concluded_view import sentences

    if quiet:
        return str(report)
    return wrapped("\n".join(["", *sentences(result), "", _("This report is what you hand in:"), str(report)]))
