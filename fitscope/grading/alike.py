"""Curves of a class that are alike: exactly, or scaled, shifted, rounded or jittered.

Two honest trainings differ everywhere, by more than any curve differs from a copy of itself that was changed a little. So for
each submission the nearest others are looked up in a tree, and a pair counts where scale and shift bring one curve so near the
other as a copy lies, and far nearer than honest neighbours lie.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.history import TrainingHistory

Curves = NDArray[np.float64]
LOSSES = ("loss", "val_loss")
FEWEST = 5  # epochs


@dataclass(frozen=True)
class Limits:
    """Hold from where on two curves are alike; measured by `tests/benchmarks/bench_grade.py` on real trainings.

    Args:
        copy: relative distance up to which a changed copy lies; a jitter of 1 % on both curves lies at 0.008.
        nearer: share of the distance to honest neighbours that a copy must stay below (honest pairs: 0.55 and more).
        noise: the most of the variance that two curves' own noise gives; what is left between copies is less.
        by_chance: standard deviations that independent noise does not fall below its variance by.
        rounded: relative distance of what was only scaled, shifted or rounded; no neighbours are needed to tell.
        floor: share of a curve's highest value below which distances are no longer relative, for rounding is not either.
        digits: significant digits from which on equal values are no accident.
        neighbours: how many honest neighbours are looked at.
        near: relative distance up to which another training is of the same kind.
        scale: by which a copy may be stretched, up or down; by any scale a flat curve would be like every other.
        shift: by which it may be moved, as a share of its middle value.
        dimensions: that the tree looks in.
    """

    copy: float = 0.0095
    nearer: float = 0.42
    noise: float = 0.15
    by_chance: float = 5.2
    rounded: float = 0.0015
    floor: float = 0.1
    digits: int = 5
    neighbours: int = 12
    near: float = 0.35
    scale: float = 2.0
    shift: float = 1.0
    dimensions: int = 12


LIMITS = Limits()


@dataclass(frozen=True)
class Pair:
    """Hold two curves that are alike.

    Args:
        one, other: their places among the histories.
        how: `equal`, where some curve is the same number for number, `scaled` where scale, shift or rounding explain all, or
            `near`.
        distance: relative, when one is scaled and shifted to the other; 0 where they are equal.
        nearer: as a share of the distance to honest neighbours, None where there were too few.
    """

    one: int
    other: int
    how: str
    distance: float
    nearer: float | None = None


def alike(histories: Sequence[TrainingHistory]) -> tuple[Pair, ...]:
    """Find the pairs of trainings whose curves are alike, in about n log n.

    Args:
        histories: of a class; those that are too short or have no losses are like no other.

    Returns:
        The pairs, each once; of many that are equal not all pairs, but enough to join them.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> curves = [TrainingHistory.of({"loss": 1 + rng.random(20), "val_loss": 1 + rng.random(20)}) for _ in range(30)]
        >>> copy = TrainingHistory.of({name: 1.1 * values for name, values in curves[3].metrics.items()})
        >>> [(pair.one, pair.other, pair.how) for pair in alike([*curves, copy])]
        [(3, 30, 'scaled')]
    """
    found = {(pair.one, pair.other): pair for pair in _near(histories)}
    found |= {(pair.one, pair.other): pair for pair in _equal(histories)}
    return tuple(found[places] for places in sorted(found))


def _equal(histories: Sequence[TrainingHistory]) -> Iterator[Pair]:
    """Find trainings that share a stretch of a curve, number for number, wherever it stands."""
    owner: dict[tuple[str, bytes], int] = {}
    for place, history in enumerate(histories):
        seen: set[int] = set()
        for key in _stretches(history):
            first = owner.setdefault(key, place)
            if first != place and first not in seen:
                seen.add(first)
                yield Pair(first, place, "equal", 0.0)


def _stretches(history: TrainingHistory) -> Iterator[tuple[str, bytes]]:
    """Name what two trainings cannot share by chance: five losses written out, or a whole curve of accuracies."""
    for name, values in history.metrics.items():
        if not np.isfinite(values).all():
            continue
        if name in LOSSES:
            written = _written_out(values)
            for start in range(len(values) - FEWEST + 1):
                part = values[start : start + FEWEST]
                if written[start : start + FEWEST].all() and len(set(part.tolist())) == FEWEST:
                    yield name, part.tobytes()
        elif len(values) >= 2 * FEWEST and len(set(values.tolist())) >= FEWEST and name in ("accuracy", "val_accuracy"):
            yield name, values.tobytes()


def _written_out(values: Curves) -> NDArray[np.bool_]:
    """Tell of which values so many digits are known that equal ones are no accident."""
    size = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(values), 1e-300))) - (LIMITS.digits - 2))
    shorter = np.round(values / size) * size
    return np.asarray(np.abs(values - shorter) > 1e-9 * np.abs(values))


def _near(histories: Sequence[TrainingHistory]) -> Iterator[Pair]:
    """Find trainings whose losses are alike, among all that have so many epochs."""
    usable = {place: rows for place, history in enumerate(histories) if (rows := _losses(history)) is not None}
    lengths = sorted({rows.shape for rows in usable.values()})
    for kinds, epochs in lengths:
        fitting = [place for place, rows in usable.items() if rows.shape[0] == kinds and rows.shape[1] >= epochs]
        new = {place for place in fitting if usable[place].shape[1] == epochs}
        if len(fitting) < 2:
            continue
        curves = np.stack([usable[place][:, :epochs] for place in fitting])
        for one, other, how, distance, nearer in _nearest(curves):
            places = sorted((fitting[one], fitting[other]))
            if new & set(places):
                yield Pair(places[0], places[1], how, distance, nearer)


def _losses(history: TrainingHistory) -> Curves | None:
    """Return the losses [1 or 2, epochs] of a training, None where there are none to compare."""
    curves = [history.metrics[name] for name in LOSSES if name in history.metrics]
    if not all(len(curve) >= FEWEST and np.isfinite(curve).all() for curve in curves):
        return None
    rows = np.stack(curves)
    if (np.ptp(rows, axis=1) <= 1e-9 * np.abs(rows).max(axis=1)).any():
        return None
    return rows


def _nearest(curves: Curves) -> Iterator[tuple[int, int, str, float, float | None]]:
    """Look up every training's neighbours and yield the pairs that only a copy explains.

    Args:
        curves: [trainings, 1 or 2 losses, epochs].
    """
    places = _neighbours(curves)
    apart = np.stack([_distance(curves, curves[places[:, k]]) for k in range(places.shape[1])], axis=1)
    noise, least = _noise(curves), _least(curves.shape[1] * (curves.shape[2] - 2))
    for one in range(len(curves)):
        order = np.argsort(apart[one])
        others, distances = places[one][order], apart[one][order]
        for k, other in enumerate(others):
            if distances[k] > LIMITS.copy:
                break
            pair = min(one, int(other)), max(one, int(other))
            nearer, own = _share(distances, k), 2 * min(noise[one], noise[int(other)])  # a copy is as restless
            if distances[k] ** 2 <= least * own and (nearer is None or nearer <= LIMITS.nearer):
                yield *pair, "scaled" if distances[k] <= LIMITS.rounded else "near", float(distances[k]), nearer


def _least(freedom: int) -> float:
    """Return the share of its variance that independent noise does not fall below in ten million pairs.

    Source: Wilson & Hilferty 1931, for the lower tail of a chi-square distribution.

    Example:
        >>> [round(_least(freedom), 3) for freedom in (10, 18, 36)]
        [0.008, 0.069, 0.15]
    """
    share = 2 / (9 * freedom)
    return min(LIMITS.noise, max(0.0, 1 - share - LIMITS.by_chance * math.sqrt(share)) ** 3)


def _neighbours(curves: Curves) -> NDArray[np.intp]:
    """Return the nearest others of every training [trainings, neighbours], by what scale and shift leave of its curves."""
    from scipy.spatial import cKDTree

    count = min(LIMITS.neighbours, len(curves) - 1)
    weighted = curves - curves.mean(axis=2, keepdims=True)
    weighted = weighted / np.sqrt((weighted**2).sum(axis=2, keepdims=True))
    flat = weighted.reshape(len(curves), -1)
    flat = flat - flat.mean(axis=0)
    if flat.shape[1] > LIMITS.dimensions:
        flat = flat @ np.linalg.eigh(flat.T @ flat)[1][:, -LIMITS.dimensions :]
    found = cKDTree(flat).query(flat, k=count + 1)[1]
    own = np.arange(len(curves))[:, None]
    return np.stack([row[row != place][:count] for row, place in zip(found, own)])


def _distance(curves: Curves, others: Curves) -> Curves:
    """Return how far other curves are from these, relatively, when each is scaled and shifted to fit best [trainings].

    Both ways are tried, for a curve that was jittered fits the smoother one better; the lesser counts.
    """
    return np.minimum(_one_way(curves, others), _one_way(others, curves))


def _one_way(curves: Curves, others: Curves) -> Curves:
    weight = _weights(curves)
    x, one, y = others * weight, weight, curves * weight
    xx, xo, oo, xy, oy = ((a * b).sum(axis=2) for a, b in ((x, x), (x, one), (one, one), (x, y), (one, y)))
    determinant = np.maximum(xx * oo - xo**2, 1e-300)
    scale, shift = (xy * oo - oy * xo) / determinant, (oy * xx - xy * xo) / determinant
    left = scale[..., None] * x + shift[..., None] * one - y
    squares = (left**2).sum(axis=2) / max(1, curves.shape[2] - 2)
    level = np.abs(np.median(curves, axis=2))
    possible = (scale >= 1 / LIMITS.scale) & (scale <= LIMITS.scale) & (np.abs(shift) <= LIMITS.shift * level)
    return np.asarray(np.sqrt(np.where(possible, squares, np.inf).mean(axis=1)))


def _weights(curves: Curves) -> Curves:
    """Return what makes distances relative: to the value, or to a share of the curve's highest where the value is small."""
    size = np.abs(curves)
    return np.asarray(1 / np.hypot(size, LIMITS.floor * size.max(axis=2, keepdims=True)))


def _noise(curves: Curves) -> Curves:
    """Return the variance of each training's own noise, relative as distances are [trainings]."""
    bends = np.diff(curves, 3, axis=2) * _weights(curves)[:, :, 1:-2]
    return np.asarray(((1.4826 * np.median(np.abs(bends), axis=2)) ** 2 / 20).mean(axis=1))


def _share(distances: Curves, place: int) -> float | None:
    """Return a distance as a share of that to honest neighbours of the same kind; None where there are too few.

    The middle of those that lie further away than copies counts, so that copies among the neighbours change nothing.
    """
    honest = distances[(distances > LIMITS.copy) & (distances <= LIMITS.near)]
    if len(honest) < 4:
        return None
    return float(distances[place] / np.median(honest))
