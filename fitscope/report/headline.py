"""The three numbers that matter, as the page shows them first: when it is best, how good it is, how sure that is."""

from __future__ import annotations

from fitscope.diagnosis import Diagnosis
from fitscope.language import N_, _
from fitscope.report.numbers import count, epochs, number, percent
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
    best = result.diagnosis.best_epoch
    return Row(_("best epoch"), (count(best), "" if best is None else as_good(result.diagnosis)))


def as_good(diagnosis: Diagnosis) -> str:
    """Return which epochs are as good as the best."""
    plateau, members = diagnosis.plateau, diagnosis.members
    if plateau is None or plateau[0] == plateau[1]:
        return _("no other epoch is as good")
    text = _("plateau: {epochs} are as good") if members is None else _("plateau: {members} of {epochs} are as good")
    return text.format(epochs=epochs(plateau), members=members)


def _good(result: Result) -> Row:
    """Return how good the model is: the refitted one on test data, else the best that is known."""
    for model, names in ((result.refit, _REFITTED), (result.holdout, _HELD_OUT)):
        if model is not None:
            return _tested(names, model.test)
    lowest = result.diagnosis.best_val_loss
    said = "" if lowest is None else _("chosen as the lowest, so a little too low; test data was not read")
    return Row(_("lowest validation loss"), (number(lowest), said))


_REFITTED = {"accuracy": N_("refitted test accuracy"), "mae": N_("refitted test MAE"), "loss": N_("refitted test loss")}
_HELD_OUT = {"accuracy": N_("held-out test accuracy"), "mae": N_("held-out test MAE"), "loss": N_("held-out test loss")}
_BETWEEN = {
    "accuracy": N_("{interval} (95 %)"),
    "mae": N_("mean absolute error, {interval} (95 %)"),
    "loss": N_("{interval} (95 %)"),
}


def _tested(names: dict[str, str], test: Score) -> Row:
    measure = measure_of([test]) or "loss"
    said = _(_BETWEEN[measure]).format(interval=between(measure, getattr(test, f"{measure}_interval")))
    return Row(_(names[measure]), (measured(measure, getattr(test, measure)), said))


def _sure(result: Result, averaged: str | None) -> tuple[Row, ...]:
    sure, best = result.diagnosis.uncertainty, result.diagnosis.best_epoch
    if sure is None or best is None:
        return ()
    chance = sure.chance[result.history.epochs.index(best)]
    text = (
        _("that epoch {best} is the best of this run") if averaged is None else _("that epoch {best} is the best of the mean curve")
    )
    return (Row(_("how sure the best epoch is"), (percent(chance), text.format(best=count(best)))),)
