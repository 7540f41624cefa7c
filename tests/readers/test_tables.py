import tempfile
from pathlib import Path

import pytest

from fitscope.errors import DataError
from fitscope.readers import read_history

KERAS = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,0.9,0.4,1.0\n1,0.6,0.8,0.5,0.9\n"


def read(text, **names):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_text(text, encoding="utf8")
        return [reading.history for reading in read_history(path, **names)]


def one(text, **names):
    (history,) = read(text, **names)
    return history


def test_csv_logger_counts_epochs_from_one():
    history = one(KERAS)
    assert history.epochs == (1, 2)
    assert history.val_loss.tolist() == [1.0, 0.9]
    assert set(history.metrics) == {"accuracy", "loss", "val_accuracy", "val_loss"}


def test_appended_training_is_told_apart():
    first, second = read(KERAS + "0,0.5,0.7,0.4,0.8\n")
    assert (len(first), len(second)) == (2, 1)
    assert second.loss.tolist() == [0.7]


def test_repeated_header_begins_another_training():
    assert [len(history) for history in read(KERAS + KERAS)] == [2, 2]


@pytest.mark.parametrize("unknown", ["NA", "", "nan", "None"])
def test_skipped_validation_is_unknown(unknown):
    history = one(f"epoch,loss,val_loss\n0,0.9,{unknown}\n1,0.8,0.7\n")
    assert str(history.val_loss[0]) == "nan"
    assert history.val_loss[1] == 0.7


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_any_separator_is_understood(separator):
    assert one(KERAS.replace(",", separator)).loss.tolist() == [0.9, 0.8]


def test_decimal_comma_is_understood():
    assert one("epoch;loss;val_loss\n1;0,9;1,5\n2;0,8;1,25\n").val_loss.tolist() == [1.5, 1.25]


@pytest.mark.parametrize("header", ["train_loss,valid_loss", "training_loss,validation_loss", "loss,eval_loss"])
def test_other_tools_names_are_known(header):
    history = one(f"{header}\n0.9,1.0\n0.8,0.9\n")
    assert (history.loss.tolist(), history.val_loss.tolist()) == ([0.9, 0.8], [1.0, 0.9])


def test_names_that_are_not_known_can_be_given():
    history = one("step,kl,elbo\n1,0.9,1.0\n2,0.8,0.9\n", loss="kl", val_loss="elbo")
    assert (history.loss.tolist(), history.val_loss.tolist()) == ([0.9, 0.8], [1.0, 0.9])


def test_given_name_wins_over_a_known_one():
    assert one("loss,other,val_loss\n0.9,5,1.0\n0.8,4,0.9\n", loss="other").loss.tolist() == [5.0, 4.0]


def test_half_written_last_line_is_left_out():
    assert len(one(KERAS + "2,0.7,0.")) == 2


def test_columns_of_texts_are_left_out():
    assert "note" not in one("epoch,loss,note\n1,0.9,a\n2,0.8,b\n").metrics


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("1,2,3\n4,5,6\n", "without a header of names"),
        ("epoch,f1\n1,0.5\n", "f1"),
        ("hello world\nthis is no log\n", "begins with 'hello world'"),
    ],
)
def test_what_is_no_log_is_refused(text, says):
    with pytest.raises(DataError, match=says):
        read(text)


def test_given_name_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(DataError, match="accuracy, loss"):
        read(KERAS, loss="los")


@pytest.mark.parametrize(
    ("cells", "epoch"),
    [
        ("1 .9 .8 nan", "of epoch 4 is"),
        ("1 .9 .8 NaN inf", "of 2 epochs, the first of them 4, is"),
        ("1 -inf .8 .7 .6", "of epoch 2 is"),
        ("1 .9 _ .8 _", None),
        ("nan .9 nan .8 nan", None),
        ("1 .9 .8 NA", None),
    ],
)
def test_validation_loss_that_is_written_as_no_number_is_told_and_an_epoch_without_validation_is_not(tmp_path, cells, epoch):
    rows = "".join(f"{i},{1 / (i + 1)},{cell.removeprefix('_')}\n" for i, cell in enumerate(cells.split()))
    (tmp_path / "log").write_text("epoch,loss,val_loss\n" + rows)
    (reading,) = read_history(tmp_path / "log")
    wanted = [] if epoch is None else [f"the validation loss {epoch} infinite or not a number"]
    assert list(reading.notes) == wanted
