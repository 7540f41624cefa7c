"""What a target is: one way from bytes into the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

Mutator = Callable[[bytes, Random], bytes]


@dataclass(frozen=True)
class Target:
    """Name one reader and what it is fed with.

    Args:
        read: calls the reader with an input and a scratch folder of its own; it may raise `FitscopeError`, and nothing else.
        seeds: makes the inputs to begin with, from real files.
        mutators: change an input as its format is built, beside what libFuzzer does to bytes.
        longest: bytes of an input.
        words: what libFuzzer may put in, such as a format's keywords.
    """

    read: Callable[[bytes, Path], object]
    seeds: Callable[[], Sequence[bytes]]
    mutators: Sequence[Mutator] = ()
    longest: int = 16_384
    words: Sequence[str] = ()
