"""The curves of one training on the page: each chart with what to see in it and a table of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fitscope.diagnosis import Diagnosis
from fitscope.history import TrainingHistory
from fitscope.language import N_, _
from fitscope.report import charts
from fitscope.report.numbers import number, percent
from fitscope.report.scores_view import MEASURES, measured
from fitscope.report.sections import Picture, Row, Table
from fitscope.report.svg import scales
from fitscope.report.thinning import thinned

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN_AT_MOST = 1000  # epochs: a chart has few more columns
ROWS_AT_MOST = 100  # of a chart's table; the download has every epoch

_TITLES = {
    "loss": N_("Training and validation loss"),
    "accuracy": N_("Training and validation accuracy"),
    "mae": N_("Training and validation mean absolute error"),
    "gap": N_("Generalization gap"),
    "chance": N_("Chance of being the best epoch"),
}


def figures(history: TrainingHistory, diagnosis: Diagnosis) -> dict[str, tuple[Figure, str]]:
    """Draw every chart that the curves give, each with its title; very long curves are thinned."""
    if not _is_known(history, "loss"):
        return {}
    drawn = {"loss": losses(history, diagnosis)}
    for name, label in MEASURES.items():
        if _is_known(history, name):
            epochs, training, validation = _shown(history.epochs, history.curve(name), history.curve(f"val_{name}"))
            drawn[name] = charts.losses(epochs, training, validation, label=label)
    if np.isfinite(history.loss).any() and np.isfinite(history.val_loss).any():
        drawn["gap"] = charts.gap(*_shown(history.epochs, history.val_loss - history.loss))
    sure = diagnosis.uncertainty
    if sure is not None and len(history) <= DRAWN_AT_MOST:
        drawn["chance"] = charts.chances(history.epochs, sure.chance, sure.plateau_members)
    return {name: (figure, _(_TITLES[name])) for name, figure in drawn.items()}


def losses(history: TrainingHistory, diagnosis: Diagnosis | None, *, log: bool = False) -> Figure:
    """Draw the loss curves, with what the diagnosis says of them where there is one."""
    epochs, training, validation = _shown(history.epochs, history.loss, history.val_loss)
    if diagnosis is None:
        return charts.losses(epochs, training, validation, log=log)
    best = None if diagnosis.best_epoch is None else (diagnosis.best_epoch, diagnosis.best_val_loss or 0.0)
    return charts.losses(epochs, training, validation, diagnosis.regions, best, diagnosis.plateau, log=log)


def has_log_scale(history: TrainingHistory) -> bool:
    """Tell whether the losses can stand on a logarithmic axis: all that are known lie above 0."""
    return _is_known(history, "loss") and all(np.all(c[np.isfinite(c)] > 0) for c in (history.loss, history.val_loss))


def _is_known(history: TrainingHistory, name: str) -> bool:
    return any(np.isfinite(history.curve(curve)).any() for curve in (name, f"val_{name}"))


def _shown(epochs: Sequence[int], *curves: np.ndarray) -> Iterator[Any]:
    """Give the epochs that are drawn, then each curve's values there."""
    kept, values = thinned(epochs, curves, DRAWN_AT_MOST)
    yield kept
    yield from (curve.tolist() for curve in values)


def pictures(history: TrainingHistory, diagnosis: Diagnosis, averaged: str | None = None) -> dict[str, Picture]:
    """Return every chart of one training as the page shows it.

    Args:
        history: its curves.
        diagnosis: of them.
        averaged: what the curves are the mean of, None where they are those of one training.
    """
    shown = {}
    for name, (figure, title) in figures(history, diagnosis).items():
        caption = _CAPTIONS[name](history, diagnosis)
        if name == "loss" and averaged is not None:
            caption = _("These curves are the mean of {what}.").format(what=averaged) + " " + caption
        said = f"{title}. {caption}"
        drawn = charts.svg(figure, name, said)
        if name == "loss" and has_log_scale(history):
            drawn = scales(drawn, charts.svg(losses(history, diagnosis, log=True), "loss-log", said))
        shown[name] = Picture(name, drawn, caption, _TABLES[name](history, diagnosis))
    return shown


def _loss_caption(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    told = [_told(history, "loss", _("Training loss (dots) goes from {first} to {last}."))]
    if diagnosis.best_epoch is not None:
        text = _(
            "Validation loss (line), on data that the network does not learn from, is lowest after epoch {best}, at {lowest}, and "
            "ends at {last}."
        )
        lowest, last = number(diagnosis.best_val_loss), number(_ends(history.val_loss)[1])
        told.append(text.format(best=f"{diagnosis.best_epoch:,}", lowest=lowest, last=last))
    return " ".join(filter(None, told))


def _measure_caption(name: str) -> Callable[[TrainingHistory, Diagnosis], str]:
    def caption(history: TrainingHistory, diagnosis: Diagnosis) -> str:
        values = history.curve(f"val_{name}")
        if not np.isfinite(values).any():
            return _MEANINGS_OF[name]()
        place = int(np.nanargmax(values) if name == "accuracy" else np.nanargmin(values))
        text = _("On validation data it is best after epoch {best}, at {value}, and ends at {last}.")
        last = measured(name, _ends(values)[1])
        said = text.format(best=f"{history.epochs[place]:,}", value=measured(name, float(values[place])), last=last)
        return f"{_MEANINGS_OF[name]()} {said}"

    return caption


_MEANINGS_OF: dict[str, Callable[[], str]] = {
    "accuracy": lambda: _("The share of right answers; higher is better. It may go on rising while the loss rises too."),
    "mae": lambda: _("How far the answers lie from the targets in the mean, in the targets' own units; lower is better."),
}


def _gap_caption(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    gap = _ends(history.val_loss - history.loss)[1]
    text = _(
        "Validation minus training loss: {at_best} at the best epoch, {at_end} at the end. A gap alone is no harm; a validation "
        "loss that rises is."
    )
    return text.format(at_best=number(diagnosis.gap), at_end=number(gap))


def _chance_caption(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    sure, best = diagnosis.uncertainty, diagnosis.best_epoch
    if sure is None or best is None:
        return ""
    chances = dict(zip(history.epochs, sure.chance))
    together = percent(min(1.0, sum(chances.get(epoch, 0.0) for epoch in sure.plateau_members)))
    text = _("Epoch {best} has {chance} of the chance; the epochs of the plateau (filled bars) have {together} together.")
    return text.format(best=f"{best:,}", chance=percent(chances[best]), together=together)


_CAPTIONS: dict[str, Callable[[TrainingHistory, Diagnosis], str]] = {
    "loss": _loss_caption,
    "accuracy": _measure_caption("accuracy"),
    "mae": _measure_caption("mae"),
    "gap": _gap_caption,
    "chance": _chance_caption,
}


def _told(history: TrainingHistory, name: str, text: str) -> str:
    first, last = _ends(history.curve(name))
    return "" if first is None else text.format(first=number(first), last=number(last))


def _ends(values: np.ndarray) -> tuple[float | None, float | None]:
    """Return the first and the last known value."""
    known = values[np.isfinite(values)]
    return (float(known[0]), float(known[-1])) if len(known) else (None, None)


def _two(name: str) -> Callable[[TrainingHistory, Diagnosis], Table]:
    def table(history: TrainingHistory, diagnosis: Diagnosis) -> Table:
        heads = (_("epoch"), _("training"), _("validation"))
        return by_epoch(heads, history.epochs, (history.curve(name), history.curve(f"val_{name}")), name)

    return table


def _gaps(history: TrainingHistory, diagnosis: Diagnosis) -> Table:
    return by_epoch((_("epoch"), _("gap")), history.epochs, (history.val_loss - history.loss,))


def _chances(history: TrainingHistory, diagnosis: Diagnosis) -> Table:
    chances = () if diagnosis.uncertainty is None else diagnosis.uncertainty.chance
    return by_epoch((_("epoch"), _("chance")), history.epochs, (np.asarray(chances, np.float64),), "accuracy")


_TABLES: dict[str, Callable[[TrainingHistory, Diagnosis], Table]] = {
    "loss": _two("loss"),
    "accuracy": _two("accuracy"),
    "mae": _two("mae"),
    "gap": _gaps,
    "chance": _chances,
}


def by_epoch(heads: Sequence[str], epochs: Sequence[int], columns: Sequence[np.ndarray], measure: str = "loss") -> Table:
    """Return a table of curves, a row an epoch; of very many epochs every k-th one and the last."""
    step = -(-len(epochs) // ROWS_AT_MOST)
    kept = [i for i in range(len(epochs)) if i % step == 0 or i == len(epochs) - 1]
    rows = [Row(f"{epochs[i]:,}", tuple(measured(measure, float(column[i])) for column in columns)) for i in kept]
    return Table(tuple(heads), tuple(rows), len(rows))
