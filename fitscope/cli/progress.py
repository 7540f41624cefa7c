"""What a person sees while an analysis runs: a live bar on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from fitscope.analysis import Step
    from fitscope.training import EpochEnd

WIDE = 66  # columns that take all the losses; a narrower terminal shows the validation loss alone
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

    def step(self, step: Step) -> None:
        """Print a step's sentence above where the next bar will be."""
        self.close()
        self.console.print(step.text, markup=False, soft_wrap=not self.live)

    def epoch(self, event: EpochEnd) -> None:
        """Move the bar by one epoch, or print the epoch's line."""
        known = [f"{label} {event.metrics[name]:.4f}" for name, label in SHOWN.items() if name in event.metrics]
        if not self.live:
            self.console.print("  ".join([f"epoch {event.epoch}/{event.of}", *known]), markup=False, soft_wrap=True)
            return
        losses = "  ".join(known[-1:] if len(known) == 1 else known if self.console.width >= WIDE else known[1:2])
        if self.bar is None:
            self.bar = self._start(event.of)
        self.bar.update(self.bar.task_ids[0], completed=event.epoch, losses=losses)
        if event.epoch == event.of:
            self.close()

    def close(self) -> None:
        """End the bar where there is one."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def _start(self, epochs: int) -> Progress:
        count, losses = TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"), TextColumn("{task.fields[losses]}")
        bar_width = min(30, self.console.width - WIDE)
        bars = (BarColumn(bar_width=bar_width),) if bar_width >= 6 else ()
        columns = (count, *bars, losses, TimeRemainingColumn(compact=True))
        bar = Progress(*columns, console=self.console)
        bar.add_task("train", total=epochs, losses="")
        bar.start()
        return bar
