"""The shell that a class's pages share: one file each, with its own style, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from fitscope import language, shipped
from fitscope.report.page import environment

_STYLES = {"feedback.html.j2": ("grading.css",), "class.html.j2": ("grading.css", "class.css")}
_SCRIPTS = {"class.html.j2": "class.js"}


def fill(template: str, **given: Any) -> str:
    """Return a page in the spoken language from its template.

    Args:
        template: the file's name; it extends grading.html.j2.
        given: what it shows.
    """
    return environment().get_template(template).render(lang=language.spoken(), **_shell(template), **given)


@cache
def _shell(template: str) -> dict[str, str]:
    """Return style and script of a page, and the policy that names both by their hashes."""
    style = "".join(_read(name) for name in _STYLES[template])
    script = _read(_SCRIPTS[template]) if template in _SCRIPTS else ""
    allowed = f"script-src '{_hash(script)}'; " if script else ""
    policy = f"default-src 'none'; {allowed}style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    return {"style": style, "script": script, "policy": policy}


def _read(name: str) -> str:
    return (shipped.templates() / name).read_text(encoding="utf8").strip()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
