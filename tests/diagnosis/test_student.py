import pytest
from scipy.special import stdtrit

from fitscope.diagnosis.student import two_sided


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 7, 8, 15, 30, 99, 1000])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_two_sided_is_scipys_quantile(freedom, level):
    assert two_sided(freedom, level) == pytest.approx(stdtrit(freedom, (1 + level) / 2), rel=1e-9)
