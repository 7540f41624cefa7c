"""Texts that are nearly the same: MinHash finds the candidates, an exact count decides.

Source: Broder 1997 (MinHash); Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, chapter 3 (banding).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from fitscope.datasets.copies import Digests, canonical, digests, first_copies, first_places

MISSED = 0.001  # of the pairs that are just alike enough, so many are overlooked
MOST_CANDIDATES = 100  # compared with a sample in each band: many short texts must not cost their number squared
_SEED = 1997
_WORDS_AT_ONCE = 2_000_000
_PAIRS_AT_ONCE = 20_000
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Sketch:
    """Hold what two parts are compared by.

    Args:
        rows: CSR, a one for every word that a sample holds [samples, words].
        lengths: words a sample [samples].
        digests: equal where two samples hold the same words [samples].
        distinct: the first place of every distinct sample that holds a word.
        keys: two samples are candidates where they share the key of a band [samples, bands].
    """

    rows: Any
    lengths: NDArray[np.int64]
    digests: Digests
    distinct: NDArray[np.int64]
    keys: NDArray[np.uint64]


def bands(jaccard: float) -> tuple[int, int]:
    """Return how many bands of how many hashes find a pair of this similarity but for the share `MISSED`.

    A band's hashes are all equal for some 43 in 100 such pairs, and seldom for pairs that are less alike.

    Example:
        >>> bands(0.9)
        (13, 8)
    """
    hashes = max(1, round(math.log(0.43) / math.log(jaccard)))
    return math.ceil(math.log(MISSED) / math.log1p(-(jaccard**hashes))), hashes


def sketch(rows: Any, jaccard: float) -> Sketch:
    """Return the sketch of a part's rows, CSR [samples, words]; how often a word occurs makes no difference."""
    rows = canonical(rows)
    rows = csr_matrix((np.ones(rows.nnz, np.float32), rows.indices, rows.indptr), shape=rows.shape)
    lengths = np.diff(rows.indptr).astype(np.int64)
    (found,) = digests([rows])
    distinct = np.fromiter(first_places(found).values(), np.int64)
    return Sketch(rows, lengths, found, distinct[lengths[distinct] > 0], _keys(rows, lengths, jaccard))


def _keys(rows: Any, lengths: NDArray[np.int64], jaccard: float) -> NDArray[np.uint64]:
    """Hash every band's MinHash values, which are the lowest places of a sample's words in random orders of all words."""
    generator, (count, hashes) = np.random.default_rng(_SEED), bands(jaccard)
    keys = np.zeros((len(lengths), count), np.uint64)
    filled = np.flatnonzero(lengths)
    blocks = np.split(filled, np.flatnonzero(np.diff(np.cumsum(lengths[filled]) // _WORDS_AT_ONCE)) + 1)
    for band in range(count):
        order = np.stack([generator.permutation(rows.shape[1]) for _ in range(hashes)], axis=1)
        order = order.astype(np.min_scalar_type(rows.shape[1]))
        for block in blocks:
            keys[block, band] = _mixed(_lowest(rows, block, order))
    return keys


def _lowest(rows: Any, block: NDArray[np.int64], order: NDArray[Any]) -> NDArray[Any]:
    """Return each sample's MinHash values [samples, hashes]."""
    if not len(block):
        return np.empty((0, order.shape[1]), order.dtype)
    first, last = rows.indptr[block[0]], rows.indptr[block[-1] + 1]
    return np.minimum.reduceat(order[rows.indices[first:last]], rows.indptr[block] - first, axis=0)


def _mixed(values: NDArray[Any]) -> NDArray[np.uint64]:
    key = np.zeros(len(values), np.uint64)
    for column in values.T:
        key = (key ^ column.astype(np.uint64)) * _MIX
    return key


def near_copies(earlier: Sketch, later: Sketch, jaccard: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find for each sample of the later part one of the earlier part that is at least so alike.

    Args:
        earlier, later: sketched with the same `jaccard`.
        jaccard: words that both hold / words that either holds, between 0 and 1.

    Returns:
        Where that sample stands, -1 where there is none, and how alike the two are; samples without a word are like no other.

    Example:
        >>> rows = csr_matrix([[1, 1, 1, 1, 0], [0, 0, 0, 0, 1]]), csr_matrix([[1, 1, 1, 1, 1], [1, 0, 0, 0, 0]])
        >>> places, alike = near_copies(*(sketch(part, 0.8) for part in rows), 0.8)
        >>> places.tolist(), alike.tolist()
        ([0, -1], [0.8, 0.0])
    """
    places = np.where(later.lengths > 0, first_copies(earlier.digests, later.digests), -1)
    alike = (places >= 0).astype(np.float64)
    for band in range(later.keys.shape[1]):
        open_ = np.flatnonzero((places < 0) & (later.lengths > 0))
        samples, candidates = _candidates(earlier, later, open_, band, jaccard)
        found = _jaccard(earlier.rows, later.rows, candidates, samples)
        rising = np.flatnonzero(found >= jaccard)
        rising = rising[np.argsort(found[rising], kind="stable")]  # of several the most alike is written last
        places[samples[rising]], alike[samples[rising]] = candidates[rising], found[rising]
    return places, alike


def _candidates(
    earlier: Sketch, later: Sketch, open_: NDArray[np.int64], band: int, jaccard: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs (later, earlier) that share a band's key and whose lengths allow them to be so alike."""
    known = earlier.distinct
    shared = np.concatenate([earlier.keys[known, band], later.keys[open_, band]])
    ranks = np.unique(shared, return_inverse=True)[1].astype(np.int64)
    longest = int(max(earlier.lengths.max(initial=0), later.lengths.max(initial=0))) + 1
    address = ranks[: len(known)] * (longest + 1) + earlier.lengths[known]
    order = np.argsort(address, kind="stable")
    shortest = np.ceil(later.lengths[open_] * jaccard - 1e-6).astype(np.int64)
    largest = np.minimum(later.lengths[open_] / jaccard + 1e-6, longest).astype(np.int64)
    base = ranks[len(known) :] * (longest + 1)
    start = np.searchsorted(address[order], base + shortest, "left")
    there = np.searchsorted(address[order], base + largest, "right") - start
    taken = np.minimum(there, MOST_CANDIDATES)
    nth = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken)
    start, there, samples, each = (np.repeat(values, taken) for values in (start, there, open_, taken))
    return samples, known[order[start + (nth * there // np.maximum(each, 1) + band) % np.maximum(there, 1)]]


def _jaccard(earlier: Any, later: Any, places: NDArray[np.int64], samples: NDArray[np.int64]) -> NDArray[np.float64]:
    """Count exactly how alike pairs are."""
    found = np.empty(len(places))
    for i in range(0, len(places), _PAIRS_AT_ONCE):
        block = slice(i, i + _PAIRS_AT_ONCE)
        one, other = earlier[places[block]], later[samples[block]]
        both = np.asarray(one.multiply(other).sum(axis=1), dtype=np.float64).ravel()
        found[block] = both / (np.diff(one.indptr) + np.diff(other.indptr) - both)
    return found
