"""Each finding where it fires and where it does not."""

import numpy as np
import pytest

from fitscope.diagnosis import judge
from fitscope.diagnosis.advice import ADVICE, advise
from fitscope.diagnosis.findings import CHECKS, Finding
from fitscope.history import TrainingHistory

E = np.arange(1, 31)
NOISY = 0.5 + np.exp(-E[:20] / 2.5) + 0.004 * np.maximum(0, E[:20] - 9) + 0.03 * np.random.default_rng(3).standard_normal(20)


def codes(metrics, **others):
    found = judge(TrainingHistory.of({k: list(v) for k, v in metrics.items()}), **others)
    return [finding.code for finding in found.findings], [advice.code for advice in found.advice]


def test_overfitting_says_from_where_and_how_far_validation_loss_rises(curves):
    found = judge(TrainingHistory.of(curves("overfitting")))
    finding = next(f for f in found.findings if f.code == "validation_loss_rises")
    assert finding.numbers["from_epoch"] == found.plateau[1] + 1
    assert finding.numbers["percent"] > 5
    assert found.advice[0].code == "stop_at_best"


def test_good_fit_does_not_speak_of_a_rise(curves):
    assert "validation_loss_rises" not in codes(curves("good_fit"))[0]


def test_underfitting_with_falling_training_loss_advises_a_longer_training(curves):
    metrics = {"loss": (2.0 - 0.05 * E).tolist(), "val_loss": (2.1 - 0.05 * E).tolist()}
    found, advice = codes(metrics)
    assert "still_improving" in found
    assert "minimum_not_reached" in found
    assert "train_longer" in advice


def test_underfitting_with_level_training_loss_advises_more_capacity():
    found, advice = codes({"loss": 0.9 + 0.3 * np.exp(-E), "val_loss": 2.0 - 0.03 * E})
    assert "too_small" in found
    assert "more_capacity" in advice


def test_accuracy_that_rises_with_the_loss_is_told(curves):
    assert "accuracy_rises_with_loss" in codes(curves("overfitting") | {"val_accuracy": np.linspace(0.7, 0.9, 20)})[0]
    assert "accuracy_rises_with_loss" not in codes(curves("overfitting") | {"val_accuracy": np.linspace(0.9, 0.7, 20)})[0]


def test_training_accuracy_of_one_is_told(curves):
    assert "training_accuracy_one" in codes(curves("overfitting") | {"accuracy": np.minimum(1, np.linspace(0.6, 1.1, 20))})[0]
    assert "training_accuracy_one" not in codes(curves("overfitting") | {"accuracy": np.linspace(0.6, 0.99, 20)})[0]


def test_wide_plateau_of_few_samples_asks_for_more_of_them(curves):
    metrics = curves("good_fit")
    rng = np.random.default_rng(0)
    losses = np.array(metrics["val_loss"])[:, None] + rng.normal(0, 1, (20, 10))
    losses += (np.array(metrics["val_loss"]) - losses.mean(axis=1))[:, None]
    found, advice = codes(metrics, losses=losses)
    assert "too_little_validation_data" in found
    assert "more_validation_data" in advice
    assert "too_little_validation_data" not in codes(metrics)[0]


def test_epochs_that_brought_nothing_are_counted(curves):
    assert "epochs_wasted" in codes(curves("overfitting"))[0]
    assert "epochs_wasted" not in codes(curves("underfitting"))[0]


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit"])
def test_findings_stand_with_the_costliest_first(curves, shape):
    order = {"serious": 0, "warning": 1, "info": 2}
    found = judge(TrainingHistory.of(curves(shape))).findings
    assert [order[f.severity] for f in found] == sorted(order[f.severity] for f in found)


def test_diverged_training_gets_no_advice_to_train_longer():
    found, advice = codes({"loss": [1.0, 0.9, np.nan], "val_loss": [1.0, 0.9, np.nan]})
    assert found == ["training_diverged"]
    assert advice == ["lower_learning_rate", "check_data"]


@pytest.mark.parametrize("losses", [[np.nan], [np.nan, np.nan]])
def test_training_that_diverged_at_once_still_gets_advice(losses):
    assert codes({"loss": losses, "val_loss": losses}) == (["training_diverged"], ["lower_learning_rate", "check_data"])


def test_training_that_learnt_nothing_advises_another_learning_rate(curves):
    found, advice = codes(curves("not_learning"))
    assert found == ["nothing_learnt"]
    assert advice[0] == "another_learning_rate"


def outcome(code, metrics, **others):
    found = judge(TrainingHistory.of({k: list(v) for k, v in metrics.items()}), **others)
    return next(check.outcome for check in found.checks if check.code == code)


FALLS = 1 / E + 0.1


def test_second_descent_names_its_three_epochs():
    val_loss = np.interp(E, [1, 6, 14, 30], [1.0, 0.5, 0.9, 0.4])
    found = judge(TrainingHistory.of({"loss": FALLS, "val_loss": val_loss}))
    finding = next(f for f in found.findings if f.code == "second_descent")
    assert [finding.numbers[name] for name in ("first", "peak", "second")] == pytest.approx([6, 14, 30], abs=1)
    assert "train_past_peak" in {advice.code for advice in found.advice}


@pytest.mark.parametrize(
    "val_loss",
    [
        0.5 + 0.5 / E,
        np.interp(E, [1, 6, 30], [1.0, 0.5, 0.9]),
        np.interp(E, [1, 6, 14, 20, 30], [1.0, 0.5, 0.9, 0.85, 1.1]),
        0.5 + 0.5 / E + 0.02 * np.random.default_rng(0).normal(size=30),
    ],
    ids=["falls", "rises", "wobbles on its way up", "is noisy"],
)
def test_second_descent_is_absent_where_validation_loss(val_loss):
    assert outcome("second_descent", {"loss": FALLS, "val_loss": val_loss}) == "absent"


def test_second_descent_needs_epochs_to_be_seen():
    assert outcome("second_descent", {"loss": FALLS[:12], "val_loss": FALLS[:12]}) == "not_applicable"


def test_validation_below_training_is_told_where_it_stays_below():
    assert outcome("validation_below_training", {"loss": FALLS + 0.2, "val_loss": FALLS}) == "found"
    assert outcome("validation_below_training", {"loss": FALLS, "val_loss": FALLS + 0.2}) == "absent"
    assert outcome("validation_below_training", {"val_loss": FALLS}) == "not_applicable"


def test_warm_start_is_a_first_epoch_far_below_guessing_that_stays_the_best():
    rises = {"loss": 0.05 - 0.001 * E, "val_loss": 0.2 + 0.02 * E}
    assert outcome("warm_start", rises, classes=10) == "found"
    assert outcome("warm_start", rises) == "not_applicable"
    assert outcome("warm_start", rises | {"accuracy": np.full(30, 0.98)}) == "found"
    assert outcome("warm_start", {"loss": 2.0 - 0.03 * E, "val_loss": 0.2 + 0.02 * E}, classes=10) == "absent"
    assert outcome("warm_start", {"loss": FALLS, "val_loss": FALLS}, classes=10) == "absent"


def test_loss_stuck_at_guessing_is_told_with_the_number_of_classes():
    noise = 0.002 * np.random.default_rng(0).normal(size=(2, 30))
    stuck = {"loss": np.log(10) + noise[0], "val_loss": np.log(10) + noise[1], "val_accuracy": np.full(30, 0.1)}
    assert outcome("stuck_at_guessing", stuck) == "found"
    assert outcome("stuck_at_guessing", {k: stuck[k] for k in ("loss", "val_loss")}) == "not_applicable"
    assert outcome("stuck_at_guessing", {k: stuck[k] for k in ("loss", "val_loss")}, classes=10) == "found"
    assert outcome("stuck_at_guessing", {"loss": FALLS, "val_loss": FALLS, "val_accuracy": np.linspace(0.1, 0.9, 30)}) == "absent"


def test_spikes_are_counted_and_the_first_is_named():
    loss = FALLS + 0.001 * np.random.default_rng(0).normal(size=30)
    loss[[11, 20]] *= 4
    found = judge(TrainingHistory.of({"loss": loss, "val_loss": FALLS}))
    assert next(f for f in found.findings if f.code == "spikes").numbers == {"count": 2, "epoch": 12}
    assert outcome("spikes", {"loss": FALLS, "val_loss": FALLS}) == "absent"
    assert outcome("spikes", {"loss": FALLS[:5], "val_loss": FALLS[:5]}) == "not_applicable"


def test_learning_rate_is_high_where_both_losses_go_up_and_down():
    rng = np.random.default_rng(0)
    restless = 0.5 + FALLS + 0.15 * rng.normal(size=30)
    assert outcome("learning_rate_high", {"loss": restless, "val_loss": restless + 0.1 * rng.random(30)}) == "found"
    assert outcome("learning_rate_high", {"loss": restless, "val_loss": FALLS}) == "absent"  # as dropout makes it


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit", "not_learning"])
def test_every_check_ends_in_one_of_three_ways(curves, shape):
    checks = judge(TrainingHistory.of(curves(shape))).checks
    assert [check.code for check in checks] == list(CHECKS)
    assert {check.outcome for check in checks} <= {"found", "absent", "not_applicable"}


@pytest.mark.parametrize(("loss", "falls"), [(np.linspace(1, 0.5, 20), True), (0.3 + np.exp(-np.arange(20) / 2), False)])
def test_log_of_training_loss_alone_gets_what_can_be_said_of_it(loss, falls):
    found = judge(TrainingHistory.of({"loss": loss.tolist()}))
    assert found.verdict == "inconclusive"
    assert [(finding.code, finding.numbers["falls"]) for finding in found.findings] == [("training_loss_alone", falls)]
    assert [advice.code for advice in found.advice] == ["hold_out"]


@pytest.mark.parametrize(
    ("val_loss", "finding", "advice"),
    [
        (
            NOISY,
            "rise_hidden",
            ["more_validation_data", "train_longer"],
        ),
        (0.5 + np.exp(-E[:20] / 2) + 0.0015 * np.maximum(0, E[:20] - 14) ** 1.5, "not_settled", ["train_longer"]),
        (np.array([0.9, 0.7, 0.8]), "not_settled", ["train_longer"]),
    ],
)
def test_inconclusive_verdict_advises_what_its_sentence_says(val_loss, finding, advice):
    loss = np.exp(-E[: len(val_loss)] / 4)
    assert judge(TrainingHistory.of({"loss": loss.tolist(), "val_loss": val_loss.tolist()})).verdict == "inconclusive"
    found, advised = codes({"loss": loss, "val_loss": val_loss})
    assert finding in found
    assert [code for code in advised if code in ("more_validation_data", "train_longer")] == advice
    assert "repeat_with_seeds" in advised


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit", "not_learning"])
def test_settled_verdict_says_nothing_of_noise_or_of_an_end_too_soon(curves, shape):
    assert not {"rise_hidden", "not_settled"} & set(codes(curves(shape))[0])


STOPPED = {"epoch": 20, "percent": 3.2}


def test_stop_before_a_rise_could_be_seen_is_told(curves):
    history = TrainingHistory.of(curves("good_fit"))
    finding = next(found for found in judge(history, stopped=STOPPED).findings if found.code == "stopped_early")
    assert finding.numbers == STOPPED
    assert finding.severity == "info"


@pytest.mark.parametrize(
    ("shape", "stopped", "said"),
    [
        ("good_fit", STOPPED, "found"),
        ("good_fit", {}, "absent"),
        ("good_fit", None, "not_applicable"),
        ("overfitting", STOPPED, "absent"),
    ],
)
def test_stop_is_told_where_one_was_and_no_rise_is_seen(curves, shape, stopped, said):
    assert outcome("stopped_early", curves(shape), stopped=stopped) == said


def test_advice_is_given_once_and_under_the_first_finding_that_asks_for_it():
    found = advise([Finding(code, "serious") for code in ("spikes", "still_improving", "minimum_not_reached", "epochs_wasted")])
    assert [(advice.code, advice.finding) for advice in found] == [
        ("clip_gradients", "spikes"),
        ("train_longer", "still_improving"),
    ]
    assert found[0].evidence == ADVICE["spikes"]["clip_gradients"]


def test_every_advice_has_its_evidence():
    assert all(evidence for advice in ADVICE.values() for evidence in advice.values())
