"""fitscope predict: the refitted model on new data."""

from __future__ import annotations

from pathlib import Path

import click

from fitscope.cli.options import Place, everywhere


@click.command(short_help="Give the refitted model new data.")
@click.argument("run", type=Place())
@click.argument("file", type=Place())
@click.option("--output", type=Place(), metavar="FILE", help="Write the predictions here; it must not exist.")
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
    text = found.to_json_lines() if as_json else found.to_csv()
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(output, text)
    if not quiet:
        click.echo(f"{len(found.rows):,} predictions in {output}", err=True)
