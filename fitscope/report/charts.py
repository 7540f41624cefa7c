"""The charts of one training, and what all charts share: they take numbers, return a figure and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fitscope import words
from fitscope.diagnosis.regions import Region
from fitscope.language import N_, _
from fitscope.report.numbers import count, span
from fitscope.report.palette import COLOURS, SERIES
from fitscope.report.svg import svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "SERIES", "canvas", "chances", "dress", "finish", "gap", "losses", "svg", "tick_format"]

Values = Sequence[float]
SIZE = (5.0, 3.2)
MARKED_UP_TO = 120  # epochs; beyond, single dots run into each other


def losses(
    epochs: Sequence[int],
    training: Values,
    validation: Values,
    regions: Sequence[Region] = (),
    best: tuple[int, float] | None = None,
    plateau: tuple[int, int] | None = None,
    ax: Axes | None = None,
    label: str = N_("loss"),
    log: bool = False,
) -> Figure:
    """Draw training values as dots and validation values as a line, the regions shaded and the best epoch marked.

    Args:
        epochs: from 1.
        training, validation: one value an epoch; NaN leaves a gap.
        regions: shaded behind the curves.
        best: the best epoch and its validation value.
        plateau: first and last epoch that are as good; a bar at the foot.
        ax: drawn on, where given; else on a figure of its own.
        label: what the values are, in English.
        log: whether the upright axis is logarithmic; for values above 0 alone.
    """
    figure, ax = canvas(ax, _(label))
    if log:
        ax.set_yscale("log")
    for region in regions:
        _shade(ax, region)
    dots, names = 4 if len(epochs) <= MARKED_UP_TO else 1.5, (_("training {measure}"), _("validation {measure}"))
    told, held = (name.format(measure=_(label)) for name in names)
    ax.plot(epochs, training, "o", color=COLOURS["train"], markersize=dots, markeredgewidth=dots / 4, label=told)
    ax.plot(epochs, validation, "-", color=COLOURS["val"], linewidth=2, label=held)
    if plateau is not None:
        spelt = count(plateau[0]) if plateau[0] == plateau[1] else span(*map(count, plateau))
        ax.axvspan(plateau[0] - 0.5, plateau[1] + 0.5, ymax=0.025, color=COLOURS["best"], linewidth=0, gid="plateau",
                   label=_("plateau, {epochs}").format(epochs=spelt))  # fmt: skip
    if best is not None:
        ax.axvline(best[0], color=COLOURS["best"], linewidth=1, linestyle=(0, (4, 3)))
        ax.plot(*best, "D", color=COLOURS["best"], markersize=6, label=_("best epoch, {epoch}").format(epoch=count(best[0])))
    return finish(figure, ax, epochs)


def gap(epochs: Sequence[int], values: Values, ax: Axes | None = None) -> Figure:
    """Draw the generalization gap, validation minus training loss, over the epochs."""
    figure, ax = canvas(ax, _("generalization gap"))
    ax.axhline(0, color=COLOURS["line"], linewidth=1)
    ax.plot(epochs, values, "-", color=COLOURS["val"], linewidth=2, label=_("validation − training loss"))
    return finish(figure, ax, epochs)


def chances(epochs: Sequence[int], values: Values, members: Sequence[int], ax: Axes | None = None) -> Figure:
    """Draw each epoch's chance of being the best as a bar, the plateau's members filled."""
    figure, ax = canvas(ax, _("chance of being the best"))
    inside = [value if epoch in members else 0 for epoch, value in zip(epochs, values)]
    ax.bar(epochs, values, color="none", edgecolor=COLOURS["ink"], linewidth=0.8, label=_("other epochs"))
    ax.bar(epochs, inside, color=COLOURS["best"], label=_("in the plateau"))
    ax.set_ylim(0, 1)
    return finish(figure, ax, epochs)


def canvas(ax: Axes | None, ylabel: str, xlabel: str = N_("epoch"), size: tuple[float, float] = SIZE) -> tuple[Figure, Axes]:
    """Return a figure with its axes, the given ones where there are any."""
    if ax is None:
        from fitscope.report.chart_figure import ChartFigure

        ax = ChartFigure(figsize=size, layout="constrained", facecolor="white").subplots()
        ax.set_facecolor("none")
    ax.set_xlabel(_(xlabel))
    ax.set_ylabel(ylabel)
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure, ax


def _shade(ax: Axes, region: Region) -> None:
    if region.label in COLOURS:  # what is undecided has none
        ax.axvspan(region.first - 0.5, region.last + 0.5, color=COLOURS[region.label], linewidth=0, zorder=0,
                   gid=f"region-{region.label}", label=words.label(region.label))  # fmt: skip
    ax.axvline(region.first - 0.5, color=COLOURS["line"], linewidth=0.8, zorder=1)


def finish(figure: Figure, ax: Axes, epochs: Sequence[int], legend_columns: int = 3) -> Figure:
    """Count epochs in whole numbers along the foot, and finish as all charts do."""
    from matplotlib.ticker import MaxNLocator

    from fitscope.report.chart_figure import ChartFigure

    most = 10 if not epochs or epochs[-1] < 1000 else 6  # long numbers must not run into each other
    ax.xaxis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=1))
    if epochs:
        ax.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
        if isinstance(figure, ChartFigure):
            figure.over_epochs = ax
    ax.xaxis.set_major_formatter("{x:,.0f}")
    if ax.get_yscale() == "log":
        _log_ticks(ax)
    else:
        ax.yaxis.set_major_formatter(tick_format(ax.get_yticks().tolist()))
    return dress(figure, ax, legend_columns)


def _log_ticks(ax: Axes) -> None:
    """Name 1, 2 and 5 of every power of ten; even steps where the axis spans too little for three of them."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator

    low, high = ax.get_ylim()
    wide = high / low
    ax.yaxis.set_major_locator(MaxNLocator(6) if wide < 8 else LogLocator(subs=(1, 2, 5) if wide < 1e4 else (1,), numticks=12))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter("{x:.4g}")


def tick_format(ticks: Values) -> str:
    """Return the format of an axis' numbers: as many digits as tell them apart, thousands set apart.

    Example:
        >>> tick_format([0.0, 0.25, 0.5]), tick_format([2000, 4000])
        ('{x:,.2f}', '{x:,.0f}')
    """
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    exact = (digits for digits in range(6) if all(abs(round(tick, digits) - tick) < 1e-3 * step for tick in ticks))
    digits = next(exact, None)
    return "{x:.3g}" if digits is None or max(map(abs, ticks), default=0) >= 1e9 else f"{{x:,.{digits}f}}"


def dress(figure: Figure, ax: Axes, legend_columns: int = 3) -> Figure:
    """Colour axes and texts as the page does, and set the legend above; within the axes where they are a person's own."""
    from fitscope.report.chart_figure import ChartFigure

    ax.spines[["top", "right"]].set_visible(False)
    for spine in ax.spines.values():
        spine.set_color(COLOURS["line"])
    ax.tick_params(which="both", colors=COLOURS["ink"], color=COLOURS["line"])
    for text in (ax.xaxis.label, ax.yaxis.label):
        text.set_color(COLOURS["ink"])
    handles, labels = ax.get_legend_handles_labels()
    look: dict[str, Any] = {"fontsize": 8.5, "labelcolor": COLOURS["ink"], "columnspacing": 1.2, "handlelength": 1.6}
    if handles and isinstance(figure, ChartFigure):
        figure.legend(handles, labels, loc="outside upper left", ncols=legend_columns, frameon=False, **look)
    elif handles:
        ax.legend(handles, labels, loc="best", facecolor=ax.get_facecolor(), edgecolor="none", framealpha=0.8, **look)
    return figure
