"""What more training data would bring: best validation loss against training-set size, L(n) = a + b n^-c."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import ResultError

Curve = NDArray[np.float64]
Interval = tuple[float, float]
FEWEST_SIZES = 4
_CONFIDENCE = 0.95
_LACK_OF_FIT = 0.01
_PRIOR = 30  # degrees of freedom of the pooled spread in each size's own; of two or three seeds alone a weight is mostly noise
_SLOWEST, _FASTEST = 0.01, 8.0  # exponents; beyond them the points are a straight line in log n, or a step


@dataclass(frozen=True)
class Scaling:
    """Hold a fitted curve and what twice the data would bring; all intervals 95 %.

    Args:
        a, b, c: the curve, L(n) = a + b n^-c; `a` is the loss that no amount of data removes.
        a_interval, c_interval: profile-likelihood intervals.
        twice: twice the largest size.
        loss_at_twice, loss_at_twice_interval: the curve there.
        saved, saved_interval: by how much it lies below the curve at the largest size.
    """

    a: float
    b: float
    c: float
    a_interval: Interval
    c_interval: Interval
    twice: int
    loss_at_twice: float
    loss_at_twice_interval: Interval
    saved: float
    saved_interval: Interval


@dataclass(frozen=True)
class NoScaling:
    """Say why no curve is fitted.

    Args:
        reason: `too_few_sizes` (under 4 distinct ones), `does_not_fall` (more data did not lower the loss), `too_noisy` (it did,
            but no more than noise does), `unbounded` (the points hold any exponent, however small or large) or `lack_of_fit`
            (they lie further from every such curve than the spread between seeds explains).
    """

    reason: str


@dataclass(frozen=True)
class _Points:
    """Hold the points with size as a share of the largest, each with its weight."""

    size: Curve
    loss: Curve
    weight: Curve
    largest: int
    floor: bool  # whether a >= 0

    def sum(self, values: Curve) -> Curve:
        return np.asarray(values @ self.weight)


@dataclass(frozen=True)
class _Lines:
    """Hold the least-squares line in size^-c for each exponent; all [exponents]."""

    c: Curve
    steps: Curve  # size^-c [exponents, points]
    a: Curve
    b: Curve
    squares: Curve


def fit(sizes: Sequence[int], losses: Sequence[float]) -> Scaling | NoScaling:
    """Fit best validation loss against training-set size, where the points carry the curve's three parameters.

    Weighted least squares, `a` not below 0 where no loss is; a size's weight comes from its spread between seeds, drawn to
    the pooled one. The intervals are the ranges of a, c and the prediction over all curves whose squares are not beyond
    those of the best one by F's 95 % quantile (profile likelihood; Bates & Watts 1988, chapter 6). Held against known curves they
    cover 93 to 99 %; where the loss falls to 0 and its spread with it, `saved_interval` covers 88 to 93 %.

    Args:
        sizes: training samples, one a training; at least two trainings a size are advised, from other seeds.
        losses: each training's best validation loss; what is not finite is left out.

    Returns:
        The curve, or the reason why there is none.

    Raises:
        ResultError: there is not one loss a size, or a size is below 1.

    Example:
        >>> sizes = [500, 500, 1000, 1000, 2000, 2000, 4000, 4000, 8000, 8000]
        >>> found = fit(sizes, [0.3 + 5 * n**-0.5 + 0.002 * (-1) ** i for i, n in enumerate(sizes)])
        >>> found.twice, round(found.loss_at_twice, 2), round(found.saved, 3)
        (16000, 0.34, 0.016)
        >>> fit([500, 1000], [0.5, 0.4])
        NoScaling(reason='too_few_sizes')
    """
    if len(sizes) != len(losses):
        raise ResultError(f"There are {len(sizes)} sizes and {len(losses)} losses; give one loss a size.")
    if any(size < 1 for size in sizes):
        raise ResultError(f"A training-set size is {min(sizes)}; give sizes from 1 on.")
    finite = np.isfinite(np.asarray(losses, np.float64))
    kept, loss = np.asarray(sizes, np.int64)[finite], np.asarray(losses, np.float64)[finite]
    if len(np.unique(kept)) < FEWEST_SIZES:
        return NoScaling("too_few_sizes")
    share = kept / kept.max()
    points = _Points(share, loss, _weights(share, loss), int(kept.max()), bool((loss >= 0).all()))
    grid = np.geomspace(_SLOWEST, _FASTEST, 1500)
    best = _lowest(points, grid)
    if best.b[0] <= 0:
        return NoScaling("does_not_fall")
    lines = _lines(points, np.sort(np.append(grid, best.c)))
    return _judged(points, best, lines)


def _weights(share: Curve, loss: Curve) -> Curve:
    """Return one weight a point, 1 in the mean."""
    _, place, seeds = np.unique(share, return_inverse=True, return_counts=True)
    squares = np.bincount(place, (loss - _means(share, loss)) ** 2)
    freedom = seeds - 1
    pooled = squares.sum() / max(1, freedom.sum())
    if pooled <= 0:
        return np.ones(len(share))
    weight = ((_PRIOR + freedom) / (_PRIOR * pooled + squares))[place]
    return np.asarray(weight / weight.mean())


def _means(share: Curve, loss: Curve) -> Curve:
    """Return the mean loss at each point's size."""
    _, place, seeds = np.unique(share, return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(place, loss) / seeds)[place])


def _lines(points: _Points, c: Curve) -> _Lines:
    """Fit a line in size^-c for each exponent; where it would start below the floor, through the floor."""
    steps = points.size ** -c[:, None]
    total = points.weight.sum()
    middle, level = points.sum(steps) / total, points.sum(points.loss) / total
    aside = steps - middle[:, None]
    b = points.sum(aside * (points.loss - level)) / points.sum(aside**2)
    a = level - b * middle
    if points.floor:
        through = points.sum(steps * points.loss) / points.sum(steps**2)
        a, b = np.where(a < 0, 0.0, a), np.where(a < 0, through, b)
    squares = points.sum((points.loss - a[:, None] - b[:, None] * steps) ** 2)
    return _Lines(c, steps, a, b, squares)


def _lowest(points: _Points, grid: Curve) -> _Lines:
    """Return the best line of all exponents, as an array of one."""
    from scipy.optimize import minimize_scalar

    place = int(_lines(points, grid).squares.argmin())
    around = math.log(grid[max(0, place - 1)]), math.log(grid[min(len(grid) - 1, place + 1)])
    squares: Callable[[float], float] = lambda log_c: float(_lines(points, np.exp([log_c])).squares[0])
    return _lines(points, np.exp([minimize_scalar(squares, bounds=around, method="bounded", options={"xatol": 1e-9}).x]))


def _judged(points: _Points, best: _Lines, lines: _Lines) -> Scaling | NoScaling:
    from scipy.special import fdtri

    freedom = len(points.loss) - 3
    lowest = float(best.squares[0])
    limit = lowest * (1 + float(fdtri(1, freedom, _CONFIDENCE)) / freedom)
    level = points.sum(points.loss) / points.weight.sum()
    if points.sum((points.loss - level) ** 2) <= limit:
        falls = points.sum((points.loss - level) * np.log(points.size)) < 0
        return NoScaling("too_noisy" if falls else "does_not_fall")
    if _misses(points, lowest):
        return NoScaling("lack_of_fit")
    inside = (lines.squares <= limit) | (lines.c == best.c)  # rounding must not lose a perfect fit
    if inside[0] or inside[-1]:
        return NoScaling("unbounded")
    return _scaling(points, best, _Lines(*(part[inside] for part in vars(lines).values())), limit)


def _misses(points: _Points, lowest: float) -> bool:
    """Tell whether the curve misses the sizes' means by more than the spread between seeds explains."""
    from scipy.special import fdtrc

    sizes = len(np.unique(points.size))
    freedom = len(points.loss) - sizes
    pure = float(points.sum((points.loss - _means(points.size, points.loss)) ** 2))
    if freedom < 1 or pure <= 0:
        return False
    return bool(fdtrc(sizes - 3, freedom, (lowest - pure) / (sizes - 3) / (pure / freedom)) < _LACK_OF_FIT)


def _scaling(points: _Points, best: _Lines, lines: _Lines, limit: float) -> Scaling:
    a, b, c = (float(part[0]) for part in (best.a, best.b, best.c))
    one, half = np.ones_like(lines.c), 2.0**-lines.c
    return Scaling(
        a=a,
        b=b * float(points.largest) ** c,
        c=c,
        a_interval=_range(points, lines, limit, one, 0 * one),
        c_interval=(float(lines.c[0]), float(lines.c[-1])),
        twice=2 * points.largest,
        loss_at_twice=a + b * 2**-c,
        loss_at_twice_interval=_range(points, lines, limit, one, half),
        saved=b * (1 - 2**-c),
        saved_interval=_range(points, lines, limit, 0 * one, 1 - half),
    )


def _range(points: _Points, lines: _Lines, limit: float, of_a: Curve, of_b: Curve) -> Interval:
    """Return the range of of_a * a + of_b * b over all (a, b) and exponents with squares up to the limit.

    For one exponent these (a, b) fill an ellipse. The ends lie where it touches a straight line of equal values, or, where
    that is below the floor, where the floor cuts the ellipse.
    """
    total, first, second = points.weight.sum(), points.sum(lines.steps), points.sum(lines.steps**2)
    determinant = total * second - first**2
    level, product = points.sum(points.loss), points.sum(lines.steps * points.loss)
    a, b = (second * level - first * product) / determinant, (total * product - first * level) / determinant
    squares = points.sum((points.loss - a[:, None] - b[:, None] * lines.steps) ** 2)
    along_a, along_b = (second * of_a - first * of_b) / determinant, (total * of_b - first * of_a) / determinant
    reach = np.sqrt(np.maximum(0, limit - squares) / (of_a * along_a + of_b * along_b))
    through = product / second
    cut = limit - points.sum((points.loss - through[:, None] * lines.steps) ** 2)
    ends = []
    for sign in (-1, 1):
        touches_a, touches_b = a + sign * reach * along_a, b + sign * reach * along_b
        touches = of_a * touches_a + of_b * touches_b
        on_floor = of_b * (through + sign * np.sqrt(np.maximum(0, cut) / second))
        ends.append(np.where(touches_a < 0, on_floor, touches) if points.floor else touches)
    return float(ends[0].min()), float(ends[1].max())
