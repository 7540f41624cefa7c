"""What the page shows of training-set sizes: the losses, the curve through them, and what twice the data would bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from fitscope import words
from fitscope.diagnosis.spread import spread
from fitscope.language import N_, _
from fitscope.report import study_charts
from fitscope.report.numbers import UNKNOWN, count, estimate, interval, number, plus_minus
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.result import Interval, Result, Scaling, Training

STEPS = 40  # of a fitted curve


def sizes(result: Result) -> Section | None:
    """Return what more training data would bring."""
    trainings, scaling = result.studies.sizes, result.studies.scaling
    if not trainings:
        return None
    whole = 0 if result.dataset is None else result.dataset.train
    sized = [(_samples(training, whole), training) for training in trainings]
    fitted = scaling is not None and scaling.reason is None
    return Section(
        name="sizes",
        title=_("What more data would bring"),
        sentences=tuple(_scaling_sentences(scaling)),
        draw=lambda: _sizes_picture(sized, scaling),
        tables=(_sizes_table(sized),),
        caption=f"{_(_MADE)} {_(_CURVE) * fitted}",
    )


_MADE = N_(
    "Each training takes a part of the training samples, makes about as many updates as that on all of them, and has the same "
    "validation samples."
)
_CURVE = N_("The curve is L(n) = a + b n^−c with profile-likelihood intervals (95 %). Beyond twice the data it says nothing.")


def _samples(training: Training, whole: int) -> int:
    """Return how many samples a training took: its plan's number, or all."""
    given = training.changes.get("samples")
    return given if isinstance(given, int) and given > 0 else whole


def _scaling_sentences(scaling: Scaling | None) -> list[str]:
    if scaling is None:
        return []
    if scaling.reason is not None or None in (scaling.a, scaling.b, scaling.c, scaling.loss_at_twice, scaling.twice):
        return [words.scaling(scaling.reason or "not_finite")]
    assert scaling.twice is not None
    twice = {"samples": count(scaling.twice), "loss": _with(scaling.loss_at_twice, scaling.loss_at_twice_interval)}
    text = _("Twice the data, {samples} training samples, would bring the best validation loss to {loss}.")
    if scaling.saved is not None and scaling.saved_interval is not None:
        twice["saved"] = estimate(scaling.saved, scaling.saved_interval)
        text = _(
            "Twice the data, {samples} training samples, would bring the best validation loss to {loss}, {saved} lower than now."
        )
    curve = f"L(n) = {number(scaling.a)} + {number(scaling.b)} n^−{number(scaling.c)}"
    limit = _("The curve is {curve}; by it no amount of data of this kind would bring less than a loss of {floor}.")
    return [text.format(**twice), limit.format(curve=curve, floor=_with(scaling.a, scaling.a_interval))]


def _with(value: float | None, limits: Interval | None) -> str:
    if value is None or limits is None:
        return number(value)
    return _("{value} ({interval}, 95 %)").format(value=number(value), interval=interval(limits))


def _sizes_picture(sized: Sequence[tuple[int, Training]], scaling: Scaling | None) -> tuple[Picture, ...]:
    losses = [(size, training.best_val_loss) for size, training in sized if size > 0]
    points = [(size, loss) for size, loss in losses if loss is not None and math.isfinite(loss)]
    if not points:
        return ()
    ticks, caption = sorted({size for size, _ in points}), _("Each dot is one training.")
    inside, beyond, twice = [], [], None
    if scaling is not None and scaling.twice is not None:
        inside, beyond = curve(scaling, ticks[0], ticks[-1]), curve(scaling, ticks[-1], scaling.twice)
        ticks.append(scaling.twice)
        at, limits = scaling.loss_at_twice, scaling.loss_at_twice_interval
        twice = None if at is None or limits is None else study_charts.Estimate(_("expected, 95 %"), at, *limits)
        caption += " " + _("The dashed part and the upright bar reach to twice the data, and no further.")
    draw = partial(study_charts.sizes, points, inside, beyond, twice, ticks)
    return (Picture("sizes-curve", _("Best validation loss by training samples"), caption, draw),)


def curve(scaling: Scaling, first: int, last: int) -> list[tuple[float, float]]:
    """Return the fitted curve between two sizes, in even steps of their logarithm; empty where none was fitted."""
    a, b, c = scaling.a, scaling.b, scaling.c
    if a is None or b is None or c is None:
        return []
    return [(float(n), a + b * float(n) ** -c) for n in np.geomspace(first, last, STEPS)]


def _sizes_table(sized: Sequence[tuple[int, Training]]) -> Table:
    rows = []
    for size in sorted({size for size, _training in sized}):
        same = [training for n, training in sized if n == size]
        loss, epoch = spread([t.best_val_loss for t in same]), spread([t.best_epoch for t in same])
        losses = _(UNKNOWN) if loss is None else plus_minus(loss.mean, loss.sd)
        epochs = _(UNKNOWN) if epoch is None else plus_minus(epoch.mean, epoch.sd)
        verdicts = ", ".join(dict.fromkeys(words.label(training.verdict) for training in same))
        rows.append(Row(count(size), (f"{len(same)}", losses, epochs, verdicts)))
    heads = (_("training samples"), _("trainings"), _("best validation loss"), _("best epoch"), _("verdict"))
    return Table(heads, tuple(rows))
