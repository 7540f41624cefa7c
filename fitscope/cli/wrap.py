"""Lines that break between words."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap

_MARK = re.compile(r"( *)(?:- |\d+\. )?")


def wrapped(text: str) -> str:
    """Break lines between words on a terminal; elsewhere, and the last line with its path, leave them whole."""
    if sys.stdout is None or not sys.stdout.isatty():
        return text
    *lines, path = text.split("\n")
    width = shutil.get_terminal_size().columns
    return "\n".join([*(_broken(line, width) for line in lines), path])


def _broken(line: str, width: int) -> str:
    """Break one line; what goes on after a bullet or a number stands below its text."""
    start = _MARK.match(line)
    assert start is not None
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=start[1],
        subsequent_indent=" " * len(start[0]),
        break_on_hyphens=False,
        break_long_words=False,
    )
