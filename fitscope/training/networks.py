"""The networks that fitscope builds, as stock Keras models, and those that a person's own function builds."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fitscope.datasets import Dataset, own
from fitscope.datasets.dataset import Rows
from fitscope.datasets.streams import is_stream
from fitscope.errors import OwnCodeError, UsageError
from fitscope.plan import Plan
from fitscope.result import LayerFacts, ModelFacts
from fitscope.training.objectives import LOSSES, MEASURES, Objective, name_of

if TYPE_CHECKING:
    import keras

TEXTBOOK_UNITS = {"binary": 16, "multiclass": 64, "multilabel": 64, "regression": 64}
NETWORKS = ("textbook", "small", "large", "linear", "conv")
Layers = list["keras.Layer"]


def build(plan: Plan, data: Dataset, rows: Rows = None) -> keras.Model:
    """Build and compile the plan's network for the data, its weights fresh from the plan's seed.

    Sets Keras' global seed, as every initializer and dropout of the network draws from it.

    Args:
        plan: names the network, its hyperparameters, the optimizer, its learning rate and the seed.
        data: gives the task and the classes.
        rows: some of the rows that the network will read; None to take them from the plan's training part.

    Returns:
        A compiled Keras model; of fitscope's own networks a stock one.

    Raises:
        UsageError: no network has the plan's name, or Keras runs on another backend.
        OwnCodeError: a person's own function raised or returned no compiled model.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"Keras runs on {keras.backend.backend()} here, and fitscope trains on TensorFlow; set KERAS_BACKEND=tensorflow "
            "before Keras is imported."
        )
    rows = data.training(plan)[0] if rows is None else rows
    with _seeded(plan.seed):
        model = _own_model(plan, rows) if own.is_own(plan.model) else _stock_model(plan, data, rows)
    if plan.learning_rate is not None:
        model.optimizer.learning_rate = plan.learning_rate
    return model


def _check_one_input(plan: Plan, data: Dataset, shape: Any) -> None:
    if isinstance(shape, Mapping) or any(isinstance(part, (tuple, Mapping)) for part in shape):
        raise UsageError(
            f"--model {plan.model} reads one input, and {data.name} has {len(shape)}; give a model of your own, as "
            "--model FILE.py:FUNCTION."
        )


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let every initializer and dropout draw its seed from this one.

    Keras draws them from Python's global generator, which other threads use too, as those of a Dask worker do; so a generator
    of the same seed takes its place meanwhile.
    """
    import keras
    from keras.src.random import seed_generator

    keras.utils.set_random_seed(seed)
    before, seed_generator.python_random = seed_generator.python_random, random.Random(seed)
    try:
        yield
    finally:
        seed_generator.python_random = before


def _stock_model(plan: Plan, data: Dataset, rows: Rows) -> keras.Model:
    import keras

    shape = shape_of(rows)
    _check_one_input(plan, data, shape)
    model = keras.Sequential([keras.Input(shape, name="input"), *_layers(plan, data, shape)], name=plan.model)
    model.compile(plan.optimizer or "rmsprop", LOSSES[data.task], metrics=[MEASURES[data.task]])
    return model


def _own_model(plan: Plan, rows: Rows) -> keras.Model:
    import keras

    keras.utils.clear_session(free_memory=False)  # layers without a name are counted anew, however many were built before
    keras.utils.set_random_seed(plan.seed)
    model = _own(plan, shape_of(rows))
    _build_on(model, rows, plan.model)
    if plan.optimizer is not None:
        model.optimizer = keras.optimizers.get(plan.optimizer)
    return model


def check_model(name: str) -> None:
    """Refuse a network that is not known.

    Raises:
        UsageError: neither a network's name nor FILE.py:FUNCTION.
    """
    if not own.is_own(name) and name not in NETWORKS:
        raise UsageError(f"There is no network called {name!r}; take one of {', '.join(NETWORKS)}, or FILE.py:FUNCTION.")


def default_optimizer(name: str) -> str | None:
    """Return the optimizer of a network where the person says nothing: a person's own function compiles its own."""
    return None if own.is_own(name) else "rmsprop"


def model_sha256(name: str) -> str | None:
    """Return the hash of the file with a person's own function, None for fitscope's own networks."""
    return own.sha256(name) if own.is_own(name) else None


def shape_of(rows: Rows) -> Any:
    """Return the shape of one row, without the samples; of several inputs a tuple or dict of shapes."""
    if isinstance(rows, Mapping):
        return {name: shape_of(part) for name, part in rows.items()}
    if isinstance(rows, tuple):
        return tuple(shape_of(part) for part in rows)
    if is_stream(rows):
        return _stream_shape(rows.element_spec[0])
    return tuple(int(size) for size in rows.shape[1:])


def _stream_shape(spec: Any) -> Any:
    if isinstance(spec, Mapping):
        return {name: _stream_shape(part) for name, part in spec.items()}
    return tuple(map(_stream_shape, spec)) if isinstance(spec, tuple) else tuple(spec.shape[1:])


def settings(plan: Plan, task: str) -> dict[str, Any]:
    """Return the hyperparameters that one of fitscope's own networks has, the plan's and the defaults.

    Example:
        >>> settings(Plan("imdb", "", 10_000, "small"), "binary")
        {'units': 4, 'layers': 2, 'dropout': 0.0, 'l2': 0.0}
    """
    units = TEXTBOOK_UNITS[task]
    width = {"small": max(2, units // 4), "large": units * 8}.get(plan.model, units)
    depth = {"linear": 0, "conv": 1}.get(plan.model, 2)
    return {"units": width, "layers": depth, "dropout": 0.0, "l2": 0.0} | dict(plan.hyperparameters)


def _layers(plan: Plan, data: Dataset, shape: tuple[int, ...]) -> Layers:
    """Return the layers of one of fitscope's own networks.

    The textbook's are those of the reference work (DESIGN section 1): twice 16 units for two classes, twice 64 else.
    """
    from keras import layers

    check_model(plan.model)
    given = settings(plan, data.task)
    body: Layers = []
    if plan.model == "conv":
        body += _convolutions(data, shape)
    elif len(shape) > 1:
        body.append(layers.Flatten(name="flatten"))
    for number in range(1, int(given["layers"]) + 1):
        body.append(layers.Dense(int(given["units"]), activation="relu", name=f"hidden_{number}", kernel_regularizer=_l2(given)))
        if given["dropout"]:
            body.append(layers.Dropout(given["dropout"], name=f"dropout_{number}"))
    return [*body, *_output(plan, data)]


def _l2(given: Mapping[str, Any]) -> Any:
    import keras

    return keras.regularizers.L2(given["l2"]) if given["l2"] else None


def _convolutions(data: Dataset, shape: tuple[int, ...]) -> Layers:
    """Return a small stack of convolutions; halves the picture as long as there is something to halve."""
    from keras import layers

    if data.image_shape is None:
        raise UsageError(f"--model conv needs pictures, and {data.name} has none; take textbook, small, large or linear.")
    body: Layers = [] if len(shape) == 3 else [layers.Reshape(data.image_shape, name="picture")]
    side = min(data.image_shape[:2])
    for number, filters in enumerate((32, 64, 128), 1):
        if number > 1 and side < 4:
            break
        body.append(layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{number}"))
        if side > 1:
            body.append(layers.MaxPooling2D(2, name=f"pool_{number}"))
        side //= 2
    return [*body, layers.Flatten(name="flatten")]


def _output(plan: Plan, data: Dataset) -> Layers:
    from keras import layers

    activation = {"binary": "sigmoid", "multilabel": "sigmoid", "multiclass": "softmax", "regression": "linear"}[data.task]
    output = layers.Dense(data.outputs, activation=activation, name="output")
    if data.task != "regression":
        return [output]
    # The network learns targets of mean 0 and deviation 1; a stock layer brings them back to their own units.
    targets = data.y_train[data.kept(plan)].astype(np.float64)
    scale = np.where(targets.std(axis=0) > 0, targets.std(axis=0), 1.0)
    return [output, layers.Rescaling(scale.tolist(), targets.mean(axis=0).tolist(), name="units_of_the_target")]


def _own(plan: Plan, shape: Any) -> keras.Model:
    """Call a person's function with the data's shape and, where it takes them, the hyperparameters."""
    import keras

    function = own.load(plan.model)
    if takes_hyperparameters(function):
        model = own.call(plan.model, function, shape, hyperparameters(plan.hyperparameters))
    else:
        model = own.call(plan.model, function, shape)
    if not isinstance(model, keras.Model):
        raise OwnCodeError(f"{plan.model} returned a {type(model).__name__}; let it return a compiled keras.Model.")
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        raise OwnCodeError(f"{plan.model} returned a model without optimizer or loss; call its compile(optimizer, loss) first.")
    return model


def takes_hyperparameters(function: Callable[..., Any]) -> bool:
    """Tell whether a person's function has a second argument, for `keras_tuner.HyperParameters`."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in kinds for parameter in inspect.signature(function).parameters.values()) >= 2


def declared(plan: Plan, data: Dataset) -> Any:
    """Return the `keras_tuner.HyperParameters` that a person's function asks for, with the space that it declares.

    Raises:
        UsageError: the function takes no second argument.
        OwnCodeError: it raised.
    """
    function = own.load(plan.model)
    if not takes_hyperparameters(function):
        raise UsageError(
            f"{plan.model} takes no hyperparameters; let it take a second argument, as in build(shape, hp), and ask that for them."
        )
    found = hyperparameters({})
    own.call(plan.model, function, shape_of(data.training(plan)[0]), found)
    return found


def hyperparameters(values: Mapping[str, Any]) -> Any:
    """Return `keras_tuner.HyperParameters` that give these values, and defaults for all else that is asked for."""
    import keras_tuner

    found = keras_tuner.HyperParameters()
    found.values = dict(values)
    return found


def _build_on(model: keras.Model, rows: Rows, name: str) -> None:
    """Show a model some rows, so that it has weights, and refuse one that cannot take them."""
    answer = own.call(f"{name}, asked for rows of the shape {shape_of(rows)},", model, _few(rows))
    if len(getattr(answer, "shape", ())) != 2:
        found = getattr(answer, "shape", type(answer).__name__)
        raise OwnCodeError(f"{name} returned a model whose output has the shape {found}; give it one output [samples, units].")


def _few(rows: Rows) -> Any:
    from fitscope.datasets.dataset import count, take
    from fitscope.training.fitted import dense

    if is_stream(rows):
        return next(iter(rows.take(1)))[0]
    return dense(take(rows, slice(0, min(2, count(rows)))))


def outputs_of(model: keras.Model, rows: Rows) -> int:
    """Return how many numbers a model gives for a sample; a model of a class of its own says so only when it is asked."""
    shape = getattr(model, "output_shape", None) or model(_few(rows)).shape
    return int(shape[-1])


def check_loss(name: str, model: keras.Model, goal: Objective, rows: Rows) -> None:
    """Refuse a person's loss that raises or does not give one value a sample, before it is compiled and hard to read."""
    answers = model(_few(rows))
    targets = np.zeros((len(answers), goal.width), np.float32)
    losses = own.call(f"The loss of {name}", goal.losses, targets, answers)
    if losses.shape != (len(answers),):
        raise OwnCodeError(
            f"The loss of {name} gives {losses.shape[0]} values for {len(answers)} samples; let it give one a sample."
        )


def facts(model: keras.Model, path: str) -> ModelFacts:
    """Return what a reader wants to know of a network: its layers with their output shapes and parameters."""
    layers = tuple(LayerFacts(layer.name, type(layer).__name__, _shape(layer), layer.count_params()) for layer in model.layers)
    return ModelFacts(model.name, model.count_params(), layers, path, name_of(model.loss))


def _shape(layer: keras.Layer) -> tuple[int | None, ...]:
    """Return a layer's output shape without the samples; empty where the layer doesn't know it."""
    try:
        return tuple(layer.output.shape[1:])
    except (AttributeError, ValueError):
        return ()
