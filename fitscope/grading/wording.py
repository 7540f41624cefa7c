"""Marks, verdicts and curves in words, in the spoken language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from fitscope import words
from fitscope.grading.records import FLAGS, Facts, Graded
from fitscope.language import N_, _
from fitscope.language.figures import numeral
from fitscope.report.numbers import count, epochs, number, percent
from fitscope.result import Score

_VERDICTS = {  # of these the curves' own numbers are not kept
    "not_learning": N_(
        "Nothing was learnt: no loss fell by more than its noise, or accuracy is no better than always naming the largest class."
    ),
    "diverged": N_("The training diverged: its loss rose above where it began, or was no longer a number."),
    "inconclusive": N_("The curves cannot settle the verdict: there are too few epochs, or too much noise."),
}
_FLAGS = {
    "recomputed_differs": N_("recomputed differs"),
    "page_differs": N_("page differs"),
    "impossible_number": N_("impossible number"),
    "same_curves": N_("same curves"),
    "same_answers": N_("same answers"),
    "rerun_differs": N_("run again differs"),
    "late": N_("late"),
}
RATES = {  # how honest work comes to a flag
    "recomputed_differs": N_(
        "Honest work has this where the file was changed after fitscope wrote it, or another version wrote it."
    ),
    "page_differs": N_("Honest work has this where another program saved the page anew, such as a translator or an editor."),
    "impossible_number": N_("Honest work has this where a number was typed in by hand, and mistyped."),
    "same_curves": N_("Honest work has this where students trained together, or mixed up their files on a shared computer."),
    "same_answers": N_("Honest work has this where both quote one source; what you gave out yourself can be named in the rubric."),
    "rerun_differs": N_("Honest work has this where the student's machine or version of TensorFlow computes otherwise than most."),
    "late": N_("This is what the export says; it knows of no extension that you gave."),
}
MEASURED = N_(  # README, "How right the flags are"
    "Measured on real trainings: of 1,191 honest ones none had such a flag, so fewer than 1 in 300 have it, at a confidence of "
    "95 %; where one student in 20 cheats, at least 93 of 100 flags are right."
)
_UNMEASURED = N_("How often honest work has this was not measured.")
ON_HONEST = ("recomputed_differs", "page_differs", "impossible_number", "same_curves")  # the flags that were measured
assert set(_FLAGS) == set(RATES) == set(FLAGS)


def points(value: float | None) -> str:
    """Return points as people write them; a dash where a person still has to give them.

    Example:
        >>> points(2.0), points(0.25), points(None), points(1234567.5)
        ('2', '0.25', '–', '1234567.5')
    """
    if value is None:
        return "–"
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return numeral("0" if text == "-0" else text)


def verdict(facts: Facts) -> str:
    """Return what the curves say as one sentence."""
    if facts.verdict in _VERDICTS:
        return _(_VERDICTS[facts.verdict])
    if facts.best_epoch is None or not len(facts.history):
        return words.label(facts.verdict)
    first, last = facts.plateau or (facts.best_epoch, facts.best_epoch)
    numbers: Mapping[str, Any] = {
        "best": facts.best_epoch,
        "first": first,
        "last_member": last,
        "last": facts.history.epochs[-1],
        "members": _members(facts),
    }
    return words.verdict(facts.verdict, numbers) if facts.verdict in words.VERDICTS else facts.verdict


def _members(facts: Facts) -> int | None:
    """Return how many epochs of the plateau are as good as the best; None where all are."""
    first, last = facts.plateau or (1, 0)
    inside = sum(first <= epoch <= last for epoch in facts.history.epochs)
    return None if len(facts.members) in (0, inside) else len(facts.members)


def said_verdict(text: str | None) -> str | None:
    """Return the verdict that a student gives: its name where it is one, else the student's own word."""
    return None if text is None else words.label(text)


def curves(facts: Facts) -> str:
    """Return what a picture of the curves shows, with its numbers."""
    parts = []
    for curve, text in ((facts.history.loss, _TRAINING), (facts.history.val_loss, _VALIDATION)):
        known = np.flatnonzero(np.isfinite(curve))
        if known.size:
            low = known[np.argmin(curve[known])]
            given = {"first": number(curve[known[0]]), "last": number(curve[known[-1]]), "lowest": number(curve[low])}
            parts.append(_(text).format(**given, epoch=count(facts.history.epochs[low])))
    if facts.plateau is not None and facts.plateau[0] != facts.plateau[1]:
        first, last = map(count, facts.plateau)
        members = _members(facts)
        shaded = _(_SHADED if members is None else _SOME_SHADED)
        parts.append(shaded.format(first=first, last=last, members=count(members)))
    return " ".join(parts)


_SHADED = N_("The shaded epochs, {first} to {last}, are as good as the best.")
_SOME_SHADED = N_("Of the shaded epochs, {first} to {last}, {members} are as good as the best.")
_TRAINING = N_("The training loss goes from {first} to {last}.")
_VALIDATION = N_("The validation loss begins at {first}, is lowest at epoch {epoch} with {lowest}, and ends at {last}.")


def best_and_plateau(facts: Facts) -> str:
    """Return the best epoch with the plateau around it, short.

    Example:
        >>> from fitscope.history import TrainingHistory
        >>> best_and_plateau(Facts(TrainingHistory.of({"loss": [1.0]}), 9, (7, 12), (), "good_fit"))
        '9 (7 to 12)'
    """
    best = count(facts.best_epoch)
    return best if facts.plateau is None or facts.plateau[0] == facts.plateau[1] else f"{best} ({epochs(facts.plateau)})"


def test_result(score: Score) -> str:
    """Return a test result: accuracy or mean absolute error, and the loss."""
    told = _("loss {loss}").format(loss=number(score.loss))
    if score.accuracy is not None:
        return _("accuracy {accuracy}, {loss}").format(accuracy=percent(score.accuracy), loss=told)
    return told if score.mae is None else _("mean absolute error {error}, {loss}").format(error=number(score.mae), loss=told)


def flag(code: str) -> str:
    """Return what a flag is called."""
    return _(_FLAGS[code]) if code in _FLAGS else code


def rate(code: str) -> str:
    """Return how honest work comes to a flag, and whether how often is not known; empty for a flag that nobody knows."""
    if code not in RATES:
        return ""
    return _(RATES[code]) if code in ON_HONEST else f"{_(RATES[code])} {_(_UNMEASURED)}"


def measured(codes: Collection[str]) -> str:
    """Return how often flags are right, in a sentence; empty where none of these flags was measured."""
    return _(MEASURED) if set(codes) & set(ON_HONEST) else ""


def person(one: Graded) -> str:
    """Return what a submission's student is called: the name, else the number, else what was handed in."""
    return one.student.name or one.student.id or one.student.email or one.name


def excerpt(text: str, most: int) -> str:
    """Return a text, cut where it is longer than anybody reads on a page."""
    text = re.sub(r"\n{3,}", "\n\n", text.strip())
    if len(text) <= most:
        return text
    return text[:most] + " … " + _("(cut here; the whole text stands in the file)")
