"""What a diagnosis takes from the curves, from the samples, and from what else is known."""

import dataclasses
import math

import numpy as np
import pytest

from fitscope import words
from fitscope.diagnosis import again, judge
from fitscope.history import TrainingHistory

HISTORY = TrainingHistory.of(
    {"loss": [0.9, 0.6, 0.4, 0.3, 0.2, 0.1], "val_loss": [0.9, 0.5, 0.61, 0.5, 0.62, 0.7]}, [2, 4, 6, 8, 10, 12]
)


def samples(columns=40, noise=0.01, seed=0):
    drawn = np.random.default_rng(seed).normal(0, noise, (6, columns))
    return HISTORY.val_loss[:, None] + drawn - drawn.mean(axis=1, keepdims=True)


def codes(diagnosis):
    return {finding.code for finding in diagnosis.findings}


def test_diagnosis_is_of_the_first_lowest_epoch():
    found = judge(HISTORY, samples())
    assert (found.best_epoch, found.best_val_loss, found.gap) == (4, 0.5, pytest.approx(-0.1))
    assert found.plateau == (4, 8)
    assert found.uncertainty.plateau_members == (4, 8)
    assert found.members == 2
    assert "2" in found.message


def test_samples_of_several_trainings_add_their_noise():
    each = [samples(seed=seed) + level for seed, level in enumerate([-0.02, 0.0, 0.02])]
    over_seeds = np.stack([losses.mean(axis=1) for losses in each], axis=1)
    alone, both = judge(HISTORY, over_seeds, repeats=True), judge(HISTORY, over_seeds, repeats=True, each=each)
    assert (alone.uncertainty.samples, both.uncertainty.samples) == (None, 40)
    assert both.uncertainty.paired_se[0] > alone.uncertainty.paired_se[0]


def test_notebook_shows_the_picture_that_a_diagnosis_has():
    found = dataclasses.replace(judge(HISTORY), picture=lambda: "<svg>")
    assert found._repr_html_() == "<svg>"
    assert found == judge(HISTORY)
    assert "picture" not in repr(found)


def test_message_of_a_plateau_without_gaps_counts_nothing():
    assert judge(HISTORY.until(2)).members is None


def test_losses_of_groups_stand_for_their_samples():
    found = judge(HISTORY, samples(8), samples=500)
    assert (found.uncertainty.samples, found.uncertainty.groups) == (500, 8)
    assert dataclasses.replace(found.uncertainty, samples=8, groups=None) == judge(HISTORY, samples(8)).uncertainty


def test_number_of_samples_without_their_losses_is_unknown():
    assert judge(HISTORY, samples=500) == judge(HISTORY)
    assert judge(HISTORY).uncertainty.samples is None


@pytest.mark.parametrize("columns", [0, 1])
def test_losses_of_less_than_two_samples_say_nothing(columns):
    assert judge(HISTORY, samples()[:, :columns]) == judge(HISTORY)


@pytest.mark.parametrize("repeats", [False, True])
def test_losses_that_are_not_finite_at_the_best_epoch_say_nothing(repeats):
    losses = samples()
    losses[1, 3] = np.inf
    assert judge(HISTORY, losses, repeats=repeats) == judge(HISTORY)


def test_epoch_whose_samples_are_not_finite_is_not_compared():
    losses = samples()
    losses[3, 3] = np.nan
    found = judge(HISTORY, losses).uncertainty
    assert math.isnan(found.paired_se[3])
    assert found.chance[3] == 0


def test_samples_of_several_trainings_that_are_not_finite_at_the_best_epoch_add_no_noise():
    each = [samples(seed=seed) + level for seed, level in enumerate([-0.02, 0.0, 0.02])]
    over_seeds = np.stack([losses.mean(axis=1) for losses in each], axis=1)
    each[1][1, 0] = np.nan
    assert judge(HISTORY, over_seeds, repeats=True, each=each) == judge(HISTORY, over_seeds, repeats=True)


def test_repeats_need_no_other_seed_and_have_no_few_samples():
    found = judge(HISTORY, samples(5, 0.3), repeats=True)
    outcomes = {check.code: check.outcome for check in found.checks}
    assert outcomes["another_seed_may_differ"] == "absent"
    assert outcomes["too_little_validation_data"] == "not_applicable"
    assert "another_seed_may_differ" in codes(judge(HISTORY, samples(5, 0.3)))
    assert "too_little_validation_data" in codes(judge(HISTORY, samples(5, 0.3)))


def test_classes_majority_and_stop_reach_the_findings():
    guessing = HISTORY.replaced("val_accuracy", np.full(6, 0.3))
    assert judge(guessing, majority=0.3).verdict == "not_learning"
    assert judge(guessing, majority=0.2).verdict != "not_learning"
    warm = HISTORY.replaced("val_loss", np.linspace(0.5, 0.7, 6)).replaced("loss", np.linspace(0.3, 0.2, 6))
    assert "warm_start" in codes(judge(warm, classes=10))
    assert "warm_start" in codes(again(warm, None, classes=10))
    assert "warm_start" not in codes(judge(warm))
    stopped = {"epoch": 12, "percent": 2.0}
    assert ("stopped_early" in codes(judge(HISTORY, stopped=stopped))) == (judge(HISTORY).verdict != "overfitting")


@pytest.mark.parametrize("last", [[0.524] * 2, [0.48] * 3])
def test_training_that_a_rule_stopped_is_not_told_to_go_on(last):
    curve = [1.0, *[0.5] * (19 - len(last)), *last]
    history = TrainingHistory.of({"loss": np.linspace(1, 0.1, 20), "val_loss": curve})
    before, stopped = judge(history), judge(history, stopped={"epoch": 20, "percent": 0.1})
    assert before.verdict == stopped.verdict == "inconclusive"
    assert before.evidence["reason"].startswith("still") and "train for more epochs" in before.message
    assert stopped.evidence["reason"] == "stopped" and "train_longer" not in {advice.code for advice in stopped.advice}
    assert "stopped before validation loss had settled" in stopped.message and words.evidence("inconclusive", stopped.evidence)


def test_seed_reaches_the_chances():
    assert judge(HISTORY, samples(noise=0.3), seed=1).uncertainty.chance != judge(HISTORY, samples(noise=0.3)).uncertainty.chance


def test_without_a_validation_loss_the_rules_and_the_training_loss_are_left():
    found = judge(TrainingHistory.of({"loss": [0.9, 0.6, 0.4]}))
    assert [found.best_epoch, found.plateau, found.best_val_loss, found.gap, found.uncertainty, found.members] == [None] * 6
    assert (found.regions, found.checks) == ((), ())
    assert codes(found) == {"training_loss_alone"}
    assert {rule.keeps for rule in found.stopping} == {None}
    assert found.message


def test_again_with_repeats_whose_losses_are_not_kept_judges_the_curves():
    first = judge(HISTORY, samples(5), repeats=True)
    second = again(HISTORY, first.uncertainty)
    assert (second.verdict, second.evidence) == (judge(HISTORY).verdict, judge(HISTORY).evidence)
    assert second.uncertainty.basis == "repeats"
    assert second.plateau == first.plateau


def test_again_takes_majority_and_classes():
    guessing = HISTORY.replaced("val_accuracy", np.full(6, 0.3))
    kept = judge(guessing, samples()).uncertainty
    assert again(guessing, kept, majority=0.3).verdict == "not_learning"
    assert again(guessing, None, majority=0.3).verdict == "not_learning"
    assert "stopped_early" not in codes(again(guessing, kept))


def test_samples_that_say_more_than_the_curve_decide():
    """A rise that lies within the samples' error is none."""
    rises = HISTORY.replaced("val_loss", np.array([0.9, 0.5, 0.5, 0.5, 0.56, 0.56]))
    drawn = np.random.default_rng(0).normal(0, 2, (6, 30))
    losses = rises.val_loss[:, None] + drawn - drawn.mean(axis=1, keepdims=True)
    unsure = judge(rises, losses)
    assert unsure.evidence["rise_by_chance"] > 0.5
    assert math.isclose(again(rises, unsure.uncertainty).evidence["rise_by_chance"], unsure.evidence["rise_by_chance"])
