"""What a network is judged by: each sample's loss, and beside it accuracy or mean absolute error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import Dataset
from fitscope.datasets.dataset import Labels
from fitscope.errors import OwnCodeError

if TYPE_CHECKING:
    import keras

LOSSES = {
    "binary": "binary_crossentropy",
    "multiclass": "categorical_crossentropy",
    "multilabel": "binary_crossentropy",
    "regression": "mean_squared_error",
}
MEASURES = {"binary": "accuracy", "multiclass": "accuracy", "multilabel": "accuracy", "regression": "mae"}
# What Keras may call the measure in its logs.
NAMES = {
    "accuracy": ("accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"),
    "mae": ("mae", "mean_absolute_error"),
}


@dataclass(frozen=True)
class Objective:
    """Hold how a network's answers are judged.

    Args:
        measure: `accuracy` or `mae`.
        width: how many numbers a sample's target has.
        losses, measures: give one value a sample [samples] for targets and predictions.
        targets: makes of labels what the loss takes.
    """

    measure: str
    width: int
    losses: Callable[[Any, Any], Any]
    measures: Callable[[Any, Any], Any]
    targets: Callable[[Labels], NDArray[Any]]


def objective(model: keras.Model, data: Dataset, outputs: int) -> Objective:
    """Return how a compiled model is judged on a data set.

    Args:
        model: compiled with one loss.
        data: gives the task and the classes.
        outputs: the width of the model's output [samples, width].

    Raises:
        OwnCodeError: the model's output or loss does not fit the labels.
    """
    one_hot = data.task == "binary" and outputs == 2
    sparse = "sparse_categorical" in name_of(model.loss)
    if outputs != data.outputs and not (data.task == "binary" and (one_hot or (sparse and outputs == 2))):
        raise OwnCodeError(
            f"The model's output has the shape (None, {outputs}), and the {data.task} labels of {data.name} need "
            f"(None, {data.outputs}); end with a layer of {data.outputs} unit{'s' * (data.outputs > 1)}."
        )
    if sparse and data.task not in ("binary", "multiclass"):
        raise OwnCodeError(
            f"The loss {name_of(model.loss)} needs one class a sample, and {data.name} is {data.task}; take another."
        )
    if outputs == 1 and ("categorical" in name_of(model.loss)):
        raise OwnCodeError(f"The loss {name_of(model.loss)} needs a unit for each class, and the model's output has one unit.")
    width = 1 if sparse else 2 if one_hot else data.outputs
    return Objective(MEASURES[data.task], width, _per_sample(model.loss), _measure(model, data.task, sparse, one_hot),
                     _targets(data, sparse, one_hot))  # fmt: skip


def name_of(loss: Any) -> str:
    """Return what a loss is called, whether it is a name, a function or an object of Keras'."""
    found = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__)
    return str(found)


def _per_sample(loss: Any) -> Callable[[Any, Any], Any]:
    import keras
    import tensorflow as tf

    if loss is None or isinstance(loss, (dict, list, tuple)):
        what = "no loss" if loss is None else f"{len(loss)} losses"
        raise OwnCodeError(f"The model was compiled with {what}; give compile() one loss, such as loss='mse'.")
    try:
        found = loss.call if isinstance(loss, keras.losses.Loss) else keras.losses.get(loss)
    except ValueError:
        raise OwnCodeError(f"Keras knows no loss called {loss!r}; give compile() one that it knows, such as 'mse'.") from None

    def each(targets: Any, predictions: Any) -> Any:
        values = tf.convert_to_tensor(found(targets, predictions))
        if values.shape.rank == 0:
            raise OwnCodeError(f"The loss {name_of(loss)} gives one number a batch; let it return one value a sample.")
        return tf.reduce_mean(values, axis=list(range(1, values.shape.rank))) if values.shape.rank > 1 else values

    return each


def _measure(model: keras.Model, task: str, sparse: bool, one_hot: bool) -> Callable[[Any, Any], Any]:
    import keras
    from keras import losses, metrics

    found: Callable[[Any, Any], Any] = losses.mean_absolute_error
    if task != "regression" and sparse:
        found = metrics.sparse_categorical_accuracy
    elif task == "multiclass" or one_hot:
        found = metrics.categorical_accuracy
    if task == "regression" or sparse or task == "multiclass" or one_hot:
        return found
    threshold = 0.0 if gives_logits(model) else 0.5

    def right(targets: Any, predictions: Any) -> Any:
        """Return the share of each sample's labels that are right [samples]; Keras gives one value a label."""
        values = metrics.binary_accuracy(targets, predictions, threshold)
        return values if len(values.shape) == 1 else keras.ops.mean(values, axis=-1)

    return right


def _targets(data: Dataset, sparse: bool, one_hot: bool) -> Callable[[Labels], NDArray[Any]]:
    if sparse:
        return lambda labels: labels[:, None].astype(np.float32)
    if one_hot:
        return lambda labels: np.eye(2, dtype=np.float32)[labels]
    return data.targets


def gives_logits(model: Any) -> bool:
    """Tell whether a model's output are logits, which its loss makes probabilities of."""
    return bool(getattr(getattr(model, "loss", None), "from_logits", False))


def probabilities(logits: NDArray[Any], task: str) -> NDArray[Any]:
    """Return logits as probabilities; numbers of a regression as they are.

    Args:
        logits: [..., outputs].
        task: the data's task.

    Example:
        >>> probabilities(np.array([[0.0, 0.0]]), "multiclass").tolist()
        [[0.5, 0.5]]
    """
    if task == "regression":
        return logits
    if task == "multiclass" or logits.shape[-1] > 1 and task == "binary":
        grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=-1, keepdims=True))
    return np.asarray(np.exp(-np.logaddexp(0, -logits)))  # 1 / (1 + exp(-logits)), which would overflow
