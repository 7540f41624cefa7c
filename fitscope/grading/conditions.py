"""Whether a condition holds for a value that was handed in, and the sentence that says why."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.thresholds import LIMITS
from fitscope.grading import fields, wanted
from fitscope.grading.toml_file import shortened
from fitscope.grading.values import figure, number_in, ranges, rounding, verdict_in
from fitscope.grading.wanted import Condition, Kind, Outcome
from fitscope.language import N_
from fitscope.words.verdicts import LABELS

_SAME = 1e-9  # relative: what arithmetic alone may change
_COMPUTED = 1e-6  # relative: what another machine's arithmetic may change
_COARSE = 0.1  # of the value: a claim that is rounded further says too little of it

NO_NUMBER = N_("The {told_field} is {value}, which is no number.")
NO_SHARE = N_("The {told_field} is {value}; an accuracy lies between 0 and 1.")
BELOW_0 = N_("The {told_field} is {value}; it cannot lie below 0.")
COMPARED = {  # where the condition holds, and where it does not
    "at_least": (N_("The {told_field} is {value}, at least {limit}."), N_("The {told_field} is {value}, less than {limit}.")),
    "at_most": (N_("The {told_field} is {value}, at most {limit}."), N_("The {told_field} is {value}, more than {limit}.")),
    "between": (
        N_("The {told_field} is {value}, between {low} and {high}."),
        N_("The {told_field} is {value}, not between {low} and {high}."),
    ),
    "equals": (N_("The {told_field} is {value}, as asked."), N_("The {told_field} is {value}; asked was {limit}.")),
    "one_of": (N_("The {told_field} is {value}, one of: {limit}."), N_("The {told_field} is {value}, none of: {limit}.")),
    "matches_recomputed": (
        N_("The {told_field} is {value}, and so it is when computed again from the curves."),
        N_("The {told_field} is {value}; computed again from the curves it is {limit}."),
    ),
}
PARTLY = {
    "at_least": N_("The {told_field} is {value}, at least {limit}; from {more} on it gives more points."),
    "at_most": N_("The {told_field} is {value}, at most {limit}; up to {more} it gives more points."),
}
NOT_RECOMPUTED = N_("The {told_field} is {value}; the curves do not tell it.")
PLATEAU = {
    "in": N_("Epoch {epoch} is one of those that the validation data cannot tell from the best: {epochs}."),
    "near": N_("Epoch {epoch} is near those that the validation data cannot tell from the best: {epochs}."),
    "out": N_("Epoch {epoch} is none of those that the validation data cannot tell from the best: {epochs}."),
    "unknown": N_("Epoch {epoch} cannot be judged, for no epoch has a validation loss."),
}
NO_EPOCH = N_("The {told_field} is {value}, which is no epoch.")
VERDICT = {
    "same": N_("The {told_field} is {told_claim}, and so say the curves."),
    "other": N_("The {told_field} is {told_claim}; the curves say {told_verdict}."),
    "unknown": N_("The {told_field} is {value}, which is no verdict; the curves say {told_verdict}."),
    "with": N_(
        "The {told_field} is {told_claim}. The curves do not settle it, but go with it: the end lies {rise} above the lowest "
        "validation loss (from {limit} on a rise counts), and over the last fifth of the epochs it changes by {trend} %."
    ),
    "against": N_(
        "The {told_field} is {told_claim}. The curves do not settle the verdict, but go against this one: the end lies {rise} "
        "above the lowest validation loss (from {limit} on a rise counts), and over the last fifth of the epochs it changes by "
        "{trend} %."
    ),
    "unkept": N_(
        "The {told_field} is {told_claim}. The curves alone say {told_verdict}, and of {count} epochs a report does not keep what "
        "its samples say of a rise so small: {rise}."
    ),
}


def judged(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    """Judge one value.

    Args:
        condition: what it has to be.
        path: of the field that it comes from.
        value: what was handed in, or what fitscope finds where it is no claim; not None.
        again: what fitscope finds in the curves.

    Returns:
        Whether the condition holds, and an English sentence that says so with the numbers.
    """
    return KINDS[condition.kind].judge(condition, path, value, again)


def partly(condition: Condition, above: Condition, path: str, value: Any) -> str | None:
    """Return the sentence on a value that earns some points and misses the level above; None where the levels' kinds differ."""
    number = number_in(value)
    if condition.kind not in PARTLY or above.kind != condition.kind or number is None:
        return None
    limit, more = (float(one.wanted) for one in (condition, above))  # type: ignore[arg-type]
    return _told(
        PARTLY[condition.kind], path, value=figure(number, limit, more), limit=figure(limit, number), more=figure(more, number)
    )


def _ordered(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    """Judge `at_least`, `at_most` and `between`."""
    limits = condition.wanted if isinstance(condition.wanted, tuple) else (condition.wanted,)
    low, high = float(limits[0]), float(limits[-1])
    number = number_in(value)
    if number is None:
        return False, _told(NO_NUMBER, path, value=_quoted(value))
    if (fault := _impossible(condition.kind, path, number, low)) is not None:
        return False, fault
    above = number >= low or _same(number, low)
    below = number <= high or _same(number, high)
    holds = {"at_least": above, "at_most": below, "between": above and below}[condition.kind]
    shown = {"limit": figure(low, number), "low": figure(low, number), "high": figure(high, number)}
    return holds, _told(COMPARED[condition.kind][not holds], path, value=figure(number, low, high), **shown)


def _impossible(kind: str, path: str, number: float, limit: float) -> str | None:
    """Say why no honest number is so; a loss may be below 0 where the rubric's own limit is, and a gain anywhere."""
    if path.endswith(("test.accuracy", "test_accuracy")) and not 0 <= number <= 1:
        return _told(NO_SHARE, path, value=figure(number))
    if kind == "at_most" and path.endswith(("loss", "mae")) and ".gain." not in path and number < 0 <= limit:
        return _told(BELOW_0, path, value=figure(number))
    return None


def _equal(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    asked = condition.wanted
    assert not isinstance(asked, tuple)
    holds = _matches(value, asked, condition.within)
    return holds, _told(COMPARED["equals"][not holds], path, value=_quoted(value), limit=_quoted(asked))


def _one_of(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    assert isinstance(condition.wanted, tuple)
    holds = any(_matches(value, one, None) for one in condition.wanted)
    limit = ", ".join(map(_quoted, condition.wanted))
    return holds, _told(COMPARED["one_of"][not holds], path, value=_quoted(value), limit=limit)


def _matches(value: Any, asked: Any, within: float | None) -> bool:
    if isinstance(asked, bool) or isinstance(value, bool):
        return value is asked or (isinstance(value, str) and value.casefold() == str(asked).casefold())
    if isinstance(asked, str):
        return str(value).strip().casefold() == asked.strip().casefold()
    number = number_in(value)
    return number is not None and (_same(number, asked) or abs(number - asked) <= (within or 0) * (1 + _SAME))


def _in_plateau(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    number = number_in(value)
    if number is None or number != int(number):
        return False, _told(NO_EPOCH, path, value=_quoted(value))
    epoch, members = int(number), () if again.uncertainty is None else again.uncertainty.plateau_members
    if not members:
        return False, PLATEAU["unknown"].format(epoch=figure(number))
    distance = min(abs(epoch - member) for member in members)
    how = "in" if not distance else "near" if distance <= (condition.within or 0) else "out"
    return how != "out", PLATEAU[how].format(epoch=figure(number), epochs=ranges(members))


def _same_verdict(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    claim = verdict_in(str(value))
    if claim is None:
        return False, _told(VERDICT["unknown"], path, value=_quoted(value), told_verdict=LABELS[again.verdict])
    shown: dict[str, str] = {"told_claim": LABELS[claim], "told_verdict": LABELS[again.verdict]}
    holds = claim == again.verdict
    numbers = _open_question(again)
    if not holds and claim in ("inconclusive", "good_fit") and (small := _unkept(again)) is not None:
        shown |= {"rise": figure(small), "count": str(len(again.uncertainty.paired_se))}  # type: ignore[union-attr]
        return True, _told(VERDICT["unkept"], path, **shown)
    if holds or numbers is None:
        return holds, _told(VERDICT["same" if holds else "other"], path, **shown)
    rise, limit, trend = numbers
    holds = _goes_with(claim, rise, limit, trend, LIMITS.rise if again.evidence.get("reason") == "noise" else LIMITS.trend)
    shown |= {"rise": figure(rise, limit), "limit": figure(limit, rise), "trend": f"{100 * trend:+.1f}"}
    return holds, _told(VERDICT["with" if holds else "against"], path, **shown)


def _open_question(again: Diagnosis) -> tuple[float, float, float] | None:
    """Return rise, its limit and trend, where the curves have them and leave the verdict open."""
    if again.verdict != "inconclusive" or not {"rise", "rise_limit", "trend"} <= again.evidence.keys():
        return None
    return tuple(float(again.evidence[name]) for name in ("rise", "rise_limit", "trend"))  # type: ignore[return-value]


def _unkept(again: Diagnosis) -> float | None:
    """Return a rise that the samples may not tell from none, where a report has too many epochs to keep their covariance."""
    sure, rise = again.uncertainty, again.evidence.get("rise")
    if again.verdict != "overfitting" or rise is None or sure is None or sure.basis != "samples" or sure.covariance is not None:
        return None
    last = sure.paired_se[-max(2, len(sure.paired_se) // 10) :]
    by_samples = LIMITS.one_sided * float(np.mean(last)) if len(sure.paired_se) > LIMITS.covariance_epochs else 0.0
    return float(rise) if rise <= by_samples else None


def _goes_with(claim: str, rise: float, limit: float, trend: float, settled: float) -> bool:
    """Tell whether what was measured, noise aside, is what a verdict says: who reads it so cannot be contradicted.

    A curve that changes by less than `settled` may as well have settled: within noise, a small trend may be none.
    """
    if claim == "overfitting":
        return rise > limit or (trend > LIMITS.trend and rise > 0)
    if claim == "good_fit":
        return rise <= limit and abs(trend) <= settled
    return claim == "underfitting" and trend < -LIMITS.trend


def _recomputed(condition: Condition, path: str, value: Any, again: Diagnosis) -> Outcome:
    truth = fields.recomputed(path, again)
    if truth is None:
        return False, _told(NOT_RECOMPUTED, path, value=_quoted(value))
    if isinstance(truth, str):
        return _said_verdict(path, value, truth)
    number = number_in(value)
    if number is None:
        return False, _told(NO_NUMBER, path, value=_quoted(value))
    near = condition.within if condition.within is not None else _nearness(value, truth)
    holds = abs(number - truth) <= max(near * (1 + _SAME), _COMPUTED * abs(truth))
    shown = (
        {"value": figure(number), "limit": figure(truth)}
        if holds
        else {"value": figure(number, truth), "limit": figure(truth, number)}
    )
    return holds, _told(COMPARED["matches_recomputed"][not holds], path, **shown)


def _said_verdict(path: str, value: Any, truth: str) -> Outcome:
    claim = verdict_in(str(value))
    if claim is None:
        return False, _told(VERDICT["unknown"], path, value=_quoted(value), told_verdict=LABELS[truth])
    told = VERDICT["same" if claim == truth else "other"]
    return claim == truth, _told(told, path, told_claim=LABELS[claim], told_verdict=LABELS[truth])


def _nearness(claim: Any, truth: float) -> float:
    return 0.0 if isinstance(truth, int) else min(rounding(claim), _COARSE * abs(truth))


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_SAME)


def _quoted(value: Any) -> str:
    """Return what a student wrote as a sentence quotes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return figure(value) if isinstance(value, (int, float)) else f'"{shortened(value)}"'


def _told(template: str, path: str, **values: str) -> str:
    return template.format(told_field=fields.label(path), **values)


# A criterion, or each of its levels, names exactly one of these.
KINDS = {
    "equals": Kind(wanted.value, _equal, within=True),
    "at_least": Kind(wanted.number, _ordered),
    "at_most": Kind(wanted.number, _ordered),
    "between": Kind(wanted.pair, _ordered),
    "one_of": Kind(wanted.several, _one_of),
    "in_plateau": Kind(
        wanted.true,
        _in_plateau,
        within=True,
        claims=True,
        usual=("answers.best_epoch", "diagnosis.best_epoch"),
        compares=fields.NUMBER,
    ),
    "same_verdict": Kind(
        wanted.true, _same_verdict, claims=True, usual=("answers.verdict", "diagnosis.verdict"), compares=fields.TEXT
    ),
    "matches_recomputed": Kind(wanted.true, _recomputed, within=True, claims=True),
}
