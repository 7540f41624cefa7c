import numpy as np
import pytest
import scipy.sparse

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
        ({"x_val": {}}, "x_val is a dict"),
        ({"x_val": [np.zeros((80, 20)), np.zeros((70, 20))]}, "70 or 80 validation samples and 80 targets"),
        ({"sample_weight": np.ones(79)}, r"the shape \(79,\)"),
        ({"sample_weight": ["a"] * 80}, "no numbers"),
        ({"sample_weight": -np.ones(80)}, "negative"),
        ({"sample_weight": np.zeros(80)}, "nothing but 0"),
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


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_validation_samples_of_several_inputs_are_taken_as_predict_takes_them(keras, data, kind):
    x, y, x_val, y_val = data
    inputs = [keras.Input((20,), name=name) for name in "ab"]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(inputs)))
    model.compile("adam", "mse")
    parts = {"a": x_val, "b": x_val**2}
    monitor = fitscope.Monitor(parts if kind is dict else kind(parts.values()), y_val, verbose=0)
    history = model.fit([x, x**2], y, epochs=2, verbose=0, validation_data=([x_val, x_val**2], y_val), callbacks=[monitor])
    assert monitor.validation_losses.mean(axis=1) == pytest.approx(history.history["val_loss"], rel=1e-5)


@pytest.mark.parametrize("kind", ["csr_array", "csc_array", "coo_matrix"])
def test_sparse_validation_samples_give_the_losses_of_dense_ones(keras, data, kind):
    x, y, x_val, y_val = data
    monitors = [fitscope.Monitor(given, y_val, verbose=0) for given in (x_val, getattr(scipy.sparse, kind)(x_val))]
    network(keras).fit(x, y, epochs=2, verbose=0, callbacks=monitors)
    dense, sparse = (monitor.validation_losses for monitor in monitors)
    assert sparse == pytest.approx(dense, rel=1e-4)


def test_inputs_that_the_model_does_not_take_are_refused_in_a_sentence(keras, data):
    x, y, x_val, y_val = data
    with pytest.raises(ResultError, match="cannot predict x_val"):
        network(keras).fit(x, y, epochs=1, verbose=0, callbacks=[fitscope.Monitor(x_val[:, :7], y_val)])


def test_weighted_samples_give_the_val_loss_of_a_weighted_fit(keras, data):
    x, y, x_val, y_val = data
    weights = np.random.default_rng(0).uniform(0, 3, 80)
    monitor = fitscope.Monitor(x_val, y_val, sample_weight=weights, verbose=0)
    history = network(keras).fit(x, y, epochs=2, verbose=0, validation_data=(x_val, y_val, weights), callbacks=[monitor])
    assert monitor.validation_losses.mean(axis=1) == pytest.approx(history.history["val_loss"], rel=1e-5)


def test_monitor_that_stopped_the_training_says_what_cannot_be_seen_then(keras, data, monkeypatch):
    x, y, x_val, y_val = data
    monkeypatch.setattr("fitscope.monitor.chance_of_better", lambda val_loss, left: 0.03 if len(val_loss) == 6 else 1.0)
    said = []
    for stop, epochs in ((True, 50), (True, 5), (False, 8)):
        monitor = fitscope.Monitor(x_val, y_val, stop=stop, verbose=0)
        network(keras, rate=1e-4).fit(x, y, epochs=epochs, verbose=0, callbacks=[monitor])
        outcome = next(check.outcome for check in monitor.diagnosis.checks if check.code == "stopped_early")
        said.append((len(monitor.history), outcome))
    assert said == [(6, "found"), (5, "absent"), (8, "not_applicable")]
    assert monitor.stopped is None
