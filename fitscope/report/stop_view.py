"""What the page's script says: an epoch's numbers, and what stopping after it would have cost. The script fills the texts in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitscope import words
from fitscope.diagnosis.regions import LABELS, UNDECIDED
from fitscope.history import TrainingHistory
from fitscope.language import N_, _
from fitscope.language.figures import percentage
from fitscope.report.numbers import UNKNOWN
from fitscope.report.scores_view import MEASURES
from fitscope.result import Result

# {epoch}: where it was stopped; {kept}: the best until then; {cost}: how far above the lowest, in percent where that can be said.
_STOPPED = {
    "above": N_(
        "Stopped after epoch {epoch} and its weights kept: validation loss {loss}, {cost} above the lowest (epoch {best})."
    ),
    "lowest": N_("Stopped after epoch {epoch} and its weights kept: validation loss {loss}, the lowest of all."),
    "unmeasured": N_("Stopped after epoch {epoch}: its validation loss is not known."),
    "nothing_lost": N_("With the best so far kept (epoch {kept}): nothing lost."),
    "best_so_far": N_("With the best so far kept (epoch {kept}): {cost} above the lowest."),
    "none_so_far": N_("Until then no epoch has a validation loss."),
    "saved": N_("{saved} of {epochs} epochs saved."),
}


@dataclass(frozen=True)
class Tools:
    """Hold what the page's script needs beside the result.

    Args:
        texts: the script's texts in the spoken language, filled by it.
        epochs: how many the history has.
        slider: whether there is a validation loss to stop by.
    """

    texts: dict[str, object]
    epochs: int
    slider: bool


def tools(result: Result) -> Tools:
    """Return what the script shows of a result's curves."""
    texts: dict[str, object] = {
        "epoch": _("Epoch {epoch}"),
        "read": _("Read the epochs: {chart}"),
        "curves": _curves(result.history),
        "gap": _("gap"),
        "chance": _("chance of being the best"),
        "region": _("region"),
        "regions": {name: words.label(name) for name in (*LABELS, UNDECIDED)},
        "unknown": _(UNKNOWN),
        "percent": percentage("{number}").replace(" ", "\u00a0"),
    }
    texts |= {name: _(text) for name, text in _STOPPED.items()}
    return Tools(texts, len(result.history), bool(np.isfinite(result.history.val_loss).any()))


def _curves(history: TrainingHistory) -> list[list[str]]:
    """Return the curves whose numbers are read: name in the history, name for people, and how its numbers are written."""
    named = [(name, _(label)) for name, label in {"loss": N_("loss"), **MEASURES}.items()]
    shown = [(name, _("training {what}").format(what=label)) for name, label in named]
    shown += [(f"val_{name}", _("validation {what}").format(what=label)) for name, label in named]
    return [
        [name, label, "share" if name.endswith("accuracy") else "number"]
        for name, label in sorted(shown, key=lambda pair: [name for name, _ in named].index(pair[0].removeprefix("val_")))
        if np.isfinite(history.curve(name)).any()
    ]
