import numpy as np
import pytest

import fitscope
from fitscope.errors import ResultError, UsageError


@pytest.fixture
def keras():
    import keras

    keras.utils.set_random_seed(0)
    return keras


@pytest.fixture
def data():
    """Samples whose labels are chance: what is learnt is the training samples alone."""
    rng = np.random.default_rng(0)
    return (
        rng.normal(size=(60, 20)).astype("float32"),
        rng.integers(0, 2, 60),
        rng.normal(size=(80, 20)).astype("float32"),
        rng.integers(0, 2, 80),
    )


def network(keras, units=1, activation="sigmoid", loss="binary_crossentropy", rate=0.01, **compiled):
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(units, activation)])
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, **compiled)
    return model


@pytest.mark.parametrize(
    ("units", "activation", "loss"),
    [
        (1, "sigmoid", "binary_crossentropy"),
        (1, None, "mse"),
        (2, "softmax", "sparse_categorical_crossentropy"),
        (2, None, lambda keras: keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
        (1, "sigmoid", lambda keras: keras.losses.BinaryCrossentropy(label_smoothing=0.1)),
        (1, None, lambda keras: keras.losses.Huber()),
    ],
)
def test_monitor_keeps_losses_whose_mean_is_what_fit_reports(keras, data, units, activation, loss):
    x, y, x_val, y_val = data
    model = network(keras, units, activation, loss(keras) if callable(loss) else loss)
    monitor = fitscope.Monitor(x_val, y_val, verbose=0)
    history = model.fit(x, y, epochs=3, validation_data=(x_val, y_val), verbose=0, callbacks=[monitor])
    assert monitor.validation_losses.shape == (3, 80)
    own = monitor.validation_losses.mean(axis=1)
    assert own == pytest.approx(history.history["val_loss"], rel=1e-5)


def test_monitor_gives_the_val_loss_that_fit_was_not_asked_for(keras, data):
    x, y, x_val, y_val = data
    monitor = fitscope.Monitor(x_val, y_val, verbose=0)
    network(keras, metrics=["accuracy"]).fit(x, y, epochs=6, verbose=0, callbacks=[monitor])
    assert set(monitor.history.metrics) == {"accuracy", "loss", "val_loss"}
    assert monitor.diagnosis.uncertainty.basis == "samples"
    assert "<svg" in monitor.diagnosis._repr_html_()


def test_stopping_monitor_ends_an_overfitting_training_with_its_best_weights(keras, data, tmp_path, capsys):
    x, y, x_val, y_val = data
    model = network(keras)
    monitor = fitscope.Monitor(x_val, y_val, stop=True, report=tmp_path / "report.html")
    model.fit(x, y, epochs=300, verbose=0, callbacks=[monitor])
    assert len(monitor.history) < 100
    assert "the chance that a later epoch is better" in monitor.stopped
    assert model.evaluate(x_val, y_val, verbose=0) == pytest.approx(np.nanmin(monitor.history.val_loss), rel=1e-5)
    printed = capsys.readouterr().out
    assert f"The model has the weights of epoch {monitor.diagnosis.best_epoch}." in printed
    assert str(tmp_path / "report.html") in printed
    (reading,) = fitscope.read_history(tmp_path / "report.html")
    assert reading.history == monitor.history


def test_best_weights_are_restored_where_the_training_was_not_stopped(keras, data):
    x, y, x_val, y_val = data
    model = network(keras)
    monitor = fitscope.Monitor(x_val, y_val, stop=True, verbose=0)
    model.fit(x, y, epochs=6, verbose=0, callbacks=[monitor])
    assert monitor.stopped is None
    assert model.evaluate(x_val, y_val, verbose=0) == pytest.approx(monitor.history.val_loss.min(), rel=1e-5)


def test_monitor_that_only_looks_on_leaves_the_model_alone(keras, data):
    x, y, x_val, y_val = data
    models = []
    for callbacks in ([], [fitscope.Monitor(x_val, y_val, verbose=0)]):
        keras.utils.set_random_seed(1)
        models.append(network(keras))
        models[-1].fit(x, y, epochs=12, verbose=0, callbacks=callbacks)
    for plain, watched in zip(*(model.get_weights() for model in models)):
        assert (plain == watched).all()


def test_loss_that_is_no_number_stops_the_epoch_at_once_with_a_message(keras, data, capsys):
    x, y, x_val, y_val = data
    model = network(keras, activation=None, loss="mse", rate=1e30)
    monitor = fitscope.Monitor(x_val, y_val, stop=True)
    model.fit(x, y, epochs=50, batch_size=10, verbose=0, callbacks=[monitor])
    assert len(monitor.history) == 1
    assert "no longer a finite number" in monitor.stopped
    assert "DIVERGED" in capsys.readouterr().out


def test_second_fit_begins_anew(keras, data):
    x, y, x_val, y_val = data
    model, monitor = network(keras), fitscope.Monitor(x_val, y_val, verbose=0)
    for epochs in (3, 2):
        model.fit(x, y, epochs=epochs, verbose=0, callbacks=[monitor])
    assert len(monitor.history) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"y_val": [1, 0]}, "80 validation samples and 2 targets"),
        ({"limit": 5}, "limit is 5"),
        ({"limit": "a"}, "limit is 'a'"),
        ({"x_val": [[1.0, 2.0]] * 80}, "x_val is a list"),
        ({"report": "none/report.html"}, "no folder none"),
    ],
)
def test_wrong_arguments_are_refused_before_the_training(keras, data, change, says):
    with pytest.raises(UsageError, match=says):
        fitscope.Monitor(**{"x_val": data[2], "y_val": data[3]} | change)


def test_model_of_two_outputs_is_refused_in_a_sentence(keras, data):
    x, y, x_val, y_val = data
    inputs = keras.Input((20,))
    model = keras.Model(inputs, [keras.layers.Dense(1)(inputs), keras.layers.Dense(1)(inputs)])
    model.compile("adam", "mse")
    with pytest.raises(ResultError, match="several outputs"):
        model.fit(x, [y, y], epochs=1, verbose=0, callbacks=[fitscope.Monitor(x_val, y_val)])
