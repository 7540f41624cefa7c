"""What a result keeps is enough to judge its curves again."""

import dataclasses

import numpy as np
import pytest

from fitscope.diagnosis import again, judge
from fitscope.errors import ResultError
from fitscope.history import TrainingHistory

SHAPES = {
    "overfits": lambda epochs: np.abs(np.linspace(-0.3, 1, epochs)) + 0.3,
    "levels off": lambda epochs: 0.3 + np.exp(-np.linspace(0, 6, epochs)),
    "still falls": lambda epochs: 1.5 - np.linspace(0, 1, epochs),
    "flat": lambda epochs: np.full(epochs, 0.7),
}


def trained(shape, epochs, samples=300, seed=0):
    """Return curves and every validation sample's loss: samples differ, and change a little from epoch to epoch."""
    rng = np.random.default_rng(seed)
    losses = SHAPES[shape](epochs)[:, None] * rng.gamma(4, 0.25, samples) + 0.05 * rng.standard_normal((epochs, samples))
    return TrainingHistory.of({"loss": 1 / np.arange(1.0, epochs + 1), "val_loss": losses.mean(axis=1)}), losses


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("epochs", [3, 20, 100])
def test_again_with_covariance_says_what_the_samples_said(shape, epochs):
    history, losses = trained(shape, epochs)
    first = judge(history, losses, seed=7)
    second = again(history, first.uncertainty, seed=7)
    for name in ("verdict", "evidence", "best_epoch", "plateau", "gap", "regions", "findings"):
        assert getattr(first, name) == pytest.approx(getattr(second, name)) or getattr(first, name) == getattr(second, name)
    assert first.uncertainty.plateau_members == second.uncertainty.plateau_members
    assert np.abs(np.subtract(first.uncertainty.chance, second.uncertainty.chance)).max() < 0.1


def test_again_beyond_100_epochs_takes_the_paired_errors():
    history, losses = trained("overfits", 120)
    first = judge(history, losses)
    second = again(history, first.uncertainty)
    assert first.uncertainty.covariance is None
    assert (first.verdict, first.plateau) == (second.verdict, second.plateau)


def test_again_with_repeats_takes_each_trainings_losses():
    each = [trained("overfits", 20, seed=seed)[1] for seed in range(4)]
    over_seeds = np.stack([losses.mean(axis=1) for losses in each], axis=1)
    history = TrainingHistory.of({"loss": 1 / np.arange(1.0, 21), "val_loss": over_seeds.mean(axis=1)})
    first = judge(history, over_seeds, repeats=True, each=each)
    second = again(history, first.uncertainty, over_seeds=over_seeds)
    assert (first.verdict, first.plateau, first.evidence) == (second.verdict, second.plateau, second.evidence)


def test_again_with_an_epoch_that_is_unknown_skips_it():
    history, losses = trained("overfits", 12)
    losses[4] = np.nan
    history = history.replaced("val_loss", losses.mean(axis=1))
    first = judge(history, losses)
    second = again(history, first.uncertainty)
    assert first.uncertainty.plateau_members == second.uncertainty.plateau_members


def test_again_without_samples_judges_the_curves_alone():
    history, _ = trained("overfits", 20)
    assert again(history, None) == judge(history) == again(history, judge(history).uncertainty)


@pytest.mark.parametrize("triangle", [(1.0, 2.0, 1.0) + (0.0,) * 207, (1.0,) * 209, (1.0, np.nan) + (0.1,) * 208, (1e9,) * 4])
def test_again_with_an_impossible_covariance_is_refused(triangle):
    history, losses = trained("overfits", 20)
    kept = dataclasses.replace(judge(history, losses).uncertainty, covariance=triangle)
    with pytest.raises(ResultError):
        again(history, kept)
