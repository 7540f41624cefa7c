"""The sentences for what is wrong with the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fitscope.language import N_, Nn_, _, _n
from fitscope.words.figures import listed, percent, unknown

LEAKS: dict[str, str | tuple[str, str]] = {  # where samples are counted, for one and for several; CODE.KIND where there are kinds
    "same_samples": Nn_(
        "1 of the {samples:,} {later} samples ({share}) holds the same {what} as a {earlier} sample; it can make the {later} "
        "result look better than it is.",
        "{count:,} of the {samples:,} {later} samples ({share}) hold the same {what} as a {earlier} sample; they can make the "
        "{later} result look better than it is.",
    ),
    "repeated_samples": Nn_(
        "1 of the {samples:,} {part} samples ({share}) holds the same {what} as one before it; it weighs twice in the training.",
        "{count:,} of the {samples:,} {part} samples ({share}) hold the same {what} as one before them; they weigh more than once "
        "in the training.",
    ),
    "near_samples": Nn_(
        "1 of the {samples:,} {later} samples ({share}) holds nearly the same words as a {earlier} sample (Jaccard similarity of "
        "{jaccard:g} or more); it can make the {later} result look better than it is.",
        "{count:,} of the {samples:,} {later} samples ({share}) hold nearly the same words as a {earlier} sample "
        "(Jaccard similarity of {jaccard:g} or more), {equal} of them exactly the same; they can make the {later} result look "
        "better than it is.",
    ),
    "revealing_column.classes": N_(
        "The column {column} gives the answer away: alone it tells {accuracy} of the samples right (each "
        "class counted alike; guessing gets {chance}); leave it out, unless it is known before the answer."
    ),
    "revealing_column.label": N_(
        "The column {column} gives label {label} away: alone it tells {accuracy} of the samples right (with "
        "and without it counted alike; guessing gets {chance}); leave it out, unless it is known before the answer."
    ),
    "revealing_column.variance": N_(
        "The column {column} gives the answer away: alone it explains {explained} of the target's "
        "variance; leave it out, unless it is known before the answer."
    ),
    "revealing_column.rank": N_(
        "The column {column} gives the answer away: alone it puts the samples in the target's order (rank "
        "correlation {correlation:.4f}); leave it out, unless it is known before the answer."
    ),
    "follows_order.sorted_classes": N_(
        "The samples are sorted by class: {class} is {first} of the first fifth and {rest} of the "
        "rest, so the first samples don't stand for the others; shuffle them before holding some out."
    ),
    "follows_order.drift_classes": N_(
        "The classes change along the data: {class} is {first} of the first fifth and {rest} of the "
        "rest, so the first samples don't stand for the others; shuffle them before holding some out, or hold out by time."
    ),
    "follows_order.runs_classes": N_(
        "Samples of a class stand together, in {runs:,} runs where chance gives {expected:,.0f}, so the "
        "first samples may not stand for the others; shuffle them before holding some out, or hold out by group or time."
    ),
    "follows_order.sorted_numbers": N_(
        "The samples are sorted by the target: its median is {first:.4g} in the first fifth and "
        "{rest:.4g} in the rest, so the first samples don't stand for the others; shuffle them before holding some out."
    ),
    "follows_order.drift_numbers": N_(
        "The target changes along the data: its median is {first:.4g} in the first fifth and "
        "{rest:.4g} in the rest, so the first samples don't stand for the others; shuffle them before holding some out, or hold "
        "out by time."
    ),
    "follows_order.runs_numbers": N_(
        "The target is alike from one sample to the next (rank correlation {neighbours:.2f}), so the "
        "first samples may not stand for the others; shuffle them before holding some out, or hold out by group or time."
    ),
    "missing_classes.learn": Nn_(
        "No {part} sample is of class {names}; the network cannot learn it.",
        "No {part} sample is of the classes {names}; the network cannot learn them.",
    ),
    "missing_classes.judge": Nn_(
        "No {part} sample is of class {names}; the {part} result says nothing of it.",
        "No {part} sample is of the classes {names}; the {part} result says nothing of them.",
    ),
    "elsewhere": Nn_("1 sample of the other parts is.", "{number:,} samples of the other parts are."),
    "other_label": Nn_(
        "1 has another label than its double, and no network can answer both right.",
        "{number:,} have other labels than their doubles, and no network can answer both right.",
    ),
    "blank": Nn_("1 is blank.", "{number:,} are blank."),
}
LEAK_WORDS = {"words": N_("set of words"), "values": N_("values")}
PARTS = {"training": N_("training"), "validation": N_("validation"), "test": N_("test")}
LEAK_TAILS = ("elsewhere", "other_label", "blank")
NAMES_SHOWN = 5


def leak(code: str, numbers: Mapping[str, Any]) -> str:
    """Return what is wrong with the data as a sentence or two.

    Example:
        >>> leak("missing_classes", {"part": "test", "classes": ["tin", "hog"], "count": 2, "elsewhere": 1})
        'No test sample is of the classes tin and hog; the test result says nothing of them. 1 sample of the other parts is.'
    """
    key = f"{code}.{_leak_kind(code, numbers)}"
    try:
        text = _one_or_many(key if key in LEAKS else code, numbers.get("count"), _leak_words(numbers))
        tails = [_one_or_many(tail, numbers[tail], {"number": numbers[tail]}) for tail in LEAK_TAILS if numbers.get(tail)]
        return " ".join([text, *tails])
    except (KeyError, TypeError, ValueError):  # a result may come from elsewhere, with other numbers
        return unknown(code)


def _leak_kind(code: str, numbers: Mapping[str, Any]) -> str:
    if code == "missing_classes":
        return "learn" if numbers.get("part") == "training" else "judge"
    if code == "revealing_column" and numbers.get("label") is not None:
        return "label"
    return "_".join(str(numbers[name]) for name in ("how", "kind") if name in numbers)


def _one_or_many(key: str, count: Any, given: Mapping[str, Any]) -> str:
    forms = LEAKS[key]
    template = _(forms) if isinstance(forms, str) else _n(*forms, count if isinstance(count, int) else 2)
    return template.format(**given)


def _leak_words(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers as a sentence shows them: shares in per cent, classes as a list."""
    given = dict(numbers)
    for name in ("share", "accuracy", "chance", "explained"):
        if name in given:
            given[name] = percent(given[name])
    if numbers.get("kind") == "classes":
        given |= {name: percent(numbers[name]) for name in ("first", "rest")}
    given |= {name: part(numbers[name]) for name in ("part", "earlier", "later") if name in numbers}
    return given | {"what": _(LEAK_WORDS.get(numbers.get("what", ""), "")), "names": _names(numbers.get("classes", ()))}


def part(name: str) -> str:
    """Return the name of a part of the data: training, validation or test."""
    return _(PARTS.get(name, name))


def _names(classes: Sequence[str]) -> str:
    more = len(classes) - NAMES_SHOWN
    return listed([*classes[:NAMES_SHOWN], *([_("{count} more").format(count=more)] if more > 0 else [])])
