"""The training itself: a plan in, a run out. `train` is the only function that trains."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope import datasets
from fitscope.datasets import Dataset, own
from fitscope.datasets.dataset import Labels, Rows
from fitscope.datasets.streams import is_stream
from fitscope.errors import DataError, UsageError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.training import randomness
from fitscope.training.checkpoint import Checkpoint
from fitscope.training.checkpoint_file import Epoch, shapes_of
from fitscope.training.compiled import reused, variables
from fitscope.training.fitted import FittedSteps
from fitscope.training.networks import build, check_loss, outputs_of
from fitscope.training.objectives import gives_logits, objective, probabilities
from fitscope.training.run import EpochEnd, Run, Weights
from fitscope.training.steps import DenseSteps, SparseSteps, is_stock, steps_for

Steps = SparseSteps | DenseSteps | FittedSteps


def train(
    plan: Plan,
    on_epoch: Callable[[EpochEnd], object] | None = None,
    *,
    data: Dataset | None = None,
    begun: Run | None = None,
    answers: bool = False,
    checkpoint: Checkpoint | None = None,
) -> Run:
    """Train the plan's network.

    Two equal plans give the same curves, bit for bit on one machine. A training whose loss is no longer finite ends
    with that epoch, for no later epoch can mend its weights.

    Args:
        plan: everything that decides the training.
        on_epoch: is told the end of every epoch; where it returns True the training ends there.
        data: the plan's data, where it is loaded already.
        begun: a run of the same plan over fewer epochs; the training goes on where it ended, and its curves are those
            that it would have had in one go.
        answers: whether the run holds the answers to the validation samples, too.
        checkpoint: where every finished epoch is kept before it is told, and where the training goes on from what was kept
            before; not of a `tf.data` stream, which shuffles by itself and is begun anew.

    Returns:
        The run.

    Raises:
        DataError: the data is not the data that the plan names.
    """
    data = datasets.load(datasets.locate(plan.dataset, options=plan.options), plan.num_words) if data is None else data
    if data.sha256 != plan.data_sha256:
        what = f"The plan was made for {plan.dataset} with SHA-256 {plan.data_sha256[:12]}, and this data has {data.sha256[:12]}"
        if own.is_own(plan.dataset):
            raise DataError(f"{what}: the function returned other data this time; fix its seed, and run again.")
        raise DataError(f"{what}; give the folder of the plan's data with --data-dir.")
    training = _Training(plan, data)
    training.go_on(begun, checkpoint)
    try:
        run = training.run(on_epoch or (lambda _: None))
    finally:
        if checkpoint is not None:
            checkpoint.close()
    return replace(run, answers=training.answers()) if answers and run.weights and plan.validation else run


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
        self.plan, self.task = plan, data.task
        self.rows, labels = data.training(plan)
        if is_stream(self.rows) and plan.batch_size != data.batch_size:
            raise UsageError(
                f"--batch-size {plan.batch_size} does not fit {data.name}, whose batches come from tf.data; leave it out."
            )
        self.steps = steps_of(plan, data, self.rows)
        self.model = self.steps.model
        self.targets, self.sample_weights = self.steps.goal.targets(labels), _sample_weights(plan, labels)
        self.validation = self._validation(data) if plan.validation else None
        self.epochs = plan.max_epochs
        self.updates, self.before = 0, 0.0
        self.records: list[dict[str, float]] = []
        self.losses: list[NDArray[np.float32]] = []
        self.weights: Weights = []
        self.best: int | None = None
        self.checkpoint: Checkpoint | None = None

    def _validation(self, data: Dataset) -> tuple[Rows, NDArray[Any]]:
        rows, labels = data.validation(self.plan)
        return rows, self.steps.goal.targets(labels)

    def go_on(self, begun: Run | None, checkpoint: Checkpoint | None) -> None:
        """Begin where an earlier training ended, the one that came further."""
        self._randoms()  # Keras' own generator is made now, whether the training goes on or begins
        if not is_stream(self.rows):
            self.checkpoint = checkpoint
        shapes = shapes_of(self._state())
        kept = None if self.checkpoint is None else self.checkpoint.read(shapes)
        if begun is not None and shapes_of(begun.state) != shapes:  # kept of a network that was changed since then
            begun = None
        begun = max(filter(None, (begun, kept)), key=lambda run: len(run.history), default=None)
        if begun is None:
            return
        for variable, value in zip(variables(self.model), begun.state, strict=True):
            variable.assign(value)
        names = begun.history.metrics
        self.records = [{name: float(names[name][i]) for name in names} for i in range(len(begun.history))]
        self.losses = list(begun.validation_losses) if self.validation is not None else []
        self.weights, self.best = begun.weights, _best([record.get("val_loss", math.nan) for record in self.records])
        self.updates, self.before = begun.updates, begun.seconds
        randomness.restore(begun.randoms)

    def run(self, on_epoch: Callable[[EpochEnd], object]) -> Run:
        started, stopped = time.perf_counter(), False
        spoilt = bool(self.records) and not _finite(self.records[-1])
        for epoch in range(len(self.records) + 1, self.epochs + 1) if not spoilt and not self._spent() else ():
            metrics = self._train_epoch(epoch) | self._validate()
            self._record(metrics)
            self._checkpoint(time.perf_counter() - started)
            wish = on_epoch(EpochEnd(epoch, self.epochs, metrics))
            stopped = wish is True and epoch < self.epochs and not self._spent()
            if stopped or self._spent() or not _finite(metrics):
                break
        return self._finish(stopped, time.perf_counter() - started)

    def _checkpoint(self, seconds: float) -> None:
        """Keep the epoch that has just ended."""
        if self.checkpoint is not None:
            self.checkpoint.keep(Epoch(self.records, self.losses, self._state(), self.weights, self.best, self.updates,
                                          self.before + seconds, self.steps.path, self._randoms()))  # fmt: skip

    def _state(self) -> Weights:
        return [np.asarray(variable.value) for variable in variables(self.model)]

    def _randoms(self) -> dict[str, Any]:
        return randomness.state() if self.steps.path == "keras" else {}

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        size, order = self.plan.batch_size, batch_order(self.plan, len(self.targets), epoch)
        if self.plan.updates is not None:
            order = order[: (self.plan.updates - self.updates) * size]
        self.updates += math.ceil(len(order) / size)
        metrics: dict[str, float] = self._call(self.steps.train, self.rows, self.targets, self.sample_weights, order, size)
        return metrics

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if not own.is_own(self.plan.model):
            return function(*arguments)
        return own.call(f"The network of {self.plan.model}", function, *arguments)

    def _spent(self) -> bool:
        return self.plan.updates is not None and self.updates >= self.plan.updates

    def _validate(self) -> dict[str, float]:
        if self.validation is None:
            return {}
        losses, measures = self._call(self.steps.evaluate, *self.validation)
        self.losses.append(losses)
        name = f"val_{self.steps.goal.measure}"
        return {"val_loss": float(losses.mean(dtype=np.float64)), name: float(measures.mean(dtype=np.float64))}

    def _record(self, metrics: dict[str, float]) -> None:
        lowest = math.inf if self.best is None else self.records[self.best - 1]["val_loss"]
        self.records.append(metrics)
        if self.validation is not None and metrics["val_loss"] < lowest:
            self.weights, self.best = self.model.get_weights(), len(self.records)

    def _finish(self, stopped: bool, seconds: float) -> Run:
        names = self.records[0]
        history = TrainingHistory.of({name: [record[name] for record in self.records] for name in names})
        losses = np.stack(self.losses) if self.losses else np.empty((len(self.records), 0), np.float32)
        weights = self.weights if self.validation is not None else self.model.get_weights()
        state = [np.array(array) for array in self._state()]
        return Run(self.plan, history, losses, weights, self.updates, stopped, self.before + seconds, self.steps.path, state,
                   randoms=self._randoms())  # fmt: skip

    def answers(self) -> NDArray[np.float32]:
        """Return what the network says of the validation samples at the best epoch, and what it says now."""
        assert self.validation is not None
        last = self._call(self.steps.predict, self.validation[0])
        self.model.set_weights(self.weights)
        both = np.stack([self._call(self.steps.predict, self.validation[0]), last])
        return np.asarray(probabilities(both, self.task) if gives_logits(self.model) else both, np.float32)


def steps_of(plan: Plan, data: Dataset, rows: Rows) -> Steps:
    """Return what trains and evaluates the plan's network: compiled steps where stock training is meant, else its own `fit`.

    Args:
        plan: names the network; its weights are fresh from the plan's seed.
        data: gives the task.
        rows: what it will read.
    """
    model = build(plan, data, rows)
    goal = objective(model, data, outputs_of(model, rows))
    if own.is_own(plan.model):
        check_loss(plan.model, model, goal, rows)
    streams, several = is_stream(rows), isinstance(rows, (dict, tuple))
    if streams or several or not is_stock(model):
        return FittedSteps(model, goal, streams)
    steps = steps_for(model, goal, rows)
    return steps if own.is_own(plan.model) else reused(steps)


def _sample_weights(plan: Plan, labels: Labels) -> NDArray[np.float32]:
    """Return what each sample counts: 1, or samples / (classes * samples of its class) as scikit-learn's `balanced` does."""
    if plan.class_weight is None:
        return np.ones(len(labels), np.float32)
    if labels.ndim != 1:
        raise UsageError(f"--class-weight balanced needs one class a sample, and {plan.dataset} has none; leave it out.")
    sizes = np.bincount(labels)
    each = len(labels) / ((sizes > 0).sum() * np.maximum(sizes, 1))
    return np.asarray(each[labels], np.float32)


def _finite(metrics: dict[str, float]) -> bool:
    return all(math.isfinite(metrics[name]) for name in ("loss", "val_loss") if name in metrics)


def _best(losses: Sequence[float]) -> int | None:
    """Return the epoch with the lowest loss, the first on ties; None where none is finite."""
    finite = [(loss, epoch) for epoch, loss in enumerate(losses, 1) if loss < math.inf]
    return min(finite)[1] if finite else None
