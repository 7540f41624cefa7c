import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.diagnosis.gains import compare
from fitscope.errors import ResultError

EPOCHS = 20
FLAT = 0.5 * np.exp(-np.arange(EPOCHS) / 2)
SHARP = FLAT + 0.02 * np.maximum(0, np.arange(EPOCHS) - 8)


def family(*curves, samples=400, noise=0.3, seed=0):
    """One training a curve, on the same samples; noise that hardly changes from epoch to epoch."""
    rng = np.random.default_rng(seed)
    hard = rng.gamma(0.5, 1, samples)
    trainings = []
    for curve in curves:
        fresh = rng.normal(size=(len(curve), samples))
        for epoch in range(1, len(curve)):
            fresh[epoch] = 0.7 * fresh[epoch - 1] + math.sqrt(0.51) * fresh[epoch]
        trainings.append((np.asarray(curve)[:, None] + hard + noise * fresh).astype(np.float32))
    return trainings


def test_gain_is_the_difference_of_the_lowest_means():
    plain, better = family(FLAT + 0.2, FLAT)
    [found] = compare([plain], [[better]])
    assert found.gain == pytest.approx(float(plain.mean(axis=1).min() - better.mean(axis=1).min()), abs=1e-5)
    assert found.clear
    assert found.interval[0] < 0.2 < found.interval[1]
    assert (found.seeds, found.spread) == (1, None)


def test_identical_trainings_gain_nothing():
    [plain] = family(FLAT)
    [found] = compare([plain], [[plain.copy()]])
    assert (found.gain, found.corrected, found.clear) == (0, 0, False)
    assert found.p == pytest.approx(1)
    assert found.interval[0] <= 0 <= found.interval[1]


def test_swapped_sides_flip_the_sign():
    plain, other = family(FLAT, SHARP)
    [there], [back] = compare([plain], [[other]]), compare([other], [[plain]])
    assert there.gain == -back.gain
    assert there.interval == pytest.approx((-back.interval[1], -back.interval[0]), abs=1e-5)
    assert there.p == pytest.approx(back.p, abs=1e-4)


@settings(max_examples=20)
@given(shift=st.floats(-1000, 1000), tilt=st.floats(-100, 100))
def test_what_all_losses_of_a_sample_share_changes_no_gain(shift, tilt):
    sides = [losses.astype(np.float64) for losses in family(FLAT, SHARP, samples=60)]
    shared = shift + tilt * np.linspace(-1, 1, 60)
    [found], [moved] = compare([sides[0]], [[sides[1]]]), compare([sides[0] + shared], [[sides[1] + shared]])
    assert moved.gain == pytest.approx(found.gain, abs=1e-6)
    assert moved.interval == pytest.approx(found.interval, abs=1e-4)


@pytest.mark.parametrize("curves", [(FLAT, FLAT), (FLAT, SHARP)], ids=["flat", "flat against sharp"])
def test_interval_covers_the_true_gain_and_choosing_does_not_shift_it(curves):
    """Both are truly equal at their best, but a flat curve's minimum is the more optimistic."""
    found = [compare([a], [[b]], seed=seed)[0] for seed in range(50) for a, b in [family(*curves, samples=200, seed=seed)]]
    true = curves[0].min() - curves[1].min()
    assert np.mean([each.interval[0] <= true <= each.interval[1] for each in found]) >= 0.9
    assert abs(np.mean([each.corrected - true for each in found])) < 0.015


def test_remedies_without_effect_are_seldom_clear():
    clear = [
        any(g.clear for g in compare([a], [[b] for b in rest]))
        for seed in range(40)
        for a, *rest in [family(*[FLAT] * 6, seed=seed)]
    ]
    assert sum(clear) <= 5


def test_more_remedies_make_the_same_gain_less_sure():
    plain, *others = family(FLAT + 0.05, FLAT, *[FLAT + 0.05] * 5)
    [alone], among = compare([plain], [[others[0]]]), compare([plain], [[each] for each in others])
    assert among[0].gain == alone.gain
    assert among[0].p == pytest.approx(alone.p)
    assert among[0].p_holm >= alone.p_holm
    assert among[0].interval[0] <= alone.interval[0]
    assert among[0].interval[1] > alone.interval[1]


def test_clear_gain_has_an_interval_that_does_not_cross_0():
    seen = 0
    for seed in range(10):
        plain, *others = family(FLAT + 0.06, FLAT, FLAT + 0.01, FLAT + 0.02, FLAT + 0.1, seed=seed)
        for found in compare([plain], [[each] for each in others], seed=seed):
            seen += found.clear
            assert found.clear == (found.p_holm < 0.05)
            assert not found.clear or not found.interval[0] < 0 < found.interval[1]
    assert seen


def test_seeds_give_the_mean_gain_and_their_spread_widens_the_interval():
    levels = np.array([0.0, 0.1, -0.1])
    plain = family(*(FLAT + level for level in levels), seed=1)
    other = family(*(FLAT - 0.3 + level for level in levels), seed=1)
    [found], [single] = compare(plain, [other]), compare(plain[:1], [other[:1]])
    lowest = [[losses.mean(axis=1, dtype=float).min() for losses in side] for side in (plain, other)]
    assert found.gain == pytest.approx(np.mean(lowest[0]) - np.mean(lowest[1]))
    assert found.spread == pytest.approx(math.sqrt((np.var(lowest[0], ddof=1) + np.var(lowest[1], ddof=1)) / 2))
    assert found.seeds == 3
    assert np.ptp(found.interval) > 2 * np.ptp(single.interval)


def test_spread_is_known_where_one_side_alone_has_seeds():
    first, second, other = family(FLAT, FLAT + 0.1, FLAT)
    [found] = compare([first, second], [[other]])
    assert (found.seeds, found.spread) == (1, pytest.approx(0.1 / 2**0.5, rel=0.3))


def test_interval_with_seeds_covers_the_gain_in_the_mean_over_seeds():
    inside = []
    for seed in range(40):
        levels = 0.03 * np.random.default_rng([seed, 7]).normal(size=6)
        sides = family(*(FLAT + level for level in levels), samples=200, seed=seed)
        [found] = compare(sides[:3], [sides[3:]], seed=seed)
        inside.append(found.interval[0] <= 0 <= found.interval[1])
    assert np.mean(inside) >= 0.9


def test_epochs_that_are_not_finite_are_skipped():
    plain, other = family(FLAT, SHARP)
    holed = np.concatenate([other, other[:1], other[:1]])
    holed[-2] = -np.inf
    holed[-1, 3] = np.nan
    assert compare([plain], [[holed]]) == compare([plain], [[other]])


def test_diverged_remedy_is_unknown_and_counts_for_nothing_in_the_others():
    plain, other = family(FLAT + 0.05, FLAT)
    found = compare([plain], [[np.full((5, 400), np.nan)], [other]])
    assert math.isnan(found[0].gain) and math.isnan(found[0].p_holm)
    assert not found[0].clear
    assert found[1:] == compare([plain], [[other]])


def test_diverged_baseline_leaves_every_gain_unknown():
    [other] = family(FLAT)
    found = compare([np.full((5, 400), np.inf)], [[other], [other]])
    assert [math.isnan(each.gain) for each in found] == [True, True]


@pytest.mark.parametrize("groups", [None, [3]])
def test_one_sample_has_a_gain_without_an_interval(groups):
    [found] = compare([np.array([[0.5], [0.4]])], [[np.array([[0.3]])]], groups=groups)
    assert found.gain == pytest.approx(0.1)
    assert np.isnan([found.p, *found.interval]).all()
    assert not found.clear


def test_groups_that_share_their_noise_widen_the_interval():
    groups = np.repeat(np.arange(40), 10)
    sides = [losses[:, groups] for losses in family(FLAT, FLAT, samples=40)]
    [alone], [together] = (compare([sides[0]], [[sides[1]]], groups=given) for given in (None, groups))
    assert np.ptp(together.interval) > 2.5 * np.ptp(alone.interval)


def test_no_remedies_give_no_gains():
    assert compare(family(FLAT), []) == ()


def test_other_samples_are_refused():
    with pytest.raises(ResultError, match="on 5 and on 6 samples"):
        compare([np.ones((2, 5))], [[np.ones((2, 6))]])
