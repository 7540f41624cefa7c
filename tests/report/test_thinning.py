import numpy as np
import pytest

from fitscope.report.thinning import thinned


def test_short_curves_stay_as_they_are():
    epochs, (curve,) = thinned((3, 5, 9), [np.array([1.0, 2.0, 3.0])], 3)
    assert epochs == (3, 5, 9)
    assert curve.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_long_curves_keep_their_ends_and_each_curves_lowest_and_highest_value(number):
    rng = np.random.default_rng(number)
    curves = [rng.normal(size=10_000) for _ in range(number)]
    epochs, kept = thinned(range(1, 10_001), curves, 1000)
    assert 500 <= len(epochs) <= 1000
    assert (epochs[0], epochs[-1]) == (1, 10_000)
    assert list(epochs) == sorted(set(epochs))
    for curve, values in zip(curves, kept):
        assert values.tolist() == curve[np.array(epochs) - 1].tolist()
        assert (values.min(), values.max()) == (curve.min(), curve.max())


def test_every_stretch_keeps_its_spike():
    curve = np.zeros(4000)
    curve[[17, 1234, 3990]] = 5.0, -5.0, 7.0
    epochs, _ = thinned(range(1, 4001), [curve], 200)
    assert {18, 1235, 3991} <= set(epochs)


def test_gap_stays_a_gap():
    curve = np.ones(5000)
    curve[1000:3000] = np.nan
    epochs, (values,) = thinned(range(1, 5001), [curve], 500)
    inside = [value for epoch, value in zip(epochs, values) if 1100 < epoch <= 2900]
    assert inside and np.isnan(inside).all()
