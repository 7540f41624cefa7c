import numpy as np
import pytest

from fitscope import diagnose, words
from fitscope.diagnosis import judge
from fitscope.history import TrainingHistory

E = np.arange(1, 41)
FALLS = 0.05 + 0.6 * np.exp(-E / 6)


def verdict(loss, val_loss, **others):
    return judge(TrainingHistory.of({"loss": list(loss), "val_loss": list(val_loss)}), **others).verdict


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit", "not_learning"])
@pytest.mark.parametrize("epochs", [10, 20, 60])
def test_clear_curve_gets_its_verdict(curves, shape, epochs):
    assert diagnose(curves(shape, epochs)).verdict == shape


def drift(noise, seed):
    shocks = np.random.default_rng(seed).standard_normal(len(E)) * noise
    values = np.zeros(len(E))
    for i in range(1, len(E)):
        values[i] = 0.5 * values[i - 1] + shocks[i]
    return values


@pytest.mark.parametrize("noise", [0.002, 0.01, 0.02, 0.05])
def test_healthy_plateau_with_correlated_noise_is_hardly_ever_called_overfitting(noise):
    called = [verdict(FALLS, 0.4 + 0.5 * np.exp(-E / 3) + drift(noise, seed)) for seed in range(150)]
    assert called.count("overfitting") <= 15  # the rule tests at the 95 % level, and must guess the noise from 40 epochs


@pytest.mark.parametrize("seed", range(10))
def test_clear_rise_under_noise_is_overfitting(seed):
    noise = np.random.default_rng(seed).standard_normal(len(E)) * 0.01
    assert verdict(FALLS, 0.3 + 0.4 * np.exp(-E / 3) + 0.01 * np.maximum(0, E - 10) + noise) == "overfitting"


def test_nan_at_the_end_is_diverged():
    found = diagnose({"loss": [0.9, 0.7, np.nan], "val_loss": [0.8, 0.75, np.nan]})
    assert (found.verdict, found.best_epoch) == ("diverged", 2)


def test_training_loss_that_ends_above_its_first_value_is_diverged():
    assert verdict([0.7, 0.5, 0.4, 0.9, 2.0, 3.0], [0.7, 0.6, 0.5, 1.0, 2.0, 3.0]) == "diverged"


def test_validation_loss_alone_above_its_first_value_is_not_diverged():
    assert verdict(FALLS[:20], 0.3 + 0.05 * np.arange(20)) == "overfitting"


@pytest.mark.parametrize("epochs", [1, 2, 4])
def test_fewer_than_five_epochs_are_inconclusive(epochs):
    assert verdict(FALLS[:epochs], FALLS[:epochs] + 0.1) == "inconclusive"


def test_accuracy_of_the_largest_class_is_not_learning(curves):
    history = TrainingHistory.of(curves("good_fit") | {"val_accuracy": [0.7] * 20})
    assert judge(history, majority=0.7).verdict == "not_learning"
    assert judge(history, majority=0.6).verdict == "good_fit"


def test_widening_gap_without_a_rise_is_a_finding_and_no_verdict():
    found = diagnose({"loss": (0.3 * np.exp(-E / 15)).tolist(), "val_loss": (0.35 + 0.5 * np.exp(-E) + 0.0002 * E).tolist()})
    assert found.verdict == "good_fit"
    assert "gap_widens_without_harm" in [finding.code for finding in found.findings]


@pytest.mark.parametrize("shape", [2.0 - 0.04 * E, 3.0 * np.exp(-E / 10), 1 / E])
def test_steep_fall_to_the_last_epoch_is_underfitting(shape):
    assert verdict(shape, shape + 0.1) == "underfitting"


@pytest.mark.parametrize("seed", range(10))
def test_short_run_that_still_falls_is_never_called_a_good_fit(seed):
    noise = np.random.default_rng(seed).normal(0, 0.006, 10)
    assert verdict(0.9 - 0.05 * E[:10], 1.0 - 0.04 * E[:10] + noise) in ("underfitting", "inconclusive")


def test_few_noisy_validation_samples_are_inconclusive_rather_than_wrong():
    rng = np.random.default_rng(0)
    val_loss = 0.4 + 0.5 * np.exp(-E / 3) + 0.004 * np.maximum(0, E - 20)
    losses = val_loss[:, None] + rng.normal(0, 3, (len(E), 20))
    losses += (val_loss - losses.mean(axis=1))[:, None]
    assert verdict(FALLS, val_loss, losses=losses) == "inconclusive"


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit"])
@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_scaling_the_losses_keeps_verdict_and_regions(curves, shape, factor):
    plain = curves(shape)
    scaled = {name: [factor * value for value in values] for name, values in plain.items()}
    first, again = diagnose(plain), diagnose(scaled)
    assert (first.verdict, first.best_epoch, first.regions) == (again.verdict, again.best_epoch, again.regions)


def test_losses_below_zero_are_judged_by_their_fall():
    val_loss = -2 + 1.5 * np.exp(-E / 3) + 0.05 * np.maximum(0, E - 15)
    assert verdict(val_loss - 0.2 * E / 40, val_loss) == "overfitting"
    assert verdict(-2 + 1.5 * np.exp(-E / 3), -2 + 1.5 * np.exp(-E / 3)) == "good_fit"


def test_samples_of_another_number_of_epochs_are_refused(curves):
    from fitscope.errors import ResultError

    with pytest.raises(ResultError, match="20 epochs"):
        diagnose(curves("good_fit"), np.ones((3, 5)))


def test_curves_of_another_kind_are_refused():
    from fitscope.errors import ResultError

    with pytest.raises(ResultError, match="holds no curves"):
        diagnose([1, 2, 3])


def test_history_object_of_keras_is_read_like_its_dict(curves):
    class History:
        history = curves("overfitting")

    assert diagnose(History()).best_epoch == diagnose(curves("overfitting")).best_epoch


def test_curves_without_validation_have_no_best_epoch():
    found = diagnose({"loss": FALLS.tolist()})
    assert (found.verdict, found.best_epoch, found.regions) == ("inconclusive", None, ())


def flat_curves(epochs, correlation, tails, count=60):
    """Healthy plateaus whose noise is correlated or has heavy tails (Student's t with 3 degrees of freedom)."""
    for seed in range(count):
        rng = np.random.default_rng([seed, epochs])
        shocks = rng.standard_normal(epochs + 50) if tails == "normal" else rng.standard_t(3, epochs + 50) / 3**0.5
        noise = np.zeros(epochs + 50)
        for t in range(1, epochs + 50):
            noise[t] = correlation * noise[t - 1] + (1 - correlation**2) ** 0.5 * shocks[t]
        falls = 0.6 * np.exp(-np.arange(epochs) / 3)
        yield TrainingHistory.of({"loss": 0.3 + falls, "val_loss": 0.4 + falls + 0.02 * noise[50:]})


@pytest.mark.parametrize(("correlation", "tails"), [(0, "normal"), (0.5, "normal"), (0, "heavy"), (0.7, "normal")])
@pytest.mark.parametrize("epochs", [20, 100])
def test_flat_plateaus_are_seldom_called_overfitting(epochs, correlation, tails):
    alarms = [judge(history).verdict == "overfitting" for history in flat_curves(epochs, correlation, tails)]
    assert sum(alarms) <= 0.05 * len(alarms)


def test_rise_that_noise_explains_by_size_but_not_by_steadiness_is_overfitting():
    val_loss = [1.0, 0.8, 0.7, 0.6, 0.604, 0.71, 0.82, 0.76, 0.88, 0.87]
    found = diagnose({"loss": FALLS[:10].tolist(), "val_loss": val_loss})
    assert found.verdict == "overfitting"
    assert found.evidence["rise"] <= found.evidence["rise_by_chance"]
    assert "rises as steadily in" in words.evidence(found.verdict, found.evidence)


def test_same_losses_without_order_are_no_rise():
    val_loss = [1.0, 0.8, 0.7, 0.6, 0.87, 0.604, 0.82, 0.76, 0.71, 0.88]
    assert diagnose({"loss": FALLS[:10].tolist(), "val_loss": val_loss}).verdict != "overfitting"


def test_steady_rise_that_few_samples_explain_is_not_overfitting():
    val_loss = np.array([1.0, 0.8, 0.7, 0.6, 0.604, 0.71, 0.82, 0.76, 0.88, 0.87])
    losses = val_loss[:, None] + np.random.default_rng(0).normal(0, 3, (10, 20))
    losses += (val_loss - losses.mean(axis=1))[:, None]
    assert verdict(FALLS[:10], val_loss, losses=losses) == "inconclusive"


@pytest.mark.parametrize("epochs", [60, 100, 150])
def test_plateaus_under_strongly_correlated_noise_are_seldom_called_underfitting(epochs):
    said = [judge(history).verdict for history in flat_curves(epochs, 0.8, "normal")]
    assert said.count("underfitting") <= 0.05 * len(said)


def test_fall_of_less_than_a_percent_over_the_last_two_of_ten_epochs_is_none():
    val_loss = [2.23, 1.816, 1.652, 1.577, 1.541, 1.504, 1.483, 1.467, 1.479, 1.471]
    assert verdict(FALLS[:10], val_loss) == "good_fit"
