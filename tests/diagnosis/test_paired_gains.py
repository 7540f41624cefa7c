"""Gains and corrections of a single epoch, which textbook tests give as well; and how many remedies change them."""

import math

import numpy as np
import pytest
from scipy import stats

from fitscope.diagnosis.gains import Family, _holm, compare, compare_families
from fitscope.diagnosis.optimism import choose, correct, draw, error_scale, residuals, units
from fitscope.errors import ResultError


def one_epoch(shift, seed, samples=60):
    rng = np.random.default_rng(seed)
    return (np.random.default_rng(99).gamma(1, 1, samples) + shift + 0.1 * rng.standard_normal(samples))[None]


PLAIN, OTHER = one_epoch(0.03, 1), one_epoch(0.0, 2)


def test_single_epochs_are_compared_by_the_paired_t_test():
    [found] = compare([PLAIN], [[OTHER]])
    wanted = stats.ttest_rel(PLAIN[0], OTHER[0])
    error = (PLAIN - OTHER).std(ddof=1) / math.sqrt(60)
    assert found.gain == pytest.approx((PLAIN - OTHER).mean())
    assert found.corrected == pytest.approx(found.gain, abs=0.1 * error)
    assert found.p == pytest.approx(2 * stats.t.sf(found.corrected / error, 59), rel=1e-4)
    assert found.p == pytest.approx(wanted.pvalue, rel=0.3)
    half = stats.t.ppf(0.975, 59) * error
    assert found.interval == pytest.approx((found.corrected - half, found.corrected + half), abs=1e-6)


@pytest.mark.parametrize("count", [2, 3])
def test_intervals_of_several_remedies_are_bonferronis(count):
    found = compare([PLAIN], [[one_epoch(0.03, seed)] for seed in range(5, 5 + count)])
    for seed, gain in zip(range(5, 5 + count), found):
        error = (PLAIN - one_epoch(0.03, seed)).std(ddof=1) / math.sqrt(60)
        assert np.ptp(gain.interval) == pytest.approx(2 * stats.t.ppf(1 - 0.025 / count, 59) * error, rel=1e-4)
        assert sum(gain.interval) / 2 == pytest.approx(gain.corrected)


def test_interval_that_holms_test_alone_excludes_0_from_is_cut_there():
    strong, weak = one_epoch(-0.4, 7), one_epoch(-0.005, 8)
    [_, gains], [_, loses] = compare([PLAIN], [[strong], [weak]]), compare([weak], [[strong], [PLAIN]])
    assert gains.clear and loses.clear
    assert gains.interval[0] == 0 < gains.corrected < gains.interval[1]
    assert loses.interval[0] < loses.corrected < 0 == loses.interval[1]


def test_seeds_add_their_spread_with_their_own_freedom():
    sides = [
        [one_epoch(shift, seed) for seed, shift in enumerate(shifts, start)]
        for start, shifts in ((1, (0.0, 0.2, 0.1)), (9, (0.0, 0.3)))
    ]
    [found] = compare(sides[0], [sides[1]])
    means = [[losses.mean() for losses in side] for side in sides]
    spread = math.sqrt(sum(np.var(side, ddof=1) * (len(side) - 1) for side in means) / 3)
    paired = np.mean(sides[0], axis=0) - np.mean(sides[1], axis=0)
    parts = {59: paired.var(ddof=1) / 60, 3: spread**2 * (1 / 3 + 1 / 2)}
    squared = sum(parts.values())
    freedom = squared**2 / sum(part**2 / free for free, part in parts.items())
    assert found.seeds == 2
    assert found.spread == pytest.approx(spread, rel=1e-5)
    assert np.ptp(found.interval) == pytest.approx(2 * stats.t.ppf(0.975, freedom) * math.sqrt(squared), rel=1e-4)


def test_equal_seeds_have_a_spread_of_0():
    [found] = compare([PLAIN, PLAIN], [[OTHER]])
    assert found.spread == 0
    assert found.interval == pytest.approx(compare([PLAIN], [[OTHER]])[0].interval, abs=1e-5)


def test_equal_shift_of_every_sample_is_certain():
    [found] = compare([np.ones((1, 8))], [[np.full((1, 8), 0.5)]])
    assert (found.gain, found.p, found.clear) == (0.5, 0, True)
    assert found.interval == pytest.approx((0.5, 0.5))
    [none] = compare([np.ones((1, 8))], [[np.ones((1, 8))]])
    assert (none.gain, none.p, none.clear, none.interval) == (0, 1, False, (0, 0))


@pytest.mark.parametrize(
    ("p", "wanted"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.02, 0.03], [0.03, 0.04, 0.04]),
        ([0.03, 0.01], [0.03, 0.02]),
        ([0.9, 0.6], [1, 1]),
        ([math.nan, 0.02, math.nan, 0.03], [math.nan, 0.04, math.nan, 0.04]),
    ],
)
def test_holm_multiplies_the_smallest_by_the_number_of_tests(p, wanted):
    assert _holm(np.array(p, float)) == pytest.approx(np.array(wanted, float), nan_ok=True)


def test_side_without_any_training_is_unknown():
    for found in (
        *compare([PLAIN], [[]]),
        *compare([], [[OTHER]]),
        *compare_families([Family([PLAIN], [[]]), Family([], [[OTHER]])]),
    ):
        assert np.isnan([found.gain, found.corrected, found.p, found.p_holm, *found.interval]).all()
        assert (found.clear, found.seeds, found.spread) == (False, 0, None)


def test_side_of_which_one_training_diverged_is_unknown():
    [found] = compare([PLAIN], [[OTHER, np.full((1, 60), math.nan)]])
    assert math.isnan(found.gain)
    assert found.seeds == 1


def test_families_are_corrected_for_the_number_of_all_their_gains():
    rest = one_epoch(0.03, 4, samples=30)
    apart = compare_families([Family([PLAIN], [[OTHER]]), Family([rest], [[rest - 0.001]])])
    assert apart[0].interval == pytest.approx(compare([PLAIN], [[OTHER], [OTHER]])[0].interval)
    assert compare_families([Family([PLAIN], [[OTHER], [OTHER]])])[0].p == compare([PLAIN], [[OTHER]])[0].p


def test_groups_of_a_family_are_resampled_whole():
    groups = np.repeat(np.arange(20), 3)
    [alone] = compare([PLAIN], [[OTHER]], groups=groups)
    assert compare_families([Family([PLAIN], [[OTHER]], groups)]) == (alone,)
    means = (PLAIN - OTHER).reshape(20, 3).mean(axis=1)
    half = stats.t.ppf(0.975, 19) * means.std(ddof=1) / math.sqrt(20)
    assert np.ptp(alone.interval) == pytest.approx(2 * half, rel=1e-4)


def test_another_seed_draws_other_resamples():
    assert compare([PLAIN], [[OTHER]], seed=1)[0].corrected != compare([PLAIN], [[OTHER]])[0].corrected
    assert compare_families([Family([PLAIN], [[OTHER]])], seed=1)[0] == compare([PLAIN], [[OTHER]], seed=1)[0]
    assert (draw(9, 4, 1) != draw(9, 4, 0)).any()


def test_corrected_winner_of_one_epoch_has_students_interval_lengthened_where_losses_are_skewed():
    found = correct([PLAIN])
    half = stats.t.ppf(0.975, 59) * PLAIN.std(ddof=1) / math.sqrt(60)
    assert stats.skew(PLAIN[0]) > 0
    assert found.interval[0] == pytest.approx(found.corrected - half, rel=1e-5)
    assert found.corrected + half < found.interval[1] < found.corrected + 1.5 * half
    assert found.optimism == pytest.approx(found.corrected - found.observed)
    assert found.corrected == pytest.approx(PLAIN.mean(), abs=0.05 * half)


def test_two_samples_are_enough_for_an_interval():
    assert np.isfinite(correct([np.array([[0.5, 0.7]])]).interval).all()
    assert np.isfinite(compare([np.array([[0.5, 0.7]])], [[np.array([[0.4, 0.9]])]])[0].interval).all()


def test_each_resample_draws_as_many_units_as_there_are():
    counts = draw(7, 50, 0)
    assert counts.shape == (50, 7)
    assert (counts.sum(axis=1) == 7).all()


def test_choice_is_the_lowest_of_the_drawn_and_measured_on_the_others():
    sums = np.array([[1.0, 2.0, 9.0], [3.0, 3.0, 3.0]], np.float32)
    found = choose(sums, np.ones(3, np.float32), np.array([[2, 1, 0], [0, 1, 2], [1, 1, 1]], np.uint8))
    assert found.epoch.tolist() == [0, 1, 1]
    assert found.inside.tolist() == pytest.approx([4 / 3, 3, 3])
    assert found.outside.tolist() == pytest.approx([9, 3, math.nan], nan_ok=True)


def test_choice_among_groups_weighs_them_by_their_samples():
    found = choose(np.array([[2.0, 9.0]], np.float32), np.array([1.0, 3.0], np.float32), np.array([[1, 1], [2, 0]], np.uint8))
    assert found.inside.tolist() == pytest.approx([11 / 4, 2])
    assert found.outside.tolist() == pytest.approx([math.nan, 3], nan_ok=True)


def test_choices_are_the_same_in_blocks(monkeypatch):
    sums, sizes, counts = np.random.default_rng(0).random((4, 30)).astype(np.float32), np.ones(30, np.float32), draw(30, 25, 0)
    whole = choose(sums, sizes, counts)
    monkeypatch.setattr("fitscope.diagnosis.optimism._DRAWS_AT_ONCE", 90)
    parts = choose(sums, sizes, counts)
    for name in ("epoch", "inside", "outside"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), nan_ok=True)


def test_units_of_groups_sum_their_samples():
    found = units(5, ["b", "a", "b", "c", "a"])
    assert found.sizes.tolist() == [2, 2, 1]
    assert found.sums(np.array([[1.0, 2.0, 4.0, 8.0, 16.0]])).tolist() == [[18, 5, 8]]
    assert units(3, None).sums(np.array([[1.0, 2.0, 4.0]])).tolist() == [[1, 2, 4]]
    with pytest.raises(ResultError, match="5 samples and 4 groups"):
        units(5, [1, 2, 3, 4])


def test_error_of_a_mean_of_groups_is_that_of_a_ratio():
    """Sums minus size times the mean, squared, over the number of samples squared (Cochran 1977, 2.11)."""
    sums, sizes = np.array([[3.0, 1.0, 8.0]], np.float32), np.array([1.0, 1.0, 2.0], np.float32)
    assert residuals(sums, sizes).tolist() == [[0, -2, 2]]
    assert error_scale(sizes) == pytest.approx(3 / 2 / 16)
