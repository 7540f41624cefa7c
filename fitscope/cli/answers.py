"""fitscope answers: the form that asks a student what the curves say."""

from __future__ import annotations

import dataclasses
import json

import click

from fitscope.cli.options import everywhere, lang


@click.command(short_help="Write the form for a student's answers.")
@click.argument("dataset")
@click.option(
    "--task",
    type=click.Choice(["classes", "regression"]),
    help="What the target of your own data is: classes (asks for accuracy) or numbers (asks for their error).",
)
@lang
@everywhere
def answers(dataset: str, task: str | None, as_json: bool, quiet: bool) -> None:
    """Print the form that asks what you conclude: best epoch, verdict, test result, and how you know.

    DATASET is what fitscope analyze takes. Fill the form in with any editor, then give it to fitscope analyze with --answers,
    or to fitscope submit.

    \b
    Example:  fitscope answers reuters > answers.md
    """
    from fitscope import datasets
    from fitscope.answers import form, questions

    task = task or datasets.task(dataset)
    if as_json:
        asked = [dataclasses.asdict(question) for question in questions(task)]
        click.echo(json.dumps({"dataset": dataset, "questions": asked}, ensure_ascii=False))
    else:
        click.echo(form(dataset, task), nl=False)
