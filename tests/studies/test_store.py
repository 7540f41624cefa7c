import dataclasses
import errno
import io
import json
import os
import zipfile

import numpy as np
import pytest

from fitscope.errors import DataError, OutputError
from fitscope.history import TrainingHistory
from fitscope.studies.store import Store
from fitscope.training import Checkpoint


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_store_gives_back_what_it_kept_bit_for_bit(tmp_path, plan, run_of):
    store, run = Store(tmp_path / "kept"), run_of(plan.replace(seed=3, learning_rate=0.1), state=True)
    store.keep(run)
    found = store.find(run.plan)
    assert (found.plan, found.history, found.updates, found.seconds, found.path) == (
        run.plan, run.history, run.updates, run.seconds, run.path)  # fmt: skip
    assert found.validation_losses.dtype == np.float32
    assert found.validation_losses.tobytes() == run.validation_losses.tobytes()
    for mine, theirs in ((found.weights, run.weights), (found.state, run.state)):
        assert [array.tobytes() for array in mine] == [array.tobytes() for array in theirs]
    assert files(tmp_path / "kept") == [f"{run.plan.key()}.npz"]


def test_store_keeps_the_answers_where_there_are_some(tmp_path, plan, run_of):
    store, answers = Store(tmp_path), np.random.default_rng(0).random((2, 40, 3), np.float32)
    store.keep(dataclasses.replace(run_of(plan), answers=answers))
    store.keep(run_of(plan.replace(seed=1)))
    assert np.array_equal(store.find(plan).answers, answers)
    assert store.find(plan.replace(seed=1)).answers is None


def test_store_keeps_a_diverged_training_with_its_nan(tmp_path, plan, run_of):
    store, run = Store(tmp_path), run_of(plan, [0.7, float("nan")])
    store.keep(run)
    assert store.find(plan).history == run.history


def test_store_does_not_keep_a_stopped_training_which_has_kept_its_last_epoch_itself(tmp_path, plan, run_of):
    store = Store(tmp_path / "kept")
    store.keep(run_of(plan, stopped=True, state=True))
    assert not (tmp_path / "kept").exists()


def test_finished_training_takes_the_place_of_its_last_epoch(tmp_path, plan, run_of, epoch_of):
    plan = plan.replace(max_epochs=8)
    for number in (1, 3):
        kept = Checkpoint(tmp_path, plan.replace(seed=number))
        kept.keep(epoch_of(run_of(plan), 2 * number))
        kept.close()
    store = Store(tmp_path)
    assert store.progress() == (0, [2, 6])
    store.keep(run_of(plan.replace(seed=3)))
    assert store.progress() == (1, [2])


def test_progress_of_nothing_is_nothing(tmp_path):
    assert Store(None).progress() == Store(tmp_path / "missing").progress() == Store(tmp_path).progress() == (0, [])


def test_journal_gives_back_whole_lines_and_goes_on_after_them(tmp_path):
    journal = Store(tmp_path / "new").journal()
    for line in (("begin", "trial 1"), ("it failed, \u2026\n", "trial 1")):
        journal.write(*line)
    path = tmp_path / "new" / "search.jsonl"
    path.write_bytes(path.read_bytes() + b'["begin", "tri')  # killed in the middle
    again = Store(tmp_path / "new").journal()
    assert again.before == [("begin", "trial 1"), ("it failed, \u2026\n", "trial 1")]
    again.write("begin", "trial 2")
    assert Store(tmp_path / "new").journal().before[2:] == [("begin", "trial 2")]
    again.cut(1)
    assert Store(tmp_path / "new").journal().before == [("begin", "trial 1")]


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"[1]\n", b'{"a": 1}\n', b"\xff\n", b"[\n", b"5\n", b"null\n", b"[" * 100_000 + b"\n"]
)
def test_damaged_journal_is_begun_anew(tmp_path, content):
    (tmp_path / "search.jsonl").write_bytes(content)
    assert Store(tmp_path).journal().before == []
    assert (tmp_path / "search.jsonl").read_bytes() == b""


def test_journal_without_a_folder_writes_nothing():
    journal = Store(None).journal()
    journal.write("begin", "trial 1")
    assert journal.before == []


def test_store_without_a_folder_keeps_nothing(plan, run_of):
    store = Store(None)
    store.keep(run_of(plan))
    assert store.find(plan) is None


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[: len(b) // 2], lambda b: b"hello", lambda b: b[:200] + b"?" + b[201:]]
)
def test_store_passes_over_a_damaged_file(tmp_path, plan, run_of, damage):
    store = Store(tmp_path)
    store.keep(run_of(plan))
    path = tmp_path / f"{plan.key()}.npz"
    path.write_bytes(damage(path.read_bytes()))
    assert store.find(plan) is None


def test_store_passes_over_foreign_arrays(tmp_path, plan):
    np.savez(tmp_path / f"{plan.key()}.npz", x=np.zeros(3))
    assert Store(tmp_path).find(plan) is None


def test_store_passes_over_pickled_objects(tmp_path, plan):
    np.savez(tmp_path / f"{plan.key()}.npz", facts=np.array([{"a": 1}], dtype=object))
    assert Store(tmp_path).find(plan) is None


def test_store_passes_over_another_plans_file(tmp_path, plan, run_of):
    store, other = Store(tmp_path), plan.replace(seed=9)
    store.keep(run_of(plan))
    os.rename(tmp_path / f"{plan.key()}.npz", tmp_path / f"{other.key()}.npz")
    assert store.find(other) is None


def test_full_disk_is_one_sentence_and_leaves_no_scraps(tmp_path, plan, run_of, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("fitscope.studies.store.np.savez", full)
    with pytest.raises(OutputError, match="no space left on device.*--resume"):
        Store(tmp_path).keep(run_of(plan))
    assert files(tmp_path) == []


def held(of, **changes):
    """Return what a kept run's facts hold."""
    history = TrainingHistory.of({"loss": [1.0], "val_loss": [1.0]}).to_json()
    facts = {"plan": of.to_json(), "history": history, "updates": 1, "seconds": 1.0, "path": "dense", "randoms": {}}
    facts |= {"weights": 0, "state": 0, "types": {"weights": [], "state": []}}
    return np.frombuffer(json.dumps(facts | changes).encode(), np.uint8)


def test_store_reads_what_a_folder_from_elsewhere_rightly_holds(tmp_path, plan):
    np.savez(tmp_path / f"{plan.key()}.npz", facts=held(plan), losses=np.zeros((1, 40), np.float32))
    assert len(Store(tmp_path).find(plan).history) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"history": "x"},
        {"history": None},
        {"weights": 10**12},
        {"weights": "x"},
        {"weights": 1, "types": {}},
        {"plan": []},
    ],
)
def test_store_passes_over_facts_that_contradict_themselves(tmp_path, plan, changes):
    np.savez(tmp_path / f"{plan.key()}.npz", facts=held(plan, **changes), losses=np.zeros((1, 40), np.float32))
    assert Store(tmp_path).find(plan) is None


@pytest.mark.parametrize("losses", [np.zeros((7, 40)), np.zeros(1), np.zeros((1, 2, 3))])
def test_store_passes_over_losses_of_other_epochs(tmp_path, plan, losses):
    np.savez(tmp_path / f"{plan.key()}.npz", facts=held(plan), losses=losses)
    assert Store(tmp_path).find(plan) is None


def test_store_passes_over_facts_without_end(tmp_path, plan):
    np.savez(tmp_path / f"{plan.key()}.npz", facts=np.frombuffer(b"[" * 100_000, np.uint8))
    assert Store(tmp_path).find(plan) is None


@pytest.mark.parametrize("compressed", [False, True])
def test_store_does_not_unpack_what_promises_more_than_it_holds(tmp_path, plan, compressed):
    with zipfile.ZipFile(tmp_path / f"{plan.key()}.npz", "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as file:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**13,)})
        file.writestr("facts.npy", header.getvalue() + bytes(10**6))
    assert Store(tmp_path).find(plan) is None


def test_store_gives_back_types_that_are_not_numpys_own(tmp_path, plan, run_of):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    weights = [np.arange(3).astype(ml_dtypes.bfloat16), np.ones((2, 2), np.float16)]
    store, run = Store(tmp_path), dataclasses.replace(run_of(plan), weights=weights)
    store.keep(run)
    found = store.find(plan).weights
    assert [(array.dtype, array.tobytes()) for array in found] == [(array.dtype, array.tobytes()) for array in weights]


def test_journal_that_is_too_large_is_begun_anew(tmp_path):
    (tmp_path / "search.jsonl").write_bytes(b'["begin", "trial 1"]\n')
    os.truncate(tmp_path / "search.jsonl", 2**31)
    assert Store(tmp_path).journal().before == []
    assert (tmp_path / "search.jsonl").read_bytes() == b""


def test_journal_is_cut_where_its_lines_end_however_they_were_written(tmp_path):
    (tmp_path / "search.jsonl").write_bytes(b'["begin","trial 1"]\r\n[ "end", "trial 1" ]\n["end",  "trial 9"]\n')
    journal = Store(tmp_path).journal()
    journal.cut(2)
    journal.write("begin", "trial 2")
    assert Store(tmp_path).journal().before == [("begin", "trial 1"), ("end", "trial 1"), ("begin", "trial 2")]


def test_what_cannot_be_read_now_is_neither_missing_nor_wiped(tmp_path, plan, run_of, monkeypatch):
    store = Store(tmp_path)
    store.keep(run_of(plan))
    store.journal().write("begin", "trial 1")

    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("fitscope.studies.store.zipfile.ZipFile", denied)
        patched.setattr("pathlib.Path.read_bytes", denied)
        with pytest.raises(DataError, match="npz cannot be read .permission denied.; mend that, then go on with --resume"):
            store.find(plan)
        with pytest.raises(DataError, match="jsonl cannot be read"):
            store.journal()
    assert store.find(plan).history == run_of(plan).history
    assert store.journal().before == [("begin", "trial 1")]
