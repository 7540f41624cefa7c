"""What the page shows of repeats and folds: what they have in common, and what is luck."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np

from fitscope import words
from fitscope.diagnosis.spread import judged, repeatability_limit, spread
from fitscope.history import TrainingHistory, stacked
from fitscope.language import N_, _, _n
from fitscope.language.figures import percentage
from fitscope.report import study_charts
from fitscope.report.numbers import UNKNOWN, count, number, places, plus_minus, span
from fitscope.report.scores_view import MEASURES, measure_of, measured
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.report.thinning import thinned
from fitscope.result import Result, Training

POINTS = 4000  # of all thin curves together; more make the page heavy and no picture finer


def repeats(result: Result) -> Section | None:
    """Return what the seeds have in common."""
    trainings = result.studies.repeats
    if not trainings:
        return None
    first = 0 if result.plan is None else result.plan.seed
    names = [_("seed {seed}").format(seed=training.changes.get("seed", first)) for training in trainings]
    mean = _common(result, trainings)
    sentences = [_best_epochs(trainings, "seed"), *_test_luck(result, trainings), _verdicts(trainings), *_left_out(trainings)]
    sentences += _refit_sentence(result, mean, _("the {count} trainings").format(count=len(judged(trainings))))
    tested = sum(training.test is not None for training in trainings)
    return Section(
        name="repeats",
        title=_("What another seed changes"),
        sentences=tuple(sentences),
        draw=lambda: _band(trainings, mean, "seed"),
        tables=(_trainings_table(_("seed"), names, trainings),),
        caption=" ".join([_(_BETWEEN_SEEDS), *([_(_LUCK).format(count=tested)] * (tested > 1))]),
    )


_BETWEEN_SEEDS = N_("± is one standard deviation between the seeds.")
_LUCK = N_(
    "Two trainings that differ in their seed alone differ by less than t √2 times that in 95 of 100 cases; t is Student's for "
    "{count} trainings. All were tested on the same samples."
)


def folds(result: Result) -> Section | None:
    """Return what the folds have in common."""
    trainings = result.studies.folds
    if not trainings:
        return None
    names = [_fold_name(training, place) for place, training in enumerate(trainings, 1)]
    mean = _common(result, trainings)
    sentences = [
        _held_out(trainings),
        _best_epochs(trainings, "fold"),
        _verdicts(trainings),
        *_left_out(trainings),
        *_refit_sentence(result, mean, _("the folds' curves")),
    ]
    return Section(
        name="folds",
        title=_("What each fold says"),
        sentences=tuple(sentences),
        draw=lambda: _band(trainings, mean, "fold"),
        tables=(_trainings_table(_("held out"), names, trainings),),
        caption=_(
            "± is one standard deviation between the folds. They differ in their validation samples and share most of their "
            "training samples, so it is no standard error of their mean (Bengio & Grandvalet 2004)."
        ),
    )


def _held_out(trainings: Sequence[Training]) -> str:
    """Say which folds were held out; an analysis that was stopped has not trained all."""
    count, of = len(trainings), max(_fold(training, place)[1] for place, training in enumerate(trainings, 1))
    if count < of:
        return _("{count} of {of} folds were held out, each from a network that did not learn from it.").format(count=count, of=of)
    return _(
        "Each of {count} folds was held out in turn, so every training sample was validated once, by a network that had "
        "not learnt from it."
    ).format(count=count)


def _fold_name(training: Training, place: int) -> str:
    number, of = _fold(training, place)
    return _("fold {place} of {all}").format(place=number, all=of) if of else _("fold {place}").format(place=number)


def _fold(training: Training, place: int) -> tuple[int, int]:
    """Return a fold's number, and how many there are; 0 where that is not known."""
    fold = training.changes.get("fold")
    return (fold[0], fold[1]) if isinstance(fold, (list, tuple)) and len(fold) == 2 else (place, 0)


def _best_epochs(trainings: Sequence[Training], kind: str) -> str:
    epochs, losses = spread([t.best_epoch for t in trainings]), spread([t.best_val_loss for t in trainings])
    if epochs is None or losses is None:
        return _("No training has a validation loss.")
    known = sum(training.best_epoch is not None for training in trainings)
    if known == 1:  # the others were stopped, or have no validation loss
        return _("Best epoch {epoch}, validation loss {loss}.").format(epoch=f"{epochs.mean:.0f}", loss=number(losses.mean))
    return _(_BEST_EPOCHS[kind]).format(
        count=known,
        epoch=plus_minus(epochs.mean, epochs.sd),
        epochs=span(f"{epochs.lowest:.0f}", f"{epochs.highest:.0f}"),
        loss=plus_minus(losses.mean, losses.sd),
        losses=span(number(losses.lowest), number(losses.highest)),
    )


_BEST_EPOCHS = {
    "seed": N_("Best epoch {epoch} over {count} seeds ({epochs}); best validation loss {loss} ({losses})."),
    "fold": N_("Best epoch {epoch} over {count} folds ({epochs}); best validation loss {loss} ({losses})."),
}


def _test_luck(result: Result, trainings: Sequence[Training]) -> list[str]:
    """Say what of a test result is luck: its measure where there is one, else its loss."""
    scores = [training.test for training in trainings if training.test is not None]
    name = measure_of(scores) or "loss"
    repeated, own = result.studies.repeated, spread([getattr(score, name) for score in scores])
    kept = None if repeated is None else repeated.test_loss if name == "loss" else getattr(repeated, name)
    found = kept or own
    if found is None:
        return []
    scale = 100 if name == "accuracy" else 1
    value = plus_minus(scale * found.mean, scale * found.sd)
    told = {
        "measure": _(MEASURES.get(name, name)),
        "value": percentage(value) if name == "accuracy" else value,
        "values": span(measured(name, found.lowest), measured(name, found.highest)),
    }
    limit = scale * repeatability_limit(found.sd, len(scores) or len(trainings))
    if not math.isfinite(limit):
        return [_("Test {measure} {value} ({values}).").format(**told)]
    least = number(limit, places(limit))
    if name == "accuracy":
        least = _("{difference} percentage points").format(difference=least)
    text = _(
        "Test {measure} {value} ({values}): the seed alone moves it by so much, so a difference below about {least} between two "
        "single trainings may be luck alone."
    )
    return [text.format(least=least, **told)]


def _verdicts(trainings: Sequence[Training]) -> str:
    counts = Counter(words.label(training.verdict) for training in trainings).most_common()
    if len(counts) == 1 < len(trainings):
        return _("All {count} say {verdict}.").format(count=len(trainings), verdict=counts[0][0])
    return _("Verdicts: {verdicts}.").format(verdicts=", ".join(f"{times} × {label}" for label, times in counts))


def _refit_sentence(result: Result, mean: TrainingHistory | None, what: str) -> list[str]:
    if mean is None or averaged(result) is None:
        return []
    best = mean.epochs[int(np.nanargmin(mean.val_loss))]
    return [_(_MINIMUM[result.refit is not None and result.refit.epochs == best]).format(what=what, best=best)]


_MINIMUM = {  # whether the refit took it
    False: N_("The curves at the top of this report are the mean of {what}, with its minimum at epoch {best}."),
    True: N_(
        "The curves at the top of this report are the mean of {what}, with its minimum at epoch {best}; the refit took that epoch."
    ),
}


def _common(result: Result, trainings: Sequence[Training]) -> TrainingHistory | None:
    """Return the trainings' common curves: the result's own. None where no validation loss is finite, or one lacks an epoch."""
    history = result.history
    shared = all(set(history.epochs) <= set(training.history.epochs) for training in judged(trainings))
    return history if shared and np.isfinite(history.val_loss).any() else None


def averaged(result: Result) -> str | None:
    """Return what the result's own curves are the mean of, such as "5 folds"; None where they are those of one training."""
    studies = result.studies
    for trainings, what in ((studies.folds, N_("{count} folds")), (studies.repeats, N_("{count} trainings with other seeds"))):
        if (several := len(judged(trainings))) > 1:
            return _(what).format(count=several)
    return None


def _left_out(trainings: Sequence[Training]) -> list[str]:
    lost = len(trainings) - len(judged(trainings))
    text = _n(
        "{count} of them came to losses that are not finite, and is left out of the mean.",
        "{count} of them came to losses that are not finite, and are left out of the mean.",
        lost,
    )
    return [text.format(count=lost)] if lost else []


def _trainings_table(head: str, names: Sequence[str], trainings: Sequence[Training]) -> Table:
    scores = [training.test for training in trainings if training.test is not None]
    measure = measure_of(scores)
    heads = [] if measure is None else [_("test {measure}").format(measure=_(MEASURES[measure]))]
    heads += [_("test loss")] if scores else []
    rows = []
    for name, training in zip(names, trainings):
        tested = _tested(training, measure) if scores else ()
        rows.append(Row(name, (*lowest(training), words.label(training.verdict), *tested)))
    return Table((head, _("best epoch"), _("best validation loss"), _("verdict"), *heads), tuple(rows))


def _tested(training: Training, measure: str | None) -> tuple[str, ...]:
    if training.test is None:
        return (_(UNKNOWN),) * (1 if measure is None else 2)
    loss = number(training.test.loss)
    return (loss,) if measure is None else (measured(measure, getattr(training.test, measure)), loss)


def _band(trainings: Sequence[Training], mean: TrainingHistory | None, kind: str) -> tuple[Picture, ...]:
    if mean is None:
        return ()
    histories = [training.history for training in judged(trainings)]
    place, whole = int(np.nanargmin(mean.val_loss)), stacked(histories, "val_loss", mean.epochs)
    curves = (mean.val_loss, whole.min(axis=0), whole.max(axis=0))
    epochs, (middle, low, high) = thinned(mean.epochs, curves, POINTS // (2 * len(histories)))
    training, validation = (stacked(histories, name, epochs) for name in ("loss", "val_loss"))
    drawn = study_charts.Band(
        kind=kind,
        epochs=epochs,
        validation=validation.tolist(),
        training=training.tolist(),
        mean=middle.tolist(),
        low=low.tolist(),
        high=high.tolist(),
        best=(mean.epochs[place], float(mean.val_loss[place])),
    )
    caption = _(_BANDS[kind]).format(count=len(histories))
    return (Picture(f"{kind}-band", _(_CURVES[kind]), caption, partial(study_charts.band, drawn)),)


_CURVES = {"seed": N_("Loss curves of every seed"), "fold": N_("Loss curves of every fold")}
_BANDS = {
    "seed": N_(
        "Thick: the mean validation loss of {count} seeds. The band reaches from the lowest to the highest seed in each "
        "epoch; thin solid lines are single seeds, dotted ones their training loss."
    ),
    "fold": N_(
        "Thick: the mean validation loss of {count} folds. The band reaches from the lowest to the highest fold in each "
        "epoch; thin solid lines are single folds, dotted ones their training loss."
    ),
}


def lowest(training: Training) -> tuple[str, str]:
    """Return a training's best epoch and best validation loss as texts."""
    return count(training.best_epoch), number(training.best_val_loss)
