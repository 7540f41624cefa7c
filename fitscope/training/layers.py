"""What a stock Dense layer computes, computed on sparse rows: the engine's speed lies here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# Beyond 31 columns TensorFlow's sparse product takes a path that is three times slower for each column.
WIDEST_PRODUCT = 31


def coordinates(rows: Any) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return CSR rows as TensorFlow wants them.

    Args:
        rows: scipy CSR [samples, features].

    Returns:
        The (row, column) of every value as int64 [values, 2], in row order, and the values as float32 [values].
    """
    places = np.empty((rows.nnz, 2), np.int64)
    places[:, 0] = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    places[:, 1] = rows.indices
    return places, np.asarray(rows.data, np.float32)


def sparse_dense(layer: keras.layers.Dense, rows: tf.SparseTensor) -> tf.Tensor:
    """Compute a Dense layer on sparse rows, in pieces that TensorFlow multiplies fast.

    Args:
        layer: a built stock Dense layer; its weights are used and trained in place.
        rows: [samples, features].

    Returns:
        The layer's activations [samples, units], equal to the stock layer's on dense rows but for rounding.
    """
    import tensorflow as tf

    kernel = tf.convert_to_tensor(layer.kernel)
    pieces = -(-layer.units // WIDEST_PRODUCT)
    products = [tf.sparse.sparse_dense_matmul(rows, piece) for piece in _columns(kernel, layer.units, pieces)]
    summed = products[0] if pieces == 1 else tf.concat(products, axis=1)
    return layer.activation(summed + layer.bias if layer.use_bias else summed)


def _columns(kernel: tf.Tensor, units: int, pieces: int) -> list[tf.Tensor]:
    if pieces == 1:
        return [kernel]
    edges = np.linspace(0, units, pieces + 1).astype(int)
    return [kernel[:, first:last] for first, last in zip(edges, edges[1:])]
