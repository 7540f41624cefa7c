"""One table of a TOML file, read value by value; what does not fit is complained of, and None in its place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fitscope.grading.toml_file import TomlFile, nearest, shortened

LARGEST = 10_000  # points of one criterion


@dataclass(frozen=True)
class Table:
    """Hold one table with the place that it stands at.

    Args:
        file: that it stands in.
        content: its keys and values.
        name, number: of the table, counted from 0; empty for the top of the file.
        list, item: where the table is an item of another one's list.
    """

    file: TomlFile
    content: dict[str, Any]
    name: str = ""
    number: int = 0
    list: str = ""
    item: int = -1

    def complain(self, key: str, sentence: str) -> None:
        where = (self.list, self.item) if self.list else (key, -1)
        self.file.complain(self.file.line(self.name, self.number, *where), sentence)

    def inner(self, key: str) -> tuple[Table, ...]:
        """Return the tables of a list, and complain of what is none."""
        values = self.content.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            head = f"each below a line [[{key}]]" if not self.name else "such as [{at_least = 0.8, points = 1}]"
            self.complain(key, f"{key} is {said(values)}; give a list of tables, {head}.")
            return ()
        return tuple(Table(self.file, value, self.name, self.number, key, i) for i, value in enumerate(values))

    def only(self, known: Iterable[str]) -> None:
        """Complain of keys that are not known."""
        known = list(known)
        for key in self.content:
            if key not in known:
                self.complain(key, f"{shortened(key)} is not known here; {nearest(key, known)}")

    def text(self, key: str, required: str = "") -> str | None:
        """Return a text; `required` says what to do where there is none."""
        value = self.content.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None:
            self.complain(key, f"{key} is {said(value)}; give a text in quotes that is not empty.")
        elif required:
            self.complain("", f"{key} is missing; {required}")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return one text or a list of them as a list."""
        value = self.content.get(key, [])
        values = value if isinstance(value, list) else [value]
        if all(isinstance(one, str) and one.strip() for one in values):
            return tuple(one.strip() for one in values)
        self.complain(key, f"{key} is {said(value)}; give a text in quotes, or a list of such texts.")
        return ()

    def truth(self, key: str) -> bool | None:
        value = self.content.get(key)
        if value is not None and not isinstance(value, bool):
            self.complain(key, f"{key} is {said(value)}; give true or false.")
            return None
        return value

    def points(self, most: float = LARGEST, whose: str = "") -> float | None:
        """Return the points, from 0 to the most that there can be."""
        value = self.content.get("points")
        if value is None:
            self.complain("", "points is missing; give a number, such as points = 2.")
        elif not is_number(value) or not 0 <= value <= most:
            self.complain("points", f"points is {said(value)}; give a number from 0 to {most:,g}{whose}.")
        else:
            return float(value)
        return None

    def moment(self, key: str, required: str = "", zone: bool = False) -> str | None:
        """Return a date, or a date with its time, in ISO 8601; with `zone` it has to say its distance from UTC."""
        value = self.content.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.text(key, required)
        example = "2026-10-31T23:59:00+09:00"
        try:
            then = value if isinstance(value, date) else _moment_in(value)
        except (TypeError, ValueError):
            self.complain(key, f"{key} is {said(value)}; give a date and time such as {example}.")
            return None
        if zone and (not isinstance(then, datetime) or then.tzinfo is None):
            self.complain(key, f"{key} is {said(value)}; give time and distance from UTC, too, such as {example}.")
            return None
        return then.isoformat()


def _moment_in(text: str) -> date:
    """Return a date where nothing but a date is said, else a date with its time."""
    then = datetime.fromisoformat(text)
    return then.date() if len(text) <= len("2026-10-31") else then


def is_number(value: object) -> bool:
    """Tell whether a value is a number that can be reckoned with.

    Example:
        >>> is_number(2), is_number(True), is_number(float("nan")), is_number(10**400)
        (True, False, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**53


def said(value: object) -> str:
    """Return a value as a complaint names it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 2**53:
        return "a number too large"
    if isinstance(value, (dict, list)):
        return {dict: "one table", list: "a list of other things"}[type(value)] if value else "empty"
    return shortened(repr(value) if isinstance(value, str) else value)
