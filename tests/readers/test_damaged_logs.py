"""Whatever is done to a log, it is read or refused with a sentence; nothing else comes out."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.diagnosis import judge
from fitscope.errors import FitscopeError
from fitscope.readers import read_history
from fitscope.readers.log import Log

FILES = sorted(path for path in (Path(__file__).parent / "logs").rglob("*") if path.is_file())
DAMAGES = settings(max_examples=40)


def answered(path):
    """Read and judge as `fitscope diagnose` does."""
    try:
        readings = read_history(path)
    except FitscopeError as error:
        assert str(error).endswith((".", ")"))
        return
    for reading in readings:
        assert judge(reading.history).message


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@given(data=st.data())
@DAMAGES
def test_damaged_log_is_read_or_refused_with_a_sentence(path, data, tmp_path):
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    kept = data.draw(st.sampled_from([content, content[:end], content[start:], content[:start] + content[end:]]))
    (tmp_path / "log").write_bytes(kept)
    answered(tmp_path / "log")


CELLS = st.one_of(
    st.floats().map(repr), st.integers().map(str), st.sampled_from(["", "NA", "-", "1,5", '"', "1e999", "0x1"]), st.text(max_size=4)
)


@given(
    header=st.lists(st.sampled_from(["epoch", "loss", "val_loss", "accuracy", "step", "", "loss"]), min_size=1, max_size=5),
    rows=st.lists(st.lists(CELLS, max_size=6), max_size=12),
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@DAMAGES
def test_odd_table_is_read_or_refused_with_a_sentence(header, rows, separator, encoding, tmp_path):
    text = "\n".join(separator.join(row) for row in [header, *rows])
    (tmp_path / "log.csv").write_bytes(text.encode(encoding, "replace"))
    answered(tmp_path / "log.csv")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(
            st.sampled_from(["loss", "val_loss", "epoch", "history", "log_history", "step", "eval_loss", "train"]), inner
        ),
    ),
    max_leaves=20,
)


@given(content=JSON)
@settings(DAMAGES, max_examples=200)
def test_odd_json_is_read_or_refused_with_a_sentence(content, tmp_path):
    import json

    (tmp_path / "log.json").write_text(json.dumps(content))
    answered(tmp_path / "log.json")


@given(
    val_loss=st.lists(st.one_of(st.floats(width=32), st.floats(-2, 2)), min_size=1, max_size=40),
    loss=st.lists(st.one_of(st.floats(width=32), st.floats(-2, 2)), min_size=1, max_size=40),
)
@settings(DAMAGES, max_examples=200)
def test_any_numbers_get_a_verdict_whose_parts_agree(val_loss, loss):
    from fitscope.history import TrainingHistory

    epochs = min(len(val_loss), len(loss))
    diagnosis = judge(TrainingHistory.of({"loss": loss[:epochs], "val_loss": val_loss[:epochs]}))
    assert diagnosis.message
    if diagnosis.best_epoch is not None:
        finite = [v if np.isfinite(v) else np.inf for v in val_loss[:epochs]]
        assert diagnosis.best_epoch == int(np.argmin(finite)) + 1
        assert diagnosis.plateau[0] <= diagnosis.best_epoch <= diagnosis.plateau[1]
        assert sum(diagnosis.uncertainty.chance) == pytest.approx(1)


def test_epochs_out_of_order_are_sorted_with_a_note(tmp_path):
    (tmp_path / "log").write_text("epoch,loss\n3,0.5\n1,0.9\n2,0.7\n")
    (reading,) = read_history(tmp_path / "log")
    assert (reading.history.epochs, reading.history.loss.tolist()) == ((1, 2, 3), [0.9, 0.7, 0.5])
    assert reading.notes == ("its epochs were out of order, and were sorted",)


def test_two_columns_called_loss_are_refused(tmp_path):
    (tmp_path / "log").write_text("epoch,loss,loss,val_loss\n0,1,2,3\n")
    with pytest.raises(FitscopeError, match="2 of its columns are called 'loss'"):
        read_history(tmp_path / "log")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "log")
    with pytest.raises(FitscopeError, match="is no file"):
        read_history(tmp_path / "log")


def test_line_longer_than_a_cell_can_be_is_refused(tmp_path):
    (tmp_path / "log").write_text("epoch,loss\n1," + "9" * 300_000 + "\n")
    answered(tmp_path / "log")


def test_log_larger_than_a_log_can_be_is_refused_before_it_is_read(tmp_path):
    with open(tmp_path / "log", "wb") as file:
        file.truncate(2**31)
    with pytest.raises(FitscopeError, match="2,147,483,648 bytes, more than a log needs"):
        read_history(tmp_path / "log")


def test_last_line_that_is_still_being_written_is_left_for_later(tmp_path):
    (tmp_path / "log").write_text("epoch,loss\n0,0.9\n1,0.8\n2,0.")
    assert read_history(tmp_path / "log", growing=True)[0].history.epochs == (1, 2)
    assert Log(tmp_path / "log", growing=True).text.endswith("0.8\n")
