import numpy as np
import pytest

from fitscope.diagnosis.intervals import reach, reach_of_difference, skewness


@pytest.mark.parametrize("units", [2, 50, 10_000])
def test_reach_without_skewness_is_students(units):
    from scipy.stats import t

    assert reach(0.0, units) == pytest.approx([t.ppf(0.975, units - 1)] * 2)
    assert reach_of_difference(0.0, units) == reach(0.0, units)


def test_reach_goes_further_to_the_side_of_the_long_tail():
    down, up = reach(3.0, 50)
    assert down < reach(0.0, 50)[0] < up
    assert reach(-3.0, 50) == pytest.approx((up, down))
    assert reach_of_difference(3.0, 50) == (reach(0.0, 50)[0], up)


def test_reach_with_hardly_any_skewness_has_no_step():
    assert reach(1e-5, 50) == pytest.approx(reach(0.0, 50), abs=1e-4)


def test_reach_takes_fewer_degrees_of_freedom():
    assert reach(0.0, 20, 5.0) == pytest.approx(reach(0.0, 6))


def test_interval_of_skewed_means_holds_where_students_does_not():
    rng = np.random.default_rng(0)
    held = {"skewed": 0, "straight": 0}
    for values in rng.lognormal(0, 1, (1000, 30)):
        off, error = values.mean() - np.exp(0.5), values.std(ddof=1) / 30**0.5
        for name, (down, up) in {"skewed": reach(skewness(values), 30), "straight": reach(0.0, 30)}.items():
            held[name] += -up * error <= off <= down * error
    assert held["skewed"] > held["straight"] + 20
