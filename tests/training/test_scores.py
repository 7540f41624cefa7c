import numpy as np
import pytest

from fitscope.training.scores import difference_interval, gain, grouped_share, mean_interval, paired_interval, score, wilson


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


def grouped(rng, groups=40, each=10):
    """Samples that share most of their luck with their group; the mean is 1."""
    luck = np.repeat(rng.exponential(1, groups), each)
    return luck * rng.uniform(0.9, 1.1, len(luck)), np.repeat(np.arange(groups), each)


def test_interval_over_groups_holds_the_mean_where_samples_of_a_group_are_alike():
    rng = np.random.default_rng(0)
    drawn = [grouped(rng) for _ in range(300)]
    held = [low <= 1 <= high for low, high in (mean_interval(*each) for each in drawn)]
    assert 0.9 <= np.mean(held) <= 0.98
    plain = [1.96 * values.std() / np.sqrt(len(values)) for values, _ in drawn]
    assert np.mean([abs(values.mean() - 1) <= half for (values, _), half in zip(drawn, plain)]) < 0.6


def test_interval_over_groups_of_one_sample_is_students():
    values = np.random.default_rng(0).normal(size=3000)
    assert mean_interval(values, np.arange(3000)) == pytest.approx(mean_interval(values), abs=1e-9)
    hits = (values > 0).astype(float)
    assert grouped_share(hits, np.arange(3000)) == pytest.approx(wilson(int(hits.sum()), 3000), abs=1e-4)


def test_share_over_groups_that_are_all_right_is_as_sure_as_groups_are_many():
    low, high = grouped_share(np.ones(200), np.repeat(np.arange(10), 20))
    assert low < wilson(10, 10)[0] < wilson(200, 200)[0]
    assert high == pytest.approx(1)


def test_single_group_leaves_the_uncertainty_unknown():
    groups = np.zeros(5, np.int64)
    assert np.isnan(mean_interval(np.arange(5.0), groups)).all()
    assert np.isnan(grouped_share(np.array([1.0, 0, 1, 1, 0]), groups)).all()


@pytest.mark.parametrize("measure", ["accuracy", "mae"])
def test_score_and_gain_are_less_sure_over_groups(measure):
    losses, groups = grouped(np.random.default_rng(0))
    values = (losses > 0.7).astype(float)
    said, better = (losses, values), (losses * 0.8, (losses > 0.5).astype(float))
    names = ["loss_interval", f"{measure}_interval"]
    for one, other in ((score(said, measure), score(said, measure, groups)),
                       (gain(said, better, measure), gain(said, better, measure, groups))):  # fmt: skip
        assert one.loss == other.loss
        for name in names:
            narrow, wide = np.ptp(getattr(one, name)), np.ptp(getattr(other, name))
            assert wide > 1.5 * narrow


def test_unequal_groups_count_for_fewer_equal_ones():
    luck = np.array([0.3, -0.3, 0.3, -0.3, 0.0])
    widths = [np.ptp(difference_interval(np.repeat(luck, sizes), np.repeat(np.arange(5), sizes)))
              for sizes in ([20] * 5, [60, 10, 10, 10, 10])]  # fmt: skip
    assert widths[1] > 1.5 * widths[0]


def test_one_group_that_is_nearly_all_leaves_a_finite_interval():
    values, groups = np.arange(100.0), np.repeat([0, 1], [99, 1])
    assert np.isfinite(difference_interval(values, groups)).all()
