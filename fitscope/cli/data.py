"""fitscope data: what data is there, where, and whether it is sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.options import Place, data_dir, everywhere

if TYPE_CHECKING:
    from fitscope.datasets.importing import Imported


@click.group()
def data() -> None:
    """List, find, check, import and show the data sets.

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


@data.command("import", short_help="Make imdb or reuters from their original collections.")
@click.argument("path", type=Place())
@click.option("--output", type=Place(), metavar="DIR",
              help="Write to this folder (by default $FITSCOPE_DATA_DIR, or else fitscope's own).")  # fmt: skip
@everywhere
def import_(path: Path, output: Path | None, as_json: bool, quiet: bool) -> None:
    """Make imdb or reuters, in Keras' own format, from what PATH is.

    PATH is aclImdb or Reuters-21578, as a folder or as a tar archive, or an
    imdb.npz or reuters.npz. Nothing is overwritten.

    \b
    Example:  fitscope data import aclImdb_v1.tar.gz
    """
    from dataclasses import asdict

    from fitscope.datasets.importing import import_file

    done = import_file(path, output, say=(lambda _: None) if quiet else (lambda told: click.echo(told, err=True)))
    click.echo(json.dumps(asdict(done), ensure_ascii=False) if as_json else _said(done))


def _said(done: Imported) -> str:
    words = f"{done.words:,}" if done.words else "no word index beside it; `fitscope data show` needs one"
    largest = sorted(done.classes.items(), key=lambda pair: -pair[1])
    classes = ", ".join(f"{name} {count:,}" for name, count in largest[:6]) + (", ..." if len(largest) > 6 else "")
    lines = [
        f"{done.dataset}, made from {done.found}",
        f"  samples   {done.train:,} for training, {done.test:,} for testing",
        f"  words     {words}",
        f"  classes   {len(done.classes)}: {classes}",
        f"  written   {done.path}",
        f"  SHA-256   {done.sha256}",
    ]
    if done.word_index:
        lines.insert(5, f"            {done.word_index}")
    if done.differences:
        lines += ["", "What remains different from Keras' own file:", *(f"- {sentence}" for sentence in done.differences)]
    return "\n".join([*lines, "", f"Go on with: {done.next}"])


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
        text = shown["text"] if "\n" in shown["text"] else click.wrap_text(shown["text"], width=_width())
        click.echo(f"{dataset} {number}: {shown['label']}\n\n{text}")


def _width() -> int:
    import shutil

    return min(100, shutil.get_terminal_size().columns)


def _print(rows: list[dict[str, Any]], as_json: bool, line: str) -> None:
    click.echo(json.dumps(rows, ensure_ascii=False) if as_json else "\n".join(line.format(**row) for row in rows))
