"""Conditions on one value: whether they hold, and the sentence that says why."""

import dataclasses

import pytest

from fitscope.diagnosis import judge
from fitscope.grading.conditions import judged, partly
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


@pytest.fixture(scope="module")
def clear():
    """What curves say that have a plateau of some epochs and overfit."""
    found = judge(TrainingHistory.of({"loss": [3.0, 2.0, 1.0, 0.5], "val_loss": [3.0, 2.0, 1.99, 2.9]}))
    sure = dataclasses.replace(found.uncertainty, plateau_members=(2, 3))
    return dataclasses.replace(found, verdict="overfitting", best_epoch=3, gap=0.5, uncertainty=sure, evidence={})


@pytest.mark.parametrize(
    ("condition", "path", "value", "holds", "said"),
    [
        (Condition("at_least", 0.5), "answers.x", 0.5, True, "The answers.x is 0.5, at least 0.5."),
        (Condition("at_least", 0.5), "answers.x", 0.4, False, "The answers.x is 0.4, less than 0.5."),
        (Condition("at_most", 0.5), "answers.x", 0.5, True, "The answers.x is 0.5, at most 0.5."),
        (Condition("at_most", 0.5), "answers.x", 0.6, False, "The answers.x is 0.6, more than 0.5."),
        (Condition("between", (1.0, 2.0)), "answers.x", 2, True, "The answers.x is 2, between 1 and 2."),
        (Condition("between", (1.0, 2.0)), "answers.x", 3, False, "The answers.x is 3, not between 1 and 2."),
        (Condition("equals", 2.0), "answers.x", 2, True, "The answers.x is 2, as asked."),
        (Condition("equals", True), "answers.x", False, False, "The answers.x is false; asked was true."),
        (Condition("equals", True), "answers.x", True, True, "The answers.x is true, as asked."),
        (Condition("equals", 1.0), "answers.x", True, False, "The answers.x is true; asked was 1."),
        (Condition("one_of", ("a", "b")), "answers.x", "b", True, 'The answers.x is "b", one of: "a", "b".'),
        (Condition("one_of", ("a", 1.0)), "answers.x", "b", False, 'The answers.x is "b", none of: "a", 1.'),
        (Condition("at_least", 0.0), "answers.x", "b", False, 'The answers.x is "b", which is no number.'),
        (Condition("at_least", 0.0), "answers.test_mae", -1, False,
         "The stated mean absolute error on test data is -1, less than 0."),
        (Condition("between", (0.0, 9.0)), "answers.loss", -1, False, "The answers.loss is -1, not between 0 and 9."),
        (Condition("at_most", 9.0), "answers.loss", -1, False, "The answers.loss is -1; it cannot lie below 0."),
        (Condition("at_most", 9.0), "refit.gain.loss", -0.5, True, "The refit.gain.loss is -0.5, at most 9."),
        (Condition("at_most", 9.0), "refit.gain.mae", -0.5, True, "The refit.gain.mae is -0.5, at most 9."),
        (Condition("in_plateau"), "answers.x", 3, True,
         "Epoch 3 is one of those that the validation data cannot tell from the best: 2–3."),
        (Condition("in_plateau", within=1.0), "answers.x", 4, True,
         "Epoch 4 is near those that the validation data cannot tell from the best: 2–3."),
        (Condition("in_plateau", within=1.0), "answers.x", 5, False,
         "Epoch 5 is none of those that the validation data cannot tell from the best: 2–3."),
        (Condition("in_plateau"), "answers.x", 2.5, False, "The answers.x is 2.5, which is no epoch."),
        (Condition("same_verdict"), "answers.x", "overfitting", True, "The answers.x is overfitting, and so say the curves."),
        (Condition("same_verdict"), "answers.x", "good fit", False, "The answers.x is good fit; the curves say overfitting."),
        (Condition("same_verdict"), "answers.x", "fine", False,
         'The answers.x is "fine", which is no verdict; the curves say overfitting.'),
        (Condition("matches_recomputed"), "answers.gap", "0.5", True,
         "The answers.gap is 0.5, and so it is when computed again from the curves."),
        (Condition("matches_recomputed"), "answers.gap", "0.6", False,
         "The answers.gap is 0.6; computed again from the curves it is 0.5."),
        (Condition("matches_recomputed"), "answers.gap", "much", False, 'The answers.gap is "much", which is no number.'),
        (Condition("matches_recomputed"), "diagnosis.best_epoch", 3, True,
         "The best epoch is 3, and so it is when computed again from the curves."),
    ],
)  # fmt: skip
def test_judged_holds_or_not_and_says_so(clear, condition, path, value, holds, said):
    assert judged(condition, path, value, clear) == (holds, said)


@pytest.mark.parametrize(
    ("claim", "rise", "holds", "told"),
    [
        ("overfitting", 0.03, True, "The curves do not settle it, but go with it: the end lies 0.03 above the lowest validation"),
        ("good_fit", 0.03, False, "The curves do not settle the verdict, but go against this one: the end lies 0.03 above"),
        ("good_fit", 0.02, True, "go with it: the end lies 0.02 above the lowest validation loss (from 0.02 on a rise counts)"),
        ("inconclusive", 0.03, True, "is inconclusive, and so say the curves."),
    ],
)
def test_judged_verdict_that_curves_leave_open_is_told_with_their_numbers(clear, claim, rise, holds, told):
    evidence = {"rise": rise, "rise_limit": 0.02, "trend": -0.004, "reason": "noise"}
    found, said = judged(
        Condition("same_verdict"), "answers.x", claim, dataclasses.replace(clear, verdict="inconclusive", evidence=evidence)
    )
    assert found is holds and told in said and (claim == "inconclusive" or said.endswith("it changes by -0.4 %."))


def test_judged_without_a_plateau_says_that_nobody_can(clear):
    found = judged(Condition("in_plateau"), "answers.x", 3, dataclasses.replace(clear, uncertainty=None))
    assert found == (False, "Epoch 3 cannot be judged, for no epoch has a validation loss.")
    alone = dataclasses.replace(clear, gap=None)
    assert judged(Condition("matches_recomputed"), "answers.gap", 0.5, alone)[1] == (
        "The answers.gap is 0.5; the curves do not tell it."
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("at_least", "The answers.x is 5, at least 4; from 6 on it gives more points."),
        ("at_most", "The answers.x is 5, at most 4; up to 6 it gives more points."),
        ("equals", None),
    ],
)
def test_partly_tells_what_would_give_more(kind, said):
    assert partly(Condition(kind, 4.0), Condition(kind, 6.0), "answers.x", "5") == said
    assert partly(Condition(kind, 4.0), Condition("one_of", ("a",)), "answers.x", "5") is None
    assert partly(Condition(kind, 4.0), Condition(kind, 6.0), "answers.x", "five") is None
