"""The charts of several trainings: they take numbers, return a figure and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fitscope.language import _
from fitscope.report.charts import COLOURS, SERIES, SIZE, Values, canvas, dress, finish, tick_format
from fitscope.report.numbers import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart without colour, too: each has a stroke and a mark of its own.
STROKES: tuple[Any, ...] = (
    "-",
    *((0, dashes) for dashes in ((5, 2), (1, 1.4), (7, 2, 1, 2), (3, 1.2), (5, 1, 1, 1, 1, 1), (9, 3))),
)
MARKS = ("o", "s", "^", "D", "v", "X", "P")


@dataclass(frozen=True)
class Curve:
    """One curve with the name at its end.

    Args:
        name: beside the curve's end.
        epochs, values: of the curve; NaN leaves a gap.
        label_at: the height that the name stands at.
    """

    name: str
    epochs: Sequence[int]
    values: Values
    label_at: float


@dataclass(frozen=True)
class Band:
    """Several trainings of one kind over the same epochs.

    Args:
        kind: what one of them is called, such as `seed`.
        epochs: from 1.
        validation, training: each training's curve; training curves may be missing.
        mean, low, high: of the validation curves, one value an epoch.
        best: epoch and value of the mean curve's minimum.
    """

    kind: str
    epochs: Sequence[int]
    validation: Sequence[Values]
    training: Sequence[Values]
    mean: Values
    low: Values
    high: Values
    best: tuple[int, float] | None


@dataclass(frozen=True)
class Estimate:
    """One named value with its interval; `sure` where the interval tells it from the line that it is compared with."""

    name: str
    value: float
    low: float
    high: float
    sure: bool = True


def band(drawn: Band, ax: Axes | None = None) -> Figure:
    """Draw the mean validation curve thick, its range as a band, and each training's curves thin."""
    figure, ax = canvas(ax, _("loss"))
    thin: dict[str, Any] = {"linewidth": 0.8, "alpha": 0.65}
    for i, values in enumerate(drawn.training):
        label = _("training loss, each {kind}").format(kind=_(drawn.kind))
        ax.plot(drawn.epochs, values, ":", color=COLOURS["train"], label="_" * (i > 0) + label, gid=f"training-{i}", **thin)
    for i, values in enumerate(drawn.validation):
        label = _("validation loss, each {kind}").format(kind=_(drawn.kind))
        ax.plot(drawn.epochs, values, "-", color=COLOURS["val"], label="_" * (i > 0) + label, gid=f"validation-{i}", **thin)
    ax.fill_between(drawn.epochs, drawn.low, drawn.high, color=COLOURS["val"], alpha=0.2, linewidth=0, gid="band",
                    label=_("lowest to highest"))  # fmt: skip
    ax.plot(drawn.epochs, drawn.mean, "-", color=COLOURS["val"], linewidth=2.4, label=_("mean validation loss"), gid="mean")
    if drawn.best is not None:
        ax.axvline(drawn.best[0], color=COLOURS["best"], linewidth=1, linestyle=(0, (4, 3)))
        label = _("minimum of the mean, {epoch}").format(epoch=drawn.best[0])
        ax.plot(*drawn.best, "D", color=COLOURS["best"], markersize=6, label=label)
    return finish(figure, ax, drawn.epochs, legend_columns=2)


def overlaid(curves: Sequence[Curve], limits: tuple[float, float], ax: Axes | None = None) -> Figure:
    """Draw curves over each other, the first one thick, each with its name at its end.

    Args:
        curves: the one that the others are compared with first.
        limits: of the upright axis.
        ax: drawn on, where given.
    """
    figure, ax = canvas(ax, _("validation loss"), size=(SIZE[0], 3.4))
    colours = [COLOURS["ink"], *(COLOURS[SERIES[i % len(SERIES)]] for i in range(len(curves) - 1))]
    for i, (curve, colour) in enumerate(zip(curves, colours)):
        place = (i - 1) % len(STROKES)
        look: dict[str, Any] = {"linewidth": 2.6} if i == 0 else {
            "linewidth": 1.4, "linestyle": STROKES[place], "marker": MARKS[place], "markersize": 4,
            "markevery": (i % 5, max(1, len(curve.epochs) // 6))}  # fmt: skip
        ax.plot(curve.epochs, curve.values, color=colour, gid=f"curve-{i}", **look)
    return named(figure, ax, curves, colours, limits)


def named(figure: Figure, ax: Axes, curves: Sequence[Curve], colours: Sequence[str], limits: tuple[float, float]) -> Figure:
    """Finish a chart of several curves, each with its name at its end.

    Args:
        figure, ax: with the curves' lines drawn.
        curves, colours: as they were drawn.
        limits: of the upright axis.
    """
    ax.set_ylim(*limits)
    ends = [curve.epochs for curve in curves if len(curve.epochs)]
    finish(figure, ax, (min(epochs[0] for epochs in ends), max(epochs[-1] for epochs in ends)) if ends else ())
    for curve, colour in zip(curves, colours):
        _name_at_end(ax, curve, colour)
    return figure


def _name_at_end(ax: Axes, curve: Curve, colour: str) -> None:
    known = [(epoch, value) for epoch, value in zip(curve.epochs, curve.values) if value == value]
    if not known:
        return
    low, high = ax.get_ylim()
    end = known[-1][0], min(max(known[-1][1], low), high)
    ax.annotate(curve.name, end, xytext=(1.05, curve.label_at), textcoords=ax.get_yaxis_transform(), color=colour, va="center",
                fontsize=8.5, parse_math=False, annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 1,
                            "relpos": (0, 0.5)})  # fmt: skip


def gains(estimates: Sequence[Estimate], ax: Axes | None = None) -> Figure:
    """Draw estimates with their intervals in rows, the first one on top, beside a line at 0; those not sure are hollow."""
    figure, ax = canvas(ax, "", _("gain: validation loss lowered by"), (SIZE[0], 1.1 + 0.34 * len(estimates)))
    ax.axvline(0, color=COLOURS["ink"], linewidth=1)
    for row, shown in enumerate(estimates):
        fill = COLOURS["val"] if shown.sure else "none"
        ax.plot((shown.low, shown.high), (row, row), "-", color=COLOURS["val"], linewidth=1.6, gid=f"interval-{row}")
        ax.plot(shown.value, row, "o", markersize=7, markeredgecolor=COLOURS["val"], markerfacecolor=fill, gid=f"gain-{row}")
    ax.set_yticks(range(len(estimates)), [shown.name for shown in estimates], parse_math=False)
    ax.set_ylim(len(estimates) - 0.4, -0.6)
    _few_ticks(ax)
    ax.tick_params(axis="y", length=0)
    return dress(figure, ax)


def sizes(
    points: Sequence[tuple[int, float]],
    inside: Sequence[tuple[float, float]],
    beyond: Sequence[tuple[float, float]],
    twice: Estimate | None,
    ticks: Sequence[int],
    ax: Axes | None = None,
) -> Figure:
    """Draw best validation losses against training-set sizes, and the curve through them.

    Args:
        points: size and loss of each training.
        inside, beyond: the fitted curve up to the largest size, and from there to twice it; empty where none is fitted.
        twice: the loss expected at `ticks[-1]` with its interval; None where no curve is fitted.
        ticks: the sizes named along the foot.
        ax: drawn on, where given.
    """
    from matplotlib.ticker import NullFormatter, NullLocator

    figure, ax = canvas(ax, _("best validation loss"), _("training samples"))
    ax.set_xscale("log")
    ax.plot(*zip(*points), "o", color=COLOURS["train"], markersize=5, alpha=0.85, label=_("one training"), gid="points")
    if inside:
        ax.plot(*zip(*inside), "-", color=COLOURS["val"], linewidth=2, label="a + b n^−c", gid="inside")
    if beyond:
        ax.plot(*zip(*beyond), "--", color=COLOURS["val"], linewidth=1.6, label=_("to twice the data"), gid="beyond")
    if twice is not None:
        _upright(ax, ticks[-1], twice, "D")
    ax.set_xticks(ticks, [count(tick) for tick in ticks], rotation=30, ha="right", rotation_mode="anchor")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(tick_format(ax.get_yticks().tolist()))
    return dress(figure, ax)


def trials(
    values: Values, lowest: Values, best: int | None, corrected: Estimate | None, reference: float | None, ax: Axes | None = None
) -> Figure:
    """Draw each trial's best validation loss in the order of the search, and the lowest so far.

    Args:
        values: one a trial; NaN leaves a gap.
        lowest: the lowest up to each trial.
        best: the winner's place, from 0.
        corrected: the winner's loss with the selection's optimism taken off.
        reference: the best validation loss of the network that the report is about.
        ax: drawn on, where given.
    """
    figure, ax = canvas(ax, _("best validation loss"), _("trial, in the order of the search"))
    order = range(1, len(values) + 1)
    if reference is not None:
        ax.axhline(reference, color=COLOURS["ink"], linewidth=1, linestyle=(0, (4, 3)), label=_("this report's network"))
    ax.step(order, lowest, "-", where="post", color=COLOURS["val"], linewidth=1.6, label=_("lowest so far"), gid="lowest")
    dot = 4 if len(values) <= 100 else 2.5
    ax.plot(order, values, "o", color=COLOURS["train"], markersize=dot, label=_("one trial"), gid="trials")
    if best is not None:
        ax.plot(best + 1, values[best], "D", color=COLOURS["best"], markersize=6, label=_("the winner, as observed"), gid="winner")
    if corrected is not None:
        _upright(ax, len(values) + max(1, len(values) / 25), corrected, "s")
    ax.set_xlim(0.5, len(values) + max(1.5, len(values) / 15))
    return finish(figure, ax, (), legend_columns=2)


def _upright(ax: Axes, at: float, shown: Estimate, mark: str) -> None:
    ax.plot((at, at), (shown.low, shown.high), "-_", color=COLOURS["best"], linewidth=1.4, markersize=8, gid="interval")
    ax.plot(at, shown.value, mark, color=COLOURS["best"], markersize=6, label=shown.name, gid="estimate")


def _few_ticks(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(tick_format(ax.get_xticks().tolist()))
