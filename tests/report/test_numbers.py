import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitscope.report.numbers import estimate, number, percent, places, plus_minus, setting, signed, size, with_limits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"), (0.28431, "0.284"), (0.0123456, "0.0123"), (0.00098, "0.000980"), (1.5, "1.500"), (43.21, "43.21"),
        (256.04, "256.0"), (3012.44, "3,012.4"), (123456.7, "123,457"), (-3012.44, "-3,012.4"),
        (2e-7, "2.00e-07"), (3e15, "3.00e+15"),
        (None, "unknown"), (math.nan, "unknown"), (math.inf, "unknown"),
    ],
)  # fmt: skip
def test_number_has_digits_by_its_size(value, text):
    assert number(value) == text


def test_number_that_rounds_to_nothing_has_no_sign():
    assert number(-0.0001, 2) == "0.00"


@given(st.floats(-1e11, 1e11))
def test_number_is_right_to_three_digits_or_a_tenth(value):
    shown = float(number(value).replace(",", ""))
    assert abs(shown - value) <= max(0.0051 * abs(value), 0.0005) if abs(value) < 100 else abs(shown - value) <= 0.5


@pytest.mark.parametrize(("error", "digits"), [(0.0021, 4), (0.0043, 3), (0.096, 2), (0.6, 1), (1.2, 1), (35.0, 0), (0.0, 3)])
def test_places_follow_the_error(error, digits):
    assert places(error) == digits


def test_error_that_is_unknown_is_left_out():
    assert plus_minus(4.0, math.nan) == "4.000"


@pytest.mark.parametrize(
    ("value", "limits", "text"),
    [
        (0.011, (0.007, 0.015), "0.011 ± 0.004 (95 %)"),
        (0.02, (0.001, 0.09), "0.020 (0.001 to 0.090, 95 %)"),
        (210.5, (35.0, 386.0), "210 ± 176 (95 %)"),
        (0.5, (math.nan, math.nan), "0.500"),
    ],
)
def test_estimate_shows_its_interval(value, limits, text):
    assert estimate(value, limits, "95 %") == text


def test_size_of_a_loss_turns_its_interval():
    assert size(-0.02, (-0.09, -0.001)) == "0.020 (0.001 to 0.090)"


@pytest.mark.parametrize(
    ("limits", "text"), [((-0.002, 0.003), "-0.0020 to 0.0030"), ((0.0004, 0.9), "0.0004 to 0.9000"), (None, "unknown")]
)
def test_interval_of_a_difference_never_hides_its_sign(limits, text):
    assert signed(limits) == text


def test_value_with_limits_shares_their_digits():
    assert with_limits(0.011, (0.0071, 0.0149), "95 %") == "0.011 (0.007 to 0.015, 95 %)"


def test_percent_is_whole_only_where_it_is_all_or_nothing():
    assert [percent(share) for share in (0.0, 0.0001, 0.883, 0.9999, 1.0)] == ["0 %", "< 0.1 %", "88.3 %", "> 99.9 %", "100 %"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (32, "32"), (0.00044661, "0.0004466"), ("relu", "relu"), (None, "None"),
     ({"l2": 0.1, "drop_out": [1, 2]}, "l2 0.1, drop out 1, 2")],
)  # fmt: skip
def test_setting_is_a_text(value, text):
    assert setting(value) == text
