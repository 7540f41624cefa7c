"""What a class's pages say of curves."""

import dataclasses

import pytest

from fitscope.grading import wording
from fitscope.language import speaking


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ((9, 10, 11, 12), "The shaded epochs, 9 to 12, are as good as the best."),
        ((9, 10, 12), "Of the shaded epochs, 9 to 12, 3 are as good as the best."),
        ((), "The shaded epochs, 9 to 12, are as good as the best."),
    ],
)
def test_curves_count_the_shaded_epochs_as_the_verdict_does(make_graded, members, told):
    facts = dataclasses.replace(make_graded(3).facts, best_epoch=12, plateau=(9, 12), members=members, verdict="overfitting")
    assert wording.curves(facts).endswith(told)
    assert ("3 of the epochs 9 to 12" in wording.verdict(facts)) == told.startswith("Of")


def test_curves_without_a_plateau_speak_of_no_shade(make_graded):
    facts = dataclasses.replace(make_graded(3).facts, plateau=None)
    assert "shaded" not in wording.curves(facts)
    with speaking("ko"):
        assert "훈련 손실" in wording.curves(facts)
