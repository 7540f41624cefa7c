"""The page: one HTML file, made from the Result alone."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fitscope import language, shipped
from fitscope.report.view import view
from fitscope.result import Result

if TYPE_CHECKING:
    from jinja2 import Environment


def render(result: Result) -> str:
    """Return a result's page: one HTML text that needs no network and no other file."""
    templates = environment()
    style = (shipped.templates() / "style.css").read_text(encoding="utf8")
    return templates.get_template("report.html.j2").render(view=view(result), style=style)


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
def environment() -> Environment:
    """Return what fills the templates: everything escaped, nothing undefined."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(shipped.templates()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(language._, language._n, newstyle=False)  # type: ignore[attr-defined]
    return made
