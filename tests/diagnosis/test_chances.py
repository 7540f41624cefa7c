"""Errors, chances and members of the plateau, held against what they stand for."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from fitscope.diagnosis.best_epoch import Uncertainty, uncertainty, uncertainty_again

NAN = math.nan


def exact(val_loss, deviations, samples=2000, seed=0):
    """Return losses [epochs, samples] of exactly these means, whose differences to the first epoch have these deviations."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((len(val_loss), samples))
    noise = (noise - noise.mean(axis=1, keepdims=True)) / noise.std(axis=1, keepdims=True, ddof=1)
    noise[0] = 0
    return np.asarray(val_loss)[:, None] + np.asarray(deviations)[:, None] * noise + rng.gamma(1, 1, samples)


def sure(val_loss, losses=None, **more):
    return uncertainty(np.asarray(val_loss, float), tuple(range(1, len(val_loss) + 1)), losses, 0, **more)


def test_error_is_the_deviation_of_paired_differences_over_the_root_of_the_samples():
    found = sure([2.0, 2.0, 3.0], np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 2.0], [1.0, 2.0, 6.0]]))
    assert found.paired_se == (0, pytest.approx(1 / math.sqrt(3)), pytest.approx(math.sqrt(3) / math.sqrt(3)))
    assert (found.basis, found.samples, found.groups) == ("samples", 3, None)


@pytest.mark.parametrize("errors", [0.0, 0.5, 1.0, 2.0])
def test_chance_is_how_often_the_mean_of_other_samples_is_lower(errors):
    losses = exact([0.5, 0.5 + errors * 0.01], [0.0, 0.01 * math.sqrt(2000)])
    assert sure([0.5, 0.5 + errors * 0.01], losses).chance[0] == pytest.approx(ndtr(errors), abs=0.04)


def test_chance_with_repeats_holds_the_noise_of_trainings_and_of_samples():
    """Two epochs that differ by 1; trainings differ by 1 from the mean, samples by 1: together by the root of 2 errors."""
    rng = np.random.default_rng(0)
    between = np.array([-1.0, 1.0] * 20)[:, None, None] * [[0.0], [1.0]]
    base = rng.standard_normal((2, 400)) * [[0.0], [1.0]]
    base = (base - base.mean(axis=1, keepdims=True)) * math.sqrt(400 / 40)
    each = [np.array([[0.0], [0.2]]) + way + base for way in between]
    over_seeds = np.stack([losses.mean(axis=1) for losses in each], axis=1)
    found = sure([0.0, 0.2], over_seeds, repeats=True, each=each)
    alone = sure([0.0, 0.2], over_seeds, repeats=True)
    error = 1 / math.sqrt(40)
    assert alone.paired_se[1] == pytest.approx(error, rel=0.05)
    assert found.paired_se[1] == pytest.approx(math.sqrt(2) * error, rel=0.05)
    assert alone.chance[0] == pytest.approx(ndtr(0.2 / error), abs=0.05)
    assert found.chance[0] == pytest.approx(ndtr(0.2 / error / math.sqrt(2)), abs=0.05)
    assert (alone.basis, alone.samples) == ("repeats", None)
    assert (found.basis, found.samples) == ("repeats", 400)
    assert found.covariance[-1] == pytest.approx(2 * error**2, rel=0.1)


@pytest.mark.parametrize("noise", [0.005, 0.01])
@pytest.mark.parametrize("trainings", [2, 3, 5])
def test_chance_with_few_trainings_is_how_often_that_epoch_is_the_best(trainings, noise):
    """Each training goes up and down around the same parabola; its lowest point is epoch 8 of 15."""
    curve, said, right = 0.002 * (np.arange(1, 16) - 8) ** 2, [], []
    for seed in range(200):
        over_seeds = curve[:, None] + noise * np.random.default_rng(seed).standard_normal((15, trainings))
        chance = np.array(sure(over_seeds.mean(axis=1), over_seeds, repeats=True).chance)
        said.append(chance.max())
        right.append(chance.argmax() == 7)
    assert np.mean(said) == pytest.approx(np.mean(right), abs=0.1)


def test_repeats_whose_samples_are_one_say_nothing_of_samples():
    over_seeds = np.random.default_rng(0).random((3, 5))
    each = [column[:, None] for column in over_seeds.T]
    assert sure(over_seeds.mean(axis=1), over_seeds, repeats=True, each=each) == sure(
        over_seeds.mean(axis=1), over_seeds, repeats=True
    )


def test_repeats_skip_epochs_that_one_training_lacks():
    each = [np.random.default_rng(seed).random((4, 9)) for seed in range(3)]
    each[1][2, 4] = NAN
    over_seeds = np.stack([np.nanmean(losses, axis=1) for losses in each], axis=1)
    found = sure(over_seeds.mean(axis=1), over_seeds, repeats=True, each=each)
    assert found.chance[2] == 0
    assert math.isnan(found.paired_se[2])
    assert sum(found.chance) == pytest.approx(1)


def test_covariance_is_that_of_the_means():
    losses = np.random.default_rng(0).random((4, 30))
    losses[2, 5] = NAN
    found = sure([0.4, 0.5, NAN, 0.6], losses)
    kept = [0, 1, 3]
    whole = np.full((4, 4), NAN)
    whole[np.ix_(kept, kept)] = np.cov(losses[kept]) / 30
    assert found.covariance == pytest.approx(whole[np.tril_indices(4)], nan_ok=True)


@pytest.mark.parametrize(("epochs", "kept"), [(100, True), (101, False)])
def test_covariance_is_kept_for_100_epochs(epochs, kept):
    losses = np.random.default_rng(0).random((epochs, 5))
    assert (sure(losses.mean(axis=1), losses).covariance is not None) == kept


@pytest.mark.parametrize("losses", [None, np.ones((3, 1))])
def test_one_sample_is_as_good_as_none(losses):
    assert sure([0.5, 0.4, 0.5], losses).basis == "log"


def kept(errors):
    return Uncertainty("samples", 50, tuple(errors), (1.0,) * len(errors), (1,), None)


def test_members_lie_up_to_1_1_errors_above_the_best():
    val_loss = np.array([0.5, 0.611, 0.609, 0.5, 0.501, NAN])
    again = uncertainty_again(val_loss, (1, 2, 3, 5, 8, 9), kept([0, 0.1, 0.1, NAN, NAN, 0.1]), None, 0)
    assert again.plateau_members == (1, 3, 5)
    assert again.chance == (1.0,) * 6


def test_errors_again_come_from_the_covariance():
    losses = np.random.default_rng(0).random((4, 30))
    losses[2] = NAN
    val_loss = losses.mean(axis=1)
    first = sure(val_loss, losses)
    covariance = np.full((4, 4), NAN)
    covariance[np.tril_indices(4)] = first.covariance
    covariance = np.where(np.isnan(covariance), covariance.T, covariance)
    again = uncertainty_again(val_loss, (1, 2, 3, 4), first, covariance, 0)
    assert again.paired_se == pytest.approx(first.paired_se, nan_ok=True)
    assert again.plateau_members == first.plateau_members
    assert again.chance == pytest.approx(first.chance, abs=0.1)


@pytest.mark.parametrize("errors", [0.0, 0.5, 1.5])
def test_chance_again_is_that_of_normal_noise(errors):
    covariance = np.diag([0.0, 0.01**2])
    again = uncertainty_again(np.array([0.5, 0.5 + errors * 0.01]), (1, 2), kept([0, 0.01]), covariance, 0)
    assert again.chance[0] == pytest.approx(ndtr(errors), abs=0.04)


def test_chance_again_without_any_known_epoch_is_with_the_lowest():
    again = uncertainty_again(np.array([0.6, 0.5, 0.7]), (1, 2, 3), kept([0.1] * 3), np.full((3, 3), NAN), 0)
    assert again.chance == (0, 1, 0)
    assert np.isnan(again.paired_se).all()
    assert again.plateau_members == (2,)


def noisy(calm, places, by=0.3):
    curve = np.array(calm)
    curve[places] += by * (np.array(places) % 2)
    return curve


VALLEY = 0.4 + 0.01 * np.abs(np.arange(60) - 30.0) + 0.001 * (-1.0) ** np.arange(60)


def test_noise_of_a_log_is_that_near_the_minimum():
    """A sixth of the epochs on either side, four at least; the noise around it makes no difference."""
    calm = sure(VALLEY).paired_se[0]
    lowest = int(VALLEY.argmin())
    far = [place for place in range(60) if abs(place - lowest) > 10]
    assert sure(noisy(VALLEY, far)).paired_se[0] == pytest.approx(calm)
    near = [place for place in range(60) if 2 <= abs(place - lowest) <= 10]
    assert sure(noisy(VALLEY, near, 0.05)).paired_se[0] > 3 * calm


@pytest.mark.parametrize("sign", [-1, 1])
def test_noise_of_a_short_log_is_that_of_four_epochs_on_either_side(sign):
    """Of nine epochs around the minimum four have no noise, and with the tenth most of them have."""
    curve = 0.4 + 0.01 * np.abs(np.arange(21) - 10.0)
    edge = 10 + sign * 5
    rough = curve.copy()
    rough[edge] += 5.0
    assert sure(rough).paired_se[0] == sure(curve).paired_se[0] == 0


def test_log_without_noise_is_unsure_by_the_way_of_its_training_loss():
    """Its errors are 3.5 % of the lowest loss times the root of the logarithm of the training losses' ratio."""
    val_loss = 0.4 + 0.1 * np.abs(np.arange(9) - 4.0)
    loss = np.exp(-np.arange(9.0))
    assert sure(val_loss, loss=loss).paired_se == pytest.approx(0.035 * 0.4 * np.sqrt(np.abs(np.arange(9) - 4)))


@pytest.mark.parametrize(
    ("loss", "share"), [(None, 1.5), (np.full(9, 0.3), 0.58), (np.full(9, NAN), 1.5), (np.r_[[-0.1], [0.3] * 8], 1.5)]
)
def test_log_holds_its_noise_twice(loss, share):
    val_loss = np.array([0.9, 0.7, 0.9, 0.7, 0.4, 0.7, 0.9, 0.7, 0.9])  # near the minimum all differences but three are 0.4
    noise = 1.4826 * 0.4 / math.sqrt(6)
    found = sure(val_loss, loss=loss)
    assert found.paired_se == pytest.approx([math.sqrt(2) * share * noise] * 4 + [0] + [math.sqrt(2) * share * noise] * 4)


@pytest.mark.parametrize("shift", [0.4, 1.0])
def test_log_whose_lowest_loss_is_not_above_0_takes_the_noise_alone(shift):
    val_loss = np.array([0.9, 0.7, 0.9, 0.7, 0.4, 0.7, 0.9, 0.7, 0.9]) - shift
    assert sure(val_loss, loss=np.exp(-np.arange(9.0))) == sure(val_loss)


def test_training_loss_of_0_is_no_further_than_a_millionth_of_the_highest():
    val_loss = 0.4 + 0.1 * np.abs(np.arange(9) - 4.0)
    loss = np.array([2.0, 1.0, 1.0, 1.0, 1.0, 1.0, NAN, 1e-12, 0.0])
    far = 0.035 * 0.4 * math.sqrt(math.log(1 / 2e-6))
    assert sure(val_loss, loss=loss).paired_se == pytest.approx([0.035 * 0.4 * math.sqrt(math.log(2)), 0, 0, 0, 0, 0, 0, far, far])


def test_epoch_of_a_log_without_a_loss_has_no_error():
    found = sure([0.9, NAN, 0.4, 0.5, 0.6])
    assert [math.isnan(error) for error in found.paired_se] == [False, True, False, False, False]
    assert found.chance[1] == 0


@pytest.mark.parametrize(
    "val_loss", [[0.5, 0.52, 0.5, 0.56, 0.5], [0.9, 0.5, 0.8, 0.52, 0.81, 0.5, 0.8], [0.5, 0.5, 0.56, 0.56, 0.5, 0.5]]
)
def test_chances_of_a_log_are_how_often_noise_makes_each_epoch_the_lowest(val_loss):
    curve = np.array(val_loss)
    sd = 1.5 * 1.4826 * np.median(np.abs(np.diff(curve, 2))) / math.sqrt(6)
    drawn = (curve + sd * np.random.default_rng(0).standard_normal((40_000, len(curve)))).argmin(axis=1)
    assert sure(curve).chance == pytest.approx(np.bincount(drawn, minlength=len(curve)) / 40_000, abs=0.012)


@pytest.mark.parametrize(
    ("val_loss", "chances"), [([3.0, 2.0, 1.0, 0.0, 1.0, 2.0], (0, 0, 0, 1, 0, 0)), ([0.5, 0.5, 0.5], (1, 0, 0)), ([0.5], (1,))]
)
def test_log_without_noise_is_sure_of_its_first_lowest_epoch(val_loss, chances):
    assert sure(val_loss).chance == chances


def test_epoch_of_a_log_six_deviations_above_the_lowest_has_no_chance():
    curve = np.array([0.5, 0.51, 0.5, 0.51, 0.5, 0.51, 0.5, 9.0])
    sd = 1.5 * 1.4826 * 0.02 / math.sqrt(6)
    for height, none in ((5.9, False), (6.1, True)):
        curve[-1] = 0.5 + height * sd
        assert (sure(curve).chance[-1] == 0) == none
