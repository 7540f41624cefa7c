"""The charts of one training: what of its curves is drawn."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from fitscope.diagnosis import Diagnosis
from fitscope.history import TrainingHistory
from fitscope.language import _
from fitscope.report import charts
from fitscope.report.scores_view import MEASURES
from fitscope.report.sections import Picture

DRAWN_AT_MOST = 1000  # epochs: a chart has no more columns


def pictures(history: TrainingHistory, diagnosis: Diagnosis) -> dict[str, Picture]:
    """Return every chart that the curves give, by name."""
    drawn = [losses(history, diagnosis)]
    if drawn[0] is None:
        return {}
    drawn += [measure(history, name) for name in MEASURES]
    drawn += [gap(history), chances(history, diagnosis)]
    return {picture.name: picture for picture in drawn if picture is not None}


def losses(history: TrainingHistory, diagnosis: Diagnosis | None) -> Picture | None:
    """Return both losses over the epochs, with what the diagnosis says of them; None where no loss is finite."""
    training, validation = _drawn(history, "loss"), _drawn(history, "val_loss")
    if not any(map(math.isfinite, training + validation)):
        return None
    draw = partial(charts.losses, _epochs(history), training, validation)
    if diagnosis is not None:
        best = None if diagnosis.best_epoch is None else (diagnosis.best_epoch, diagnosis.best_val_loss or 0.0)
        draw = partial(draw, diagnosis.regions, best, diagnosis.plateau)
    return Picture("loss", _("Training and validation loss"), "", lambda ax: draw(ax=ax))


def measure(history: TrainingHistory, name: str) -> Picture | None:
    """Return a metric on training and validation data over the epochs; None where none of its values is finite."""
    training, validation = _drawn(history, name), _drawn(history, f"val_{name}")
    if not any(map(math.isfinite, training + validation)):
        return None
    label = MEASURES.get(name, name)
    draw = partial(charts.losses, _epochs(history), training, validation, label=label)
    return Picture(name, _("Training and validation {label}").format(label=label), "", lambda ax: draw(ax=ax))


def gap(history: TrainingHistory) -> Picture | None:
    """Return validation minus training loss over the epochs; None where one of the two is not known."""
    if not all(np.isfinite(curve).any() for curve in (history.loss, history.val_loss)):
        return None
    values = (history.val_loss - history.loss)[_shown(history)].tolist()
    return Picture("gap", _("Generalization gap"), "", lambda ax: charts.gap(_epochs(history), values, ax))


def chances(history: TrainingHistory, diagnosis: Diagnosis) -> Picture | None:
    """Return each epoch's chance of being the best; None where it is not known, or of more epochs than there are columns."""
    sure = diagnosis.uncertainty
    if sure is None or len(history) > DRAWN_AT_MOST:
        return None
    draw = partial(charts.chances, history.epochs, sure.chance, sure.plateau_members)
    return Picture("chance", _("Chance of being the best epoch"), "", lambda ax: draw(ax=ax))


def _shown(history: TrainingHistory) -> slice:
    """Return which epochs are drawn: of very long curves every k-th."""
    return slice(None, None, max(1, -(-len(history) // DRAWN_AT_MOST)))


def _epochs(history: TrainingHistory) -> tuple[int, ...]:
    return history.epochs[_shown(history)]


def _drawn(history: TrainingHistory, name: str) -> list[float]:
    values: list[float] = history.curve(name)[_shown(history)].tolist()
    return values
