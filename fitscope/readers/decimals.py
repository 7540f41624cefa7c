"""Decimal numbers read many at once: numpy's own parser needs twice the time that a log of a million epochs may take.

Eight digits at a time are added up within one 64-bit word; the whole number of up to 19 digits that results is divided
by its power of ten in extended precision (Clinger 1990, "How to read floating point numbers accurately", has why that
is nearly always the nearest double; the few that may not be are read again one by one).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_EXTENDED = np.finfo(np.longdouble).nmant >= 63
_PAD = 24  # bytes before the first number, so that words that end with it begin within the block
_MOST_DIGITS = 19
_ODD_AT_MOST = 0.2  # of the cells; beyond, reading one by one is no slower
_KEEP_LAST = np.array([0] + [(2**64 - 1) << (8 * (8 - digits)) & (2**64 - 1) for digits in range(1, 9)], np.uint64)
_TENS = np.array([10**power for power in range(20)], np.uint64)


def parse(block: bytes, separator: bytes, width: int, odd: Callable[[str], float]) -> NDArray[np.float64] | None:
    """Read the cells of whole lines.

    Args:
        block: lines, each ended by a line feed.
        separator: the byte between cells.
        width: cells a line.
        odd: reads a cell that is no plain decimal number; it raises ValueError for a text.

    Returns:
        [lines, width]; None where a line has another number of cells, a text, or this machine no extended precision.
    """
    if not _EXTENDED or separator == b".":
        return None
    content = np.frombuffer(b"0" * _PAD + block, np.uint8)
    marks = np.flatnonzero((content == 46) | (content == separator[0]) | (content == 10))
    kinds = content[marks]
    ends = marks[kinds != 46]
    if len(ends) % width or not _even(content[ends] == 10, width):
        return None
    starts = np.concatenate([[_PAD], ends[:-1] + 1])
    negative = content[starts] == 45
    dots = ends.copy()
    dots[np.cumsum(kinds != 46)[kinds == 46]] = marks[kinds == 46]  # of several dots in a cell the last; the rest is no digit
    whole, fraction = dots - starts - negative, np.maximum(ends - dots - 1, 0)
    words = np.ndarray((len(content) - 7,), "<u8", content.tobytes(), strides=(1,))
    digits, good = _word(words, dots, whole)
    good &= (whole <= 8) & (whole + fraction > 0) & (whole + fraction <= _MOST_DIGITS)
    for part in range(int((fraction.max(initial=0) + 7) // 8) if fraction.max(initial=0) <= _MOST_DIGITS else 3):
        value, plain = _word(words, ends - 8 * part, fraction - 8 * part)
        if part == 0:
            digits *= _TENS[np.minimum(fraction, _MOST_DIGITS)]
        digits += value * _TENS[8 * part]
        good &= plain
    numbers, sure = _divided(digits, np.minimum(fraction, _MOST_DIGITS))
    numbers[negative] *= -1
    again = np.flatnonzero(~(good & sure))
    if len(again) > _ODD_AT_MOST * len(ends) + 100:
        return None
    text = content.tobytes()
    try:
        for cell in again:
            numbers[cell] = odd(text[starts[cell] : ends[cell]].decode("utf-8", "replace").strip())
    except ValueError:
        return None
    return numbers.reshape(-1, width)


def _even(ends_line: NDArray[np.bool_], width: int) -> bool:
    rows = ends_line.reshape(-1, width)
    return bool(rows[:, -1].all() and not rows[:, :-1].any())


def _word(
    words: NDArray[np.uint64], ends: NDArray[np.intp], lengths: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the number that the last `lengths` (at most 8) characters before `ends` make, and whether all are digits."""
    found = words[np.maximum(ends - 8, 0)] ^ np.uint64(0x3030303030303030)
    found &= _KEEP_LAST[np.clip(lengths, 0, 8)]
    plain = ((found + np.uint64(0x7676767676767676)) | found) & np.uint64(0x8080808080808080) == 0
    pairs = found * np.uint64(10) + (found >> np.uint64(8))
    low, high = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)
    mask = np.uint64(0x000000FF000000FF)
    return ((pairs & mask) * low + ((pairs >> np.uint64(16)) & mask) * high) >> np.uint64(32), plain


def _divided(digits: NDArray[np.uint64], powers: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return digits / 10^powers, and whether that is surely the nearest double: its rest is not close to one half."""
    exact = digits.astype(np.longdouble) / _TENS.astype(np.longdouble)[powers]
    numbers = exact.astype(np.float64)
    rest = np.abs((exact - numbers).astype(np.float64))
    unit = np.spacing(numbers)
    return numbers, np.abs(rest - unit / 2) > unit / 1024
