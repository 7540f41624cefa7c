"""What the page says of training-set sizes."""

import dataclasses

import pytest

from fitscope import words
from fitscope.report.sizes_view import curve, sizes
from fitscope.result import Scaling, Studies


def section_of(result, trainings, scaling):
    return sizes(dataclasses.replace(result, studies=Studies(sizes=tuple(trainings), scaling=scaling)))


def test_twice_the_data_is_told_with_its_interval(result, make):
    section = section_of(result, make.sizes(), make.scaling())
    assert section.sentences[0] == (
        "Twice the data, 30,000 training samples, would bring the best validation loss to 0.266 (0.259 to 0.272, 95 %), "
        "0.022 ± 0.007 lower than now."
    )
    assert "L(n) = 0.210 + 8.700 n^−0.490" in section.sentences[1]
    assert "no amount of data of this kind would bring less than a loss of 0.210 (0.120 to 0.240, 95 %)" in section.sentences[1]


@pytest.mark.parametrize("reason", [*words.SCALING, "too_salty"])
def test_sizes_that_carry_no_curve_say_so_instead(result, make, reason):
    section = section_of(result, make.sizes(), Scaling(reason))
    assert section.sentences == (words.scaling(reason),)
    assert "L(n)" not in section.caption
    assert len(section.pictures) == 1


def test_table_has_a_row_a_size_with_its_trainings_in_common(result, make):
    table = section_of(result, make.sizes(), make.scaling()).tables[0]
    assert [row.term for row in table.rows] == ["1,000", "2,000", "4,000", "8,000", "15,000"]
    assert table.rows[0].values[:2] == ("2", "0.505 ± 0.004")


def test_training_on_all_samples_needs_no_size_among_its_changes(result, make):
    whole = make.training(0, {}, None)
    table = section_of(result, [make.sized(500, 0.4), whole], None).tables[0]
    assert [row.term for row in table.rows] == ["500", f"{result.dataset.train:,}"]


def test_curve_goes_through_the_fit_and_ends_where_it_is_asked_to(make):
    drawn = curve(make.scaling(), 1000, 30_000)
    assert drawn[0] == pytest.approx((1000, 0.21 + 8.7 * 1000**-0.49))
    assert drawn[-1][0] == pytest.approx(30_000)
    assert curve(Scaling("too_noisy"), 1000, 2000) == []


def test_losses_that_are_not_finite_leave_no_picture(result, make):
    section = section_of(result, [make.sized(500, None), make.sized(900, float("nan"))], Scaling("not_finite"))
    assert section.pictures == ()
    assert section.tables[0].rows[0].values[1] == "unknown"
