"""fitscope diagnose: what the curves of a log say, without TensorFlow."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.codes import FAILED_ON
from fitscope.cli.figures import checked_figures, draw, figures
from fitscope.cli.options import Place, Verdicts, everywhere, lang, personal

if TYPE_CHECKING:
    from fitscope.diagnosis import Diagnosis
    from fitscope.readers import Reading
    from fitscope.result import Author, Result

    Answer = tuple[Reading, Diagnosis]


@click.command(short_help="Say what the curves of a training log say.")
@click.argument("logs", nargs=-1, required=True, type=Place())
@click.option("--loss", metavar="NAME", help="The column of the training loss, where its name is not known.")
@click.option("--val-loss", metavar="NAME", help="The column of the validation loss, where its name is not known.")
@click.option("--output", type=Place(dir_okay=False), metavar="FILE", help="Write the report, one HTML page, here.")
@personal
@figures
@click.option("--watch", is_flag=True, help="Follow logs that are still being written, until Ctrl-C.")
@click.option("--watch-for", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Follow them for so long.")
@lang
@click.option("--fail-on", type=Verdicts(), default="", help="Leave with exit code 3 at one of these verdicts.")
@everywhere
def diagnose(
    logs: tuple[Path, ...],
    loss: str | None,
    val_loss: str | None,
    output: Path | None,
    author: str | None,
    notes: Path | None,
    figures: Path | None,
    figure_formats: tuple[str, ...],
    watch: bool,
    watch_for: float | None,
    fail_on: frozenset[str],
    as_json: bool,
    quiet: bool,
) -> int:
    """Read training logs, files or folders, and say of each training whether it overfits, from which epoch on, and what
    would help.

    \b
    Example:  fitscope diagnose training.log
    """
    from fitscope.logs import changes

    growing = watch or watch_for is not None
    _refuse_places(logs, output, figures, growing)
    formats = checked_figures(figures, figure_formats)
    signed = _signed(author, notes, output)
    code, told = 0, quiet or as_json
    try:
        for _ in changes(logs, watch_for) if growing else (None,):
            if growing and not as_json and sys.stdout.isatty():
                click.clear()
            answered, unread = _answer(logs, loss, val_loss, growing, as_json)
            if output is not None and answered:
                _write_pages(answered, logs, output, signed, as_json)
            if figures is not None and answered:
                draw(_results(answered, "fitscope diagnose"), figures, formats, quiet)
            verdicts = {diagnosis.verdict for _, diagnosis in answered}
            code = 1 if unread else FAILED_ON if verdicts & fail_on else 0
            if growing and not told:
                click.echo("Watching; Ctrl-C ends it.", err=True)
                told = not sys.stdout.isatty()
    except KeyboardInterrupt:
        if not growing:
            raise
    return code


def _refuse_places(logs: tuple[Path, ...], output: Path | None, figures: Path | None, growing: bool) -> None:
    """Refuse a page where it would become one of the logs, and figures of logs that still grow."""
    if output is not None and any(output.resolve() == log.resolve() for log in logs):
        raise click.UsageError(f"--output {output} is one of the logs; name another file.")
    if output is not None and any(log.is_dir() and output.resolve().is_relative_to(log.resolve()) for log in logs):
        raise click.UsageError(f"--output {output} lies in a folder that is read; name a file elsewhere.")
    if figures is not None and growing:
        raise click.UsageError("--figures draws logs that are whole; leave --watch and --watch-for out.")


def _signed(author: str | None, notes: Path | None, output: Path | None) -> tuple[Author | None, str | None]:
    """Return author and notes of the report, checked before anything is read."""
    if (author is not None or notes is not None) and output is None:
        raise click.UsageError("--author and --notes stand on the report; say where it goes with --output FILE.")
    if author is None and notes is None:
        return None, None
    from fitscope.report.notes import author_named, read_notes

    return None if author is None else author_named(author), None if notes is None else read_notes(notes)


def _answer(
    logs: tuple[Path, ...], loss: str | None, val_loss: str | None, growing: bool, as_json: bool
) -> tuple[list[Answer], int]:
    """Print what each log says; return the trainings found, and how many logs could not be read."""
    from fitscope.diagnosis import judge
    from fitscope.errors import FitscopeError
    from fitscope.readers import read_logs

    answered: list[Answer] = []
    unread = 0
    for log in logs:
        try:
            readings, refused = read_logs(log, loss=loss, val_loss=val_loss, growing=growing)
            found = [(reading, reading.diagnosis or judge(reading.history)) for reading in readings]
        except FitscopeError as error:
            found, refused = [], {str(log): str(error)}
        unread += len(refused)
        answered += found
        for reading, diagnosis in found:
            if as_json:
                _notes(reading)
            click.echo(_line(reading, diagnosis) if as_json else _text(reading, diagnosis))
        _refuse(refused, growing, as_json)
    if len(answered) > 1 and not as_json:
        click.echo(_summary([diagnosis.verdict for _, diagnosis in answered]))
    return answered, unread


def _refuse(refused: dict[str, str], growing: bool, as_json: bool) -> None:
    """Say of each log that cannot be read why not."""
    for source, error in refused.items():
        if as_json:
            click.echo(_json({"source": source, "error": error}))
        click.echo(f"{'Waiting' if growing else 'Error'}: {error}", err=True)


def _write_pages(
    answered: list[Answer], logs: tuple[Path, ...], output: Path, signed: tuple[Author | None, str | None], as_json: bool
) -> None:
    from fitscope.language import asked
    from fitscope.logs import named, write_pages

    command = " ".join(["fitscope diagnose", *map(str, logs), "--output", str(output), *asked()])
    pages = write_pages(_results(answered, command, *signed), output)
    for page, (reading, _) in zip(pages, answered):
        if not as_json:
            name = click.format_filename(page)
            click.echo(f"{name}: {named(reading)}" if len(pages) > 1 else name)


def _results(answered: list[Answer], command: str, *signed: Any) -> list[Result]:
    from fitscope.logs import result_of

    return [result_of(*pair, command, *signed) for pair in answered]


def _summary(verdicts: list[str]) -> str:
    from fitscope import words
    from fitscope.language import _

    counts = [f"{verdicts.count(code)} {words.label(code)}" for code in words.LABELS if code in verdicts]
    return _("{count} trainings: {verdicts}.").format(count=len(verdicts), verdicts=", ".join(counts))


def _notes(reading: Reading) -> None:
    from fitscope.logs import named, written

    for note in reading.notes:
        click.echo(f"{named(reading)}: {written(note)}.", err=True)


def _line(reading: Reading, diagnosis: Diagnosis) -> str:
    from fitscope.result import diagnosis_json

    return _json({"source": reading.source, "run": reading.run, "diagnosis": diagnosis_json(diagnosis)})


def _json(content: dict[str, Any]) -> str:
    line = json.dumps(content, ensure_ascii=False, allow_nan=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a file's name with bytes that are no UTF-8
        return json.dumps(content, allow_nan=False)
    return line


def _text(reading: Reading, diagnosis: Diagnosis) -> str:
    from fitscope.cli.picture import sketched
    from fitscope.cli.wrap import wrapped
    from fitscope.logs import summary

    head, says = summary(reading, diagnosis)
    picture = sketched(reading.history, diagnosis)
    return "\n".join([wrapped("\n".join([*head, ""])) + picture, wrapped("\n".join(["", *says, ""]))])
