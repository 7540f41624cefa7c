"""What the page is built of: rows, tables, pictures and sections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fitscope.report import charts, fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
    """A chart with what to see in it, and its numbers as a table.

    Args:
        name: its id, and its file's name where it is written on its own.
        title: what it shows, in a few words.
        caption: what to see in it; screen readers read title and caption in the picture's place.
        draw: draws it, on the given axes where there are any; on a page it is drawn when it is shown.
        table: its numbers.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[Axes | None], Figure]
    table: Table | None = None

    @property
    def svg(self) -> str:
        """The chart as the page embeds it."""
        with fonts.spoken():
            return charts.svg(self.draw(None), self.name, f"{self.title}. {self.caption}".strip())


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
