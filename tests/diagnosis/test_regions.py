import pytest

from fitscope import diagnose
from fitscope.diagnosis.regions import regions, told

EPOCHS = tuple(range(1, 21))


@pytest.mark.parametrize("verdict", ["overfitting", "underfitting", "good_fit", "not_learning", "diverged", "inconclusive"])
@pytest.mark.parametrize("plateau", [(1, 1), (1, 20), (4, 6), (20, 20), (19, 20)])
def test_regions_partition_the_epochs(verdict, plateau):
    covered = [epoch for r in regions(EPOCHS, plateau, verdict) for epoch in range(r.first, r.last + 1)]
    assert covered == list(EPOCHS)


def test_overfitting_is_marked_only_where_the_verdict_says_so():
    assert [r.label for r in regions(EPOCHS, (4, 6), "overfitting")] == ["underfitting", "good_fit", "overfitting"]
    assert [r.label for r in regions(EPOCHS, (4, 6), "good_fit")] == ["underfitting", "good_fit"]


def test_regions_of_a_log_with_missing_epochs_hold_those_there_are():
    found = regions((2, 5, 9), (5, 5), "overfitting")
    assert [(r.first, r.last) for r in found] == [(2, 2), (5, 5), (9, 9)]


def test_no_plateau_gives_no_regions():
    assert regions(EPOCHS, None, "diverged") == ()


def test_good_fit_region_of_a_diagnosis_is_its_plateau_under_overfitting(curves):
    found = diagnose(curves("overfitting"))
    assert [(r.first, r.last) for r in found.regions if r.label == "good_fit"] == [found.plateau]


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [
        ("good_fit", [("underfitting", 1, 3), ("good_fit", 4, 20)]),
        ("inconclusive", [("underfitting", 1, 3), ("good_fit", 4, 6), ("undecided", 7, 20)]),
        ("underfitting", [("underfitting", 1, 3), ("good_fit", 4, 6), ("undecided", 7, 20)]),
        ("overfitting", [("underfitting", 1, 3), ("good_fit", 4, 6), ("overfitting", 7, 20)]),
        ("diverged", [("underfitting", 1, 3), ("good_fit", 4, 6), ("underfitting", 7, 20)]),
        ("not_learning", [("underfitting", 1, 20)]),
    ],
)
def test_good_fit_is_told_beyond_its_plateau_only_where_a_rise_is_ruled_out(verdict, wanted):
    found = told(regions(EPOCHS, (4, 6), verdict), (4, 6), verdict)
    assert [(r.label, r.first, r.last) for r in found] == wanted


def test_plateau_to_the_last_epoch_leaves_nothing_undecided():
    found = regions(EPOCHS, (4, 20), "inconclusive")
    assert told(found, (4, 20), "inconclusive") == found


def test_no_plateau_gives_nothing_to_tell():
    assert told((), None, "inconclusive") == ()
