import math

import pytest

from fitscope.errors import UsageError
from fitscope.result import Scaling
from fitscope.studies import sizes


def test_plans_are_five_sizes_with_two_seeds_each(plan, make_data):
    found = sizes.plans(plan.replace(seed=3), make_data(samples=1040), 1)
    assert [p.samples for p in found.values()] == [62, 62, 125, 125, 250, 250, 500, 500, None, None]
    assert [p.seed for p in found.values()] == [3, 4] * 5
    assert list(found)[:2] == ["62 samples, seed 3", "62 samples, seed 4"]


def test_plans_have_as_many_seeds_as_repeats(plan, make_data):
    assert len(sizes.plans(plan, make_data(samples=1040), 3)) == 15


def test_whole_size_is_the_plan_itself(plan, make_data):
    assert sizes.plans(plan, make_data(samples=1040), 1)["1,000 samples, seed 0"] == plan


@pytest.mark.parametrize(("samples", "batch"), [(1040, 32), (5040, 128), (20_040, 512), (9022, 512)])
def test_plans_make_about_as_many_updates_each(plan, make_data, samples, batch):
    data = make_data(samples=samples)
    for part in sizes.plans(plan.replace(batch_size=batch), data, 1).values():
        updates = part.max_epochs * math.ceil(len(data.kept(part)) / part.batch_size)
        whole = plan.max_epochs * math.ceil((samples - 40) / batch)
        assert 0.6 <= updates / whole <= 1.4
        assert min(32, batch) <= part.batch_size <= batch


def test_smaller_parts_are_held_out_against_the_same_samples(plan, make_data):
    data = make_data(samples=1040)
    held = {tuple(data.held_out(p)) for p in sizes.plans(plan, data, 1).values()}
    assert len(held) == 1


def test_too_few_samples_are_refused(plan, make_data):
    with pytest.raises(UsageError, match="--sizes needs 160 training samples at least, and toy has 159"):
        sizes.plans(plan, make_data(samples=199), 1)
    assert sizes.plans(plan, make_data(samples=200), 1)


def test_results_fit_the_curve_that_the_losses_follow(plan, make_data, run_of):
    data = make_data(samples=1040)
    runs = [run_of(p, [0.9, 0.2 + 2 * (p.samples or 1000) ** -0.5, 0.9]) for p in sizes.plans(plan, data, 1).values()]
    trainings, scaling = sizes.results(plan, data, runs)
    assert [t.changes["samples"] for t in trainings] == [62, 62, 125, 125, 250, 250, 500, 500, 1000, 1000]
    assert scaling.reason is None
    assert (scaling.twice, scaling.c) == (2000, pytest.approx(0.5, abs=0.05))
    assert scaling.loss_at_twice == pytest.approx(0.2 + 2 * 2000**-0.5, abs=0.01)


def test_results_that_follow_no_curve_say_why(plan, make_data, run_of):
    data = make_data(samples=1040)
    runs = [run_of(p, [0.5, 0.4, 0.5]) for p in list(sizes.plans(plan, data, 1).values())[:3]]
    trainings, scaling = sizes.results(plan, data, runs)
    assert len(trainings) == 3
    assert scaling == Scaling(reason=scaling.reason)
    assert scaling.reason


def test_diverged_size_is_no_number(plan, make_data, run_of):
    data = make_data(samples=1040)
    runs = [run_of(p, [math.nan] if p.seed else [0.9, 0.4]) for p in sizes.plans(plan, data, 1).values()]
    trainings, _ = sizes.results(plan, data, runs)
    assert [t.best_val_loss is None for t in trainings] == [False, True] * 5
