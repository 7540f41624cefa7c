"""Lines that break between words."""

from __future__ import annotations

import shutil
import sys

import click


def wrapped(text: str) -> str:
    """Break lines between words on a terminal; elsewhere, and the last line with its path, leave them whole."""
    if not sys.stdout.isatty():
        return text
    *lines, path = text.split("\n")
    width = shutil.get_terminal_size().columns
    indents = (line[: len(line) - len(line.lstrip())] for line in lines)
    return "\n".join([*(click.wrap_text(line.strip(), width, indent, indent) for line, indent in zip(lines, indents)), path])
