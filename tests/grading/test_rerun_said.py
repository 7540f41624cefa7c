"""What is said of submissions that were trained again, with curves in the place of trainings."""

import dataclasses

import numpy as np
import pytest

from fitscope.errors import DataError
from fitscope.grading import rerun
from fitscope.grading.records import Facts, Flag, Graded, Student
from fitscope.grading.rerun import run_again
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.training.networks import NETWORKS

AGREES = "It was run again: curves and test results agree but for what machines differ by."


def changed(one, name=None, **changes):
    return dataclasses.replace(one, name=name or one.name, facts=dataclasses.replace(one.facts, **changes))


@pytest.fixture
def kim(result):
    """A submission as it would be trained again, whose report is honest."""
    best = result.diagnosis.best_epoch
    facts = Facts(result.history, best, None, (), "overfitting", plan=result.plan, holdout_test=result.holdout.test,
                  refit_test=result.refit.test)  # fmt: skip
    return Graded("kim", Student(name="kim"), (), (), facts=facts)


def told(*graded, count=None, **wishes):
    """Return the notes and the evidence of the flags of each."""
    return [(one.notes, tuple(flag.numbers["what"] for flag in one.flags if flag.code == "rerun_differs"))
            for one in run_again(graded, count, 1, **wishes)]  # fmt: skip


def test_honest_report_gets_a_note(kim):
    assert told(kim) == [((AGREES,), ())]


@pytest.mark.parametrize(("off", "differs"), [(0.029, False), (-0.029, False), (0.031, True), (-0.031, True)])
@pytest.mark.parametrize(("model", "name"), [("holdout_test", "held-out"), ("refit_test", "refitted")])
def test_test_loss_may_differ_by_three_per_cent(kim, model, name, off, differs):
    score = getattr(kim.facts, model)
    other = dataclasses.replace(score, loss=score.loss * (1 + off))
    ((notes, found),) = told(changed(kim, **{model: other}))
    expected = f"the {name} test loss is {other.loss:.4g}, and the plan gives {score.loss:.4g}"
    assert found == (([expected],) if differs else ()) and notes == (() if differs else (AGREES,))


@pytest.mark.parametrize(("off", "differs"), [(0.0049, False), (-0.0049, False), (0.0051, True), (-0.0051, True)])
@pytest.mark.parametrize(("model", "name"), [("holdout_test", "held-out"), ("refit_test", "refitted")])
def test_test_accuracy_may_differ_by_half_a_point(kim, model, name, off, differs):
    score = getattr(kim.facts, model)
    other = dataclasses.replace(score, accuracy=score.accuracy + off)
    ((_, found),) = told(changed(kim, **{model: other}))
    text = f"the {name} test accuracy is {100 * other.accuracy:.2f} %, and the plan gives {100 * score.accuracy:.2f} %"
    assert found == (([text],) if differs else ())


def test_curve_that_the_plan_does_not_give_is_told_with_its_numbers(kim):
    values = kim.facts.history.val_loss.copy()
    values[1] *= 1.001
    ((notes, found),) = told(changed(kim, history=kim.facts.history.replaced("val_loss", values)))
    true = kim.facts.history.val_loss[1]
    assert found == ([f"val_loss of epoch 2 is {values[1]:.6g}, and the plan gives {true:.6g}"],) and notes == ()


def test_all_that_differs_is_in_one_flag_behind_those_that_were_there(kim):
    off = dataclasses.replace(kim.facts.refit_test, loss=9.0, accuracy=0.5)
    one = dataclasses.replace(changed(kim, refit_test=off), flags=(Flag("late", "late"),))
    (found,) = run_again([one], None, 1)
    assert [flag.code for flag in found.flags] == ["late", "rerun_differs"]
    assert found.flags[1].message.startswith("Run again, it gives something else: the refitted test loss is 9, and")
    assert found.flags[1].message.endswith(" %. Differs, ask.") and len(found.flags[1].numbers["what"]) == 2


def test_score_without_accuracy_is_compared_by_its_loss(kim):
    none = dataclasses.replace(kim.facts.refit_test, accuracy=None)
    assert told(changed(kim, refit_test=none)) == [((AGREES,), ())]


def test_other_data_says_nothing_of_the_curves(kim):
    ((notes, found),) = told(changed(kim, plan=kim.facts.plan.replace(data_sha256="0" * 64), refit_test=None, holdout_test=None))
    assert notes == ("It was run again on other data than it names, so nothing can be said of its curves.",) and found == ()


def test_data_that_is_not_here_is_noted(kim, monkeypatch):
    def gone(*given):
        raise DataError("It is gone.")

    monkeypatch.setattr(rerun.datasets, "locate", gone)
    assert told(kim) == [(("It could not be run again: It is gone.",), ())]


def test_repeats_are_trained_as_often_and_only_the_refitted_model_is_compared(kim, monkeypatch):
    trained = []
    judged = rerun._jobs
    monkeypatch.setattr(rerun, "_jobs", lambda one, data: trained.extend(made := judged(one, data)) or made)
    wrong = dataclasses.replace(kim.facts.holdout_test, loss=9.0)
    assert told(changed(kim, trainings={"repeats": 2}, holdout_test=wrong))[0][1] == ()
    assert [(job.name, job.plan.seed, job.plan.validation, job.plan.max_epochs) for job in trained] == [
        ("kim seed 0", 0, 300, 20), ("kim seed 1", 1, 300, 20), ("kim refit", 0, 0, kim.facts.best_epoch),
    ]  # fmt: skip


def test_folds_are_trained_each(kim, monkeypatch):
    trained = []
    judged = rerun._jobs
    monkeypatch.setattr(rerun, "_jobs", lambda one, data: trained.extend(made := judged(one, data)) or made)
    told(changed(kim, trainings={"folds": 2}, refit_test=None))
    assert [(job.name, job.plan.fold) for job in trained] == [("kim fold 1", (1, 2)), ("kim fold 2", (2, 2))]


def test_count_of_nobody_trains_nobody(kim):
    assert run_again([kim], 0) == [kim]


def test_those_who_were_not_chosen_stay_as_they_are(kim):
    log = changed(kim, "log", plan=None)
    found = told(kim, dataclasses.replace(kim, name="lee"), log, count=1)
    assert sorted(notes for notes, _ in found) == [(), (), (AGREES,)] and found[2][0] == ()
    assert told(kim, log)[1][0] == ("It was not run again, for a log names no plan.",)


def test_each_data_set_is_loaded_once_and_said(kim, monkeypatch):
    loaded, said = [], []
    load = rerun.datasets.load
    monkeypatch.setattr(rerun.datasets, "load", lambda *given: loaded.append(given) or load(*given))
    class_ = [dataclasses.replace(kim, name=f"s{i}") for i in range(6)]
    assert [notes for notes, _ in told(*class_, say=said.append)] == [(AGREES,)] * 6
    assert len(loaded) == 1 and said == ["Training 6 submissions on digits again"]


PLAN = Plan("digits", "ab", None, "textbook", batch_size=32, max_epochs=3, validation=300)


@pytest.mark.parametrize(
    ("changes", "epochs", "trainings", "able"),
    [
        ({}, 3, {}, True),
        ({"batch_size": 1}, 347, {}, True),  # 498,639 steps
        ({"batch_size": 1}, 348, {}, False),  # 500,076
        ({"batch_size": 1}, 116, {"repeats": 3}, False),
        ({"batch_size": 1}, 115, {"repeats": 3}, True),
        ({"num_words": 200_000}, 3, {}, True),
        ({"num_words": 200_001}, 3, {}, False),
        ({"validation": 1}, 3, {}, True),
        ({"validation": 1436}, 3, {}, True),
        ({"validation": 1437}, 3, {}, False),
        ({"options": {"group": "x"}}, 3, {}, False),
        ({"fold": (1, 2)}, 3, {}, False),
        ({"updates": 3}, 3, {}, False),
        *[({"model": name}, 3, {}, True) for name in NETWORKS],
    ],
)
def test_only_what_can_be_trained_in_time_is_trained(monkeypatch, changes, epochs, trainings, able):
    seen = []
    monkeypatch.setattr(rerun, "_of_one_data_set", lambda located, plan, chosen, *_: seen.extend(chosen) or {})
    history = TrainingHistory.of({"loss": np.ones(epochs), "val_loss": np.ones(epochs)})
    facts = Facts(history, 3, None, (), "good_fit", plan=PLAN.replace(**changes), trainings=trainings)
    run_again([Graded("kim", Student(), (), (), facts=facts)], None)
    assert bool(seen) is able
