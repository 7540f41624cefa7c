"""What a blind result keeps to itself until the student has answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fitscope.diagnosis import Diagnosis, again
from fitscope.diagnosis.best_epoch import Uncertainty
from fitscope.errors import UsageError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.result.facts import DatasetFacts
from fitscope.result.plain import read

_SAMPLES = (
    "basis",
    "samples",
    "groups",
    "covariance",
)  # of the uncertainty: facts of the samples, which tell no epoch from another
PARTS = ("import", "data", "leaks", "train")  # the refit's seconds would tell its epochs
_TELLING: dict[str, Any] = {"holdout": None, "refit": None, "refit_skipped": None, "mistakes": None, "studies": {}, "search": None}


def hidden(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result's plain data with every key, and without all that tells more than the curves.

    Args:
        content: as `Result.to_json` makes it of a result that is not blind.
    """
    diagnosis = {name: _empty(value) for name, value in content["diagnosis"].items()}
    diagnosis["plateau"] = None
    if (sure := content["diagnosis"]["uncertainty"]) is not None:
        diagnosis["uncertainty"] = {name: value if name in _SAMPLES else _empty(value) for name, value in sure.items()}
    seconds = {name: took for name, took in content["seconds"].items() if name in PARTS}
    return {**content, **_TELLING, "diagnosis": diagnosis, "seconds": seconds}


def _empty(value: Any) -> Any:
    return type(value)() if isinstance(value, (list, dict)) else None


def judged(content: Mapping[str, Any]) -> Diagnosis:
    """Return the diagnosis of a blind result, from its curves and from what it keeps of its samples.

    Args:
        content: the parsed JSON, which nobody has checked yet.

    Raises:
        ResultError: the curves, the samples' covariance or the data's facts cannot be read.
    """
    history = read(TrainingHistory, content.get("history"), "result.history")
    data = read(DatasetFacts | None, content.get("dataset"), "result.dataset")
    said = content.get("diagnosis")
    kept = read(Uncertainty | None, said.get("uncertainty") if isinstance(said, dict) else None, "result.diagnosis.uncertainty")
    if kept is None or kept.covariance is None or np.isnan(history.val_loss).all():
        kept = None
    majority, classes = (None, None) if data is None else (data.majority, data.guessed)
    plan = read(Plan | None, content.get("plan"), "result.plan")
    return again(history, kept, majority=majority, classes=classes, seed=0 if plan is None else plan.seed)


def refuse(blind: bool, what: str) -> None:
    """Refuse to tell of a blind result what it keeps to itself.

    Args:
        blind: whether it is one.
        what: which, such as its folder.

    Raises:
        UsageError: it is.
    """
    if blind:
        raise UsageError(
            f"{what} is blind: it shows the curves alone until you have answered. Fill in the form of fitscope answers, then run "
            "fitscope submit RUN --answers answers.md."
        )
