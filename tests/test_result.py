import functools
import json
import math

import pytest

from fitscope.errors import ResultError
from fitscope.result import Result


def changed(result, path, value):
    content = json.loads(result.to_text())
    place = content
    for key in path[:-1]:
        place = place[key]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return content


def test_text_and_back_gives_the_same_result(result):
    again = Result.from_text(result.to_text())
    assert again.to_text() == result.to_text()
    assert again.plan == result.plan
    assert again.diagnosis.regions == result.diagnosis.regions
    assert again.mistakes == result.mistakes


def test_to_json_holds_what_other_programs_rely_on(result):
    content = result.to_json()
    assert content["schema"] == "fitscope-result/1"
    assert set(content) >= {"fitscope", "created", "partial", "blind", "plan", "environment", "dataset", "model", "history",
                            "diagnosis", "holdout", "refit", "test_reads", "mistakes", "studies", "search", "author", "answers",
                            "seconds", "peak_mb"}  # fmt: skip
    assert set(content["diagnosis"]) >= {"verdict", "message", "best_epoch", "plateau", "best_val_loss", "gap", "regions",
                                         "stopping", "findings", "advice", "uncertainty"}  # fmt: skip
    assert set(content["mistakes"]) >= {"basis", "samples", "epoch", "confusion", "worst", "forgotten", "calibration"}
    assert content["history"]["epoch"] == list(range(1, 21))
    assert set(content["refit"]["test"]) >= {"loss", "loss_interval", "accuracy", "accuracy_interval", "samples"}


def test_plateau_can_be_computed_again_from_curves_and_covariance(result):
    content = result.to_json()
    sure, val_loss = content["diagnosis"]["uncertainty"], content["history"]["val_loss"]
    best = content["diagnosis"]["best_epoch"] - 1

    def cov(i, j):
        i, j = max(i, j), min(i, j)
        return sure["covariance"][i * (i + 1) // 2 + j]

    errors = [math.sqrt(max(0.0, cov(e, e) + cov(best, best) - 2 * cov(e, best))) for e in range(20)]
    members = [e + 1 for e in range(20) if val_loss[e] - val_loss[best] <= 1.1 * errors[e] + 1e-9]
    assert members == sure["plateau_members"]
    assert content["diagnosis"]["plateau"] == [members[0], members[-1]]


def test_nan_and_infinity_are_written_as_null(result):
    assert "NaN" not in result.to_text()
    assert "Infinity" not in result.to_text()


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("schema",), "fitscope-result/9", "fitscope-result/9"),
        (("dataset",), KeyError, "dataset is missing"),
        (("dataset", "train"), "many", "dataset.train must be a whole number"),
        (("dataset", "train"), True, "a whole number"),
        (("diagnosis", "best_epoch"), 77, "77"),
        (("diagnosis", "uncertainty", "chance"), [1.0], "chance"),
        (("diagnosis", "regions"), [{"label": "good_fit", "first": 2, "last": 20}], "regions"),
        (("history", "loss"), [1.0], "values"),
        (("history", "loss", 3), "low", "history"),
        (("refit", "test", "loss_interval"), [1.0], "2 values"),
        (("plan", "max_epochs"), 0, "plan"),
        (("diagnosis", "verdict"), "<b>fine", "one of overfitting"),
        (("diagnosis", "regions", 0, "label"), "fine", "one of underfitting"),
        (("diagnosis", "evidence", "count"), 10**30, "whole number beyond"),
        (("history", "epoch", 0), -1e308, "history"),
        (("history", "loss", 0), 10**400, "whole number beyond"),
        (("partial",), 1, "true or false"),
    ],
)
def test_result_that_contradicts_itself_is_refused(result, path, value, says):
    with pytest.raises(ResultError, match=says):
        Result.from_json(changed(result, path, value))


PICTURE = "data:image/svg+xml,<svg onload='alert(1)'/>"


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("basis",), "tea leaves", "basis"),
        (("epochs",), [], "epochs"),
        (("samples",), 77, "count the 77 samples"),
        (("confusion", "support"), [1, 2], "same classes"),
        (("confusion", "true", 0), 46, "classes from 0 to 9"),
        (("confusion", "count", 0), -1, "once"),
        (("confusion", "count"), [1], "same pairs"),
        (("calibration", "right"), [1], "same bins"),
        (("calibration", "lowest"), 1.0, "same bins"),
        (("ranking",), {"positives": 0, "negatives": 1, "true_positives": [0, 0], "false_positives": [0, 1], "area": 0.5,
                        "average_precision": 0.5}, "both classes"),
        (("worst", 0, "shown", "picture"), PICTURE, "PNG"),
        (("worst", 0, "shown", "picture"), "https://example.org/a.png", "PNG"),
        (("worst", 0, "loss"), "much", "a number"),
    ],
)  # fmt: skip
def test_mistakes_that_contradict_themselves_are_refused(result, path, value, says):
    with pytest.raises(ResultError, match=says):
        Result.from_json(changed(result, ("mistakes", *path), value))


def test_mistakes_of_other_classes_than_the_datas_are_refused(result):
    with pytest.raises(ResultError, match="10 classes, and dataset.classes names 2"):
        Result.from_json(changed(result, ("dataset", "classes"), ["a", "b"]))


def test_result_of_an_older_fitscope_has_no_mistakes(result):
    content = result.to_json()
    del content["mistakes"]
    assert Result.from_json(content).mistakes is None


def test_finding_without_its_numbers_stands_as_its_code(result):
    read = Result.from_json(changed(result, ("diagnosis", "findings"), [{"code": "spikes", "severity": "info"}]))
    assert read.to_json()["diagnosis"]["findings"][0]["message"] == "spikes"


def test_half_characters_are_replaced_wherever_they_stand(result):
    content = changed(result, ("notes",), "half \ud800") | {"seconds": {"\udfff": 1.0}}
    assert "\N{REPLACEMENT CHARACTER}" in Result.from_json(content).to_text().encode().decode()


def test_result_that_is_nested_too_deeply_is_refused(result):
    deep = functools.reduce(lambda inner, _: [inner], range(5000), [])
    with pytest.raises(ResultError, match="nested"):
        Result.from_json(changed(result, ("diagnosis", "evidence", "why"), deep))


@pytest.mark.parametrize("text", ["9" * 5000, "", "{", "[]", "null", "7", '"text"', "[" * 100_000])
def test_text_that_is_no_result_is_refused(text):
    with pytest.raises(ResultError):
        Result.from_text(text)
