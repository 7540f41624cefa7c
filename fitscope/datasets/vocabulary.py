"""Texts as ranks of words, as Keras' Tokenizer made them for the files that Keras offers."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
# Keras worked on bytes: only A to Z are made lower case, and all punctuation but the apostrophe becomes a blank.
_DIVIDERS = string.punctuation.replace("'", "")
_PLAIN = bytes.maketrans((string.ascii_uppercase + _DIVIDERS).encode(), (string.ascii_lowercase + " " * len(_DIVIDERS)).encode())


@dataclass(frozen=True)
class Corpus:
    """A collection in the form of Keras' file.

    Args:
        name: the data set.
        texts: each array's texts as ranks, by the array's name.
        labels: each array's labels from 0, by the array's name.
        train: how many of the samples are training samples.
        word_index: each word's rank from 1, in order.
        found: what it was made from, for people.
        differences: what remains different from Keras' own file, a sentence each.
    """

    name: str
    texts: dict[str, list[Numbers]]
    labels: dict[str, NDArray[np.int64]]
    train: int
    word_index: dict[str, int]
    found: str
    differences: tuple[str, ...]


class Words(dict[bytes, int]):
    """Number words in the order in which they are met.

    Example:
        >>> Words().numbers(b"It's a film, a <br />GREAT film!").tolist()
        [0, 1, 2, 1, 3, 4, 2]
    """

    def __missing__(self, word: bytes) -> int:
        self[word] = number = len(self)
        return number

    def numbers(self, text: bytes) -> Numbers:
        """Return a text's words as numbers."""
        return np.array([*map(self.__getitem__, text.translate(_PLAIN).split())], np.int32)


def ranks(words: Words, texts: Sequence[Numbers]) -> Numbers:
    """Rank words by how often they occur in texts; of equally frequent ones the first to appear comes first.

    Args:
        words: all words.
        texts: those that count, in order.

    Returns:
        Every word's rank from 1, 0 for a word that no text has; int32 [words].

    Example:
        >>> words = Words()
        >>> ranks(words, [words.numbers(b"a good film"), words.numbers(b"film")]).tolist()
        [2, 3, 1]
    """
    flat = np.concatenate([np.empty(0, np.int32), *texts])
    counts = np.bincount(flat, minlength=len(words))
    first = np.full(len(words), len(flat))
    first[flat[::-1]] = np.arange(len(flat))[::-1]
    order = np.lexsort((first, -counts))[: np.count_nonzero(counts)]
    ranked = np.zeros(len(words), np.int32)
    ranked[order] = np.arange(1, len(order) + 1)
    return ranked


def ranked(texts: Sequence[Numbers], ranks: Numbers) -> list[Numbers]:
    """Return texts as ranks, without the words that have none."""
    return [(found := ranks[text])[found > 0] for text in texts]


def word_index(words: Words, ranks: Numbers, encoding: str) -> dict[str, int]:
    """Return each word's rank, in order.

    Example:
        >>> word_index(Words({b"film": 0, b"a": 1}), np.array([2, 1]), "utf8")
        {'a': 1, 'film': 2}
    """
    pairs = sorted((int(ranks[number]), word) for word, number in words.items() if ranks[number])
    return {word.decode(encoding): rank for rank, word in pairs}
