import numpy as np
import pytest

from fitscope.diagnosis.noise import correlated
from fitscope.diagnosis.steady import rises_by_chance


def chances(shape, noise=None, count=100):
    noise = np.random.default_rng(0).standard_normal((len(shape), count)) if noise is None else noise[:, :count]
    return np.array([rises_by_chance(shape + column, 0) for column in noise.T])


@pytest.mark.parametrize("epochs", [7, 20, 60])
@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_flat_noise_seldom_seems_to_rise_steadily(epochs, correlation):
    assert (chances(np.zeros(epochs), correlated(epochs, correlation, 1)) <= 0.01).mean() <= 0.04


def test_heavy_tails_and_growing_noise_make_no_steady_rise():
    rng = np.random.default_rng(0)
    for noise in (rng.standard_t(3, (40, 100)), rng.standard_normal((40, 100)) * np.arange(1, 41)[:, None]):
        assert (chances(np.zeros(40), noise) <= 0.01).mean() <= 0.03


@pytest.mark.parametrize("shape", [3.5 * np.linspace(0, 1, 40), 3 * (np.arange(40) > 12)], ids=["slope", "step"])
def test_rise_that_hides_between_two_epochs_is_found_in_all_of_them(shape):
    assert (chances(shape) <= 0.01).mean() > 0.85


def test_falling_curve_does_not_rise():
    assert rises_by_chance(-np.arange(20.0), 0) == 1.0


def test_fewer_than_five_epochs_rise_by_chance():
    assert rises_by_chance(np.arange(4.0), 0) == 1.0


def test_scale_and_shift_change_nothing():
    curve = np.random.default_rng(0).standard_normal(30) + np.arange(30) / 10
    assert rises_by_chance(1e6 * curve + 5, 0) == rises_by_chance(curve, 0)


def test_long_curve_is_judged_by_means_of_neighbours():
    noise = np.random.default_rng(0).standard_normal(100_000)
    assert rises_by_chance(noise, 0) > 0.01
    assert rises_by_chance(noise + np.linspace(0, 0.1, 100_000), 0) <= 0.01
