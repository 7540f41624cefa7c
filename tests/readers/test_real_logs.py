"""Logs that the real libraries wrote (see logs/README.md), each read as its library meant it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fitscope.errors import DataError
from fitscope.readers import read_history

LOGS = Path(__file__).parent / "logs"
KERAS = json.loads((LOGS / "keras-3.15.1-history.json").read_text())


def only(name, **names):
    (reading,) = read_history(LOGS / name, **names)
    return reading


def test_keras_history_json_holds_the_numbers_of_the_training():
    history = only("keras-3.15.1-history.json").history
    assert history.epochs == tuple(range(1, 9))
    assert {name: curve.tolist() for name, curve in history.metrics.items()} == KERAS


def test_keras_csv_log_holds_both_trainings_that_were_appended():
    first, second = read_history(LOGS / "keras-3.15.1-training.log")
    assert (first.run, second.run) == ("run 1", "run 2")
    assert first.history == only("keras-3.15.1-history.json").history
    assert (
        second.history.val_loss[1::2].tolist()
        == only("keras-3.15.1-history-validation_freq-2.json").history.val_loss[1::2].tolist()
    )
    assert np.isnan(second.history.val_loss[::2]).all()


def test_keras_validation_every_second_epoch_lies_at_the_second_epochs():
    history = only("keras-3.15.1-history-validation_freq-2.json").history
    assert np.isfinite(history.val_loss).tolist() == [False, True] * 3


def test_keras_tensorboard_folder_joins_train_and_validation():
    history = only("keras-3.15.1-tensorboard").history
    assert history.epochs == tuple(range(1, 9))
    for name, values in KERAS.items():
        assert history.curve(name) == pytest.approx(values, rel=1e-6)


@pytest.mark.parametrize("verbose", [1, 2])
def test_keras_console_output_gives_each_epochs_last_values(verbose):
    history = only(f"keras-3.15.1-console-verbose-{verbose}.txt").history
    assert history.epochs == (1, 2, 3, 4, 5)
    assert set(history.metrics) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert history.val_loss == pytest.approx(KERAS["val_loss"][:5], abs=1e-4)


def test_pytorch_tensorboard_keeps_training_and_validation_apart():
    history = only("pytorch-2.15.0-tensorboard").history
    assert history.loss == pytest.approx([1 / (e + 1) for e in range(10)], rel=1e-6)
    assert history.val_loss == pytest.approx([1 / (e + 1) + 0.1 + 0.02 * e for e in range(10)], rel=1e-6)


def test_tensorboardx_folders_are_the_parts_of_one_training():
    history = only("tensorboardX-2.6.5").history
    assert history.val_loss - history.loss == pytest.approx([0.1] * 8, abs=1e-6)


def test_pytorch_add_scalars_folders_are_the_parts_of_one_training(tmp_path):
    for part in ("train", "val"):
        shutil.copytree(LOGS / "tensorboardX-2.6.5" / part, tmp_path / f"Loss_{part}")
    (reading,) = read_history(tmp_path)
    assert reading.history == only("tensorboardX-2.6.5").history


def test_runs_whose_names_only_look_like_parts_stay_runs(tmp_path):
    for name in ("first_train", "second_val"):
        shutil.copytree(LOGS / "pytorch-2.15.0-tensorboard", tmp_path / name)
    assert [reading.run for reading in read_history(tmp_path)] == ["first_train", "second_val"]


def test_folder_with_one_training_gives_it_no_name_but_its_file_as_source(tmp_path):
    shutil.copy(LOGS / "fastai-2.8.12-history.csv", tmp_path / "history.csv")
    (reading,) = read_history(tmp_path)
    assert (reading.run, reading.source) == (None, str(tmp_path / "history.csv"))


def test_folder_keeps_apart_the_trainings_of_one_file(tmp_path):
    shutil.copy(LOGS / "keras-3.15.1-training.log", tmp_path)
    shutil.copy(LOGS / "fastai-2.8.12-history.csv", tmp_path / "z.csv")
    log = "keras-3.15.1-training.log"
    assert [reading.run for reading in read_history(tmp_path)] == [f"{log}, run 1", f"{log}, run 2", "z.csv"]


def test_single_event_file_is_read_by_itself():
    (path,) = (LOGS / "pytorch-2.15.0-tensorboard").iterdir()
    assert len(read_history(path)[0].history) == 10


def test_event_file_cut_short_gives_the_epochs_before_the_cut(tmp_path):
    (path,) = (LOGS / "pytorch-2.15.0-tensorboard").iterdir()
    content = path.read_bytes()
    (tmp_path / "events").write_bytes(content[: len(content) * 2 // 3])
    assert 1 <= len(read_history(tmp_path / "events")[0].history) < 10


def test_trainer_state_evaluated_each_epoch_has_the_epochs():
    history = only("transformers-5.24.0-epochs-trainer_state.json").history
    rows = json.loads((LOGS / "transformers-5.24.0-epochs-trainer_state.json").read_text())["log_history"]
    assert history.epochs == (1, 2, 3, 4, 5)
    assert history.val_loss.tolist() == [row["eval_loss"] for row in rows if "eval_loss" in row]
    assert history.loss.tolist() == [row["loss"] for row in rows if "loss" in row]


def test_trainer_state_evaluated_within_epochs_counts_evaluations_and_says_so():
    reading = only("transformers-5.24.0-steps-trainer_state.json")
    rows = json.loads((LOGS / "transformers-5.24.0-steps-trainer_state.json").read_text())["log_history"]
    assert reading.history.val_loss.tolist() == [row["eval_loss"] for row in rows if "eval_loss" in row]
    assert reading.history.loss[0] == pytest.approx(np.mean([row["loss"] for row in rows if "loss" in row and row["step"] <= 15]))
    assert "each evaluation counts as an epoch" in reading.notes[0]


def test_checkpoints_of_one_trainer_are_one_training(tmp_path):
    for folder in ("checkpoint-10", "checkpoint-20"):
        (tmp_path / folder).mkdir()
        shutil.copy(LOGS / "transformers-5.24.0-epochs-trainer_state.json", tmp_path / folder / "trainer_state.json")
    assert len(read_history(tmp_path)) == 1


def test_lightning_lines_are_joined_by_epoch():
    history = only("lightning-2.6.6-metrics.csv").history
    assert history.epochs == (1, 2, 3, 4, 5, 6)
    assert history.loss[0] == 2.089182138442993  # train_loss_epoch, not the step's
    assert history.val_loss[:2].tolist() == [1.8545043468475342, 1.4661024808883667]
    assert history.curve("val_accuracy")[0] == 0.6933333277702332


def test_xgboost_sets_in_their_order_are_training_and_validation_with_a_note():
    reading = only("xgboost-3.2.0.json")
    content = json.loads((LOGS / "xgboost-3.2.0.json").read_text())
    assert reading.history.val_loss.tolist() == content["validation_1"]["mlogloss"]
    assert reading.history.loss.tolist() == content["validation_0"]["mlogloss"]
    assert "validation_0 is taken for training and validation_1 for validation" in reading.notes


def test_xgboost_sets_with_own_names_are_asked_for():
    with pytest.raises(DataError, match="digits, held.*--loss and --val-loss"):
        read_history(LOGS / "xgboost-3.2.0-own-names.json")
    assert len(only("xgboost-3.2.0-own-names.json", loss="digits", val_loss="held").history) == 6
    assert only("xgboost-3.2.0-own-names.json", val_loss="held/mlogloss").history.val_loss[0] > 1
    with pytest.raises(DataError, match="no set 'test'"):
        read_history(LOGS / "xgboost-3.2.0-own-names.json", val_loss="test")


def test_lightgbm_takes_the_loss_before_the_share_of_errors():
    content = json.loads((LOGS / "lightgbm-4.7.0.json").read_text())
    history = only("lightgbm-4.7.0.json").history
    assert history.loss.tolist() == content["training"]["multi_logloss"]
    assert history.val_loss.tolist() == content["valid_1"]["multi_logloss"]


def test_fastai_names_are_known():
    history = only("fastai-2.8.12-history.csv").history
    assert history.val_loss[:2].tolist() == [1.8293009996414185, 1.4349323511123657]


def test_ultralytics_loss_is_the_sum_of_its_parts():
    reading = only("ultralytics-8.4.190-results.csv")
    assert reading.history.loss[0] == pytest.approx(4.84493 + 2.71255 + 3.0026)
    assert reading.history.val_loss[0] == pytest.approx(7.05274 + 4.15583 + 4.15948)
    assert reading.notes == ("the loss is the sum of its parts: box, cls, dfl",)


@pytest.mark.parametrize("store", ["mlflow-3.18.0.db", "mlflow-3.18.0-mlruns"])
def test_mlflow_runs_are_told_apart(store):
    runs = {reading.run: reading.history for reading in read_history(LOGS / store)}
    assert set(runs) == {"run-0", "run-1"}
    assert runs["run-1"].loss == pytest.approx([1 / (e + 1) for e in range(8)])
    assert runs["run-1"].val_loss == pytest.approx([1 / (e + 1) + 0.1 + 0.02 * e for e in range(8)])


def test_wandb_chart_has_a_training_a_run_without_ranges():
    baseline, wide = read_history(LOGS / "wandb-chart.csv")
    assert (baseline.run, wide.run) == ("baseline", "wide")
    assert baseline.history.val_loss.tolist() == [0.91, 0.72, 0.6, 0.52, 0.47, 0.44, 0.43]
    assert len(wide.history) == 6


def test_wandb_history_leaves_batches_out():
    history = only("wandb-history.csv").history
    assert history.epochs == (1, 2, 3, 4, 5)
    assert history.val_loss.tolist() == [1.9, 1.5, 1.4, 1.5, 1.6]


def test_wandb_table_of_runs_is_refused_with_the_reason():
    with pytest.raises(DataError, match="table of runs, one row for each"):
        read_history(LOGS / "wandb-runs.csv")


def test_folder_of_logs_gives_a_result_each_and_passes_over_the_rest(tmp_path):
    for name in ("fastai-2.8.12-history.csv", "lightgbm-4.7.0.json", "README.md"):
        shutil.copy(LOGS / name, tmp_path / name)
    shutil.copytree(LOGS / "keras-3.15.1-tensorboard", tmp_path / "logs" / "first")
    (tmp_path / "notes.txt").write_text("nothing to see")
    runs = {reading.run for reading in read_history(tmp_path)}
    assert runs == {"fastai-2.8.12-history.csv", "lightgbm-4.7.0.json", "logs/first"}


def test_folder_without_a_log_says_what_was_tried(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see")
    (tmp_path / "more.txt").write_text("nothing to see")
    with pytest.raises(DataError, match="none of its 2 files is a log.*TensorBoard"):
        read_history(tmp_path)


def test_score_that_is_better_the_higher_is_no_loss():
    with pytest.raises(DataError, match="better the higher"):
        read_history(LOGS / "keras-3.15.1-history.json", val_loss="val_accuracy")


def test_reader_of_another_package_is_asked_where_none_fits(tmp_path, monkeypatch):
    from importlib import metadata

    from fitscope.history import TrainingHistory

    class Point:
        value = "lab:read"

        def load(self):
            return lambda path: [TrainingHistory.of({"loss": [2.0, 1.0]})]

    monkeypatch.setattr(metadata, "entry_points", lambda group: [Point()] if group == "fitscope.readers" else [])
    (tmp_path / "log.lab").write_text("LAB 2 1")
    (reading,) = read_history(tmp_path / "log.lab")
    assert (reading.history.loss.tolist(), reading.notes) == ([2.0, 1.0], ("read by lab:read",))
    assert only("fastai-2.8.12-history.csv").notes == ()


def test_second_training_in_a_tensorboard_folder_takes_the_place_of_the_first(tmp_path):
    (path,) = (LOGS / "pytorch-2.15.0-tensorboard").iterdir()
    content = path.read_bytes()
    (tmp_path / "events.1").write_bytes(content)
    (tmp_path / "events.2").write_bytes(content[: len(content) * 2 // 3])
    (reading,) = read_history(tmp_path)
    whole = only("pytorch-2.15.0-tensorboard").history
    assert len(reading.history) < len(whole)  # the later, shorter one, and nothing of the first
    assert reading.history.loss.tolist() == whole.until(len(reading.history)).loss.tolist()


def test_folder_with_an_mlflow_store_answers_the_other_logs_too_and_nothing_within_the_store(tmp_path):
    shutil.copytree(LOGS / "mlflow-3.18.0-mlruns", tmp_path / "mlruns")
    shutil.copy(LOGS / "fastai-2.8.12-history.csv", tmp_path / "training.csv")
    shutil.copytree(LOGS / "pytorch-2.15.0-tensorboard", tmp_path / "events")
    artifacts = next((tmp_path / "mlruns").rglob("metrics")).parent / "artifacts"
    shutil.copytree(LOGS / "pytorch-2.15.0-tensorboard", artifacts / "events")
    shutil.copy(LOGS / "fastai-2.8.12-history.csv", artifacts / "training.csv")
    assert sorted(reading.run for reading in read_history(tmp_path)) == ["events", "mlruns, run-0", "mlruns, run-1", "training.csv"]


def test_folder_that_only_looks_like_an_mlflow_store_is_searched(tmp_path):
    (tmp_path / "meta.yaml").write_text("mine: 1\n")
    (tmp_path / "metrics").mkdir()
    shutil.copy(LOGS / "fastai-2.8.12-history.csv", tmp_path / "metrics" / "training.csv")
    assert len(read_history(tmp_path)) == 1
