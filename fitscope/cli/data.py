"""fitscope data: what data is there, where, and whether it is sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fitscope.cli.options import data_dir, everywhere


@click.group()
def data() -> None:
    """List, find, check and show the data sets.

    \b
    Example:  fitscope data list
    """


@data.command("list")
@data_dir
@everywhere
def list_(data_dir: Path | None, as_json: bool, quiet: bool) -> None:
    """List the data sets, and where each one was found.

    \b
    Example:  fitscope data list
    """
    from fitscope.datasets.catalogue import listing

    _print(listing(data_dir), as_json, "{name:8} {train:>6,} + {test:>6,} samples  {about}; {found}")


@data.command(short_help="Print where a data set lies.")
@click.argument("dataset", required=False)
@data_dir
@everywhere
def path(dataset: str | None, data_dir: Path | None, as_json: bool, quiet: bool) -> None:
    """Print where a data set lies, or the folders that are looked in, in order.

    \b
    Example:  fitscope data path imdb
    """
    from fitscope.datasets.catalogue import paths

    _print(paths(dataset, data_dir), as_json, "{path}")


@data.command()
@click.argument("dataset", required=False)
@data_dir
@everywhere
def check(dataset: str | None, data_dir: Path | None, as_json: bool, quiet: bool) -> int:
    """Read the data sets in full and say whether they are sound.

    \b
    Example:  fitscope data check imdb
    """
    from fitscope.datasets.catalogue import checks

    found = checks(dataset, data_dir)
    _print(found, as_json, "{name:8} {state}")
    return int(any(row["damaged"] for row in found))


@data.command(short_help="Print one training sample.")
@click.argument("dataset")
@click.argument("number", type=int)
@click.option("--num-words", type=int, metavar="N", help="Show words beyond the N most frequent as ? (10,000).")
@data_dir
@everywhere
def show(dataset: str, number: int, num_words: int | None, data_dir: Path | None, as_json: bool, quiet: bool) -> None:
    """Print training sample NUMBER, counted from 0, in the order in which it is used.

    \b
    Example:  fitscope data show imdb 0
    """
    from fitscope.datasets.catalogue import sample

    shown = sample(dataset, number, num_words, data_dir)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        text = shown["text"] if dataset == "digits" else click.wrap_text(shown["text"], width=_width())
        click.echo(f"{dataset} {number}: {shown['label']}\n\n{text}")


def _width() -> int:
    import shutil

    return min(100, shutil.get_terminal_size().columns)


def _print(rows: list[dict[str, Any]], as_json: bool, line: str) -> None:
    click.echo(json.dumps(rows, ensure_ascii=False) if as_json else "\n".join(line.format(**row) for row in rows))
