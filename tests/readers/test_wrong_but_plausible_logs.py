"""Logs that could be read into something that nobody recorded."""

import numpy as np
import pytest

from fitscope.diagnosis import judge
from fitscope.errors import DataError
from fitscope.history import TrainingHistory
from fitscope.readers import read_history

ROWS = "".join(f"{i},{0.9 - 0.02 * i:.3f},{0.95 - 0.02 * i:.3f}\n" for i in range(10))


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        (tmp_path / "log").write_text(text)
        return read_history(tmp_path / "log", **options)

    return read


@pytest.mark.parametrize("cut", ["10,0.7,9.1e-", "10,0.7,0.", "10,0.7,-", "10,0.7"])
def test_last_line_cut_within_a_number_is_left_out(read, cut):
    (reading,) = read("epoch,loss,val_loss\n" + ROWS + cut)
    assert len(reading.history) == 10
    assert np.isfinite(reading.history.val_loss).all()


def test_word_among_a_losss_numbers_is_refused_and_the_column_not_dropped(read):
    with pytest.raises(DataError, match="'val_loss' holds 'ERR' among numbers"):
        read("epoch,loss,val_loss\n" + ROWS + "10,0.7,ERR\n11,0.6,0.7\n")


def test_line_with_too_many_cells_is_refused_and_not_read_shifted(read):
    with pytest.raises(DataError, match="a line has 5 cells"):
        read("epoch,loss,val_loss\n0,0,8669,0,7975\n1,0,8669,0,7975\n")


def test_epoch_is_known_in_capitals_too(read):
    assert [len(reading.history) for reading in read("Epoch,loss,val_loss\n" + ROWS + ROWS)] == [10, 10]


def test_two_lightning_trainings_in_one_file_are_two(read):
    rows = "".join(f"{e},{9 + 10 * e},0.{9 - e},\n{e},{9 + 10 * e},,0.{9 - e}5\n" for e in range(6))
    first, second = read("epoch,step,train_loss,val_loss\n" + rows + rows)
    assert first.history == second.history
    assert len(first.history) == 6


def test_what_evaluate_prints_after_a_console_log_is_no_epoch(read):
    epochs = "".join(f"Epoch {e}/6\n10/10 - 1s - 9ms/step - loss: 0.{9 - e} - val_loss: 0.{9 - e}5\n" for e in range(1, 7))
    (reading,) = read(epochs + "313/313 - 1s - 2ms/step - accuracy: 0.81 - loss: 0.9777\n")
    assert set(reading.history.metrics) == {"loss", "val_loss"}
    assert reading.history.loss[-1] == 0.3


def test_json_lines_cut_short_and_of_one_line_are_read(read):
    whole = "".join(f'{{"epoch": {e}, "loss": {1 / e}, "val_loss": {1 / e}}}\n' for e in range(1, 8))
    assert len(read(whole + '{"epoch": 8, "lo')[0].history) == 7
    assert len(read(whole.splitlines()[0] + "\n")[0].history) == 1


@pytest.mark.parametrize("content", ['{"loss": [1, 1e999, 1' + "0" * 400 + "]}", '{"loss": [1], "epoch": [1' + "0" * 30 + "]}"])
def test_numbers_that_no_log_holds_are_refused_in_a_sentence(read, content):
    with pytest.raises(DataError):
        read(content)


def test_validation_loss_that_is_no_number_from_some_epoch_on_has_diverged():
    falls = 1 / np.arange(1, 21)
    gone = np.where(np.arange(20) < 15, falls, np.nan)
    found = judge(TrainingHistory.of({"loss": falls, "val_loss": gone}))
    assert (found.verdict, found.evidence["epoch"]) == ("diverged", 16)
    stopped = np.where(np.arange(20) < 19, falls, np.nan)
    assert judge(TrainingHistory.of({"loss": falls, "val_loss": stopped})).verdict == "underfitting"


def test_result_json_of_another_tool_hides_no_log(tmp_path):
    (tmp_path / "result.json").write_text('{"accuracy": 0.9}')
    (tmp_path / "training.log").write_text("epoch,loss,val_loss\n" + ROWS)
    assert len(read_history(tmp_path)[0].history) == 10
