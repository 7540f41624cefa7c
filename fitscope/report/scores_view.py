"""Test results as texts: accuracy of classes, mean absolute error of numbers, the loss of both."""

from __future__ import annotations

from collections.abc import Sequence

from fitscope.language import N_, _
from fitscope.language.figures import numeral
from fitscope.report.numbers import count, interval, number, percent, size, span
from fitscope.report.sections import Row, Table
from fitscope.result import Gain, Interval, Result, Score

MEASURES = {"accuracy": N_("accuracy"), "mae": N_("mean absolute error")}


def measure_of(scores: Sequence[Score]) -> str | None:
    """Return what stands beside the loss: `accuracy`, `mae`, or None where there is neither."""
    known = (name for name in MEASURES if any(getattr(score, name) is not None for score in scores))
    return next(known, None)


def measured(name: str, value: float | None) -> str:
    """Return a measure's value, as a share or as a number.

    Example:
        >>> measured("accuracy", 0.8812), measured("mae", 41.23)
        ('88.1 %', '41.23')
    """
    return percent(value) if name == "accuracy" else number(value)


def between(name: str, limits: Interval | None) -> str:
    """Return a measure's interval."""
    return interval(limits, percent if name == "accuracy" else number)


def score_table(models: Sequence[tuple[str, Score]]) -> Table:
    """Return a table of test results, a row a model; without a measure's columns where no model has one."""
    measure = measure_of([score for _, score in models])
    heads = () if measure is None else (_(MEASURES[measure]), _("95 % interval"))
    rows = tuple(Row(name, (*_measure(measure, score), *_loss(score))) for name, score in models)
    return Table((_("model"), *heads, _("loss"), _("95 % interval"), _("samples")), rows)


def _measure(name: str | None, score: Score) -> tuple[str, ...]:
    if name is None:
        return ()
    return measured(name, getattr(score, name)), between(name, getattr(score, f"{name}_interval"))


def _loss(score: Score) -> tuple[str, ...]:
    return number(score.loss), interval(score.loss_interval), count(score.samples)


def refit_name(result: Result) -> str:
    """Return what the refitted model is called in a table."""
    refit = result.refit
    if refit is None:
        return ""
    if refit.by == "epochs" or refit.updates is None:
        return refitted_for(refit.epochs)
    return _("refitted for {count} updates").format(count=count(refit.updates))


def refitted_for(epochs: int) -> str:
    """Return how long a model was refitted."""
    return _("refitted for {count} epochs").format(count=count(epochs))


def own_scores(result: Result) -> Table | None:
    """Return the test results of the report's own network; None where the test data was not read."""
    models = [] if result.refit is None else [(refit_name(result), result.refit.test)]
    if result.holdout is not None:
        models.append((_("held out, best epoch {epoch}").format(epoch=result.holdout.epochs), result.holdout.test))
    return score_table(models) if models else None


def gain_sentences(gain: Gain, what: str) -> str:
    """Return what a model brought against another on the same test samples.

    Args:
        gain: above 0 the model is better.
        what: how the sentence begins, such as `Refitting`, in the spoken language.

    Example:
        >>> gain_sentences(Gain(0.02, (-0.01, 0.05), None, None), "Refitting")
        'Refitting lowered test loss by 0.020 ± 0.030 (95 %); chance alone may explain this.'
    """
    by = {"what": what, "size": size(gain.loss, gain.loss_interval, _("95 %"))}
    text = _LOSS[gain.loss < 0][_is_clear(gain.loss_interval)]
    told = [_(text).format(**by)]
    if gain.accuracy is not None and gain.accuracy_interval is not None:
        change, low, high = (numeral(f"{round(100 * value, 1) + 0.0:+.1f}") for value in (gain.accuracy, *gain.accuracy_interval))
        text = _("Test accuracy changed by {change} percentage points ({interval}).")
        told.append(text.format(change=change, interval=span(low, high)))
    if gain.mae is not None:
        error = number(abs(gain.mae)) if gain.mae_interval is None else size(gain.mae, gain.mae_interval, _("95 %"))
        text = _("It raised mean absolute error by {size}.") if gain.mae < 0 else _("It lowered mean absolute error by {size}.")
        told.append(text.format(size=error))
    return " ".join(told)


def _is_clear(limits: Interval) -> bool:
    return limits[0] > 0 or limits[1] < 0


_LOSS = {  # whether the loss rose -> whether that is clear
    False: {
        False: N_("{what} lowered test loss by {size}; chance alone may explain this."),
        True: N_("{what} lowered test loss by {size}; this is more than chance explains."),
    },
    True: {
        False: N_("{what} raised test loss by {size}; chance alone may explain this."),
        True: N_("{what} raised test loss by {size}; this is more than chance explains."),
    },
}
