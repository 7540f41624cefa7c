import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.diagnosis.optimism import correct
from fitscope.errors import ResultError


def trials(count=16, epochs=10, samples=200, seed=0, noise=1.0):
    """Flat trials: every epoch of every trial is truly worth 1."""
    rng = np.random.default_rng(seed)
    shared = rng.gamma(1, 1, samples)
    return [(shared + noise * rng.normal(size=(epochs, samples))).astype(np.float32) for _ in range(count)]


def test_winner_among_equal_trials_is_corrected_to_what_all_are_worth():
    found = [correct(trials(seed=seed), seed=seed, resamples=200) for seed in range(40)]
    assert np.mean([each.observed for each in found]) < 0.85
    assert abs(np.mean([each.corrected for each in found]) - 1) < 0.03
    assert np.mean([each.interval[0] <= 1 <= each.interval[1] for each in found]) >= 0.9


def test_single_epoch_of_a_single_trial_keeps_its_plain_mean():
    [losses] = trials(count=1, epochs=1, samples=500)
    found = correct([losses])
    assert found.observed == pytest.approx(losses.mean(), abs=1e-5)
    assert found.corrected == pytest.approx(found.observed, abs=0.01)
    assert found.interval[1] - found.interval[0] == pytest.approx(2 * 1.965 * losses.std(ddof=1) / 500**0.5, rel=0.03)


def test_clear_winner_is_hardly_corrected():
    flat = trials(noise=0.1)
    found = correct([*flat, flat[0] - 0.5])
    assert abs(found.optimism) < correct(flat).optimism + 0.03
    assert found.observed < correct(flat).observed - 0.4


def test_identical_trials_are_worth_no_more_than_one():
    [losses] = trials(count=1)
    assert correct([losses] * 5) == correct([losses])


@settings(max_examples=20)
@given(shift=st.floats(-100, 100), factor=st.floats(0.01, 100))
def test_shifting_and_scaling_the_losses_does_the_same_to_the_correction(shift, factor):
    plain = [losses.astype(np.float64) for losses in trials(count=3, epochs=4, samples=50)]
    found, moved = correct(plain, resamples=50), correct([factor * losses + shift for losses in plain], resamples=50)
    scale = factor + abs(shift)
    assert moved.optimism == pytest.approx(factor * found.optimism, abs=1e-4 * scale)
    assert moved.corrected == pytest.approx(factor * found.corrected + shift, abs=1e-4 * scale)


def test_epochs_and_trials_that_are_not_finite_are_skipped():
    plain = trials(count=3)
    holed = [losses.copy() for losses in plain]
    holed[1] = np.concatenate([holed[1], np.full((1, 200), -np.inf, np.float32), holed[1][:1]])
    holed[1][-1, 7] = np.nan
    assert correct([*holed, np.full((4, 200), np.nan)]) == correct(plain)


@pytest.mark.parametrize("losses", [np.full((3, 5), np.nan), np.empty((0, 5))])
def test_nothing_finite_is_unknown(losses):
    found = correct([losses])
    assert np.isnan([found.observed, found.corrected, found.optimism, *found.interval]).all()


@pytest.mark.parametrize("groups", [None, ["a"]])
def test_one_sample_has_an_observed_loss_alone(groups):
    found = correct([np.array([[0.5], [0.3]])], groups=groups)
    assert found.observed == 0.3
    assert np.isnan([found.corrected, *found.interval]).all()


def test_groups_that_share_their_loss_widen_the_interval():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 10)
    losses = [1 + rng.normal(size=(5, 40))[:, groups] + 0.01 * rng.normal(size=(5, 400)) for _ in range(4)]
    alone, together = correct(losses), correct(losses, groups=groups)
    widths = [found.interval[1] - found.interval[0] for found in (alone, together)]
    assert widths[1] > 2.5 * widths[0]
    assert together.optimism > alone.optimism


def test_groups_of_one_are_samples():
    plain = trials(count=2, samples=60)
    alone, groups = correct(plain), correct(plain, groups=[f"g{i:02}" for i in range(60)])
    assert groups.corrected == pytest.approx(alone.corrected, abs=1e-5)
    assert groups.interval == pytest.approx(alone.interval, abs=1e-5)


def test_trials_on_other_samples_are_refused():
    with pytest.raises(ResultError, match="on 5 and on 6 samples"):
        correct([np.ones((2, 5)), np.ones((2, 6))])
    with pytest.raises(ResultError, match="5 samples and 2 groups"):
        correct([np.ones((2, 5))], groups=[1, 2])
