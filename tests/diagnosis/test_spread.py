"""What several trainings have in common, and what is luck."""

import math

import numpy as np
import pytest

from fitscope.diagnosis.spread import repeatability_limit, spread


@pytest.mark.filterwarnings("error")
def test_spread_of_one_is_unknown_and_of_none_is_none():
    assert math.isnan(spread([3.0, None]).sd)
    assert spread([None, math.nan]) is None
    assert spread([1.0, 2.0]).sd == pytest.approx(math.sqrt(0.5))


def test_luck_holds_19_of_20_differences_between_two_new_trainings():
    rng = np.random.default_rng(0)
    known, pairs = rng.normal(0, 1, (4000, 5)), rng.normal(0, 1, (4000, 2))
    limits = np.array([repeatability_limit(float(row.std(ddof=1)), 5) for row in known])
    assert np.mean(np.abs(pairs[:, 0] - pairs[:, 1]) <= limits) == pytest.approx(0.95, abs=0.012)


def test_luck_of_one_training_is_unknown():
    assert math.isnan(repeatability_limit(0.1, 1))
