"""Logs that were made to break their readers: each is read, or refused in a sentence, and takes neither long nor much memory."""

import json
import os
import sqlite3
import struct
import subprocess
import sys

import pytest

import fitscope
from fitscope.errors import DataError, FitscopeError, OutputError
from fitscope.readers import read_history
from fitscope.result import Result
from fitscope.runs import write_comparison, write_report

FIRST = b"\x1a\x0dbrain.Event:2"  # field 3 of an Event: the version


def records(*messages):
    return b"".join(struct.pack("<Q", len(message)) + b"\0\0\0\0" + message + b"\0\0\0\0" for message in (FIRST, *messages))


def varint(value):
    return bytes([value & 127 | 128]) + varint(value >> 7) if value > 127 else bytes([value])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def event(step, tag, value=1.0):
    return b"\x10" + varint(step) + field(5, field(1, field(1, tag) + b"\x15" + struct.pack("<f", value)))


def int64_tensor(step, value):
    return b"\x10" + varint(step) + field(5, field(1, field(1, b"loss") + field(8, b"\x08\x09\x50" + varint(value))))


def refusal(path):
    with pytest.raises(DataError) as refused:
        read_history(path)
    text = str(refused.value)
    assert len(text) < 3000
    assert text.isprintable()
    return text


# Each of these took minutes, for its time grew with the square of its length.
SLOW = {
    "blanks": b"epoch loss\n" + b" " * 300_000 + b"\nEpoch 1/2\n - loss: 1.0\n",
    "epochs": b"".join(b"Epoch %d/9\n - loss: 1.0\n" % epoch for epoch in range(1, 50_000)),
    "metrics": b"Epoch 1/1\n" + b"".join(b" - loss%d: 1\n" % number for number in range(50_000)) + b" - loss: 1\n",
    "columns": (",".join(["loss", *["a"] * 30_000]) + "\n" + "1," * 30_000 + "\n").encode(),
    "names": b'{"loss": [1, 2], ' + b", ".join(b'"k%d": [1, 2]' % number for number in range(50_000)) + b"}",
    "endless number": records(b"\x10" + b"\xff" * 1_000_000, event(1, b"loss")),
}


@pytest.mark.parametrize("name", SLOW)
def test_log_that_took_minutes_is_read(tmp_path, name):
    (tmp_path / "log").write_bytes(SLOW[name])
    assert len(read_history(tmp_path / "log")[0].history)


# Each of these took gigabytes, or seconds for things that nobody looks at.
LARGE = {
    "objects with keys of their own": (b"".join(b'{"k%d": 1, "loss": 1}\n' % n for n in range(5000)), "objects with 5,001 keys"),
    "states with keys of their own": (
        b'{"log_history": [' + b", ".join(b'{"step": %d, "k%d": 1}' % (n, n) for n in range(5000)) + b"]}",
        "objects with 5,001 keys",
    ),
    "tags with steps of their own": (records(*(event(n, b"loss%d" % n) for n in range(4000))), "4,000 metrics on 4,000 steps"),
    "empty lists": (b'{"loss": [' + b"[]," * 5_000_000 + b"[]]}", "more than is read at once"),
    "trainings of one epoch": (b"epoch,loss\n" + b"1,1\n" * 100_000, "more than 10,000 trainings"),
    "a header again and again": (b"epoch,loss\n" + b"1,1\nepoch,loss\n" * 20_000, "more than 10,000 trainings"),
    "trainings of a console": (b"Epoch 1/1\n - loss: 1.0\n" * 20_000, "more than 10,000 trainings"),
    "a quote that is never closed": (b'epoch,loss\n1,"' + b'a\n","' * 500_000, "close the quotes"),
    "columns without rows": ((",".join(["loss", *["a"] * 30_000]) + "\n").encode() + b"\n" * 2_000_000, "without a row"),
}


@pytest.mark.parametrize("name", LARGE)
def test_log_that_would_take_all_memory_is_refused(tmp_path, name):
    content, says = LARGE[name]
    (tmp_path / "log").write_bytes(content)
    assert says in refusal(tmp_path / "log")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"epoch,loss\n1e300,1\n2e300,0.5\n", "epochs go from 1e+300 to 2e+300"),
        (b"epoch,loss\n-9223372036854775808,1\n9e18,0.5\n", "which no training reaches"),
        (b'{"epoch": [1, ' + b"9" * 400 + b'], "loss": [1, 2]}', "which no training reaches"),
        (b'{"loss": [1, ' + b"9" * 400 + b"]}", "what no log holds"),
        (b'{"loss": ' + b"[" * 100_000, "begins like JSON"),
        (b"Epoch " + b"9" * 5000 + b"/1\n - loss: 1.0\n", "what no log holds"),
        (b"epoch,loss\n1,0.5" + b"a" * 9000 + b"\n2,0.4\n", "aaa…"),
        (b"\x1b[2Jepoch,\x1b]0;title\x07,b\n1,2,3\n", "none is known to be a loss"),
        (b'{"\\u001b[2J\\u202e": {"loss\\n": [1]}}', "does not tell training from validation"),
    ],
)
def test_odd_log_is_refused_in_one_short_line_that_moves_no_terminal(tmp_path, content, says):
    (tmp_path / "log").write_bytes(content)
    assert says in refusal(tmp_path / "log")


@pytest.mark.parametrize("values", [(2**64 - 1, 2**64 - 2), (2**63, 1)])
def test_events_with_numbers_beyond_int64_are_read_or_refused(tmp_path, values):
    (tmp_path / "log").write_bytes(records(*(int64_tensor(step, value) for step, value in enumerate(values, 1))))
    assert len(read_history(tmp_path / "log")[0].history) == 2


def test_events_with_steps_below_0_keep_their_order(tmp_path):
    (tmp_path / "log").write_bytes(records(*(event(2**64 + step, b"loss", 1.0 - step) for step in (-3, -2, -1))))
    assert read_history(tmp_path / "log")[0].history.loss.tolist() == [4.0, 3.0, 2.0]


def test_record_larger_than_a_number_needs_is_passed_over(tmp_path):
    (tmp_path / "log").write_bytes(records(event(1, b"loss"), b"\0" * 9_000_000, event(2, b"loss")))
    assert len(read_history(tmp_path / "log")[0].history) == 2


def test_record_whose_length_lies_ends_the_file(tmp_path):
    (tmp_path / "log").write_bytes(records(event(1, b"loss")) + struct.pack("<Q", 2**63) + bytes(100))
    assert len(read_history(tmp_path / "log")[0].history) == 1


RUNS, METRICS = (
    "CREATE TABLE runs (run_uuid, name, start_time)",
    "CREATE TABLE metrics (run_uuid, key, step, value, is_nan, timestamp)",
)
A_RUN = "INSERT INTO runs VALUES ('a', 'b', 1)"
ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (
            [RUNS, A_RUN, f"CREATE VIEW metrics AS {ENDLESS} SELECT 'a' run_uuid, 'loss' key, x step, 1.0 value FROM c"],
            "lacks the tables",
        ),
        (
            [
                RUNS,
                A_RUN,
                "CREATE TABLE metrics (run_uuid, step, value, is_nan, timestamp, key AS (hex(zeroblob(400000000))))",
                "INSERT INTO metrics VALUES ('a', 1, 1, 0, 1)",
            ],
            "too big",
        ),
        ([RUNS, METRICS, A_RUN, A_RUN], "several of its runs are one"),
        ([RUNS, METRICS, A_RUN, "INSERT INTO metrics VALUES ('a', 'loss', 1e300, 1, 0, 1)"], "not MLflow's"),
        ([RUNS, METRICS, A_RUN, "INSERT INTO metrics VALUES ('a', 'loss', 9e999, 1, 0, 1)"], "not MLflow's"),
        ([RUNS, METRICS, A_RUN, "INSERT INTO metrics VALUES ('a', 1.5, 1, 1, 0, 1)"], "none is known to be a loss"),
        ([RUNS, METRICS, A_RUN, "INSERT INTO metrics VALUES ('a', NULL, 1, 1, 0, 1)"], "none of its runs"),
        ([RUNS, METRICS, A_RUN, "INSERT INTO metrics VALUES ('a', x'ff', 1, 1, 0, 1)"], "not MLflow's"),
    ],
)
def test_database_that_is_none_of_mlflows_is_refused(tmp_path, made, says):
    database = sqlite3.connect(tmp_path / "mlflow.db")
    for statement in made:
        database.execute(statement)
    database.commit()
    database.close()
    assert says in refusal(tmp_path / "mlflow.db")
    assert os.listdir(tmp_path) == ["mlflow.db"]


def write_mlflow(folder, meta="run_name: run\n", loss="1 0.5 1\n1 0.4 2\n"):
    (folder / "0" / "r" / "metrics").mkdir(parents=True)
    (folder / "0" / "r" / "meta.yaml").write_text(meta)
    (folder / "0" / "r" / "metrics" / "loss").write_text(loss)
    return folder


def test_step_of_hundreds_of_digits_is_no_value_of_a_run(tmp_path):
    [reading] = read_history(write_mlflow(tmp_path, loss=f"1 0.5 1\n1 0.4 {'9' * 400}\n"))
    assert reading.history.loss.tolist() == [0.5]


@pytest.mark.parametrize(
    ("meta", "name"),
    [
        ("run_name: a" + " " * 100_000 + "b" + " " * 100_000 + "c\n", "a" + " " * 100_000 + "b" + " " * 100_000 + "c"),
        ("status: 3\nrun_name: 'run 1'\n", "run 1"),
        ("run_name:\n", "r"),
        ("run_id: x", "r"),
    ],
)
def test_name_of_a_run_is_read_from_its_line(tmp_path, meta, name):
    write_mlflow(tmp_path, meta)
    (tmp_path / "1" / "s" / "metrics").mkdir(parents=True)
    (tmp_path / "1" / "s" / "meta.yaml").write_text("run_name: other\n")
    (tmp_path / "1" / "s" / "metrics" / "loss").write_text("1 0.5 1\n")
    assert [reading.run for reading in read_history(tmp_path)] == [name, "other"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_folder_of_links_to_itself_pipes_and_devices_is_read(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n")
    for name, target in (("loop", "loop"), ("up", ".."), ("same", "."), ("zero", "/dev/zero"), ("gone", "nowhere")):
        (tmp_path / name).symlink_to(target)
    os.mkfifo(tmp_path / "pipe")
    assert len(read_history(tmp_path)) == 1


def test_path_that_no_file_can_have_is_refused_in_a_sentence(tmp_path, result):
    with pytest.raises(DataError, match="cannot be read"):
        read_history("a\0b")
    with pytest.raises(DataError, match="cannot be read"):
        fitscope.diagnose("a\0b")
    with pytest.raises(DataError, match="There is no"):
        fitscope.compare("a\0b")
    (tmp_path / "result.json").write_text(result.to_text())
    with pytest.raises(OutputError, match="NUL character"):
        write_report(tmp_path, tmp_path / "a\0b.html")
    with pytest.raises(OutputError, match="NUL character"):
        write_comparison(fitscope.compare(result), tmp_path / "a\0b.html")
    assert os.listdir(tmp_path) == ["result.json"]


def test_reading_takes_no_more_memory_than_is_allowed(tmp_path):
    """Read the largest of them where there is no more memory than 500 MB beside what the program itself takes."""
    wide = "\U0001f600" + '{"loss": [' + "1.5," * 9_000_000 + "1]}"
    bombs = {"lists.json": b"[" + b"[]," * 20_000_000 + b"[]]", "lines.json": b"[\n" + b"1\n" * 20_000_000,
             "wide.json": wide.encode(), "row.csv": b"epoch,loss\n" + b"ab," * 15_000_000,
             "line.csv": b"epoch,loss" + b"," * 50_000_000, "cells.csv": b"epoch,loss\n" + b'"1",1\n' * 1_000_000,
             "record": records(event(1, b"loss")) + struct.pack("<Q", 2**40) + bytes(10_000_000)}  # fmt: skip
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    code = (
        "import resource, sys; from fitscope.readers import READERS, read_history; from fitscope.errors import FitscopeError\n"
        "import concurrent.futures.thread, importlib.metadata\n"
        "base = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (base + 500_000_000,) * 2)\n"
        "for path in sys.argv[1:]:\n"
        "    try: read_history(path)\n"
        "    except FitscopeError as error: print(str(error)[:60])\n"
        "print('done')"
    )
    paths = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "done"


def changed(result, **parts):
    return json.dumps(result.to_json() | parts)


def test_result_with_very_many_regions_is_refused(result):
    content = result.to_json()
    epochs = list(range(1, 50_001))
    history = {name: [0.5] * len(epochs) for name in content["history"]} | {"epoch": epochs}
    regions = [{"label": "good_fit", "first": epoch, "last": epoch} for epoch in [*epochs, 1]]
    diagnosis = content["diagnosis"] | {"regions": regions, "uncertainty": None}
    with pytest.raises(FitscopeError, match="cover every epoch exactly once"):
        Result.from_text(changed(result, history=history, diagnosis=diagnosis))
    diagnosis["regions"] = regions[:-1]
    assert len(Result.from_text(changed(result, history=history, diagnosis=diagnosis)).diagnosis.regions) == 50_000


def test_result_nested_almost_as_deep_as_can_be_is_refused_at_once(result):
    deep = json.loads("[" * 200 + "]" * 200)
    with pytest.raises(FitscopeError, match="nested too deeply"):
        Result.from_text(changed(result, plan=result.plan.to_json() | {"options": {"a": deep}}))


def test_blind_result_with_a_covariance_of_thousands_of_epochs_is_refused(result):
    content, epochs = result.to_json(), 1500
    history = {name: [0.5] * epochs for name in content["history"]} | {"epoch": list(range(1, epochs + 1))}
    covariance = [float(row == column) for row in range(epochs) for column in range(row + 1)]
    sure = content["diagnosis"]["uncertainty"] | {"covariance": covariance, "paired_se": [1.0] * epochs, "chance": [0.0] * epochs}
    with pytest.raises(FitscopeError, match="kept for up to 100 epochs"):
        Result.from_text(changed(result, blind=True, history=history, diagnosis=content["diagnosis"] | {"uncertainty": sure}))


@pytest.mark.parametrize("schema", ["fitscope-result/" + "9" * 5000, "a" * 5000, {"a": [1] * 9000}, "fitscope-result/\x1b[2J\n"])
def test_schema_of_any_length_is_refused_in_one_short_line(result, schema):
    with pytest.raises(FitscopeError) as refused:
        Result.from_text(changed(result, schema=schema))
    assert len(str(refused.value)) < 300
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_names_that_would_move_a_terminal_are_shown_without_that(cli_invoke, tmp_path, options):
    (tmp_path / "\x1b[2Jone.csv").write_text("epoch,loss\n1,0.5\n")
    (tmp_path / "two\x9b2J\u202e.csv").write_text("epoch,loss\n2,0.5\n1,0.9\n")
    (tmp_path / "three\x1b]0;title\x07.csv").write_text("epoch,loss,loss\n1,1,1\n")
    done = cli_invoke("diagnose", tmp_path, tmp_path / "\x1b[2Jone.csv", tmp_path / "gone\x1b[2J", *options, color=True)
    assert done.exit_code == 1
    shown = done.output if not options else done.stderr
    assert "two" in done.output
    assert not set(shown) & set("\x1b\x9b\x07\u202e")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a\nError: b.csv", "a\r\nb.csv", "a\u2028b.csv", "a\x1b[2Jb.csv"])
def test_name_that_breaks_lines_leaves_the_message_one_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError) as refused:
        read_history(tmp_path)
    assert str(refused.value).isprintable()
