"""A person's own networks: trained as their own `fit` trains them, or refused with a sentence."""

import numpy as np
import pytest

from fitscope import training
from fitscope.datasets import Dataset
from fitscope.datasets.dataset import first, take
from fitscope.errors import DataError, OwnCodeError, UsageError
from fitscope.training.loop import batch_order
from fitscope.training.networks import build, outputs_of
from fitscope.training.objectives import objective

HEAD = """
import keras
import tensorflow as tf
from keras import layers
"""
ONE = (
    HEAD
    + """
def build(shape):
    model = keras.Sequential([keras.Input(shape), layers.Dense(8, activation="relu"%s), layers.Dense(%d, activation=%r)])
    model.compile("adam", %s, metrics=["accuracy"])
    return model
"""
)
TWO = (
    HEAD
    + """
def build(shape):
    inputs = %s
    both = layers.Concatenate()([layers.Dense(4, activation="relu")(part) for part in %s])
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(both))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model
"""
)
PAIR = TWO % ("[keras.Input(part) for part in shape]", "inputs")
NAMED = TWO % ("{name: keras.Input(part, name=name) for name, part in shape.items()}", "inputs.values()")
STEP = (
    HEAD
    + """
class Half(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(1, activation="sigmoid")

    def call(self, x):
        return self.out(x)

    def train_step(self, batch):
        x, y = batch[:2]
        with tf.GradientTape() as tape:
            loss = 0.5 * self.compute_loss(x, y, self(x, training=True))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return {"loss": loss}

def build(shape):
    model = Half()
    model.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
    return model
"""
)
LOSS = STEP.replace("def train_step", "def unused").replace(
    "    def call",
    """    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return 3.0 * super().compute_loss(x, y, y_pred, sample_weight, training)

    def call""",
)


@pytest.fixture
def own(tmp_path, make):
    """A plan for a network in a file, and its data."""

    def own(source, kind="dense", task="binary", function="build", **changes):
        (tmp_path / "nets.py").write_text(source)
        plan, data = make(kind, task, **({"optimizer": None} | changes))
        return plan.replace(model=f"{tmp_path}/nets.py:{function}"), data

    return own


def own_fit(plan, data):
    """Train with the model's own fit, an epoch at a time in the same order; return its weights."""
    model = build(plan, data)
    rows, labels = data.training(plan)
    targets = objective(model, data, outputs_of(model, rows)).targets(labels)
    for epoch in range(1, plan.max_epochs + 1):
        order = batch_order(plan, len(labels), epoch)
        chosen = take(rows, order)
        chosen = chosen.toarray() if hasattr(chosen, "toarray") else chosen
        model.fit(list(chosen) if isinstance(chosen, tuple) else chosen, targets[order], batch_size=plan.batch_size, shuffle=False,
                  verbose=0)  # fmt: skip
    return [np.array(weight) for weight in model.get_weights()]


def check(plan, data, path):
    run = training.train(plan, data=data)
    assert run.path == path
    for mine, theirs in zip(run.state, own_fit(plan, data)):  # the model's weights come first
        assert mine == pytest.approx(theirs, abs=2e-3)
    return run


@pytest.mark.parametrize(
    ("kind", "task", "units", "activation", "loss"),
    [
        ("dense", "binary", 1, "linear", "keras.losses.BinaryCrossentropy(from_logits=True)"),
        ("sparse", "binary", 2, "softmax", "'categorical_crossentropy'"),
        ("dense", "binary", 2, "softmax", "'sparse_categorical_crossentropy'"),
        ("sparse", "binary", 2, "linear", "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        ("sparse", "multiclass", 5, "softmax", "'sparse_categorical_crossentropy'"),
        ("dense", "multiclass", 5, "linear", "keras.losses.CategoricalCrossentropy(from_logits=True)"),
        ("dense", "multiclass", 5, "softmax", "lambda y, p: keras.ops.mean((y - p) ** 2, axis=-1)"),
        ("sparse", "multiclass", 5, "softmax", "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)"),
    ],
)
def test_own_stock_network_with_any_fitting_loss_trains_as_its_fit_does(own, kind, task, units, activation, loss):
    plan, data = own(ONE % ("", units, activation, loss), kind, task)
    run = check(plan, data, kind)
    held, labels = data.validation(plan)
    answers = training.predict(run, data, held)
    right = answers.argmax(axis=1) if units > 1 else (answers[:, 0] > (0.5 if activation == "sigmoid" else 0)).astype(int)
    best = int(run.history.val_loss.argmin())
    assert run.history.curve("val_accuracy")[best] == pytest.approx((right == labels).mean(), abs=1e-6)


@pytest.mark.parametrize("source", [STEP, LOSS, ONE % (", activity_regularizer='l2'", 1, "sigmoid", "'binary_crossentropy'")],
                         ids=["train_step", "compute_loss", "activity"])  # fmt: skip
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_network_that_trains_in_a_way_of_its_own_is_trained_by_its_fit(own, source, kind):
    run = check(*own(source, kind), "keras")
    assert set(run.history.metrics) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert np.isfinite(run.history.loss).all()


SIGMOID = "'binary_crossentropy'"


@pytest.mark.parametrize(
    "source",
    [
        ONE % ("", 1, "sigmoid", "keras.losses.BinaryCrossentropy(reduction='sum')"),
        ONE % ("", 1, "sigmoid", f"{SIGMOID}, loss_weights=[0.25]"),
        ONE % (", dtype='mixed_float16'", 1, "sigmoid", SIGMOID),
    ],
    ids=["sum", "loss_weights", "mixed"],
)
def test_network_compiled_in_a_way_that_steps_do_not_know_is_trained_by_its_fit(own, source):
    run = check(*own(source), "keras")
    assert run.history.loss[-1] == pytest.approx(run.history.val_loss[-1], abs=0.4), "the mean of the samples' losses"


PENALIZED = STEP.replace('activation="sigmoid")', 'activation="sigmoid", kernel_regularizer=keras.regularizers.L2(9.0))')


@pytest.mark.parametrize("changes", [{}, {"class_weight": "balanced"}])
def test_training_loss_of_an_own_train_step_holds_no_penalty_and_no_class_weight(own, changes):
    plan, data = own(PENALIZED.replace("0.5)", "0.001)"), max_epochs=1, **changes)
    run = training.train(plan, data=data)
    rows, labels = data.training(plan)
    answers = training.predict(run, data, rows)[:, 0]
    bare = -np.log(np.where(labels == 1, answers, 1 - answers)).mean()
    assert run.path == "keras"
    assert run.history.loss[0] == pytest.approx(bare, rel=1e-3)


@pytest.mark.parametrize(("source", "kind"), [(PAIR, tuple), (NAMED, dict)])
def test_network_of_two_inputs_is_trained_by_its_fit(own, source, kind):
    plan, data = own(source)
    parts = data.x_train[:, :30], data.x_train[:, 30:]
    tests = data.x_test[:, :30], data.x_test[:, 30:]
    rows, tested = (x if kind is tuple else dict(zip(("left", "right"), x)) for x in (parts, tests))
    data = Dataset("toy", "binary", data.classes, rows, data.y_train, tested, data.y_test, "memory", "f00d", first)
    run = check(plan, data, "keras")
    assert training.test_once([run], data)[0][0].shape == (150,)


def test_own_network_goes_on_where_it_ended(own):
    plan, data = own(STEP)
    begun = training.train(plan.replace(max_epochs=2), data=data)
    assert training.train(plan, data=data, begun=begun).history == training.train(plan, data=data).history


def test_plans_optimizer_and_learning_rate_take_the_place_of_the_compiled_ones(own):
    plan, data = own(ONE % ("", 1, "sigmoid", "'binary_crossentropy'"), optimizer="sgd", learning_rate=0.25)
    model = build(plan, data)
    assert (type(model.optimizer).__name__, float(model.optimizer.learning_rate)) == ("SGD", 0.25)


BAD = (
    HEAD
    + """
def model_of(units=1, loss="binary_crossentropy", flat=True):
    model = keras.Sequential([layers.Dense(units)] if flat else [layers.Dense(units), layers.Reshape((units, 1))])
    model.compile("sgd", loss)
    return model

def raises(shape):
    raise RuntimeError("no luck")

def nothing(shape):
    pass

def uncompiled(shape):
    return keras.Sequential([layers.Dense(1)])

def wide(shape):
    return model_of(7)

def deep(shape):
    return model_of(4, flat=False)

def categorical(shape):
    return model_of(1, "categorical_crossentropy")

def scalar(shape):
    return model_of(1, lambda y, p: keras.ops.mean((y - p) ** 2))

def misfit(shape):
    return model_of(1, lambda y, p: keras.ops.matmul(y, p))

def broken(shape):
    return model_of(1, lambda y, p: y.no_such_thing)

def several(shape):
    return model_of(1, ["mse"])

def picky(shape):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model

def arguments(one, two, three):
    pass
"""
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("raises", "nets.py:raises raised RuntimeError: no luck; mend it"),
        ("nothing", "nets.py:nothing returned a NoneType; let it return a compiled keras.Model"),
        ("uncompiled", "nets.py:uncompiled returned a model without optimizer or loss; call its compile"),
        ("wide", r"output has the shape \(None, 7\), and the binary labels of toy need \(None, 1\)"),
        ("deep", r"nets.py:deep returned a model whose output has the shape \(2, 4, 1\); give it one output"),
        ("categorical", "categorical_crossentropy needs a unit for each class, and the model's output has one unit"),
        ("scalar", "gives one number a batch; let it return one value a sample"),
        ("misfit", "loss.*raised"),
        ("broken", "loss.*raised AttributeError"),
        ("several", "compiled with 1 losses; give compile"),
        ("picky", r"asked for rows of the shape \(80,\), raised ValueError"),
        ("arguments", "nets.py:arguments raised TypeError"),
    ],
)
def test_own_network_that_cannot_be_used_is_its_own_error(own, function, says):
    plan, data = own(BAD, function=function)
    with pytest.raises(OwnCodeError, match=says) as caught:
        training.train(plan, data=data)
    assert bool(caught.value.trace) == ("raised" in str(caught.value))


STUMBLING = STEP.replace("x, y = batch[:2]", "raise KeyError('lost')")


def test_own_train_step_that_raises_is_its_own_error(own):
    plan, data = own(STUMBLING)
    with pytest.raises(OwnCodeError, match="nets.py:build.*KeyError") as caught:
        training.train(plan, data=data)
    assert "nets.py" in caught.value.trace


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("gone.py:build", DataError, "There is no file .*gone.py"),
        ("nets.py:gone", UsageError, "has no function 'gone'; it has build"),
    ],
)
def test_missing_file_or_function_is_told(own, tmp_path, name, error, says):
    plan, data = own(ONE % ("", 1, "sigmoid", "'binary_crossentropy'"))
    with pytest.raises(error, match=says):
        training.train(plan.replace(model=f"{tmp_path}/{name}"), data=data)
