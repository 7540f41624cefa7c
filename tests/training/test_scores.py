import numpy as np
import pytest

from fitscope.training.scores import gain, mean_interval, paired_interval, score, wilson


@pytest.mark.parametrize(("hits", "samples"), [(0, 10), (10, 10), (1, 10), (880, 1000)])
def test_wilson_agrees_with_scipy(hits, samples):
    from scipy.stats import binomtest

    wanted = binomtest(hits, samples).proportion_ci(0.95, method="wilson")
    assert wilson(hits, samples) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


@pytest.mark.parametrize("samples", [360, 5000])
def test_interval_of_a_skewed_mean_holds_it_in_19_of_20(samples):
    rng = np.random.default_rng(0)
    runs = 40 if samples < 2000 else 200
    held = [low <= 1 <= high for low, high in (mean_interval(rng.exponential(1, samples)) for _ in range(runs))]
    assert 0.88 <= np.mean(held) <= 1


def test_interval_of_constant_losses_is_a_point():
    assert mean_interval(np.full(50, 0.5)) == (0.5, 0.5)


def test_interval_of_losses_that_are_not_finite_is_unknown():
    assert np.isnan(mean_interval(np.array([1.0, np.inf, 2.0]))).all()


def test_score_counts_hits_and_averages_losses():
    found = score((np.array([0.1, 0.3, 0.8, 0.4]), np.array([1.0, 1.0, 0.0, 1.0])))
    assert (found.accuracy, found.samples) == (0.75, 4)
    assert found.loss == pytest.approx(0.4)
    assert found.loss_interval[0] < 0.4 < found.loss_interval[1]


def test_gain_is_paired_and_positive_where_the_refit_is_better():
    rng = np.random.default_rng(0)
    losses = rng.exponential(1, 3000)
    held, refit = (losses, losses > 1), (losses - 0.01, losses > 0.9)
    found = gain(held, refit)
    assert found.loss == pytest.approx(0.01)
    assert 0 < found.loss_interval[0] <= found.loss_interval[1] < 0.02
    assert found.accuracy == pytest.approx(((losses > 0.9).sum() - (losses > 1).sum()) / 3000)
    assert found.accuracy_interval[0] > 0


def test_paired_interval_keeps_its_width_where_models_agree():
    low, high = paired_interval(0, 0, 100)
    assert low < 0 < high
