"""The curves of several runs on a page: over each other where they are few, in little beside each other where they are many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fitscope.comparison import Comparison, ReadRun, Scale
from fitscope.language import _, _n
from fitscope.report import charts, compare_charts
from fitscope.report.compare_words import listed
from fitscope.report.numbers import count, epochs, number
from fitscope.report.placing import LABEL_HEIGHT, apart, short, upright
from fitscope.report.study_charts import Curve
from fitscope.report.thinning import thinned

OVER_EACH_OTHER = 8  # runs, a colour each
_POINTS = 400  # of a curve in the large chart; beyond, minima and maxima of equal stretches
_FEW_POINTS = 80  # of a curve in little
_TOO_FAR = 10  # times the lowest: losses so far apart share no axis


@dataclass(frozen=True)
class Drawn:
    """One chart as SVG with its name above it and what to see in it below; the name is empty where runs are over each other."""

    id: str
    name: str
    svg: str
    caption: str


@dataclass(frozen=True)
class Curves:
    """The charts of one scale: a large one, or one in little a run, and what they all show."""

    drawn: tuple[Drawn, ...]
    caption: str
    little: bool


def curves(comparison: Comparison, scale: Scale, name: str) -> Curves:
    """Return the charts of the runs of one scale: over each other in the order given, in little the lowest loss first.

    Args:
        comparison: of the runs.
        scale: of which the runs are drawn.
        name: begins the charts' ids.
    """
    runs = [comparison.runs[i] for i in scale.runs if _drawable(comparison.runs[i])]
    shared = _share_an_axis(runs)
    if not runs:
        return Curves((), "", False)
    if len(runs) <= OVER_EACH_OTHER and shared:
        return _large(runs, name)
    return _little(sorted(runs, key=lowest_loss), name, shared)


def lowest_loss(run: ReadRun) -> float:
    """Return a run's lowest validation loss, infinity where there is none, to sort by."""
    known = run.result.diagnosis.best_val_loss
    return math.inf if known is None or not math.isfinite(known) else known


def _drawable(run: ReadRun) -> bool:
    history = run.result.history
    return bool(np.isfinite(history.val_loss).any() or np.isfinite(history.loss).any())


def _share_an_axis(runs: Sequence[ReadRun]) -> bool:
    lowest = [loss for run in runs if (loss := run.result.diagnosis.best_val_loss) is not None]
    return not lowest or max(lowest) <= _TOO_FAR * min(lowest) or min(lowest) <= 0


def _large(runs: Sequence[ReadRun], name: str) -> Curves:
    low, high = limits = _limits(runs)
    ends = [min(max(_end(run), low), high) for run in runs]
    heights = apart(ends, LABEL_HEIGHT * (high - low), high)
    figure = compare_charts.together([_curves(run, _POINTS, at) for run, at in zip(runs, heights)], limits)
    caption = _(
        "Validation loss (thick, the run's name at its end) and training loss (dotted) over the epochs; a ring marks each run's "
        "best epoch. Lower is better."
    )
    caption = " ".join([caption, *_cut(runs, limits)])
    return Curves((Drawn(name, "", charts.svg(figure, name, caption), caption),), caption, False)


def _little(runs: Sequence[ReadRun], name: str, shared: bool) -> Curves:
    numbers = [epoch for run in runs for epoch in (run.result.history.epochs[0], run.result.history.epochs[-1])]
    axis = min(numbers), max(numbers)
    common = _limits(runs)
    drawn = []
    for i, run in enumerate(runs):
        label = f"{name}-{i}"
        own = axis if shared else (run.result.history.epochs[0], run.result.history.epochs[-1])
        figure = compare_charts.small(_curves(run, _FEW_POINTS, 0.0), own, common if shared else _limits([run]))
        text = _said(run)
        drawn.append(Drawn(label, run.name, charts.svg(figure, label, f"{run.name}. {text}"), text))
    caption = _(
        "Validation loss (line) and training loss (dotted) over the epochs; a diamond marks the best epoch, a bar at the foot the "
        "plateau. Lower is better."
    )
    axes = _("All have the same axes.") if shared else _("Their losses lie too far apart for one axis, so each has its own.")
    return Curves(tuple(drawn), " ".join([caption, axes, *(_cut(runs, common) if shared else _cut_each(runs))]), True)


def _cut(runs: Sequence[ReadRun], limits: tuple[float, float]) -> list[str]:
    """Say which epochs have losses above the axis; nothing where none has."""
    beyond = sorted({epoch for run in runs for epoch in _beyond(run, limits[1])})
    if not beyond:
        return []
    text = _n(
        "The axis ends at {limit}, so that the other epochs can be told apart: losses above it, of epoch {epochs}, are not drawn.",
        "The axis ends at {limit}, so that the other epochs can be told apart: losses above it, of epochs {epochs}, are not drawn.",
        len(beyond),
    )
    return [text.format(limit=number(limits[1]), epochs=listed([count(epoch) for epoch in beyond]))]


def _cut_each(runs: Sequence[ReadRun]) -> list[str]:
    """Say that losses lie above the axes where each run has its own."""
    cut = any(_beyond(run, _limits([run])[1]) for run in runs)
    return [_("Losses that lie far above the others are not drawn.")] if cut else []


def _beyond(run: ReadRun, high: float) -> list[int]:
    history = run.result.history
    with np.errstate(invalid="ignore"):
        above = (history.val_loss > high) | (history.loss > high)
    return [epoch for epoch, cut in zip(history.epochs, above) if cut]


def _said(run: ReadRun) -> str:
    diagnosis = run.result.diagnosis
    if diagnosis.best_epoch is None:
        return _("No validation loss.")
    text = _("Best after epoch {best}, at {loss}; plateau {epochs}.")
    return text.format(best=count(diagnosis.best_epoch), loss=number(diagnosis.best_val_loss), epochs=epochs(diagnosis.plateau))


def _curves(run: ReadRun, most: int, label_at: float) -> compare_charts.Curves:
    history, diagnosis = run.result.history, run.result.diagnosis
    validation, training = (_thinned(history.epochs, values, most) for values in (history.val_loss, history.loss))
    best = None if diagnosis.best_epoch is None else (diagnosis.best_epoch, diagnosis.best_val_loss or 0.0)
    return compare_charts.Curves(Curve(short(run.name), *validation, label_at), training, best, diagnosis.plateau)


def _thinned(epochs: Sequence[int], values: np.ndarray, most: int) -> tuple[Sequence[int], list[float]]:
    kept, (curve,) = thinned(epochs, (values,), most)
    return kept, curve.tolist()


def _limits(runs: Sequence[ReadRun]) -> tuple[float, float]:
    validation = [run.result.history.val_loss for run in runs]
    values = np.concatenate([*validation, *(run.result.history.loss for run in runs)])
    late = np.concatenate([curve[len(curve) // 5 :] for curve in validation])
    return upright(values, late)


def _end(run: ReadRun) -> float:
    """Return the last known validation loss; NaN where none is known."""
    known = run.result.history.val_loss[np.isfinite(run.result.history.val_loss)]
    return float(known[-1]) if len(known) else math.nan
