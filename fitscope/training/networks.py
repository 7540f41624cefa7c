"""The networks that fitscope builds, as stock Keras models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fitscope.datasets import Dataset
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.result import LayerFacts, ModelFacts

if TYPE_CHECKING:
    import keras

TEXTBOOK_UNITS = {"binary": 16, "multiclass": 64}
LOSSES = {"binary": "binary_crossentropy", "multiclass": "categorical_crossentropy"}


def build(plan: Plan, data: Dataset) -> keras.Model:
    """Build and compile the plan's network for the data, its weights fresh from the plan's seed.

    Sets Keras' global seed, as every initializer and dropout of the network draws from it.

    Args:
        plan: names the network, the optimizer, its learning rate and the seed.
        data: gives the number of features, the task and the classes.

    Returns:
        A compiled stock Keras model: relu layers, then one sigmoid unit or a softmax over the classes.

    Raises:
        UsageError: no network has the plan's name, or Keras runs on another backend.
    """
    import keras

    if plan.model not in NETWORKS:
        raise UsageError(f"There is no network called {plan.model!r}; take one of {', '.join(NETWORKS)}.")
    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"Keras runs on {keras.backend.backend()} here, and fitscope trains on TensorFlow; set KERAS_BACKEND=tensorflow "
            "before Keras is imported."
        )
    keras.utils.set_random_seed(plan.seed)
    model = keras.Sequential([keras.Input((data.features,)), *NETWORKS[plan.model](data)], name=plan.model)
    model.compile(optimizer=_optimizer(plan), loss=LOSSES[data.task], metrics=["accuracy"])
    return model


def _textbook(data: Dataset) -> list[keras.Layer]:
    """Return the reference work's layers (DESIGN section 1): twice 16 units for two classes, twice 64 for several."""
    from keras.layers import Dense

    units = TEXTBOOK_UNITS[data.task]
    binary = data.task == "binary"
    output = Dense(1 if binary else len(data.classes), activation="sigmoid" if binary else "softmax", name="output")
    return [*(Dense(units, activation="relu", name=f"hidden_{i}") for i in (1, 2)), output]


NETWORKS = {"textbook": _textbook}


def _optimizer(plan: Plan) -> keras.Optimizer:
    import keras

    optimizer = keras.optimizers.get(plan.optimizer)
    if plan.learning_rate is not None:
        optimizer.learning_rate = plan.learning_rate
    return optimizer


def facts(model: keras.Model, path: str) -> ModelFacts:
    """Return what a reader wants to know of a network: its layers with their output shapes and parameters."""
    layers = tuple(
        LayerFacts(layer.name, type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers
    )
    return ModelFacts(model.name, model.count_params(), layers, path)
