"""Trainings on a real Dask cluster: a scheduler and two workers on this machine."""

import json
import sys

import numpy as np
import pytest

from fitscope.analysis import Step, analyze
from fitscope.errors import DataError, OwnCodeError, UsageError
from fitscope.studies import executors
from fitscope.studies.store import Store
from fitscope.studies.work import Told

pytest.importorskip("distributed")
from distributed import Client  # noqa: E402

from fitscope.studies import dask_cluster  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
PARTS = ("history", "diagnosis", "holdout", "refit", "mistakes", "studies", "search")
NETS = """
import keras

def build(shape):
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    return model

def raises(shape):
    raise ValueError("not today")
"""


@pytest.fixture(autouse=True)
def away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def numbers(result):
    content = json.dumps({part: result.to_json()[part] for part in PARTS})
    return json.loads(content, object_hook=lambda found: {name: value for name, value in found.items() if name != "seconds"})


def test_repeats_on_a_cluster_are_those_of_this_process(cluster):
    heard = []
    there = analyze("digits", max_epochs=3, repeats=3, cluster=cluster.address, tell=heard.append)
    assert numbers(there) == numbers(analyze("digits", max_epochs=3, repeats=3))
    assert any("3 trainings, 2 at a time" in step.text for step in heard if isinstance(step, Step))
    assert {(t.name, t.end.epoch) for t in heard if isinstance(t, Told)} >= {(f"seed {seed}", 1) for seed in range(3)}


def test_own_network_travels_as_source(cluster, tmp_path):
    (tmp_path / "nets.py").write_text(NETS)
    there = analyze("digits", max_epochs=2, repeats=2, model="nets.py:build", cluster=cluster.address)
    assert numbers(there) == numbers(analyze("digits", max_epochs=2, repeats=2, model="nets.py:build"))


def test_error_of_an_own_network_comes_back_with_its_traceback(cluster, tmp_path):
    (tmp_path / "nets.py").write_text(NETS)
    with pytest.raises(OwnCodeError, match="raised ValueError: not today") as caught:
        analyze("digits", max_epochs=2, model="nets.py:raises", cluster=cluster.address)
    assert "in raises" in caught.value.trace


def test_workers_without_the_data_are_sent_it(cluster, tmp_path):
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 120), ("test", 40)):
        arrays[f"x_{part}"] = np.empty(count, object)
        arrays[f"x_{part}"][:] = [rng.integers(1, 2000, rng.integers(5, 30)).tolist() for _ in range(count)]
        arrays[f"y_{part}"] = rng.integers(0, 2, count)
    (tmp_path / "only-here").mkdir()
    np.savez(tmp_path / "only-here" / "imdb.npz", **arrays)
    (tmp_path / "only-here" / "imdb_word_index.json").write_text(json.dumps({f"w{rank}": rank for rank in range(1, 2000)}))
    given = {"data_dir": "only-here", "validation": 40, "max_epochs": 2, "num_words": 2000, "remedies": True}
    assert numbers(analyze("imdb", cluster=cluster.address, **given)) == numbers(analyze("imdb", **given))


def test_own_texts_that_are_sent_are_read_with_fewer_words_too(cluster, tmp_path):
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("test", 20)):
        for kind in ("bad", "good"):
            folder = tmp_path / "texts" / part / kind
            folder.mkdir(parents=True)
            for i in range(count // 2):
                (folder / f"{i}.txt").write_text(" ".join(f"{kind[0]}{rng.integers(3)} w{n}" for n in rng.integers(0, 3000, 60)))
    given = {"max_epochs": 2, "num_words": 2000, "remedies": True, "validation": 20}
    there = analyze("texts", cluster=cluster.address, **given)
    assert "fewer_words" in {remedy.name for remedy in there.studies.remedies}
    assert numbers(there) == numbers(analyze("texts", **given))


def test_search_goes_on_without_a_worker_that_was_killed(own_cluster):
    own_cluster.add().add().ready(2)

    def tell(event):
        if isinstance(event, Told) and event.name == "trial 2" and own_cluster.workers[0].poll() is None:
            own_cluster.workers[0].kill()

    result = analyze("digits", max_epochs=3, search="random", trials=6, cluster=own_cluster.address, tell=tell)
    assert own_cluster.workers[0].poll() is not None
    assert [trial.trial for trial in result.search.trials] == [f"trial {number}" for number in range(1, 7)]
    assert all(len(trial.history) == 3 for trial in result.search.trials)


def test_scheduler_that_goes_away_is_one_sentence(own_cluster, tmp_path):
    own_cluster.add().ready(1)

    def tell(event):
        if isinstance(event, Told):
            own_cluster.scheduler.kill()

    with pytest.raises(DataError, match="scheduler.*--resume"):
        analyze("digits", max_epochs=2000, repeats=2, cluster=own_cluster.address, tell=tell)


def test_analysis_whose_scheduler_went_away_goes_on_from_the_last_epochs(own_cluster, tmp_path):
    own_cluster.add().ready(1)

    def tell(event):
        if isinstance(event, Told) and event.end.epoch == 3:
            own_cluster.scheduler.kill()

    given = {"max_epochs": 150, "output": tmp_path / "run"}
    with pytest.raises(DataError, match="scheduler.*--resume"):
        analyze("digits", cluster=own_cluster.address, tell=tell, **given)
    [reached] = Store(tmp_path / "run" / ".run" / "trainings").progress()[1]
    assert reached >= 3
    told = []
    again = analyze("digits", resume=True, tell=told.append, **given)
    assert next(event.end.epoch for event in told if isinstance(event, Told)) > 3
    assert numbers(again) == numbers(analyze("digits", max_epochs=150))


def test_worker_that_sees_another_folder_keeps_nothing_there(tmp_path):
    assert dask_cluster._shared(None, "a") is None
    shared = dask_cluster._shared(tmp_path / "new", "a")
    assert dask_cluster._seen(shared, "a") == tmp_path / "new"
    assert dask_cluster._seen(shared, "b") is None
    assert dask_cluster._seen(tmp_path / "missing", "a") is None
    (tmp_path / "file").write_text("")
    assert dask_cluster._shared(tmp_path / "file", "a") is None


def test_scheduler_without_workers_is_refused(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WORKER_SECONDS", 1)
    with pytest.raises(DataError, match="has no workers, and none came within 1 seconds; start some with `dask worker"):
        analyze("digits", max_epochs=2, cluster=own_cluster.address)


def test_scheduler_that_goes_away_before_a_worker_comes_is_one_sentence(own_cluster, monkeypatch):
    monkeypatch.setattr(dask_cluster, "ANSWER_SECONDS", 2)
    with pytest.raises(DataError, match="did not answer .*; start it with `dask scheduler`"):
        analyze("digits", cluster=own_cluster.address, tell=lambda event: own_cluster.scheduler.kill())


@pytest.fixture
def empty():
    """A cluster in this process that has no workers yet."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=":0") as found:
        yield found


@pytest.mark.parametrize("late", [lambda found: found.adapt(minimum=0, maximum=1, interval="100ms"), lambda found: found.scale(1)])
def test_worker_that_comes_late_is_waited_for(empty, late):
    told = []

    def say(text):
        told.append(text)
        late(empty)

    with Client(empty.scheduler_address, set_as_default=False) as client:
        assert [dask_cluster._workers(client, "tcp://HOST:8786", say) for _ in range(2)] == [1, 1]
    assert told == ["Waiting up to 60 seconds for a worker of tcp://HOST:8786"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_scheduler_that_does_not_answer_is_one_sentence(address):
    with pytest.raises(DataError, match="did not answer.*dask scheduler"):
        analyze("digits", max_epochs=2, cluster=address)


def test_missing_dask_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install distributed"), executors.cluster(None, None, "tcp://x:1", None):
        pass


def test_interrupted_trainings_on_a_cluster_end_after_their_epoch(cluster, tmp_path):
    told = []
    result = analyze("digits", max_epochs=2000, repeats=3, cluster=cluster.address, output=tmp_path / "run", tell=told.append,
                     should_stop=lambda: sum(isinstance(event, Told) for event in told) > 4)  # fmt: skip
    assert result.partial
    assert 1 <= len(result.history) < 500


def test_workers_are_free_again_after_an_analysis_that_was_given_up(cluster):
    def tell(event):
        if isinstance(event, Told):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyze("digits", max_epochs=100_000, repeats=2, cluster=cluster.address, tell=tell)
    assert analyze("digits", max_epochs=2, cluster=cluster.address).test_reads == 1
