"""What a person sees while an analysis runs: a live bar on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from fitscope.analysis import Step
    from fitscope.training import EpochEnd

SHOWN = {"loss": "loss", "val_loss": "val_loss", "val_accuracy": "val_acc"}


class Teller:
    """Draw what `analyze` tells on standard error.

    Args:
        quiet: draw nothing.
    """

    def __init__(self, quiet: bool) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
        self.live = self.console.is_terminal and not quiet
        self.bar: Progress | None = None

    def step(self, step: Step) -> None:
        """Print a step's sentence above where the next bar will be."""
        self.close()
        self.console.print(step.text, markup=False)

    def epoch(self, event: EpochEnd) -> None:
        """Move the bar by one epoch, or print the epoch's line."""
        losses = "  ".join(f"{label} {event.metrics[name]:.4f}" for name, label in SHOWN.items() if name in event.metrics)
        if not self.live:
            self.console.print(f"epoch {event.epoch}/{event.of}  {losses}", markup=False)
            return
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
        columns = (
            TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
            BarColumn(bar_width=max(6, min(30, self.console.width - 66))),
            TextColumn("{task.fields[losses]}"),
            TimeRemainingColumn(compact=True),
        )
        bar = Progress(*columns, console=self.console)
        bar.add_task("train", total=epochs, losses="")
        bar.start()
        return bar
