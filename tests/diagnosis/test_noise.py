import numpy as np
import pytest

from fitscope.diagnosis.noise import long_run_factor, rise_by_chance, second_difference_sd, smoothed, tail_noise, trend


def test_second_differences_find_the_noise_under_a_smooth_curve():
    rng = np.random.default_rng(0)
    curve = np.exp(-np.arange(400) / 80) + rng.normal(0, 0.01, 400)
    assert second_difference_sd(curve) == pytest.approx(0.01, rel=0.15)


def test_second_differences_bear_outliers():
    curve = np.random.default_rng(0).normal(0, 0.01, 400)
    curve[[50, 200]] += 5
    assert second_difference_sd(curve) == pytest.approx(0.01, rel=0.2)


def test_tail_noise_finds_deviation_and_correlation():
    rng = np.random.default_rng(0)
    noise = np.zeros(2000)
    for i in range(1, 2000):
        noise[i] = 0.6 * noise[i - 1] + 0.8 * rng.standard_normal()
    sd, correlation = tail_noise(noise)
    assert sd == pytest.approx(1, rel=0.1)
    assert correlation == pytest.approx(0.6, abs=0.06)


@pytest.mark.parametrize("curve", [np.ones(3), np.ones(5), np.ones(50)])
def test_constant_curve_has_no_noise(curve):
    assert tail_noise(curve)[0] < 1e-12


def test_trend_follows_a_parabola_past_an_outlier():
    x = np.linspace(-1, 1, 40)
    curve = x**2
    curve[7] += 10
    assert np.abs(trend(curve) - x**2).max() < 0.05


def test_flat_noise_of_60_epochs_seems_to_rise_by_two_deviations_and_by_half_of_that_smoothed():
    noise = np.random.default_rng(0).standard_normal((60, 1000))
    assert np.mean(noise[-6:].mean(axis=0) - noise.min(axis=0)) == pytest.approx(2.3, abs=0.1)
    assert np.mean(rise_by_chance(60, 6, 1.0, 0.0, 0)) == pytest.approx(1.2, abs=0.1)


@pytest.mark.parametrize("epochs", [3, 10, 15, 40])
def test_smoothed_is_the_running_median(epochs):
    curve = np.random.default_rng(0).standard_normal(epochs)
    reach = 1 if epochs < 15 else 2
    padded = np.pad(curve, reach, mode="edge")
    assert smoothed(curve).tolist() == [np.median(padded[i : i + 2 * reach + 1]) for i in range(epochs)]


def test_outliers_hardly_raise_the_noise_of_a_tail():
    curve = 0.01 * np.random.default_rng(0).standard_normal(40)
    calm, _ = tail_noise(curve)
    curve[[10, 25]] += 1.0
    assert tail_noise(curve)[0] < 1.6 * calm


def test_long_run_factor_grows_with_correlation():
    assert long_run_factor(0) == 1
    assert long_run_factor(0.5) == pytest.approx(3**0.5)
