"""What the curves of a submission say when fitscope judges them, beside what the submission says that they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fitscope import version
from fitscope.diagnosis import Diagnosis, again, judge
from fitscope.diagnosis.spread import judged
from fitscope.errors import ResultError
from fitscope.grading.records import Flag
from fitscope.history import stacked
from fitscope.language import N_
from fitscope.result import Result

SAME = 1e-6  # of a number: what is not the same by more was not computed from these curves
CHANCES_APART = 0.25  # the share of all chances that two ways of counting them may lay elsewhere (honest: 0.13 at most of 1,437)
MOST = 6  # differences that a message names
_NO_COVARIANCE = N_("its samples' covariance cannot be used ({reason})")
_NO_DIAGNOSIS = N_("its own diagnosis cannot be used ({reason})")


def recomputed(result: Result, contradiction: str | None = None) -> tuple[Diagnosis, str | None]:
    """Judge a submission's curves again, by the covariance of its samples where it holds one.

    Args:
        result: as it was handed in.
        contradiction: why its own diagnosis could not be read, None where it could.

    Returns:
        The diagnosis, and why the curves had to be judged alone, as part of an English sentence; None where they had not.
    """
    data, seed = result.dataset, 0 if result.plan is None else result.plan.seed
    majority, classes = (None, None) if data is None else (data.majority, data.guessed)
    kept = result.diagnosis.uncertainty
    try:
        said = again(result.history, kept, over_seeds=_over_seeds(result), majority=majority, classes=classes, seed=seed)
        return said, None if contradiction is None else _because(_NO_DIAGNOSIS, contradiction)
    except ResultError as error:
        alone = judge(result.history, majority=majority, classes=classes, seed=seed)
        return alone, _because(_NO_COVARIANCE, str(error))


def _because(text: str, error: str) -> str:
    """Return the reason without what should be done next, which no instructor can do."""
    return text.format(reason=error.partition(";")[0].removesuffix("."))


def _over_seeds(result: Result) -> np.ndarray | None:
    """Return each repeat's validation loss [epochs, trainings], of those that did not diverge unless all did."""
    curves = [training.history for training in judged(result.studies.repeats)]
    if len(curves) < 2 or any(not set(result.history.epochs) <= set(history.epochs) for history in curves):
        return None
    return stacked(curves, "val_loss", result.history.epochs).T


def differs(result: Result, said: Diagnosis, alone: str | None = None) -> Flag | None:
    """Compare what a result says of its curves with what they say.

    Args:
        result: as it was handed in.
        said: what fitscope finds in its curves.
        alone: why they had to be judged without the samples' covariance, as `recomputed` says.

    Returns:
        The flag, None where nothing differs. Another fitscope's verdict and plateau are not compared, for limits may have changed.
    """
    if result.blind:
        return None
    found = [*([] if alone is None else [("covariance", None, alone)]), *_differences(result, said, alone)]
    if not found:
        return None
    told = "; ".join(_told(*one) for one in found[:MOST])
    text = N_("What the report says of its curves is not what its curves say: {retold_differences}. Differs, ask.")
    numbers = {"differences": [{"field": name, "says": says, "recomputed": is_} for name, says, is_ in found]}
    return Flag("recomputed_differs", text.format(retold_differences=told), numbers)


Difference = tuple[str, Any, Any]  # which number, what the report says, what was computed


def _differences(result: Result, said: Diagnosis, alone: str | None) -> Iterator[Difference]:
    stated, same_limits = result.diagnosis, result.fitscope == version()
    wide = stated.uncertainty is not None and stated.uncertainty.covariance is None and stated.uncertainty.basis != "log"
    if same_limits and alone is None and stated.verdict not in (_either(result, said) if wide else {said.verdict}):
        yield N_("verdict"), stated.verdict, said.verdict
    for name, told in (("best_epoch", N_("best epoch")), ("best_val_loss", N_("best val loss")), ("gap", N_("gap"))):
        if not same(getattr(stated, name), getattr(said, name)):
            yield told, getattr(stated, name), getattr(said, name)
    if same_limits and alone is None and stated.plateau != said.plateau:
        yield N_("plateau"), stated.plateau, said.plateau
    if alone is None:
        yield from _uncertain(result, said)
    tested = None if several(result) else result.holdout
    for name, model in ((N_("holdout epochs"), tested), (N_("refit epochs"), result.refit)):
        if model is not None and not same(model.epochs, said.best_epoch):
            yield name, model.epochs, said.best_epoch


def several(result: Result) -> bool:
    """Tell whether the curves are those of several trainings: then the tested one has a best epoch of its own."""
    return bool(result.studies.repeats or result.studies.folds)


def _either(result: Result, said: Diagnosis) -> set[str]:
    """Return the verdicts that are possible beyond 100 epochs, where the samples' covariance is not kept."""
    return {said.verdict, "inconclusive", "good_fit"} if said.verdict == "overfitting" else {said.verdict}


def _uncertain(result: Result, said: Diagnosis) -> Iterator[Difference]:
    stated, found = result.diagnosis.uncertainty, said.uncertainty
    if stated is None or found is None:
        if (stated is None) != (found is None):
            yield N_("uncertainty"), None if stated is None else stated.basis, None if found is None else found.basis
        return
    if not same(stated.paired_se, found.paired_se):
        yield N_("paired standard errors"), None, None
    if result.fitscope == version() and stated.plateau_members != found.plateau_members:
        yield N_("plateau's epochs"), list(stated.plateau_members), list(found.plateau_members)
    apart = chances_apart(stated.chance, found.chance)
    if stated.basis != "repeats" and not apart <= CHANCES_APART:
        yield N_("chances of being the best"), None, None


def chances_apart(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the share of all chances that two countings lay on other epochs (total variation).

    Example:
        >>> chances_apart((0.5, 0.5, 0.0), (0.5, 0.25, 0.25))
        0.25
    """
    return float(np.abs(np.nan_to_num(one) - np.nan_to_num(other)).sum()) / 2


def same(one: Any, other: Any) -> bool:
    """Tell whether two numbers, or two lists of them, are the same but for rounding; unknown is like unknown alone."""
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    if one is None or other is None:
        return one is other
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME * 1e-3)


def _told(name: str, says: Any, is_: Any) -> str:
    if says is None and isinstance(is_, str):
        return is_
    if says is None and is_ is None:
        return N_("the {told_name} are not those of the curves").format(told_name=name)
    return N_("{told_name} ({told_says}, and the curves give {told_computed})").format(
        told_name=name, told_says=_text(says), told_computed=_text(is_)
    )


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return "–".join(map(str, dict.fromkeys(value)))
    if isinstance(value, list):
        return ", ".join(map(str, value[:12]))
    return N_("unknown") if value is None else str(value).replace("_", " ")
