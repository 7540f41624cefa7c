"""Where the files lie that come with the package: page templates, style sheet, script and catalogues."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """Return the folder of the templates: within the package where a wheel put it there, beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"
