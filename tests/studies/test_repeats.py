import dataclasses

import numpy as np
import pytest

from fitscope.diagnosis import judge
from fitscope.errors import UsageError
from fitscope.history import TrainingHistory
from fitscope.result import Score, Training
from fitscope.studies import repeats
from fitscope.training import Run


def test_one_training_is_the_plan_itself(plan, data):
    assert repeats.plans(plan, data) == {"": plan}


def test_repeats_are_the_plans_seed_and_those_after_it(plan, data):
    found = repeats.plans(plan.replace(seed=4), data, repeats=3)
    assert {name: p.seed for name, p in found.items()} == {"seed 4": 4, "seed 5": 5, "seed 6": 6}


def test_largest_seed_is_followed_by_0(plan, data):
    found = repeats.plans(plan.replace(seed=2**32 - 1), data, repeats=2)
    assert {name: p.seed for name, p in found.items()} == {"seed 4294967295": 2**32 - 1, "seed 0": 0}


def test_folds_hold_out_every_sample_once(plan, make_data):
    data = make_data(samples=203)
    found = repeats.plans(plan, data, folds=5)
    assert list(found) == [f"fold {number}" for number in range(1, 6)]
    held = [data.held_out(p) for p in found.values()]
    assert sorted(np.concatenate(held).tolist()) == list(range(203))
    assert [p.validation for p in found.values()] == [len(part) for part in held]


def test_folds_of_rows_in_time_are_refused(plan, make_data):
    with pytest.raises(UsageError, match="older than the training rows"):
        repeats.plans(plan, make_data(ordered=True), folds=3)


def test_more_folds_than_groups_are_refused_with_how_many_there_may_be(plan, make_data):
    data = make_data(groups=np.arange(200) % 3)
    with pytest.raises(UsageError, match="--folds 5 is not possible with 3 groups; give a number from 2 to 3"):
        repeats.plans(plan, data, folds=5)


def test_repeats_of_folds_are_refused(plan, data):
    with pytest.raises(UsageError, match="--repeats and --folds"):
        repeats.plans(plan, data, repeats=2, folds=3)


def test_more_folds_than_samples_are_refused(plan, data):
    with pytest.raises(UsageError, match="--folds 101 is not possible with 200"):
        repeats.plans(plan, data, folds=101)


def test_several_seeds_together_are_their_mean_curve(plan, data, run_of):
    runs = [run_of(plan.replace(seed=seed), low=low) for seed, low in ((1, 0.4), (2, 0.6))]
    found = repeats.together(runs, data)
    assert found.seeds == len(found.each) == 2
    assert found.history.val_loss == pytest.approx((runs[0].history.val_loss + runs[1].history.val_loss) / 2)
    assert found.losses == pytest.approx((runs[0].validation_losses + runs[1].validation_losses) / 2)


def test_folds_together_are_all_samples_side_by_side(plan, make_data, run_of):
    data = make_data(samples=203)
    runs = [run_of(p, low=0.3 + p.fold[0] / 10) for p in repeats.plans(plan, data, folds=3).values()]
    found = repeats.together(runs, data)
    assert found.losses.shape == (4, 203)
    assert found.seeds == len(found.each) == 1
    assert found.history.val_loss == pytest.approx(found.losses.mean(axis=1))


def test_seed_that_diverged_is_left_out_where_others_did_not(plan, data, run_of):
    runs = [run_of(plan), run_of(plan.replace(seed=1), [0.5, np.nan])]
    assert repeats.together(runs, data).seeds == 1
    assert len(repeats.together(runs, data).history) == 4
    assert len(repeats.together(runs[1:], data).history) == 2


def test_trainings_of_unequal_length_share_the_epochs_that_all_have(plan, data, run_of):
    runs = [run_of(plan), run_of(plan.replace(seed=1), [0.5, 0.4])]
    found = repeats.together(runs, data)
    assert (len(found.history), found.losses.shape[0]) == (2, 2)


def test_one_training_is_judged_by_its_samples_and_several_by_their_seeds(plan, data, run_of):
    plan = plan.replace(max_epochs=20)
    runs = [run_of(plan.replace(seed=seed)) for seed in range(3)]
    one, three = (repeats.diagnose(repeats.together(part, data), data, plan, 0.34) for part in (runs[:1], runs))
    assert (one.uncertainty.basis, one.uncertainty.samples) == ("samples", 40)
    assert three.uncertainty.basis == "repeats"
    assert one.best_epoch == three.best_epoch == 10


def test_noise_of_the_samples_adds_to_that_between_seeds(plan, data):
    rng, plan = np.random.default_rng(0), plan.replace(max_epochs=20)
    shared, bowl = rng.normal(0, 1, (20, 40)), 0.5 + 0.01 * np.abs(np.arange(1, 21) - 10)[:, None]
    runs = []
    for seed in range(4):  # all seeds agree, for they share their samples: these alone decide
        losses = (bowl + shared + rng.normal(0, 0.001, (20, 40))).astype(np.float32)
        metrics = {"loss": np.linspace(1, 0.1, 20), "val_loss": losses.mean(axis=1, dtype=np.float64)}
        runs.append(Run(plan.replace(seed=seed), TrainingHistory.of(metrics), losses, [], 7, False, 0.2, "dense"))
    together = repeats.together(runs, data)
    sure = repeats.diagnose(together, data, plan, 0.34).uncertainty
    difference = together.losses - together.losses[together.history.val_loss.argmin()]
    assert np.array(sure.paired_se) == pytest.approx(difference.std(axis=1, ddof=1) / 40**0.5, rel=0.01)
    assert (sure.basis, sure.samples) == ("repeats", 40)
    assert max(sure.chance) < 0.6
    covariance = np.zeros((20, 20))
    covariance[np.tril_indices(20)] = sure.covariance
    best = int(together.history.val_loss.argmin())
    whole = covariance + np.tril(covariance, -1).T
    again = np.sqrt(np.maximum(0, whole.diagonal() + whole[best, best] - 2 * whole[best]))
    assert again == pytest.approx(np.array(sure.paired_se), abs=1e-6)


def test_groups_take_the_samples_place(plan, make_data, run_of):
    data = make_data(groups=np.arange(200) // 10)
    held = len(data.held_out(plan))
    run = run_of(plan.replace(max_epochs=20), samples=held)
    found = repeats.diagnose(repeats.together([run], data), data, plan, 0.34)
    assert found.uncertainty.groups == len(np.unique(data.groups[data.held_out(plan)]))
    assert found.uncertainty.samples == held


def test_entry_of_a_run_says_what_its_diagnosis_says_where_samples_form_groups(plan, make_data):
    data, plan = make_data(groups=np.arange(200) // 5), plan.replace(max_epochs=20)
    groups, rises = data.groups[data.held_out(plan)], np.maximum(0, np.arange(1, 21) - 8)
    own = np.random.default_rng(0).normal(0, 1, 200)[groups] * 2  # a few groups alone rise
    losses = (0.5 + 0.03 * np.maximum(0, 8 - np.arange(1, 21))[:, None] + rises[:, None] * 0.01 * (1 + own)).astype(np.float32)
    metrics = {"loss": np.linspace(1, 0.1, 20), "val_loss": losses.mean(axis=1, dtype=np.float64)}
    run = Run(plan, TrainingHistory.of(metrics), losses, [], 7, False, 0.2, "dense")
    wanted = repeats.diagnose(repeats.together([run], data), data, plan, data.majority(plan))
    assert repeats.entry(run, plan, data).verdict == wanted.verdict != judge(run.history, losses, majority=0.34, classes=3).verdict


def test_majority_of_folds_is_over_all_held_out_samples(plan, make_data, run_of):
    data = make_data("binary", samples=30)
    data = dataclasses.replace(data, y_train=np.array([0] * 20 + [1] * 10), groups=np.arange(30) // 10)
    runs = [run_of(p) for p in repeats.plans(plan, data, folds=3).values()]
    assert {data.majority(run.plan) for run in runs} == {1.0}
    assert repeats.majority_of(runs, data) == pytest.approx(2 / 3)
    assert repeats.majority_of(runs[:1], make_data("regression")) is None


def test_losses_over_groups_keep_the_mean_and_weigh_groups_by_size():
    losses, groups = np.array([[1.0, 3.0, 8.0], [0.0, 0.0, 3.0]]), np.array([4, 4, 9])
    found = repeats.over_groups(losses, groups)
    assert found.shape == (2, 2)
    assert found.mean(axis=1) == pytest.approx(losses.mean(axis=1))
    assert found[0] == pytest.approx([4 * 2 / 3, 8 * 2 / 3])


def test_entry_says_what_a_training_has_otherwise(plan, data, run_of):
    found = repeats.entry(run_of(plan.replace(seed=2, hyperparameters={"units": 8})), plan, data)
    assert found.changes == {"seed": 2, "units": 8}
    assert (found.best_epoch, round(found.best_val_loss, 4), found.test) == (2, 0.5, None)


def training(best_epoch, loss, test=None):
    return Training({}, None, best_epoch, loss, "good_fit", 1.0, test)


def test_summary_gives_mean_and_deviation_of_those_that_have_a_best_epoch():
    score = Score(loss=0.5, loss_interval=(0.4, 0.6), samples=10, accuracy=0.8, accuracy_interval=(0.7, 0.9))
    found = repeats.summary([training(3, 0.2, score), training(5, 0.4, score), training(None, None)])
    assert (found.best_epoch.mean, found.best_epoch.lowest, found.best_epoch.highest) == (4, 3, 5)
    assert found.best_val_loss.sd == pytest.approx(0.02**0.5)
    assert (found.accuracy.mean, found.accuracy.sd, found.mae) == (0.8, 0.0, None)


@pytest.mark.parametrize("trainings", [[], [training(3, 0.2)], [training(3, 0.2), training(None, None)]])
def test_summary_of_fewer_than_two_is_none(trainings):
    assert repeats.summary(trainings) is None


def test_summary_without_tests_knows_no_test_result():
    found = repeats.summary([training(3, 0.2), training(5, 0.4)])
    assert (found.test_loss, found.accuracy, found.mae) == (None, None, None)
