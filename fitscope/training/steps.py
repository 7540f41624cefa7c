"""One compiled update and one compiled evaluation of a network, over sparse or dense rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.training.layers import coordinates, sparse_dense

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# Rows evaluated at once: enough to keep both cores busy, few enough to need no memory worth counting.
EVALUATED_AT_ONCE = 2048


class Steps:
    """Train and evaluate one compiled Keras model on rows, faster than its own `fit` and with the same curves.

    The first layer of a network on sparse rows is computed sparsely; on a GPU, where dense products are faster, the rows
    of one batch are made dense on the device. Everything else is the stock model, its loss and its optimizer.

    Args:
        model: a compiled Sequential model whose first layer is Dense.
        sparse: whether rows come as scipy CSR; else as float32 arrays.
        densify: make sparse rows dense on the device; None for wherever TensorFlow sees a GPU.
    """

    def __init__(self, model: keras.Model, sparse: bool, densify: bool | None = None) -> None:
        import tensorflow as tf

        self.model = model
        self.sparse = sparse
        self.densify = bool(tf.config.list_physical_devices("GPU")) if densify is None else densify
        self._loss, self._hit = _per_sample(model.loss)
        model.optimizer.build(model.trainable_variables)
        rows = [tf.TensorSpec([None, 2], tf.int64), tf.TensorSpec([None], tf.float32)]
        signature = [
            rows if sparse else [tf.TensorSpec([None, model.input_shape[1]], tf.float32)],
            tf.TensorSpec([None, model.output_shape[1]], tf.float32),
        ]
        self._update = tf.function(self._update_once, input_signature=signature)
        self._evaluate = tf.function(self._evaluate_once, input_signature=signature)

    def update(self, rows: Any, targets: NDArray[np.float32]) -> tuple[tf.Tensor, tf.Tensor]:
        """Change the weights by one step on one batch.

        Args:
            rows: CSR or float32 [samples, features].
            targets: float32 [samples, outputs].

        Returns:
            The batch's summed loss and its number of right answers, both before the step.
        """
        return self._update(self._tensors(rows), targets)

    def evaluate(self, rows: Any, targets: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return each sample's loss and whether its answer is right, both [samples].

        Args:
            rows: CSR or float32 [samples, features], of any number.
            targets: float32 [samples, outputs].
        """
        firsts = range(0, len(targets), EVALUATED_AT_ONCE)
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in firsts]
        said = [self._evaluate(self._tensors(rows[part]), targets[part]) for part in parts]
        losses, hits = (np.concatenate([tensor.numpy() for tensor in tensors]) for tensors in zip(*said))
        return losses, hits.astype(bool)

    def _tensors(self, rows: Any) -> list[Any]:
        return list(coordinates(rows)) if self.sparse else [rows]

    def _update_once(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            predictions = self._predict(rows, targets, training=True)
            losses = self._loss(targets, predictions)
            mean = tf.reduce_mean(losses)
        gradients = tape.gradient(mean, [variable.value for variable in variables])
        self.model.optimizer.apply(gradients, variables)
        return tf.reduce_sum(losses), tf.reduce_sum(self._hit(targets, predictions))

    def _evaluate_once(self, rows: list[tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        predictions = self._predict(rows, targets, training=False)
        return self._loss(targets, predictions), self._hit(targets, predictions)

    def _predict(self, rows: list[tf.Tensor], targets: tf.Tensor, training: bool) -> tf.Tensor:
        import tensorflow as tf

        first, *others = self.model.layers
        if not self.sparse:
            signal = first(rows[0], training=training)
        else:
            shape = tf.stack([tf.shape(targets, tf.int64)[0], tf.constant(self.model.input_shape[1], tf.int64)])
            sparse = tf.SparseTensor(*rows, shape)
            signal = first(tf.sparse.to_dense(sparse)) if self.densify else sparse_dense(first, sparse)
        for layer in others:
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
