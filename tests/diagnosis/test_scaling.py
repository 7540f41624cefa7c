import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.diagnosis.scaling import NoScaling, Scaling, _weights, fit
from fitscope.errors import ResultError

SIZES = np.repeat([625, 1250, 2500, 5000, 10_000], 2)


def points(a=0.3, at_full=0.05, c=0.5, noise=0.003, sizes=SIZES, seed=0):
    fresh = np.random.default_rng(seed).normal(size=len(sizes))
    return sizes.tolist(), (a + at_full * (sizes / sizes.max()) ** -c + noise * fresh).tolist()


@settings(max_examples=40)
@given(a=st.floats(0.05, 2), at_full=st.floats(0.02, 1), c=st.floats(0.1, 2))
def test_points_without_noise_give_their_curve_again(a, at_full, c):
    found = fit(*points(a, at_full, c, noise=0))
    assert isinstance(found, Scaling)
    assert (found.a, found.c) == pytest.approx((a, c), rel=0.02, abs=1e-3)
    assert found.loss_at_twice == pytest.approx(a + at_full * 2**-c, rel=1e-4)
    assert found.saved == pytest.approx(at_full * (1 - 2**-c), rel=1e-3)
    assert found.twice == 20_000


@pytest.mark.parametrize("seeds", [2, 3])
def test_intervals_cover_the_truth(seeds):
    sizes = np.repeat(SIZES[::2], seeds)
    found = [fit(*points(sizes=sizes, seed=seed)) for seed in range(100)]
    fitted = [each for each in found if isinstance(each, Scaling)]
    assert len(fitted) >= 90
    truth = {
        "a_interval": 0.3,
        "c_interval": 0.5,
        "loss_at_twice_interval": 0.3 + 0.05 * 2**-0.5,
        "saved_interval": 0.05 * (1 - 2**-0.5),
    }
    for name, true in truth.items():
        assert np.mean([getattr(each, name)[0] <= true <= getattr(each, name)[1] for each in fitted]) >= 0.88, name


def test_interval_allows_for_how_few_sizes_there_are():
    """F(1, 1) at 0.95 is 161, F(1, 2) 18.5: with one more of the same size, the same scatter leaves less doubt."""
    found = {}
    for count in (4, 5):
        sizes = np.array([1000, 2000, 4000, 8000, 8000][:count])
        share = sizes / 8000
        found[count] = fit(sizes.tolist(), (0.3 + 0.05 * share**-0.5 + 0.0005 * np.array([1, -1, -1, 1, 1])[:count]).tolist())
    widths = {count: np.ptp(each.loss_at_twice_interval) for count, each in found.items()}
    assert widths[4] > 4 * widths[5]


@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_the_estimates(seed):
    found = fit(*points(seed=seed))
    for name in ("a", "c", "loss_at_twice", "saved"):
        low, high = getattr(found, f"{name}_interval")
        assert low <= getattr(found, name) <= high


def test_interval_of_the_prediction_ends_where_no_curve_within_the_limit_reaches():
    """The profile by brute force over a, b and c."""
    from scipy.special import fdtri

    sizes, losses = points(noise=0.01)
    share = np.array(sizes) / 10_000
    found = fit(sizes, losses)
    a, at_full, c = np.meshgrid(np.linspace(0, 0.45, 91), np.linspace(0.005, 0.4, 80), np.linspace(0.1, 2, 96), indexing="ij")
    squares = sum((loss - a - at_full * x**-c) ** 2 for x, loss in zip(share, losses))
    inside = squares <= squares.min() * (1 + fdtri(1, 7, 0.95) / 7)
    twice, saved = (a + at_full * 2**-c)[inside], (at_full * (1 - 2**-c))[inside]
    assert found.loss_at_twice_interval == pytest.approx((twice.min(), twice.max()), abs=0.006)
    assert found.a_interval == pytest.approx((a[inside].min(), a[inside].max()), abs=0.02)
    assert found.c_interval == pytest.approx((c[inside].min(), c[inside].max()), abs=0.05)
    assert found.saved_interval == pytest.approx((saved.min(), saved.max()), abs=0.004)
    assert found.loss_at_twice == pytest.approx((a + at_full * 2**-c)[np.unravel_index(squares.argmin(), squares.shape)], abs=0.004)


def test_floor_of_losses_above_0_is_not_below_0():
    found = [fit(*points(a=0.0, at_full=0.3, c=0.3, noise=0.005, seed=seed)) for seed in range(10)]
    fitted = [each for each in found if isinstance(each, Scaling)]
    assert len(fitted) >= 8
    assert all(0 == each.a_interval[0] <= each.a for each in fitted)


def test_floor_of_losses_down_to_0_is_not_below_it():
    found = fit([1000, 2000, 4000, 8000], [0.3, 0.2, 0.1, 0.0])
    assert isinstance(found, NoScaling) or found.a_interval[0] == found.a == 0


def test_losses_that_cross_0_may_have_a_floor_below_it():
    found = fit(*points(a=-1.0, at_full=0.3, c=0.7))
    assert found.a == pytest.approx(-1, abs=0.05)


@settings(max_examples=20)
@given(factor=st.integers(1, 1000), scale=st.floats(0.01, 100))
def test_units_of_size_and_loss_change_no_exponent(factor, scale):
    sizes, losses = points()
    plain, other = fit(sizes, losses), fit([factor * n for n in sizes], [scale * loss for loss in losses])
    assert other.c == pytest.approx(plain.c, rel=1e-3)
    assert other.loss_at_twice == pytest.approx(scale * plain.loss_at_twice, rel=1e-4)
    assert other.twice == factor * plain.twice


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (points(sizes=np.repeat([2500, 5000, 10_000], 3)), "too_few_sizes"),
        (points(at_full=-0.05), "does_not_fall"),
        ((SIZES.tolist(), [0.5] * 10), "does_not_fall"),
        ((SIZES.tolist(), [0.51, 0.49, 0.47, 0.53, 0.52, 0.47, 0.49, 0.5, 0.48, 0.5]), "too_noisy"),
        ((SIZES.tolist(), [0.501, 0.499, 0.501, 0.499, 0.401, 0.399, 0.399, 0.401, 0.399, 0.401]), "lack_of_fit"),
        ((SIZES.tolist(), [0.9, 0.901, 0.5, 0.501, 0.5, 0.501, 0.5, 0.501, 0.5, 0.501]), "unbounded"),
        (([], []), "too_few_sizes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_points_that_carry_no_curve_say_why(points, reason):
    assert fit(*points) == NoScaling(reason)


def test_losses_without_an_effect_of_size_seldom_give_a_curve():
    found = [fit(*points(at_full=0, seed=seed)) for seed in range(100)]
    assert sum(isinstance(each, Scaling) for each in found) <= 5


def test_losses_that_are_not_finite_are_left_out():
    sizes, losses = points()
    assert fit([*sizes, 10_000, 20_000], [*losses, float("nan"), float("inf")]) == fit(sizes, losses)


def test_order_of_the_points_does_not_matter():
    sizes, losses = points()
    plain, turned = fit(sizes, losses), fit(sizes[::-1], losses[::-1])
    assert turned.loss_at_twice_interval == pytest.approx(plain.loss_at_twice_interval)


@pytest.mark.parametrize(("sizes", "losses", "message"), [([1, 2], [0.5], "2 sizes and 1 losses"), ([0], [0.5], "size is 0")])
def test_points_that_are_none_are_refused(sizes, losses, message):
    with pytest.raises(ResultError, match=message):
        fit(sizes, losses)


def test_curve_is_told_in_samples():
    found = fit(*points(a=0.3, at_full=0.05, c=0.5, noise=0))
    assert found.b == pytest.approx(0.05 * 10_000**0.5, rel=0.02)
    assert found.a + found.b * 20_000**-found.c == pytest.approx(found.loss_at_twice)
    assert found.a + found.b * 10_000**-found.c - found.loss_at_twice == pytest.approx(found.saved)


def test_weight_comes_from_a_sizes_own_spread_drawn_to_the_pooled_one():
    """Two seeds that differ by d have the variance d^2 / 2; the pooled one counts as 30 degrees of freedom more."""
    weights = _weights(np.array([0.5, 0.5, 1.0, 1.0]), np.array([0.50, 0.51, 0.40, 0.43]))
    pooled = (0.01**2 + 0.03**2) / 2 / 2
    variances = [(30 * pooled + 0.01**2 / 2) / 31, (30 * pooled + 0.03**2 / 2) / 31]
    assert weights.mean() == pytest.approx(1)
    assert weights[0] == weights[1] and weights[2] == weights[3]
    assert weights[0] / weights[2] == pytest.approx(variances[1] / variances[0])


def test_sizes_without_a_spread_weigh_the_same():
    assert _weights(np.array([0.5, 0.5, 1.0, 1.0]), np.array([0.5, 0.5, 0.4, 0.4])).tolist() == [1] * 4
    assert _weights(np.array([0.25, 0.5, 1.0]), np.array([0.5, 0.4, 0.3])).tolist() == [1] * 3


def test_size_of_one_sample_is_a_size():
    assert fit([1, 2, 4], [0.5, 0.4, 0.3]) == NoScaling("too_few_sizes")
    with pytest.raises(ResultError, match="size is -3"):
        fit([5, -3, 0], [0.1] * 3)
