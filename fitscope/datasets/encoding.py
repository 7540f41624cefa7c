"""Texts as multi-hot vectors, sparse from the start, and back to words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # here, not where it is used: TensorFlow imports scipy too, in a thread of its own

START, UNKNOWN, FIRST_WORD = 1, 2, 3  # 0 is padding: Keras' own numbering
_CELLS_AT_ONCE = 20_000_000


def multi_hot(words: NDArray[np.int32], offsets: NDArray[np.int64], order: NDArray[np.int64], num_words: int) -> Any:
    """Encode sequences of word ranks as Keras' loader and a multi-hot encoding would.

    Args:
        words: all word ranks, one sequence after the other.
        offsets: [samples + 1], where each sequence begins and the last ends.
        order: the samples in the order wanted.
        num_words: columns; a rank + 3 beyond them becomes the unknown word's column 2.

    Returns:
        scipy CSR float32 [samples, num_words], a one for every word that a sample holds.

    Example:
        >>> multi_hot(np.array([4, 1, 4], np.int32), np.array([0, 2, 3]), np.array([1, 0]), 6).toarray().tolist()
        [[0.0, 1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0, 1.0, 0.0]]
    """
    lengths = np.diff(offsets)[order]
    step = max(1, _CELLS_AT_ONCE // num_words)
    blocks = [_block(words, offsets, order[i : i + step], lengths[i : i + step], num_words) for i in range(0, len(order), step)]
    counts, columns = (np.concatenate(parts) for parts in zip(*blocks))
    return csr(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), columns, num_words)


def csr(offsets: NDArray[np.int32], columns: NDArray[np.int32], num_words: int) -> Any:
    """Return the CSR matrix with ones in the given columns."""
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, columns, offsets), shape=(len(offsets) - 1, num_words), copy=False)


def _block(
    words: NDArray[np.int32], offsets: NDArray[np.int64], samples: NDArray[np.int64], lengths: NDArray[np.int64], num_words: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Mark the words of a few samples in a table and read them off in order, which is faster than sorting."""
    rows = np.repeat(np.arange(len(samples)), lengths)
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1]) + np.repeat(offsets[samples] - (ends - lengths), lengths)
    columns = words[places].astype(np.int64) + FIRST_WORD
    columns[columns >= num_words] = UNKNOWN
    marked = np.zeros((len(samples), num_words), bool)
    marked[:, START] = True
    marked[rows, columns] = True
    return marked.sum(axis=1), (np.flatnonzero(marked) % num_words).astype(np.int32)


def decode(ranks: Sequence[int] | NDArray[np.int32], word_index: Mapping[str, int], num_words: int) -> str:
    """Return a sequence of word ranks as text, `?` for every word beyond the vocabulary.

    Example:
        >>> decode([1, 9], {"film": 1, "rare": 9}, num_words=8)
        'film ?'
    """
    names = {rank: word for word, rank in word_index.items()}
    return " ".join(names.get(int(rank), "?") if rank + FIRST_WORD < num_words else "?" for rank in ranks)
