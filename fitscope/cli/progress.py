"""What a person sees while an analysis runs: a live bar or table on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fitscope.cli.livetable import WIDE, LiveTable

if TYPE_CHECKING:
    from fitscope.analysis import Step
    from fitscope.studies.work import Told
    from fitscope.training import EpochEnd

SHOWN = {"loss": "loss", "val_loss": "val_loss", "val_accuracy": "val_acc", "val_mae": "val_mae"}


class Teller:
    """Draw what `analyze` tells on standard error.

    Args:
        quiet: draw nothing.
    """

    def __init__(self, quiet: bool) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self.live = self.console.is_terminal and not quiet
        self.bar: Progress | None = None
        self.table: LiveTable | None = None

    def step(self, step: Step) -> None:
        """Print a step's sentence above where the next bar will be; several trainings get a table."""
        if step.text:
            self.close()
            self.console.print(step.text, markup=False, soft_wrap=not self.live)
        if self.live and (len(step.jobs) > 1 or step.name in ("search", "trial")):
            self.table = self.table or LiveTable(self.console)
            self.table.growing = step.name in ("search", "trial")
            self.table.expect(step.jobs)

    def epoch(self, told: Told) -> None:
        """Move a training on by one epoch, or print the epoch's line."""
        if self.table is not None:
            self.table.epoch(told)
        elif self.live:
            self._move_bar(told.end)
        else:
            name = f"{told.name}: " if told.name else ""
            line = "  ".join([f"{name}epoch {told.end.epoch}/{told.end.of}", *_known(told.end)])
            self.console.print(line, markup=False, soft_wrap=True)

    def _move_bar(self, event: EpochEnd) -> None:
        known = _known(event)
        losses = "  ".join(known[-1:] if len(known) == 1 else known if self.console.width >= WIDE else known[1:2])
        if self.bar is None:
            self.bar = self._start(event)
        self.bar.update(self.bar.task_ids[0], completed=event.epoch, losses=losses)
        if event.epoch == event.of:
            self.close()

    def close(self) -> None:
        """End the bar or the table where there is one."""
        if self.bar is not None:
            self.bar.stop()
        if self.table is not None:
            self.table.close()
        self.bar = self.table = None

    def _start(self, event: EpochEnd) -> Progress:
        """Begin the bar where the training is, which may have begun another time; only what is to come takes time."""
        count, losses = TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"), TextColumn("{task.fields[losses]}")
        bar_width = min(30, self.console.width - WIDE)
        bars = (BarColumn(bar_width=bar_width),) if bar_width >= 6 else ()
        columns = (count, *bars, losses, TimeRemainingColumn(compact=True))
        bar = Progress(*columns, console=self.console)
        bar.add_task("train", total=event.of, completed=event.epoch, losses="")
        bar.start()
        return bar


def _known(end: EpochEnd) -> list[str]:
    return [f"{label} {end.metrics[name]:.4f}" for name, label in SHOWN.items() if name in end.metrics]
