"""Numerals, percentages and moments as the spoken language writes them.

English needs no Babel here: its forms are those that `format` gives, and loading Babel takes longer than a light command.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from fitscope.language import ENGLISH, spoken

if TYPE_CHECKING:
    from babel import Locale

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def numeral(text: str) -> str:
    """Return an English numeral with the spoken language's signs for decimals and thousands.

    Example:
        >>> numeral("3,012.4")
        '3,012.4'
    """
    if spoken() == ENGLISH:
        return text
    symbols = _locale(spoken()).number_symbols["latn"]
    return text.translate({ord("."): symbols["decimal"], ord(","): symbols["group"]})


def percentage(text: str) -> str:
    """Return a numeral, already multiplied by 100, as a percentage.

    Example:
        >>> from fitscope.language import speaking
        >>> with speaking("ko"):
        ...     korean = percentage("88.1")
        >>> percentage("88.1"), korean
        ('88.1 %', '88.1%')
    """
    if spoken() == ENGLISH:
        return f"{text} %"
    pattern: str = _locale(spoken()).percent_formats[None].pattern
    return re.sub(r"[#0,.]+", lambda _: text, pattern)


def moment(text: str) -> str:
    """Return a moment in ISO 8601 as people write it, in UTC; what is none stays as it is.

    Example:
        >>> from fitscope.language import speaking
        >>> with speaking("ko"):
        ...     korean = moment("2026-11-25T12:59:07+00:00")
        >>> moment("2026-11-25T12:59:07+00:00"), korean
        ('25 November 2026, 12:59 UTC', '2026년 11월 25일 12:59 UTC')
    """
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return text
    then = then.astimezone(UTC) if then.tzinfo is not None else then
    if spoken() == ENGLISH:
        return f"{then.day} {_MONTHS[then.month - 1]} {then.year}, {then:%H:%M} UTC"
    from babel.dates import format_date

    return f"{format_date(then, 'long', _locale(spoken()))} {then:%H:%M} UTC"


@cache
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse(language)
