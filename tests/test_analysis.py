"""The ritual, with training faked: what is sequenced, what is refused, what is left behind."""

import numpy as np
import pytest

from fitscope.analysis import Step, analyze, repeat_command
from fitscope.errors import DataError, OutputError, UsageError
from fitscope.report.search_view import search
from fitscope.report.summary import summary
from fitscope.result import Result
from fitscope.result.begun import going_on, read_plan
from fitscope.studies.wishes import Wishes


def test_refit_takes_the_best_epoch_on_all_training_data(fake_training):
    fake = fake_training("overfitting")
    result = analyze("digits", max_epochs=20)
    held_out, refit = fake.plans
    assert (held_out.validation, held_out.max_epochs) == (300, 20)
    assert (refit.validation, refit.max_epochs, refit.updates) == (0, result.diagnosis.best_epoch, None)
    assert refit.seed == held_out.seed
    assert result.refit.epochs == result.holdout.epochs == result.diagnosis.best_epoch


def test_refit_by_updates_makes_as_many_updates_as_the_best_epoch_had(fake_training):
    fake = fake_training("overfitting")
    result = analyze("digits", max_epochs=20, refit_by="updates")
    updates = result.diagnosis.best_epoch * -(-1137 // 32)
    assert fake.plans[1].updates == updates
    assert (fake.plans[1].max_epochs - 1) * -(-1437 // 32) < updates <= fake.plans[1].max_epochs * -(-1437 // 32)
    assert result.refit.by == "updates"


def test_refit_by_updates_is_refused_where_the_minimum_was_not_reached(fake_training):
    fake = fake_training("underfitting")
    result = analyze("digits", max_epochs=20, refit_by="updates")
    assert (result.refit, result.refit_skipped) == (None, "minimum_not_reached")
    assert len(fake.plans) == 1
    assert (result.holdout, result.test_reads, fake.tested) == (None, 0, 0)


def test_test_data_is_read_once_for_both_models(fake_training):
    fake = fake_training("overfitting")
    assert analyze("digits", max_epochs=20).test_reads == fake.tested == 1


def test_stopped_training_is_partial_and_leaves_the_test_data_alone(fake_training):
    fake = fake_training("overfitting")
    seen = []
    result = analyze("digits", max_epochs=20, tell=seen.append, should_stop=lambda: len(seen) > 8)
    assert result.partial
    assert result.refit_skipped == "interrupted"
    assert (result.test_reads, fake.tested) == (0, 0)
    assert len(result.history) < 20
    assert summary(result)[-1].startswith("You stopped the training, so nothing was refitted")


def test_search_whose_every_trial_fails_is_told_with_their_errors(fake_training, monkeypatch):
    fake = fake_training("overfitting")
    train = fake.train

    def failing(plan, *args, **kwargs):
        if plan.hyperparameters:
            raise DataError("There was not enough memory.")
        return train(plan, *args, **kwargs)

    monkeypatch.setattr(fake, "train", failing)
    result = analyze("digits", max_epochs=20, search="random", trials=2)
    assert [trial.error for trial in result.search.failed] == ["There was not enough memory."] * 2
    assert (result.search.trials, result.search.best) == ((), None)
    assert result.refit is not None and Result.from_json(result.to_json()).search == result.search
    said = search(result)
    assert "2 trials could not be trained and are left out." in said.sentences[-1] and said.tables == ()


def test_training_that_is_stopped_when_its_workers_were_killed_is_one_sentence(fake_training, monkeypatch):
    def killed(crew, jobs):
        crew.stopped = True
        return {}

    fake_training("overfitting")
    monkeypatch.setattr("fitscope.studies.crew.Crew.train", killed)
    with pytest.raises(DataError, match="go on with --resume"):
        analyze("digits", max_epochs=20)


def test_refit_that_is_stopped_is_thrown_away(fake_training):
    fake = fake_training("overfitting")
    result = analyze("digits", max_epochs=20, should_stop=lambda: len(fake.plans) == 2)
    assert result.partial
    assert result.refit is None
    assert len(result.history) == 20
    assert "The curves shown are whole, but you stopped before the refit was done" in summary(result)[-1]


def test_diverged_training_is_refitted_where_an_epoch_before_it_was_worth_one(fake_training):
    fake_training({"loss": [1.5, 0.5, np.nan], "val_loss": [1.2, 0.4, np.nan]})
    result = analyze("digits", max_epochs=20)
    assert (result.diagnosis.verdict, result.diagnosis.best_epoch) == ("diverged", 2)
    assert result.refit is not None


@pytest.mark.parametrize("losses", [[np.nan], [9.0, np.nan]])
def test_diverged_training_without_a_worthy_epoch_is_a_result_without_a_test(fake_training, losses, tmp_path):
    fake_training({"loss": losses, "val_loss": losses})
    result = analyze("digits", max_epochs=20, output=tmp_path / "run")
    assert result.diagnosis.verdict == "diverged"
    assert (result.refit, result.holdout, result.test_reads) == (None, None, 0)
    assert (tmp_path / "run" / "report.html").is_file()


def test_steps_are_told_in_their_order(fake_training, tmp_path):
    fake_training("overfitting")
    told = []
    analyze("digits", max_epochs=20, tell=told.append, output=tmp_path / "run")
    names = [event.name for event in told if isinstance(event, Step)]
    assert names == ["folder", "data", "train", "refit", "test", "report"]


def test_output_none_writes_nothing(fake_training, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fake_training("overfitting")
    analyze("digits", max_epochs=20)
    assert list(tmp_path.iterdir()) == []


def test_folder_holds_what_the_design_promises(fake_training, tmp_path):
    fake_training("overfitting")
    analyze("digits", max_epochs=20, output=tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"plan.json", "report.html", "result.json", "history.csv", "samples.npz", "model.keras", "preparation.json"}


def test_failing_training_leaves_no_folder(fake_training, tmp_path, monkeypatch):
    fake = fake_training("overfitting")
    monkeypatch.setattr(fake, "train", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        analyze("digits", output=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_existing_folder_is_never_touched(fake_training, tmp_path):
    fake_training("overfitting")
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(OutputError, match="exists already"):
        analyze("digits", output=tmp_path)
    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_unknown_way_to_refit_is_refused():
    with pytest.raises(UsageError, match="sideways"):
        analyze("digits", refit_by="sideways")


def test_repeat_command_spells_out_every_default_and_is_understood(fake_training, cli_invoke):
    fake = fake_training("overfitting")
    result = analyze("digits", max_epochs=20, seed=3, optimizer="adam")
    words = result.command.split()
    assert words[:3] == ["fitscope", "analyze", "digits"]
    assert cli_invoke(*words[1:], "--json", "--output", "again", env={}).exit_code == 0
    assert fake.plans[2] == fake.plans[0]


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_repeat_command_and_the_one_that_goes_on_look_for_the_same_leaks(fake_training, tmp_path):
    fake_training("overfitting")
    assert analyze("digits", max_epochs=20, leaks=True, output="run").command.endswith("--leaks")
    assert "--leaks" in going_on(tmp_path / "run", read_plan(tmp_path / "run" / "plan.json"))
    assert analyze("digits", max_epochs=20, output="run", resume=True).plan is not None  # leaks make no other training
    assert "--leaks" not in analyze("digits", max_epochs=20).command


def test_repeat_command_leaves_out_what_the_plan_leaves_open(result):
    assert "--learning-rate" not in repeat_command(result.plan, Wishes())
