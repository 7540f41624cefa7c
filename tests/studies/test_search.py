"""keras-tuner's real oracles, with trainings faked."""

import dataclasses
import math

import numpy as np
import pytest

from fitscope.datasets.streams import Streams
from fitscope.errors import DataError, OwnCodeError, UsageError
from fitscope.studies import search
from fitscope.studies.search import ORACLES, Tuner

pytestmark = pytest.mark.filterwarnings("ignore")

OWN = """
def build(shape, hp):
    hp.Int("units", 8, 16, step=8), hp.Boolean("wide")

def plain(shape):
    pass

def silent(shape, hp):
    pass

def failing(shape, hp):
    raise ValueError("no such shape")
"""


@pytest.fixture
def own_plan(plan, tmp_path):
    (tmp_path / "nets.py").write_text(OWN)
    return lambda function: plan.replace(model=f"{tmp_path}/nets.py:{function}", optimizer=None)


def low_of(plan):
    """Return how low a plan's validation loss gets: the more units the lower."""
    return 0.6 - 0.05 * math.log2(plan.hyperparameters["units"]) + 0.1 * plan.hyperparameters["dropout"]


@pytest.fixture
def tuner(plan, data, run_of, fake_place, crew_of):
    """Search with a fake training."""

    def tuner(kind, trials, workers=1, answer=None, plan=plan):
        jobs = []
        place = fake_place(answer or (lambda job: run_of(job.plan, low=low_of(job.plan), state=job.keep_state)), workers)
        return search.search(crew_of(place), kind, trials, plan, data, jobs.append), jobs

    return tuner


def test_space_of_the_textbook_network_has_its_setting_as_default(plan, data):
    found = search.space(plan, data)
    defaults = {hp.name: hp.default for hp in found.space}
    assert defaults == {"units": 64, "layers": 2, "dropout": 0.0, "l2": 0.0, "learning_rate": 1e-3, "batch_size": 32}


def test_space_of_streams_leaves_their_batches_as_they_come(plan, data):
    streams = dataclasses.replace(data, x_train=Streams(None, None, None, 160, 40))
    assert "batch_size" not in {hp.name for hp in search.space(plan, streams).space}


def test_space_of_an_own_network_is_what_it_declares(own_plan, data):
    assert [hp.name for hp in search.space(own_plan("build"), data).space] == ["units", "wide"]


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("plain", r"nets.py:plain takes no hyperparameters.*build\(shape, hp\)"),
        ("silent", "nets.py:silent declares no hyperparameter"),
        ("missing", "nets.py has no function 'missing'; it has build"),
    ],
)
def test_own_network_without_a_space_is_refused(own_plan, data, function, says):
    with pytest.raises(UsageError, match=says):
        search.space(own_plan(function), data)


def test_own_network_that_raises_while_it_declares_is_its_own_error(own_plan, data):
    from fitscope.errors import OwnCodeError

    with pytest.raises(OwnCodeError, match="raised ValueError: no such shape") as caught:
        search.space(own_plan("failing"), data)
    assert "line 12, in failing" in caught.value.trace


def test_plan_of_a_trial_gives_each_value_its_place(plan):
    values = {"units": 8, "dropout": 0.1, "learning_rate": 0.01, "batch_size": 16, "tuner/epochs": 2, "tuner/trial_id": "003"}
    found = search.plan_of(plan.replace(hyperparameters={"l2": 0.1}), values)
    assert dict(found.hyperparameters) == {"l2": 0.1, "units": 8, "dropout": 0.1}
    assert (found.learning_rate, found.batch_size, found.max_epochs) == (0.01, 16, 2)


def test_plan_of_an_own_network_leaves_all_values_to_its_function(own_plan):
    found = search.plan_of(own_plan("build"), {"units": 8, "learning_rate": 0.01})
    assert (dict(found.hyperparameters), found.learning_rate, found.max_epochs) == ({"units": 8, "learning_rate": 0.01}, None, 4)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("kind", ORACLES)
def test_search_makes_as_many_trials_as_asked(tuner, kind, workers):
    found, jobs = tuner(kind, 8, workers)
    assert sorted(found.runs) == sorted(job.name for job in jobs) == [f"trial {number}" for number in range(1, 9)]


@pytest.mark.parametrize("kind", ORACLES)
def test_equal_searches_make_equal_trials(tuner, kind, plan):
    first, again, other = (tuner(kind, 6, plan=plan.replace(seed=seed))[1] for seed in (3, 3, 4))
    assert [job.plan for job in first] == [job.plan for job in again]
    assert [job.plan.hyperparameters for job in first] != [job.plan.hyperparameters for job in other]


def test_bayesian_search_goes_where_the_losses_are_low(tuner):
    found, jobs = tuner("bayesian", 22)
    lows = [run.history.val_loss.min() for run in found.runs.values()]
    assert np.mean(lows[18:]) < np.mean(lows[:18])


def test_hyperband_goes_on_with_the_best_trial_from_its_state(tuner, plan):
    found, jobs = tuner("hyperband", 18, plan=plan.replace(max_epochs=9))
    names = {job.name: job for job in jobs}
    going_on = {name: before for name, before in found.continued.items() if before}
    assert going_on
    for name, before in going_on.items():
        job, begun = names[name], found.runs[before]
        assert job.begun is begun
        assert begun.state
        assert job.plan == begun.plan.replace(max_epochs=job.plan.max_epochs)
        assert job.plan.max_epochs > begun.plan.max_epochs
    early = {name: low_of(names[name].plan) for name in names if names[name].plan.max_epochs == 1}
    assert min(early, key=early.get) in going_on.values()


def test_hyperband_with_many_workers_waits_where_the_next_round_needs_results(tuner, plan):
    found, jobs = tuner("hyperband", 25, workers=12, plan=plan.replace(max_epochs=9))
    assert len(found.runs) == 25
    assert all(found.runs[before].state for before in found.continued.values() if before)


@pytest.mark.parametrize("kind", ["random", "hyperband"])
def test_search_ends_where_the_space_is_exhausted(own_plan, data, fake_place, crew_of, kind):
    found = search.search(crew_of(fake_place(workers=2)), kind, 50, own_plan("build"), data, lambda job: None)
    settings = {tuple(sorted(run.plan.hyperparameters.items())) for run in found.runs.values()}
    assert 2 <= len(settings) <= 4
    assert len(found.runs) < 50


@pytest.mark.parametrize("kind", ORACLES)
def test_trial_that_diverges_loses(tuner, kind, run_of):
    def answer(job):
        lows = [math.nan] if job.name in ("trial 2", "trial 3", "trial 4") else [0.7, math.nan] if job.name == "trial 5" else None
        return run_of(job.plan, lows, state=job.keep_state)

    found, _ = tuner(kind, 7, answer=answer)
    assert len(found.runs) == 7
    said = search.results(found)
    assert said.trials[1].verdict == "diverged"
    assert (said.trials[1].best_epoch, said.trials[1].best_val_loss) == (None, None)
    assert said.best.trial not in ("trial 2", "trial 3", "trial 4", "trial 5")


def test_search_whose_trials_all_diverge_has_no_winner(tuner, run_of):
    found, _ = tuner("random", 4, answer=lambda job: run_of(job.plan, [math.nan]))
    assert search.winner(found) is None
    assert search.results(found).best is None


def test_trial_that_was_stopped_does_not_count(tuner, run_of):
    found, _ = tuner("random", 4, answer=lambda job: run_of(job.plan, stopped=job.name == "trial 3"))
    assert list(found.runs) == ["trial 1", "trial 2"]


def test_winner_is_the_first_of_the_lowest(plan, data, run_of):
    runs = {"trial 1": run_of(plan, low=0.5), "trial 2": run_of(plan, low=0.4), "trial 3": run_of(plan, low=0.4)}
    assert search.winner(Tuner("random", plan, data, None, runs)) == "trial 2"


def test_order_in_which_trials_end_changes_nothing(plan, data, run_of):
    plans = [plan.replace(max_epochs=8, hyperparameters={"units": 8 + i}) for i in range(12)]
    runs = {f"trial {i}": run_of(p.replace(seed=i), low=0.4 if i in (3, 10) else 0.5) for i, p in enumerate(plans, 1)}
    runs["trial 10"] = dataclasses.replace(runs["trial 3"], plan=runs["trial 10"].plan)
    backward = dict(reversed(runs.items()))
    tuners = [Tuner("random", plan, data, None, found, dict.fromkeys(found)) for found in (runs, backward)]
    assert search.winner(tuners[0]) == search.winner(tuners[1]) == "trial 3"
    assert search.results(tuners[0]) == search.results(tuners[1])


def test_results_name_hyperparameters_and_correct_the_winners_loss(tuner, plan):
    found, jobs = tuner("hyperband", 12, plan=plan.replace(max_epochs=9))
    said = search.results(found)
    assert [trial.trial for trial in said.trials] == [f"trial {number}" for number in range(1, 13)]
    assert all("max_epochs" not in trial.hyperparameters for trial in said.trials)
    assert {trial.trial: trial.continues for trial in said.trials} == found.continued
    best = next(trial for trial in said.trials if trial.trial == said.best.trial)
    assert said.best.hyperparameters == best.hyperparameters
    assert said.best.observed == pytest.approx(best.best_val_loss, abs=1e-6)
    assert said.best.corrected >= said.best.observed
    assert said.best.interval[0] < said.best.corrected < said.best.interval[1]


def test_refit_of_the_winner_is_on_all_data_for_its_best_epoch(tuner):
    found, _ = tuner("random", 5)
    best = search.results(found).best
    refit = search.refit_plan(found, best)
    assert (refit.validation, refit.max_epochs) == (0, best.best_epoch)
    assert refit.hyperparameters == found.runs[best.trial].plan.hyperparameters


def found_by(tuner):
    return [(trial.trial, trial.hyperparameters, trial.history, trial.continues) for trial in search.results(tuner).trials]


@pytest.mark.parametrize("at", [1, 2, 5, 7])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", ["random", "bayesian", "hyperband"])
def test_search_that_was_killed_goes_on_as_if_it_had_never_been(
    plan, data, tmp_path, fake_place, crew_of, run_of, kind, workers, at
):
    """Kill it when it begins its trial `at`; then the same trials come of it, and none that was finished is trained again."""
    plan, done = plan.replace(max_epochs=9), []

    def answer(job):
        done.append(job.plan.key())
        return run_of(job.plan, low=low_of(job.plan), state=job.keep_state)

    def tuner(folder, stop_at=None):
        begun = []

        def tell(job):
            begun.append(job)
            if len(begun) == stop_at:
                raise KeyboardInterrupt

        return search.search(crew_of(fake_place(answer, workers), folder), kind, 8, plan, data, tell)

    whole = found_by(tuner(tmp_path / "whole"))
    done.clear()
    with pytest.raises(KeyboardInterrupt):
        tuner(tmp_path / "kept", at)
    assert found_by(tuner(tmp_path / "kept")) == whole
    assert len(done) <= len(whole) + workers - 1  # but for one that ended without being heard of


def test_journal_whose_trainings_are_lost_is_kept_as_far_as_they_are_there(plan, data, tmp_path, fake_place, crew_of):
    made = [search.search(crew_of(fake_place(), tmp_path), "random", 5, plan, data, lambda job: None)]
    third = made[0].runs["trial 3"].plan
    (tmp_path / f"{third.key()}.npz").unlink()
    place = fake_place()
    made.append(search.search(crew_of(place, tmp_path), "random", 5, plan, data, lambda job: None))
    assert found_by(made[0]) == found_by(made[1])
    assert place.done == ["trial 3"]


@pytest.mark.parametrize("kind", ["random", "bayesian", "hyperband"])
def test_trial_that_fails_is_told_and_the_search_goes_on(tuner, run_of, kind):
    def answer(job):
        if job.name == "trial 2":
            raise DataError("There was not enough memory.")
        return run_of(job.plan, low=low_of(job.plan), state=job.keep_state)

    found, _ = tuner(kind, 8, answer=answer)
    result = search.results(found)
    assert [(trial.trial, trial.error) for trial in result.failed] == [("trial 2", "There was not enough memory.")]
    assert "units" in result.failed[0].hyperparameters
    assert "trial 2" not in [trial.trial for trial in result.trials]
    assert len(result.trials) == 7
    assert result.best.trial != "trial 2"


def test_search_whose_first_trials_all_fail_is_given_up_with_their_error(tuner):
    def answer(job):
        raise OwnCodeError(f"{job.name} raised.")

    with pytest.raises(OwnCodeError, match="trial 3 raised"):
        tuner("random", 8, answer=answer)


def test_failed_trial_is_not_tried_again_when_the_search_goes_on(plan, data, tmp_path, fake_place, crew_of, run_of):
    def answer(job):
        if job.name == "trial 2":
            raise DataError("There was not enough memory.")
        return run_of(job.plan)

    first = search.search(crew_of(fake_place(answer), tmp_path), "bayesian", 6, plan, data, lambda job: None)
    place = fake_place(answer)
    again = search.search(crew_of(place, tmp_path), "bayesian", 6, plan, data, lambda job: None)
    assert place.done == []
    assert search.results(again).failed == search.results(first).failed
    assert found_by(again) == found_by(first)
