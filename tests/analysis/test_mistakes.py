"""Where the model is wrong, from answers that were made by hand."""

import types

import numpy as np
import pytest

from fitscope.analysis import analyze
from fitscope.analysis.mistakes import mistakes
from fitscope.datasets import Dataset
from fitscope.datasets.dataset import first
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.result import Result
from fitscope.training import Run

PLAN = Plan("toy", "f00d", None, "textbook", max_epochs=3, validation=6)
NAMES = {"binary": ("no", "yes"), "multiclass": tuple("abc"), "multilabel": ("x", "y"), "regression": ("price", "rent")}
LABELS = {"binary": [0, 1], "multiclass": [0, 1, 2], "multilabel": [[0, 1], [1, 0], [1, 1]], "regression": [[1, 2], [3, 4], [5, 6]]}


def data_of(task, samples=30):
    kind = np.int64 if task in ("binary", "multiclass") else np.float32
    labels = np.array((LABELS[task] * samples)[:samples], kind)
    rows = np.arange(samples * 2, dtype=np.float32).reshape(samples, 2)
    return Dataset("toy", task, NAMES[task], rows, labels, rows, labels, "memory", "f00d", first)


def run_of(answers, losses=None, plan=PLAN, val_loss=(2.0, 1.0, 3.0)):
    """Return a run that is best at its second epoch."""
    answers = None if answers is None else np.asarray(answers, np.float32)
    if losses is None:
        losses = np.ones((3, plan.validation))
    history = TrainingHistory.of({"loss": [3.0, 2.0, 1.0], "val_loss": list(val_loss)})
    return Run(plan, history, np.asarray(losses, np.float32), [], 9, False, 1.0, "dense", answers=answers)


def found_of(*runs, verdict="overfitting"):
    said = types.SimpleNamespace(verdict=verdict)
    return types.SimpleNamespace(main=list(runs), jobs=types.SimpleNamespace(main=runs), diagnosis=said)


BINARY = [np.array([[0.1], [0.9], [0.2], [0.4], [0.8], [0.6]]), np.array([[0.7], [0.9], [0.2], [0.9], [0.9], [0.3]])]  # 0 1 0 1 0 1


def test_two_classes_have_confusion_ranking_and_what_changed():
    found = mistakes(found_of(run_of(BINARY)), data_of("binary"))
    assert (found.basis, found.samples, found.epoch, found.epochs, found.last_epochs) == ("hold_out", 6, 2, (2,), (3,))
    assert (found.confusion.support, found.confusion.right) == ((3, 3), (2, 2))
    assert sorted(found.confusion.pairs) == [(0, 1, 1), (1, 0, 1)]
    assert found.ranking.area == pytest.approx(7 / 9)
    assert (found.change.right_before, found.change.forgotten, found.change.learnt, found.change.right_after) == (4, 2, 1, 3)
    assert (found.calibration.lowest, found.calibration.samples, found.labels, found.residuals) == (0.5, 6, None, ())


def test_worst_samples_have_the_largest_loss_at_the_best_epoch():
    losses = np.array([[0] * 6, [1, 5, 2, 4, 3, 0], [9, 0, 0, 0, 0, 0]])
    found = mistakes(found_of(run_of(BINARY, losses)), data_of("binary"))
    assert [sample.number for sample in found.worst] == [1, 3, 4, 2, 0, 5]
    assert [sample.loss for sample in found.worst] == [5, 4, 3, 2, 1, 0]
    one = found.worst[1]
    assert (one.truth, one.answer, one.probability, one.before) == (("yes",), ("no",), pytest.approx(0.6), None)
    assert one.shown.values == (("2 of 2", "6, 7"),)


def test_forgotten_samples_were_right_and_the_greatest_loss_comes_first():
    losses = np.array([[0] * 6, [1, 1, 1, 1, 1, 2], [4, 1, 1, 1, 1, 9]])
    found = mistakes(found_of(run_of(BINARY, losses)), data_of("binary"))
    assert [sample.number for sample in found.forgotten] == [5, 0]
    last = found.forgotten[0]
    assert (last.truth, last.answer, last.loss) == (("yes",), ("no",), 9)
    assert (last.before, last.probability) == (pytest.approx(0.6), pytest.approx(0.7))


def test_two_outputs_of_two_classes_are_the_same_as_one():
    both = [np.hstack([1 - part, part]) for part in BINARY]
    data = data_of("binary")
    assert mistakes(found_of(run_of(both)), data) == mistakes(found_of(run_of(BINARY)), data)


def test_several_classes_have_no_ranking():
    answers = np.full((2, 6, 3), 0.1)
    answers[:, np.arange(6), [0, 1, 2, 1, 1, 2]] = 0.8
    found = mistakes(found_of(run_of(answers)), data_of("multiclass"))
    assert (found.confusion.pairs, found.ranking, found.calibration.lowest) == (((0, 1, 1),), None, 0.0)
    assert found.calibration.error == pytest.approx(5 / 6 - 0.8, abs=1e-5)


def test_several_labels_are_right_where_all_of_them_are():
    said = np.array([[0.2, 0.9], [0.9, 0.2], [0.9, 0.4], [0.2, 0.9], [0.9, 0.2], [0.9, 0.9]])
    found = mistakes(found_of(run_of([said, 1 - said])), data_of("multilabel"))
    assert (found.confusion, found.labels.support, found.labels.right) == (None, (4, 4), (4, 3))
    assert (found.change.right_before, found.change.forgotten) == (5, 5)
    assert found.calibration.samples == 12
    assert (found.worst[2].truth, found.worst[2].answer, found.worst[2].probability) == (("x", "y"), ("x",), None)


def test_numbers_have_residuals_and_are_never_forgotten():
    said = np.array([[1, 2], [3, 4], [5, 7], [1, 2], [3, 4], [5, 7]])
    found = mistakes(found_of(run_of([said, said + 1])), data_of("regression"))
    assert [its.mean for its in found.residuals] == pytest.approx([0, 1 / 3])
    assert (found.change, found.forgotten, found.calibration) == (None, (), None)
    assert (found.worst[2].truth, found.worst[2].answer) == (("5", "6"), ("5", "7"))


@pytest.mark.parametrize("answers", [np.array(BINARY) * 4 - 1.3, np.array(BINARY) + 0.4])
def test_answers_that_are_no_probabilities_are_not_calibrated(answers):
    found = mistakes(found_of(run_of(answers)), data_of("binary"))
    assert (found.calibration, found.worst[0].probability, found.ranking.area) == (None, None, pytest.approx(7 / 9))


@pytest.mark.parametrize(
    "found",
    [
        found_of(run_of(BINARY), verdict="diverged"),
        found_of(run_of(None)),
        found_of(run_of(BINARY, val_loss=(1.0, 2.0, np.nan))),
        found_of(run_of([BINARY[0], BINARY[1] * np.nan])),
    ],
)
def test_diverged_training_and_one_without_answers_have_no_mistakes(found):
    assert mistakes(found, data_of("binary")) is None


def test_of_several_seeds_the_first_that_is_finite_is_taken():
    broken = run_of(BINARY, plan=PLAN, val_loss=(1.0, np.nan, np.nan))
    good = run_of(BINARY, plan=PLAN.replace(seed=1), val_loss=(1.0, 2.0, 3.0))
    found = mistakes(found_of(broken, good), data_of("binary"))
    assert (found.basis, found.epoch, found.samples) == ("first_repeat", 1, 6)


def test_folds_stand_side_by_side():
    data, runs = data_of("binary"), []
    for number in (1, 2, 3):
        plan = PLAN.replace(fold=(number, 3), validation=10)
        right = data.y_train[data.held_out(plan)][None, :, None] * 0.8 + 0.1
        runs.append(run_of(np.repeat(right, 2, axis=0), plan=plan, val_loss=(3.0, 1.0, 2.0) if number == 1 else (3.0, 2.0, 1.0)))
    found = mistakes(found_of(*runs), data)
    assert (found.basis, found.samples, found.epoch, found.epochs, found.last_epochs) == ("folds", 30, None, (2, 3, 3), (3, 3, 3))
    assert (found.confusion.right, found.confusion.wrong) == ((15, 15), 0)
    assert len({sample.number for sample in found.worst}) == 8


def test_analysis_that_is_stopped_keeps_its_mistakes(fake_training):
    fake_training("overfitting")
    seen = []
    result = analyze("digits", max_epochs=20, tell=seen.append, should_stop=lambda: len(seen) > 8)
    assert result.partial
    assert result.mistakes.last_epochs == (len(result.history),)
    assert result.mistakes.confusion.wrong == 30


@pytest.mark.parametrize("losses", [[np.nan], [1.5, 0.5, np.nan]])
def test_analysis_that_diverges_has_no_mistakes(fake_training, losses):
    fake_training({"loss": losses, "val_loss": losses})
    assert analyze("digits", max_epochs=20).mistakes is None


def test_analysis_that_goes_on_finds_the_mistakes_of_one_in_one_go(tmp_path):
    whole = analyze("digits", max_epochs=3)
    seen = []
    begun = analyze("digits", max_epochs=3, output=tmp_path / "run", tell=seen.append,
                    should_stop=lambda: any(getattr(told, "name", "") == "refit" for told in seen))  # fmt: skip
    assert begun.partial
    assert begun.mistakes == whole.mistakes
    resumed = analyze("digits", max_epochs=3, output=tmp_path / "run", resume=True)
    assert resumed.mistakes == whole.mistakes
    assert Result.from_text((tmp_path / "run" / "result.json").read_text()).mistakes == whole.mistakes
