"""What a submission earns by each criterion, and what is said of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.diagnosis import judge
from fitscope.grading.examine import examine
from fitscope.grading.fields import claimed, fixed_fields, kind_of, label, looked_up
from fitscope.grading.marking import LONGEST, failed, mark
from fitscope.grading.recomputed import recomputed
from fitscope.grading.records import HandIn, Student, Work
from fitscope.grading.rubric import Condition, Criterion, Level, Rubric, read_rubric
from fitscope.grading.starting import starting_rubric
from fitscope.grading.values import figure, number_in, ranges, rounding, verdict_in
from fitscope.history import TrainingHistory
from fitscope.language import speaking
from fitscope.logs import result_of
from fitscope.readers import Reading
from fitscope.result import Answers, Result
from fitscope.words.verdicts import LABELS

PAGE = (Path(__file__).parents[2] / "reports" / "sample-imdb" / "report.html").read_text(encoding="utf8")
CONTENT = json.loads(PAGE.partition('<script type="application/json" id="fitscope-result">')[2].partition("</script>")[0])
RESULT = Result.from_json(CONTENT)
SAID = recomputed(RESULT)[0]
TOLD = {"best_epoch": 4, "verdict": "overfitting"}


def log(val_loss, loss=None):
    history = TrainingHistory.of({"loss": loss or [1 / (i + 1) for i in range(len(val_loss))], "val_loss": val_loss})
    return result_of(Reading("training.log", None, history), judge(history), "")


def own(best=5, epochs=12):
    """A log that overfits from this epoch on."""
    return log([0.5 + abs(i + 1 - best) / 50 for i in range(epochs)])


def worked(result=RESULT, shown=(("best epoch", "4", ""),), **answers):
    return Work(result, Answers(**answers) if answers else None, None if result.log is not None else shown)


def said(result):
    """What the curves say, computed once for the sample."""
    return SAID if result.history is RESULT.history else recomputed(result)[0]


def one(kind, wanted=True, *, field, within=None, work=None, again=None):
    """Mark by one criterion of 2 points; say whether it gives, and why."""
    work = work or worked()
    field = (field,) if isinstance(field, str) else field
    criteria = (Criterion("A", 2.0, field, (Level(Condition(kind, wanted, within), 2.0),)),)
    (found,) = mark(Rubric("R", criteria), work, again or said(work.result))
    assert found.points in (0, 2) and found.possible == 2
    return found.points == 2, found.evidence


@pytest.mark.parametrize(
    "kind, wanted, value, gives, evidence",
    [
        ("at_least", 0.8, 0.8, True, "The stated test accuracy is 0.8, at least 0.8."),
        ("at_least", 0.8, 0.79996, False, "The stated test accuracy is 0.79996, less than 0.8."),
        ("at_least", 0.3, 0.1 + 0.2, True, "at least 0.3"),
        ("at_least", 0.8, 88.0, False, "The stated test accuracy is 88; an accuracy lies between 0 and 1."),
        ("at_most", 0.8, 0.7, True, "The stated test accuracy is 0.7, at most 0.8."),
        ("at_most", 0.8, 0.9, False, "The stated test accuracy is 0.9, more than 0.8."),
        ("at_most", 0.8, -0.1, False, "an accuracy lies between 0 and 1"),
        ("between", (0.7, 0.8), 0.7, True, "The stated test accuracy is 0.7, between 0.7 and 0.8."),
        ("between", (0.7, 0.8), 0.69, False, "The stated test accuracy is 0.69, not between 0.7 and 0.8."),
        ("equals", 0.8, 0.8, True, "The stated test accuracy is 0.8, as asked."),
        ("equals", 0.8, 0.81, False, "The stated test accuracy is 0.81; asked was 0.8."),
        ("one_of", (0.7, 0.8), 0.8, True, "The stated test accuracy is 0.8, one of: 0.7, 0.8."),
        ("one_of", (0.7, 0.8), 0.9, False, "The stated test accuracy is 0.9, none of: 0.7, 0.8."),
    ],
)
def test_number_is_judged_and_both_numbers_are_said(kind, wanted, value, gives, evidence):
    found, told = one(kind, wanted, field="answers.test_accuracy", work=worked(test_accuracy=value))
    assert found is gives and evidence in told


@pytest.mark.parametrize(
    "kind, wanted", [("at_least", 0.0), ("at_most", 9.0), ("equals", 1.0), ("in_plateau", True), ("matches_recomputed", True)]
)
@pytest.mark.parametrize("result", [RESULT, own()])
def test_what_was_not_handed_in_earns_nothing_and_is_named(kind, wanted, result):
    assert one(kind, wanted, field="answers.best_epoch", work=worked(result)) == (False, "No stated best epoch was handed in.")


@pytest.mark.parametrize(
    "value, gives", [("32", True), (" 32.0 ", True), ("31", False), ("thirty-two", False), ("nan", False), ("1e999", False)]
)
def test_answer_to_an_own_question_is_a_text_that_may_be_a_number(value, gives):
    assert one("equals", 32.0, field="answers.batch", work=worked(more={"batch": value}))[0] is gives
    assert one("between", (32.0, 33.0), field="answers.more.batch", work=worked(more={"batch": value}))[0] is gives


def test_text_that_is_no_number_is_quoted_on_one_short_line():
    _, told = one("at_least", 1.0, field="answers.batch", work=worked(more={"batch": "<b>\n" + "x" * 500}))
    assert told.startswith('The answers.batch is "<b> xxx') and told.endswith('…", which is no number.') and len(told) < 130


def test_loss_below_0_is_no_small_loss():
    found, told = one("at_most", 0.3, field="answers.test_loss", work=worked(test_loss=-1.0))
    assert not found and told == "The stated test loss is -1; it cannot lie below 0."


@pytest.mark.parametrize("wanted, gives", [(" ADAM ", True), ("sgd", False)])
def test_text_is_compared_without_case_and_blanks(wanted, gives):
    work = worked(more={"optimizer": "Adam"})
    assert one("equals", wanted, field="answers.optimizer", work=work)[0] is gives
    assert one("one_of", (wanted, "x"), field="answers.optimizer", work=work)[0] is gives


@pytest.mark.parametrize("wanted, gives", [(False, True), (True, False)])
def test_truth_value_is_judged(wanted, gives):
    assert one("equals", wanted, field="partial") == (
        gives,
        f"The partial is false{', as asked' if gives else '; asked was true'}.",
    )


def test_list_counts_as_the_number_of_its_entries():
    assert one("at_least", 20.0, field="history.epochs") == (True, "The number of epochs is 20, at least 20.")


def test_first_field_that_is_there_counts():
    fields = ("answers.test_accuracy", "refit.test.accuracy")
    assert "refitted model's test accuracy" in one("at_least", 0.5, field=fields)[1]
    assert one("at_least", 0.9, field=fields, work=worked(test_accuracy=0.95)) == (
        True,
        "The stated test accuracy is 0.95, at least 0.9.",
    )


def test_first_level_that_holds_counts():
    levels = tuple(Level(Condition("at_least", limit), points) for limit, points in ((0.9, 3.0), (0.8, 2.0), (0.5, 1.0)))
    rubric = Rubric("R", (Criterion("A", 3.0, ("answers.test_accuracy",), levels),))
    found = [mark(rubric, worked(test_accuracy=value), SAID)[0] for value in (0.95, 0.85, 0.6, 0.1)]
    assert [one.points for one in found] == [3, 2, 1, 0]
    assert found[2].evidence.endswith("at least 0.5.") and found[3].evidence.endswith("less than 0.5.")


@pytest.mark.parametrize(
    "epoch, within, gives, part",
    [
        (5, None, True, "Epoch 5 is one of those that the validation data cannot tell from the best: "),
        (1, None, False, "Epoch 1 is none of those"),
        (1, 100.0, True, "Epoch 1 is near those"),
        (99, None, False, "Epoch 99 is none of those"),
        (-3, None, False, "Epoch -3 is none of those"),
    ],
)
def test_best_epoch_lies_in_the_plateau_of_its_own_curves(epoch, within, gives, part):
    found, told = one("in_plateau", field="answers.best_epoch", within=within, work=worked(own(), best_epoch=epoch))
    assert found is gives and told.startswith(part)


@pytest.mark.parametrize("value", ["four", "4.5", "nan", "1e400"])
def test_best_epoch_that_is_no_epoch_earns_nothing(value):
    found, told = one("in_plateau", field="answers.epoch", work=worked(more={"epoch": value}))
    assert not found and told == f'The answers.epoch is "{value}", which is no epoch.'


def test_best_epoch_of_curves_without_validation_loss_cannot_be_judged():
    history = TrainingHistory.of({"loss": [3.0, 2.0, 1.0]})
    work = worked(result_of(Reading("training.log", None, history), judge(history), ""), best_epoch=2)
    assert one("in_plateau", field="answers.best_epoch", work=work) == (
        False,
        "Epoch 2 cannot be judged, for no epoch has a validation loss.",
    )


@pytest.mark.parametrize(
    "word, gives", [("overfitting", True), ("Over-Fitting", True), ("과적합", True), ("good_fit", False), ("fine", False)]
)
def test_verdict_in_any_language_is_compared_with_the_curves(word, gives):
    found, told = one("same_verdict", field="answers.verdict", work=worked(verdict=word))
    assert found is gives and "overfitting" in told


def test_verdict_of_inconclusive_curves_gives_where_they_go_with_it():
    inconclusive = [2.0, 1.2, 0.8, 0.6, 0.5, 0.48, 0.5, 0.47, 0.53, 0.5, 0.55, 0.52]
    result = log(inconclusive)
    assert result.diagnosis.verdict == "inconclusive"
    outcomes = {word: one("same_verdict", field="answers.verdict", work=worked(result, verdict=word)) for word in LABELS}
    assert outcomes["inconclusive"][0] and not outcomes["not_learning"][0] and not outcomes["diverged"][0]
    assert any(outcomes[word][0] for word in ("overfitting", "good_fit"))
    assert all("do not settle" in outcomes[word][1] for word in ("overfitting", "underfitting", "good_fit"))


@pytest.mark.parametrize("claim, gives", [(5, True), (6, False)])
def test_claimed_best_epoch_is_compared_with_the_curves(claim, gives):
    assert one("matches_recomputed", field="answers.best_epoch", work=worked(own(), best_epoch=claim))[0] is gives


@pytest.mark.parametrize("off, gives", [(0, True), (0.01, False)])
def test_claimed_gap_may_be_rounded(off, gives):
    claim = f"{own().diagnosis.gap + off:.3f}"
    assert one("matches_recomputed", field="answers.gap", work=worked(own(), more={"gap": claim}))[0] is gives


def test_claim_rounded_to_nothing_says_too_little():
    gap = own().diagnosis.gap
    assert not one("matches_recomputed", field="answers.gap", work=worked(own(), more={"gap": f"{round(gap):d}"}))[0]
    assert one("matches_recomputed", field="answers.gap", within=1.0, work=worked(own(), more={"gap": f"{round(gap):d}"}))[0]


@pytest.mark.parametrize("kind", ["in_plateau", "same_verdict", "matches_recomputed"])
def test_diagnosis_of_a_log_or_a_blind_report_is_nobodys_claim(kind):
    path = "diagnosis.verdict" if kind == "same_verdict" else "diagnosis.best_epoch"
    for result in (own(), dataclasses.replace(RESULT, blind=True)):
        found, told = one(kind, field=path, work=worked(result))
        assert not found and told == f"No {label(path)} was handed in."
    assert one(kind, field=path)[0]


def test_diagnosis_that_was_edited_earns_nothing_and_moves_no_other_criterion():
    diagnosis = dataclasses.replace(RESULT.diagnosis, verdict="good_fit", best_epoch=19)
    work, again = worked(dataclasses.replace(RESULT, diagnosis=diagnosis)), SAID
    assert not one("same_verdict", field="diagnosis.verdict", work=work, again=again)[0]
    assert not one("in_plateau", field="diagnosis.best_epoch", work=work, again=again)[0]
    assert one("at_most", 10.0, field="diagnosis.best_epoch", work=work, again=again)[0]


@pytest.mark.parametrize(
    "why, told", [("It rises.", "To be read by a person."), (None, "Nothing was written here; a person decides.")]
)
def test_manual_criterion_waits_for_a_person_with_its_text(why, told):
    rubric = Rubric("R", (Criterion("Why", 2.0, ("answers.why",), manual=True),))
    (found,) = mark(rubric, worked(why=why, best_epoch=1), SAID)
    assert (found.points, found.text, found.evidence, found.manual) == (None, why, told, True)


def test_manual_text_is_cut_where_nobody_reads_on():
    rubric = Rubric("R", (Criterion("Why", 2.0, ("answers.why",), manual=True),))
    assert len(mark(rubric, worked(why="x" * 90_000), SAID)[0].text) == LONGEST


def test_failed_gives_0_of_everything_with_the_reason(make_rubric):
    found = failed(make_rubric(), "It is no zip.")
    assert [one.points for one in found] == [0] * 5 and {one.evidence for one in found} == {"It is no zip."}
    assert sum(one.possible for one in found) == make_rubric().possible


@pytest.fixture
def earned(tmp_path):
    """Examine hand-ins by the starting rubric."""
    path = tmp_path / "rubric.toml"
    path.write_text(starting_rubric("imdb"), encoding="utf8")

    def examined(**contents):
        for name, content in contents.items():
            (tmp_path / name).write_text(content, encoding="utf8")
        paths = tuple(tmp_path / name for name in contents)
        return examine(HandIn("kim", Student(), paths, tuple(contents)), read_rubric(path)).graded

    return examined


LOG = "epoch,loss,val_loss\n" + "".join(f"{i},{1 / (i + 1):.6f},{0.5 + abs(i - 4) / 50:.6f}\n" for i in range(12))
ANSWERS = "---\nbest_epoch: 5\nverdict: {}\ntest_accuracy: 0.87\n---\nIt rises from epoch 6 on.\n"


@pytest.mark.parametrize("word", ["overfitting", "Overfitting", "과적합"])
def test_log_with_answers_earns_all_but_what_a_person_gives(earned, word):
    found = earned(**{"training.log": LOG, "answers.md": ANSWERS.format(word)})
    assert found.error is None and [one.points for one in found.marks] == [3, 2, 1, 2, None]
    assert (found.points, found.pending, found.flags) == (8, 2, ()) and found.marks[-1].text == "It rises from epoch 6 on."


def test_log_without_answers_earns_only_what_its_curves_show(earned):
    assert [one.points for one in earned(**{"training.log": LOG}).marks] == [0, 0, 1, 0, None]


def test_report_earns_what_its_script_would(earned):
    found = earned(**{"report.html": PAGE})
    assert [one.points for one in found.marks[:3]] == [3, 2, 1] and found.marks[3].points >= 1


@settings(max_examples=150, deadline=None)
@given(
    path=st.sampled_from([*fixed_fields(), "answers.own"]),
    kind=st.sampled_from(
        ["equals", "at_least", "at_most", "between", "one_of", "in_plateau", "same_verdict", "matches_recomputed"]
    ),
    wanted=st.floats(-1e6, 1e6) | st.just("adam"),
    within=st.none() | st.floats(0, 10),
    value=st.text(max_size=20) | st.floats().map(str) | st.sampled_from(["{x}", "%s", "9" * 400, "\ud800"]),
    epoch=st.none() | st.integers(-(2**53), 2**53),
    result=st.sampled_from([RESULT, own(), dataclasses.replace(RESULT, blind=True, holdout=None, refit=None)]),
)
def test_points_are_never_below_0_nor_above_possible_whatever_is_written(path, kind, wanted, within, value, epoch, result):
    wanted = {"between": (-1.0, 1.0), "one_of": (wanted,)}.get(kind, wanted if kind == "equals" else 0.5)
    work = worked(result, best_epoch=epoch, verdict=value, why=value, more={"own": value})
    _, told = one(kind, wanted, field=path, within=within, work=work)
    assert told and "\n" not in told


@pytest.mark.parametrize("path", fixed_fields())
def test_every_field_leads_to_what_it_says(path):
    for work in (worked(**TOLD), worked(own())):
        for value in (looked_up(work, path, said(work.result)), claimed(work, path)):
            kinds = {"number": (int, float), "text": str, "truth": bool, "list": int, "open": (int, float, str, bool)}
            assert value is None or isinstance(value, kinds[kind_of(path)])


@pytest.mark.parametrize("code", LABELS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_verdict_in_knows_every_name_of_every_verdict(code, language):
    from fitscope.words.verdicts import label as name

    with speaking(language):
        assert verdict_in(f" {name(code).upper()} ") == code


@pytest.mark.parametrize("value", [None, True, [], "", "four", "nan", "inf", "-inf", "1e999", 10**400, "1,5", "0x10"])
def test_number_in_what_is_no_number_is_none(value):
    assert number_in(value) is None


def test_values_as_sentences_show_them():
    assert (figure(-0.0), figure(1e300), figure(1e-12), figure(0.86, 0.859996)) == ("0", "1e+300", "1e-12", "0.86")
    assert (ranges(()), ranges([2, 1, 2]), ranges([9, 1])) == ("", "1–2", "1, 9")
    assert (rounding("x"), rounding("nan"), rounding(12), rounding("1e5"), rounding("1.50")) == (0, 0, 0.5, 0.5, 0.005)
