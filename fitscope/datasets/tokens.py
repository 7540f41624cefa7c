"""Texts as word counts: split once as Keras' Tokenizer does, and marked anew for every vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

# Keras' Tokenizer takes these for blanks.
FILTERED = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n\r'
_TO_BLANKS = str.maketrans(dict.fromkeys(FILTERED, " "))
NUM_WORDS = 10_000
TEXTS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Tokens:
    """Hold texts by how often they hold each word.

    Args:
        counts: CSR [texts, words], how often each word stands in each text.
        words: the words' texts, one a column.
    """

    counts: Any
    words: Sequence[str]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.counts.shape)

    def __getitem__(self, indices: Any) -> Tokens:
        return Tokens(self.counts[indices], self.words)

    def most_frequent(self, count: int) -> list[str]:
        """Return so many words, the most frequent first, ties by the alphabet; words that no text holds are left out."""
        totals = np.asarray(self.counts.sum(axis=0)).ravel()
        places = np.flatnonzero(totals)
        alphabet = np.argsort(np.argsort(np.array([self.words[int(place)] for place in places])))
        return [self.words[int(place)] for place in places[np.lexsort((alphabet, -totals[places]))][:count]]

    def marked(self, words: Sequence[str], columns: int | None = None, first: int = 0, unknown: int | None = None) -> Any:
        """Mark which words each text holds.

        Args:
            words: the vocabulary.
            columns: how many columns there are; None for one a word.
            first: the column of the first word.
            unknown: the column of all other words, None to leave them out.

        Returns:
            CSR float32 [texts, columns] of ones.
        """
        place = {word: first + i for i, word in enumerate(words)}
        goal = np.array([place.get(word, -1 if unknown is None else unknown) for word in self.words], np.int64)
        rows = np.repeat(np.arange(self.shape[0]), np.diff(self.counts.indptr))
        found = goal[self.counts.indices] if len(goal) else np.empty(0, np.int64)
        rows, found = rows[found >= 0], found[found >= 0]
        shape = (self.shape[0], len(words) + first if columns is None else columns)
        marks = csr_matrix((np.ones(len(found), np.float32), (rows, found)), shape=shape)
        marks.sum_duplicates()
        marks.data[:] = 1
        return marks


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words, without punctuation.

    Example:
        >>> words_of("A film, a GOOD film!")
        ['a', 'film', 'a', 'good', 'film']
    """
    return text.lower().translate(_TO_BLANKS).split()


def tokenise(texts: Iterable[str]) -> Tokens:
    """Split texts into lower-case words.

    Example:
        >>> tokens = tokenise(["A film, a GOOD film!", "bad"])
        >>> tokens.most_frequent(2), tokens.marked(["film", "bad"]).toarray().tolist()
        (['a', 'film'], [[1.0, 0.0], [0.0, 1.0]])
    """
    places: dict[str, int] = defaultdict()
    places.default_factory = places.__len__  # type: ignore[attr-defined]
    blocks, batch = [], []
    for text in texts:
        batch.append(text)
        if len(batch) == TEXTS_AT_ONCE:
            blocks.append(_counted(batch, places))
            batch = []
    blocks.append(_counted(batch, places))
    counts, columns, offsets = zip(*blocks)
    ends = np.concatenate([[0], np.cumsum([len(part) for part in columns])])
    starts = np.concatenate([[0], *(part[1:] + end for part, end in zip(offsets, ends))])
    shape = (len(starts) - 1, len(places))
    return Tokens(csr_matrix((np.concatenate(counts), np.concatenate(columns), starts), shape=shape), list(places))


def _counted(texts: Sequence[str], places: dict[str, int]) -> tuple[Any, Any, Any]:
    """Return counts, columns and offsets of a few texts, and give new words their places."""
    split = list(map(words_of, texts))
    lengths = np.array([len(words) for words in split], np.int64)
    found = np.fromiter(map(places.__getitem__, chain.from_iterable(split)), np.int32, int(lengths.sum()))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    block = csr_matrix((np.ones(len(found), np.float32), found, offsets), shape=(len(texts), max(1, len(places))))
    block.sum_duplicates()
    return block.data, block.indices, block.indptr.astype(np.int64)
