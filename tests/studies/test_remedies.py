import dataclasses

import numpy as np
import pytest

from fitscope.studies import remedies, repeats

ALL = ["smaller", "larger", "l2", "dropout", "l2_dropout", "lower_learning_rate"]


def test_remedies_of_the_textbook_network_change_one_thing_each(plan, data):
    found = remedies.plans(plan, data)
    assert {code: changed.differences(plan) for code, changed in found.items()} == {
        "smaller": {"units": 16},
        "larger": {"units": 256},
        "l2": {"l2": 0.001},
        "dropout": {"dropout": 0.5},
        "l2_dropout": {"l2": 0.001, "dropout": 0.5},
        "lower_learning_rate": {"learning_rate": 0.00033},
    }


@pytest.mark.parametrize(("task", "smaller"), [("binary", 4), ("multiclass", 16), ("multilabel", 16), ("regression", 16)])
def test_smaller_has_a_quarter_of_the_units(plan, make_data, task, smaller):
    assert remedies.plans(plan, make_data(task))["smaller"].hyperparameters["units"] == smaller


def test_fewer_words_are_a_tenth_where_there_are_enough(plan, data):
    imdb = plan.replace(dataset="imdb", num_words=10_000)
    assert remedies.plans(imdb, data)["fewer_words"].num_words == 1000
    assert "fewer_words" not in remedies.plans(imdb.replace(num_words=500), data)
    assert "fewer_words" not in remedies.plans(imdb.replace(dataset="own.py:words"), data)


@pytest.mark.parametrize(("model", "codes"), [("linear", ["lower_learning_rate"]), ("conv", ALL), ("small", ALL), ("large", ALL)])
def test_remedies_are_those_that_the_network_can_take(plan, data, model, codes):
    assert list(remedies.plans(plan.replace(model=model), data)) == codes


def test_own_network_is_only_trained_otherwise(plan, data):
    own = plan.replace(model="nets.py:build", optimizer=None)
    assert remedies.plans(own, data) == {}
    assert list(remedies.plans(own.replace(optimizer="sgd"), data)) == ["lower_learning_rate"]
    assert remedies.plans(own.replace(learning_rate=0.3), data)["lower_learning_rate"].learning_rate == 0.1


def test_remedy_that_changes_nothing_is_left_out(plan, data):
    assert "l2" not in remedies.plans(plan.replace(hyperparameters={"l2": 0.001}), data)
    assert "smaller" not in remedies.plans(plan.replace(hyperparameters={"units": 2}), data)


def test_results_come_with_those_that_help_most_first(plan, data, run_of):
    plan = plan.replace(max_epochs=8)
    changed = {code: [run_of(plan.replace(hyperparameters={"l2": number / 10}), low=low)]
               for number, (code, low) in enumerate([("l2", 0.45), ("dropout", 0.3), ("larger", 0.7)])}  # fmt: skip
    found = remedies.results(plan, data, [run_of(plan)], changed, 0)
    assert [remedy.name for remedy in found] == ["dropout", "l2", "larger"]
    assert [remedy.changes for remedy in found] == [{"l2": 0.1}, {"l2": 0.0}, {"l2": 0.2}]
    assert found[0].gain == pytest.approx(0.2, abs=0.02)
    assert (found[0].clear, found[2].gain < 0) == (True, True)
    assert (found[0].seeds, found[0].spread) == (1, None)


def test_results_of_several_seeds_say_how_far_seeds_are_apart(plan, data, run_of):
    seeds = [plan.replace(seed=seed, max_epochs=8) for seed in (0, 1, 2)]
    [found] = remedies.results(plan, data, [run_of(p) for p in seeds], {"l2": [run_of(p, low=0.4) for p in seeds]}, 0)
    assert (found.seeds, found.name) == (3, "l2")
    assert found.spread is not None


def test_results_of_folds_leave_the_fold_out_of_the_changes(plan, data, run_of):
    folds = list(repeats.plans(plan.replace(max_epochs=8), data, folds=4).values())
    changed = [run_of(p.replace(hyperparameters={"l2": 0.1}), low=0.3) for p in folds]
    [found] = remedies.results(plan.replace(max_epochs=8), data, [run_of(p) for p in folds], {"l2": changed}, 0)
    assert found.changes == {"l2": 0.1}
    assert found.clear


def test_fold_that_diverged_on_one_side_is_left_out_of_both(plan, data, run_of):
    plan = plan.replace(max_epochs=8)
    folds = list(repeats.plans(plan, data, folds=5).values())
    changed = {
        code: [
            run_of(p.replace(hyperparameters={"l2": value}), [0.6, np.nan] if p.fold[0] in lost else None, low=0.3) for p in folds
        ]
        for code, value, lost in (("l2", 0.1, (2,)), ("dropout", 0.2, ()), ("larger", 0.3, (1, 2, 3, 4, 5)))
    }
    found = {remedy.name: remedy for remedy in remedies.results(plan, data, [run_of(p) for p in folds], changed, 0)}
    assert {name: remedy.left_out for name, remedy in found.items()} == {"l2": (2,), "dropout": (), "larger": (1, 2, 3, 4, 5)}
    assert found["l2"].gain == pytest.approx(found["dropout"].gain, abs=1e-6)
    assert np.isnan(found["larger"].gain)


def test_fold_of_the_baseline_that_diverged_is_left_out_with_its_groups(plan, make_data, run_of):
    data = make_data(groups=np.arange(200) // 5)
    folds = list(repeats.plans(plan, data, folds=4).values())
    baseline = [run_of(p, [0.7, np.nan] if p.fold[0] == 3 else None) for p in folds]
    [found] = remedies.results(plan, data, baseline, {"l2": [run_of(p, low=0.4) for p in folds]}, 0)
    assert (found.left_out, round(found.gain, 4)) == ((3,), 0.1)


def test_remedies_go_by_the_corrected_gain_and_keep_the_observed_one(plan, data, run_of):
    changed = {"l2": [run_of(plan, low=0.4)]}
    [found] = remedies.results(plan, data, [run_of(plan)], changed, 0)
    assert found.shown == found.corrected == pytest.approx(sum(found.interval) / 2, abs=1e-6)
    assert dataclasses.replace(found, corrected=None).shown == found.gain


def test_remedy_of_which_a_seed_diverged_is_never_clear(plan, data, run_of):
    seeds = [plan.replace(seed=seed, max_epochs=8) for seed in (0, 1, 2, 3)]
    changed = {
        code: [run_of(p, [0.6, np.nan] if p.seed in lost else None, low=0.1) for p in seeds]
        for code, lost in (("l2", (1, 3)), ("dropout", ()))
    }
    found = {remedy.name: remedy for remedy in remedies.results(plan, data, [run_of(p) for p in seeds], changed, 0)}
    assert (found["l2"].diverged, found["l2"].clear) == (2, False)
    assert (found["dropout"].diverged, found["dropout"].clear) == (0, True)


def test_remedy_that_diverged_comes_last_and_is_not_clear(plan, data, run_of):
    changed = {"larger": [run_of(plan.replace(hyperparameters={"units": 9}), [np.nan])], "l2": [run_of(plan, low=0.9)]}
    found = remedies.results(plan, data, [run_of(plan)], changed, 0)
    assert [remedy.name for remedy in found] == ["l2", "larger"]
    assert not found[1].clear
