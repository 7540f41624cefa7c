"""Sentences on a verdict that is compared with the recomputed one."""

import pytest

from fitscope.diagnosis import judge
from fitscope.grading.conditions import judged
from fitscope.grading.wanted import Condition
from fitscope.history import TrainingHistory
from fitscope.language import retold, speaking


@pytest.mark.parametrize(
    ("claim", "holds", "said", "korean"),
    [
        ("over-fitting", True, "overfitting, and so say the curves", "과적합"),
        ("good_fit", False, "good fit; the curves say overfitting", "과적합"),
        ("fine, I think", False, '"fine, I think", which is no verdict; the curves say overfitting', "과적합"),
    ],
)
def test_matches_recomputed_tells_verdicts_in_the_readers_words(curves, claim, holds, said, korean):
    again = judge(TrainingHistory.of(curves("overfitting")))
    held, evidence = judged(Condition("matches_recomputed"), "answers.verdict", claim, again)
    assert held is holds
    assert said in evidence
    with speaking("ko"):
        assert korean in retold(evidence)
        assert "overfitting" not in retold(evidence)
