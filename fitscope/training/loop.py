"""The training itself: a plan in, a run out. `train` is the only function that trains."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope import datasets
from fitscope.datasets import Dataset
from fitscope.errors import DataError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.training.networks import build
from fitscope.training.steps import steps_for

if TYPE_CHECKING:
    pass

Weights = list[NDArray[np.float32]]
Part = tuple[Any, NDArray[np.float32]]


@dataclass(frozen=True)
class EpochEnd:
    """Tell that an epoch is over: which of how many, and its metrics under Keras' names."""

    epoch: int
    of: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Run:
    """Hold what came of a plan.

    Args:
        plan: the plan.
        history: loss and accuracy of every epoch, and val_loss and val_accuracy where samples were held out.
        validation_losses: float32 [epochs, samples], every validation sample's loss after every epoch; [epochs, 0]
            where none was held out.
        weights: of the epoch with the lowest validation loss, or of the last epoch where none was held out.
        updates: how many steps the optimizer made.
        stopped: whether `on_epoch` stopped the training before its last epoch.
        seconds: what the epochs took.
        path: `sparse` or `dense`: which engine trained.
    """

    plan: Plan
    history: TrainingHistory
    validation_losses: NDArray[np.float32]
    weights: Weights
    updates: int
    stopped: bool
    seconds: float
    path: str


def train(plan: Plan, on_epoch: Callable[[EpochEnd], object] | None = None, *, data: Dataset | None = None) -> Run:
    """Train the plan's network.

    Two equal plans give the same curves, bit for bit on one machine. A training whose loss is no longer finite ends
    with that epoch, for no later epoch can mend its weights.

    Args:
        plan: everything that decides the training.
        on_epoch: is told the end of every epoch; where it returns True the training ends there.
        data: the plan's data, where it is loaded already.

    Returns:
        The run.

    Raises:
        DataError: the data is not the data that the plan names.
    """
    data = datasets.load(datasets.locate(plan.dataset), plan.num_words) if data is None else data
    if data.sha256 != plan.data_sha256:
        raise DataError(
            f"The plan was made for {plan.dataset} with SHA-256 {plan.data_sha256[:12]}, and this data has "
            f"{data.sha256[:12]}; give the folder of the plan's data with --data-dir."
        )
    return _Training(plan, data).run(on_epoch or (lambda _: None))


def batch_order(plan: Plan, samples: int, epoch: int) -> NDArray[np.int64]:
    """Return the order in which an epoch's samples are taken: a permutation that seed and epoch decide alone.

    Example:
        >>> plan = Plan("digits", "", None, "textbook", seed=3)
        >>> bool((batch_order(plan, 9, 1) == batch_order(plan, 9, 1)).all())
        True
    """
    return np.random.default_rng([plan.seed, epoch]).permutation(samples)


class _Training:
    """One training under way."""

    def __init__(self, plan: Plan, data: Dataset) -> None:
        self.plan = plan
        self.model = build(plan, data)
        self.steps = steps_for(self.model, data.sparse)
        self.rows, self.targets = data.training(plan.validation)
        self.validation = data.validation(plan.validation) if plan.validation else None
        self.epochs = plan.max_epochs
        self.updates = 0
        self.records: list[dict[str, float]] = []
        self.losses: list[NDArray[np.float32]] = []
        self.weights: Weights = []

    def run(self, on_epoch: Callable[[EpochEnd], object]) -> Run:
        started, stopped = time.perf_counter(), False
        for epoch in range(1, self.epochs + 1):
            metrics = self._train_epoch(epoch) | self._validate()
            self._keep(metrics)
            wish = on_epoch(EpochEnd(epoch, self.epochs, metrics))
            stopped = wish is True and epoch < self.epochs
            if stopped or self._spent() or not all(map(math.isfinite, metrics.values())):
                break
        return self._finish(stopped, time.perf_counter() - started)

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        size, order = self.plan.batch_size, batch_order(self.plan, len(self.targets), epoch)
        sums, seen = [], 0
        for first in range(0, len(order), size):
            batch = order[first : first + size]
            sums.append(self.steps.update(self.rows[batch], self.targets[batch]))
            seen += len(batch)
            self.updates += 1
            if self._spent():
                break
        loss, hits = (math.fsum(tensor.numpy() for tensor in tensors) for tensors in zip(*sums))
        return {"loss": loss / seen, "accuracy": hits / seen}

    def _spent(self) -> bool:
        return self.plan.updates is not None and self.updates >= self.plan.updates

    def _validate(self) -> dict[str, float]:
        if self.validation is None:
            return {}
        losses, hits = self.steps.evaluate(*self.validation)
        self.losses.append(losses)
        return {"val_loss": float(losses.mean(dtype=np.float64)), "val_accuracy": float(hits.mean())}

    def _keep(self, metrics: dict[str, float]) -> None:
        lowest = min((r["val_loss"] for r in self.records if math.isfinite(r.get("val_loss", math.nan))), default=math.inf)
        self.records.append(metrics)
        if self.validation is not None and metrics["val_loss"] < lowest:
            self.weights = self.model.get_weights()

    def _finish(self, stopped: bool, seconds: float) -> Run:
        names = self.records[0]
        history = TrainingHistory.of({name: [record[name] for record in self.records] for name in names})
        losses = np.stack(self.losses) if self.losses else np.empty((len(self.records), 0), np.float32)
        weights = self.weights if self.validation is not None else self.model.get_weights()
        return Run(self.plan, history, losses, weights, self.updates, stopped, seconds, self.steps.path)
