"""The best epoch, the plateau that the data cannot tell from it, and each epoch's chance of being the best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fitscope.diagnosis.noise import second_difference_sd
from fitscope.diagnosis.paired import by_covariance, root
from fitscope.diagnosis.thresholds import LIMITS

Curve = NDArray[np.float64]
_RESAMPLES_AT_ONCE = 50
_FAR = 6  # deviations: what lies further above the lowest loss has no chance
_NO_LOSS = 1e-6  # of the highest training loss: what is below it is no further away
_FINE = 100  # parts of a deviation


@dataclass(frozen=True)
class Uncertainty:
    """Hold what anyone needs to compute the plateau again.

    Args:
        basis: `samples` (each validation sample's loss), `log` (the curve's own noise) or `repeats`.
        samples: validation samples, None where unknown; with `repeats` those whose noise adds to that between trainings.
        groups: how many groups of samples take their place, None where samples are independent.
        paired_se: one an epoch, the standard error of mean(loss(epoch) - loss(best)); NaN where there is none.
        chance: one an epoch, the chance that the epoch is the best of this run; sums to 1.
        plateau_members: the epochs that the data cannot tell from the best.
        covariance: lower triangle of cov(loss) / samples over the epochs, row by row; None beyond 100 epochs or
            without samples' losses.
    """

    basis: str
    samples: int | None
    paired_se: tuple[float, ...]
    chance: tuple[float, ...]
    plateau_members: tuple[int, ...]
    covariance: tuple[float, ...] | None
    groups: int | None = None


def best(val_loss: Curve) -> int | None:
    """Return the index of the lowest validation loss, the first on ties, NaN skipped; None where all are NaN."""
    return None if np.isnan(val_loss).all() else int(np.nanargmin(val_loss))


def uncertainty(
    val_loss: Curve,
    epochs: tuple[int, ...],
    losses: NDArray[np.floating] | None,
    seed: int,
    *,
    repeats: bool = False,
    each: Sequence[NDArray[np.floating]] = (),
    loss: Curve | None = None,
) -> Uncertainty:
    """Say how sure the best epoch is.

    The plateau's members lie at most 1.1 paired standard errors above the best (after Breiman et al. 1984).

    Args:
        val_loss: [epochs], with at least one finite value.
        epochs: the epochs' numbers.
        losses: every validation sample's loss [epochs, samples], or None: then the noise comes from the curve itself.
        seed: of the bootstrap.
        repeats: whether `losses` are those of several trainings [epochs, trainings]; then another training takes the
            place of another sample.
        each: of several trainings, every validation sample's loss [epochs, samples]; then the noise of the samples adds to
            that between trainings. Empty where it is not known.
        loss: training loss [epochs], where known; without the samples' losses it tells how far two epochs are apart.

    Returns:
        Standard errors, chances and members, one an epoch.
    """
    lowest = best(val_loss)
    assert lowest is not None
    if losses is None or losses.shape[1] < 2:
        basis, samples, covariance = "log", None, None
        noise = _noise_near(val_loss, lowest)
        errors = _errors_from_log(val_loss, loss, lowest, noise)
        chance = _chance_from_log(val_loss, LIMITS.log_noise * noise)
    else:
        basis, samples = ("repeats", None) if repeats else ("samples", losses.shape[1])
        usable = np.isfinite(val_loss) & np.isfinite(losses).all(axis=1)
        errors = _errors_from_samples(losses, lowest, usable)
        own = _own_noise(losses, usable) if repeats else 0.0
        covariance = _covariance(losses, usable) if len(epochs) <= LIMITS.covariance_epochs else None
        if not repeats:
            chance = _chance_from_samples(losses, usable, seed)
        elif not each or each[0].shape[1] < 2:
            chance = _chance_from_trainings(losses, usable, own, seed)
        else:
            samples, mean = each[0].shape[1], np.asarray(np.mean(each, axis=0, dtype=np.float64))
            usable &= np.isfinite(mean).all(axis=1)
            errors = np.hypot(errors, _errors_from_samples(mean, lowest, usable))
            chance = _chance_from_both(each, usable, own, seed)
            if covariance is not None:
                covariance = tuple(np.add(_covariance(losses, usable), _covariance(mean, usable)).tolist())
    members = _members(val_loss, epochs, lowest, errors)
    return Uncertainty(basis, samples, tuple(errors.tolist()), tuple(chance.tolist()), members, covariance)


def uncertainty_again(
    val_loss: Curve, epochs: tuple[int, ...], kept: Uncertainty, covariance: Curve | None, seed: int
) -> Uncertainty:
    """Say how sure the best epoch is from what a result keeps of the validation samples.

    Errors and plateau come out as they were; the chances, which were counted over the samples, are those of normal noise
    of this covariance. Without it, beyond 100 epochs, errors and chances are taken as they are.

    Args:
        val_loss: [epochs], with at least one finite value.
        epochs: the epochs' numbers.
        kept: with the paired standard errors.
        covariance: of the epochs' mean losses [epochs, epochs], as `paired.square` unpacks it; None where it is not kept.
        seed: of the draws.
    """
    lowest = best(val_loss)
    assert lowest is not None
    if covariance is None:
        errors = np.array(kept.paired_se)
        return replace(kept, plateau_members=_members(val_loss, epochs, lowest, errors))
    paired, known = by_covariance(covariance), np.isfinite(val_loss) & ~np.isnan(np.diag(covariance))
    errors = np.array([paired(np.array([i]), lowest) if ok and known[lowest] else np.nan for i, ok in enumerate(known)])
    chance = _chance_from_covariance(val_loss, covariance, known, seed)
    return replace(
        kept,
        paired_se=tuple(errors.tolist()),
        chance=tuple(chance.tolist()),
        plateau_members=_members(val_loss, epochs, lowest, errors),
    )


def _members(val_loss: Curve, epochs: tuple[int, ...], lowest: int, errors: Curve) -> tuple[int, ...]:
    inside = np.nan_to_num(val_loss - val_loss[lowest], nan=np.inf) <= LIMITS.plateau_errors * np.nan_to_num(errors)
    return tuple(np.asarray(epochs)[inside].tolist())


def _chance_from_covariance(val_loss: Curve, covariance: Curve, known: NDArray[np.bool_], seed: int) -> Curve:
    """Draw the losses 1,000 times from a normal distribution around their means, and count which epoch is the lowest."""
    won, numbers = np.zeros(len(val_loss)), np.flatnonzero(known)
    if not len(numbers):
        won[best(val_loss)] = 1.0
        return won
    normal = np.random.default_rng(seed).standard_normal((LIMITS.resamples, len(numbers)))
    draws = val_loss[known] + normal @ root(covariance[np.ix_(known, known)]).T
    np.add.at(won, numbers[draws.argmin(axis=1)], 1)
    return np.asarray(won / won.sum())


def _errors_from_samples(losses: NDArray[np.floating], lowest: int, usable: NDArray[np.bool_]) -> Curve:
    reference = losses[lowest].astype(np.float64)
    errors = np.full(len(losses), np.nan)
    for epoch in np.flatnonzero(usable):
        errors[epoch] = (losses[epoch] - reference).std(ddof=1) / math.sqrt(len(reference))
    return errors


def _chance_from_samples(losses: NDArray[np.floating], usable: NDArray[np.bool_], seed: int) -> Curve:
    """Weigh the samples anew 1,000 times (Bayesian bootstrap, Rubin 1981) and count which epoch is the lowest."""
    rng, won = np.random.default_rng(seed), np.zeros(len(losses))
    numbers = np.flatnonzero(usable)
    kept = losses[usable].astype(np.float32).T
    for _ in range(0, LIMITS.resamples, _RESAMPLES_AT_ONCE):
        weights = rng.standard_exponential((_RESAMPLES_AT_ONCE, len(kept)), dtype=np.float32)
        np.add.at(won, numbers[(weights @ kept).argmin(axis=1)], 1)
    return np.asarray(won / won.sum())


def _chance_from_both(each: Sequence[NDArray[np.floating]], usable: NDArray[np.bool_], own: float, seed: int) -> Curve:
    """Weigh both the trainings and the samples anew 1,000 times, and count which epoch's mean is the lowest.

    Args:
        each: of every training, the samples' losses [epochs, samples].
        usable: epochs to choose among.
        own: as `_own_noise` returns it.
        seed: of the draws.
    """
    rng, won = np.random.default_rng(seed), np.zeros(len(usable))
    numbers = np.flatnonzero(usable)
    kept = [losses[usable].astype(np.float32).T for losses in each]
    for _ in range(0, LIMITS.resamples, _RESAMPLES_AT_ONCE):
        weights = rng.standard_exponential((_RESAMPLES_AT_ONCE, len(kept[0])), dtype=np.float32)
        weights /= weights.sum(axis=1, keepdims=True)
        trainings = _weigh_trainings(rng, len(kept)) / len(kept)
        means = sum(share[:, None] * (weights @ losses) for share, losses in zip(trainings.T, kept))
        means = means + own * rng.standard_normal(means.shape)
        np.add.at(won, numbers[means.argmin(axis=1)], 1)
    return np.asarray(won / won.sum())


def _chance_from_trainings(losses: NDArray[np.floating], usable: NDArray[np.bool_], own: float, seed: int) -> Curve:
    """Do as `_chance_from_both` does where the samples' losses are not known; losses [epochs, trainings]."""
    rng, won = np.random.default_rng(seed), np.zeros(len(losses))
    numbers, trainings = np.flatnonzero(usable), losses.shape[1]
    for _ in range(0, LIMITS.resamples, _RESAMPLES_AT_ONCE):
        means = _weigh_trainings(rng, trainings) @ losses[usable].T / trainings
        means += own * rng.standard_normal(means.shape)
        np.add.at(won, numbers[means.argmin(axis=1)], 1)
    return np.asarray(won / won.sum())


def _own_noise(losses: NDArray[np.floating], usable: NDArray[np.bool_]) -> float:
    """Return what each training's own ups and downs add to the noise of an epoch's mean loss, the same for all epochs.

    Few trainings agree on some epochs by luck, and seem sure of them; and the lowest point of their mean is low by luck. So this
    noise counts twice, as it does between their mean and that of as many others. `tests/benchmarks/bench_honest.py` says how far
    the chances are right then.

    Args:
        losses: mean validation losses [epochs, trainings].
        usable: epochs to look at.
    """
    kept = losses[usable].astype(np.float64)
    ups = np.diff(kept - kept.mean(axis=1, keepdims=True), 2, axis=0)
    if not ups.size:
        return 0.0
    # The second difference of white noise has 6 times its variance; deviations from the mean of n have n - 1 of n parts of it.
    return float(np.sqrt(2 * (ups**2).mean() / 6 / (losses.shape[1] - 1)))


def _weigh_trainings(rng: np.random.Generator, trainings: int) -> Curve:
    """Return weights [resamples, trainings] under which a mean varies as Student's t of so many trainings does.

    The bootstrap's would let the mean of few trainings vary by less.
    """
    normal = rng.standard_normal((_RESAMPLES_AT_ONCE, trainings))
    unsure = np.sqrt(trainings / rng.chisquare(trainings - 1, (_RESAMPLES_AT_ONCE, 1)))
    return np.asarray(1 + unsure * (normal - normal.mean(axis=1, keepdims=True)))


def _covariance(losses: NDArray[np.floating], usable: NDArray[np.bool_]) -> tuple[float, ...]:
    samples = losses.shape[1]
    covariance = np.full((len(losses), len(losses)), np.nan)
    covariance[np.ix_(usable, usable)] = np.atleast_2d(np.cov(losses[usable].astype(np.float64))) / samples
    return tuple(covariance[np.tril_indices(len(losses))].tolist())


def _noise_near(val_loss: Curve, lowest: int) -> float:
    """Take the noise from the curve near its minimum."""
    finite = np.flatnonzero(np.isfinite(val_loss))
    reach = max(4, len(finite) // 6)
    place = int(np.searchsorted(finite, lowest))
    return second_difference_sd(val_loss[finite[max(0, place - reach) : place + reach + 1]])


def _errors_from_log(val_loss: Curve, loss: Curve | None, lowest: int, noise: float) -> Curve:
    """Return how uncertain each epoch's difference to the best is; a difference holds the noise twice.

    The samples' own differences are not seen, but the further the training has gone between two epochs, the more the
    samples disagree on which is better: like a random walk's, their variance grows with the way, which is measured by the
    logarithm of the training loss.
    """
    share, travelled = LIMITS.log_noise, np.zeros(len(val_loss))
    if loss is not None and val_loss[lowest] > 0 and loss[lowest] > 0 and np.nanmin(loss) >= 0:
        share, least = LIMITS.log_share, _NO_LOSS * float(np.nanmax(loss))
        travelled = np.nan_to_num(np.abs(np.log(np.maximum(loss, least) / max(loss[lowest], least))))
    own = np.hypot(math.sqrt(2) * share * noise, LIMITS.log_travel * val_loss[lowest] * np.sqrt(travelled))
    errors = np.where(np.isfinite(val_loss), own, np.nan)
    errors[lowest] = 0.0
    return errors


def _chance_from_log(val_loss: Curve, sd: float) -> Curve:
    """Return each epoch's chance of being the lowest under normal noise of the curve's own size.

    P(i is lowest) is the integral over t of the density of epoch i at t, times the chance that every other epoch lies
    above t. Losses are rounded to hundredths of the noise, so that a million epochs take no longer than a few hundred.
    """
    chance = np.zeros(len(val_loss))
    low = float(np.nanmin(val_loss))
    near = np.flatnonzero(val_loss <= low + _FAR * sd)
    if sd == 0 or len(near) == 1:
        chance[near[0]] = 1.0
        return chance
    bins = np.rint((val_loss[near] - low) / sd * _FINE).astype(int)
    counts = np.bincount(bins, minlength=_FAR * _FINE + 1)
    steps = np.arange(-_FAR * _FINE, _FAR * _FINE + 1)  # t, in hundredths of the noise around the lowest loss
    away = np.arange(-2 * _FAR * _FINE, _FAR * _FINE + 1) / _FINE  # t minus a loss, in deviations
    above = np.log([max(0.5 * math.erfc(z / math.sqrt(2)), 1e-300) for z in away])
    density = np.exp(-(away**2) / 2)
    all_above = np.convolve(counts, above)[len(counts) - 1 : len(counts) - 1 + len(steps)]
    won = np.zeros(len(counts))
    for place in np.flatnonzero(counts):
        window = slice(len(counts) - 1 - place, len(counts) - 1 - place + len(steps))
        won[place] = density[window] @ np.exp(all_above - above[window])
    chance[near] = won[bins]
    return np.asarray(chance / chance.sum())
