"""Files of TOML that people write by hand: read, and every complaint at the line that it is about."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fitscope.errors import DataError, not_read
from fitscope.plainfile import read_start

LARGEST_FILE = 4_000_000  # bytes; a large class's decisions fill half of it
SHOWN = 10  # complaints at once
Place = tuple[str, int, str, int]  # table, its number, key (empty: the table itself), item of the key's list (-1: the key itself)

# Strings are skipped as a whole, for they may hold brackets, signs of equality and lines of their own.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""+' r"|'''.*?'''+" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*|\[\[|\]\]|[\[\]{}=\n]|[\w.-]+|.",
    re.DOTALL,
)
_AT_LINE = re.compile(r" ?\((?:at line (\d+), column \d+|at end of document)\)$")


@dataclass
class TomlFile:
    """Hold what a file says, and collect what is wrong with it.

    Args:
        name: of the file, as complaints say it.
        content: what it says.
        lines: the line of every key, table and item of a list.
        complaints: as (line, sentence).
    """

    name: str
    content: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)
    complaints: list[tuple[int, str]] = field(default_factory=list)

    def line(self, table: str, number: int, key: str = "", item: int = -1) -> int:
        """Return the line of a key or of an item of its list, else of its table; 1 where none of them is known."""
        own = () if table else ((key, 0, "", -1),)  # a key of the top may be a table's name
        for place in ((table, number, key, item), *own, (table, number, "", -1), ("", 0, table, number)):
            if place in self.lines:
                return self.lines[place]
        return 1

    def complain(self, line: int, sentence: str) -> None:
        self.complaints.append((line, sentence))

    def check(self) -> None:
        """Refuse the file where there was a complaint.

        Raises:
            DataError: one line for each of the first ten complaints, in the file's order.
        """
        if not self.complaints:
            return
        told = [f"{self.name}, line {line}: {sentence}" for line, sentence in sorted(set(self.complaints))]
        more = [f"{self.name}: and {len(told) - SHOWN} more; mend these first."] if len(told) > SHOWN else []
        raise DataError(*told[:SHOWN], *more)


def read_toml(path: Path, what: str, largest: int = LARGEST_FILE) -> TomlFile:
    """Read a file of TOML.

    Args:
        path: of the file.
        what: it should hold, such as `a rubric`.
        largest: bytes that it may have.

    Returns:
        Its content with the line of every key.

    Raises:
        DataError: there is no such file, it is too large, not UTF-8 or not TOML.
    """
    text = _text(path, what, largest)
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise DataError(f"{path.name} is nested too deeply; give {what}.") from None
    except ValueError as error:  # that of a number with too many digits is no TOMLDecodeError
        raise DataError(_not_toml(path.name, text, str(error), what)) from None
    return TomlFile(path.name, content, lines_of(text))


def lines_of(text: str) -> dict[Place, int]:
    """Return the line of every table, key and item of a key's list in TOML that can be read.

    Example:
        >>> found = lines_of('title = "a"\\n\\n[[criterion]]\\npoints = 1\\nlevels = [\\n  {points = 1},\\n]\\n')
        >>> found[("", 0, "title", -1)], found[("criterion", 0, "", -1)], found[("criterion", 0, "levels", 0)]
        (1, 3, 6)
    """
    scan, line = _Scan(), 1
    for token in _TOKEN.findall(text):
        scan.take(token, line)
        line += token.count("\n")
    scan.end_statement(line)
    return scan.found


def nearest(word: object, known: Iterable[str]) -> str:
    """Return which of the known words was perhaps meant, as the end of a sentence.

    Example:
        >>> nearest("titel", ["title", "points"]), nearest("xyz", ["title", "points"])
        ('did you mean title?', 'there are title, points.')
    """
    known = list(known)
    close = difflib.get_close_matches(str(word)[:80], known, 1, 0.6)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."


def escaped(text: str) -> str:
    """Return a text as TOML holds it: a basic string, escaped as JSON escapes it, and `\\u007f` as well.

    Example:
        >>> print(escaped('say "no"\\n'))
        "say \\"no\\"\\n"
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def shortened(value: object, length: int = 60) -> str:
    """Return a value as a sentence quotes it, on one line and not too long."""
    text = " ".join(str(value).split())
    return text if len(text) <= length else text[: length - 1] + "…"


@dataclass
class _Scan:
    """Follow a file statement by statement: a header or a key is being read until its sign of equality, then its value."""

    found: dict[Place, int] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)  # how many of a table there are, by the one above it
    table: str = ""
    number: int = 0
    words: list[str] = field(default_factory=list)
    header: bool = False
    key: str = ""
    item: int = -1
    depth: int = 0

    def take(self, token: str, line: int) -> None:
        if token == "\n" and self.depth == 0:
            self.end_statement(line)
        elif self.key:
            self._take_value(token, line)
        elif token in ("[", "[[", "]", "]]"):
            self.header = True
        elif token == "=":
            self.key = "".join(self.words)
            self.found.setdefault((self.table, self.number, self.key, -1), line)
        elif not token.isspace() and not token.startswith("#"):
            self.words.append(token.strip("\"'"))

    def _take_value(self, token: str, line: int) -> None:
        if token == "{" and self.depth == 1:
            self.item += 1
            self.found[(self.table, self.number, self.key, self.item)] = line
        if token in ("[", "[[", "{"):
            self.depth += len(token)
        elif token in ("]", "]]", "}"):
            self.depth -= len(token)

    def end_statement(self, line: int) -> None:
        if self.header:
            self._enter("".join(self.words), line)
        self.words, self.header, self.key, self.item = [], False, "", -1

    def _enter(self, name: str, line: int) -> None:
        """Note a table's line; one below another, such as `criterion.levels`, is an item of that one's list."""
        above, _, key = name.partition(".")
        place = max(0, self.counts.get((above, -1), 0) - 1) if key else -1
        number = self.counts.get((name, place), 0)
        self.counts[name, place] = number + 1
        if key:
            self.found[(above, place, key, number)] = line
        else:
            self.found[(name, number, "", -1)] = line
        self.table, self.number = name, number


def _text(path: Path, what: str, largest: int) -> str:
    try:
        content = read_start(path, largest + 1)
    except (OSError, ValueError) as error:  # the latter where no file can have such a name
        raise not_read(path, error, f"give a file that holds {what}") from None
    if len(content) > largest:
        raise DataError(f"{path.name} is larger than {largest / 1e6:g} MB; give a file that holds {what}.")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{path.name}, line {line}: this is not UTF-8; save the file with the encoding UTF-8.") from None


def _not_toml(name: str, text: str, error: str, what: str) -> str:
    place = _AT_LINE.search(error)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1 if place else 1
    said = shortened(_AT_LINE.sub("", error))
    return f"{name}, line {line}: this is not TOML ({said}); give {what} as TOML, texts in quotes."
