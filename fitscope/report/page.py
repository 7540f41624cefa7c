"""The page: one HTML file, made from the Result alone."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitscope import language, shipped
from fitscope.report.blind_view import blind_view
from fitscope.report.svg import rules
from fitscope.report.teach_view import teaching
from fitscope.report.view import view
from fitscope.result import Result
from fitscope.wholefile import put_text

if TYPE_CHECKING:
    from jinja2 import Environment


def render(result: Result, teach: bool = False) -> str:
    """Return a result's page in the spoken language: one HTML text that needs no network and no other file.

    Args:
        result: what the page is made from.
        teach: whether the page asks first, and gives its answers after the reader has chosen.
    """
    if result.blind:
        return fill("blind.html.j2", view=blind_view(result))
    if teach:
        return fill("teach.html.j2", view=view(result), teaching=teaching(result))
    return fill("report.html.j2", view=view(result))


def fill(template: str, **given: Any) -> str:
    """Return a page from its template, with the style and the script that all pages share.

    Args:
        template: the file's name; it extends shell.html.j2.
        given: what it shows.
    """
    return environment().get_template(template).render(lang=language.spoken(), **_shell(), **given)


@cache
def _shell() -> dict[str, str]:
    """Return what every page carries: style, script, and the hash by which its content security policy lets the script run."""
    folder = shipped.templates()
    styles = [folder / "style.css", *sorted((folder / "parts").glob("*.css"))]
    script = (folder / "page.js").read_text(encoding="utf8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = "".join(path.read_text(encoding="utf8") for path in styles) + rules()
    return {"style": style, "script": script, "script_hash": f"sha256-{digest}"}


def own_code() -> frozenset[str]:
    """Return the style and the script that this fitscope's pages carry, and no others."""
    return frozenset((_shell()["style"], _shell()["script"]))


def write(result: Result, path: Path, teach: bool = False) -> None:
    """Write a result's page whole or not at all; with `teach` as one that asks first.

    Raises:
        OSError: the file cannot be written.
    """
    put_text(path, render(result, teach))


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
    )
    made.globals |= {"_": language._, "_n": language._n}
    return made
