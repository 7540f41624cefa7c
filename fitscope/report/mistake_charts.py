"""The charts of a model's mistakes: they take numbers, return a figure and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fitscope.language import _
from fitscope.report.charts import COLOURS, canvas, dress

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]
SQUARE = (4.0, 3.7)
_GUESS: dict[str, Any] = {"linewidth": 1, "linestyle": (0, (4, 3))}
_CURVE: dict[str, Any] = {"linewidth": 2}
_MARK: dict[str, Any] = {"marker": "D", "linestyle": "none", "markersize": 6}


def roc(points: Points, at: tuple[float, float] | None = None, ax: Axes | None = None) -> Figure:
    """Draw the true positive rate over the false positive rate.

    Args:
        points: false and true positive rate, from (0, 0) to (1, 1).
        at: the point of the threshold that answers are given by.
        ax: drawn on, where given; else on a figure of its own.
    """
    figure, ax = canvas(ax, _("true positive rate"), _("false positive rate"), SQUARE)
    ax.plot([0, 1], [0, 1], label=_("guessing"), gid="guessing", color=COLOURS["ink"], **_GUESS)
    ax.plot(*zip(*points), label=_("this network"), gid="roc", color=COLOURS["val"], **_CURVE)
    return _finished(figure, ax, at)


def precision_recall(points: Points, share: float, at: tuple[float, float] | None = None, ax: Axes | None = None) -> Figure:
    """Draw precision over recall as steps.

    Args:
        points: recall and precision, recall rising.
        share: of the second class among all samples, which is the precision of guessing.
        at: the point of the threshold that answers are given by.
        ax: drawn on, where given.
    """
    figure, ax = canvas(ax, _("precision"), _("recall"), SQUARE)
    ax.plot([0, 1], [share, share], label=_("guessing"), gid="guessing", color=COLOURS["ink"], **_GUESS)
    ax.plot(*zip(*points), drawstyle="steps-pre", label=_("this network"), gid="precision-recall", color=COLOURS["val"], **_CURVE)
    return _finished(figure, ax, at)


def reliability(bins: Points, shares: Points, width: float, lowest: float = 0.0, ax: Axes | None = None) -> Figure:
    """Draw how often answers are right over how sure they were given.

    Args:
        bins: mean confidence and share of right answers, of each bin that holds some.
        shares: the middle of each bin and its share of all answers, bars at the foot.
        width: of a bin.
        lowest: no confidence is below it.
        ax: drawn on, where given.
    """
    figure, ax = canvas(ax, _("share of right answers"), _("confidence"), SQUARE)
    middles, heights = zip(*shares)
    ax.bar(middles, heights, width * 0.9, color=COLOURS["good_fit"], label=_("share of all answers"))
    ax.plot([lowest, 1], [lowest, 1], label=_("calibrated"), gid="calibrated", color=COLOURS["ink"], **_GUESS)
    ax.plot(*zip(*bins), marker="o", markersize=5, label=_("this network"), gid="reliability", color=COLOURS["val"], **_CURVE)
    _finished(figure, ax, None)
    ax.set_xlim(lowest - 0.02 * (1 - lowest), 1 + 0.02 * (1 - lowest))
    return figure


def residuals(points: Points, name: str, ax: Axes | None = None) -> Figure:
    """Draw the residuals over the answers as dots.

    Args:
        points: answer and residual of each sample.
        name: what is predicted.
        ax: drawn on, where given.
    """
    figure, ax = canvas(ax, _("residual: answer − target"), _("answer"))
    ax.axhline(0, color=COLOURS["ink"], linewidth=1)
    ax.plot(*zip(*points), "o", color=COLOURS["val"], markersize=4, alpha=0.7, gid="residuals")
    ax.set_title(name, fontsize=9, color=COLOURS["ink"], loc="left", parse_math=False)
    return dress(figure, ax)


def _finished(figure: Figure, ax: Axes, at: tuple[float, float] | None) -> Figure:
    if at is not None:
        ax.plot(*at, label=_("threshold 0.5"), gid="threshold", color=COLOURS["best"], **_MARK)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    return dress(figure, ax, legend_columns=2)
