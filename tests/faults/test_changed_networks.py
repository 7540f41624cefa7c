"""Own networks whose variables are not those that were kept of them."""

from pathlib import Path

import pytest

from fitscope import analyze
from fitscope.errors import DataError

NETS = """
from pathlib import Path

import keras
import tensorflow as tf

def changed(shape):
    units = int(Path(__file__).with_name("units.txt").read_text())
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(units, "relu"), keras.layers.Dense(10, "softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model

def short(shape):
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(8, "relu", dtype="bfloat16"),
                              keras.layers.Dense(10, "softmax", dtype="float32")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model

class Late(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out, self.slots = keras.layers.Dense(8, "relu"), keras.layers.Dense(10, "softmax"), False

    def call(self, rows):
        return self.out(self.hidden(rows))

    def train_step(self, batch):
        rows, targets = batch
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=targets, y_pred=self(rows, training=True))
        if not self.slots:  # as an optimizer does that makes its variables when it needs them
            self.optimizer.late, self.slots = self.optimizer.add_variable((), name="late"), True
        self.optimizer.late.assign_add(1.0)
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        return {"loss": loss}

def late(shape):
    model = Late()
    model.compile("sgd", "categorical_crossentropy", run_eagerly=True)
    return model
"""


def quit_at(name, epoch=None):
    """Quit at the first end of an epoch of this number, or at the begin of a step."""

    def tell(event):
        if getattr(event, "name", None) == name and (epoch is None or event.end.epoch == epoch):
            raise KeyboardInterrupt

    return tell


@pytest.fixture
def run(tmp_path):
    (tmp_path / "nets.py").write_text(NETS)

    def go(function, folder, units=8, tell=None):
        Path(tmp_path / "units.txt").write_text(str(units))
        own = f"{tmp_path / 'nets.py'}:{function}"
        return analyze("digits", model=own, batch_size=256, max_epochs=3, output=tmp_path / folder, resume=True, tell=tell)

    return go


def test_network_that_was_changed_behind_its_file_is_begun_anew(run):
    with pytest.raises(KeyboardInterrupt):
        run("changed", "run", tell=quit_at("", 2))
    again, whole = run("changed", "run", units=9), run("changed", "whole", units=9)
    assert (again.history, again.refit, again.holdout) == (whole.history, whole.refit, whole.holdout)


def test_finished_training_of_a_network_that_was_changed_is_one_sentence_and_stays(run, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run("changed", "run", tell=quit_at("refit"))
    with pytest.raises(DataError, match="makes another network now than the one that was trained"):
        run("changed", "run", units=9)
    assert list((tmp_path / "run" / ".run" / "trainings").glob("*.npz"))


def test_network_that_makes_variables_while_it_trains_is_begun_anew(run):
    with pytest.raises(KeyboardInterrupt):
        run("late", "run", tell=quit_at("", 2))
    again, whole = run("late", "run"), run("late", "whole")
    assert (again.history, again.refit, again.holdout) == (whole.history, whole.refit, whole.holdout)


@pytest.mark.parametrize("moment", [("", 2), ("refit",)])
def test_network_of_numbers_that_are_not_numpys_own_goes_on(run, moment):
    with pytest.raises(KeyboardInterrupt):
        run("short", "run", tell=quit_at(*moment))
    again, whole = run("short", "run"), run("short", "whole")
    assert (again.history, again.refit, again.holdout) == (whole.history, whole.refit, whole.holdout)
