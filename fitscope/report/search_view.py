"""What the page shows of a search: its trials, its winner, and whether it bought anything but luck."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from fitscope import words
from fitscope.language import N_, _, _n
from fitscope.report import study_charts
from fitscope.report.names import spaced
from fitscope.report.numbers import UNKNOWN, count, interval, number, setting
from fitscope.report.scores_view import gain_sentences, refit_name, refitted_for, score_table
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.result import BestTrial, Gain, Result, Search, Trial

_CORRECTION = N_(
    "The correction chooses a winner anew in resamples of the validation samples and looks up its loss on the samples left out, "
    "over trials and epochs together (out-of-bag bootstrap; Tsamardinos et al. 2018)."
)
TRIAL = "trial "  # begins a trial's name in results
FAILED_SHOWN = 3  # trials that failed; their errors are mostly alike
COLUMNS = 6  # hyperparameters; more stand in one column


def search(result: Result) -> Section | None:
    """Return a search's trials, sorted by their best validation loss, and what the winner is worth."""
    found = result.search
    if found is None:
        return None
    sentences = [_searched(found)]
    tables = []
    if found.best is not None:
        sentences += [_winner(found.best, len(found.trials)), *_worth(result, found.best)]
        tables += _tested(result, found.best)
    sentences += _failed(found)
    return Section(
        name="search",
        title=_("What the search for hyperparameters found"),
        sentences=tuple(sentences),
        draw=lambda: _picture(result, found),
        tables=(*tables, *([_trials_table(found)] if found.trials else [])),
        caption=_(_CORRECTION) if found.best is not None else "",
    )


def _searched(found: Search) -> str:
    finite = sum(1 for trial in found.trials if _is_known(trial.best_val_loss))
    by = {"trials": count(len(found.trials)), "oracle": _(ORACLES.get(found.oracle, found.oracle)), "finite": count(finite)}
    if finite == len(found.trials):
        return _("{trials} trials by {oracle} search.").format(**by)
    return _("{trials} trials by {oracle} search; {finite} of them came to a finite validation loss.").format(**by)


def _failed(found: Search) -> list[str]:
    """Say which trials could not be trained, and why."""
    if not found.failed:
        return []
    text = _n(
        "{count} trial could not be trained and is left out.",
        "{count} trials could not be trained and are left out.",
        len(found.failed),
    ).format(count=count(len(found.failed)))
    shown = [f"{_named(trial.trial, trial.hyperparameters)}: {trial.error}" for trial in found.failed[:FAILED_SHOWN]]
    return [" ".join([text, *shown])]


def _named(trial: str, hyperparameters: Mapping[str, Any]) -> str:
    name, tried = _("Trial {trial}").format(trial=trial.removeprefix(TRIAL)), setting(hyperparameters)
    return f"{name} ({tried})" if tried else name


ORACLES = {"random": N_("random"), "bayesian": N_("bayesian"), "hyperband": N_("hyperband")}


def _is_known(loss: float | None) -> bool:
    return loss is not None and math.isfinite(loss)


def _winner(best: BestTrial, trials: int) -> str:
    return _(
        "{trial} won with a validation loss of {loss} at epoch {epoch}. The lowest of {trials} looks better than it is, for it was "
        "chosen by that loss; corrected for that it is {corrected} ({interval}, 95 %)."
    ).format(
        trial=_named(best.trial, best.hyperparameters),
        loss=number(best.observed),
        epoch=count(best.best_epoch),
        trials=count(trials),
        corrected=number(best.corrected),
        interval=interval(best.interval),
    )


def _worth(result: Result, best: BestTrial) -> list[str]:
    """Say whether the search bought anything but luck: the winner's refit against that of the network it began with."""
    if best.gain is None:
        return []
    begins = _("Refitted and tested on the same samples as {other}, the winner").format(other=_own_network(result))
    text = gain_sentences(best.gain, begins)
    return [f"{text} {_bought(best.gain)}"]


def _bought(gain: Gain) -> str:
    low, high = gain.loss_interval
    if low > 0:
        return _("So the search bought more than luck.")
    return _("So the search cost more than it bought.") if high < 0 else _("So what the search bought cannot be told from luck.")


def _own_network(result: Result) -> str:
    name = "" if result.plan is None else result.plan.model
    return _("the {name} network").format(name=name) if name.isidentifier() else _("the network that was not searched for")


def _tested(result: Result, best: BestTrial) -> list[Table]:
    if best.test is None:
        return []
    models = [(_("winner, {refitted}").format(refitted=refitted_for(best.best_epoch)), best.test)]
    if result.refit is not None:
        own = _("{network}, {refitted}").format(network=_own_network(result), refitted=refit_name(result))
        models.append((own, result.refit.test))
    return [score_table(models)]


def _trials_table(found: Search) -> Table:
    trials = sorted(found.trials, key=_rank)
    names = list(dict.fromkeys(name for trial in trials for name in trial.hyperparameters))
    apart, continued = len(names) <= COLUMNS, any(trial.continues is not None for trial in trials)
    heads = [spaced(name) for name in names] if apart else [_("hyperparameters")]
    rows = tuple(Row(_called(trial, found.best), _values(trial, names if apart else None, continued)) for trial in trials)
    fixed = (_("trial"), _("best validation loss"), _("best epoch"), _("verdict"), *([_("goes on from")] * continued))
    return Table((*fixed, *heads), rows)


def _rank(trial: Trial) -> float:
    loss = trial.best_val_loss
    return math.inf if loss is None or not math.isfinite(loss) else loss


def _called(trial: Trial, best: BestTrial | None) -> str:
    name = _trial(trial.trial)
    return _("{trial}, the winner").format(trial=name) if best is not None and trial.trial == best.trial else name


def _trial(name: str) -> str:
    """Return a trial's name, which results keep as "trial 3"."""
    place = name.removeprefix(TRIAL)
    return name if place == name else _("trial {number}").format(number=place)


def _values(trial: Trial, names: Sequence[str] | None, continued: bool) -> tuple[str, ...]:
    epoch = _(UNKNOWN) if trial.best_epoch is None else count(trial.best_epoch)
    tried = trial.hyperparameters
    values = [setting(tried)] if names is None else [setting(tried[name]) if name in tried else _("unchanged") for name in names]
    after = [_trial(trial.continues or "")] * continued
    return number(trial.best_val_loss), epoch, words.label(trial.verdict), *after, *values


def _picture(result: Result, found: Search) -> tuple[Picture, ...]:
    losses = np.array([t.best_val_loss if t.best_val_loss is not None else math.nan for t in found.trials], np.float64)
    if not np.isfinite(losses).any():
        return ()
    lowest = np.fmin.accumulate(losses)
    best, place = found.best, None
    if best is not None:
        place = next((i for i, trial in enumerate(found.trials) if trial.trial == best.trial), None)
    shown = None
    if best is not None and all(map(math.isfinite, (best.corrected, *best.interval))):
        shown = study_charts.Estimate(_("the winner, corrected, 95 %"), best.corrected, *best.interval)
    own = result.diagnosis.best_val_loss if _is_known(result.diagnosis.best_val_loss) else None
    top = _top(losses, own)
    draw = partial(study_charts.trials, np.minimum(losses, top).tolist(), np.minimum(lowest, top).tolist(), place, shown, own)
    caption = _("Each dot is a trial's best validation loss; lower is better.")
    if top < np.nanmax(losses):
        caption += " " + _("Those above {loss} stand at the upper edge.").format(loss=number(top))
    return (Picture("search-trials", _("Best validation loss of each trial"), caption, draw),)


def _top(losses: np.ndarray, own: float | None) -> float:
    """Return where the upright axis ends: trials that learnt nothing must not press the others flat."""
    low, half, most = (float(value) for value in np.quantile(losses[np.isfinite(losses)], [0, 0.5, 1]))
    enough = max(half + 2 * (half - low), half if own is None else own)
    return min(most, enough) if enough > low else most
