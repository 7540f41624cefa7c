"""The charts of several runs: they take numbers, return a figure and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fitscope.language import _
from fitscope.report.charts import COLOURS, SERIES, SIZE, Values, canvas, finish
from fitscope.report.study_charts import MARKS, STROKES, Curve, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALL = (2.4, 1.6)


@dataclass(frozen=True)
class Curves:
    """The curves of one run.

    Args:
        validation: its validation loss, with its name and the height that this stands at.
        training: epochs and values of its training loss.
        best: the best epoch and its validation loss, None where there is none.
        plateau: first and last epoch that are as good.
    """

    validation: Curve
    training: tuple[Sequence[int], Values]
    best: tuple[int, float] | None
    plateau: tuple[int, int] | None = None


def together(runs: Sequence[Curves], limits: tuple[float, float], ax: Axes | None = None) -> Figure:
    """Draw runs over each other: validation loss thick with its name at its end, training loss dotted, best epochs marked.

    Args:
        runs: up to eight, each with a colour, a stroke and a mark of its own.
        limits: of the upright axis.
        ax: drawn on, where given.
    """
    figure, ax = canvas(ax, _("loss"), _("epoch"), (SIZE[0] + 1, 3.7))
    colours = [COLOURS[SERIES[i % len(SERIES)]] for i in range(len(runs))]
    for i, (run, colour) in enumerate(zip(runs, colours)):
        every = (i % 5, max(1, len(run.validation.epochs) // 6))
        ax.plot(*run.training, ":", color=colour, linewidth=1, alpha=0.75, gid=f"training-{i}")
        ax.plot(run.validation.epochs, run.validation.values, color=colour, linewidth=2, linestyle=STROKES[i % len(STROKES)],
                marker=MARKS[(i + i // len(MARKS)) % len(MARKS)], markersize=4, markevery=every, gid=f"validation-{i}")  # fmt: skip
        if run.best is not None:
            ax.plot(*run.best, "o", color=colour, markersize=10, markerfacecolor="none", markeredgewidth=1.6, clip_on=False,
                    gid=f"best-{i}")  # fmt: skip
    return named(figure, ax, [run.validation for run in runs], colours, limits)


def small(run: Curves, epochs: tuple[int, int], limits: tuple[float, float], ax: Axes | None = None) -> Figure:
    """Draw one run among many, in little: training loss dotted, validation loss as a line, best epoch and plateau marked.

    Args:
        run: its curves.
        epochs: first and last of all the runs beside it.
        limits: of the upright axis.
        ax: drawn on, where given.
    """
    from matplotlib.ticker import MaxNLocator

    ax = _frame() if ax is None else ax
    ax.plot(*run.training, ":", color=COLOURS["train"], linewidth=1.4, gid="training")
    ax.plot(run.validation.epochs, run.validation.values, "-", color=COLOURS["val"], linewidth=1.6, gid="validation")
    if run.plateau is not None:
        ax.axvspan(run.plateau[0] - 0.5, run.plateau[1] + 0.5, ymax=0.05, color=COLOURS["best"], linewidth=0, gid="plateau")
    if run.best is not None:
        ax.plot(*run.best, "D", color=COLOURS["best"], markersize=5, clip_on=False, gid="best")
    ax.set_ylim(*limits)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    figure = finish(ax.figure, ax, epochs)  # type: ignore[arg-type]
    ax.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    longest = max(len(f"{tick:.4g}") for tick in ax.get_yticks())
    figure.subplots_adjust(left=0.06 + 0.04 * longest)
    return figure


def _frame() -> Axes:
    """Return axes of a fixed place; laying out a hundred pictures takes ten times as long as drawing them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=SMALL)
    figure.subplots_adjust(right=0.97, top=0.96, bottom=0.16)
    return figure.subplots()
