import pickle
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from fitscope import datasets
from fitscope.errors import DataError, OutputError, OwnCodeError, UsageError
from fitscope.plan import Plan
from fitscope.studies.crew import KILLED_AT_MOST, RENEWED_AT_MOST, crew
from fitscope.studies.executors import Here
from fitscope.studies.place import PlaceError
from fitscope.studies.store import Store
from fitscope.studies.work import Job


def jobs(plan, seeds, prefix="seed"):
    return [Job(f"{prefix} {seed}", plan.replace(seed=seed)) for seed in seeds]


class Breaking(Here):
    """Break as a process pool does, so many times; then run each call at once."""

    def __init__(self, times):
        self.times, self.broken = times, False

    def submit(self, fn, /, *args, **kwargs):
        if self.broken:
            raise BrokenProcessPool("broken")
        if not self.times:
            return super().submit(fn, *args, **kwargs)
        future = Future()
        future.set_exception(BrokenProcessPool("broken"))
        return future


def test_trainings_are_begun_in_their_order_and_returned_in_it(plan, fake_place, crew_of):
    place = fake_place()
    runs = crew_of(place).train(jobs(plan, [5, 1, 3]))
    assert place.done == list(runs) == ["seed 5", "seed 1", "seed 3"]
    assert [run.plan.seed for run in runs.values()] == [5, 1, 3]


def test_equal_plans_are_trained_once_at_the_first_ones_place(plan, fake_place, crew_of):
    place = fake_place()
    runs = crew_of(place).train([*jobs(plan, [1, 2]), *jobs(plan, [1], "again")])
    assert place.done == ["seed 1", "seed 2"]
    assert runs["again 1"] is runs["seed 1"]


def test_finished_trainings_are_not_trained_again_but_told(plan, tmp_path, fake_place, crew_of):
    crew_of(folder=tmp_path).train(jobs(plan, [1, 2]))
    place, told = fake_place(), []
    runs = crew_of(place, tmp_path, told.append).train(jobs(plan, [1, 2, 3]))
    assert place.done == ["seed 3"]
    assert list(runs) == ["seed 1", "seed 2", "seed 3"]
    assert [(t.name, t.end.epoch, t.end.of) for t in told[:2]] == [("seed 1", 4, 4), ("seed 2", 4, 4)]


def test_stopping_begins_nothing_anew_that_was_killed(plan, fake_place, crew_of):
    place = fake_place(workers=2, executor=Breaking(2), renew=lambda: Breaking(0))
    assert crew_of(place, should_stop=lambda: True).train(jobs(plan, [1, 2])) == {}
    assert place.done == []


def test_kept_training_without_the_state_that_is_needed_is_trained_again(plan, tmp_path, fake_place, crew_of):
    crew_of(folder=tmp_path).train(jobs(plan, [1]))
    place = fake_place()
    assert crew_of(place, tmp_path).train([Job("trial 1", plan.replace(seed=1), keep_state=True)])["trial 1"].state
    assert place.done == ["trial 1"]


def test_should_stop_ends_what_is_under_way_and_begins_nothing_else(plan, tmp_path, fake_place, crew_of, run_of):
    place = fake_place(lambda job: run_of(job.plan, stopped=job.plan.seed > 1))
    crew = crew_of(place, tmp_path, should_stop=lambda: len(place.done) > 1)
    runs = crew.train(jobs(plan, [1, 2, 3, 4]))
    assert list(runs) == ["seed 1", "seed 2"]
    assert place.asked_to_stop
    assert crew.stopped
    assert len(list(tmp_path.glob("*.npz"))) == 1


NETS = """
import keras
import numpy

class Noise(keras.layers.Layer):
    # draws from generators that stand in none of the variables of the model

    def call(self, rows, training=False):
        return rows + 0.1 * keras.random.normal(keras.ops.shape(rows)) if training else rows

class Model(keras.Sequential):
    def train_step(self, data):
        return super().train_step(data)

def noisy(shape):
    model = Model([keras.Input(shape), Noise(), keras.layers.Dense(10, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    return model

def build(shape):
    layers = [keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5), keras.layers.BatchNormalization()]
    model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 100)), "categorical_crossentropy")
    return model
"""


@pytest.mark.parametrize("model", ["textbook", "conv", "nets.py:build", "nets.py:noisy"])
def test_training_that_goes_on_is_bit_for_bit_one_in_one_go(tmp_path, monkeypatch, model):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(NETS)
    located, own = datasets.locate("digits"), model.startswith("nets.py")
    given = {"optimizer": None} if own else {"hyperparameters": {"dropout": 0.3}}
    wanted = Plan("digits", located.sha256, None, model, validation=300, max_epochs=5, batch_size=64, **given)

    def train(folder, stop_at=None):
        told = []
        with crew(located, None, Store(folder), told.append, lambda: told[-1].end.epoch == stop_at) as opened:
            [run] = opened.train([Job("", wanted)]).values()
        return run, [event.end.epoch for event in told]

    whole, _ = train(None)
    assert train(tmp_path / "kept", 2)[1] == [1, 2]
    resumed, epochs = train(tmp_path / "kept")
    assert epochs == [3, 4, 5]
    assert (resumed.history, resumed.updates, resumed.stopped) == (whole.history, whole.updates, False)
    assert resumed.validation_losses.tobytes() == whole.validation_losses.tobytes()
    assert [array.tobytes() for array in resumed.weights] == [array.tobytes() for array in whole.weights]


def test_every_epoch_is_told(plan, crew_of):
    told = []
    crew_of(tell=told.append).train(jobs(plan, [1, 2]))
    assert [t.name for t in told] == ["seed 1", "seed 2"]


def test_work_asks_for_more_when_a_job_is_done(plan, fake_place, crew_of):
    waiting, done = jobs(plan, [1, 2, 3]), []
    answers = iter([waiting[0], None, waiting[1], None, waiting[2], None, None])  # one at a time, as an oracle that waits
    crew_of(fake_place(workers=2)).work(lambda: next(answers), lambda job, run: done.append(job.name))
    assert done == ["seed 1", "seed 2", "seed 3"]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_broken_workers_are_renewed_and_what_was_lost_is_trained_again(plan, fake_place, crew_of, workers):
    pools = [Breaking(0)]
    place = fake_place(workers=workers, executor=Breaking(1), renew=lambda: pools.pop())
    assert list(crew_of(place).train(jobs(plan, range(5)))) == [f"seed {seed}" for seed in range(5)]
    assert sorted(place.done) == [f"seed {seed}" for seed in range(5)]


def test_workers_that_broke_while_idle_are_renewed_for_the_next_call(plan, fake_place, crew_of):
    place = fake_place(executor=Breaking(0), renew=lambda: Breaking(0))
    crew = crew_of(place)
    crew.train(jobs(plan, [1]))
    place.executor.broken = True
    assert list(crew.train(jobs(plan, [2]))) == ["seed 2"]
    place.executor.broken = True
    assert crew.finish([], False, [])[1] is False


def test_training_that_kills_its_workers_is_told_from_those_beside_it_and_given_up(plan, killing_place, crew_of):
    (place, begun), failed, done, left = killing_place(2), [], [], jobs(plan, [1, 2, 3])[::-1]
    crew_of(place).work(lambda: left.pop() if left else None, lambda job, run: done.append(job.name),
                        lambda job, error: failed.append((job.name, str(error))))  # fmt: skip
    assert sorted(done) == ["seed 1", "seed 3"]
    [(name, why)] = failed
    assert name == "seed 2"
    assert "trained seed 2 was killed each time, perhaps for want of memory" in why
    assert begun.count(2) == 1 + KILLED_AT_MOST


def test_training_that_kills_its_workers_is_one_sentence_where_there_is_nothing_to_go_on_with(plan, killing_place, crew_of):
    with pytest.raises(DataError, match="trained seed 1 was killed each time.*--resume"):
        crew_of(killing_place(1)[0]).train(jobs(plan, [1, 2]))


def test_workers_that_break_again_and_again_before_they_begin_are_given_up(plan, fake_place, crew_of):
    class Broken(Here):
        def submit(self, fn, /, *args, **kwargs):
            raise BrokenProcessPool("broken")

    place = fake_place(workers=2, executor=Broken(), renew=Broken)
    with pytest.raises(DataError, match=f"killed {RENEWED_AT_MOST + 1} times in a row.*--workers and --resume"):
        crew_of(place).train(jobs(plan, [1, 2]))


@pytest.mark.parametrize("error", [DataError("no memory"), OwnCodeError("it raised", "trace"), UsageError("no such")])
def test_job_that_fails_is_told_and_the_others_go_on(plan, fake_place, crew_of, run_of, error):
    def answer(job):
        if job.name == "seed 2":
            raise error
        return run_of(job.plan)

    failed, done, left = [], [], jobs(plan, [1, 2, 3])[::-1]
    crew_of(fake_place(answer)).work(lambda: left.pop() if left else None, lambda job, run: done.append(job.name),
                                     lambda job, error: failed.append((job.name, error)))  # fmt: skip
    assert (done, failed) == (["seed 1", "seed 3"], [("seed 2", error)])


@pytest.mark.parametrize("error", [OutputError("full"), PlaceError("full")])
def test_disk_that_is_full_or_a_place_that_is_gone_is_no_jobs_failure(plan, fake_place, crew_of, error):
    def answer(job):
        raise error

    with pytest.raises(type(error), match="full"):
        crew_of(fake_place(answer)).work(iter(jobs(plan, [1])).__next__, None, lambda job, error: None)


def test_error_of_a_training_reaches_the_caller(plan, fake_place, crew_of):
    def fail(job):
        raise OwnCodeError("nets.py:build raised ValueError: no; mend it and run again.", "Traceback: line 3")

    with pytest.raises(OwnCodeError, match=r"^nets.py:build raised") as caught:
        crew_of(fake_place(fail)).train(jobs(plan, [1]))
    assert caught.value.trace == "Traceback: line 3"


def test_own_code_error_keeps_its_traceback_on_the_way_between_processes():
    found = pickle.loads(pickle.dumps(OwnCodeError("it raised", "Traceback: line 3")))
    assert (str(found), found.trace, found.exit_code) == ("it raised", "Traceback: line 3", 1)


def test_finish_sends_neither_state_nor_losses(plan, crew_of, run_of):
    sent, tested, kept = crew_of().finish([run_of(plan, state=True)], True, [0])
    assert (sent[0].state, sent[0].validation_losses.size, tested, kept) == ([], 0, True, [0])
    assert sent[0].weights
