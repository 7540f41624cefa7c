"""Curves and answers of a class that are alike, and what explains it honestly."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fitscope.grading.agreement import as_on_another_machine, disagreement
from fitscope.grading.alike import alike
from fitscope.grading.classmates import Entry, compare, joined
from fitscope.grading.phrases import alike_texts
from fitscope.grading.records import Facts, Student
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.readers import read_history
from fitscope.result import Answers

CORPUS = Path(__file__).parents[3] / "shared" / "curves"


def trainings(count, epochs=20, seed=0):
    """Return curves like those of one network with many seeds: one shape, each with ups and downs of its own."""
    rng, e = np.random.default_rng(seed), np.arange(1, epochs + 1)
    made = []
    for _ in range(count):
        loss = (0.05 + 0.6 * np.exp(-e / 4)) * (1 + 0.03 * rng.standard_normal(epochs))
        val = (0.3 + 0.3 * np.exp(-e / 3) + 0.01 * e) * (1 + 0.03 * rng.standard_normal(epochs))
        made.append({"loss": loss, "val_loss": val})
    return made


def history(curves, first=1):
    return TrainingHistory.of(curves, range(first, first + len(curves["loss"])))


RNG = np.random.default_rng(7)
CHANGES = {
    "copied": lambda values: values,
    "scaled": lambda values: 1.07 * values,
    "shifted": lambda values: values + 0.02,
    "rounded": lambda values: np.round(values, 3),
    "jittered": lambda values: values * (1 + RNG.uniform(-0.01, 0.01, len(values))),
    "cut short": lambda values: values[:-3],
    "begun later": lambda values: values[2:],
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("classmates", [4, 12, 150])
def test_changed_copy_is_found_with_its_source_alone(change, classmates):
    made = trainings(classmates)
    copy = {name: CHANGES[change](values) for name, values in made[1].items()}
    found = alike([history(curves) for curves in [*made, copy]])
    assert {(pair.one, pair.other) for pair in found} == {(1, classmates)}


@pytest.mark.parametrize("classmates", [2, 3, 8, 400])
def test_honest_trainings_are_not_alike(classmates):
    assert alike([history(curves) for curves in trainings(classmates, seed=classmates)]) == ()


def test_smooth_curves_of_one_shape_are_not_alike():
    e = np.arange(1, 31)
    smooth = [{"loss": np.exp(-e / (5 + i / 10)), "val_loss": 0.2 + np.exp(-e / (6 + i / 10))} for i in range(40)]
    assert alike([history(curves) for curves in smooth]) == ()


def test_flat_or_short_curves_are_like_no_other():
    flat = {"loss": np.full(20, 0.7), "val_loss": np.full(20, 0.7)}
    short = {"loss": np.array([1.0, 0.5]), "val_loss": np.array([1.0, 0.6])}
    broken = {"loss": np.full(20, np.nan), "val_loss": np.full(20, np.nan)}
    assert alike([history(curves) for curves in (flat, flat, short, short, broken, broken)]) == ()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="shared/curves is not here")
def test_real_curves_of_all_kinds_are_not_alike():
    paths = [path for path in sorted(CORPUS.glob("*.csv")) if ".test." not in path.name]
    assert len(paths) > 100
    assert alike([read_history(path)[0].history for path in paths]) == ()


def entry(name, curves, group=None, seed=None, fits=None, why=None, batch=512):
    plan = None if seed is None else Plan("imdb", "ab", 10_000, "textbook", validation=10, seed=seed, batch_size=batch)
    answers = None if why is None else Answers(why=why)
    facts = Facts(history(curves), 4, (3, 5), (3, 4, 5), "overfitting", plan=plan, seed_fits=fits, answers=answers)
    return Entry(name, Student(name=name, group=group), facts)


def codes(told, name):
    return [flag.code for flag in told[name].flags] if name in told else []


def test_copy_flags_both_and_takes_nobody_for_the_guilty_one():
    made = trainings(30)
    told = compare([*(entry(f"s{i}", curves) for i, curves in enumerate(made)), entry("copy", made[3])])
    assert codes(told, "s3") == codes(told, "copy") == ["same_curves"]
    assert told["s3"].flags[0].others == ("copy",)
    assert set(told) == {"s3", "copy"}


@pytest.mark.parametrize(
    ("one", "other", "flagged"),
    [
        ({"seed": 0}, {"seed": 0}, False),  # the default seed
        ({"seed": 5}, {"seed": 6}, True),
        ({"seed": 5, "fits": True}, {"seed": 5, "fits": False}, True),  # a report under another student's number
        ({"seed": 0}, {"seed": 0, "batch": 256}, True),
        ({"group": "a"}, {"group": "a"}, False),
        ({"group": "a"}, {"group": "b"}, True),
        ({}, {}, True),  # logs name no plan
    ],
)
def test_same_curves_are_a_note_where_honest_work_explains_them(one, other, flagged):
    curves = trainings(1)[0]
    told = compare([entry("a", curves, **one), entry("b", curves, **other)])
    assert codes(told, "a") == (["same_curves"] if flagged else [])
    assert bool(told["a"].notes) is not flagged


def test_changed_curves_of_one_plan_are_flagged():
    curves = trainings(1)[0]
    changed = {name: 1.05 * values for name, values in curves.items()}
    assert codes(compare([entry("a", curves, seed=0), entry("b", changed, seed=0)]), "b") == ["same_curves"]


def test_curves_that_were_handed_out_are_a_note():
    made = trainings(12)
    told = compare([entry("a", made[0]), entry("b", made[0]), *(entry(f"s{i}", c) for i, c in enumerate(made[1:]))],
                   [history(made[0])])  # fmt: skip
    assert codes(told, "a") == codes(told, "b") == []
    assert "handed out" in told["a"].notes[0]


WHY = "I looked at the validation loss, which falls until epoch 4 and rises from then on, while the training loss still falls."


def test_copied_answers_are_flagged_but_within_a_group():
    made = trainings(3)
    other = (
        "The curve of the held-out data has its lowest point there; later epochs only learn the training reviews by heart, I think."
    )
    entries = [entry("a", made[0], why=WHY), entry("b", made[1], why=WHY.replace("4", "9")), entry("c", made[2], why=other)]
    told = compare(entries)
    assert codes(told, "a") == codes(told, "b") == ["same_answers"]
    assert codes(told, "c") == []
    grouped = [dataclasses.replace(one, student=Student(group="1")) for one in entries]
    assert not any(codes(compare(grouped), name) for name in "abc")


def test_texts_that_were_handed_out_make_no_two_alike():
    assert alike_texts([WHY, WHY]) == {(0, 1): 1.0}
    assert alike_texts([WHY, WHY], [WHY]) == {}


def test_short_texts_are_alike_by_chance():
    assert alike_texts(["The validation loss rises."] * 3) == {}


def test_text_that_a_whole_class_shares_is_still_found():
    assert len(joined(alike_texts([WHY] * 30))[0]) == 30


def test_machines_round_differently_and_seeds_train_differently():
    made = trainings(2)
    rounded = {name: values * (1 + 1e-7) for name, values in made[0].items()}
    assert as_on_another_machine(history(made[0]), history(rounded))
    assert not as_on_another_machine(history(made[0]), history(made[1]))


def test_disagreement_names_metric_epoch_and_values():
    curves = trainings(1)[0]
    changed = {**curves, "val_loss": np.where(np.arange(20) == 1, 9.0, curves["val_loss"])}
    name, epoch, says, gives = disagreement(history(changed), history(curves))
    assert (name, epoch, says) == ("val_loss", 2, 9.0)
    assert gives == pytest.approx(curves["val_loss"][1])


def test_class_that_takes_one_seed_has_one_note_each():
    curves = trainings(1)[0]
    told = compare([entry(f"s{i:02d}", curves, seed=0) for i in range(25)])
    assert [len(told[f"s{i:02d}"].notes) for i in range(25)] == [1] * 25
    assert not any(codes(told, f"s{i:02d}") for i in range(25))
    note = told["s00"].notes[0]
    assert note.startswith("The curves are those of s01, s02, s03, s04, s05, ...: the same plan with the same seed")


def test_note_on_few_others_names_them_all():
    curves = trainings(1)[0]
    told = compare([entry(name, curves, group="1") for name in "abc"])
    assert told["a"].notes == ["The curves are like those of b, c, of the same group."]
