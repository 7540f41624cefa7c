"""Values as students write them and as sentences show them."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from fitscope.language import LANGUAGES, speaking
from fitscope.words.verdicts import LABELS, label

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
_LONGEST = 80  # signs of a number


def number_in(value: Any) -> float | None:
    """Return a number, also one that is written as a text; None where there is none.

    Example:
        >>> number_in(" 0,28 "), number_in("28 %"), number_in(4), number_in("four"), number_in(True), number_in("nan")
        (0.28, 0.28, 4.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = _read(value) if isinstance(value, str) else float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _read(text: str) -> float:
    digits, unit = _written(text)
    return float(digits) * unit if len(digits) <= _LONGEST and _NUMBER.fullmatch(digits) else math.nan


def _written(value: float | str) -> tuple[str, float]:
    """Return the digits of a number, and what they count."""
    text = str(value).strip()
    bare = text.removesuffix("%").rstrip()
    return bare.replace(",", "."), 1.0 if bare == text else 0.01


def figure(number: float, *others: float) -> str:
    """Return a number as a sentence shows it, with as many digits as tell it from those that stand beside it.

    Example:
        >>> figure(0.88424), figure(160305.0), figure(42.4524), figure(0.859996, 0.86), figure(1e300)
        ('0.8842', '160305', '42.45', '0.859996', '1e+300')
    """
    for digits in (4, 6, 9, 12):
        shown = _rounded(number, digits)
        if all(shown != _rounded(other, digits) for other in others if other != number):
            return shown
    return repr(number)


def _rounded(number: float, digits: int) -> str:
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.1f}" if 10**digits <= abs(number) < 1e15 else f"{number:.{digits}g}"


def rounding(claim: Any) -> float:
    """Return how far from a claimed number the true one may lie: half a unit of the last digit that was written.

    Example:
        >>> rounding(0.28), rounding("0,280"), rounding("28 %"), rounding(1e-05)
        (0.005, 0.0005, 0.005, 5e-06)
    """
    text, unit = _written(claim)
    try:
        exponent = Decimal(text).as_tuple().exponent
    except InvalidOperation:
        return 0.0
    return 0.5 * unit * 10.0 ** max(min(exponent, 0), -300) if isinstance(exponent, int) else 0.0


def verdict_in(word: str) -> str | None:
    """Return the code of the verdict that a word stands for, in any of the languages; None where it stands for none.

    Example:
        >>> verdict_in("Good fit"), verdict_in("over-fitting"), verdict_in("과적합"), verdict_in("fine")
        ('good_fit', 'overfitting', 'overfitting', None)
    """
    bare = _bare(word)
    return {_bare(code): code for code in LABELS}.get(bare) or _verdict_names().get(bare)


@functools.cache
def _verdict_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            names |= {_bare(label(code)): code for code in LABELS}
    return names


def _bare(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word[:80].casefold())


def ranges(numbers: Sequence[int]) -> str:
    """Return whole numbers with those that follow each other taken together.

    Example:
        >>> ranges([3, 4, 5, 8]), ranges([4])
        ('3–5, 8', '4')
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
