"""What the page is built of: rows, tables, pictures and sections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fitscope.report import fonts, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


SORTED_FROM = 3  # rows
LONGEST_SORTED = 60  # characters; longer cells are prose


@dataclass(frozen=True)
class Row:
    """One line of a table or list: a term and what stands beside it."""

    term: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; one that is long scrolls within its frame.

    Args:
        heads: one a column, the terms' first.
        rows: as many values each as there are heads after the first.
        shown: of more rows than these a frame shows as many as it has room for.
    """

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    shown: int = 20

    @property
    def sorts(self) -> bool:
        """Whether a reader may want the rows in another order: several of them, and no prose."""
        return len(self.rows) > SORTED_FROM and all(len(value) <= LONGEST_SORTED for row in self.rows for value in row.values)


@dataclass(frozen=True)
class Picture:
    """A chart with what to see in it, and its numbers as a table.

    Args:
        name: its id, and its file's name where it is written on its own.
        title: what it shows, in a few words.
        caption: what to see in it; screen readers read title and caption in the picture's place.
        draw: draws it, on the given axes where there are any; on a page it is drawn when it is shown.
        table: its numbers.
        log: draws it on a logarithmic scale, where there is one; the page shows one of the two.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[Axes | None], Figure]
    table: Table | None = None
    log: Callable[[Axes | None], Figure] | None = None

    @property
    def svg(self) -> str:
        """The chart as the page embeds it."""
        said = f"{self.title}. {self.caption}".strip()
        with fonts.spoken():
            drawn = svg.svg(self.draw(None), self.name, said)
            return drawn if self.log is None else svg.scales(drawn, svg.svg(self.log(None), f"{self.name}-log", said))


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
