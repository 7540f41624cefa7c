"""Analyses that are killed at random moments, again and again, and gone on with until they end.

`FITSCOPE_KILLS=200 pytest tests/faults/test_killed.py` kills more often.
"""

import io
import json
import os
import random
import re
import shutil
import signal
import zipfile

import h5py
import numpy as np
import pytest

from fitscope.plan import Plan
from fitscope.result import Result
from fitscope.studies.store import Store
from fitscope.training import Checkpoint, checkpoint_file
from fitscope.training.checkpoint_file import STATE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = int(os.environ.get("FITSCOPE_KILLS", "12"))
WISHES = {
    "alone": ["--max-epochs", "40"],
    "repeats, a search and remedies": [
        "--max-epochs",
        "8",
        "--repeats",
        "2",
        "--search",
        "bayesian",
        "--trials",
        "4",
        "--remedies",
    ],
    "hyperband": ["--max-epochs", "9", "--search", "hyperband", "--trials", "5", "--model", "linear"],
}
TOLD = re.compile(r"^(?:(.+): )?epoch (\d+)/(\d+)  loss", re.MULTILINE)
FILES = ("history.csv", "model.keras", "plan.json", "report.html", "result.json", "samples.npz")


def lasting(content):
    """Return what two analyses of one plan have in common: all but moments, seconds and memory."""
    if isinstance(content, dict):
        return {name: lasting(value) for name, value in content.items() if name not in ("created", "seconds", "peak_mb")}
    return [lasting(value) for value in content] if isinstance(content, list) else content


def numbers(run):
    """Return the numbers of a finished analysis, bit for bit."""
    with np.load(run / "samples.npz") as samples:
        losses = samples["losses"].tobytes()
    return lasting(json.loads((run / "result.json").read_text())), (run / "history.csv").read_bytes(), losses, weights(run)


def weights(run):
    found = {}
    with zipfile.ZipFile(run / "model.keras") as model, h5py.File(io.BytesIO(model.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: found.update({name: item[()].tobytes()} if isinstance(item, h5py.Dataset) else {}))
    return found


def check_all_is_whole(run, told):
    """Hold that whatever was killed left files that can be read, and no epoch lost that it had told of.

    What is told may lag some epochs behind what is kept; trainings that were finished before are told again.
    """
    if (run / "result.json").exists():
        Result.from_text((run / "result.json").read_text())
    if (run / "report.html").exists():
        assert (run / "report.html").read_text().rstrip().endswith("</html>")
    if (run / "plan.json").exists():
        json.loads((run / "plan.json").read_text())
    store = Store(run / ".run" / "trainings")
    for state in store.folder.glob(f"*{STATE}"):
        plan = _plan_of(state)
        assert store.find(plan) or Checkpoint(store.folder, plan).read(), state
    said = TOLD.findall(told)
    if said and (run / ".run").exists():
        finished, reached = store.progress()
        ended = sum(epoch == of for _, epoch, of in said[:-1])
        assert max(reached, default=0) >= int(said[-1][1]) or finished > ended, (said, reached, finished)


def _plan_of(state):
    with open(state, "rb") as file:
        return Plan.from_json(checkpoint_file.opening(file)[0]["plan"])


@pytest.mark.parametrize("wishes", WISHES.values(), ids=WISHES)
def test_analysis_that_is_killed_anywhere_ends_as_if_it_had_never_been(fitscope, tmp_path, wishes):
    whole, run, rng = tmp_path / "whole", tmp_path / "run", random.Random(os.environ.get("FITSCOPE_KILL_SEED", "0"))
    status, seconds = fitscope("analyze", "digits", *wishes, "--output", "whole")
    assert status == 0, (tmp_path / "told.txt").read_text()
    expected, kills = numbers(whole), 0
    while kills < KILLS // len(WISHES):
        status, _ = fitscope("analyze", "digits", *wishes, "--resume", "run", kill_after=rng.uniform(0, seconds))
        told = (tmp_path / "told.txt").read_text() if (tmp_path / "told.txt").exists() else ""
        assert status in (0, -signal.SIGKILL), told
        kills += status != 0
        if run.exists():
            check_all_is_whole(run, told)
        if status == 0:
            assert numbers(run) == expected
            shutil.rmtree(run)
    status, _ = fitscope("analyze", "digits", *wishes, "--resume", "run")
    assert status == 0, (tmp_path / "told.txt").read_text()
    assert numbers(run) == expected
    assert {path.name for path in run.iterdir()} >= set(FILES)
    assert not (run / ".run").exists()
