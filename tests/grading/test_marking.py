"""What a submission earns: each condition where it gives, where not, and where nothing was handed in."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitscope.diagnosis import judge
from fitscope.grading import fields
from fitscope.grading.conditions import COMPARED, NO_EPOCH, NO_NUMBER, NO_SHARE, PARTLY, PLATEAU, VERDICT
from fitscope.grading.marking import failed, mark
from fitscope.grading.records import Work
from fitscope.grading.rubric import Condition, Criterion, Level, Rubric
from fitscope.history import TrainingHistory
from fitscope.language import retold, speaking
from fitscope.logs import result_of
from fitscope.readers import Reading
from fitscope.result import Answers, Result

PAGE = (Path(__file__).parents[2] / "reports" / "sample-imdb" / "report.html").read_text(encoding="utf8")
CONTENT = json.loads(PAGE.partition('<script type="application/json" id="fitscope-result">')[2].partition("</script>")[0])
HOSTILE = ("<script>alert(1)</script>", "{told_field}", "{0}", "=1+1", "\x00\u202e\ud800", "nan", "9" * 5000, "1e999", "\n" * 90)


@pytest.fixture(scope="module")
def report():
    return Work(Result.from_json(CONTENT), shown=(("best epoch", "4", ""),))


def noisy(seed):
    """Return a curve whose small rise stands out from its noise for some seeds alone."""
    e = np.arange(1, 21)
    val_loss = 0.3 + 0.4 * np.exp(-e / 2) + 0.002 * np.maximum(0, e - 5) + np.random.default_rng(seed).normal(0, 0.006, 20)
    return {"loss": 0.05 + 0.6 * np.exp(-e / 4), "val_loss": val_loss}


def log(metrics, **answers):
    """Return a script's log, with answers beside it where there are any."""
    history = TrainingHistory.of(metrics)
    result = result_of(Reading("training.log", None, history), judge(history), command="")
    return Work(result, Answers(**answers) if answers else None)


def marked(work, *paths, points=3.0, again=None, within=None, **condition):
    (kind, wanted), *_ = condition.items()
    wanted = tuple(wanted) if isinstance(wanted, list) else wanted
    criterion = Criterion("It", points, paths, (Level(Condition(kind, wanted, within), points),))
    (found,) = mark(Rubric("R", (criterion,)), work, again or work.result.diagnosis)
    return found


# Conditions on any value


@pytest.mark.parametrize(
    ("condition", "path", "earns"),
    [
        ({"equals": 512}, "plan.batch_size", True),
        ({"equals": 256}, "plan.batch_size", False),
        ({"equals": 500, "within": 12}, "plan.batch_size", True),
        ({"equals": "RMSprop "}, "plan.optimizer", True),
        ({"equals": "adam"}, "plan.optimizer", False),
        ({"equals": False}, "partial", True),
        ({"equals": True}, "partial", False),
        ({"at_least": 20}, "history.epochs", True),
        ({"at_least": 21}, "history.epochs", False),
        ({"at_most": 20}, "history.epochs", True),
        ({"at_most": 19.5}, "history.epochs", False),
        ({"between": [20, 30]}, "history.epochs", True),
        ({"between": [3, 19]}, "history.epochs", False),
        ({"one_of": ["adam", "rmsprop"]}, "plan.optimizer", True),
        ({"one_of": [128, 256]}, "plan.batch_size", False),
        ({"at_least": 0.5}, "refit.test.accuracy", True),
        ({"at_least": 0.99}, "refit.test.accuracy", False),
    ],
)
def test_condition_gives_all_or_nothing(report, condition, path, earns):
    condition = dict(condition)
    found = marked(report, path, within=condition.pop("within", None), **condition)
    assert found.points == (3.0 if earns else 0.0)
    assert fields.label(path) in found.evidence and found.evidence.endswith(".")


def test_number_at_the_limit_itself_gives(curves):
    work = log(curves("overfitting"), test_accuracy=0.86)
    assert marked(work, "answers.test_accuracy", at_least=0.86).points == 3
    assert marked(work, "answers.test_accuracy", between=[0.86, 0.86]).points == 3


def test_number_just_below_the_limit_is_shown_with_the_digits_that_tell(curves):
    found = marked(log(curves("overfitting"), test_accuracy=0.859996), "answers.test_accuracy", at_least=0.86)
    assert (found.points, found.evidence) == (0, "The stated test accuracy is 0.859996, less than 0.86.")


@pytest.mark.parametrize(("accuracy", "told"), [(1.5, NO_SHARE), (-0.1, NO_SHARE)])
def test_impossible_share_gives_nothing(curves, accuracy, told):
    found = marked(log(curves("overfitting"), test_accuracy=accuracy), "answers.test_accuracy", at_least=-1)
    assert found.points == 0 and found.evidence.endswith(told.partition("; ")[2])


def test_error_below_zero_gives_nothing(curves):
    assert marked(log(curves("overfitting"), test_mae=-3.0), "answers.test_mae", at_most=5).points == 0


@pytest.mark.parametrize(("written", "earns"), [("0,28", True), ("28 %", True), ("0.28", True), ("0.5", False), ("a lot", False)])
def test_answer_to_an_own_question_is_read_as_people_write_numbers(curves, written, earns):
    found = marked(log(curves("overfitting"), more={"share": written}), "answers.share", between=[0.2, 0.3])
    assert found.points == (3 if earns else 0)


@pytest.mark.parametrize(("written", "earns"), [("true", True), ("True", True), ("false", False), ("maybe", False)])
def test_truth_is_read_from_an_answer(curves, written, earns):
    assert marked(log(curves("overfitting"), more={"dropout": written}), "answers.dropout", equals=True).points == (
        3 if earns else 0
    )


def test_first_field_that_is_there_counts(report, curves):
    paths = ("refit.test.accuracy", "answers.test_accuracy")
    given = dataclasses.replace(report, answers=Answers(test_accuracy=0.1))
    assert "refitted" in marked(given, *paths, at_least=0.8).evidence
    assert "stated" in marked(log(curves("overfitting"), test_accuracy=0.9), *paths, at_least=0.8).evidence


@pytest.mark.parametrize(
    "condition", [{"at_least": 0.0}, {"equals": 1}, {"in_plateau": True}, {"same_verdict": True}, {"matches_recomputed": True}]
)
def test_nothing_handed_in_gives_nothing_and_says_so(curves, condition):
    found = marked(log(curves("overfitting")), "answers.best_epoch", **condition)
    assert (found.points, found.evidence) == (0, "No stated best epoch was handed in.")


def test_nothing_handed_in_names_the_answer_that_everybody_can_give(curves):
    found = marked(log(curves("overfitting")), "refit.test.accuracy", "answers.test_accuracy", at_least=0.8)
    assert found.evidence == "No stated test accuracy was handed in."


# The plateau


@pytest.mark.parametrize(
    ("epoch", "within", "earns"), [(9, None, True), (13, None, True), (12, None, False), (12, 1, True), (20, 1, False)]
)
def test_plateau_gives_for_its_epochs_and_those_within(epoch, within, earns):
    work = log(noisy(0), best_epoch=epoch)
    assert work.result.diagnosis.uncertainty.plateau_members == (9, 10, 13)
    found = marked(work, "answers.best_epoch", in_plateau=True, within=within)
    assert found.points == (3 if earns else 0) and "9–10, 13" in found.evidence


@pytest.mark.parametrize("said", ["nine", "9.5", "1e300", "-4", ""])
def test_plateau_gives_nothing_for_what_is_no_epoch_of_it(said):
    found = marked(log(noisy(0), more={"epoch": said}), "answers.epoch", in_plateau=True)
    assert found.points == 0 and len(found.evidence) < 250


def test_plateau_without_validation_cannot_be_judged():
    found = marked(log({"loss": [3.0, 2.0, 1.0]}, best_epoch=2), "answers.best_epoch", in_plateau=True)
    assert (found.points, found.evidence) == (0, PLATEAU["unknown"].format(epoch=2))


def test_answer_goes_before_the_reports_own_word(report):
    paths = ("answers.best_epoch", "diagnosis.best_epoch")
    assert marked(report, *paths, in_plateau=True).points == 3
    assert marked(dataclasses.replace(report, answers=Answers(best_epoch=19)), *paths, in_plateau=True).points == 0
    assert marked(dataclasses.replace(report, answers=Answers(best_epoch=19)), *paths[::-1], in_plateau=True).points == 3


# Whose word it is


def changed(work, **diagnosis):
    result = dataclasses.replace(work.result, diagnosis=dataclasses.replace(work.result.diagnosis, **diagnosis))
    return dataclasses.replace(work, result=result)


@pytest.mark.parametrize(
    ("condition", "path", "edit"),
    [
        ({"in_plateau": True}, "diagnosis.best_epoch", {"best_epoch": 15}),
        ({"same_verdict": True}, "diagnosis.verdict", {"verdict": "good_fit"}),
        ({"matches_recomputed": True}, "diagnosis.gap", {"gap": 0.5}),
        ({"matches_recomputed": True}, "diagnosis.best_val_loss", {"best_val_loss": 0.1}),
    ],
)
def test_edited_diagnosis_is_a_claim_that_the_curves_contradict(report, condition, path, edit):
    again = report.result.diagnosis
    assert marked(report, path, again=again, **condition).points == 3
    assert marked(changed(report, **edit), path, again=again, **condition).points == 0


def test_what_can_be_computed_is_never_taken_from_the_file(report):
    edited = changed(report, best_epoch=15, verdict="good_fit", gap=9.0)
    for condition, path in (({"equals": 15}, "diagnosis.best_epoch"), ({"at_least": 8}, "diagnosis.gap")):
        assert marked(edited, path, again=report.result.diagnosis, **condition).points == 0


def test_fitscopes_own_word_on_a_log_is_no_claim(curves):
    work = log(curves("overfitting"))
    assert marked(work, "diagnosis.best_epoch", in_plateau=True).points == 0
    assert marked(dataclasses.replace(work, shown=()), "diagnosis.verdict", same_verdict=True).points == 0


@pytest.mark.parametrize("change", [{"result": True}, {"contradiction": "The covariance is none."}])
def test_fitscopes_own_word_on_a_blind_or_damaged_report_is_no_claim(report, change):
    change = {"result": dataclasses.replace(report.result, blind=True)} if "result" in change else change
    work = dataclasses.replace(report, **change)
    assert marked(work, "answers.verdict", "diagnosis.verdict", same_verdict=True).points == 0
    answered = dataclasses.replace(work, answers=Answers(verdict="overfitting"))
    assert marked(answered, "answers.verdict", "diagnosis.verdict", same_verdict=True).points == 3


# The verdict


@pytest.mark.parametrize("said", ["overfitting", "Overfitting", "over-fitting", "과적합"])
def test_verdict_gives_in_either_language(curves, said):
    assert marked(log(curves("overfitting"), verdict=said), "answers.verdict", same_verdict=True).points == 3


@pytest.mark.parametrize("said", ["good_fit", "inconclusive", "memorising", "<b>", "over"])
def test_other_verdict_gives_nothing(curves, said):
    found = marked(log(curves("overfitting"), verdict=said), "answers.verdict", same_verdict=True)
    assert found.points == 0 and "the curves say overfitting" in found.evidence


@pytest.mark.parametrize(
    ("seed", "said", "earns"),
    [
        (3, "inconclusive", True),
        (3, "overfitting", True),
        (3, "good_fit", False),
        (3, "underfitting", False),
        (3, "diverged", False),
        (5, "overfitting", True),
        (5, "good_fit", True),
        (5, "underfitting", False),
    ],
)
def test_inconclusive_curves_give_for_every_verdict_that_they_go_with(seed, said, earns):
    work = log(noisy(seed), verdict=said)
    assert work.result.diagnosis.verdict == "inconclusive"
    found = marked(work, "answers.verdict", same_verdict=True)
    assert found.points == (3 if earns else 0)
    assert said == "inconclusive" or "do not settle" in found.evidence


def test_few_epochs_give_for_inconclusive_alone():
    short = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.0, 2.5]}
    assert marked(log(short, verdict="inconclusive"), "answers.verdict", same_verdict=True).points == 3
    assert marked(log(short, verdict="overfitting"), "answers.verdict", same_verdict=True).points == 0


def long_report(epochs=120, rise=0.03, samples=60):
    """Return a long training's diagnosis by its samples, and what its curves say once more without their covariance."""
    from fitscope.diagnosis import again

    rng, e = np.random.default_rng(1), np.arange(1, epochs + 1)
    losses = (0.5 + np.exp(-e / 4) + rise * e / epochs)[:, None] + rng.normal(0, 0.5, (epochs, samples))
    history = TrainingHistory.of({"loss": np.exp(-e / 9), "val_loss": losses.mean(axis=1)})
    first = judge(history, losses)
    return log(history.metrics), first, again(history, first.uncertainty)


def test_verdict_of_samples_that_were_not_kept_is_no_students_fault():
    work, _, said = long_report()
    said = dataclasses.replace(said, verdict="overfitting", evidence=said.evidence | {"rise": 0.03})
    for verdict, earns in (("overfitting", 3), ("inconclusive", 3), ("good_fit", 3), ("underfitting", 0)):
        given = dataclasses.replace(work, answers=Answers(verdict=verdict))
        assert marked(given, "answers.verdict", again=said, same_verdict=True).points == earns


def test_large_rise_is_overfitting_however_many_epochs_there_are():
    work, _, said = long_report(rise=2.0)
    given = dataclasses.replace(work, answers=Answers(verdict="inconclusive"))
    assert said.verdict == "overfitting" and marked(given, "answers.verdict", again=said, same_verdict=True).points == 0


# Computed again


@pytest.mark.parametrize(("written", "earns"), [("{:.2f}", True), ("{:.3f}", True), ("{:.6f}", True), ("{:.0f}", False)])
def test_recomputed_matches_to_the_digits_that_were_written(written, earns):
    work = log(noisy(0))
    work = dataclasses.replace(work, answers=Answers(more={"gap": written.format(work.result.diagnosis.gap)}))
    assert marked(work, "answers.gap", matches_recomputed=True).points == (3 if earns else 0)


@pytest.mark.parametrize(("off", "within", "earns"), [(0.02, None, False), (0.02, 0.05, True), (0.06, 0.05, False)])
def test_recomputed_matches_within_what_the_rubric_says(off, within, earns):
    work = log(noisy(0))
    work = dataclasses.replace(work, answers=Answers(more={"gap": repr(work.result.diagnosis.gap + off)}))
    assert marked(work, "answers.gap", matches_recomputed=True, within=within).points == (3 if earns else 0)


@pytest.mark.parametrize(("epoch", "earns"), [(13, True), (12, False)])
def test_recomputed_best_epoch_is_exact(epoch, earns):
    assert marked(log(noisy(0), best_epoch=epoch), "answers.best_epoch", matches_recomputed=True).points == (3 if earns else 0)


def test_recomputed_without_validation_says_that_the_curves_do_not_tell():
    found = marked(log({"loss": [3.0, 2.0]}, more={"gap": "0.1"}), "answers.gap", matches_recomputed=True)
    assert found.points == 0 and "do not tell" in found.evidence


# Levels


def test_first_level_that_holds_gives_and_says_what_more_would_take(curves):
    levels = tuple(Level(Condition("at_least", limit), points) for limit, points in ((0.86, 2.0), (0.84, 1.0)))
    rubric = Rubric("R", (Criterion("Test", 2.0, ("answers.test_accuracy",), levels),))
    found = {}
    for accuracy in (0.9, 0.85, 0.5):
        work = log(curves("overfitting"), test_accuracy=accuracy)
        (found[accuracy],) = mark(rubric, work, work.result.diagnosis)
    assert [one.points for one in found.values()] == [2, 1, 0]
    assert found[0.85].evidence == "The stated test accuracy is 0.85, at least 0.84; from 0.86 on it gives more points."
    assert found[0.5].evidence == "The stated test accuracy is 0.5, less than 0.84."


def test_levels_widen_a_plateau():
    levels = (Level(Condition("in_plateau"), 3.0), Level(Condition("in_plateau", within=2), 1.0))
    rubric = Rubric("R", (Criterion("Best", 3.0, ("answers.best_epoch",), levels),))
    points = [mark(rubric, work, work.result.diagnosis)[0].points for work in (log(noisy(0), best_epoch=n) for n in (13, 15, 16))]
    assert points == [3, 1, 0]


# What a person reads


@pytest.mark.parametrize(
    ("why", "evidence"), [("It rises.", "To be read by a person."), (None, "Nothing was written here; a person decides.")]
)
def test_manual_waits_for_a_person_with_the_text(curves, why, evidence):
    rubric = Rubric("R", (Criterion("Why", 2.0, ("answers.why",), manual=True),))
    work = log(curves("overfitting"), best_epoch=5, why=why)
    (found,) = mark(rubric, work, work.result.diagnosis)
    assert (found.points, found.possible, found.manual, found.text, found.evidence) == (None, 2, True, why, evidence)


def test_what_could_not_be_graded_gives_nothing_with_the_reason():
    rubric = Rubric("R", (Criterion("A", 2.0, ("answers.why",), manual=True), Criterion("B", 1.0)))
    assert [(one.points, one.possible, one.evidence) for one in failed(rubric, "It is empty.")] == [
        (0, 2, "It is empty."),
        (0, 1, "It is empty."),
    ]


# Whatever was handed in

KINDS = st.sampled_from(
    [
        {"equals": 3.0}, {"equals": "a"}, {"equals": True}, {"at_least": 0.5}, {"at_most": 0.5}, {"between": [0.0, 1.0]},
        {"one_of": ["a", 2.0]}, {"in_plateau": True}, {"same_verdict": True}, {"matches_recomputed": True},
    ]
)  # fmt: skip
SAID = st.one_of(st.text(), st.sampled_from(HOSTILE), st.floats().map(str), st.integers().map(str))
FIXED = log(noisy(3))


@given(kind=KINDS, said=SAID, within=st.none() | st.floats(0, 1e9), points=st.floats(0, 100))
@pytest.mark.parametrize("path", ["answers.gap", "answers.best_epoch", "answers.verdict"])
def test_points_lie_between_0_and_the_possible_whatever_is_said(path, kind, said, within, points):
    name = path.partition(".")[2]
    if name == "best_epoch":
        answers = Answers(best_epoch=len(said))
    else:
        answers = Answers(verdict=said) if name == "verdict" else Answers(more={name: said})
    found = marked(dataclasses.replace(FIXED, answers=answers), path, points=points, within=within, **kind)
    assert 0 <= found.points <= points and 0 < len(found.evidence) < 700 and "\n" not in found.evidence


@pytest.mark.parametrize(
    ("template", "values"),
    [
        (COMPARED["at_least"][0], {"value": "0.9", "limit": "0.8"}),
        (COMPARED["between"][1], {"value": "2", "low": "3", "high": "6"}),
        (COMPARED["one_of"][1], {"value": '"sgd"', "limit": '"adam", "rmsprop"'}),
        (COMPARED["matches_recomputed"][1], {"value": "0.3", "limit": "0.2"}),
        (PARTLY["at_least"], {"value": "0.85", "limit": "0.84", "more": "0.86"}),
        (PARTLY["at_most"], {"value": "55", "limit": "60", "more": "52"}),
        (NO_NUMBER, {"value": '"a lot"'}),
        (NO_EPOCH, {"value": '"nine"'}),
        (PLATEAU["out"], {"epoch": "3", "epochs": "5–7, 9"}),
        (VERDICT["other"], {"told_claim": "good fit", "told_verdict": "overfitting"}),
        (VERDICT["against"], {"told_claim": "good fit", "rise": "0.02", "limit": "0.01", "trend": "+1.2"}),
        (VERDICT["unkept"], {"told_claim": "good fit", "told_verdict": "overfitting", "count": "120", "rise": "0.02"}),
    ],
)
def test_evidence_is_told_in_korean_with_its_values(template, values):
    with speaking("ko"):
        told = retold(template.format(told_field=fields.label("answers.test_accuracy"), **values))
    shown = [value for name, value in values.items() if not name.startswith("told")]
    assert all(value in told for value in shown)
    for value in shown:
        told = told.replace(value, "")
    assert not re.search("[A-Za-z{}]", told)


# Limits, one by one


@pytest.mark.parametrize(
    "condition",
    [{"at_least": 1}, {"at_most": 20}, {"between": [1, 20]}, {"equals": 1, "within": 20.0}, {"one_of": list(range(21))}],
)
def test_condition_on_what_fitscope_finds_in_a_log_needs_no_claim(condition):
    condition = dict(condition)
    assert marked(log(noisy(0)), "diagnosis.best_epoch", within=condition.pop("within", None), **condition).points == 3
    for claim in ("in_plateau", "matches_recomputed"):
        assert marked(log(noisy(0)), "diagnosis.best_epoch", **{claim: True}).evidence == "No best epoch was handed in."


@pytest.mark.parametrize(
    ("said", "condition", "points", "evidence"),
    [
        ("0.8", {"at_least": 0.8}, 3, "The answers.x is 0.8, at least 0.8."),
        ("0.7999", {"at_least": 0.8}, 0, "The answers.x is 0.7999, less than 0.8."),
        ("0.8", {"at_most": 0.8}, 3, "The answers.x is 0.8, at most 0.8."),
        ("0.8001", {"at_most": 0.8}, 0, "The answers.x is 0.8001, more than 0.8."),
        ("0.30000000000000004", {"at_most": 0.3}, 3, "The answers.x is 0.30000000000000004, at most 0.3."),
        ("0.3", {"at_least": 0.30000000000000004}, 3, "The answers.x is 0.3, at least 0.30000000000000004."),
        ("3", {"between": [3, 6]}, 3, "The answers.x is 3, between 3 and 6."),
        ("6", {"between": [3, 6]}, 3, "The answers.x is 6, between 3 and 6."),
        ("2.9", {"between": [3, 6]}, 0, "The answers.x is 2.9, not between 3 and 6."),
        ("6.1", {"between": [3, 6]}, 0, "The answers.x is 6.1, not between 3 and 6."),
        ("-1", {"at_most": 5}, 3, "The answers.x is -1, at most 5."),
        ("a", {"at_most": 5}, 0, 'The answers.x is "a", which is no number.'),
        ("5", {"equals": 5.0}, 3, 'The answers.x is "5", as asked.'),
        ("5", {"equals": "5"}, 3, 'The answers.x is "5", as asked.'),
        ("5.0", {"equals": "5"}, 0, 'The answers.x is "5.0"; asked was "5".'),
        ("Adam", {"equals": " ADAM"}, 3, 'The answers.x is "Adam", as asked.'),
        ("5.2", {"equals": 5.0, "within": 0.2}, 3, 'The answers.x is "5.2", as asked.'),
        ("4.8", {"equals": 5.0, "within": 0.2}, 3, 'The answers.x is "4.8", as asked.'),
        ("5.21", {"equals": 5.0, "within": 0.2}, 0, 'The answers.x is "5.21"; asked was 5.'),
        ("5.000001", {"equals": 5.0}, 0, 'The answers.x is "5.000001"; asked was 5.'),
        ("yes", {"equals": True}, 0, 'The answers.x is "yes"; asked was true.'),
        ("FALSE", {"equals": False}, 3, 'The answers.x is "FALSE", as asked.'),
        ("b", {"one_of": ["a", 2.0]}, 0, 'The answers.x is "b", none of: "a", 2.'),
        ("2", {"one_of": ["a", 2.0]}, 3, 'The answers.x is "2", one of: "a", 2.'),
        ("A", {"one_of": ["a", 2.0]}, 3, 'The answers.x is "A", one of: "a", 2.'),
        ("2.001", {"one_of": ["a", 2.0]}, 0, 'The answers.x is "2.001", none of: "a", 2.'),
    ],
)
def test_condition_at_its_limit_gives_and_says_why(curves, said, condition, points, evidence):
    condition = dict(condition)
    found = marked(log(curves("overfitting"), more={"x": said}), "answers.x", within=condition.pop("within", None), **condition)
    assert (found.points, found.evidence) == (points, evidence)


@pytest.mark.parametrize(
    ("path", "answers", "condition", "points"),
    [
        ("answers.test_accuracy", {"test_accuracy": 0.0}, {"at_least": 0.0}, 3),
        ("answers.test_accuracy", {"test_accuracy": 1.0}, {"at_least": 0.9}, 3),
        ("answers.test_accuracy", {"test_accuracy": -0.001}, {"at_most": 0.9}, 0),
        ("answers.test_accuracy", {"test_accuracy": 1.001}, {"between": [0.0, 2.0]}, 0),
        ("answers.test_mae", {"test_mae": 0.0}, {"at_most": 5}, 3),
        ("answers.test_mae", {"test_mae": -0.001}, {"at_most": 5}, 0),
        ("answers.test_mae", {"test_mae": -0.001}, {"at_most": 0}, 0),
        ("answers.test_mae", {"test_mae": -3.0}, {"at_most": -1}, 3),
        ("answers.test_mae", {"test_mae": -3.0}, {"at_least": -5}, 3),
        ("answers.loss", {"more": {"loss": "-1"}}, {"at_most": 5}, 0),
        ("answers.gain", {"more": {"gain": "-1"}}, {"at_most": 5}, 3),
    ],
)
def test_number_that_cannot_be_gives_nothing_at_the_limit_it_does(curves, path, answers, condition, points):
    assert marked(log(curves("overfitting"), **answers), path, **condition).points == points


def test_impossible_numbers_are_told_as_they_are(curves):
    work = log(curves("overfitting"), test_accuracy=1.5, test_mae=-3.0)
    assert marked(work, "answers.test_accuracy", at_least=0.5).evidence == (
        "The stated test accuracy is 1.5; an accuracy lies between 0 and 1."
    )
    assert marked(work, "answers.test_mae", at_most=5).evidence == (
        "The stated mean absolute error on test data is -3; it cannot lie below 0."
    )


@pytest.mark.parametrize(
    ("epoch", "within", "points", "how"),
    [
        ("9", None, 3, "is one of"),
        ("8", 1, 3, "is near"),
        ("14", 1, 3, "is near"),
        ("15", 1, 0, "is none of"),
        ("8", None, 0, "is none of"),
        ("8", 0, 0, "is none of"),
        ("10.0", None, 3, "is one of"),
    ],
)
def test_plateau_is_as_wide_as_its_epochs_and_within(epoch, within, points, how):
    found = marked(log(noisy(0), more={"epoch": epoch}), "answers.epoch", in_plateau=True, within=within)
    assert found.points == points
    assert found.evidence == (f"Epoch {float(epoch):g} {how} those that the validation data cannot tell from the best: 9–10, 13.")


def open_question(rise, limit, trend, reason="noise"):
    """Return what curves say that do not settle the verdict."""
    again = judge(TrainingHistory.of(noisy(3)))
    evidence = {"rise": rise, "rise_limit": limit, "trend": trend, "reason": reason}
    return dataclasses.replace(again, verdict="inconclusive", evidence=evidence)


@pytest.mark.parametrize(
    ("claim", "again", "points"),
    [
        ("overfitting", open_question(0.02, 0.02, 0.0), 0),
        ("overfitting", open_question(0.0201, 0.02, 0.0), 3),
        ("overfitting", open_question(0.001, 0.02, 0.0101), 3),
        ("overfitting", open_question(0.001, 0.02, 0.01), 0),
        ("overfitting", open_question(0.0, 0.02, 0.5), 0),
        ("good_fit", open_question(0.02, 0.02, 0.05), 3),
        ("good_fit", open_question(0.02, 0.02, -0.05), 3),
        ("good_fit", open_question(0.02, 0.02, 0.0501), 0),
        ("good_fit", open_question(0.0201, 0.02, 0.0), 0),
        ("good_fit", open_question(0.02, 0.02, 0.01, "few"), 3),
        ("good_fit", open_question(0.02, 0.02, 0.0101, "few"), 0),
        ("underfitting", open_question(0.0, 0.02, -0.0101), 3),
        ("underfitting", open_question(0.0, 0.02, -0.01), 0),
        ("not_learning", open_question(0.0, 0.02, -0.5), 0),
        ("diverged", open_question(9.0, 0.02, 0.5), 0),
    ],
)
def test_open_verdict_gives_for_what_its_numbers_go_with(claim, again, points):
    found = marked(log(noisy(3), verdict=claim), "answers.verdict", again=again, same_verdict=True)
    assert found.points == points and ("but go with it" in found.evidence) is (points == 3)


def test_open_verdict_is_told_with_its_numbers():
    again = open_question(0.0201, 0.02, 0.0123)
    assert marked(log(noisy(3), verdict="good_fit"), "answers.verdict", again=again, same_verdict=True).evidence == (
        "The stated verdict is good fit. The curves do not settle the verdict, but go against this one: the end lies 0.0201 above "
        "the lowest validation loss (from 0.02 on a rise counts), and over the last fifth of the epochs it changes by +1.2 %."
    )
    assert marked(log(noisy(3), verdict="inconclusive"), "answers.verdict", again=again, same_verdict=True).evidence == (
        "The stated verdict is inconclusive, and so say the curves."
    )


@pytest.mark.parametrize("missing", ["rise", "rise_limit", "trend"])
def test_open_verdict_without_its_numbers_is_inconclusive_alone(missing):
    again = open_question(0.03, 0.02, 0.0)
    again = dataclasses.replace(again, evidence={name: value for name, value in again.evidence.items() if name != missing})
    assert marked(log(noisy(3), verdict="overfitting"), "answers.verdict", again=again, same_verdict=True).points == 0


def unkept(rise, paired_se, **changes):
    """Return what the curves alone say of a long report that keeps no covariance."""
    again = judge(TrainingHistory.of(noisy(3)))
    sure = dataclasses.replace(
        again.uncertainty, basis="samples", samples=100, covariance=None, paired_se=tuple(paired_se), **changes
    )
    return dataclasses.replace(again, verdict="overfitting", evidence={"rise": rise}, uncertainty=sure)


@pytest.mark.parametrize(
    ("again", "claim", "points"),
    [
        (unkept(1.645 * 0.02, [0.0] * 108 + [0.02] * 12), "good_fit", 3),
        (unkept(1.646 * 0.02, [0.0] * 108 + [0.02] * 12), "good_fit", 0),
        (unkept(1.645 * 0.02, [0.0] * 108 + [0.02] * 12), "underfitting", 0),
        (unkept(1.645 * 0.02, [0.02] * 108 + [0.0] * 12), "good_fit", 0),  # the last tenth of the epochs counts
        (unkept(0.001, [0.02] * 100), "good_fit", 0),  # so few epochs would have been kept
        (unkept(0.001, [0.02] * 101), "inconclusive", 3),
        (unkept(None, [0.02] * 120), "good_fit", 0),
    ],
)
def test_rise_that_its_samples_may_not_tell_from_none_is_not_held_against_anybody(again, claim, points):
    assert marked(log(noisy(3), verdict=claim), "answers.verdict", again=again, same_verdict=True).points == points


def test_rise_that_its_samples_may_not_tell_is_told_with_its_numbers():
    found = marked(log(noisy(3), verdict="good_fit"), "answers.verdict", again=unkept(0.001, [0.02] * 120), same_verdict=True)
    assert found.evidence == (
        "The stated verdict is good fit. The curves alone say overfitting, and of 120 epochs a report does not keep what its "
        "samples say of a rise so small: 0.001."
    )


@pytest.mark.parametrize("change", [{"basis": "log"}, {"covariance": (1.0,)}])
def test_rise_that_was_judged_by_all_there_is_stands(change):
    again = unkept(0.001, [0.02] * 120)
    again = dataclasses.replace(again, uncertainty=dataclasses.replace(again.uncertainty, **change))
    assert marked(log(noisy(3), verdict="good_fit"), "answers.verdict", again=again, same_verdict=True).points == 0


def recomputed_gap(gap, said, within=None):
    again = dataclasses.replace(judge(TrainingHistory.of(noisy(0))), gap=gap)
    return marked(log(noisy(0), more={"gap": said}), "answers.gap", again=again, matches_recomputed=True, within=within)


@pytest.mark.parametrize(
    ("gap", "said", "within", "points"),
    [
        (0.4149, "0.41", None, 3),
        (0.415, "0.41", None, 3),
        (0.4151, "0.41", None, 0),
        (0.405, "0.41", None, 3),
        (0.4049, "0.41", None, 0),
        (0.41, "0.4", None, 3),
        (0.45, "0.4", None, 0),  # a tenth of 0.45 is the most that rounding explains
        (0.44, "0.4", None, 3),
        (0.49, "0", None, 0),
        (0.41, "0.42", 0.01, 3),
        (0.41, "0.4201", 0.01, 0),
        (0.41, "0.41000001", 0.0, 3),
        (0.41, "0.410001", 0.0, 0),
        (-0.41, "-0.41", None, 3),
        (0.41, "41 %", None, 3),
    ],
)
def test_recomputed_number_matches_as_far_as_it_was_written(gap, said, within, points):
    assert recomputed_gap(gap, said, within).points == points


def test_recomputed_number_is_told_beside_what_was_said():
    assert recomputed_gap(0.4151, "0.41").evidence == "The answers.gap is 0.41; computed again from the curves it is 0.4151."
    assert recomputed_gap(0.41, "0.41").evidence == "The answers.gap is 0.41, and so it is when computed again from the curves."
    assert recomputed_gap(0.412345671, "0.41234567").evidence.startswith("The answers.gap is 0.4123, and so it is when")
    assert recomputed_gap(0.41, "much").evidence == 'The answers.gap is "much", which is no number.'
    assert recomputed_gap(None, "0.4").evidence == 'The answers.gap is "0.4"; the curves do not tell it.'


@pytest.mark.parametrize(
    ("condition", "above", "told"),
    [
        (Condition("at_most", 60.0), Condition("at_most", 52.0), "The answers.x is 55, at most 60; up to 52 it gives more points."),
        (
            Condition("at_least", 50.0),
            Condition("at_least", 60.0),
            "The answers.x is 55, at least 50; from 60 on it gives more points.",
        ),
        (Condition("at_most", 60.0), Condition("at_least", 70.0), "The answers.x is 55, at most 60."),
        (Condition("between", (50.0, 60.0)), Condition("between", (1.0, 2.0)), "The answers.x is 55, between 50 and 60."),
        (Condition("at_least", 50.0), Condition("one_of", ("a",)), "The answers.x is 55, at least 50."),
    ],
)
def test_second_level_says_what_more_would_take_where_it_can(curves, condition, above, told):
    rubric = Rubric("R", (Criterion("X", 2.0, ("answers.x",), (Level(above, 2.0), Level(condition, 1.0))),))
    work = log(curves("overfitting"), more={"x": "55"})
    (found,) = mark(rubric, work, work.result.diagnosis)
    assert (found.points, found.possible, found.evidence) == (1.0, 2.0, told)


def test_text_for_a_person_is_cut_where_nobody_reads_on(curves):
    rubric = Rubric("R", (Criterion("Why", 2.0, ("answers.why",), manual=True), Criterion("Show", 1.0, manual=True)))
    work = log(curves("overfitting"), why="x" * 20_001)
    why, shown = mark(rubric, work, work.result.diagnosis)
    assert why.text == "x" * 20_000 and shown.text is None and shown.evidence == "To be read by a person."


def test_first_text_that_is_there_is_read(curves):
    rubric = Rubric("R", (Criterion("Why", 2.0, ("notes", "answers.why"), manual=True),))
    work = log(curves("overfitting"), why="It rises.")
    assert mark(rubric, work, work.result.diagnosis)[0].text == "It rises."


def test_failed_marks_keep_titles_and_who_reads():
    rubric = Rubric("R", (Criterion("A", 2.0, manual=True), Criterion("B", 1.0)))
    assert [(one.title, one.manual, one.text) for one in failed(rubric, "Empty.")] == [("A", True, None), ("B", False, None)]


# Fields


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("answers.best_epoch", "number"),
        ("answers.verdict", "text"),
        ("answers.own", "open"),
        ("answers.more.own", "open"),
        ("answers.", None),
        ("answers", None),
        ("partial", "truth"),
        ("history.epochs", "list"),
        ("plan.options.group", "open"),
        ("plan.options.", None),
        ("plan.options", None),
        ("refit.test.loss", "number"),
        ("refit.test", None),
        ("nothing", None),
        ("", None),
        ("studies.repeats", "list"),
        ("answers. ", None),
        ("seconds.train", "number"),
        ("refit.nothing", None),
    ],
)
def test_kind_of_is_what_a_path_leads_to(path, kind):
    assert fields.kind_of(path) == kind


def test_fixed_fields_are_all_known_and_whole():
    found = fields.fixed_fields()
    assert "refit.test.accuracy" in found and "history.epochs" in found and not any(path.endswith(".") for path in found)
    assert set(fields.LABELS) <= set(found) and all(fields.kind_of(path) for path in found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("history.epochs", 20),
        ("plan.batch_size", 512),
        ("plan.learning_rate", None),
        ("partial", False),
        ("plan.optimizer", "rmsprop"),
        ("diagnosis.best_epoch", 4),
        ("answers.best_epoch", None),
        ("refit", None),
        ("refit.test.nothing", None),
        ("studies.repeats", 0),
        ("plan.batch_size", 512),
        ("nothing.at.all", None),
    ],
)
def test_looked_up_is_a_plain_value_or_nothing(report, path, value):
    assert fields.looked_up(report, path, report.result.diagnosis) == value


def test_looked_up_answers_are_the_students_own(report):
    given = Answers(best_epoch=7, why="  ", more={"gap": " 0.2 ", "odd": ""})
    beside = dataclasses.replace(report, answers=given)
    within = dataclasses.replace(report, result=dataclasses.replace(report.result, answers=given))
    for work in (beside, within):
        again = work.result.diagnosis
        assert [
            fields.looked_up(work, f"answers.{name}", again) for name in ("best_epoch", "why", "gap", "more.gap", "odd", "no")
        ] == [
            7,
            None,
            "0.2",
            "0.2",
            None,
            None,
        ]


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_looked_up_number_that_is_none_is_not_there(report, loss):
    test = dataclasses.replace(report.result.refit.test, loss=loss)
    result = dataclasses.replace(report.result, refit=dataclasses.replace(report.result.refit, test=test))
    assert fields.looked_up(dataclasses.replace(report, result=result), "refit.test.loss", report.result.diagnosis) is None


@pytest.mark.parametrize(
    ("path", "can"),
    [
        ("diagnosis.gap", True),
        ("answers.gap", True),
        ("answers.more.gap", True),
        ("answers.best_val_loss", True),
        ("answers.why", False),
        ("diagnosis.plateau", False),
        ("refit.gap", False),
        ("gap", False),
    ],
)
def test_can_be_recomputed_is_what_the_curves_alone_say(path, can):
    assert fields.can_be_recomputed(path) is can
