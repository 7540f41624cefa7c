"""The three numbers that matter, as the page shows them first: when it is best, how good it is, how sure that is."""

from __future__ import annotations

from fitscope.language import _
from fitscope.report.numbers import UNKNOWN, epochs, interval, number, percent
from fitscope.report.scores_view import between, measure_of, measured
from fitscope.report.sections import Row
from fitscope.result import Result, Score


def headline(result: Result, averaged: str | None) -> tuple[Row, ...]:
    """Return the numbers that the page shows first, each with what stands below it.

    Args:
        result: of the analysis.
        averaged: what the curves are the mean of, None where they are those of one training.
    """
    return _best(result), _good(result), *_sure(result, averaged)


def _best(result: Result) -> Row:
    best, plateau = result.diagnosis.best_epoch, result.diagnosis.plateau
    alone = plateau is None or plateau[0] == plateau[1]
    text = _("no other epoch is as good") if alone else _("plateau: {epochs} are as good")
    return Row(
        _("best epoch"), (UNKNOWN if best is None else f"{best:,}", "" if best is None else text.format(epochs=epochs(plateau)))
    )


def _good(result: Result) -> Row:
    """Return how good the model is: the refitted one on test data, else the best that is known."""
    if result.refit is not None:
        return _tested(_("refitted test {measure}"), result.refit.test)
    if result.holdout is not None:
        return _tested(_("held-out test {measure}"), result.holdout.test)
    lowest = number(result.diagnosis.best_val_loss)
    return Row(_("lowest validation loss"), (lowest, _("chosen as the lowest, so a little too low; test data was not read")))


def _tested(name: str, test: Score) -> Row:
    measure = measure_of([test])
    if measure is None:
        return Row(name.format(measure=_("loss")), (number(test.loss), _limits(interval(test.loss_interval))))
    said = _limits(between(measure, getattr(test, f"{measure}_interval")))
    return Row(name.format(measure="MAE" if measure == "mae" else _(measure)), (measured(measure, getattr(test, measure)), said))


def _limits(limits: str) -> str:
    return _("{limits} (95 %)").format(limits=limits)


def _sure(result: Result, averaged: str | None) -> tuple[Row, ...]:
    sure, best = result.diagnosis.uncertainty, result.diagnosis.best_epoch
    if sure is None or best is None:
        return ()
    chance = sure.chance[result.history.epochs.index(best)]
    text = (
        _("that epoch {best} is the best of this run") if averaged is None else _("that epoch {best} is the best of the mean curve")
    )
    return (Row(_("how sure"), (percent(chance), text.format(best=f"{best:,}"))),)
