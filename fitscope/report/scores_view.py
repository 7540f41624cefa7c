"""Test results as texts: accuracy of classes, mean absolute error of numbers, the loss of both."""

from __future__ import annotations

from collections.abc import Sequence

from fitscope.report.numbers import UNKNOWN, epochs, interval, number, percent, size
from fitscope.report.sections import Row, Table
from fitscope.result import Gain, Interval, Result, Score

MEASURES = {"accuracy": "accuracy", "mae": "mean absolute error"}


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
    heads = () if measure is None else (MEASURES[measure], "95 % interval")
    rows = tuple(Row(name, (*_measure(measure, score), *_loss(score))) for name, score in models)
    return Table(("model", *heads, "loss", "95 % interval", "samples"), rows)


def _measure(name: str | None, score: Score) -> tuple[str, ...]:
    if name is None:
        return ()
    return measured(name, getattr(score, name)), between(name, getattr(score, f"{name}_interval"))


def _loss(score: Score) -> tuple[str, ...]:
    return number(score.loss), interval(score.loss_interval), f"{score.samples:,}"


def refit_name(result: Result) -> str:
    """Return what the refitted model is called in a table."""
    refit = result.refit
    if refit is None:
        return ""
    by_epochs = refit.by == "epochs" or refit.updates is None
    return f"refitted for {refit.epochs:,} epochs" if by_epochs else f"refitted for {refit.updates:,} updates"


def own_scores(result: Result) -> Table | None:
    """Return the test results of the report's own network; None where the test data was not read."""
    models = [] if result.refit is None else [(refit_name(result), result.refit.test)]
    models += [] if result.holdout is None else [(f"held out, best epoch {result.holdout.epochs}", result.holdout.test)]
    return score_table(models) if models else None


def numbers(result: Result, mean: str | None) -> tuple[Row, ...]:
    """Return the numbers that the page shows first.

    Args:
        result: of the analysis.
        mean: what the curves are the mean of, None where they are those of one training.
    """
    diagnosis, best = result.diagnosis, result.diagnosis.best_epoch
    rows = [Row("best epoch", (UNKNOWN if best is None else f"{best}", f"plateau: {epochs(diagnosis.plateau)}"))]
    rows += [] if result.refit is None else _test_numbers("refitted", result.refit.test)
    rows += [] if result.holdout is None else _test_numbers("held-out", result.holdout.test)
    if diagnosis.uncertainty is not None and best is not None:
        chance = diagnosis.uncertainty.chance[result.history.epochs.index(best)]
        what = "this run" if mean is None else "their mean curve"
        rows.append(Row("how sure", (percent(chance), f"that epoch {best} is the best of {what}")))
    rows.append(Row("generalization gap", (number(diagnosis.gap), "validation minus training loss, at the best epoch")))
    return tuple(rows)


def _test_numbers(name: str, test: Score) -> list[Row]:
    loss = Row(f"{name} test loss", _loss(test)[:2])
    measure = measure_of([test])
    if measure is None:
        return [loss]
    said = (
        f"mean absolute error, {between('mae', test.mae_interval)}"
        if measure == "mae"
        else between(measure, test.accuracy_interval)
    )
    return [Row(f"{name} test {'MAE' if measure == 'mae' else measure}", (measured(measure, getattr(test, measure)), said)), loss]


def gain_sentences(gain: Gain, what: str) -> str:
    """Return what a model brought against another on the same test samples.

    Args:
        gain: above 0 the model is better.
        what: how the sentence begins, such as `Refitting`.

    Example:
        >>> gain_sentences(Gain(0.02, (-0.01, 0.05), None, None), "Refitting")
        'Refitting lowered test loss by 0.020 ± 0.030 (95 %); chance alone may explain this.'
    """
    low, high = gain.loss_interval
    verb = "raised" if gain.loss < 0 else "lowered"
    sure = "this is more than chance explains" if low > 0 or high < 0 else "chance alone may explain this"
    text = f"{what} {verb} test loss by {size(gain.loss, gain.loss_interval, '95 %')}; {sure}."
    if gain.accuracy is not None and gain.accuracy_interval is not None:
        least, most = (f"{100 * limit:+.1f}" for limit in gain.accuracy_interval)
        text += f" Test accuracy changed by {100 * gain.accuracy:+.1f} percentage points ({least} to {most})."
    if gain.mae is not None:
        error = number(abs(gain.mae)) if gain.mae_interval is None else size(gain.mae, gain.mae_interval, "95 %")
        text += f" It {'raised' if gain.mae < 0 else 'lowered'} mean absolute error by {error}."
    return text
