import numpy as np
import pytest

from fitscope.diagnosis.noise import correlated
from fitscope.diagnosis.steady import _likely, _strongest, rises_by_chance


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


def test_strongest_correlation_is_that_with_a_slope_or_a_step():
    """Slopes over all of 20 epochs, three quarters, half, 35 and 25 %; steps after 15, 25, 35 and 50 %."""
    curves = np.random.default_rng(0).standard_normal((20, 30))
    ranks = curves.argsort(axis=0).argsort(axis=0)
    slopes = [(np.arange(count), count) for count in (5, 7, 10, 15, 20)]
    steps = [(np.arange(20) >= start, 20) for start in (3, 5, 7, 10)]
    for curve, found in zip(ranks.T, _strongest(curves)):
        wanted = [np.corrcoef(shape, curve[-count:])[0, 1] * np.sqrt(count - 1) for shape, count in slopes + steps]
        assert found == pytest.approx(max(wanted))


def test_strongest_correlation_of_few_epochs_has_slopes_of_five_and_steps_after_two():
    assert _strongest(np.array([[0.0, 1, 2, 3, 4]]).T)[0] == pytest.approx(2)
    assert _strongest(np.array([[0.0, 1, 3, 4, 2]]).T)[0] == pytest.approx(np.corrcoef([0, 0, 1, 1, 1], [0, 1, 3, 4, 2])[0, 1] * 2)


@pytest.mark.parametrize(("epochs", "likely"), [(5, 0.3), (9, 0.2), (25, 0.1), (400, 0.0)])
def test_correlation_is_taken_at_the_upper_quartile_of_what_it_may_be(epochs, likely):
    assert _likely((-1.0) ** np.arange(epochs)) == likely


def test_correlation_is_taken_as_nine_tenths_at_most():
    assert _likely(np.cumsum(np.random.default_rng(0).standard_normal(60))) == 0.9


def test_five_epochs_can_rise():
    assert rises_by_chance(np.arange(5.0), 0) < 0.1


@pytest.mark.parametrize(("epochs", "together"), [(100, 1), (101, 2), (200, 2), (202, 3)])
def test_curve_is_judged_by_100_means_at_most(epochs, together):
    curve = np.random.default_rng(0).standard_normal(epochs) + np.linspace(0, 0.6, epochs)
    means = [curve[i - together : i].mean() for i in range(epochs, together - 1, -together)][::-1]
    assert rises_by_chance(curve, 0) == rises_by_chance(np.array(means), 0)
    assert len(means) <= 100


def test_another_seed_draws_other_noise():
    curve = np.random.default_rng(0).standard_normal(30)
    assert rises_by_chance(curve, 0) != rises_by_chance(curve, 1)
