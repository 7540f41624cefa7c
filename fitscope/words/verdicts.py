"""The sentences for verdicts: what the curves say, and the numbers that this rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fitscope.language import N_, Nn_, _, _n
from fitscope.words.figures import readable, unknown

VERDICTS = {
    "overfitting": N_("Best after epoch {best}; from epoch {after} on validation loss rises."),
    "underfitting": N_("Not trained out: validation loss still falls at the last epoch, {last}."),
    "good_fit": N_("Best after epoch {best}; validation loss has levelled off and does not rise."),
    "not_learning": N_("Nothing was learnt: {why}."),
    "diverged": N_("The training diverged: {why}."),
    "inconclusive": N_("Best after epoch {best}, but {why}."),
}
WITH_PLATEAU = {  # where epochs beside the best one are as good
    "overfitting": N_(
        "Best after epoch {best} ({first} to {last_member} are as good); from epoch {after} on validation loss rises."
    ),
    "good_fit": N_(
        "Best after epoch {best} ({first} to {last_member} are as good); validation loss has levelled off and does not rise."
    ),
    "inconclusive": N_("Best after epoch {best} ({first} to {last_member} are as good), but {why}."),
}
WITH_HOLES = {  # where some epochs between them are not
    "overfitting": N_(
        "Best after epoch {best} ({members} of the epochs {first} to {last_member} are as good); from epoch {after} on validation "
        "loss rises."
    ),
    "good_fit": N_(
        "Best after epoch {best} ({members} of the epochs {first} to {last_member} are as good); validation loss has levelled off "
        "and does not rise."
    ),
    "inconclusive": N_("Best after epoch {best} ({members} of the epochs {first} to {last_member} are as good), but {why}."),
}
NO_VALIDATION = N_("No epoch has a validation loss; hold out validation data, so that overfitting can be seen.")
LABELS = {
    "overfitting": N_("overfitting"),
    "underfitting": N_("underfitting"),
    "good_fit": N_("good fit"),
    "not_learning": N_("not learning"),
    "diverged": N_("diverged"),
    "inconclusive": N_("inconclusive"),
}
UNDECIDED = N_("undecided")  # the epochs that are in no region
MEANINGS = {  # what a verdict means, for who has to choose one
    "overfitting": N_("overfitting: validation loss rises after its minimum"),
    "underfitting": N_("underfitting: validation loss still falls at the end"),
    "good_fit": N_("good fit: validation loss has levelled off and does not rise"),
    "inconclusive": N_("inconclusive: these curves cannot tell"),
    "not_learning": N_("not learning: no loss falls"),
    "diverged": N_("diverged: the training went wrong"),
}
REASONS: dict[str, str | tuple[str, str]] = {
    "too_few_epochs": Nn_(
        "{count} epoch with a validation loss is too few to judge: train for more",
        "{count} epochs with a validation loss are too few to judge: train for more",
    ),
    "noise": N_(
        "the noise is too large to tell a rise from a plateau: hold out more validation data, train for more epochs, "
        "or repeat with other seeds"
    ),
    "still_rising": N_(
        "validation loss is rising at the end, though not by enough yet to call it overfitting: train for more epochs"
    ),
    "still_falling": N_("over the last third of the epochs validation loss falls: train for more epochs"),
    "stopped": N_("the training was stopped before validation loss had settled"),
    "guessing": N_("validation accuracy never rose above the share of the largest class, {majority:.3f}"),
    "flat": N_("no loss fell by more than its noise"),
    "not_finite": N_("the loss was no longer a finite number at epoch {epoch}"),
    "rises": N_("the training loss has risen since epoch {epoch} and ends above its first value"),
}
EVIDENCE = {
    "overfitting": N_(
        "The end lies {rise:.4g} above the lowest validation loss: that is a rise, for it is more than {rise_limit:.4g} (5 %) and "
        "more than noise alone explains, {rise_by_chance:.4g}."
    ),
    "steady": N_(
        "The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts. Noise alone "
        "explains up to {rise_by_chance:.4g}, but rises as steadily in {steadily:.1f} % of cases only."
    ),
    "underfitting": N_(
        "Over the last fifth of the epochs validation loss fell by {fall:.1f} %, more than its noise explains, to its lowest value."
    ),
    "good_fit": N_(
        "Selection and noise aside, the end lies at most {rise_upper:.4g} above the lowest validation loss (95 % sure); from "
        "{rise_limit:.4g} on a rise would count."
    ),
    "ruled_out": N_(
        "The end lies no further above the lowest validation loss than selection and noise explain (95 % sure); from "
        "{rise_limit:.4g} on a rise would count."
    ),
    "noise": N_(
        "The end lies {rise:.4g} above the lowest validation loss; the true rise may reach {rise_upper:.4g} (95 % sure), "
        "from {rise_limit:.4g} on it would count, and noise alone explains up to {rise_by_chance:.4g}."
    ),
    "still_rising": N_("The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts."),
    "still_falling": N_("The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts."),
    "stopped": N_("The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts."),
    "flat": N_("The losses began at {first:.4g} and came no lower than {lowest:.4g}."),
}


def verdict(code: str, numbers: Mapping[str, Any]) -> str:
    """Return a verdict as one sentence.

    Args:
        code: the verdict's code.
        numbers: its evidence, with `best`, `first`, `last_member` and `last` epoch (None where unknown), and how many
            `members` the plateau has (None for all between the first and the last).

    Example:
        >>> verdict("overfitting", {"best": 4, "first": 3, "last_member": 5, "last": 20})
        'Best after epoch 4 (3 to 5 are as good); from epoch 6 on validation loss rises.'
    """
    best, first, last_member = (numbers.get(name) for name in ("best", "first", "last_member"))
    if best is None and code == "inconclusive":
        return _(NO_VALIDATION)
    members = numbers.get("members")
    several = {} if first is None or first == last_member else WITH_HOLES if members is not None else WITH_PLATEAU
    given = {"best": best, "first": first, "last_member": last_member, "members": members, "last": numbers.get("last")}
    after = None if last_member is None else last_member + 1
    return _(several.get(code, VERDICTS[code])).format(**given, after=after, why=_reason(numbers))


def _reason(numbers: Mapping[str, Any]) -> str:
    template = REASONS.get(str(numbers.get("why") or numbers.get("reason")), "")
    count = numbers.get("epochs")
    said = _(template) if isinstance(template, str) else _n(*template, 1 if count == 1 else 2)
    try:
        return said.format(**readable({**numbers, "count": count}))
    except (KeyError, TypeError, ValueError):  # a result may come from elsewhere, with other numbers
        return unknown(str(numbers.get("why") or numbers.get("reason")))


def evidence(code: str, numbers: Mapping[str, Any]) -> str:
    """Return the numbers that a verdict rests on as a sentence; empty where the verdict's own says them.

    Example:
        >>> evidence("good_fit", {"rise_upper": 0.012, "rise_limit": 0.02}).partition(";")[0]
        'Selection and noise aside, the end lies at most 0.012 above the lowest validation loss (95 % sure)'
    """
    key = str(numbers.get("why") or numbers.get("reason") or code)
    upper = numbers.get("rise_upper")
    ruled_out = key == "good_fit" and isinstance(upper, (int, float)) and upper <= 0
    template = EVIDENCE.get("ruled_out" if ruled_out else key, "")
    try:
        # Measured on smoothed curves, a rise may come out below 0; what people read is that there is none.
        least = {name: max(0.0, float(numbers[name])) for name in ("rise", "rise_upper") if numbers.get(name) is not None}
        percent = {"fall": -100 * float(numbers.get("trend") or 0), "steadily": 100 * float(numbers.get("steady") or 0)}
        return _(template).format(**readable({**numbers, **percent, **least}))
    except (KeyError, TypeError, ValueError):  # a result may come from elsewhere, with other numbers
        return ""


def label(code: str) -> str:
    """Return a verdict's or region's name for people."""
    named = LABELS | {"undecided": UNDECIDED}
    return _(named[code]) if code in named else unknown(code)


def meanings() -> dict[str, str]:
    """Return what each verdict means, by its code, in the spoken language."""
    return {code: _(meaning) for code, meaning in MEANINGS.items()}
