import types
from pathlib import Path

import numpy as np
import pandas
import pytest

import fitscope
from fitscope.errors import DataError, ResultError
from fitscope.logs import several
from fitscope.readers import read_history

LOGS = Path(__file__).parent / "readers" / "logs"
LOSS = [1 / epoch for epoch in range(1, 21)]
VAL_LOSS = [0.5 + (epoch - 8) ** 2 / 100 for epoch in range(1, 21)]
CURVES = {"loss": LOSS, "val_loss": VAL_LOSS}


@pytest.mark.parametrize(
    "curves",
    [
        CURVES,
        types.SimpleNamespace(history=CURVES, epoch=list(range(20))),
        pandas.DataFrame(CURVES | {"epoch": range(20), "time": ["00:01"] * 20}),
        pandas.DataFrame({"train_loss": LOSS, "valid_loss": VAL_LOSS}),
        {name: np.array(values) for name, values in CURVES.items()},
        fitscope.TrainingHistory.of(CURVES),
    ],
    ids=["dict", "History", "DataFrame", "fastai's DataFrame", "arrays", "TrainingHistory"],
)
def test_diagnose_takes_whatever_holds_curves(curves):
    diagnosis = fitscope.diagnose(curves)
    assert (diagnosis.verdict, diagnosis.best_epoch) == ("overfitting", 8)


@pytest.mark.parametrize("kind", [str, Path])
def test_diagnose_reads_a_path(kind):
    diagnosis = fitscope.diagnose(kind(LOGS / "mlflow-3.18.0-mlruns" / "678176220631271168" / "run-a"))
    assert diagnosis == fitscope.diagnose(read_history(LOGS / "mlflow-3.18.0-mlruns")[1].history)


def test_diagnose_of_a_log_with_several_trainings_names_them():
    with pytest.raises(DataError, match=r"holds 2 trainings \(run 1, run 2\)"):
        fitscope.diagnose(LOGS / "keras-3.15.1-training.log")


def test_diagnose_of_a_history_validated_every_second_epoch_has_the_right_best_epoch():
    assert fitscope.diagnose({"loss": LOSS, "val_loss": VAL_LOSS[1::2]}).best_epoch == 8


def test_diagnose_of_several_trainings_judges_their_mean():
    rng = np.random.default_rng(0)
    several = [{"loss": LOSS, "val_loss": (VAL_LOSS + rng.normal(0, 0.05, 20)).tolist()} for _ in range(6)]
    diagnosis = fitscope.diagnose(several)
    mean = np.mean([one["val_loss"] for one in several], axis=0)
    assert diagnosis.best_epoch == int(mean.argmin()) + 1
    assert (diagnosis.uncertainty.basis, diagnosis.uncertainty.samples) == ("repeats", None)
    assert "another_seed_may_differ" not in {finding.code for finding in diagnosis.findings}


def test_mean_of_trainings_that_stopped_early_ends_with_the_shortest():
    short = fitscope.TrainingHistory.of({"loss": LOSS[:7], "val_loss": VAL_LOSS[:7]})
    history, together = several([short, fitscope.TrainingHistory.of(CURVES)])
    assert history.epochs == tuple(range(1, 8))
    assert together.shape == (7, 2)


def test_names_of_the_losses_can_be_given():
    assert fitscope.diagnose({"a": LOSS, "b": VAL_LOSS}, loss="a", val_loss="b").best_epoch == 8


@pytest.mark.parametrize(
    ("curves", "losses", "says"),
    [
        (7, None, "An object of type int holds no curves; give a Keras History"),
        ({}, None, "There is no curve"),
        ([], None, "Of the 0 trainings"),
        ({"acc": [1, 2]}, None, "none is known to be a loss"),
        ({"loss": ["a", "b"]}, None, "'a'"),
        (CURVES, [1, 2, 3], "1 dimensions"),
        (CURVES, np.zeros((3, 5)), "20 epochs and samples' losses of 3"),
        ([CURVES, CURVES], np.zeros((20, 5)), "belong to one training"),
    ],
)
def test_what_cannot_be_diagnosed_is_refused_with_what_can(curves, losses, says):
    with pytest.raises(ResultError, match=says):
        fitscope.diagnose(curves, validation_losses=losses)


def test_diagnosis_shows_itself_as_a_picture_in_a_notebook():
    html = fitscope.diagnose(CURVES)._repr_html_()
    assert "<svg" in html and "region-overfitting" in html
    assert "from epoch" in html
    assert "What would help" in html
    for used in {part.split(")")[0] for part in html.split("var(")[1:]}:
        assert f"{used}:" in html


def test_diagnosis_without_any_loss_still_shows_its_sentence():
    assert "diverged" in fitscope.diagnose({"loss": [float("nan")] * 6, "val_loss": [float("nan")] * 6})._repr_html_()


def samples(means, count=50, seed=0):
    own = np.random.default_rng(seed).gamma(1, 1, (len(means), count))
    return own - own.mean(axis=1, keepdims=True) + np.array(means)[:, None]


@pytest.mark.parametrize(
    "losses",
    [
        samples(VAL_LOSS),
        samples(VAL_LOSS).astype(np.float16),
        samples(VAL_LOSS) - 0.3,  # a penalty that all epochs share
        samples(np.array(VAL_LOSS) - np.linspace(0.02, 0.06, 20)),  # one that grows a little
        np.where(np.arange(20)[:, None] == 3, np.nan, samples(VAL_LOSS)),
    ],
    ids=["same", "float16", "constant", "growing", "NaN"],
)
def test_samples_whose_mean_follows_val_loss_are_taken(losses):
    assert fitscope.diagnose(CURVES, losses).best_epoch == 8


@pytest.mark.parametrize(
    ("losses", "epoch"),
    [(samples(VAL_LOSS[::-1]), 1), (samples(VAL_LOSS[:10] + [9.0] + VAL_LOSS[11:]), 11)],
    ids=["reversed", "one"],
)
def test_samples_that_contradict_val_loss_are_refused_with_both_numbers(losses, epoch):
    numbers = (
        f"At epoch {epoch} val_loss is {VAL_LOSS[epoch - 1]:.4g} and the mean of the samples' losses {losses[epoch - 1].mean():.4g}"
    )
    with pytest.raises(ResultError, match=numbers):
        fitscope.diagnose(CURVES, losses)


def test_same_training_twice_is_no_repeat():
    other = CURVES | {"val_loss": [value + 0.01 for value in VAL_LOSS]}
    assert fitscope.diagnose([CURVES, other]).best_epoch == 8
    with pytest.raises(ResultError, match="Trainings 1 and 3 are one and the same"):
        fitscope.diagnose([CURVES, other, dict(CURVES)])


def test_diagnose_of_a_result_says_what_was_said_of_its_samples(result, tmp_path):
    (tmp_path / "result.json").write_text(result.to_text())
    found = fitscope.diagnose(tmp_path / "result.json")
    assert (found.plateau, found.uncertainty) == (result.diagnosis.plateau, result.diagnosis.uncertainty)
    assert found.uncertainty.basis == "samples"
