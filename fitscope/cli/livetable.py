"""The live table of several trainings."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from fitscope.studies.work import Told

WIDE = 66  # columns that take all the losses; a narrower terminal shows the validation loss alone
ROWS = 12  # those under way, then the latest that ended
BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass
class Row:
    """One training: its epochs so far and to come, its metrics, its losses, and when it was heard of last."""

    of: int
    epoch: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    moved: float = 0.0


class LiveTable:
    """Show every training: epoch, losses, a sparkline, and the time that all of them still take.

    Args:
        console: what it is drawn on.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.rows: dict[str, Row] = {}
        self.growing = False  # whether trainings are only known when they begin, as in a search
        self.first: float | None = None  # when an epoch was told first
        self.before = 0  # epochs that were there by then, or come from another time
        self.live = Live(console=console, refresh_per_second=4, get_renderable=self.draw)
        self.live.start()

    def expect(self, jobs: dict[str, int]) -> None:
        """Add trainings that are to come, each with its epochs."""
        for name, epochs in jobs.items():
            self.rows.setdefault(name, Row(epochs))

    def epoch(self, told: Told) -> None:
        """Take the end of an epoch."""
        row = self.rows.setdefault(told.name, Row(told.end.of))
        if not row.epoch:
            kept = self.first is None or told.end.epoch == told.end.of
            self.before += told.end.epoch if kept else told.end.epoch - 1
        row.epoch, row.of, row.metrics, row.moved = told.end.epoch, told.end.of, told.end.metrics, time.monotonic()
        row.losses.append(told.end.metrics.get("val_loss", told.end.metrics.get("loss", math.nan)))
        if self.first is None:
            self.first = row.moved

    def draw(self) -> Group:
        """Return the table as it stands, with how far all is above it."""
        wide = self.console.width >= WIDE
        table = Table(box=None, pad_edge=False)
        table.add_column("training", no_wrap=True, overflow="ellipsis")
        known = [metric for metric in ("loss", "val_loss") if any(metric in row.metrics for row in self.rows.values())]
        metrics = known if wide else known[-1:]
        for column in ("epoch", *metrics):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for name, row in self._shown():
            texts = [f"{row.metrics[metric]:.4f}" if metric in row.metrics else "" for metric in metrics]
            table.add_row(name or "refit", f"{row.epoch}/{row.of}", *texts, sparkline(row.losses, 20 if wide else 8))
        return Group(Text(self._title()), *([table] if table.rows else []))

    def _shown(self) -> list[tuple[str, Row]]:
        begun = [name for name, row in self.rows.items() if row.epoch]
        late = sorted(begun, key=lambda name: (self.rows[name].epoch < self.rows[name].of, self.rows[name].moved))[-ROWS:]
        return [(name, row) for name, row in self.rows.items() if name in late]

    def _title(self) -> str:
        done = sum(row.epoch == row.of for row in self.rows.values())
        if self.growing:
            return f"{done} trial{'s' * (done != 1)} done, {len(self.rows) - done} under way"
        epochs, of = (sum(getattr(row, name) for row in self.rows.values()) for name in ("epoch", "of"))
        text = f"{done} of {len(self.rows)} training{'s' * (len(self.rows) > 1)} done"
        if self.first is None:
            return f"{text}, about to begin"
        if epochs <= self.before or epochs == of:  # fewer where a training was begun again on another worker
            return text
        return f"{text}, about {duration((time.monotonic() - self.first) * (of - epochs) / (epochs - self.before))} left"

    def close(self) -> None:
        """Leave the table as it is, and go on below it."""
        self.live.stop()


def duration(seconds: float) -> str:
    """Return a stretch of time in words.

    Example:
        >>> duration(8.2), duration(200), duration(7200)
        ('8 s', '3 min 20 s', '2.0 h')
    """
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole / 3600:.1f} h"


def sparkline(values: Sequence[float], width: int) -> str:
    """Return values as a row of at most so many blocks, the lowest value the lowest block.

    Example:
        >>> sparkline([1.0, 0.5, 0.0], 8)
        '█▅▁'
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return ""
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    shown: Any = values[::-1][:: -(-len(values) // width)][::-1]
    return "".join(BLOCKS[round((v - low) / span * (len(BLOCKS) - 1))] if math.isfinite(v) else " " for v in shown)
