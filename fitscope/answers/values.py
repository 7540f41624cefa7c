"""One answer each: the value that a student's text stands for, or a sentence that says what it should be."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Callable
from typing import TypeAlias

from fitscope import words
from fitscope.errors import UsageError
from fitscope.language import LANGUAGES, N_, speaking
from fitscope.plan import student_id

LONGEST_NAME = 200  # characters, as of --author
# Neither YAML nor a page holds these.
_UNREADABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_EPOCH = re.compile(r"(?:epoch|에포크)?\s*#?\s*(\d{1,9})(?:\.0*)?\s*(?:번째)?\s*(?:epochs?|에포크)?\.?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_ALSO = {"overfit": "overfitting", "overfits": "overfitting", "overfitted": "overfitting", "underfit": "underfitting",
         "underfits": "underfitting", "underfitted": "underfitting", "과대적합": "overfitting"}  # fmt: skip

Read: TypeAlias = "tuple[object, str | None]"


def cleaned(text: str) -> str:
    """Return a text with line feeds alone between its lines, and a sign in the place of what no page can show."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", lines)


def epoch(text: str) -> Read:
    """Return the epoch that a text names.

    Example:
        >>> epoch("9"), epoch("Epoch 9")[0], epoch("about nine")[0]
        ((9, None), 9, None)
    """
    found = _EPOCH.fullmatch(_plain(text))
    if found is not None and int(found[1]) >= 1:
        return int(found[1]), None
    return None, N_("best_epoch is “{given}”; give one whole number from 1 on, such as 5.").format(given=shown(text))


def verdict(text: str) -> Read:
    """Return the code of the verdict that a text names; another word as it is, with a sentence.

    Example:
        >>> verdict("Good fit"), verdict("과적합"), verdict("memorising")[0]
        (('good_fit', None), ('overfitting', None), 'memorising')
    """
    plain = _word(text)
    code = next((code for language in LANGUAGES if (code := _verdicts(language).get(plain)) is not None), None)
    if code is not None:
        return code, None
    told = N_("verdict is “{given}”, and must be one of {allowed}.")
    return _plain(text), told.format(given=shown(text), allowed=", ".join(words.VERDICTS))


@functools.cache
def _verdicts(language: str) -> dict[str, str]:
    with speaking(language):
        labels = {_word(words.label(code)): code for code in words.VERDICTS}
    return {_word(code): code for code in words.VERDICTS} | labels | _ALSO


def share(text: str) -> Read:
    """Return a share of 1; what is above 1 can only be a percentage.

    Example:
        >>> share("79.2 %"), share("0,79"), share("79"), share("790")[0]
        ((0.792, None), (0.79, None), (0.79, None), None)
    """
    plain = _plain(text)
    value = _number(plain.rstrip("% "))
    percent = value is not None and ("%" in plain or value > 1)
    if value is not None and 0 <= value <= (100 if percent else 1):
        return (float(f"{value / 100:.12g}") if percent else value), None
    told = N_("test_accuracy is “{given}”; give a share from 0 to 1, or a percentage with its sign.")
    return None, told.format(given=shown(text))


def measure(name: str, least: float = -math.inf) -> Callable[[str], Read]:
    """Return what reads a number of this name that is at least so large."""

    def read(text: str) -> Read:
        value = _number(_plain(text))
        if value is not None and value >= least:
            return value, None
        return None, N_("{key} is “{given}”; give one number.").format(key=name, given=shown(text))

    return read


def person(text: str) -> Read:
    """Return a student's name with single blanks."""
    name = " ".join(text.split())
    if len(name) <= LONGEST_NAME:
        return name, None
    told = N_("name has {count} characters; give at most {most}.")
    return None, told.format(count=len(name), most=LONGEST_NAME)


def student(text: str) -> Read:
    """Return a student's number."""
    try:
        return student_id(text), None
    except UsageError:
        return None, N_("id is “{given}”; give a student number of 1 to 100 characters on one line.").format(given=shown(text))


KINDS: dict[str, Callable[[str], Read]] = {
    "best_epoch": epoch,
    "verdict": verdict,
    "test_accuracy": share,
    "test_loss": measure("test_loss"),
    "test_mae": measure("test_mae", 0.0),
}


def shown(text: str) -> str:
    """Return a value as a sentence quotes it: on one line, not too long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:39]}…"


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).strip("'\"“”")


def _word(text: str) -> str:
    return re.sub(r"[\W_]+", "", _plain(text).casefold())


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None
