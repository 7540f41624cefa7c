import numpy as np
import pytest

from fitscope.diagnosis.stopping import PATIENCES, chance_of_better, stopping

VAL_LOSS = np.array([1.0, 0.8, 0.85, 0.7, 0.75, 0.76, 0.77, 0.6, 0.9, 0.9])
EPOCHS = tuple(range(1, 11))


@pytest.mark.parametrize(("patience", "stops_at", "keeps"), [(1, 3, 2), (2, 6, 4), (3, 7, 4), (5, None, 8), (10, None, 8)])
def test_patience_stops_where_keras_would(patience, stops_at, keeps):
    rule = stopping(VAL_LOSS, EPOCHS)[PATIENCES.index(patience)]
    assert (rule.stops_at, rule.keeps) == (stops_at, keeps)


def test_cost_is_the_kept_loss_above_the_lowest_in_percent():
    assert stopping(VAL_LOSS, EPOCHS)[0].cost == pytest.approx(100 * 0.2 / 0.6)
    assert stopping(VAL_LOSS, EPOCHS)[3].cost == 0


def test_nan_counts_as_no_improvement():
    rule = stopping(np.array([1.0, np.nan, 0.5]), (1, 2, 3))[0]
    assert (rule.stops_at, rule.keeps) == (2, 1)


def test_curve_without_any_value_keeps_nothing():
    rule = stopping(np.full(4, np.nan), (1, 2, 3, 4))[0]
    assert (rule.keeps, rule.cost) == (None, None)


@pytest.mark.parametrize("patience", [1, 2, 3, 5])
def test_patience_agrees_with_keras_own_callback(patience):
    import keras

    callback = keras.callbacks.EarlyStopping("val_loss", patience=patience)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate(VAL_LOSS):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    rule = stopping(VAL_LOSS, EPOCHS)[PATIENCES.index(patience)]
    assert rule.stops_at == (epoch + 1 if model.stop_training else None)
    assert rule.keeps == callback.best_epoch + 1


def named(rules, name):
    return next(rule for rule in rules if rule.rule == name)


def test_generalization_loss_stops_at_first_epoch_so_many_percent_above_the_minimum():
    rules = stopping(np.array([1.0, 0.5, 0.507, 0.511, 0.6]), (1, 2, 3, 4, 5))
    assert [named(rules, f"GL {limit}").stops_at for limit in (1, 2, 5)] == [3, 4, 5]
    assert named(rules, "GL 1").keeps == 2


def test_strips_up_stops_after_so_many_rises_from_strip_to_strip():
    val_loss = np.array([1.0] * 4 + [0.5] + [0.4] * 4 + [0.6] + [0.7] * 5 + [0.6] * 5 + [0.7] * 5 + [0.8] * 5 + [0.9] * 5)
    rules = stopping(val_loss, tuple(range(1, len(val_loss) + 1)))
    assert [named(rules, f"UP {strips}").stops_at for strips in (2, 3, 4)] == [15, 35, None]


def test_quotient_stops_where_harm_outgrows_progress():
    loss = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6, 0.594])
    val_loss = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6, 0.612])
    # At epoch 10: GL is 2 %, progress 1000 * (0.5988 / 0.594 - 1) = 8.08, the quotient 0.247.
    assert named(stopping(val_loss, tuple(range(1, 11)), loss), "PQ 0.5").stops_at is None
    val_loss[-1] = 0.66  # 10 %: the quotient is 1.24
    rules = stopping(val_loss, tuple(range(1, 11)), loss)
    assert [named(rules, f"PQ {limit}").stops_at for limit in ("0.5", "1", "2")] == [10, 10, None]


def test_ratios_are_left_out_for_losses_that_are_not_above_zero():
    rules = stopping(np.array([1.0, -0.5, 0.3]), (1, 2, 3), np.array([1.0, 0.5, 0.3]))
    assert not [rule for rule in rules if rule.rule.startswith(("GL", "PQ"))]
    assert named(rules, "UP 2").keeps == 2


def test_chance_of_better_is_low_on_a_clear_rise_and_high_on_a_flat_curve():
    rng = np.random.default_rng(0)
    falls = np.linspace(1, 0.5, 10)
    assert chance_of_better(np.concatenate([falls, np.linspace(0.52, 0.9, 8)]), 50) < 0.01
    assert chance_of_better(np.concatenate([falls, 0.5 + 0.01 * rng.normal(size=12)]), 50) > 0.5
    assert chance_of_better(falls, 50) == 1
    assert chance_of_better(falls, 0) == 0


def test_chance_of_better_is_not_below_how_often_a_later_epoch_is_better():
    """Whoever stops at a said chance of 5 % must not lose a better epoch more often than that."""
    rng = np.random.default_rng(0)
    said, came = [], []
    for _ in range(800):
        curve = 1 + rng.uniform(-0.005, 0.02) * np.arange(40) + 0.03 * rng.normal(size=40)
        said.append(chance_of_better(curve[:12], 28))
        came.append(curve[12:].min() < curve[:12].min())
    said, came = np.array(said), np.array(came)
    for low, high in ((0, 0.05), (0.05, 0.3), (0.3, 1)):
        inside = (said >= low) & (said < high)
        assert inside.sum() > 20
        assert came[inside].mean() <= said[inside].mean() + 0.05
