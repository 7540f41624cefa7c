"""The ritual with studies, training faked: what is sequenced, what is chosen, what is left where it was stopped."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from fitscope.analysis import Step, analyze
from fitscope.analysis.conclusion import files
from fitscope.errors import UsageError
from fitscope.result import Result
from fitscope.studies.work import Told

WISHES = {
    "repeats": {"repeats": 3},
    "folds": {"folds": 4},
    "remedies": {"remedies": True},
    "remedies of repeats": {"remedies": True, "repeats": 2},
    "sizes": {"sizes": True},
    "search": {"search": "random", "trials": 4},
    "all": {"repeats": 2, "remedies": True, "sizes": True, "search": "hyperband", "trials": 5},
}


@pytest.fixture(autouse=True)
def faked(fake_training):
    """Digits' 300 validation samples, for folds of other sizes the plan's own number."""
    return fake_training("overfitting", samples=300)


@pytest.fixture
def fold_samples(faked, monkeypatch):
    """Let each run have as many losses as its plan holds out."""
    plain = faked.train

    def train(plan, *args, **kwargs):
        faked.samples = plan.validation
        return plain(plan, *args, **kwargs)

    monkeypatch.setattr(faked, "train", train)


@pytest.mark.parametrize("wishes", WISHES.values(), ids=WISHES)
def test_result_with_studies_goes_to_json_and_back(faked, fold_samples, wishes):
    result = analyze("digits", max_epochs=9, **wishes)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result
    assert result.test_reads == faked.tested == 1
    assert not result.partial


@pytest.mark.parametrize("workers", [0, -3])
def test_fewer_than_one_worker_is_refused(faked, tmp_path, workers):
    with pytest.raises(UsageError, match=f"--workers {workers} is not possible"):
        analyze("digits", workers=workers, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_repeats_take_the_mean_curves_minimum(faked, monkeypatch):
    plain = faked.train
    lows = {0: 3, 1: 9, 2: 9}

    def train(plan, *args, **kwargs):
        epochs = np.arange(1, plan.max_epochs + 1)
        val_loss = 0.3 + 0.02 * np.abs(epochs - lows[plan.seed])
        faked.shape = {"loss": np.linspace(1, 0.1, len(epochs)).tolist(), "val_loss": val_loss.tolist()}
        return plain(plan, *args, **kwargs)

    monkeypatch.setattr(faked, "train", train)
    result = analyze("digits", max_epochs=12, repeats=3)
    assert result.diagnosis.best_epoch == result.refit.epochs == faked.plans[-1].max_epochs == 9
    assert [entry.best_epoch for entry in result.studies.repeats] == [3, 9, 9]
    assert result.holdout.epochs == 3
    assert result.studies.repeated.best_epoch.mean == 7
    assert result.history.val_loss == pytest.approx(np.mean([e.history.val_loss for e in result.studies.repeats], axis=0))
    assert all(entry.test is not None for entry in result.studies.repeats)


def test_folds_give_mean_curves_and_are_refitted_on_all_data(faked, fold_samples):
    result = analyze("digits", max_epochs=12, folds=4)
    assert [plan.fold for plan in faked.plans] == [(1, 4), (2, 4), (3, 4), (4, 4), None]
    assert len(result.studies.folds) == 4
    assert (result.studies.repeats, result.studies.repeated) == ((), None)
    weights = [plan.validation for plan in faked.plans[:4]]
    curves = [entry.history.val_loss for entry in result.studies.folds]
    assert result.history.val_loss == pytest.approx(np.average(curves, axis=0, weights=weights), rel=1e-5)
    assert (faked.plans[-1].validation, faked.plans[-1].max_epochs) == (0, result.diagnosis.best_epoch)


def test_remedies_are_compared_with_the_plan(faked):
    result = analyze("digits", max_epochs=9, remedies=True)
    assert len(faked.plans) == 1 + 6 + 1
    assert {remedy.name for remedy in result.studies.remedies} == {
        "smaller", "larger", "l2", "dropout", "l2_dropout", "lower_learning_rate"}  # fmt: skip
    assert not any(remedy.clear for remedy in result.studies.remedies)


def test_sizes_train_the_whole_size_once(faked):
    result = analyze("digits", max_epochs=9, sizes=True)
    assert len({plan.key() for plan in faked.plans}) == len(faked.plans) == 10 + 1
    assert faked.plans[0].samples is None
    assert len(result.studies.sizes) == 10


def test_jobs_that_are_told_are_those_that_are_trained(faked):
    told = []
    analyze("digits", max_epochs=9, sizes=True, remedies=True, tell=told.append)
    [expected] = [event.jobs for event in told if isinstance(event, Step) and event.name == "train"]
    heard = {event.name for event in told if isinstance(event, Told)} - {""}
    assert heard == set(expected)


def test_search_refits_and_tests_its_winner_beside_the_plan(faked):
    result = analyze("digits", max_epochs=9, search="random", trials=3)
    refit, winner = faked.plans[-2:]
    assert (refit.validation, winner.validation) == (0, 0)
    assert winner.max_epochs == result.search.best.best_epoch
    assert result.search.best.test is not None
    assert result.search.best.gain is not None
    assert len(result.search.trials) == 3


def test_search_of_an_own_network_without_a_space_is_refused_before_training(faked, tmp_path):
    (tmp_path / "nets.py").write_text("def build(shape):\n    pass\n")
    with pytest.raises(UsageError, match="takes no hyperparameters"):
        analyze("digits", max_epochs=3, model=f"{tmp_path}/nets.py:build", search="random", trials=2)
    assert faked.plans == []


def test_seed_that_diverged_at_once_is_not_tested(faked, monkeypatch, tmp_path):
    plain = faked.train

    def train(plan, *args, **kwargs):
        faked.shape = {"loss": [np.nan], "val_loss": [np.nan]} if plan.seed == 0 and plan.validation else "overfitting"
        run = plain(plan, *args, **kwargs)
        return run if np.isfinite(run.history.loss).all() else type(run)(**{**vars(run), "weights": []})

    monkeypatch.setattr(faked, "train", train)
    monkeypatch.setattr(faked, "test_once", lambda runs, data: [
        None if not run.weights else (np.full(100, 0.5), np.ones(100)) for run in runs])  # fmt: skip
    result = analyze("digits", max_epochs=9, repeats=3, output=tmp_path / "run")
    assert [entry.test is None for entry in result.studies.repeats] == [True, False, False]
    assert result.holdout is not None
    assert result.refit is not None
    assert result.refit.gain is not None
    assert (tmp_path / "run" / "model.keras").is_file()


def test_kept_model_comes_with_its_own_preparation(plan, run_of):
    data = SimpleNamespace(preparation=lambda plan: {"fold": plan.fold})
    main = [run_of(plan.replace(fold=(number, 3))) for number in (1, 2, 3)]
    found, finished = SimpleNamespace(main=main, refits=()), SimpleNamespace(keras={1: b"second fold's model"})
    written = files(found, finished, data)
    assert (written["model.keras"], json.loads(written["preparation.json"])) == (b"second fold's model", {"fold": [2, 3]})


def stop_after(faked, trainings):
    return lambda: len(faked.plans) > trainings


@pytest.mark.parametrize("wishes", [{"repeats": 4}, {"repeats": 4, "remedies": True}, {"remedies": True, "sizes": True}])
@pytest.mark.parametrize("finished", [0, 1, 2, 4])
def test_interrupted_studies_tell_what_is_finished(faked, tmp_path, wishes, finished):
    result = analyze("digits", max_epochs=9, should_stop=stop_after(faked, finished), output=tmp_path / "run", **wishes)
    done = [plan for plan in faked.plans[:finished] if plan.validation]
    assert (result.partial, result.refit_skipped, result.test_reads) == (True, "interrupted", 0)
    assert len(result.history) == (9 if finished else 1)
    assert len(list((tmp_path / "run" / ".run" / "trainings").glob("*.npz"))) == len(done)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_interrupted_repeats_leave_out_the_one_that_was_stopped(faked):
    result = analyze("digits", max_epochs=9, repeats=4, should_stop=stop_after(faked, 2))
    assert [len(entry.history) for entry in result.studies.repeats] == [9, 9]


def test_interrupted_search_tells_the_trials_that_are_finished(faked):
    result = analyze("digits", max_epochs=9, search="random", trials=6, should_stop=stop_after(faked, 3))
    assert result.partial
    assert [trial.trial for trial in result.search.trials] == ["trial 1", "trial 2"]
    assert result.search.best.test is None


@pytest.mark.parametrize("wishes", [{"repeats": 4}, {"remedies": True}, {"search": "random", "trials": 4}])
def test_resumed_analysis_trains_what_is_missing_and_ends_as_one_in_one_go(faked, tmp_path, wishes):
    whole = analyze("digits", max_epochs=9, **wishes)
    faked.plans.clear()
    analyze("digits", max_epochs=9, output=tmp_path / "run", should_stop=stop_after(faked, 2), **wishes)
    before = faked.plans[:2]
    faked.plans.clear()
    result = analyze("digits", max_epochs=9, output=tmp_path / "run", resume=True, **wishes)
    assert not {plan.key() for plan in before} & {plan.key() for plan in faked.plans}
    mine, wanted = (r.to_json() | {"created": "", "seconds": {}, "command": ""} for r in (result, whole))
    assert mine == wanted
    assert not (tmp_path / "run" / ".run").exists()


def test_resumed_analysis_that_is_done_is_not_done_again(faked, tmp_path):
    first = analyze("digits", max_epochs=9, repeats=2, output=tmp_path / "run")
    faked.plans.clear()
    assert analyze("digits", max_epochs=9, repeats=2, output=tmp_path / "run", resume=True) == first
    assert faked.plans == []


def test_wish_to_stop_in_a_trainings_last_epoch_begins_no_other(faked, tmp_path):
    told = []
    result = analyze("digits", max_epochs=9, repeats=2, tell=told.append,
                     should_stop=lambda: any(isinstance(event, Told) and event.end.epoch == 9 for event in told))  # fmt: skip
    assert result.partial
    assert [plan.seed for plan in faked.plans] == [0]
    assert faked.tested == 0
