"""Answers of a class that say the same in the same words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

PHRASE = 3  # words
FEWEST = 12  # phrases; shorter answers are alike by chance
ALIKE = 0.5  # phrases that both hold / phrases that either holds
COMMON = 20  # answers; a phrase that more of them hold tells nothing of any two
_WORD = re.compile(r"[^\W_]+")


def alike_texts(texts: Sequence[str], handed_out: Sequence[str] = ()) -> dict[tuple[int, int], float]:
    """Find the pairs of texts that share half of their phrases, in about n log n.

    Numbers count as words that are all alike, so that an exchanged epoch makes no new sentence. Phrases that stand in what was
    handed out, or in the texts of more than 20 students, make no two texts candidates.

    Args:
        texts: what each student wrote.
        handed_out: what all of them had before them.

    Returns:
        The share of their phrases that two texts have in common, by their places.

    Example:
        >>> text = "the validation loss falls until epoch nine and from then on it rises while the training loss still falls"
        >>> alike_texts([text, "mine is short", text.replace("nine", "9").upper()])
        {(0, 2): 0.7}
    """
    given = {phrase for text in handed_out for phrase in _phrases(text)}
    phrases = [set(_phrases(text)) - given for text in texts]
    phrases = [held if len(held) >= FEWEST else set() for held in phrases]
    return {pair: share for pair in _candidates(phrases) if (share := _shared(phrases, *pair)) >= ALIKE}


def _phrases(text: str) -> Iterator[str]:
    words = ["0" if word.isdecimal() else word for word in _WORD.findall(text.lower())]
    for start in range(len(words) - PHRASE + 1):
        yield " ".join(words[start : start + PHRASE])


def _candidates(phrases: Sequence[set[str]]) -> list[tuple[int, int]]:
    """Return the pairs that share a phrase which few hold."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, held in enumerate(phrases):
        for phrase in held:
            holders[phrase].append(place)
    first: dict[frozenset[str], int] = {}
    found = {(first.setdefault(frozenset(held), place), place) for place, held in enumerate(phrases) if held}
    for places in holders.values():
        if 2 <= len(places) <= COMMON:
            found |= {(one, other) for i, one in enumerate(places) for other in places[i + 1 :]}
    return sorted((one, other) for one, other in found if one != other)


def _shared(phrases: Sequence[set[str]], one: int, other: int) -> float:
    both, either = len(phrases[one] & phrases[other]), len(phrases[one] | phrases[other])
    return round(both / either, 2)
