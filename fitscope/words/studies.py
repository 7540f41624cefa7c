"""The sentences for studies: remedies and their ranking, and sizes that carry no curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fitscope.language import N_, _
from fitscope.language.figures import numeral
from fitscope.words.figures import unknown

REMEDIES = {  # a short name, and what it changes
    "smaller": (N_("smaller network"), N_("fewer units a layer")),
    "larger": (N_("larger network"), N_("more units a layer")),
    "l2": (N_("L2"), N_("a penalty on large weights")),
    "dropout": (N_("dropout"), N_("units left out at random while training")),
    "l2_dropout": (N_("L2 and dropout"), N_("a penalty on large weights, and units left out at random while training")),
    "fewer_words": (N_("fewer words"), N_("only the more frequent words as input")),
    "lower_learning_rate": (N_("lower learning rate"), N_("smaller steps")),
}
RANKED = {  # a remedy's way -> how it is told
    1: N_("{name} lowers the best validation loss by {gain}"),
    -1: N_("{name} raises the best validation loss by {gain}"),
}
SCALING = {
    "too_few_sizes": N_("Fewer than four sizes gave a loss, and a curve with three parameters needs at least four."),
    "does_not_fall": N_(
        "The best validation loss did not fall with the number of training samples, so no curve is drawn: more data "
        "of this kind would hardly lower it."
    ),
    "too_noisy": N_(
        "The best validation losses scatter as much as they fall, so they carry no curve with three parameters; more "
        "trainings a size (fitscope analyze: --repeats) or more validation data would settle it."
    ),
    "lack_of_fit": N_(
        "The losses do not lie on one curve a + b n^-c: they miss it by more than the seeds' spread explains, so "
        "nothing is foretold from it."
    ),
    "unbounded": N_(
        "The losses fall, but they hold a curve of any steepness, so nothing is foretold from it; more sizes or more "
        "trainings a size (fitscope analyze: --repeats) would settle it."
    ),
    "not_finite": N_("Some losses are no finite numbers, so no curve is drawn."),
}


def remedy(code: str, changes: Mapping[str, Any]) -> str:
    """Return a remedy's short name, with its strength where that is one number.

    Example:
        >>> remedy("dropout", {"dropout": 0.5}), remedy("lower_learning_rate", {"learning_rate": 0.0001}), remedy("salt", {})
        ('dropout 0.5', 'lower learning rate', 'salt')
    """
    strength = changes.get(code)
    name = _(REMEDIES.get(code, (unknown(code).replace("_", " "), ""))[0])
    return (
        name
        if strength is None or len(changes) != 1
        else f"{name} {numeral(f'{strength:g}')}"
        if _is_real(strength)
        else f"{name} {strength}"
    )


def ranking(remedies: Sequence[tuple[str, str, int]], *, one_seed: bool) -> str:
    """Return the sentence that ranks remedies.

    Args:
        remedies: name, gain as a text, and 1 where it clearly lowers the best validation loss, -1 where it clearly raises it, else
            0; the largest gain first.
        one_seed: whether one training stands on each side; then the sentence speaks of this run alone.

    Example:
        >>> ranking([("dropout 0.5", "0.011 ± 0.004", 1), ("L2", "0.001 ± 0.003", 0)], one_seed=True)
        'In this run dropout 0.5 lowers the best validation loss by 0.011 ± 0.004; L2: no difference beyond chance.'
    """
    told = [_ranked(template, [(name, gain) for name, gain, its in remedies if its == way]) for way, template in RANKED.items()]
    equal = [name for name, _gain, way in remedies if way == 0]
    if len(equal) == len(remedies):
        told = [_("no remedy changes the best validation loss by more than chance explains")]
    elif equal:
        told.append(_("{names}: no difference beyond chance").format(names=", ".join(equal)))
    text = "; ".join(filter(None, told))
    return _("In this run {ranking}.").format(ranking=text) if one_seed else f"{text[0].upper()}{text[1:]}."


def _ranked(template: str, remedies: Sequence[tuple[str, str]]) -> str:
    """Return which remedies change the loss one way; the first is told in full."""
    (name, gain), *others = remedies or [("", "")]
    rest = [_("{name} by {gain}").format(name=name, gain=gain) for name, gain in others]
    return ", ".join([_(template).format(name=name, gain=gain), *rest]) if remedies else ""


def changed_by(code: str) -> str:
    """Return what a remedy changes, in a few words; empty where it is none of fitscope's own."""
    return _(REMEDIES.get(code, ("", ""))[1])


def scaling(reason: str) -> str:
    """Return why the trainings of several sizes carry no curve."""
    if reason in SCALING:
        return _(SCALING[reason])
    return _("No curve is drawn: {reason}.").format(reason=unknown(reason).replace("_", " "))


def _is_real(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
