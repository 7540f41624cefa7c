"""One epoch and one evaluation of a network, compiled: on dense rows, or with a sparse first product."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Rows
from fitscope.training.objectives import Objective
from fitscope.training.scores import PerSample

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

Targets = NDArray[np.float32]  # [samples, outputs]
Weights = NDArray[np.float32]  # [samples], what each sample counts while training

# Rows evaluated at once where they are made dense: enough to keep the processor busy, too few to count in memory.
EVALUATED_AT_ONCE = 2048


def steps_for(model: keras.Model, goal: Objective, rows: Rows) -> DenseSteps | SparseSteps:
    """Return the fastest steps for a network here: sparse rows stay sparse but on a GPU, where dense products are faster.

    Args:
        model: a compiled model that trains as stock Keras does.
        goal: how it is judged.
        rows: what it is trained on, CSR or an array.
    """
    import tensorflow as tf

    sparse = hasattr(rows, "tocsr")
    if sparse and _first_is_dense(model) and not tf.config.list_physical_devices("GPU"):
        return SparseSteps(model, goal)
    return DenseSteps(model, goal, tuple(rows.shape[1:]), sparse)


def _first_is_dense(model: keras.Model) -> bool:
    import keras

    if not isinstance(model, keras.Sequential) or not model.layers:
        return False
    first = model.layers[0]
    return type(first) is keras.layers.Dense and bool(first.use_bias and first.trainable)


def train_epoch(
    steps: DenseSteps | SparseSteps, rows: Rows, targets: Targets, weights: Weights, order: NDArray[np.int64], size: int
) -> dict[str, float]:
    """Take the samples once in the given order, a step each batch.

    Returns:
        The epoch's mean loss and measure, of each batch before its step.
    """
    sums = []
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        sums.append(steps.update(rows[batch], targets[batch], weights[batch]))
    loss, measure = (math.fsum(tensor.numpy() for tensor in tensors) for tensors in zip(*sums))
    return {"loss": loss / len(order), steps.goal.measure: measure / len(order)}


class DenseSteps:
    """Train and evaluate a compiled Keras model on dense rows; sparse ones are made dense on the device, batch by batch.

    Args:
        model: compiled, with one input.
        goal: how it is judged.
        shape: of one row.
        sparse: whether rows come as scipy CSR.
    """

    path = "dense"

    def __init__(self, model: keras.Model, goal: Objective, shape: tuple[int, ...], sparse: bool) -> None:
        self.model, self.goal, self.shape, self.sparse = model, goal, shape, sparse
        model.optimizer.build(model.trainable_variables)

    @cached_property
    def _rows_signature(self) -> Any:
        import tensorflow as tf

        if self.sparse:
            return [tf.TensorSpec([None, 2], tf.int64), tf.TensorSpec([None], tf.float32)]
        return [tf.TensorSpec([None, *self.shape], tf.float32)]

    @cached_property
    def _update(self) -> Any:
        import tensorflow as tf

        targets, weights = tf.TensorSpec([None, self.goal.width], tf.float32), tf.TensorSpec([None], tf.float32)
        return tf.function(self._update_once, input_signature=[self._rows_signature, targets, weights])

    @cached_property
    def _evaluate(self) -> Any:
        import tensorflow as tf

        targets = tf.TensorSpec([None, self.goal.width], tf.float32)
        return tf.function(self._evaluate_once, input_signature=[self._rows_signature, targets])

    def train(self, rows: Rows, targets: Targets, weights: Weights, order: NDArray[np.int64], size: int) -> dict[str, float]:
        """Train for one epoch; see `train_epoch`."""
        return train_epoch(self, rows, targets, weights, order, size)

    def update(self, rows: Rows, targets: Targets, weights: Weights) -> tuple[tf.Tensor, tf.Tensor]:
        """Change the weights by one step on one batch.

        Returns:
            The batch's summed loss and its summed measure, both before the step.
        """
        loss, measure = self._update(self._tensors(rows), targets, weights)
        return loss, measure

    def evaluate(self, rows: Rows, targets: Targets) -> PerSample:
        """Return each sample's loss and its measure, both [samples]."""
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in range(0, len(targets), EVALUATED_AT_ONCE)]
        said = [self._evaluate(self._tensors(rows[part]), targets[part]) for part in parts]
        losses, measures = (np.concatenate([tensor.numpy() for tensor in tensors]) for tensors in zip(*said))
        return losses, measures

    def predict(self, rows: Rows) -> NDArray[np.float32]:
        """Return the network's answers [samples, outputs]."""
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in range(0, rows.shape[0], EVALUATED_AT_ONCE)]
        dense = (rows[part].toarray() if self.sparse else rows[part] for part in parts)
        return np.concatenate([np.asarray(self.model(part, training=False)) for part in dense])

    def _tensors(self, rows: Rows) -> list[Any]:
        if not self.sparse:
            return [rows]
        places = np.empty((rows.nnz, 2), np.int64)
        places[:, 0] = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        places[:, 1] = rows.indices
        return [places, np.asarray(rows.data, np.float32)]

    def _update_once(self, rows: list[tf.Tensor], targets: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            predictions = self.model(self._dense(rows, targets), training=True)
            losses = self.goal.losses(targets, predictions)
            mean = tf.reduce_mean(losses * weights)
            for penalty in self.model.losses:
                mean += penalty
        self.model.optimizer.apply(tape.gradient(mean, [variable.value for variable in variables]), variables)
        return tf.reduce_sum(losses), tf.reduce_sum(self.goal.measures(targets, predictions))

    def _evaluate_once(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        predictions = self.model(self._dense(rows, targets), training=False)
        return self.goal.losses(targets, predictions), self.goal.measures(targets, predictions)

    def _dense(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        if not self.sparse:
            return rows[0]
        dense = tf.sparse.to_dense(tf.SparseTensor(*rows, tf.stack([tf.shape(targets, tf.int64)[0], self.shape[0]])))
        return tf.ensure_shape(dense, [None, self.shape[0]])


class SparseSteps:
    """Train and evaluate a compiled Keras model whose rows stay sparse.

    A review has a hundred of 10,000 words, so nearly all of the first layer's work is multiplying by 0. scipy multiplies
    CSR rows by the first kernel, and the transposed rows by the gradient that comes back, twice as fast as TensorFlow's
    sparse product; the rest of the network, the loss and the stock optimizer run as two traced functions. XLA compiles the
    optimizer's one, which saves more than that takes; compiling the other as well would not. The model stays stock, and its
    curves are those of `fit`.

    Args:
        model: a compiled Sequential model whose first layer is a Dense with bias.
        goal: how it is judged.
    """

    path = "sparse"

    def __init__(self, model: keras.Model, goal: Objective) -> None:
        import tensorflow as tf

        self.model, self.goal = model, goal
        self._first, *self._others = model.layers
        model.optimizer.build(model.trainable_variables)
        self._batch = [tf.TensorSpec([None, self._first.units]), tf.TensorSpec([None, goal.width])]

    @cached_property
    def _differentiate(self) -> Any:
        import tensorflow as tf

        return tf.function(self._differentiate_once).get_concrete_function(*self._batch, tf.TensorSpec([None]))

    @cached_property
    def _apply(self) -> Any:
        import tensorflow as tf

        gradients = [tf.TensorSpec(variable.shape) for variable in self.model.trainable_variables]
        return tf.function(self._apply_once, jit_compile=True).get_concrete_function(gradients)

    @cached_property
    def _evaluate(self) -> Any:
        import tensorflow as tf

        return tf.function(self._evaluate_once).get_concrete_function(*self._batch)

    def train(self, rows: Rows, targets: Targets, weights: Weights, order: NDArray[np.int64], size: int) -> dict[str, float]:
        """Train for one epoch; see `train_epoch`."""
        return train_epoch(self, rows, targets, weights, order, size)

    def update(self, rows: Rows, targets: Targets, weights: Weights) -> tuple[tf.Tensor, tf.Tensor]:
        """Change the weights by one step on one batch.

        Returns:
            The batch's summed loss and its summed measure, both before the step.
        """
        import tensorflow as tf

        loss, measure, back, others = self._differentiate(self._product(rows), tf.constant(targets), tf.constant(weights))
        self._apply([tf.constant(rows.T @ back.numpy()), *others])
        return loss, measure

    def evaluate(self, rows: Rows, targets: Targets) -> PerSample:
        """Return each sample's loss and its measure, both [samples]."""
        import tensorflow as tf

        losses, measures = self._evaluate(self._product(rows), tf.constant(targets))
        return losses.numpy(), measures.numpy()

    def predict(self, rows: Rows) -> NDArray[np.float32]:
        """Return the network's answers [samples, outputs]."""
        return np.asarray(self._predict(self._product(rows), training=False))

    def _product(self, rows: Rows) -> tf.Tensor:
        import tensorflow as tf

        return tf.constant(rows @ self._first.kernel.value.numpy())

    def _differentiate_once(self, product: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tuple[Any, ...]:
        """Return summed loss and measure, the gradient at the product, and those of all weights but the kernel."""
        import tensorflow as tf

        variables = [variable.value for variable in self.model.trainable_variables[1:]]
        with tf.GradientTape() as tape:
            tape.watch(product)
            predictions = self._predict(product, training=True)
            losses = self.goal.losses(targets, predictions)
            mean = tf.reduce_mean(losses * weights)
        back, *others = tape.gradient(mean, [product, *variables])
        return tf.reduce_sum(losses), tf.reduce_sum(self.goal.measures(targets, predictions)), back, others

    def _apply_once(self, gradients: list[tf.Tensor]) -> None:
        variables = self.model.trainable_variables
        self.model.optimizer.apply([g + p for g, p in zip(gradients, self._penalties())], variables)

    def _penalties(self) -> list[Any]:
        """Return each weight's gradient of its own penalty, 0.0 where it has none."""
        import tensorflow as tf

        found: list[Any] = []
        for variable in self.model.trainable_variables:
            with tf.GradientTape() as tape:
                penalty = 0.0 if variable.regularizer is None else variable.regularizer(variable.value)
            found.append(0.0 if variable.regularizer is None else tape.gradient(penalty, variable.value))
        return found

    def _evaluate_once(self, product: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        predictions = self._predict(product, training=False)
        return self.goal.losses(targets, predictions), self.goal.measures(targets, predictions)

    def _predict(self, product: tf.Tensor, training: bool) -> tf.Tensor:
        signal = self._first.activation(product + self._first.bias)
        for layer in self._others:
            signal = layer(signal, training=training)
        return signal


def is_stock(model: keras.Model) -> bool:
    """Tell whether a model trains as stock Keras does, so that the compiled steps give what its `fit` would."""
    import keras

    own = ("train_step", "compute_loss", "fit", "train_on_batch")
    penalties = {id(variable) for variable in model.trainable_variables if variable.regularizer is not None}
    plain = all(getattr(type(model), name) is getattr(keras.Model, name) for name in own)
    return plain and len(model.losses) == len(penalties) and _no_activity(model) and averages(model) and _single_precision(model)


def averages(model: keras.Model) -> bool:
    """Tell whether a model was compiled to lower the mean of its samples' losses, not their sum or a multiple of it."""
    mean = getattr(model.loss, "reduction", "mean") in ("sum_over_batch_size", "mean")
    return mean and getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None) is None


def _single_precision(model: keras.Model) -> bool:
    """Tell whether all layers reckon in float32; a mixed policy also scales losses and gradients."""
    return all(getattr(layer, "compute_dtype", "float32") == "float32" for layer in model._flatten_layers())


def _no_activity(model: keras.Model) -> bool:
    return all(getattr(layer, "activity_regularizer", None) is None for layer in model._flatten_layers())
