"""Submissions trained again."""

import dataclasses

import pytest

from fitscope import analyze
from fitscope.grading.records import Facts, Flag, Graded, Student
from fitscope.grading.rerun import run_again
from fitscope.history import TrainingHistory
from fitscope.plan import Plan

HISTORY = TrainingHistory.of({"loss": [1.0, 0.5, 0.4], "val_loss": [1.0, 0.6, 0.5]})
PLAN = Plan("digits", "ab", None, "textbook", batch_size=32, max_epochs=3, validation=300)


def graded(name, plan=PLAN, flags=(), **changes):
    facts = Facts(HISTORY, 3, (3, 3), (3,), "underfitting", plan=plan, **changes)
    return Graded(name, Student(name=name), (), (), flags, facts=facts)


@pytest.fixture(scope="module")
def honest():
    """A real report of digits, as it is handed in."""
    result = analyze("digits", max_epochs=3, seed=5)
    facts = Facts(result.history, result.diagnosis.best_epoch, None, (), "underfitting", plan=result.plan,
                  holdout_test=result.holdout.test, refit_test=result.refit.test)  # fmt: skip
    return Graded("kim", Student(name="kim"), (), (), facts=facts)


def changed(one, **changes):
    return dataclasses.replace(one, facts=dataclasses.replace(one.facts, **changes))


def test_honest_report_agrees_and_a_raised_test_result_does_not(honest):
    test = honest.facts.refit_test
    raised = dataclasses.replace(changed(honest, refit_test=dataclasses.replace(test, accuracy=test.accuracy - 0.02)), name="lee")
    curves = honest.facts.history.replaced("val_loss", honest.facts.history.val_loss * 1.01)
    scaled = dataclasses.replace(changed(honest, history=curves), name="park")
    first, second, third = run_again([honest, raised, scaled], None)
    assert first.flags == () and "agree" in first.notes[0]
    assert [flag.code for flag in second.flags] == ["rerun_differs"] and "test accuracy" in second.flags[0].message
    assert [flag.code for flag in third.flags] == ["rerun_differs"] and "val_loss of epoch 1" in third.flags[0].message


def test_training_whose_loss_is_never_finite_again_differs_and_harms_nobody(honest):
    wild = dataclasses.replace(changed(honest, plan=honest.facts.plan.replace(optimizer="sgd", learning_rate=1e30)), name="lee")
    first, second = run_again([honest, wild], None)
    assert first.flags == () and "agree" in first.notes[0]
    assert [flag.code for flag in second.flags] == ["rerun_differs"]


def test_other_data_of_the_same_name_says_nothing(honest):
    other = changed(honest, plan=honest.facts.plan.replace(data_sha256="0" * 64))
    (found,) = run_again([other], 1)
    assert found.flags == () and "other data" in found.notes[0]


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (None, "a log names no plan"),
        (PLAN.replace(dataset="mine.csv"), "own data sets"),
        (PLAN.replace(dataset="mine.py:data"), "own data sets"),
        (PLAN.replace(model="mine.py:build"), "own"),
        (PLAN.replace(hyperparameters={"units": 10**9}), "own"),
        (PLAN.replace(dataset="imdb", batch_size=1, num_words=10_000), "too long"),
        (PLAN.replace(validation=0), "not possible"),
        (PLAN.replace(num_words=10**9), "too long"),
    ],
)
def test_what_is_not_fitscopes_own_is_not_run(plan, reason):
    history = TrainingHistory.of({"loss": [1.0] * 200, "val_loss": [1.0] * 200})
    (found,) = run_again([changed(graded("kim", plan), history=history)], None)
    assert reason in found.notes[0] and found.flags == ()


def test_flagged_ones_are_chosen_first(monkeypatch):
    class_ = [graded(f"s{i}", flags=(Flag("same_curves", "ask"),) if i in (3, 7) else (Flag("late", "late"),)) for i in range(9)]
    seen = []
    monkeypatch.setattr("fitscope.grading.rerun._of_one_data_set", lambda located, plan, chosen, *_: seen.extend(chosen) or {})
    run_again(class_, 2)
    assert {one.name for one in seen} == {"s3", "s7"}


def test_class_without_facts_is_left_as_it_is():
    broken = Graded("kim", Student(), (), (), error="no report")
    assert run_again([broken], None) == [broken]
