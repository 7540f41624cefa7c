"""What the page is built of: rows, tables, pictures and sections, all of them texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of a table or list: a term and what stands beside it."""

    term: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; where it is long, all but its first rows are folded away.

    Args:
        heads: one a column, the terms' first.
        rows: as many values each as there are heads after the first.
        shown: how many rows stand open.
    """

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    shown: int = 20


@dataclass(frozen=True)
class Picture:
    """A chart as SVG with what to see in it, and its numbers as a table."""

    name: str
    svg: str
    caption: str
    table: Table | None = None


@dataclass(frozen=True)
class Section:
    """One study on the page.

    Args:
        name: its id.
        title: its heading.
        sentences: what it found.
        draw: makes the pictures below them; only the page needs those.
        tables: below the pictures.
        caption: how its numbers were made.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    draw: Callable[[], tuple[Picture, ...]]
    tables: tuple[Table, ...]
    caption: str = ""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self.draw()
