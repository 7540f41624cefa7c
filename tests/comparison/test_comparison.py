"""Several runs beside each other: what is ranked, what is tested, what differs."""

import dataclasses
import json

import numpy as np
import pytest

from fitscope.comparison import Comparison, ReadRun, compared
from fitscope.plan import Plan
from fitscope.result import Studies, Training
from fitscope.runs import compare


@pytest.fixture
def four(write_run):
    """Three networks on the same samples, the third clearly better, and one validated on others."""
    return [
        write_run("plain"),
        write_run("again", seed=1, plan={"seed": 1}),
        write_run("dropout", 0.03, seed=2, plan={"hyperparameters": {"dropout": 0.5}}),
        write_run("other", 0.1, 150, seed=3, plan={"validation": 150}),
    ]


def names(found: Comparison, places):
    return [found.runs[place].name for place in places]


def test_lowest_validation_loss_is_found_within_its_scale(four):
    found = compare(*four)
    assert [scale.runs for scale in found.scales] == [(0, 1, 2, 3)]
    assert names(found, [found.scales[0].lowest]) == ["other"]


def test_pairs_on_the_same_samples_are_tested_each_against_each(four):
    found = compare(*four)
    assert found.every
    tested = {frozenset(names(found, (pair.lower, pair.higher))): pair for pair in found.paired}
    assert set(tested) == {frozenset(both) for both in (("plain", "again"), ("plain", "dropout"), ("again", "dropout"))}
    assert not tested[frozenset(("plain", "again"))].clear
    better = tested[frozenset(("plain", "dropout"))]
    assert better.clear and names(found, [better.lower]) == ["dropout"]
    assert better.observed == pytest.approx(0.03, abs=0.003)
    assert better.interval[0] < 0.03 < better.interval[1]


def test_run_on_other_samples_is_not_tested_and_says_what_decides_them(four):
    [found] = compare(*four).unpaired
    assert (found.runs, found.reason, found.than, found.settings) == ((3,), "other_samples", 0, ("validation",))


def test_many_runs_are_tested_against_the_first_given(write_run):
    found = compare(*(write_run(f"run{i}", seed=i) for i in range(7)))
    assert not found.every
    assert len(found.paired) == 6
    assert all(0 in (pair.lower, pair.higher) for pair in found.paired)


def test_p_values_are_corrected_for_the_number_of_pairs(write_run):
    folders = [write_run("plain"), write_run("better", 0.004, seed=1), write_run("third", seed=2)]
    two, three = compare(*folders[:2]), compare(*folders)
    assert three.paired[0].p > two.paired[0].p


def test_equal_runs_do_not_differ(write_run):
    folder = write_run("plain")
    [pair] = compare(folder, folder).paired
    assert (pair.by, pair.clear) == (0, False)


@pytest.mark.parametrize(
    ("plan", "settings"),
    [
        ({"seed": 5, "batch_size": 64, "optimizer": "adam", "num_words": 100, "class_weight": "balanced"}, None),
        ({"validation": 299}, ("validation",)),
        ({"options": {"target": "price"}}, ("target",)),
        ({"fold": (1, 5)}, ("fold",)),
    ],
)
def test_held_out_samples_depend_on_data_and_split_alone(write_run, plan, settings):
    found = compare(write_run("plain"), write_run("other", plan=plan))
    told = [one.settings for one in found.unpaired if one.reason == "other_samples"]
    assert (len(found.paired), told) == ((1, []) if settings is None else (0, [settings]))


@pytest.mark.parametrize(("diverged", "reasons"), [((2, 2), []), ((2, 3), ["other_samples"])])
def test_folds_that_diverged_are_none_of_the_samples_compared(write_run, result, diverged, reasons):
    found = compare(*(write_run(f"run{i}", studies=Studies(folds=folds_of(result, bad))) for i, bad in enumerate(diverged)))
    assert [one.reason for one in found.unpaired] == reasons
    assert len(found.paired) == 1 - len(reasons)


def folds_of(result, diverged):
    """Return three folds, one of which came to losses that are not finite."""
    lost = result.history.replaced("val_loss", np.full(len(result.history), np.nan))
    curves = {number: lost if number == diverged else result.history for number in (1, 2, 3)}
    return tuple(Training({"fold": (number, 3)}, made, None, None, "good_fit", 1.0) for number, made in curves.items())


def test_grouped_samples_are_tested_by_groups(write_run):
    groups = np.arange(200) // 20
    single, grouped = (
        compare(*(write_run(f"{kind}{i}", 0.004 * i, seed=i, groups=given) for i in range(2)))
        for kind, given in (("single", None), ("grouped", groups))
    )
    assert len(single.paired) == len(grouped.paired) == 1
    assert single.paired[0].p != grouped.paired[0].p


def test_losses_that_are_nowhere_finite_are_not_tested(write_run):
    runs = list(compare(write_run("plain"), write_run("broken")).runs)
    runs[1] = dataclasses.replace(runs[1], losses=np.full_like(runs[1].losses, np.nan))
    found = compared(runs)
    assert found.paired == ()
    assert [(one.runs, one.reason) for one in found.unpaired] == [((1,), "not_finite")]


def test_runs_of_other_data_or_tasks_are_not_ranked_together(result, regression_data):
    runs = [ReadRun(str(i), "", made) for i, made in enumerate((result, regression_data, result))]
    assert [(scale.runs, scale.task) for scale in compared(runs).scales] == [((0, 2), "multiclass"), ((1,), "regression")]


@pytest.fixture
def regression_data(result):
    return dataclasses.replace(result, dataset=dataclasses.replace(result.dataset, task="regression", sha256="ff"))


@pytest.mark.parametrize("data", ["result", "regression_data"])
@pytest.mark.parametrize(("models", "own"), [(("textbook", "small"), False), (("textbook", "nets.py:build"), True)])
def test_own_networks_may_have_brought_another_loss(data, models, own, request):
    found = request.getfixturevalue(data)
    made = [dataclasses.replace(found, plan=found.plan.replace(model=model)) for model in models]
    [scale] = compared([ReadRun(name, "", one) for name, one in zip(models, made)]).scales
    assert scale.own_losses == own


def test_logs_are_laid_on_the_only_known_scale_and_marked_as_guessed(result):
    log = dataclasses.replace(result, dataset=None, plan=None)
    [scale] = compared([ReadRun("run", "", result), ReadRun("log", "", log, lacks="log")]).scales
    assert (scale.runs, scale.guessed) == ((0, 1), True)


def test_differences_are_the_settings_that_are_not_all_alike(result):
    plans = [result.plan, result.plan.replace(seed=3, hyperparameters={"dropout": 0.5}), None]
    found = compared([ReadRun(str(i), "", dataclasses.replace(result, plan=plan)) for i, plan in enumerate(plans)])
    assert {one.setting: one.values for one in found.differences} == {"seed": {0: 0, 1: 3}, "dropout": {0: None, 1: 0.5}}


def test_equal_plans_have_no_differences(result):
    assert isinstance(result.plan, Plan)
    assert compared([ReadRun("a", "", result), ReadRun("b", "", result)]).differences == ()


def test_json_names_runs_and_holds_no_nan(four):
    content = json.loads(json.dumps(compare(*four).to_json(), allow_nan=False))
    assert content["schema"] == "fitscope-compare/1"
    assert [run["name"] for run in content["runs"]] == ["plain", "again", "dropout", "other"]
    assert content["runs"][0]["test"]["loss_interval"][0] < content["runs"][0]["test"]["loss"]
    assert {pair["lower"] for pair in content["paired"] if pair["clear"]} == {"dropout"}
    assert content["unpaired"] == [{"runs": ["other"], "reason": "other_samples", "than": "plain", "settings": ["validation"]}]
    assert content["differences"][0]["values"].keys() == {"plain", "again", "dropout", "other"}


def test_json_is_english_in_any_language(four):
    from fitscope.language import speaking

    found = compare(*four)
    with speaking("ko"):
        assert found.to_json() == compare(*four).to_json()
        assert "overfitting" not in found.to_json()["runs"][0]["message"]
        assert found.to_json()["runs"][0]["message"].isascii()
