"""Curves and answers of a class that are alike, and what explains it honestly."""

import dataclasses
import os
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

CORPUS = Path(os.environ.get("FITSCOPE_DATA_DIR", "data")).parent / "curves"  # they lie beside the data


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


@pytest.mark.needs_data
@pytest.mark.skipif(not CORPUS.is_dir(), reason="there are no curves beside the data")
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


def plain(**metrics):
    return TrainingHistory.of(metrics)


@pytest.mark.parametrize(
    ("epoch", "off", "model", "apart"),
    [
        (1, 0.9e-4, "textbook", False),
        (1, 1.1e-4, "textbook", True),
        (3, 1.1e-4, "textbook", True),
        (4, 1.1e-4, "textbook", False),
        (4, 0.29, "textbook", False),
        (4, 0.31, "textbook", True),
        (20, -0.31, "textbook", True),
        (1, 1.1e-4, "conv", True),
        (2, 1.1e-4, "conv", False),
        (2, 0.31, "conv", True),
    ],
)
def test_validation_loss_may_differ_by_what_machines_do(epoch, off, model, apart):
    level = np.ones(20)
    moved = level.copy()
    moved[epoch - 1] += off * np.hypot(1, 0.1)  # the highest value counts for a tenth
    found = disagreement(plain(loss=level, val_loss=level), plain(loss=level, val_loss=moved), model)
    assert as_on_another_machine(plain(loss=level, val_loss=level), plain(loss=level, val_loss=moved), model) is not apart
    assert found == (("val_loss", epoch, 1.0, moved[epoch - 1]) if apart else None)


@pytest.mark.parametrize(
    ("name", "bounded"),
    [("loss", False), ("accuracy", False), ("val_loss", True), ("val_accuracy", True), ("mae", True), ("val_mae", True)],
)
def test_late_training_losses_and_accuracies_may_go_any_way(name, bounded):
    level = np.ones(9)
    late, early = level.copy(), level.copy()
    late[8], early[2] = 3.0, 3.0
    one = {"loss": level, name: level}
    assert (disagreement(plain(**one), plain(**one | {name: late})) is not None) is bounded
    assert disagreement(plain(**one), plain(**one | {name: early}))[:2] == (name, 3)


def test_small_values_are_compared_with_a_tenth_of_the_highest():
    one = np.array([10.0, 1e-6, 1e-6])
    assert as_on_another_machine(plain(val_loss=one), plain(val_loss=one + [0, 0.9e-4, -0.9e-4]))
    assert not as_on_another_machine(plain(val_loss=one), plain(val_loss=one + [0, 1.1e-4, 0]))


def test_curves_without_a_shared_epoch_disagree():
    one, other = history({"loss": np.ones(3)}), history({"loss": np.ones(3)}, first=4)
    name, epoch, *values = disagreement(one, other)
    assert (name, epoch) == ("loss", 1) and np.isnan(values).all()


def test_curves_are_compared_where_both_have_epochs():
    one, other = history({"loss": np.array([9.0, 2.0, 3.0])}), history({"loss": np.array([2.0, 3.0, 4.0, 5.0])}, first=2)
    assert disagreement(one, other) is None
    assert disagreement(one, history({"loss": np.array([2.0, 3.5])}, first=2)) == ("loss", 3, 3.0, 3.5)


def test_loss_that_is_known_to_one_alone_disagrees():
    one, other = plain(loss=[1.0, 1.0, 1.0], val_loss=[1.0, np.nan, np.nan]), plain(loss=[1.0] * 3, val_loss=[1.0, np.nan, 1.0])
    assert disagreement(one, one) is None
    assert disagreement(one, other)[:2] == ("val_loss", 3)
    assert disagreement(plain(loss=[1.0]), plain(loss=[1.0], val_loss=[2.0])) is None  # a curve that one of them lacks says nothing


def test_first_value_that_differs_is_told_of_the_first_metric():
    one, other = plain(loss=[1.0, 2.0], val_loss=[1.0, 1.0]), plain(loss=[1.0, 2.1], val_loss=[7.0, 7.0])
    assert disagreement(one, other) == ("loss", 2, 2.0, 2.1)


# What two curves share


@pytest.mark.parametrize(
    ("values", "shared"),
    [
        ([0.51234, 0.41234, 0.31235, 0.21236, 0.11237], True),
        ([0.51234, 0.41234, 0.31235, 0.21236], False),  # four epochs
        ([0.5123, 0.4123, 0.3123, 0.2123, 0.1123], False),  # four digits
        ([0.51234, 0.51234, 0.31235, 0.21236, 0.11237], False),  # one of them twice
        ([0.51234, 0.41234, 0.5, 0.21236, 0.11237], False),  # one of them round
        ([0.51234, 0.41234, np.nan, 0.21236, 0.11237], False),
        ([51234.0, 41234.0, 31235.0, 21236.0, 11237.0], True),
        ([5.1234e-5, 4.1234e-5, 3.1235e-5, 2.1236e-5, 1.1237e-5], True),
    ],
)
def test_five_losses_written_out_are_shared_by_no_accident(values, shared):
    rng = np.random.default_rng(3)
    one = plain(loss=[*rng.random(6), *values, *rng.random(2)])
    other = plain(loss=[*rng.random(1), *values, *rng.random(9)])
    found = alike([one, plain(loss=rng.random(12)), other])
    assert [(pair.one, pair.other, pair.how, pair.distance, pair.nearer) for pair in found] == (
        [(0, 2, "equal", 0.0, None)] if shared else []
    )


@pytest.mark.parametrize(("epochs", "levels", "shared"), [(10, 5, True), (9, 9, False), (10, 4, False)])
@pytest.mark.parametrize("name", ["accuracy", "val_accuracy", "auc"])
def test_whole_curve_of_accuracies_is_shared_by_no_accident(name, epochs, levels, shared):
    rng = np.random.default_rng(3)
    values = np.round(0.5 + (np.arange(epochs) % levels) / 10, 1)
    found = alike([plain(loss=rng.random(epochs), **{name: values}) for _ in range(2)])
    assert bool(found) is (shared and name != "auc")


def test_every_pair_of_equal_ones_is_joined_with_the_first():
    curves = trainings(1)[0]
    found = alike([history(curves) for _ in range(4)])
    assert joined((pair.one, pair.other) for pair in found) == [[0, 1, 2, 3]]
    assert {pair.how for pair in found if pair.one == 0} == {"equal"}


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda values: 1.9 * values, "scaled"),
        (lambda values: values / 1.9, "scaled"),
        (lambda values: 2.1 * values, None),
        (lambda values: values / 2.1, None),
        (lambda values: values + 0.9 * np.median(values), "scaled"),
        (lambda values: values * (1 + np.random.default_rng(0).uniform(-0.01, 0.01, len(values))), "near"),
        (lambda values: values * (1 + np.random.default_rng(0).uniform(-0.05, 0.05, len(values))), None),
    ],
)
def test_copy_is_told_by_how_it_was_changed(change, how):
    made = trainings(30)
    copy = {name: change(values) for name, values in made[5].items()}
    assert [(pair.one, pair.other, pair.how) for pair in alike([history(curves) for curves in [*made, copy]])] == (
        [(5, 30, how)] if how else []
    )


def test_copy_of_a_smooth_curve_is_found_by_its_equal_numbers_alone():
    e = np.arange(1, 21)
    smooth = [{"loss": np.exp(-e / (5 + i)), "val_loss": 0.2 + np.exp(-e / (6 + i))} for i in range(8)]
    scaled = {name: 1.3 * values for name, values in smooth[2].items()}
    assert (2, 8) in {(pair.one, pair.other) for pair in alike([history(curves) for curves in [*smooth, smooth[2]]])}
    assert all(pair.how == "scaled" for pair in alike([history(curves) for curves in [*smooth, scaled]]))


# Flags and their numbers


def test_flag_keeps_how_and_how_near_the_curves_are():
    made = trainings(30)
    copy = {name: 1.05 * values for name, values in made[3].items()}
    told = compare([*(entry(f"s{i}", curves) for i, curves in enumerate(made)), entry("copy", copy)])
    (flag,) = told["copy"].flags
    assert flag.numbers["how"] == "scaled" and flag.numbers["distance"] < 1e-9 and flag.numbers["nearer"] < 0.01
    assert flag.numbers["seed_fits"] is None and flag.others == ("s3",)
    assert flag.message == (
        "The curves are those of 1 other submission, but for scale, shift or rounding, and neither plan and seed nor a group "
        "explains it. Differs from what two trainings give, ask."
    )


def test_flag_of_several_names_all_others_and_the_plainest_likeness():
    made = trainings(30)
    copies = [entry("a", made[3]), entry("b", made[3], seed=4, fits=False), entry("c", {n: 1.05 * v for n, v in made[3].items()})]
    told = compare([*(entry(f"s{i}", curves) for i, curves in enumerate(made)), *copies])
    flag = told["b"].flags[0]
    assert flag.others == ("s3", "a", "c") and flag.numbers["how"] == "equal" and flag.numbers["seed_fits"] is False
    assert "those of 3 other submissions, number for number" in flag.message
    assert told["c"].flags[0].numbers["how"] == "scaled"


def test_flag_says_nothing_of_a_likeness_that_honest_work_explains():
    made = trainings(30)
    copy = entry("copy", {name: 1.05 * values for name, values in made[3].items()})
    rest = [entry(f"s{i}", curves) for i, curves in enumerate(made) if i != 3]
    told = compare([*rest, entry("a", made[3], seed=0), entry("b", made[3], seed=0), copy])
    flags = {name: told[name].flags[0] for name in ("a", "b", "copy")}
    assert {name: flag.others for name, flag in flags.items()} == {"a": ("copy",), "b": ("copy",), "copy": ("a", "b")}
    assert {flag.numbers["how"] for flag in flags.values()} == {"scaled"}
    assert told["a"].notes == ["The curves are those of b: the same plan with the same seed gives them honestly."]


def test_curves_of_two_plans_are_not_explained_by_one_seed():
    curves = trainings(1)[0]
    repeats = dataclasses.replace(entry("b", curves, seed=0).facts, trainings={"repeats": 3})
    told = compare([entry("a", curves, seed=0), Entry("b", Student(name="b"), repeats)])
    assert codes(told, "a") == ["same_curves"]


def test_plan_of_another_length_explains_the_epochs_that_both_have():
    curves = trainings(1)[0]
    shorter = {name: values[:12] for name, values in curves.items()}
    longer = dataclasses.replace(entry("b", curves, seed=0).facts)
    short = entry("a", shorter, seed=0).facts
    short = dataclasses.replace(short, plan=short.plan.replace(max_epochs=12))
    told = compare([Entry("a", Student(name="a"), short), Entry("b", Student(name="b"), longer)])
    assert codes(told, "a") == [] and "same seed" in told["a"].notes[0] and "same seed" in told["b"].notes[0]


def test_work_like_what_was_handed_out_is_noted_once_and_joins_nobody():
    made = trainings(12)
    copy = {name: 1.05 * values for name, values in made[1].items()}
    entries = [entry("a", made[0]), entry("b", made[0]), entry("c", made[1]), entry("d", copy), *map(entry, "efghij", made[2:8])]
    told = compare(entries, [history(made[0]), history(made[0])])
    assert told["a"].notes == told["b"].notes == ["The curves are those that were handed out with the assignment."]
    assert codes(told, "c") == codes(told, "d") == ["same_curves"] and set(told) == {"a", "b", "c", "d"}


# Answers


def words(count, start=0):
    return " ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(start, start + count))


@pytest.mark.parametrize(("count", "alike"), [(14, {(0, 1): 1.0}), (13, {})])
def test_twelve_phrases_are_the_fewest_that_are_compared(count, alike):
    assert alike_texts([words(count), words(count)]) == alike


@pytest.mark.parametrize(("own", "share"), [(15, 0.5), (16, None), (1, 0.94)])
def test_half_of_the_phrases_are_alike_enough(own, share):
    one = words(17)  # 15 phrases, all of which the other holds beside its own
    found = alike_texts([one, f"{one} {words(own, 100)}"])
    assert found == ({} if share is None else {(0, 1): share})


def test_numbers_and_capitals_make_no_new_phrase():
    one = f"{words(14)} 12 epochs"
    assert alike_texts([one, one.upper().replace("12", "7")]) == {(0, 1): 1.0}


@pytest.mark.parametrize(("others", "found"), [(18, True), (19, False)])
def test_phrases_that_many_hold_make_no_candidates(others, found):
    """Two texts share phrases that as many others hold; each text has words of its own besides."""
    shared = words(20)
    texts = [f"{shared} {words(5, 100 + 20 * i)}" for i in range(others + 2)]
    assert bool(alike_texts(texts)) is found


def test_text_of_many_is_joined_to_the_first_that_is_equal():
    assert alike_texts([words(20)] * 30) == {(0, i): 1.0 for i in range(1, 30)}


def test_answers_flag_tells_the_share_and_all_others():
    made = trainings(3)
    told = compare([entry(name, curves, why=WHY) for name, curves in zip("abc", made)])
    (flag,) = told["b"].flags
    assert (flag.code, flag.numbers, flag.others) == ("same_answers", {"share": 1.0}, ("a", "c"))
    assert flag.message.startswith("The answers say the same in the same words as 2 other submissions (100 % of their phrases).")


def test_answers_to_own_questions_count_too():
    made = trainings(2)
    entries = [entry(name, curves) for name, curves in zip("ab", made)]
    more = [dataclasses.replace(one, facts=dataclasses.replace(one.facts, answers=Answers(more={"gap": WHY}))) for one in entries]
    assert codes(compare(more), "a") == ["same_answers"]


def test_answers_within_a_group_are_noted():
    made = trainings(2)
    entries = [entry(name, curves, why=WHY, group="1") for name, curves in zip("ab", made)]
    assert compare(entries)["a"].notes == ["The answers are like those of b, of the same group."]
