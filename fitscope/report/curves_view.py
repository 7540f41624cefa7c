"""The curves of one training on the page: each chart with what to see in it and a table of its numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial

import numpy as np

from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.regions import UNDECIDED
from fitscope.history import TrainingHistory
from fitscope.language import N_, _
from fitscope.report import charts
from fitscope.report.numbers import count, number, percent
from fitscope.report.scores_view import MEASURES, measured
from fitscope.report.sections import Picture, Row, Table
from fitscope.report.thinning import thinned

DRAWN_AT_MOST = 1000  # epochs: a chart has few more columns
ROWS_AT_MOST = 100  # of a chart's table; the download has every epoch


def pictures(history: TrainingHistory, diagnosis: Diagnosis, averaged: str | None = None) -> dict[str, Picture]:
    """Return every chart that the curves give, by name.

    Args:
        history: the curves.
        diagnosis: of them.
        averaged: what the curves are the mean of, None where they are those of one training.
    """
    first = losses(history, diagnosis, averaged)
    if first is None:
        return {}
    others = [*(measure(history, name) for name in MEASURES), gap(history, diagnosis), chances(history, diagnosis)]
    return {picture.name: picture for picture in (first, *others) if picture is not None}


def bare(history: TrainingHistory) -> dict[str, Picture]:
    """Return the charts of the curves with nothing said of them but what they are."""
    first = losses(history, None)
    if first is None:
        return {}
    first = dataclasses.replace(first, caption=_(_LOSSES_ALONE))
    others = (measure(history, name) for name in MEASURES)
    told = [dataclasses.replace(other, caption=_(_MEANINGS[other.name])) for other in others if other is not None]
    both = gap(history, None)
    return {picture.name: picture for picture in (first, *told, both) if picture is not None}


_LOSSES_ALONE = N_("Dots: loss on the training data. Line: loss on validation data, which the network does not learn from.")


def losses(history: TrainingHistory, diagnosis: Diagnosis | None, averaged: str | None = None) -> Picture | None:
    """Return both losses over the epochs, with what the diagnosis says of them; None where no loss is finite."""
    if not _is_known(history, "loss"):
        return None
    draw = partial(charts.losses, *_drawn(history, "loss", "val_loss"))
    if diagnosis is not None:
        best = None if diagnosis.best_epoch is None else (diagnosis.best_epoch, diagnosis.best_val_loss or 0.0)
        draw = partial(draw, diagnosis.told, best, diagnosis.plateau)
    mean = [] if averaged is None else [_("These curves are the mean of {what}.").format(what=averaged)]
    caption = " ".join([*mean, _loss_caption(history, diagnosis)])
    log = partial(draw, log=True) if all(np.nanmin(c, initial=1) > 0 for c in (history.loss, history.val_loss)) else None
    return Picture(
        "loss",
        _("Training and validation loss"),
        caption,
        lambda ax: draw(ax=ax),
        _two(history, "loss"),
        None if log is None else lambda ax: log(ax=ax),
    )


def measure(history: TrainingHistory, name: str) -> Picture | None:
    """Return a metric on training and validation data over the epochs; None where none of its values is finite."""
    if not _is_known(history, name):
        return None
    draw = partial(charts.losses, *_drawn(history, name, f"val_{name}"), label=MEASURES.get(name, name))
    title = _(_TITLES[name]) if name in _TITLES else _("Training and validation {metric}").format(metric=name)
    return Picture(name, title, _measure_caption(history, name), lambda ax: draw(ax=ax), _two(history, name))


_TITLES = {
    "accuracy": N_("Training and validation accuracy"),
    "mae": N_("Training and validation mean absolute error"),
}


def gap(history: TrainingHistory, diagnosis: Diagnosis | None = None) -> Picture | None:
    """Return validation minus training loss over the epochs; None where one of the two is not known."""
    if not all(np.isfinite(curve).any() for curve in (history.loss, history.val_loss)):
        return None
    values = history.val_loss - history.loss
    epochs, (drawn,) = thinned(history.epochs, (values,), DRAWN_AT_MOST)
    table = by_epoch((_("epoch"), _("gap")), history.epochs, (values,))
    caption = _gap_caption(values, diagnosis)
    return Picture("gap", _("Generalization gap"), caption, lambda ax: charts.gap(epochs, drawn.tolist(), ax), table)


def chances(history: TrainingHistory, diagnosis: Diagnosis) -> Picture | None:
    """Return each epoch's chance of being the best; None where it is not known, or of more epochs than there are columns."""
    sure = diagnosis.uncertainty
    if sure is None or len(history) > DRAWN_AT_MOST:
        return None
    draw = partial(charts.chances, history.epochs, sure.chance, sure.plateau_members)
    table = by_epoch((_("epoch"), _("chance")), history.epochs, (np.asarray(sure.chance, np.float64),), "accuracy")
    return Picture(
        "chance", _("Chance of being the best epoch"), _chance_caption(history, diagnosis), lambda ax: draw(ax=ax), table
    )


def _is_known(history: TrainingHistory, name: str) -> bool:
    return any(np.isfinite(history.curve(curve)).any() for curve in (name, f"val_{name}"))


def _drawn(history: TrainingHistory, training: str, validation: str) -> tuple[Sequence[int], list[float], list[float]]:
    """Return the epochs that are drawn, and both curves there."""
    epochs, (first, second) = thinned(history.epochs, (history.curve(training), history.curve(validation)), DRAWN_AT_MOST)
    return epochs, first.tolist(), second.tolist()


def _loss_caption(history: TrainingHistory, diagnosis: Diagnosis | None) -> str:
    told = [_told(history, "loss", _("Training loss (dots) goes from {first} to {last}."))]
    if diagnosis is not None and diagnosis.best_epoch is not None:
        text = _(
            "Validation loss (line), on data that the network does not learn from, is lowest after epoch {best}, at {lowest}, and "
            "ends at {last}."
        )
        lowest, last = number(diagnosis.best_val_loss), number(_ends(history.val_loss)[1])
        told.append(text.format(best=count(diagnosis.best_epoch), lowest=lowest, last=last))
        told += [
            _("From epoch {epoch} on nothing is shaded, for these curves cannot tell.").format(epoch=count(region.first))
            for region in diagnosis.told
            if region.label == UNDECIDED
        ]
    return " ".join(filter(None, told))


def _measure_caption(history: TrainingHistory, name: str) -> str:
    values = history.curve(f"val_{name}")
    meaning = _(_MEANINGS[name]) if name in _MEANINGS else ""
    if name not in MEASURES or not np.isfinite(values).any():
        return meaning
    place = int(np.nanargmax(values) if name == "accuracy" else np.nanargmin(values))
    text = _("On validation data it is best after epoch {best}, at {value}, and ends at {last}.")
    last = measured(name, _ends(values)[1])
    return f"{meaning} {text.format(best=count(history.epochs[place]), value=measured(name, float(values[place])), last=last)}"


_MEANINGS = {
    "accuracy": N_("The share of right answers; higher is better. It may go on rising while the loss rises too."),
    "mae": N_("How far the answers lie from the targets in the mean, in the targets' own units; lower is better."),
}


def _gap_caption(values: np.ndarray, diagnosis: Diagnosis | None) -> str:
    meaning = _("Validation minus training loss. A gap alone is no harm; a validation loss that rises is.")
    if diagnosis is None or diagnosis.gap is None:
        return meaning
    told = _("It is {at_best} at the best epoch and {at_end} at the end.")
    return f"{meaning} {told.format(at_best=number(diagnosis.gap), at_end=number(_ends(values)[1]))}"


def _chance_caption(history: TrainingHistory, diagnosis: Diagnosis) -> str:
    sure, best = diagnosis.uncertainty, diagnosis.best_epoch
    if sure is None or best is None:
        return ""
    chances = dict(zip(history.epochs, sure.chance))
    together = percent(min(1.0, sum(chances.get(epoch, 0.0) for epoch in sure.plateau_members)))
    text = _("Epoch {best} has {chance} of the chance; the epochs of the plateau (filled bars) have {together} together.")
    return text.format(best=count(best), chance=percent(chances[best]), together=together)


def _told(history: TrainingHistory, name: str, text: str) -> str:
    first, last = _ends(history.curve(name))
    return "" if first is None else text.format(first=number(first), last=number(last))


def _ends(values: np.ndarray) -> tuple[float | None, float | None]:
    """Return the first and the last known value."""
    known = values[np.isfinite(values)]
    return (float(known[0]), float(known[-1])) if len(known) else (None, None)


def _two(history: TrainingHistory, name: str) -> Table:
    heads = (_("epoch"), _("training"), _("validation"))
    return by_epoch(heads, history.epochs, (history.curve(name), history.curve(f"val_{name}")), name)


def by_epoch(heads: Sequence[str], epochs: Sequence[int], columns: Sequence[np.ndarray], measure: str = "loss") -> Table:
    """Return a table of curves, a row an epoch; of very many epochs every k-th one and the last."""
    step = -(-len(epochs) // ROWS_AT_MOST)
    kept = [i for i in range(len(epochs)) if i % step == 0 or i == len(epochs) - 1]
    rows = [Row(count(epochs[i]), tuple(measured(measure, float(column[i])) for column in columns)) for i in kept]
    return Table(tuple(heads), tuple(rows), len(rows))
