"""One plan gives the same curves wherever and however it is trained, bit for bit."""

import pytest

from fitscope import datasets
from fitscope.plan import Plan
from fitscope.studies.crew import crew
from fitscope.studies.store import Store
from fitscope.studies.work import Job

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")

DENSE = {"dataset": "digits", "validation": 300, "batch_size": 64, "hyperparameters": {"dropout": 0.3}}
CONV = DENSE | {"model": "conv"}
SPARSE = {"dataset": "imdb", "num_words": 2000, "samples": 3000, "validation": 1000, "batch_size": 256, "optimizer": "adam"}


def trained(plan, located, folder=None, stop_at=None, **where):
    """Train a plan somewhere; return all that came of it, curves and weights as bytes, and the epochs that were trained."""
    told = []
    with crew(located, plan.num_words, Store(folder), told.append, lambda: bool(told) and told[-1].end.epoch == stop_at,
              **where) as opened:  # fmt: skip
        run = opened.train([Job("it", plan)])["it"]
    curves = {name: run.history.curve(name).tobytes() for name in run.history.metrics}
    return (curves, run.validation_losses.tobytes(), [array.tobytes() for array in run.weights], run.updates), [
        event.end.epoch for event in told
    ]


@pytest.mark.parametrize(
    "settings",
    [pytest.param(DENSE, id="dense"), pytest.param(CONV, id="conv"),
     pytest.param(SPARSE, id="sparse", marks=pytest.mark.needs_data)],
)  # fmt: skip
def test_same_plan_gives_the_same_curves_here_in_a_worker_on_dask_and_after_a_resume(cluster, tmp_path, settings):
    located = datasets.locate(settings["dataset"])
    plan = Plan(data_sha256=located.sha256, max_epochs=6, seed=7, **{"num_words": None, "model": "textbook"} | settings)
    here, epochs = trained(plan, located)
    assert epochs == [1, 2, 3, 4, 5, 6]
    assert trained(plan, located)[0] == here
    assert trained(plan, located, tmp_path, stop_at=3)[1] == [1, 2, 3]
    assert trained(plan, located, tmp_path) == (here, [4, 5, 6])
    assert trained(plan, located, address=cluster.address)[0] == here
    # A worker has fewer threads, with which convolutions add up in another order.
    assert settings is CONV or trained(plan, located, workers=2)[0] == here
