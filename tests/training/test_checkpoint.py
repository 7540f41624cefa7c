"""What is kept after every epoch, however its writing ends."""

import dataclasses
import json
import os
import random

import numpy as np
import pytest

from fitscope.errors import DataError, OutputError
from fitscope.plan import Plan
from fitscope.training import Checkpoint, checkpoint_file, randomness
from fitscope.training.checkpoint import reached, remove
from fitscope.training.checkpoint_file import Epoch, shapes_of

PLAN = Plan("toy", "f00d", None, "textbook", validation=5, max_epochs=9)


def epochs(last=6, best=3, validation=5):
    """Return what a training is after each epoch, the best of which is the third."""
    rng, records, losses, found, weights = np.random.default_rng(0), [], [], [], []
    for number in range(1, last + 1):
        records = [*records, {"loss": 1 / number, "val_loss": 1 + abs(number - best) / 7}]
        losses = [*losses, rng.random(validation, np.float32)]
        weights = [rng.random((2, 3), np.float32), rng.random(3, np.float32)] if number <= best else weights
        state = [rng.random((2, 3), np.float32), np.array(number, np.int64), rng.random(700).astype(np.float16)]
        at = min(number, best) or None
        found.append(Epoch(records, losses, state, weights, at, 4 * number, number / 3, "dense", {"a": [1, number]}))
    return found


def same(run, epoch):
    arrays = zip(
        [*run.state, *run.weights, run.validation_losses], [*epoch.state, *epoch.weights, np.stack(epoch.losses)], strict=True
    )
    assert all((a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()) for a, b in arrays)
    assert [{name: run.history.metrics[name][i] for name in record} for i, record in enumerate(epoch.records)] == epoch.records
    assert (run.updates, run.seconds, run.path, run.randoms) == (epoch.updates, epoch.seconds, epoch.path, epoch.randoms)
    return True


def test_last_epoch_is_given_back_bit_for_bit(tmp_path):
    kept = Checkpoint(tmp_path / "new", PLAN)
    for epoch in epochs():
        kept.keep(epoch)
        assert same(Checkpoint(tmp_path / "new", PLAN).read(), epoch)
    assert reached(tmp_path / "new") == [6]


def test_files_hold_one_checkpoint_however_many_epochs_there_are(tmp_path):
    kept, sizes = Checkpoint(tmp_path, PLAN), set()
    for epoch in epochs(30):
        kept.keep(epoch)
        sizes.add(next(tmp_path.glob("*.state")).stat().st_size)
    assert len(sizes) == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_training_without_validation_data_is_kept_too(tmp_path):
    [epoch] = epochs(1)
    Checkpoint(tmp_path, PLAN).keep(dataclasses.replace(epoch, records=[{"loss": 0.5}], losses=[], weights=[], best=0))
    run = Checkpoint(tmp_path, PLAN).read()
    assert (run.weights, run.validation_losses.shape, run.history.loss.tolist()) == ([], (1, 0), [0.5])


def test_loss_that_is_not_finite_is_kept_as_it_is(tmp_path):
    epoch = epochs(2)[1]
    Checkpoint(tmp_path, PLAN).keep(dataclasses.replace(epoch, records=[epoch.records[0], {"loss": np.inf, "val_loss": np.nan}]))
    assert np.isnan(Checkpoint(tmp_path, PLAN).read().history.val_loss[1])


class Killed(BaseException):
    pass


@pytest.mark.parametrize("after", range(14))
def test_writing_that_is_killed_anywhere_leaves_this_epoch_or_the_one_before(tmp_path, monkeypatch, after):
    """Let the files end after so many writes of the fourth epoch, in the middle of the last one."""
    kept, all_epochs, left = Checkpoint(tmp_path, PLAN), epochs(4), [after]
    for epoch in all_epochs[:3]:
        kept.keep(epoch)

    def put(files, place, *parts):
        for part in parts:
            files.state.seek(place)
            files.state.write(bytes(part)[: len(part) // 2 if left[0] == 0 else None])
            files.state.flush()
            place += len(part)
            if left[0] == 0:
                raise Killed
            left[0] -= 1

    monkeypatch.setattr(checkpoint_file.Files, "_put", put)
    try:
        kept.keep(all_epochs[3])
    except Killed:
        assert same(Checkpoint(tmp_path, PLAN).read(), all_epochs[2])
    else:
        assert after >= 5
        assert same(Checkpoint(tmp_path, PLAN).read(), all_epochs[3])


def test_record_that_is_half_written_is_passed_over(tmp_path):
    kept, all_epochs = Checkpoint(tmp_path, PLAN), epochs(3)
    for epoch in all_epochs:
        kept.keep(epoch)
    [path] = tmp_path.glob("*.epochs")
    content = path.read_bytes()
    path.write_bytes(content + content[:20])
    assert same(Checkpoint(tmp_path, PLAN).read(), all_epochs[2])
    path.write_bytes(content[:-3])
    assert same(Checkpoint(tmp_path, PLAN).read(), all_epochs[1])


def test_file_that_is_damaged_anywhere_gives_a_whole_epoch_or_none(tmp_path):
    kept, all_epochs = Checkpoint(tmp_path, PLAN), epochs(4)
    for epoch in all_epochs:
        kept.keep(epoch)
    rng = np.random.default_rng(1)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        for place in rng.integers(0, len(content), 150):
            path.write_bytes(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
            found = Checkpoint(tmp_path, PLAN).read()
            assert found is None or same(found, all_epochs[len(found.history) - 1])
        for length in rng.integers(0, len(content), 20):
            path.write_bytes(content[:length])
            found = Checkpoint(tmp_path, PLAN).read()
            assert found is None or same(found, all_epochs[len(found.history) - 1])
        path.write_bytes(content)


def test_another_plans_files_are_passed_over(tmp_path):
    kept, other = Checkpoint(tmp_path, PLAN), PLAN.replace(seed=1)
    kept.keep(epochs()[0])
    kept.close()
    for path in tmp_path.iterdir():
        path.rename(path.with_name(path.name.replace(PLAN.key(), other.key())))
    assert Checkpoint(tmp_path, other).read() is None


def test_process_that_goes_on_takes_the_place_of_the_one_before_it(tmp_path):
    dead, all_epochs = Checkpoint(tmp_path, PLAN), epochs()
    dead.keep(all_epochs[0])
    dead.keep(all_epochs[1])
    mine = Checkpoint(tmp_path, PLAN)
    assert same(mine.read(), all_epochs[1])
    mine.keep(all_epochs[2])
    with pytest.raises(OutputError, match="Another fitscope goes on"):
        dead.keep(all_epochs[2])
    mine.keep(all_epochs[3])
    assert same(Checkpoint(tmp_path, PLAN).read(), all_epochs[3])
    assert len(list(tmp_path.iterdir())) == 2


def test_files_that_somebody_tidied_away_are_written_anew(tmp_path):
    kept, all_epochs = Checkpoint(tmp_path / "new", PLAN), epochs()
    kept.keep(all_epochs[0])
    for path in (tmp_path / "new").iterdir():
        path.unlink()
    (tmp_path / "new").rmdir()
    kept.keep(all_epochs[1])
    assert same(Checkpoint(tmp_path / "new", PLAN).read(), all_epochs[1])


def test_full_disk_is_one_sentence(tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint_file.Files, "write", full)
    with pytest.raises(OutputError, match="no space left on device.*--resume"):
        Checkpoint(tmp_path, PLAN).keep(epochs()[0])


def test_removed_checkpoint_is_gone_and_others_stay(tmp_path):
    for seed in (0, 1):
        Checkpoint(tmp_path, PLAN.replace(seed=seed)).keep(epochs()[0])
    remove(tmp_path, PLAN)
    assert (Checkpoint(tmp_path, PLAN).read(), reached(tmp_path)) == (None, [1])


def test_generators_go_on_from_where_they_stood():
    def draw():
        import keras

        return random.random(), np.random.random(), np.asarray(keras.random.normal((2,))).tolist()

    draw()
    said = randomness.state()
    first = draw()
    draw()
    randomness.restore(said)
    assert draw() == first
    randomness.restore({})
    assert draw() != first


@pytest.mark.parametrize(
    "false",
    [
        {"keras": [1, 2, 3]}, {"keras": "a"}, {"python": [3, [1], None]}, {"python": [3, ["a"] * 625, None]}, {"python": None},
        {"numpy": ["MT19937", [1] * 624, 10**8, 0, 0.0]}, {"numpy": ["MT19937", [2**40] * 624, 3, 0, 0.0]},
        {"numpy": ["PCG", [], 0]}, {"numpy": {}},
    ],
)  # fmt: skip
def test_generators_that_cannot_stand_where_it_is_said_are_refused(false):
    with pytest.raises(DataError, match="random generators"):
        randomness.restore(randomness.state() | false)


def test_folder_may_be_named_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Checkpoint(tmp_path / "kept", PLAN).keep(epochs()[0])
    assert reached(tmp_path / "kept") == [1]
    assert os.listdir("kept")


def changed_head(path, change):
    """Write a checkpoint's head anew, its sum with it."""
    content = path.read_bytes()
    with open(path, "rb") as file:
        facts, first = checkpoint_file.opening(file)
    head = change(facts)
    text = head if isinstance(head, str) else json.dumps(head)
    path.write_bytes(checkpoint_file.MAGIC + checkpoint_file.packed(text) + content[first:])


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: [],
        lambda facts: {**facts, "plan": []},
        lambda facts: "[" * 100_000,
        *(
            lambda facts, kind=kind, shape=shape: {**facts, "state": [[kind, shape]]}
            for kind, shape in (
                ("float32", [10**13]),
                ("float32", [2**62, 8]),
                ("float32", [2**80]),
                ("float32", [-1]),
                ("float32", "abc"),
                ("object", [3]),
                (None, [3]),
            )
        ),
    ],
)
def test_head_that_promises_what_the_file_does_not_hold_is_passed_over(tmp_path, change):
    Checkpoint(tmp_path, PLAN).keep(epochs()[0])
    [path] = tmp_path.glob("*.state")
    changed_head(path, change)
    assert Checkpoint(tmp_path, PLAN).read() is None
    assert reached(tmp_path) in ([], [1])


@pytest.mark.parametrize("said", [-3, "5", 4.5, 10**9, None, True])
def test_number_of_epochs_that_is_none_is_passed_over(tmp_path, said, monkeypatch):
    kept, dumps = Checkpoint(tmp_path, PLAN), json.dumps
    with monkeypatch.context() as patched:
        patched.setattr(json, "dumps", lambda content: dumps(content | {"epochs": said} if "epochs" in content else content))
        kept.keep(epochs()[0])
    assert Checkpoint(tmp_path, PLAN).read() is None
    assert reached(tmp_path) == ([said] if type(said) is int and said > 0 else [])


def test_file_without_end_is_not_read_to_its_end(tmp_path):
    kept = Checkpoint(tmp_path, PLAN)
    kept.keep(epochs()[0])
    for path in tmp_path.iterdir():
        os.truncate(path, 2**40)
    assert same(Checkpoint(tmp_path, PLAN).read(), epochs()[0])


def test_folder_or_link_in_a_files_place_is_passed_over(tmp_path):
    (tmp_path / f"{PLAN.key()}-a.state").mkdir()
    (tmp_path / f"{PLAN.key()}-b.state").symlink_to(tmp_path / "nowhere")
    assert Checkpoint(tmp_path, PLAN).read() is None
    assert reached(tmp_path) == []


def test_what_was_kept_of_other_variables_is_passed_over(tmp_path):
    [epoch] = epochs(1)
    Checkpoint(tmp_path, PLAN).keep(epoch)
    shapes = shapes_of(epoch.state)
    assert same(Checkpoint(tmp_path, PLAN).read(shapes), epoch)
    assert Checkpoint(tmp_path, PLAN).read(shapes[:-1]) is None
    assert Checkpoint(tmp_path, PLAN).read([*shapes[:-1], ["float32", [700]]]) is None


def test_variables_that_a_network_makes_while_it_trains_are_kept_too(tmp_path):
    kept, all_epochs = Checkpoint(tmp_path, PLAN), epochs(4)
    kept.keep(all_epochs[0])
    kept.keep(all_epochs[1])
    more = [dataclasses.replace(epoch, state=[*epoch.state, np.ones(9_000, np.float32)]) for epoch in all_epochs[2:]]
    for epoch in more:
        kept.keep(epoch)
        assert same(Checkpoint(tmp_path, PLAN).read(), epoch)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error"), MemoryError()])
def test_checkpoint_that_cannot_be_read_now_is_not_begun_anew(tmp_path, monkeypatch, error):
    Checkpoint(tmp_path, PLAN).keep(epochs()[0])

    def fails(*arguments):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint_file, "opening", fails)
        with pytest.raises(DataError, match="cannot be read .*; mend that, then go on with --resume"):
            Checkpoint(tmp_path, PLAN).read()
    assert same(Checkpoint(tmp_path, PLAN).read(), epochs()[0])
