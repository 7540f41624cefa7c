"""Numbers and lists as sentences hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fitscope.language import _
from fitscope.language.figures import numeral, percentage

LONGEST_CODE = 60  # characters of a code that this fitscope does not know


class Real(float):
    """A number that sentences show with its thousands set apart, never with an exponent."""

    def __format__(self, spec: str) -> str:
        if 1000 <= abs(self) < 1e12 and spec in (".4g", ".3f"):
            return numeral(format(float(self), ",.1f" if abs(self) < 1e5 else ",.0f"))
        return numeral(super().__format__(spec))


def readable(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers so that templates show them as people read them."""
    return {name: Real(value) if isinstance(value, float) else value for name, value in numbers.items()}


def percent(share: float) -> str:
    """Return a share in per cent; 100 % and 0 % only where it is all or nothing.

    Example:
        >>> percent(0.0054), percent(0.00001), percent(0.99999), percent(0.25), percent(1)
        ('0.5 %', '< 0.1 %', '> 99.9 %', '25.0 %', '100 %')
    """
    if share in (0, 1):
        return percentage(f"{100 * share:.0f}")
    if share > 0.9995:
        return f"> {percentage(numeral('99.9'))}"
    return f"< {percentage(numeral('0.1'))}" if share < 0.0005 else percentage(numeral(f"{100 * share:.1f}"))


def unknown(code: str) -> str:
    """Return a code that no sentence is known for, such as a newer fitscope's, as a page can show it: cut where it is long.

    Example:
        >>> unknown("double_descent"), len(unknown("x" * 10_000))
        ('double_descent', 60)
    """
    return code if len(code) <= LONGEST_CODE else f"{code[: LONGEST_CODE - 1]}…"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    Example:
        >>> listed(["tin", "hog", "oat"]), listed(["tin"]), listed([])
        ('tin, hog and oat', 'tin', '')
    """
    if len(names) < 2:
        return "".join(names)
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
