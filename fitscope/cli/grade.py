"""fitscope grade: a class's submissions, without TensorFlow but for --rerun."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.codes import SOME_UNREAD
from fitscope.cli.options import Place, data_dir, everywhere, lang_of

if TYPE_CHECKING:
    from fitscope.grading.records import Gradebook


class Count(click.ParamType):  # type: ignore[type-arg]
    """A number of submissions, or all."""

    name = "N|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value == "all" or value is None:
            return None
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number of submissions, such as 10, nor all.", param, ctx)


@click.command(short_help="Grade a class's submissions.")
@click.argument("folder", required=False, type=Place())
@click.option("--rubric", type=Place(dir_okay=False), metavar="FILE.toml", help="What is marked, and how.")
@click.option("--init", metavar="DATASET", help="Print a rubric to begin with, for imdb, reuters or other data; grade nothing.")
@click.option("--roster", type=Place(dir_okay=False), metavar="FILE.csv",
              help="The class list, with names, ids and what Canvas or Moodle match by.")  # fmt: skip
@click.option(
    "--rerun", type=Count(), metavar="N|all", default=0, help="Train so many submissions again (those with flags first), or all."
)
@click.option("--output", type=Place(file_okay=False), metavar="DIR", default="grades", show_default=True,
              help="Write marks, pages and gradebooks here; an earlier grading's are written anew.")  # fmt: skip
@click.option("--gradescope", is_flag=True, help="Grade one submission as Gradescope's autograder; DIR gets results.json alone.")
@click.option("--pseudonymous", is_flag=True, help="Name nobody in marks and pages; names.csv in DIR says who is who.")
@click.option("--purge", is_flag=True, help="Remove all that an earlier grading wrote into DIR; grade nothing.")
@click.option("--workers", type=int, metavar="N", help="Processes that read and train at the same time (as many as pay off).")
@click.option("--cluster", metavar="ADDRESS", help="Train again on a Dask cluster, such as tcp://HOST:8786.")
@data_dir
@lang_of("what is said here and of the rubric that --init prints; pages are in the rubric's language, each student's in their own")
@partial(everywhere, as_json="Print all marks as JSON, as grades.json (--gradescope: results.json) holds them, and nothing else.")
def grade(
    folder: Path | None,
    rubric: Path | None,
    init: str | None,
    output: Path,
    gradescope: bool,
    purge: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Grade a FOLDER of submissions by a rubric: marks, feedback for each student, a page to look through and gradebooks, and
    what does not add up. Nothing of a student's is run, and a person confirms every mark.

    FOLDER is what Canvas, Moodle or Gradescope export, or holds a file, folder or zip for each student.

    \b
    Example:  fitscope grade --init imdb > rubric.toml
              fitscope grade submissions --rubric rubric.toml --roster roster.csv
    """
    if init is not None:
        return _init(init)
    if purge:
        return _purge(output, as_json)
    if folder is None or rubric is None:
        raise click.UsageError("Give a FOLDER of submissions and --rubric FILE.toml; --init DATASET prints a rubric to begin with.")
    from fitscope.cli.interrupt import ended_as_by_ctrl_c

    if gradescope:
        with ended_as_by_ctrl_c():
            return _gradescope(folder, rubric, output, as_json)
    from fitscope.grading.classroom import grade as graded

    with ended_as_by_ctrl_c():
        book = graded(folder, rubric, output=output, tell=None if quiet else _tell, **options)
    click.echo(_json(book) if as_json else _text(book, output))
    return _exit_code(book)


def _init(dataset: str) -> int:
    from fitscope.grading.starting import starting_rubric

    click.echo(starting_rubric(dataset), nl=False)
    return 0


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _json(book: Gradebook) -> str:
    from fitscope.grading.grades import to_json

    return json.dumps(to_json(book), ensure_ascii=False, allow_nan=False)


def _text(book: Gradebook, output: Path) -> str:
    from fitscope.cli.wrap import wrapped
    from fitscope.grading.summary import summary

    return wrapped("\n".join([*summary(book), "", click.format_filename(output / "index.html")]))


def _exit_code(book: Gradebook) -> int:
    unread = len(book.unread)
    if unread == len(book.graded):
        click.echo("Error: None of the submissions could be graded; each one's reason stands above.", err=True)
        return 1
    return SOME_UNREAD if unread else 0


def _purge(output: Path, as_json: bool) -> int:
    from fitscope.grading.outputs import purge

    removed = purge(output)
    told = f"Removed {len(removed)} files of an earlier grading from {output}."
    click.echo(json.dumps({"removed": removed}) if as_json else told)
    return 0


def _gradescope(folder: Path, rubric: Path, output: Path, as_json: bool) -> int:
    from fitscope.grading.autograder import autograde

    text, path = autograde(folder, rubric, output)
    click.echo(text if as_json else click.format_filename(path), nl=not as_json)
    return 0
