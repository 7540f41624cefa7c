"""Every limit that a verdict or finding rests on, in one place; the report prints them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Hold the limits of the diagnosis (DESIGN section 7).

    Args:
        plateau_errors: an epoch is in the plateau up to so many paired standard errors above the best (Breiman et al.
            1984 take one; 1.1 held the best test epoch in 0.95 of the measured curves).
        log_noise: a log's noise is widened by this where it holds no training loss, for second differences see less of it
            where it is correlated.
        log_share, log_travel: where it does, this share of the noise counts, for the network's own ups and downs are in
            the test loss as well; and this share of the lowest loss is the standard error of a difference between two epochs
            whose training losses differ by a factor of e (both measured on 460 curves).
        more_than_noise: residuals around a trend above this many times the noise that second differences show hold more
            than noise: outliers, or a bend.
        told_epochs: of fewer settled epochs, correlated noise cannot be told from a bend.
        few_epochs: of fewer epochs three are smoothed together, else five.
        rise: a rise counts from this share of the lowest validation loss on.
        trend: a trend over the last fifth counts from this share of the level on.
        by_size, steady: two tests of a rise share an error of 5 %. It counts where noise alone stays below it in this
            share of cases, or is as steady in no more than this share.
        fall: a loss that fell by less than this share of its first value has not been learnt.
        fall_noise: the same in standard deviations of the curve's noise.
        diverged_ratio: a training loss that ends this often above its minimum, and above its first value, diverged.
        fewest_epochs: fewer finite validation epochs say nothing.
        one_sided: standard errors of a one-sided 95 % limit.
        resamples: draws of every bootstrap and simulation.
        stuck: a loss that ends so close to ln(classes), as a share of it, is that of guessing.
        warm_start: a first training loss below this share of ln(classes) is no fresh network's.
        descent_epochs: fewer epochs show no second descent.
        spike_epochs: fewer epochs show no spikes and no restless training loss.
        spike, spike_noise: a spike lies above its neighbours' median by this share of it, and by so many deviations.
        restless: a training loss that rises in more than this share of the epochs does not settle.
        covariance_epochs: the covariance is kept for up to so many epochs.
    """

    plateau_errors: float = 1.1
    log_noise: float = 1.5
    log_share: float = 0.58
    log_travel: float = 0.035
    more_than_noise: float = 1.5
    told_epochs: int = 20
    few_epochs: int = 15
    rise: float = 0.05
    trend: float = 0.01
    by_size: float = 0.96
    steady: float = 0.01
    fall: float = 0.02
    fall_noise: float = 3.0
    diverged_ratio: float = 1.5
    fewest_epochs: int = 5
    one_sided: float = 1.645
    resamples: int = 1000
    stuck: float = 0.03
    warm_start: float = 0.5
    descent_epochs: int = 20
    spike_epochs: int = 10
    spike: float = 0.2
    spike_noise: float = 8.0
    restless: float = 0.35
    covariance_epochs: int = 100


LIMITS = Thresholds()
