"""What a blind result keeps, key by key, and what its curves are judged by."""

import dataclasses

import numpy as np
import pytest

from fitscope.diagnosis import again, judge
from fitscope.errors import ResultError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.result import Result
from fitscope.result.blind import hidden, judged
from fitscope.result.facts import DatasetFacts
from fitscope.result.plain import plain

VAL_LOSS = np.array([0.9, 0.5, 0.61, 0.5, 0.62, 0.7])
DRAWN = np.random.default_rng(0).normal(0, 0.05, (6, 40))
LOSSES = VAL_LOSS[:, None] + DRAWN - DRAWN.mean(axis=1, keepdims=True)
HISTORY = TrainingHistory.of({"loss": [0.9, 0.6, 0.4, 0.3, 0.2, 0.1], "val_loss": VAL_LOSS, "val_accuracy": [0.3] * 6})
DATA = DatasetFacts("toys", "multiclass", ("a", "b", "c"), 100, 40, 20, "here", "ab12", majority=0.3)
PLAN = Plan("toys", "ab12", None, "textbook", seed=7)


def content(**changes):
    found = judge(HISTORY, LOSSES, samples=400)
    return {"history": HISTORY.to_json(), "dataset": None, "plan": None, "diagnosis": plain(found), **changes}


def test_hidden_diagnosis_is_empty_but_for_what_tells_no_epoch_from_another():
    found = judge(HISTORY, LOSSES, samples=400)
    told = hidden({"diagnosis": plain(found), "seconds": {}, "history": 3})["diagnosis"]
    sure = told.pop("uncertainty")
    assert {name for name, value in told.items() if value is None} == {"verdict", "best_epoch", "plateau", "best_val_loss", "gap"}
    assert {name: value for name, value in told.items() if value is not None} == {
        "evidence": {}, "regions": [], "stopping": [], "findings": [], "advice": [], "checks": []
    }  # fmt: skip
    assert sure == {
        "basis": "samples", "samples": 400, "groups": 40, "covariance": list(found.uncertainty.covariance),
        "paired_se": [], "chance": [], "plateau_members": [],
    }  # fmt: skip


def test_hidden_result_keeps_its_curves_and_hides_every_study():
    whole = {"diagnosis": {"uncertainty": None}, "seconds": {}, "history": 3, "plan": 4, "notes": "a"}
    parts = {"holdout": 1, "refit": 1, "refit_skipped": "a", "mistakes": 1, "studies": {"folds": 1}, "search": 1}
    assert hidden(whole | parts) == whole | dict.fromkeys(parts) | {
        "studies": {},
        "diagnosis": {"uncertainty": None, "plateau": None},
    }


def test_hidden_seconds_are_those_before_the_refit():
    seconds = {"import": 1.0, "data": 2.0, "leaks": 3.0, "train": 4.0, "refit": 5.0, "test": 6.0}
    told = hidden({"diagnosis": {"uncertainty": None}, "seconds": seconds})["seconds"]
    assert told == {"import": 1.0, "data": 2.0, "leaks": 3.0, "train": 4.0}


def test_curves_are_judged_by_what_is_kept_of_the_samples():
    found = judged(content())
    assert found == again(HISTORY, judge(HISTORY, LOSSES, samples=400).uncertainty)
    assert found.uncertainty.samples == 400


@pytest.mark.parametrize("diagnosis", [None, 3, {}, {"uncertainty": None}])
def test_curves_without_anything_of_the_samples_are_judged_alone(diagnosis):
    assert judged(content(diagnosis=diagnosis)) == judge(HISTORY)


def test_samples_without_their_covariance_are_not_taken():
    kept = plain(judge(HISTORY, LOSSES).uncertainty) | {"covariance": None}
    assert judged(content(diagnosis={"uncertainty": kept})) == judge(HISTORY)


def test_curves_without_a_loss_are_judged_alone():
    empty = HISTORY.replaced("val_loss", np.full(6, np.nan))
    assert judged(content(history=empty.to_json())) == judge(empty)


def test_facts_of_the_data_and_the_plans_seed_are_taken():
    assert judged(content(dataset=plain(DATA))).verdict == "not_learning"
    assert judged(content(dataset=plain(dataclasses.replace(DATA, majority=0.2)))).verdict != "not_learning"
    sure = judge(HISTORY, LOSSES, samples=400).uncertainty
    assert judged(content(plan=PLAN.to_json())) == again(HISTORY, sure, seed=7) != again(HISTORY, sure)
    stuck = content(history=HISTORY.replaced("val_loss", np.full(6, np.log(3))).to_json(), diagnosis=None)
    codes = {finding.code for finding in judged(stuck | {"dataset": plain(dataclasses.replace(DATA, majority=0.1))}).findings}
    assert "stuck_at_guessing" in codes


@pytest.mark.parametrize(("part", "says"), [("history", "result.history"), ("dataset", "result.dataset"), ("plan", "result.plan")])
def test_part_that_cannot_be_read_is_named(part, says):
    with pytest.raises(ResultError, match=says):
        judged(content(**{part: "text"}))


def test_uncertainty_that_cannot_be_read_is_named():
    with pytest.raises(ResultError, match=r"result\.diagnosis\.uncertainty must be an object"):
        judged(content(diagnosis={"uncertainty": 3}))


def test_claim_of_being_blind_is_true_alone():
    made = Result("0.1", "", None, None, None, None, HISTORY, judge(HISTORY), None, None, 0, "")
    text = dataclasses.replace(made, blind=True).to_json()
    assert Result.from_json(text).diagnosis == made.diagnosis
    assert Result.from_json(made.to_json()).diagnosis == made.diagnosis
    with pytest.raises(ResultError, match="blind must be true or false"):
        Result.from_json(made.to_json() | {"blind": 1})
