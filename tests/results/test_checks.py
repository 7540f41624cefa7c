"""What a result is checked for, each contradiction by itself."""

import dataclasses

import pytest

from fitscope.diagnosis import Diagnosis, judge
from fitscope.diagnosis.best_epoch import Uncertainty
from fitscope.diagnosis.calibration import Calibration
from fitscope.diagnosis.confusion import Confusion, Tally
from fitscope.diagnosis.ranking import Ranking
from fitscope.diagnosis.regions import Region
from fitscope.errors import ResultError, UsageError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.result import Mistakes, Result, Shown, check_schema, diagnosis_json
from fitscope.result.blind import refuse
from fitscope.result.studies import Remedy

HISTORY = TrainingHistory.of({"loss": [0.9, 0.7, 0.5], "val_loss": [0.9, 0.6, 0.8]}, [2, 4, 6])


def made(**changes):
    return Result("0.1", "", None, None, None, None, HISTORY, dataclasses.replace(judge(HISTORY), **changes), None, None, 0, "")


def test_result_of_a_log_holds_nothing_of_a_training():
    result = made()
    content = result.to_json()
    assert [content[name] for name in ("plan", "holdout", "log", "search", "mistakes", "peak_mb")] == [None] * 6
    assert [content[name] for name in ("partial", "blind", "seconds", "studies")] == [False, False, {}, {}]
    assert Result.from_text(result.to_text()) == result


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"best_epoch": 5}, "best epoch is 5, which is no epoch"),
        ({"uncertainty": Uncertainty("log", None, (0.1,) * 2, (0.3,) * 3, (4,), None)}, r"uncertainty\.paired_se .* 3 epochs"),
        ({"uncertainty": Uncertainty("log", None, (0.1,) * 3, (0.3,) * 4, (4,), None)}, r"uncertainty\.chance"),
        ({"regions": (Region("good_fit", 4, 6),)}, "regions must cover"),
        ({"regions": (Region("good_fit", 2, 4), Region("good_fit", 4, 6))}, "regions must cover"),
        ({"regions": (Region("good_fit", 6, 6), Region("good_fit", 2, 4))}, "regions must cover"),
    ],
)
def test_diagnosis_of_other_epochs_is_refused(changes, says):
    with pytest.raises(ResultError, match=says):
        made(**changes)


@pytest.mark.parametrize(
    "changes",
    [{"best_epoch": None}, {"best_epoch": 6}, {"uncertainty": None}, {"regions": ()}, {"regions": (Region("good_fit", 1, 9),)}],
)
def test_diagnosis_that_fits_its_epochs_is_taken(changes):
    assert isinstance(made(**changes), Result)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"schema": "fitscope-result/2"}, "a newer fitscope wrote"),
        ({"schema": "fitscope-result/10"}, "a newer fitscope wrote"),
        ({"schema": "fitscope-result/0"}, "'fitscope-result/0', not 'fitscope-result/1', and is not known"),
        ({"schema": "fitscope-result/x"}, "not known"),
        ({"schema": "another-result/2"}, "not known"),
        ({"schema": None}, "is None, not"),
        ({}, "is None, not"),
        ([], "is list, not"),
        ("fitscope-result/1", "is str, not"),
    ],
)
def test_other_schema_is_refused(content, says):
    with pytest.raises(ResultError, match=says):
        check_schema(content)


def test_known_schema_is_taken():
    check_schema({"schema": "fitscope-result/1"})


def test_diagnosis_as_json_has_a_sentence_for_every_code(curves):
    content = diagnosis_json(judge(TrainingHistory.of(curves("overfitting"))))
    assert content["message"].startswith("Best after epoch 5")
    rises = next(finding for finding in content["findings"] if finding["code"] == "validation_loss_rises")
    assert set(rises) == {"code", "severity", "message", "from_epoch", "percent"}
    assert all(finding["message"] != finding["code"] for finding in content["findings"])
    assert [set(advice) for advice in content["advice"]] == [{"code", "finding", "message", "evidence"}] * len(content["advice"])
    assert all(advice["message"] != advice["code"] for advice in content["advice"])
    assert "picture" not in content


TALLY = {"support": (3, 2), "answered": (2, 3), "right": (2, 2)}
CONFUSION = {**TALLY, "true": (0,), "predicted": (1,), "count": (1,)}


def mistakes(**parts):
    return Mistakes(**{"basis": "hold_out", "samples": 5, "epoch": 2, "epochs": (2,), "last_epochs": (6,), **parts})


def test_mistakes_that_agree_are_taken_and_know_how_many_classes_there_are():
    assert mistakes(confusion=Confusion(**CONFUSION)).classes == 2
    assert mistakes(labels=Tally(**TALLY)).classes == 2
    assert mistakes().classes is None
    assert mistakes(basis="folds", epochs=(2, 4), last_epochs=(6, 6)).basis == "folds"
    assert mistakes(basis="first_repeat").basis == "first_repeat"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"right": (2,)}, "same classes"),
        ({"answered": (2, 2, 1)}, "same classes"),
        ({"true": (0, 0)}, "same pairs"),
        ({"count": ()}, "same pairs"),
        ({"true": (2,)}, "classes from 0 to 1"),
        ({"predicted": (-1,)}, "classes from 0 to 1"),
        ({"support": (6, -1)}, "count the 5 samples"),
        ({"answered": (6, -1)}, "count the 5 samples"),
        ({"right": (-1, 2)}, "count the 5 samples"),
        ({"count": (-1,)}, "count the 5 samples"),
        ({"support": (3, 3)}, "count the 5 samples"),
        ({"answered": (3, 3)}, "count the 5 samples"),
        ({"count": (2,)}, "count the 5 samples"),
    ],
)
def test_confusion_that_counts_otherwise_is_refused(changes, says):
    with pytest.raises(ResultError, match=says):
        mistakes(confusion=Confusion(**CONFUSION | changes))


@pytest.mark.parametrize(
    "parts",
    [
        {"epochs": ()},
        {"epochs": (), "last_epochs": ()},
        {"last_epochs": (6, 6)},
        {"basis": "guess"},
        {"labels": Tally((1,), (1, 2), (1,))},
    ],
)
def test_mistakes_of_no_training_are_refused(parts):
    with pytest.raises(ResultError):
        mistakes(**parts)


RANKING = {
    "positives": 1,
    "negatives": 1,
    "true_positives": (0, 1),
    "false_positives": (0, 1),
    "area": 0.5,
    "average_precision": 0.5,
}


@pytest.mark.parametrize(
    ("changes", "fine"),
    [
        ({}, True),
        ({"positives": 0}, False),
        ({"negatives": 0}, False),
        ({"true_positives": (0, 0, 1)}, False),
        ({"true_positives": (1,), "false_positives": (1,)}, False),
    ],
)
def test_ranking_has_both_classes_and_pairs_of_counts(changes, fine):
    if fine:
        assert mistakes(ranking=Ranking(**RANKING | changes)).ranking
    else:
        with pytest.raises(ResultError, match="both classes"):
            mistakes(ranking=Ranking(**RANKING | changes))


CALIBRATION = {"lowest": 0.0, "count": (0, 1), "right": (0, 1), "confidence": (0.0, 0.9), "variance": (0.0, 0.09)}


@pytest.mark.parametrize(
    ("changes", "fine"),
    [
        ({}, True),
        ({"lowest": 0.99}, True),
        ({"lowest": 1.0}, False),
        ({"lowest": -0.1}, False),
        ({"count": (0, 0)}, False),
        ({"count": (-1, 2)}, False),
        ({"variance": (-0.1, 0.2)}, False),
        ({"right": (1,)}, False),
        ({"confidence": (1.0,)}, False),
    ],
)
def test_calibration_has_one_number_a_bin(changes, fine):
    if fine:
        assert mistakes(calibration=Calibration(**CALIBRATION | changes)).calibration
    else:
        with pytest.raises(ResultError, match="same bins"):
            mistakes(calibration=Calibration(**CALIBRATION | changes))


def test_calibrations_answers_are_alike_once_at_least():
    assert mistakes(calibration=Calibration(**CALIBRATION | {"design_effect": 1})).calibration.design_effect == 1
    with pytest.raises(ResultError, match="design_effect must be 1 or more"):
        mistakes(calibration=Calibration(**CALIBRATION | {"design_effect": 0.9}))


@pytest.mark.parametrize(("max_epochs", "whole"), [(6, True), (7, False), (None, False)])
def test_curves_are_whole_where_they_end_with_the_plans_last_epoch(max_epochs, whole):
    plan = None if max_epochs is None else Plan("digits", "", None, "textbook", max_epochs=max_epochs)
    assert dataclasses.replace(made(), plan=plan).whole == whole


@pytest.mark.parametrize(
    ("picture", "fine"),
    [
        ("", True),
        ("data:image/png;base64,AAAA", True),
        ("data:image/png;base64,AA==", True),
        ("data:image/png;base64,A<A", False),
        (" ", False),
        ("data:image/png;base64,AAAA\n", False),
    ],
)
def test_picture_is_a_png_in_base64(picture, fine):
    if fine:
        assert Shown(picture=picture).picture == picture
    else:
        with pytest.raises(ResultError, match="PNG"):
            Shown(picture=picture)


def test_gain_that_is_shown_is_the_corrected_one_where_it_is_known():
    remedy = Remedy(
        {},
        HISTORY,
        4,
        0.6,
        "good_fit",
        1.0,
        name="dropout",
        gain=0.3,
        interval=(0.0, 1.0),
        p=0.5,
        clear=False,
        seeds=1,
        spread=None,
    )
    assert remedy.shown == 0.3
    assert dataclasses.replace(remedy, corrected=0.0).shown == 0.0


def test_blind_result_refuses_and_another_does_not():
    refuse(False, "out")
    with pytest.raises(UsageError, match="^out is blind: .* fitscope answers, then run fitscope submit RUN --answers answers.md"):
        refuse(True, "out")


def diagnosis(plateau, members, **changes):
    sure = None if members is None else Uncertainty("samples", 9, (), (), members, None)
    return Diagnosis("good_fit", {}, 4, plateau, 0.5, 0.1, (), (), (), (), sure, **changes)


@pytest.mark.parametrize(
    ("plateau", "members", "count"),
    [
        ((3, 7), (3, 5, 7), 3),
        ((3, 7), (3, 4, 5, 6, 7), None),
        ((3, 3), (3,), None),
        ((3, 7), (), None),
        (None, (3,), None),
        ((3, 7), None, None),
        ((3, 4), (3,), 1),
    ],
)
def test_members_are_counted_where_the_plateau_has_gaps(plateau, members, count):
    assert diagnosis(plateau, members).members == count


def test_diagnosis_says_its_verdict_and_draws_itself():
    found = diagnosis((3, 7), (3, 5, 7))
    assert str(found).startswith("good fit: ")
    assert diagnosis(None, None, picture=lambda: "<svg>")._repr_html_() == "<svg>"
