"""Errors of differences between epochs, from the samples and from their covariance."""

import math

import numpy as np
import pytest

from fitscope.diagnosis.paired import by_covariance, by_samples, root, square
from fitscope.errors import ResultError

LOSSES = np.random.default_rng(0).gamma(1, 1, 50) + np.random.default_rng(1).normal(0, 0.2, (6, 50))
COVARIANCE = np.cov(LOSSES) / 50


def test_error_by_samples_is_that_of_paired_differences():
    differ_by_1_2_and_3 = by_samples(np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]]))
    assert differ_by_1_2_and_3(np.array([0]), 1) == pytest.approx(1 / math.sqrt(3))


@pytest.mark.parametrize(("epochs", "reference"), [([0], 1), ([2, 3, 4], 0), ([2, 3, 4], 3), ([0, 1, 2, 3, 4, 5], 5)])
def test_covariance_gives_the_errors_of_the_samples(epochs, reference):
    epochs = np.array(epochs)
    difference = LOSSES[epochs].mean(axis=0) - LOSSES[reference]
    error = difference.std(ddof=1) / math.sqrt(50)
    assert by_samples(LOSSES)(epochs, reference) == pytest.approx(error)
    assert by_covariance(COVARIANCE)(epochs, reference) == pytest.approx(error)


def test_epoch_differs_from_itself_by_nothing():
    assert by_samples(LOSSES)(np.array([2]), 2) == by_covariance(COVARIANCE)(np.array([2]), 2) == 0


def test_epochs_that_are_not_compared_may_be_unknown():
    holed = COVARIANCE.copy()
    holed[4], holed[:, 4] = np.nan, np.nan
    assert by_covariance(holed)(np.array([1, 2]), 0) == by_covariance(COVARIANCE)(np.array([1, 2]), 0)


def test_rounding_below_0_is_no_error():
    assert by_covariance(np.array([[1.0, 1.0 + 1e-12], [1.0 + 1e-12, 1.0]]))(np.array([0]), 1) == 0


def test_square_unpacks_the_lower_triangle():
    triangle = tuple(COVARIANCE[np.tril_indices(6)])
    assert square(triangle, 6) == pytest.approx(COVARIANCE, rel=1e-12)
    assert (square(triangle, 6) == square(triangle, 6).T).all()


def test_square_keeps_epochs_without_samples_unknown():
    covariance = square((1.0, math.nan, math.nan, 0.5, math.nan, 1.0), 3)
    assert covariance[np.ix_([0, 2], [0, 2])].tolist() == [[1.0, 0.5], [0.5, 1.0]]
    assert np.isnan(covariance[1]).all() and np.isnan(covariance[:, 1]).all()


@pytest.mark.parametrize("values", [5, 7])
def test_square_of_another_number_of_values_is_refused(values):
    with pytest.raises(ResultError, match=f"3 epochs has {values} values, not 6"):
        square((1.0,) * values, 3)


@pytest.mark.parametrize(
    ("triangle", "says"), [((1.0, math.nan, 1.0), "gaps"), ((1.0, 1.1, 1.0), "positive"), ((-1.0,), "positive")]
)
def test_square_that_is_no_covariance_is_refused(triangle, says):
    with pytest.raises(ResultError, match=says):
        square(triangle, 1 if len(triangle) == 1 else 2)


@pytest.mark.parametrize("covariance", [COVARIANCE, 1e12 * COVARIANCE, 1e-12 * COVARIANCE, np.ones((3, 3)), np.zeros((2, 2))])
def test_root_times_its_transpose_is_the_covariance(covariance):
    lower = root(covariance)
    assert (lower == np.tril(lower)).all()
    assert lower @ lower.T == pytest.approx(covariance, rel=1e-6, abs=1e-290)


def test_root_of_nothing_is_empty():
    assert root(np.empty((0, 0))).shape == (0, 0)
