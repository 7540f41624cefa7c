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


def test_to_json_holds_what_other_programs_rely_on(result):
    content = result.to_json()
    assert content["schema"] == "fitscope-result/1"
    assert set(content) >= {"fitscope", "created", "partial", "blind", "plan", "environment", "dataset", "model", "history",
                            "diagnosis", "holdout", "refit", "test_reads", "studies", "search", "author", "answers", "seconds",
                            "peak_mb"}  # fmt: skip
    assert set(content["diagnosis"]) >= {"verdict", "message", "best_epoch", "plateau", "best_val_loss", "gap", "regions",
                                         "stopping", "findings", "advice", "uncertainty"}  # fmt: skip
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
        (("partial",), 1, "true or false"),
    ],
)
def test_result_that_contradicts_itself_is_refused(result, path, value, says):
    with pytest.raises(ResultError, match=says):
        Result.from_json(changed(result, path, value))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"text"', "[" * 100_000])
def test_text_that_is_no_result_is_refused(text):
    with pytest.raises(ResultError):
        Result.from_text(text)
