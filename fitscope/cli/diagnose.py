"""fitscope diagnose: what the curves of a log say, without TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.options import Verdicts, everywhere

if TYPE_CHECKING:
    from fitscope.diagnosis import Diagnosis
    from fitscope.readers import Reading

FAILED_ON = 3


@click.command(short_help="Say what the curves of a training log say.")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--loss", metavar="NAME", help="The column of the training loss, where its name is not known.")
@click.option("--val-loss", metavar="NAME", help="The column of the validation loss, where its name is not known.")
@click.option("--fail-on", type=Verdicts(), default="", help="Leave with exit code 3 at one of these verdicts.")
@everywhere
def diagnose(
    logs: tuple[Path, ...], loss: str | None, val_loss: str | None, fail_on: frozenset[str], as_json: bool, quiet: bool
) -> int:
    """Read training logs and say whether each training overfits, from which epoch on, and what would help.

    \b
    Example:  fitscope diagnose training.log
    """
    from fitscope.diagnosis import judge
    from fitscope.errors import FitscopeError
    from fitscope.readers import read_history

    verdicts, unread = set(), 0
    for log in logs:
        try:
            found = [
                (reading, reading.diagnosis or judge(reading.history))
                for reading in read_history(log, loss=loss, val_loss=val_loss)
            ]
        except FitscopeError as error:
            unread += 1
            if as_json:
                click.echo(json.dumps({"source": str(log), "error": str(error)}, ensure_ascii=False))
            click.echo(f"Error: {error}", err=True)
            continue
        verdicts |= {diagnosis.verdict for _, diagnosis in found}
        for pair in found:
            click.echo(_line(*pair) if as_json else _text(*pair))
    return 1 if unread else FAILED_ON if verdicts & fail_on else 0


def _line(reading: Reading, diagnosis: Diagnosis) -> str:
    from fitscope.result import diagnosis_json

    content: dict[str, Any] = {"source": reading.source, "run": reading.run, "diagnosis": diagnosis_json(diagnosis)}
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def _text(reading: Reading, diagnosis: Diagnosis) -> str:
    from fitscope import words
    from fitscope.cli.wrap import wrapped
    from fitscope.result import message

    run = "" if reading.run is None else f", {reading.run}"
    lines = [f"{reading.source}{run}: {len(reading.history):,} epochs", message(diagnosis)]
    lines += [f"  {words.finding(finding.code, finding.numbers)}" for finding in diagnosis.findings]
    lines += [f"  {words.advice(advice.code)}" for advice in diagnosis.advice[:3]]
    return wrapped("\n".join([*lines, ""]))
