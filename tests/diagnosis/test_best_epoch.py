import numpy as np
import pytest

from fitscope.diagnosis.best_epoch import best, uncertainty

EPOCHS = tuple(range(1, 9))
VAL_LOSS = np.array([0.9, 0.6, 0.41, 0.40, 0.41, 0.5, 0.6, 0.7])


def samples(val_loss, count, noise, seed=0):
    """Losses [epochs, samples] whose means are exactly `val_loss`."""
    rng = np.random.default_rng(seed)
    own = rng.gamma(1, 1, count) + rng.normal(0, noise, (len(val_loss), count))
    return own - own.mean(axis=1, keepdims=True) + val_loss[:, None]


@pytest.mark.parametrize(
    ("val_loss", "index"),
    [([0.3, 0.2, 0.4], 1), ([0.2, 0.2, 0.4], 0), ([np.nan, 0.5, 0.4], 2), ([np.nan, np.nan], None), ([], None)],
)
def test_best_is_the_first_lowest_finite_value(val_loss, index):
    assert best(np.array(val_loss, float)) == index


def test_plateau_with_precise_samples_is_the_best_epoch_alone():
    sure = uncertainty(VAL_LOSS, EPOCHS, samples(VAL_LOSS, 5000, 0.01), 0)
    assert sure.plateau_members == (4,)
    assert sure.chance[3] == 1.0


def test_plateau_with_noisy_samples_holds_the_neighbours():
    sure = uncertainty(VAL_LOSS, EPOCHS, samples(VAL_LOSS, 200, 0.3), 0)
    assert set(sure.plateau_members) >= {3, 4, 5}
    assert 8 not in sure.plateau_members


def test_paired_error_ignores_what_all_epochs_share():
    losses = samples(VAL_LOSS, 400, 0.1)
    shared = np.random.default_rng(1).gamma(1, 50, 400)
    plain, shifted = (uncertainty(VAL_LOSS, EPOCHS, x, 0).paired_se for x in (losses, losses + shared - shared.mean()))
    assert np.allclose(plain, shifted)


def test_covariance_gives_the_paired_errors_again():
    sure = uncertainty(VAL_LOSS, EPOCHS, samples(VAL_LOSS, 300, 0.2), 0)
    whole = np.zeros((8, 8))
    whole[np.tril_indices(8)] = sure.covariance
    again = [np.sqrt(max(0, whole[e, e] + whole[3, 3] - 2 * whole[max(e, 3), min(e, 3)])) for e in range(8)]
    assert np.allclose(again, sure.paired_se, atol=1e-7)


def test_covariance_is_left_out_beyond_100_epochs():
    val_loss = np.linspace(1, 0.5, 101)
    assert uncertainty(val_loss, tuple(range(1, 102)), samples(val_loss, 50, 0.1), 0).covariance is None


@pytest.mark.parametrize("losses", [samples(VAL_LOSS, 300, 0.2), None], ids=["samples", "log"])
def test_chances_are_a_distribution_and_the_same_for_the_same_seed(losses):
    first, again = (uncertainty(VAL_LOSS, EPOCHS, losses, 3) for _ in range(2))
    assert first == again
    assert sum(first.chance) == pytest.approx(1)
    assert int(np.argmax(first.chance)) == 3


@pytest.mark.parametrize(("factor", "shift"), [(3.0, 0.0), (1.0, 5.0), (0.01, -2.0)])
def test_scaling_and_shifting_the_losses_keeps_best_epoch_and_plateau(factor, shift):
    losses = samples(VAL_LOSS, 200, 0.3)
    plain = uncertainty(VAL_LOSS, EPOCHS, losses, 0)
    moved = uncertainty(VAL_LOSS * factor + shift, EPOCHS, losses * factor + shift, 0)
    assert moved.plateau_members == plain.plateau_members


def test_epoch_without_a_finite_loss_is_in_no_plateau():
    val_loss = VAL_LOSS.copy()
    val_loss[4] = np.nan
    losses = samples(np.nan_to_num(val_loss, nan=0.4), 200, 0.3)
    losses[4] = np.nan
    sure = uncertainty(val_loss, EPOCHS, losses, 0)
    assert 5 not in sure.plateau_members
    assert sure.chance[4] == 0


def test_log_alone_widens_the_plateau_with_its_noise():
    rng = np.random.default_rng(0)
    smooth = 0.3 + 0.4 * np.exp(-np.arange(60) / 5) + 0.002 * np.maximum(0, np.arange(60) - 20)
    widths = [
        np.ptp(uncertainty(smooth + noise * rng.standard_normal(60), tuple(range(1, 61)), None, 0).plateau_members)
        for noise in (0.0001, 0.01)
    ]
    assert widths[0] < widths[1]


def plateau(val_loss, loss=None):
    return uncertainty(np.asarray(val_loss), EPOCHS, None, 0, loss=loss).plateau_members


def test_errors_of_a_log_grow_with_the_way_of_its_training_loss():
    still, moving = (
        np.array(uncertainty(VAL_LOSS, EPOCHS, None, 0, loss=loss).paired_se) for loss in (np.full(8, 0.3), 0.5 ** np.arange(8.0))
    )
    assert (np.delete(moving, 3) > np.delete(still, 3)).all()
    assert (np.diff(moving[3:]) > 0).all()


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_scaling_both_losses_of_a_log_keeps_the_plateau(factor):
    loss = 0.5 ** np.arange(8.0)
    assert plateau(factor * VAL_LOSS, factor * loss) == plateau(VAL_LOSS, loss)


@pytest.mark.parametrize(
    "loss", [None, np.full(8, np.nan), -(2.0 ** np.arange(8)), np.zeros(8)], ids=["none", "unknown", "negative", "zero"]
)
def test_log_without_a_training_loss_above_0_takes_the_noise_alone(loss):
    assert plateau(VAL_LOSS, loss) == plateau(VAL_LOSS)


def test_training_loss_that_reaches_0_leaves_the_errors_finite():
    loss = np.array([1, 0.5, 0.2, 0.1, 0, 0, np.nan, 0])
    assert np.isfinite(uncertainty(VAL_LOSS, EPOCHS, None, 0, loss=loss).paired_se).all()


def test_log_with_a_loss_whose_square_is_too_large_for_a_float_has_an_uncertainty():
    found = uncertainty(np.array([0.0, 0.0, 1.476787984963413e154]), (1, 2, 3), None, 0)
    assert found.basis == "log"
    assert found.paired_se[0] == 0
