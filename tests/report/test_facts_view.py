import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

import fitscope
from fitscope.comparison.pairs import deciding
from fitscope.diagnosis import judge, thresholds
from fitscope.plan import Plan
from fitscope.report.facts_view import data, leaks, limits, notices, settings
from fitscope.report.headline import headline
from fitscope.report.names import PARTS, SETTINGS
from fitscope.report.scores_view import gain_sentences, own_scores
from fitscope.result import Gain

ANALYSIS = Path(fitscope.__file__).parent / "analysis"


def shown(rows):
    return {row.term: row.values for row in rows}


def test_leaks_stand_in_the_order_of_their_severity_with_examples_as_texts(with_studies):
    found = leaks(with_studies("repeats").dataset)
    assert [leak.severity for leak in found] == ["serious", "info"]
    assert found[0].examples == ("training 12, test 4,051", "training 77, test 9")


def test_serious_leak_is_told_at_the_top(with_studies):
    assert [notice[:46] for notice in notices(with_studies("folds"))] == ["Something is wrong with the data: 412 of the 2"]


def test_of_several_serious_leaks_the_first_is_told_and_the_others_are_counted(with_studies):
    leaky = with_studies("folds")
    serious = tuple(leak for leak in leaky.dataset.leaks if leak["severity"] == "serious")
    (said,) = notices(dataclasses.replace(leaky, dataset=dataclasses.replace(leaky.dataset, leaks=serious * 3)))
    assert said.startswith("Something is wrong with the data: 412 of the 25,000")
    assert said.endswith("2 more serious things stand under The data.")


def test_leak_of_another_kind_is_shown_by_its_code(result):
    found = leaks(dataclasses.replace(result.dataset, leaks=({"code": "salt", "examples": "here"},)))
    assert (found[0].severity, found[0].message, found[0].examples) == ("info", "salt", ("here",))


@pytest.mark.parametrize(("task", "term"), [("regression", "targets"), ("multilabel", "labels"), ("binary", "classes")])
def test_data_names_what_is_predicted(result, task, term):
    rows = shown(data(dataclasses.replace(result.dataset, task=task, classes=("a", "b"))))
    assert rows[term] == ("2: a, b",)


def test_data_names_at_most_60_classes(result):
    rows = shown(data(dataclasses.replace(result.dataset, classes=tuple(f"c{i}" for i in range(1000)))))
    assert rows["classes"][0].endswith("c59 and 940 more")


def test_settings_leave_out_what_decides_nothing(result):
    plan = result.plan.replace(options={"target": "price"}, hyperparameters={"l2": 0.001}, fold=(2, 5))
    rows = shown(settings(plan))
    assert rows["options"] == ("target price",)
    assert rows["hyperparameters"] == ("l2 0.001",)
    assert rows["fold"] == ("2 of 5",)
    assert not {"updates", "samples", "class weight", "num words", "model sha256"} & set(rows)
    assert not {"options", "hyperparameters", "fold", "loss"} & set(shown(settings(result.plan)))


def test_settings_name_the_loss_where_it_is_known(result):
    assert shown(settings(result.plan, "huber_loss"))["loss"] == ("huber_loss",)


def test_numbers_that_are_predicted_have_a_mean_absolute_error_and_no_accuracy(regression):
    rows = shown(headline(regression, None))
    assert rows["refitted test MAE"] == ("43.21", "mean absolute error, 39.90 to 46.80 (95 %)")
    assert not [term for term in rows if "accuracy" in term]
    assert own_scores(regression).heads == ("model", "mean absolute error", "95 % interval", "loss", "95 % interval", "samples")


def test_test_results_without_a_measure_have_no_column_for_it(regression):
    bare = dataclasses.replace(regression.holdout.test, mae=None, mae_interval=None)
    only = dataclasses.replace(regression, refit=None, holdout=dataclasses.replace(regression.holdout, test=bare))
    assert own_scores(only).heads == ("model", "loss", "95 % interval", "samples")


@pytest.mark.parametrize(
    ("gain", "says"),
    [
        (Gain(210.5, (35.0, 386.0), None, None, 1.9, (0.3, 3.5)),
         "lowered test loss by 210 ± 176 (95 %); this is more than chance explains. It lowered mean absolute error by "
         "1.9 ± 1.6 (95 %)."),
        (Gain(-0.02, (-0.05, 0.01), -0.01, (-0.03, 0.01)),
         "raised test loss by 0.020 ± 0.030 (95 %); chance alone may explain this. Test accuracy changed by -1.0 percentage points "
         "(-3.0 to +1.0)."),
    ],
)  # fmt: skip
def test_gain_is_told_with_its_interval(gain, says):
    assert gain_sentences(gain, "Refitting") == f"Refitting {says}"


def test_without_any_test_the_lowest_validation_loss_is_shown_and_called_too_low(result):
    untested = dataclasses.replace(result, refit=None, holdout=None, refit_skipped="interrupted", test_reads=0)
    value, said = shown(headline(untested, None))["lowest validation loss"]
    assert value == "0.333"
    assert "a little too low" in said


def test_validation_loss_that_is_unknown_is_not_called_too_low(result):
    unseen = result.history.replaced("val_loss", np.full(len(result.history), np.nan))
    log = dataclasses.replace(result, refit=None, holdout=None, history=unseen, diagnosis=judge(unseen))
    assert shown(headline(log, None))["lowest validation loss"] == ("unknown", "")


def test_every_part_of_an_analysis_has_a_name_for_the_catalogues():
    told = re.findall(r'part\("(\w+)"\)', "".join(path.read_text("utf8") for path in ANALYSIS.glob("*.py")))
    assert set(told) == set(PARTS)


def test_every_setting_that_plans_and_comparisons_name_is_known_to_the_catalogues(result):
    compared = {*deciding(result), "repeats"} - {"data"}  # which a part of the work is called, too
    plan = {field.name for field in dataclasses.fields(Plan)}
    assert {name.replace("_", " ") for name in plan | compared} <= set(SETTINGS)


def test_accuracy_that_hardly_changed_has_no_negative_zero():
    gain = Gain(0.02, (-0.01, 0.05), -0.0004, (-0.003, 0.002))
    assert "changed by +0.0 percentage points (-0.3 to +0.2)" in gain_sentences(gain, "Refitting")


def test_every_limit_is_told_in_words_with_its_value():
    told = shown(limits())
    assert told["rise that counts, of the lowest validation loss"] == ("0.05",)
    assert len(told) == len(dataclasses.fields(thresholds.Thresholds))
