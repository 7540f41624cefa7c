"""Student's t for whole degrees of freedom, without the third of a second that importing scipy.special takes."""

from __future__ import annotations

import math


def two_sided(freedom: int, level: float = 0.95) -> float:
    """Return the t that Student's distribution stays below, on both sides, with this probability.

    The finite sums for whole degrees of freedom (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4), inverted by bisection.

    Args:
        freedom: degrees of freedom, 1 or more.
        level: the probability, between 0 and 1.

    Example:
        >>> round(two_sided(7), 3), round(two_sided(1), 2)
        (2.365, 12.71)
    """
    low, high = 0.0, math.pi / 2  # of the angle whose tangent is t over the root of the freedom
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return math.tan(low) * math.sqrt(freedom)


def _within(angle: float, freedom: int) -> float:
    """Return the probability that |t| lies below tan(angle) times the root of the freedom."""
    odd, cosine = freedom % 2, math.cos(angle)
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for i in range(odd, freedom - 1, 2):
        total += term
        term *= cosine**2 * (i + 1) / (i + 2)
    within = math.sin(angle) * total
    return 2 / math.pi * (angle + within) if odd else within
