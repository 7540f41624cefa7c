"""How far epochs differ on the same validation samples: the standard error of a paired difference."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.thresholds import LIMITS
from fitscope.errors import ResultError

# Given places of epochs and the place of one to compare with: the standard error of mean(loss(epochs)) - loss(reference).
PairedError = Callable[[NDArray[np.int64], int], float]
_ROUNDED = 1e-9  # of the largest variance: what rounding may take off an eigenvalue


def by_samples(losses: NDArray[np.floating]) -> PairedError:
    """Take the errors from every validation sample's loss [epochs, samples]."""

    def error(epochs: NDArray[np.int64], reference: int) -> float:
        difference = losses[epochs].mean(axis=0, dtype=np.float64) - losses[reference]
        return float(difference.std(ddof=1)) / math.sqrt(losses.shape[1])

    return error


def by_covariance(covariance: NDArray[np.float64]) -> PairedError:
    """Take the errors from the covariance of the epochs' mean losses [epochs, epochs]: the same, from what a result keeps.

    Example:
        >>> losses = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 1.0]])
        >>> kept = by_covariance(np.cov(losses) / 3)
        >>> round(kept(np.array([1]), 0) - by_samples(losses)(np.array([1]), 0), 9)
        0.0
    """

    def error(epochs: NDArray[np.int64], reference: int) -> float:
        weights = np.zeros(len(covariance))
        weights[epochs] = 1 / len(epochs)
        weights[reference] -= 1
        used = weights != 0
        return math.sqrt(max(0.0, float(weights[used] @ covariance[np.ix_(used, used)] @ weights[used])))

    return error


def square(triangle: tuple[float, ...], epochs: int) -> NDArray[np.float64]:
    """Return the covariance whose lower triangle a result keeps row by row, checked.

    Args:
        triangle: epochs * (epochs + 1) / 2 numbers; NaN in the rows and columns of epochs without samples' losses.
        epochs: how many there are.

    Returns:
        float64 [epochs, epochs].

    Raises:
        ResultError: another number of values, or no covariance can be like this (it is not positive semidefinite).

    Example:
        >>> square((1.0, 2.0, 1.0), 2)
        Traceback (most recent call last):
        fitscope.errors.ResultError: The covariance of the epochs is none: it is not positive semidefinite; compute it again.
    """
    if epochs > LIMITS.covariance_epochs:
        raise ResultError(
            f"A covariance is kept for up to {LIMITS.covariance_epochs} epochs, and these are {epochs}; leave it out."
        )
    if len(triangle) != epochs * (epochs + 1) // 2:
        raise ResultError(f"The covariance of {epochs} epochs has {len(triangle)} values, not {epochs * (epochs + 1) // 2}.")
    covariance = np.full((epochs, epochs), np.nan)
    rows = np.tril_indices(epochs)
    covariance[rows] = triangle
    covariance.T[rows] = triangle
    known = ~np.isnan(np.diag(covariance))
    inside = covariance[np.ix_(known, known)]
    if np.isnan(inside).any():
        raise ResultError("The covariance of the epochs has gaps; compute it again.")
    try:
        root(inside)
    except np.linalg.LinAlgError:
        raise ResultError("The covariance of the epochs is none: it is not positive semidefinite; compute it again.") from None
    return covariance


def root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lower triangle whose product with its transpose is a covariance, but for rounding (Cholesky).

    Raises:
        LinAlgError: there is none, for an eigenvalue is below 0 by more than rounding.
    """
    size = max(float(np.diag(covariance).max(initial=0.0)), 1e-300)
    return np.asarray(np.linalg.cholesky(covariance / size + _ROUNDED * np.eye(len(covariance))) * math.sqrt(size))
