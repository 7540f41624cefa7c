"""fitscope predict: the refitted model on new data."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fitscope.cli.options import everywhere

if TYPE_CHECKING:
    from fitscope.prediction import Predictions


@click.command(short_help="Give the refitted model new data.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the predictions here; it must not exist.")
@everywhere
def predict(run: Path, file: Path, output: Path | None, as_json: bool, quiet: bool) -> None:
    """Print what the refitted model of the folder RUN says of the data in FILE.

    FILE is what the run was made of: a table with the same columns (the target may be missing), a text (.txt), a picture or
    a folder of them, or arrays (.npz with x, .npy). What is printed is a table with a row for each, or with --json a line.

    \b
    Example:  fitscope predict my-report new.csv
    """
    from fitscope import prediction
    from fitscope.cli.streams import keep_for_people
    from fitscope.errors import OutputError
    from fitscope.wholefile import write_whole

    if output is not None and output.exists():
        raise OutputError(f"{output} exists already and is never overwritten; give another file with --output.")
    keep_for_people()
    found = prediction.predict(run, file)
    for note in found.notes if not quiet else ():
        click.echo(note, err=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found.rows) if as_json else as_csv(found)
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(output, text)
    if not quiet:
        click.echo(f"{len(found.rows):,} predictions in {output}", err=True)


def as_csv(found: Predictions) -> str:
    """Return predictions as a table with a header."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, found.fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows)
    return lines.getvalue()
