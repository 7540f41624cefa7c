import pytest

from fitscope import diagnose
from fitscope.diagnosis.regions import regions

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
