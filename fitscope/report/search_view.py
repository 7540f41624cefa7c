"""What the page shows of a search: its trials, its winner, and whether it bought anything but luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from fitscope import words
from fitscope.report import study_charts
from fitscope.report.numbers import UNKNOWN, interval, number, setting
from fitscope.report.scores_view import gain_sentences, refit_name, score_table
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.result import BestTrial, Gain, Result, Search, Trial

_CORRECTION = (
    "The correction chooses a winner anew in resamples of the validation samples and looks up its loss on the samples left out, "
    "over trials and epochs together (out-of-bag bootstrap; Tsamardinos et al. 2018)."
)
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
    return Section(
        name="search",
        title="What the search for hyperparameters found",
        sentences=tuple(sentences),
        draw=lambda: _picture(result, found),
        tables=(*tables, _trials_table(found)),
        caption=_CORRECTION if found.best is not None else "",
    )


def _searched(found: Search) -> str:
    finite = sum(1 for trial in found.trials if _is_known(trial.best_val_loss))
    text = f"{len(found.trials):,} trials by {found.oracle} search"
    return f"{text}." if finite == len(found.trials) else f"{text}; {finite:,} of them came to a finite validation loss."


def _is_known(loss: float | None) -> bool:
    return loss is not None and math.isfinite(loss)


def _winner(best: BestTrial, trials: int) -> str:
    chosen = setting(best.hyperparameters)
    name = best.trial if best.trial.startswith("trial") else f"trial {best.trial}"
    who = f"{name[0].upper()}{name[1:]}{f' ({chosen})' if chosen else ''}"
    text = f"{who} won with a validation loss of {number(best.observed)} at epoch {best.best_epoch:,}. The lowest of {trials:,} "
    text += "looks better than it is, for it was chosen by that loss; corrected for "
    return f"{text}that it is {number(best.corrected)} ({interval(best.interval)}, 95 %)."


def _worth(result: Result, best: BestTrial) -> list[str]:
    """Say whether the search bought anything but luck: the winner's refit against that of the network it began with."""
    if best.gain is None:
        return []
    text = gain_sentences(best.gain, f"Refitted and tested on the same samples as {_own_network(result)}, the winner")
    return [f"{text} {_bought(best.gain)}"]


def _bought(gain: Gain) -> str:
    low, high = gain.loss_interval
    if low > 0:
        return "So the search bought more than luck."
    return "So the search cost more than it bought." if high < 0 else "So what the search bought cannot be told from luck."


def _own_network(result: Result) -> str:
    name = "" if result.plan is None else result.plan.model
    return f"the {name} network" if name.isidentifier() else "the network that was not searched for"


def _tested(result: Result, best: BestTrial) -> list[Table]:
    if best.test is None:
        return []
    models = [(f"winner, refitted for {best.best_epoch:,} epochs", best.test)]
    models += [] if result.refit is None else [(f"{_own_network(result)}, {refit_name(result)}", result.refit.test)]
    return [score_table(models)]


def _trials_table(found: Search) -> Table:
    trials = sorted(found.trials, key=_rank)
    names = list(dict.fromkeys(name for trial in trials for name in trial.hyperparameters))
    apart, continued = len(names) <= COLUMNS, any(trial.continues is not None for trial in trials)
    heads = [name.replace("_", " ") for name in names] if apart else ["hyperparameters"]
    rows = tuple(Row(_called(trial, found.best), _values(trial, names if apart else None, continued)) for trial in trials)
    return Table(("trial", "best validation loss", "best epoch", "verdict", *(["goes on from"] * continued), *heads), rows)


def _rank(trial: Trial) -> float:
    loss = trial.best_val_loss
    return math.inf if loss is None or not math.isfinite(loss) else loss


def _called(trial: Trial, best: BestTrial | None) -> str:
    return f"{trial.trial}, the winner" if best is not None and trial.trial == best.trial else trial.trial


def _values(trial: Trial, names: Sequence[str] | None, continued: bool) -> tuple[str, ...]:
    epoch = UNKNOWN if trial.best_epoch is None else f"{trial.best_epoch:,}"
    tried = trial.hyperparameters
    values = [setting(tried)] if names is None else [setting(tried[name]) if name in tried else "unchanged" for name in names]
    after = [trial.continues or ""] * continued
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
        shown = study_charts.Estimate("the winner, corrected, 95 %", best.corrected, *best.interval)
    own = result.diagnosis.best_val_loss if _is_known(result.diagnosis.best_val_loss) else None
    top = _top(losses, own)
    draw = partial(study_charts.trials, np.minimum(losses, top).tolist(), np.minimum(lowest, top).tolist(), place, shown, own)
    caption = "Each dot is a trial's best validation loss; lower is better."
    caption += f" Those above {number(top)} stand at the upper edge." if top < np.nanmax(losses) else ""
    return (Picture("search-trials", "Best validation loss of each trial", caption, draw),)


def _top(losses: np.ndarray, own: float | None) -> float:
    """Return where the upright axis ends: trials that learnt nothing must not press the others flat."""
    low, half, most = (float(value) for value in np.quantile(losses[np.isfinite(losses)], [0, 0.5, 1]))
    enough = max(half + 2 * (half - low), half if own is None else own)
    return min(most, enough) if enough > low else most
