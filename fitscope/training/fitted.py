"""Networks that stock steps don't serve: trained by their own `fit`, one epoch at a time, and evaluated sample by sample."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Rows, count, take
from fitscope.errors import UsageError
from fitscope.training.objectives import NAMES, Objective
from fitscope.training.scores import PerSample
from fitscope.training.steps import EVALUATED_AT_ONCE, Targets, Weights, averages

if TYPE_CHECKING:
    import keras


class FittedSteps:
    """Train a model by its own `fit`: one with its own `train_step`, several inputs, or data from `tf.data`.

    Args:
        model: compiled.
        goal: how it is judged.
        streams: whether training rows come as a `tf.data.Dataset` of batches, whose order is its own.
    """

    def __init__(self, model: keras.Model, goal: Objective, streams: bool) -> None:
        self.model, self.goal = model, goal
        self.streams, self.path = streams, "tf.data" if streams else "keras"
        self._plain = averages(model) and not model.losses  # which it has from its first rows on
        model.optimizer.build(model.trainable_variables)

    def train(self, rows: Rows, targets: Targets, weights: Weights, order: NDArray[np.int64], size: int) -> dict[str, float]:
        """Train for one epoch.

        Returns:
            The epoch's loss and measure as `fit` reports them. What it does not report, and a loss that holds more than the
            samples' mean (penalties, weights), is evaluated after the epoch.

        Raises:
            UsageError: samples are weighted, and come from `tf.data`.
        """
        weighted, streams = bool((weights != 1).any()), self.streams
        if streams and weighted:
            raise UsageError("--class-weight balanced does not fit data whose batches come from tf.data; leave it out.")
        if streams:
            batches = self._fit_for_loss(rows.take(math.ceil(len(order) / size)) if len(order) < len(targets) else rows)
        else:
            batches = _batches(rows, targets, weights, order, size)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Your input ran out of data")  # as a stream of unknown length does at its end
            logs = self.model.fit(batches, epochs=1, shuffle=False, verbose=0).history
        measure = next((logs[name][-1] for name in NAMES[self.goal.measure] if name in logs), None)
        loss = logs["loss"][-1] if "loss" in logs and not weighted and self._plain else None
        if loss is None or measure is None:
            losses, measures = self._evaluate_stream(batches) if streams else self.evaluate(rows, targets)
            loss = losses.mean(dtype=np.float64) if loss is None else loss
            measure = measures.mean(dtype=np.float64) if measure is None else measure
        return {"loss": _number(loss), self.goal.measure: _number(measure)}

    def _fit_for_loss(self, stream: Any) -> Any:
        """Return a stream whose classes are one-hot where the loss needs them so."""
        import tensorflow as tf

        width = self.goal.width
        if width == 1 or stream.element_spec[1].shape.rank != 1:
            return stream
        return stream.map(lambda rows, labels: (rows, tf.one_hot(tf.cast(labels, tf.int32), width)))

    def evaluate(self, rows: Rows, targets: Targets) -> PerSample:
        """Return each sample's loss and its measure, both [samples]."""
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in range(0, len(targets), EVALUATED_AT_ONCE)]
        return _joined([self._said(dense(take(rows, part)), targets[part]) for part in parts])

    def _evaluate_stream(self, stream: Any) -> PerSample:
        """Return what `evaluate` does, of a stream's batches in one pass."""
        said = []
        for rows, targets in stream:
            given = np.asarray(targets, np.float32)
            said.append(self._said(rows, given[:, None] if given.ndim == 1 else given))
        return _joined(said)

    def _said(self, rows: Any, targets: Targets) -> tuple[Any, Any]:
        answers = self._answers(rows)
        return self.goal.losses(targets, answers), self.goal.measures(targets, answers)

    def _answers(self, rows: Any) -> Any:
        """Return answers as float32, also those of a network that reckons in float16."""
        import tensorflow as tf

        return tf.cast(self.model(rows, training=False), tf.float32)

    def predict(self, rows: Rows) -> NDArray[np.float32]:
        """Return the network's answers [samples, outputs]."""
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in range(0, count(rows), EVALUATED_AT_ONCE)]
        return np.concatenate([np.asarray(self._answers(dense(take(rows, part)))) for part in parts])


def _joined(said: list[tuple[Any, Any]]) -> PerSample:
    losses, measures = (np.concatenate([np.asarray(tensor) for tensor in tensors]) for tensors in zip(*said))
    return losses, measures


def _number(value: Any) -> float:
    return math.nan if value is None else float(np.mean(value))


def dense(rows: Rows) -> Any:
    """Return rows as arrays that any network takes; only CSR has to be made so."""
    return rows.toarray() if hasattr(rows, "toarray") else rows


def _batches(rows: Rows, targets: Targets, weights: Weights, order: NDArray[np.int64], size: int) -> Any:
    """Return the epoch's batches as Keras takes them: made when they are needed, so that sparse rows stay small."""
    import keras

    weighted = bool((weights != 1).any())

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return math.ceil(len(order) / size)

        def __getitem__(self, number: int) -> tuple[Any, ...]:
            batch = order[number * size : (number + 1) * size]
            given = dense(take(rows, batch)), targets[batch]
            return (*given, weights[batch]) if weighted else given

    return Batches()
