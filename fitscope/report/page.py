"""The page: one HTML file, made from the Result alone."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fitscope import language, shipped, words
from fitscope.diagnosis import Diagnosis
from fitscope.history import TrainingHistory
from fitscope.report.curves_view import losses
from fitscope.report.view import view
from fitscope.result import Result, message

if TYPE_CHECKING:
    from jinja2 import Environment


def render(result: Result) -> str:
    """Return a result's page: one HTML text that needs no network and no other file."""
    templates = _environment()
    style = (shipped.templates() / "style.css").read_text(encoding="utf8")
    return templates.get_template("report.html.j2").render(view=view(result), style=style)


def picture(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    """Return the loss curves, the verdict and what would help as a piece of HTML for a notebook."""
    drawn = losses(history, diagnosis)
    svg = None if drawn is None else dataclasses.replace(drawn, name=f"fitscope-{id(diagnosis)}").svg
    sentences = [words.finding(found.code, found.numbers) for found in diagnosis.findings]
    return (
        _environment()
        .get_template("picture.html.j2")
        .render(
            svg=svg,
            label=words.label(diagnosis.verdict),
            message=message(diagnosis),
            sentences=sentences,
            advice=[words.advice(advice.code) for advice in diagnosis.advice[:3]],
        )
    )


def write(result: Result, path: Path) -> None:
    """Write a result's page whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text = render(result)
    handle, scratch = tempfile.mkstemp(dir=path.parent, suffix=".html")
    try:
        with open(handle, "w", encoding="utf8") as file:
            file.write(text)
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(shipped.templates()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(language._, language._n, newstyle=False)  # type: ignore[attr-defined]
    return environment
