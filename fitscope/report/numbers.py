"""Numbers as people read them, each by a rule that has a name."""

from __future__ import annotations

import math
from collections.abc import Callable

from fitscope import words
from fitscope.language import N_, _
from fitscope.language.figures import numeral
from fitscope.report.names import spaced
from fitscope.result import Interval

UNKNOWN = N_("unknown")
_EXPONENT_FROM = 1e12


def number(value: float | None, digits: int | None = None) -> str:
    """Return a number with digits by its size: three that count where it is small, thousands set apart where it is large.

    Args:
        value: the number.
        digits: after the point; None chooses them.

    Example:
        >>> number(0.28431), number(0.0123456), number(3012.44), number(1234567.0), number(None), number(-0.02, 1)
        ('0.284', '0.0123', '3,012.4', '1,234,567', 'unknown', '0.0')
    """
    if value is None or not math.isfinite(value):
        return _(UNKNOWN)
    size = abs(value)
    if size >= _EXPONENT_FROM or 0 < size < 1e-4 and digits is None:
        return numeral(f"{value:.2e}")
    text = f"{value:,.{_digits(size) if digits is None else digits}f}"
    return numeral(text.removeprefix("-") if float(text.replace(",", "")) == 0 else text)


def _digits(size: float) -> int:
    for limit, digits in ((1e5, 0), (100, 1), (10, 2), (0.1, 3)):
        if size >= limit:
            return digits
    return 3 if size == 0 else 2 - math.floor(math.log10(size))


def places(error: float) -> int:
    """Return how many digits after the point an error deserves: two that count up to 354, one from there to 949.

    Source: the Particle Data Group's rule (Review of Particle Physics, introduction, 5.3).

    Example:
        >>> places(0.0043), places(0.0021), places(0.6), places(120.0)
        (3, 4, 1, 0)
    """
    if not math.isfinite(error) or error <= 0:
        return 3
    power = math.floor(math.log10(error))
    lead = error / 10**power
    counting = 2 if lead < 3.55 else 1 if lead < 9.5 else 2
    return max(0, counting - 1 - power - (1 if lead >= 9.5 else 0))


def plus_minus(value: float, error: float) -> str:
    """Return a number with its error, both to the digits that the error deserves.

    Example:
        >>> plus_minus(4.125, 0.64), plus_minus(88.31, 0.214), plus_minus(0.4, 0.0), plus_minus(8.0, 0.0)
        ('4.1 ± 0.6', '88.31 ± 0.21', '0.400 ± 0', '8 ± 0')
    """
    if not math.isfinite(error):
        return number(value)
    if error == 0:
        return f"{number(value, 0) if value == round(value) else number(value)} ± 0"
    digits = places(error)
    return f"{number(value, digits)} ± {number(error, digits)}"


def estimate(value: float, limits: Interval, level: str = "") -> str:
    """Return an estimate with its interval: ± where the two sides are alike, "low to high" where they are not.

    Example:
        >>> estimate(0.0112, (0.0072, 0.0152)), estimate(0.02, (0.001, 0.09), "95 %")
        ('0.011 ± 0.004', '0.020 (0.001 to 0.090, 95 %)')
    """
    half = (limits[1] - limits[0]) / 2
    if not half > 0:
        return number(value)
    cut = 0 in limits  # where a test excludes 0 the interval ends there; ± would reach beyond
    if abs(sum(limits) / 2 - value) <= 0.2 * half and not cut:
        return plus_minus(value, half) + (f" ({level})" if level else "")
    return with_limits(value, limits, level)


def with_limits(value: float, limits: Interval, level: str = "") -> str:
    """Return a difference with its interval behind it, all to the digits that the interval's width deserves.

    Example:
        >>> with_limits(0.011, (0.0071, 0.0149)), with_limits(float("nan"), (0.0, 1.0))
        ('0.011 (0.007 to 0.015)', 'unknown')
    """
    if not all(map(math.isfinite, (value, *limits))):
        return number(value)
    return f"{number(value, _enough(limits))} ({signed(limits)}{level and ', '}{level})"


def size(value: float, limits: Interval, level: str = "") -> str:
    """Return a difference's size with its interval, the sign of both turned where it is below 0.

    Example:
        >>> size(-0.0112, (-0.0152, -0.0072))
        '0.011 ± 0.004'
    """
    return estimate(value, limits, level) if value >= 0 else estimate(-value, (-limits[1], -limits[0]), level)


def signed(limits: Interval | None) -> str:
    """Return the interval of a difference, both ends to the digits that its width deserves.

    Example:
        >>> signed((-0.0021, 0.0103))
        '-0.002 to 0.010'
    """
    if limits is None or not all(map(math.isfinite, limits)):
        return _(UNKNOWN)
    digits = _enough(limits)
    return span(number(limits[0], digits), number(limits[1], digits))


def span(low: str, high: str) -> str:
    """Return a stretch from one number to another.

    Example:
        >>> span("3", "5")
        '3 to 5'
    """
    return _("{low} to {high}").format(low=low, high=high)


def _enough(limits: Interval) -> int:
    """Return the digits that an interval's width deserves, or up to three more where an end would look like 0."""
    digits = places((limits[1] - limits[0]) / 2)
    hides = [any(limit and not float(f"{limit:.{digits + more}f}") for limit in limits) for more in range(3)]
    return digits + sum(hides)


def percent(share: float | None) -> str:
    """Return a share in per cent, where it is known; 100 % and 0 % only where it is all or nothing.

    Example:
        >>> percent(0.8812), percent(0.9999), percent(1.0)
        ('88.1 %', '> 99.9 %', '100 %')
    """
    return _(UNKNOWN) if share is None or not math.isfinite(share) else words.percent(share)


def interval(limits: Interval | None, rule: Callable[[float], str] = number) -> str:
    """Return an interval as "low to high".

    Example:
        >>> interval((0.1, 0.2))
        '0.100 to 0.200'
    """
    return _(UNKNOWN) if limits is None else span(rule(limits[0]), rule(limits[1]))


def epochs(pair: tuple[int, int] | None) -> str:
    """Return a stretch of epochs.

    Example:
        >>> epochs((3, 5)), epochs((4, 4))
        ('3 to 5', '4 alone')
    """
    if pair is None:
        return _(UNKNOWN)
    first, last = map(count, pair)
    return _("{epoch} alone").format(epoch=first) if first == last else span(first, last)


def count(value: int | None) -> str:
    """Return a whole number with its thousands set apart.

    Example:
        >>> count(25_000), count(None)
        ('25,000', 'unknown')
    """
    return _(UNKNOWN) if value is None else numeral(f"{value:,}")


def setting(value: object) -> str:
    """Return the value of a setting or hyperparameter.

    Example:
        >>> setting(0.001), setting(True), setting({"target": "price"}), setting([2, 5]), setting(50000)
        ('0.001', 'yes', 'target price', '2, 5', '50,000')
    """
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return numeral(f"{value:.4g}")
    if isinstance(value, int):
        return count(value)
    if isinstance(value, dict):
        return ", ".join(f"{spaced(str(name))} {setting(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(setting(item) for item in value)
    return str(value)
