"""Samples that stand in the data more than once, found by a digest of their values."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, issparse

Rows = Any  # [samples, ...], scipy CSR, or a tuple or dict of such arrays where a network has several inputs
Digests = list[bytes]
_BYTES_AT_ONCE = 2**26


def digests(parts: Sequence[Rows]) -> list[Digests]:
    """Return a digest of every sample of every part; two samples are equal where their digests are.

    The digests are 16 bytes of BLAKE2b: among a million samples the odds that two different ones share a digest are 1 to 10^26.
    A missing value (NaN) equals another one, and -0.0 equals 0.0.

    Args:
        parts: the rows of each part, all of one kind.

    Example:
        >>> one, other = digests([np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[-0.0, 1.0]])])
        >>> one[0] == other[0], one[1] == other[0]
        (True, False)
    """
    kind = parts[0]
    if isinstance(kind, (Mapping, tuple)):
        names = list(kind) if isinstance(kind, Mapping) else range(len(kind))
        inputs = [digests([part[name] for part in parts]) for name in names]
        return [[b"".join(pieces) for pieces in zip(*part)] for part in zip(*inputs)]
    if issparse(kind):
        rows = [canonical(part) for part in parts]
        return [_sparse(part, ones_alone=all(ones(other) for other in rows)) for part in rows]
    arrays = [np.asarray(part) for part in parts]
    return [_dense(array, np.result_type(*arrays)) for array in arrays]


def samples(rows: Rows) -> int:
    """Return how many samples there are."""
    if isinstance(rows, (Mapping, tuple)):
        return samples(next(iter(rows.values() if isinstance(rows, Mapping) else rows)))
    return int(rows.shape[0])


def canonical(rows: Any) -> Any:
    """Return CSR rows with rising columns, none of them twice and no zeros that are stored."""
    rows = csr_matrix(rows)
    if rows.has_canonical_format and np.all(rows.data):
        return rows
    rows = rows.copy()
    rows.sum_duplicates()
    rows.eliminate_zeros()
    return rows


def ones(rows: Any) -> bool:
    """Return whether CSR rows are multi-hot: only ones beside the zeros."""
    return bool(np.all(rows.data == 1))


def _sparse(rows: Any, ones_alone: bool) -> Digests:
    columns, bounds = memoryview(rows.indices.astype(np.int32)), rows.indptr.tolist()
    pieces = [columns[start:end] for start, end in zip(bounds, bounds[1:])]
    if ones_alone:
        return [_digest(piece) for piece in pieces]
    values = rows.data.astype(np.float64)
    values[np.isnan(values)] = np.nan
    return [_digest(piece) + _digest(values[start:end]) for piece, start, end in zip(pieces, bounds, bounds[1:])]


def _dense(rows: NDArray[Any], dtype: np.dtype[Any]) -> Digests:
    if dtype.kind not in "biuf":
        return [_digest("\0".join(map(str, row)).encode()) for row in rows.reshape(len(rows), math.prod(rows.shape[1:]))]
    width = math.prod(rows.shape[1:]) * dtype.itemsize
    step = max(1, _BYTES_AT_ONCE // max(1, width))
    return [digest for i in range(0, len(rows), step) for digest in _block(rows[i : i + step].astype(dtype), width)]


def _block(rows: NDArray[Any], width: int) -> Digests:
    if rows.dtype.kind == "f":
        rows += 0  # turns -0.0 into 0.0
        rows[np.isnan(rows)] = np.nan  # there are many NaNs
    content = memoryview(rows.tobytes())
    return [_digest(content[i * width : (i + 1) * width]) for i in range(len(rows))]


def _digest(content: Any) -> bytes:
    return blake2b(content, digest_size=16).digest()


def first_copies(earlier: Digests, later: Digests) -> NDArray[np.int64]:
    """Return where each sample of the later part stands first in the earlier one, -1 where it does not.

    Example:
        >>> first_copies([b"a", b"b", b"a"], [b"c", b"a"]).tolist()
        [-1, 0]
    """
    places = first_places(earlier)
    return np.fromiter((places.get(digest, -1) for digest in later), np.int64, len(later))


def first_places(found: Digests) -> dict[bytes, int]:
    """Return the first place of every distinct sample."""
    places: dict[bytes, int] = {}
    for place, digest in enumerate(found):
        places.setdefault(digest, place)
    return places


def blank(rows: Rows, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of the samples at some places hold nothing but zeros.

    Example:
        >>> blank(np.array([[0.0, 0.0], [0.0, 1.0]]), np.array([1, 0])).tolist()
        [False, True]
    """
    if isinstance(rows, (Mapping, tuple)):
        inputs = rows.values() if isinstance(rows, Mapping) else rows
        return functools.reduce(np.logical_and, [blank(part, places) for part in inputs])
    if issparse(rows):
        filled = np.diff(canonical(rows[places]).indptr)
    else:
        chosen = np.asarray(rows)[places]
        filled = np.count_nonzero(chosen.reshape(len(chosen), math.prod(chosen.shape[1:])), axis=1)
    return np.asarray(filled == 0)
