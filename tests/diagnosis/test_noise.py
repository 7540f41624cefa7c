import numpy as np
import pytest

from fitscope.diagnosis.noise import (
    correlated,
    long_run_factor,
    rise,
    rise_by_chance,
    second_difference_sd,
    settled,
    shown_by_second_differences,
    smoothed,
    tail_noise,
    trend,
)


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


@pytest.mark.parametrize("epochs", [1, 3, 14, 15, 40])
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


@pytest.mark.parametrize(
    ("curve", "deviations"), [([], 0), ([0, 9], 0), ([0, 1, 0], 2), ([0, 1, 0, 1, 0, 1], 2), ([0, 1, 3, 6, 10, 15], 1)]
)
def test_second_differences_are_scaled_to_the_deviation_of_normal_noise(curve, deviations):
    assert second_difference_sd(np.array(curve, float)) == pytest.approx(1.4826 * deviations / 6**0.5)


@pytest.mark.parametrize(
    ("curve", "place"),
    [([10, 5, 1, 0], 2), ([10, 5, 1.01, 0], 3), ([110, 105, 101, 100, 120], 2), ([1, 2, 3], 0), ([1, 1, 1], 0), ([5], 0)],
)
def test_curve_is_settled_after_nine_tenths_of_its_fall(curve, place):
    assert settled(np.array(curve, float)) == place


@pytest.mark.parametrize(
    ("curve", "sd"),
    [
        ([5], 0),
        ([1, 2], 0.5),  # half of the largest step, where there is no more to go by
        ([1, 2, 4], 1),
        ([1, 2, 1], 1.4826 * 2 / 6**0.5),
        ([1, 2, 3, 4], 0),
        ([1, 2, 1, 2, 1, 2, 1], 1.4826 * 4 / 6**0.5),
    ],
)
def test_tail_of_fewer_than_eight_epochs_has_the_noise_of_its_differences(curve, sd):
    curve = np.array(curve, float)
    if len(curve) == 7:
        curve[[1, 3, 5]] += 1
    assert tail_noise(curve) == (pytest.approx(sd), 0.0)


@pytest.mark.parametrize(
    ("epochs", "correlation"), [(8, 0.0), (20, 0.0), (60, 0.0), (20, 0.5), (60, 0.5), (200, 0.5), (60, 0.8), (200, 0.8)]
)
def test_tail_noise_is_right_in_the_mean(epochs, correlation):
    found = np.array([tail_noise(curve) for curve in correlated(epochs, correlation, 1)[:, :300].T])
    slow = correlation * 20 / epochs  # what of it looks like a trend is lost
    assert np.sqrt((found[:, 0] ** 2).mean()) == pytest.approx(1, abs=0.08 + 0.7 * slow)
    assert found[:, 1].mean() == pytest.approx(correlation, abs=0.1 + 0.5 * slow)


def test_correlation_of_a_tail_lies_between_0_and_nine_tenths():
    assert tail_noise((-1.0) ** np.arange(20))[1] == 0
    assert tail_noise(np.cumsum(np.random.default_rng(0).standard_normal(400)))[1] == 0.9


def test_step_that_the_trend_cannot_follow_is_no_noise():
    assert tail_noise(np.array([0.0] * 10 + [1.0] * 10))[0] == 0


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_second_differences_show_their_part_of_correlated_noise(correlation):
    noise = correlated(400, correlation, 0)[100:, :200]
    assert np.diff(noise, 2, axis=0).std() / 6**0.5 == pytest.approx(shown_by_second_differences(correlation), rel=0.03)


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_correlated_noise_has_deviation_1_from_the_first_epoch_on(correlation):
    noise = correlated(30, correlation, 0)
    assert noise.shape == (30, 1000)
    assert noise.std(axis=1) == pytest.approx(np.ones(30), abs=0.08)
    assert (noise[1:] * noise[:-1]).mean() == pytest.approx(correlation, abs=0.03)


def test_trend_of_a_parabola_is_itself():
    x = np.linspace(-1, 1, 9)
    assert trend(3 - 2 * x + 5 * x**2) == pytest.approx(3 - 2 * x + 5 * x**2)


@pytest.mark.parametrize(("off", "counts"), [(3.5, True), (6.0, False)])
def test_trend_leaves_out_what_lies_four_deviations_off(off, counts):
    """Half of the epochs lie 1 above or below the line: a deviation of 1.4826, and four of them 5.9."""
    curve = np.tile([1.0, -1.0], 50)
    curve[50] = off * 1.4826
    bare = np.tile([1.0, -1.0], 50)
    bare[50] = 1.0
    without = np.abs(trend(curve) - trend(bare)).max() < 0.05
    assert without != counts


def test_trend_of_few_epochs_is_not_fitted_to_five_of_them():
    curve = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 50.0, 90.0])
    assert np.isfinite(trend(curve)).all()


def test_rise_is_the_mean_of_the_last_epochs_above_the_smoothed_minimum():
    curves = np.array([[5.0, 1.0, 1.0, 3.0, 4.0], [9.0, 2.0, 2.0, 2.0, 2.0]]).T
    assert rise(curves, 2).tolist() == [2.5, 0.0]


def test_rise_by_chance_is_drawn_for_a_thousand_epochs_at_most_and_for_more_than_its_end():
    assert (rise_by_chance(5000, 100, 2.0, 0.5, 3) == 2 * rise_by_chance(1000, 100, 1.0, 0.5, 3)).all()
    assert (rise_by_chance(2, 4, 1.0, 0.0, 3) == rise_by_chance(5, 4, 1.0, 0.0, 3)).all()


def test_smoothed_of_a_long_curve_is_the_running_median_everywhere():
    curve = np.random.default_rng(0).standard_normal(20_003)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(curve, 2, mode="edge"), 5)
    assert (smoothed(curve) == np.median(windows, axis=1)).all()
