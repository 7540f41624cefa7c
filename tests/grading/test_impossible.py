"""Numbers that cannot be, just at the limit and just beyond it, on a real report with single things changed."""

import copy
import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from fitscope import version
from fitscope.grading.impossible import impossible, is_share
from fitscope.result import LayerFacts, Result
from fitscope.training.scores import wilson

PAGE = (Path(__file__).parents[2] / "reports" / "sample-imdb" / "report.html").read_text(encoding="utf8")
CONTENT = json.loads(PAGE.partition('<script type="application/json" id="fitscope-result">')[2].partition("</script>")[0])
HONEST = Result.from_json(CONTENT)
REFIT = HONEST.refit.test
OWN_NUMBERS = {"task": "regression", "source": "your own folder"}  # that is called as fitscope's own data


def found(**changes):
    """Return all that is impossible in the report with some of its parts exchanged; a dictionary changes a part's own parts."""
    flag = impossible(made(HONEST, changes))
    return [] if flag is None else flag.numbers["what"]


def made(part, changes):
    inner = {
        name: made(getattr(part, name), value)
        if isinstance(value, dict) and dataclasses.is_dataclass(getattr(part, name))
        else value
        for name, value in changes.items()
    }
    return dataclasses.replace(part, **inner)


def curve(name, epoch, value):
    values = HONEST.history.metrics[name].copy()
    values[epoch - 1] = value
    return {"history": HONEST.history.replaced(name, values)}


# Accuracies


def test_accuracy_that_no_count_of_samples_gives_is_told_once_for_each_curve():
    values = HONEST.history.metrics["accuracy"].copy()
    values[3:9] = 0.123456
    history = HONEST.history.replaced("accuracy", values).replaced("val_accuracy", np.full(20, 0.00001))
    assert found(history=history, mistakes=None) == [
        "accuracy of epoch 4 is 0.123456, which no number of 15000 samples gives",
        "val_accuracy of epoch 1 is 1e-05, which no number of 10000 samples gives",
    ]


def test_accuracy_that_is_not_known_is_no_contradiction():
    assert found(**curve("accuracy", 4, np.nan)) == []


def test_accuracy_of_fewer_samples_is_counted_over_them():
    third = HONEST.history.replaced("accuracy", np.full(20, 1 / 3))
    assert found(history=third) == []  # 5,000 of 15,000
    plan = {"samples": 1000}
    assert "which no number of 1000 samples gives" in found(history=third, plan=plan)[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": None},
        {"dataset": {"task": "regression"}},
        {"plan": {"dataset": "mine.csv"}, "model": {"path": "custom"}},
        {"plan": {"model": "mine.py:build"}, "model": {"path": "custom"}},
        {"plan": None, "model": None},
    ],
)
def test_accuracy_of_what_fitscope_did_not_count_itself_is_not_held_to_it(changes):
    assert not [one for one in found(**changes, **curve("accuracy", 4, 0.123456)) if one.startswith("accuracy of")]


@pytest.mark.parametrize("path", ["sparse", "dense"])
def test_accuracy_of_ones_own_network_in_fitscopes_own_steps_is_counted(path):
    changes = {"plan": {"model": "mine.py:build"}, "model": {"path": path}}
    assert found(**changes, **curve("accuracy", 4, 0.123456))[0].startswith("accuracy of epoch 4")


@pytest.mark.parametrize(
    ("share", "samples", "fits"),
    [
        (1.0, 1, True),
        (0.0, 1, True),
        (1.0, 0, False),
        (0.5, 1, False),
        (0.5, 2, True),
        (1.5, 1, False),
        (-0.5, 1, False),
        (-1.0, 1, False),
        (2.0, 1, False),
        (0.5 + 0.9e-6, 1, False),
        (0.5 + 0.4e-6, 2, True),
        (0.5 + 0.6e-6, 2, False),
        (0.5 + 1.9e-7, 10**6, True),
        (0.5 + 2.1e-7, 10**6, False),
        (float(np.float32(1234 / 99_991)), 99_991, True),
    ],
)
def test_share_is_a_count_but_for_what_single_precision_rounds(share, samples, fits):
    assert is_share(share, samples) is fits


# Test results


def test_test_result_at_the_ends_of_its_interval_is_honest():
    for loss in REFIT.loss_interval:
        assert found(refit={"test": {"loss": loss}, "gain": {"loss": HONEST.holdout.test.loss - loss}}) == []


@pytest.mark.parametrize("side", [0, 1])
def test_test_loss_outside_its_interval_is_told(side):
    loss = math.nextafter(REFIT.loss_interval[side], math.inf if side else 0)
    told = found(refit={"test": {"loss": loss}, "gain": {"loss": HONEST.holdout.test.loss - loss}})
    assert told == [f"the refitted test loss {loss:.4g} lies outside its own interval"]


def test_test_results_of_each_model_are_told_by_its_name():
    for name, told in (("holdout", "held-out"), ("refit", "refitted")):
        assert (
            found(**{name: {"test": {"accuracy": 0.123456}}})[0]
            == f"the {told} test accuracy 0.123456 is no number of 25000 samples"
        )
        assert found(**{name: {"test": {"samples": 24_999}}})[0] == (
            f"the {told} model was tested on 24999 samples, and the data has 25000"
        )


def test_test_accuracy_without_data_or_classes_is_not_counted():
    odd = {"refit": {"test": {"accuracy": 0.123456}, "gain": {"accuracy": 0.123456 - HONEST.holdout.test.accuracy}}}
    assert found(dataset=None, **odd) == [] and found(dataset=OWN_NUMBERS, mistakes=None, **odd) == []


def test_test_accuracy_does_not_go_with_another_ones_interval():
    other = wilson(round(0.88424 * 25_000) + 1, 25_000)
    assert found(refit={"test": {"accuracy_interval": other}}) == [
        "the refitted test accuracy 0.8842 does not go with its interval"
    ]


@pytest.mark.parametrize("plan", [{"options": {"group": "patient"}}, {"dataset": "mine.py:load"}])  # a function may give groups
def test_test_accuracy_of_grouped_samples_has_a_wider_interval(plan):
    data = {"name": plan.get("dataset", "imdb")}
    assert found(plan=plan, dataset=data, refit={"test": {"accuracy_interval": (0.5, 0.99)}}) == []


def of_accuracy(accuracy, loss):
    interval = wilson(round(accuracy * 25_000), 25_000)
    return {
        "holdout": None,
        "refit": {"test": {"accuracy": accuracy, "accuracy_interval": interval, "loss": loss, "loss_interval": (0, 1)}},
    }


def test_test_loss_is_at_least_what_the_wrong_answers_cost():
    least = 0.2 * math.log(2)
    assert found(**of_accuracy(0.8, least)) == []
    assert found(**of_accuracy(0.8, least * (1 - 1e-5))) == [
        "the refitted test loss 0.1386 is lower than 0.1386, the least that its wrong answers cost"
    ]
    assert found(**of_accuracy(1.0, 0.0)) == []


def test_test_loss_of_ones_own_network_may_be_another_measure():
    assert found(**of_accuracy(0.8, 0.01), plan={"model": "mine.py:build"}) == []
    assert found(**of_accuracy(0.8, 0.01), plan=None) == []


def test_test_loss_of_right_answers_is_at_most_a_guesses():
    assert found(**of_accuracy(1.0, math.log(2))) == []
    assert found(**of_accuracy(1 - 1 / 25_000, 0.7)) == []
    assert found(**of_accuracy(1.0, 0.7)) == [
        "the refitted test loss 0.7 is higher than 0.6931, the most that right answers alone cost"
    ]
    for other in ({"plan": {"model": "mine.py:build"}}, {"dataset": {"classes": None}}):
        assert found(**of_accuracy(1.0, 0.7), **other) == []
    multilabel = {"task": "multilabel", "source": "your own folder"}
    assert found(**of_accuracy(1.0, 0.7), dataset=multilabel) == []


@pytest.mark.parametrize("parts", [{"loss": 0.1, "loss_interval": (-0.1, 0.2)}, {"loss": -0.1, "loss_interval": (-0.1, 0.2)}])
def test_test_loss_of_fitscopes_network_is_not_below_0(parts):
    told = "the held-out test loss, or its interval, lies below 0"
    changes = {"holdout": {"test": parts}, "refit": None, "fitscope": version()}
    assert told in found(**changes)
    assert (told in found(**changes | {"fitscope": "0.0.1"})) is (parts["loss"] < 0)  # whose intervals may begin there
    assert told not in found(**changes, plan={"model": "mine.py:build"})


@pytest.mark.parametrize("name", ["loss", "val_loss"])
def test_curves_of_fitscopes_network_are_not_below_0(name):
    assert found(**curve(name, 4, -0.01))[0] == f"{name} lies below 0"
    assert found(**curve(name, 4, np.nan)) == found(**curve(name, 4, -0.01), plan={"model": "mine.py:build"}) == []


@pytest.mark.parametrize(("reads", "tested", "odd"), [(1, True, False), (0, True, True), (-1, True, True), (-1, False, True)])
def test_test_data_that_gave_results_was_read(reads, tested, odd):
    changes = {"test_reads": reads} | ({} if tested else {"holdout": None, "refit": None})
    assert found(**changes) == ([f"the test data is said to be read {reads} times"] if odd else [])


@pytest.mark.parametrize("reads", [0, 1])
def test_test_data_of_no_results_may_be_unread_or_its_results_hidden(reads):
    assert found(test_reads=reads, holdout=None, refit=None) == []


# The refit's gain


@pytest.mark.parametrize(("off", "told"), [(0.9e-6, False), (-0.9e-6, False), (1.1e-6, True), (-1.1e-6, True)])
def test_gain_is_the_difference_of_the_test_results(off, told):
    gain = HONEST.refit.gain
    (loss, accuracy) = (found(refit={"gain": {name: getattr(gain, name) + off}}) for name in ("loss", "accuracy"))
    text = "the refit's gain of {:.4g} in {} is not the difference of the two test {}"
    assert loss == ([text.format(gain.loss + off, "loss", "losses")] if told else [])
    assert accuracy == ([text.format(gain.accuracy + off, "accuracy", "accuracies")] if told else [])


def test_gain_of_large_losses_is_compared_relatively():
    large = {"loss": 2e6, "loss_interval": (0.0, 9e6)}
    assert found(holdout={"test": large}, refit={"test": large, "gain": {"loss": 1.9}}) != []
    assert found(holdout={"test": large}, refit={"test": large | {"loss": 1e6}, "gain": {"loss": 1e6 + 0.9}}) == []


@pytest.mark.parametrize("missing", ["holdout", "refit"])
def test_gain_needs_both_models(missing):
    assert found(**{missing: None}) == []


def test_gain_in_accuracy_needs_both_accuracies():
    none = {"test": {"accuracy": None, "accuracy_interval": None}}
    assert found(holdout=none) == [] and found(refit=none) == []
    assert found(refit={"gain": {"accuracy": None}}) == [
        "the refit's gain in accuracy is missing, though both test accuracies are there"
    ]


# Sizes and lengths


def test_training_as_long_as_its_plan_is_honest_and_a_longer_one_is_not():
    assert found(plan={"max_epochs": 20}) == []
    assert found(plan={"max_epochs": 19}) == ["there are 20 epochs, and the plan has 19"]


def test_parameters_are_those_of_the_layers():
    assert found(model={"parameters": 160_306}) == ["the network has 160306 parameters, and its layers have 160305"]
    assert found(model={"parameters": 3, "layers": ()}) == ["the network has no layer"]
    own = {"model": "mine.py:build"}
    assert found(model={"parameters": 3, "layers": ()}, plan=own) == []
    assert found(model={"parameters": -3, "layers": ()}, plan=own) == ["the network has less than no parameters"]
    assert found(model=None) == []


@pytest.mark.parametrize(
    ("parameters", "told"), [(16 * 16, False), (16 * 17, False), (16 * 18, True), (16 * 17 - 1, True), (16 * 16 + 1, True)]
)
def test_dense_layer_has_the_parameters_of_its_inputs_with_or_without_a_bias(parameters, told):
    first, second, last = HONEST.model.layers
    layers = (first, dataclasses.replace(second, parameters=parameters), last)
    sum_of_all = sum(layer.parameters for layer in layers)
    expected = f"layer hidden_2 has {parameters} parameters, and 16 units with 16 inputs have others"
    assert found(model={"layers": layers, "parameters": sum_of_all}) == ([expected] if told else [])


@pytest.mark.parametrize("changes", [{"type": "Conv1D"}, {"output_shape": ()}, {"output_shape": (None,)}])
def test_layer_of_another_kind_or_unknown_shape_is_not_counted(changes):
    first, second, last = HONEST.model.layers
    layers = (first, dataclasses.replace(second, **changes), dataclasses.replace(last, parameters=5))
    assert found(model={"layers": layers, "parameters": 160_016 + 272 + 5}) == []


def test_layers_of_ones_own_network_may_branch_and_weights_may_lie_beside_them():
    inputs, hidden = LayerFacts("input", "InputLayer", (8,), 0), LayerFacts("one", "Dense", (16,), 144)
    beside = LayerFacts("other", "Dense", (4,), 36)  # reads the input, too
    model = {"layers": (inputs, hidden, beside), "parameters": 182}
    assert len(found(model=model)) == 2
    assert found(model=model, plan={"model": "nets.py:build"}) == []


def test_layers_name_of_any_length_is_cut():
    layers = (LayerFacts("a", "Dense", (4,), 0), LayerFacts("x" * 99, "Dense", (2,), 7))
    assert found(model={"layers": layers, "parameters": 7}) == [
        f"layer {'x' * 40} has 7 parameters, and 2 units with 4 inputs have others"
    ]


def test_parts_of_the_data_are_as_large_as_plan_and_data_set_say():
    assert found(plan={"validation": 9_999}) == ["the validation samples are reported to be 10000, and the plan holds out 9999"]
    assert found(dataset={"train": 15_001}, history=HONEST.history.replaced("accuracy", np.full(20, np.nan))) == [
        "imdb is said to have 25001 training and 25000 test samples"
    ]
    assert (
        found(dataset={"train": 15_001}, plan={"options": {"x": 1}}, history=HONEST.history.replaced("accuracy", np.ones(20))) == []
    )
    assert found(plan=None) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"dataset": {"name": "digits"}}, ["the data is said to be digits, and the plan is for imdb"]),
        ({"dataset": {"name": "mine.csv"}}, ["the data is said to be mine.csv, and the plan is for imdb"]),
        ({"plan": {"dataset": "mine.csv"}}, ["the data is said to be imdb, and the plan is for mine.csv"]),
        ({"plan": {"dataset": "mine.csv"}, "dataset": {"name": "folder/mine.csv"}}, []),
        ({"dataset": {"sha256": "0" * 64}}, ["the data's SHA-256 is said to be 000000000000, and the plan's is a0325cc95507"]),
        ({"dataset": {"sha256": ""}}, []),
        ({"plan": {"data_sha256": ""}}, []),
    ],
)
def test_data_is_that_of_the_plan(changes, told):
    assert found(**changes) == told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"task": "regression"}, ["the task of imdb is said to be regression, and it is binary"]),
        ({"task": "multilabel"}, ["the task of imdb is said to be multilabel, and it is binary"]),
        ({"classes": ("a", "b", "c")}, ["imdb is said to have 3 classes, and it has 2"]),
        ({"classes": None}, []),
        ({"task": "regression", "source": "your own folder"}, []),
    ],
)
def test_task_of_fitscopes_own_data_is_known(data, told):
    assert found(dataset=data) == told


@pytest.mark.parametrize(
    ("name", "task", "classes"), [("digits", "multiclass", 10), ("reuters", "multiclass", 46), ("diabetes", "regression", 1)]
)
def test_task_of_each_data_set_is_its_own(name, task, classes):
    changes = {"dataset": {"name": name, "task": task, "classes": ("x",) * classes}, "plan": {"dataset": name}}
    assert not [one for one in found(**changes) if "task" in one or "classes" in one]


def test_plateau_rests_on_the_samples_that_were_held_out():
    sure = HONEST.diagnosis.uncertainty
    for samples, told in ((10_000, []), (None, []), (9_999, ["the plateau rests on 9999 samples, and 10000 were held out"])):
        diagnosis = dataclasses.replace(HONEST.diagnosis, uncertainty=dataclasses.replace(sure, samples=samples))
        assert found(diagnosis=diagnosis) == told
    other = dataclasses.replace(HONEST.diagnosis, uncertainty=dataclasses.replace(sure, samples=3, basis="repeats"))
    assert found(diagnosis=other) == []


def spread_by(times, **changes):
    """Return the report with variances that make the samples' losses spread by so much of the highest validation loss."""
    sure, highest = HONEST.diagnosis.uncertainty, float(HONEST.history.val_loss.max())
    covariance = list(sure.covariance)
    covariance[-1] = (times * highest) ** 2 / 10_000
    made = dataclasses.replace(sure, covariance=tuple(covariance), **changes)
    return {"diagnosis": dataclasses.replace(HONEST.diagnosis, uncertainty=made)}


def test_losses_that_are_spread_beyond_all_measure_are_told():
    assert found(**spread_by(99.9)) == []
    (told,) = found(**spread_by(100.1))
    highest = float(HONEST.history.val_loss.max())
    assert told == f"the validation samples' losses are said to be spread by {100.1 * highest:.3g}"
    assert found(**spread_by(100.1, basis="repeats")) == []
    assert found(**spread_by(100.1, groups=9_900)) == []  # of groups, each several samples
    assert found(**spread_by(99.9, groups=10_100)) != []


def test_covariance_of_too_few_epochs_says_nothing_of_the_spread():
    sure = dataclasses.replace(HONEST.diagnosis.uncertainty, covariance=(1e9, 1e9))
    assert found(diagnosis=dataclasses.replace(HONEST.diagnosis, uncertainty=sure)) == []


# Mistakes and seconds


def test_mistakes_are_as_many_as_the_validation_accuracy_says():
    right = HONEST.history.metrics["val_accuracy"][3]
    (told,) = found(**curve("val_accuracy", 4, right + 0.0001))
    assert told == f"val_accuracy of epoch 4 is {right + 0.0001:.5g}, and {right:.5g} of the samples were answered rightly"
    assert found(**curve("val_accuracy", 4, right + 0.9e-6), model={"path": "custom"}, plan=None) == []
    assert found(**curve("val_accuracy", 4, np.nan)) == []


@pytest.mark.parametrize("changes", [{"basis": "folds"}, {"confusion": None}, {"epoch": 99}])
def test_mistakes_of_other_samples_are_not_compared(changes):
    wrong = curve("val_accuracy", 4, HONEST.history.metrics["val_accuracy"][3] + 0.0001)
    assert found(mistakes={**changes}, **wrong) == []


@pytest.mark.parametrize(
    ("train", "refit", "told"),
    [
        (1.2e-4 * 0.99, 1.2e-4 * 0.99, True),
        (1.2e-4 * 1.01, 1e-9, False),
        (1e-9, 1.2e-4 * 1.01, False),
        (None, 1e-9, False),
        (1e-9, None, False),
    ],
)
def test_training_takes_some_time(train, refit, told):
    seconds = {name: value for name, value in (("train", train), ("refit", refit)) if value is not None}
    assert found(seconds=seconds) == ([f"600 steps of training took {train:.3g} seconds, which no machine does"] if told else [])


def test_training_of_few_steps_may_be_over_at_once():
    assert found(seconds={"train": 1e-12, "refit": 1e-12}, plan={"batch_size": 3_000}) == []  # 5 steps in each of 20 epochs
    assert "120 steps" in found(seconds={"train": 1e-12, "refit": 1e-12}, plan={"batch_size": 2_999})[0]


def test_nothing_takes_less_than_no_time():
    assert found(seconds={"data": 0.0}) == [] and found(seconds={"data": -1e-9}) == ["a part of the work took less than no time"]


def test_nothing_takes_less_than_no_memory():
    assert found(peak_mb=-1.0) == ["the work took less than no memory"] and found(peak_mb=None) == []


def test_message_names_six_and_the_flag_keeps_all():
    content = copy.deepcopy(CONTENT)
    for epoch in (0, 1):
        content["history"]["accuracy"][epoch] = content["history"]["val_accuracy"][epoch] = 0.123456
    content["plan"]["max_epochs"], content["model"]["parameters"], content["seconds"]["data"] = 19, 1, -1
    content["holdout"]["test"]["samples"] = content["refit"]["test"]["samples"] = 1
    flag = impossible(Result.from_json(content))
    assert flag.code == "impossible_number" and len(flag.numbers["what"]) > 6
    assert flag.message == f"Some numbers cannot be: {'; '.join(flag.numbers['what'][:6])}. Differs, ask."
