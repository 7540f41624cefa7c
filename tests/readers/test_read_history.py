import json
import math
import random

import pytest

from fitscope.errors import DataError, FitscopeError
from fitscope.readers import read_history

CURVES = {"loss": [0.9, 0.8, 0.7, 0.6], "val_loss": [1.0, 0.9, 0.95, 0.99]}


@pytest.fixture
def log(tmp_path):
    def write(content, name="log.any"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def only(path, **names):
    (reading,) = read_history(path, **names)
    return reading.history


@pytest.mark.parametrize(
    "content",
    [
        CURVES,
        {"history": CURVES, "epoch": [0, 1, 2, 3], "params": {}},
        {"epoch": [0, 1, 2, 3], **CURVES},
        [{"epoch": i + 1, "loss": a, "val_loss": b} for i, (a, b) in enumerate(zip(*CURVES.values()))],
        {"name": "mine", "train_loss": CURVES["loss"], "valid_loss": CURVES["val_loss"]},
    ],
)
def test_json_in_several_shapes_gives_the_same_history(log, content):
    history = only(log(json.dumps(content)))
    assert history.epochs == (1, 2, 3, 4)
    assert (history.loss.tolist(), history.val_loss.tolist()) == (CURVES["loss"], CURVES["val_loss"])


def test_json_lines_are_read(log):
    rows = [{"loss": a, "val_loss": b} for a, b in zip(*CURVES.values())]
    assert only(log("\n".join(map(json.dumps, rows)))).loss.tolist() == CURVES["loss"]


def test_validation_of_every_second_epoch_stands_at_its_epochs(log):
    history = only(log(json.dumps({"loss": [4, 3, 2, 1], "val_loss": [5, 4]})))
    assert [None if math.isnan(v) else v for v in history.val_loss] == [None, 5, None, 4]


def test_bare_nan_in_json_is_unknown(log):
    assert math.isnan(only(log('{"loss": [1.0, NaN], "val_loss": [1.0, Infinity]}')).val_loss[1])


@pytest.mark.parametrize(("value", "told"), [("NaN", 1), ("null", 0)])
@pytest.mark.parametrize(
    "content",
    [
        '{"loss": [3, 2, 1], "val_loss": [3, 2, %s]}',
        '{"loss": 3, "val_loss": 3}\n{"loss": 2, "val_loss": 2}\n{"loss": 1, "val_loss": %s}',
        '{"log_history": [{"step": 1, "epoch": 1, "eval_loss": 1}, {"step": 2, "epoch": 2, "eval_loss": %s}]}',
    ],
)
def test_validation_loss_that_is_nan_in_json_is_told_and_null_is_not(log, content, value, told):
    (reading,) = read_history(log(content % value))
    assert sum("is infinite or not a number" in note for note in reading.notes) == told


def test_own_result_and_page_keep_their_diagnosis(log, result):
    from fitscope.report.page import render

    for content in (result.to_text(), render(result)):
        (reading,) = read_history(log(content))
        assert reading.history == result.history
        assert reading.diagnosis.plateau == result.diagnosis.plateau


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_and_byte_order_marks_are_understood(log, encoding):
    assert only(log("epoch,loss,größe\n0,0.5,1\n1,0.4,2\n".encode(encoding))).loss.tolist() == [0.5, 0.4]


def test_runs_of_one_log_are_numbered(log):
    readings = read_history(log("epoch,loss\n0,1\n1,0.9\n0,1\n1,0.8\n"))
    assert [reading.run for reading in readings] == ["run 1", "run 2"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "7", "null", '{"a": 1}', "<html></html>", b"\0\1\2", "a,b\n1,2\n", '{"loss": "low"}']
)
def test_what_is_no_log_is_refused_in_a_sentence_that_names_it(log, content):
    path = log(content)
    with pytest.raises(DataError, match=path.name):
        read_history(path)


def test_missing_file_and_folder_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(DataError, match="cannot be read"):
            read_history(path)


@pytest.mark.parametrize("seed", range(30))
def test_damaged_logs_are_read_or_refused_and_never_crash(log, result, seed):
    rng = random.Random(seed)
    whole = rng.choice([
        "epoch,accuracy,loss,val_loss\n" + "".join(f"{i},0.5,{1 / (i + 1)},{2 / (i + 1)}\n" for i in range(20)),
        json.dumps(CURVES),
        result.to_text(),
    ]).encode()  # fmt: skip
    for _ in range(20):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            place = rng.randrange(len(content))
            if rng.random() < 0.3:
                del content[place:]
                content += b" "
            else:
                content[place] = rng.randrange(256)
        try:
            for reading in read_history(log(bytes(content))):
                assert len(reading.history) >= 1
        except FitscopeError as error:
            assert str(error).endswith(".")


def test_log_of_a_folder_that_cannot_be_read_is_a_note_on_the_first_that_can(tmp_path):
    (tmp_path / "a.csv").write_text("epoch,loss\n0,1\n1,0.5\n")
    (tmp_path / "b.csv").write_text("epoch,loss,loss\n0,1,2\n")
    (tmp_path / "data.csv").write_text("name,price\nx,1\n")
    (reading,) = read_history(tmp_path)
    assert [note.startswith(f"passed over: {tmp_path / 'b.csv'} cannot be read") for note in reading.notes] == [True]
    (tmp_path / "a.csv").write_text("epoch,loss,loss\n0,1,2\n")
    with pytest.raises(DataError, match="None of the 2 logs in"):
        read_history(tmp_path)
