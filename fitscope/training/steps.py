"""One update and one evaluation of a network, compiled: on dense rows, or with a sparse first product."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

Rows = Any  # scipy CSR or float32 [samples, features]
Targets = NDArray[np.float32]  # [samples, outputs]
Said = tuple[NDArray[np.float32], NDArray[np.bool_]]  # each sample's loss, and whether its answer is right

# Rows evaluated at once where they are made dense: enough to keep the processor busy, too few to count in memory.
EVALUATED_AT_ONCE = 2048


def steps_for(model: keras.Model, sparse: bool) -> DenseSteps | SparseSteps:
    """Return the fastest steps for a network here: sparse rows stay sparse but on a GPU, where dense products are faster.

    Args:
        model: a compiled Sequential model whose first layer is Dense.
        sparse: whether its rows come as scipy CSR.
    """
    import tensorflow as tf

    if sparse and not tf.config.list_physical_devices("GPU"):
        return SparseSteps(model)
    return DenseSteps(model, sparse)


class DenseSteps:
    """Train and evaluate a compiled Keras model on dense rows; sparse ones are made dense on the device, batch by batch.

    Args:
        model: a compiled Sequential model.
        sparse: whether rows come as scipy CSR.
    """

    path = "dense"

    def __init__(self, model: keras.Model, sparse: bool) -> None:
        import tensorflow as tf

        self.model = model
        self.sparse = sparse
        self._loss, self._hit = _per_sample(model.loss)
        model.optimizer.build(model.trainable_variables)
        flat = [tf.TensorSpec([None, model.input_shape[1]], tf.float32)]
        coordinates = [tf.TensorSpec([None, 2], tf.int64), tf.TensorSpec([None], tf.float32)]
        signature = [coordinates if sparse else flat, tf.TensorSpec([None, model.output_shape[1]], tf.float32)]
        self._update = tf.function(self._update_once, input_signature=signature)
        self._evaluate = tf.function(self._evaluate_once, input_signature=signature)

    def update(self, rows: Rows, targets: Targets) -> tuple[tf.Tensor, tf.Tensor]:
        """Change the weights by one step on one batch.

        Returns:
            The batch's summed loss and its number of right answers, both before the step.
        """
        loss, hits = self._update(self._tensors(rows), targets)
        return loss, hits

    def evaluate(self, rows: Rows, targets: Targets) -> Said:
        """Return each sample's loss and whether its answer is right, both [samples]."""
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in range(0, len(targets), EVALUATED_AT_ONCE)]
        said = [self._evaluate(self._tensors(rows[part]), targets[part]) for part in parts]
        losses, hits = (np.concatenate([tensor.numpy() for tensor in tensors]) for tensors in zip(*said))
        return losses, hits.astype(bool)

    def _tensors(self, rows: Rows) -> list[Any]:
        if not self.sparse:
            return [rows]
        places = np.empty((rows.nnz, 2), np.int64)
        places[:, 0] = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        places[:, 1] = rows.indices
        return [places, np.asarray(rows.data, np.float32)]

    def _update_once(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            predictions = _through(self.model.layers, self._dense(rows, targets), training=True)
            losses = self._loss(targets, predictions)
            mean = tf.reduce_mean(losses)
        self.model.optimizer.apply(tape.gradient(mean, [variable.value for variable in variables]), variables)
        return tf.reduce_sum(losses), tf.reduce_sum(self._hit(targets, predictions))

    def _evaluate_once(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        predictions = _through(self.model.layers, self._dense(rows, targets), training=False)
        return self._loss(targets, predictions), self._hit(targets, predictions)

    def _dense(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        if not self.sparse:
            return rows[0]
        shape = tf.stack([tf.shape(targets, tf.int64)[0], tf.constant(self.model.input_shape[1], tf.int64)])
        return tf.sparse.to_dense(tf.SparseTensor(*rows, shape))


class SparseSteps:
    """Train and evaluate a compiled Keras model whose rows stay sparse.

    A review has a hundred of 10,000 words, so nearly all of the first layer's work is multiplying by 0. scipy multiplies
    CSR rows by the first kernel, and the transposed rows by the gradient that comes back, twice as fast as TensorFlow's
    sparse product; the rest of the network, the loss and the stock optimizer run as two traced functions. XLA compiles the
    optimizer's one, which saves more than that takes; compiling the other as well would not. The model stays stock, and its
    curves are those of `fit`.

    Args:
        model: a compiled Sequential model whose first layer is a Dense with bias.
    """

    path = "sparse"

    def __init__(self, model: keras.Model) -> None:
        import tensorflow as tf

        self.model = model
        self._first, *self._others = model.layers
        self._loss, self._hit = _per_sample(model.loss)
        self._batch = [tf.TensorSpec([None, self._first.units]), tf.TensorSpec([None, model.output_shape[1]])]

    @cached_property
    def _differentiate(self) -> Any:
        import tensorflow as tf

        return tf.function(self._differentiate_once).get_concrete_function(*self._batch)

    @cached_property
    def _apply(self) -> Any:
        import tensorflow as tf

        self.model.optimizer.build(self.model.trainable_variables)
        gradients = [tf.TensorSpec(variable.shape) for variable in self.model.trainable_variables]
        return tf.function(self._apply_once, jit_compile=True).get_concrete_function(gradients)

    @cached_property
    def _evaluate(self) -> Any:
        import tensorflow as tf

        return tf.function(self._evaluate_once).get_concrete_function(*self._batch)

    def update(self, rows: Rows, targets: Targets) -> tuple[tf.Tensor, tf.Tensor]:
        """Change the weights by one step on one batch.

        Returns:
            The batch's summed loss and its number of right answers, both before the step.
        """
        import tensorflow as tf

        loss, hits, back, others = self._differentiate(self._product(rows), tf.constant(targets))
        self._apply([tf.constant(rows.T @ back.numpy()), *others])
        return loss, hits

    def evaluate(self, rows: Rows, targets: Targets) -> Said:
        """Return each sample's loss and whether its answer is right, both [samples]."""
        import tensorflow as tf

        losses, hits = self._evaluate(self._product(rows), tf.constant(targets))
        return losses.numpy(), hits.numpy().astype(bool)

    def _product(self, rows: Rows) -> tf.Tensor:
        import tensorflow as tf

        return tf.constant(rows @ self._first.kernel.value.numpy())

    def _differentiate_once(self, product: tf.Tensor, targets: tf.Tensor) -> tuple[Any, ...]:
        """Return summed loss, right answers, the gradient at the product, and those of all weights but the kernel."""
        import tensorflow as tf

        weights = [variable.value for variable in self.model.trainable_variables[1:]]
        with tf.GradientTape() as tape:
            tape.watch(product)
            predictions = self._predict(product, training=True)
            losses = self._loss(targets, predictions)
            mean = tf.reduce_mean(losses)
        back, *others = tape.gradient(mean, [product, *weights])
        return tf.reduce_sum(losses), tf.reduce_sum(self._hit(targets, predictions)), back, others

    def _apply_once(self, gradients: list[tf.Tensor]) -> None:
        self.model.optimizer.apply(gradients, self.model.trainable_variables)

    def _evaluate_once(self, product: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        predictions = self._predict(product, training=False)
        return self._loss(targets, predictions), self._hit(targets, predictions)

    def _predict(self, product: tf.Tensor, training: bool) -> tf.Tensor:
        return _through(self._others, self._first.activation(product + self._first.bias), training)


def _through(layers: list[keras.Layer], signal: tf.Tensor, training: bool) -> tf.Tensor:
    for layer in layers:
        signal = layer(signal, training=training)
    return signal


def _per_sample(loss: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the functions that give each sample's loss and 1 or 0 for a right or wrong answer."""
    import keras

    hits = {
        "binary_crossentropy": keras.metrics.binary_accuracy,
        "categorical_crossentropy": keras.metrics.categorical_accuracy,
    }
    return getattr(keras.losses, loss), hits[loss]
