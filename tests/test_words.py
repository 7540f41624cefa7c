import string

import pytest

from fitscope import words
from fitscope.diagnosis.advice import ADVICE
from fitscope.diagnosis.findings import CHECKS
from fitscope.diagnosis.verdict import verdict  # noqa: F401 (its codes are those of words.VERDICTS)

NUMBERS = {
    "best": 4, "first": 3, "last_member": 5, "last": 20, "why": "guessing", "majority": 0.5, "epoch": 3, "epochs": 4,
    "from_epoch": 6, "percent": 12.3, "last_epoch": 20, "samples": 1000, "accuracy_epoch": 9, "loss_epoch": 4, "at_best": 0.1,
    "at_end": 0.5, "loss": 2.3, "classes": 10, "guessing": 2.3, "peak": 9, "second": 12, "validation": 0.2, "training": 0.3,
    "count": 2, "rises": 40, "falls": True,
}  # fmt: skip


@pytest.mark.parametrize("code", words.VERDICTS)
@pytest.mark.parametrize("why", words.REASONS)
def test_verdict_is_one_whole_sentence(code, why):
    said = words.verdict(code, NUMBERS | {"why": why})
    assert said[0] in string.ascii_uppercase
    assert said.endswith(".")
    assert "{" not in said
    assert "None" not in said


@pytest.mark.parametrize("code", words.FINDINGS)
def test_finding_is_one_whole_sentence(code):
    said = words.finding(code, NUMBERS)
    assert said.endswith(".")
    assert "{" not in said


def test_plateau_of_one_epoch_is_not_spelt_out():
    assert "as good" not in words.verdict("overfitting", NUMBERS | {"first": 4, "last_member": 4})


def test_every_advice_and_finding_has_its_sentence():
    assert set(words.FINDINGS) == set(CHECKS)
    assert set(ADVICE) <= set(CHECKS)
    assert {code for codes in ADVICE.values() for code in codes} == set(words.ADVICE)


@pytest.mark.parametrize("reason", words.SCALING)
def test_reason_for_no_curve_is_whole_sentences(reason):
    assert words.scaling(reason).endswith(".")
    assert words.scaling(reason)[0] in string.ascii_uppercase


@pytest.mark.parametrize("code", words.REMEDIES)
def test_remedy_has_a_short_name_with_its_strength(code):
    assert words.remedy(code, {}) == words.REMEDIES[code][0]
    assert words.remedy(code, {code: 0.5}) == f"{words.REMEDIES[code][0]} 0.5"


@pytest.mark.parametrize(
    ("ways", "says"),
    [
        ((1, 1), "A lowers the best validation loss by 1, B by 2."),
        ((1, -1), "A lowers the best validation loss by 1; B raises the best validation loss by 2."),
        ((1, 0), "A lowers the best validation loss by 1; B: no difference beyond chance."),
        ((0, 0), "No remedy changes the best validation loss by more than chance explains."),
    ],
)
def test_ranking_tells_help_harm_and_no_difference_apart(ways, says):
    assert words.ranking([("A", "1", ways[0]), ("B", "2", ways[1])], one_seed=False) == says


def test_large_losses_have_their_thousands_set_apart():
    assert "3,012.4" in words.evidence("still_rising", {"why": "still_rising", "rise": 3012.41, "rise_limit": 250_000.5})
    assert "250,000" in words.evidence("still_rising", {"why": "still_rising", "rise": 3012.41, "rise_limit": 250_000.4})
    assert "4,000.0" in words.finding("gap_widens_without_harm", {"at_best": 4000.0, "at_end": 5000.0})


def test_code_of_a_newer_fitscope_is_shown_as_it_is():
    assert words.finding("too_salty", {}) == "too_salty"
    assert words.advice("add_water") == "add_water"


def test_rise_that_is_ruled_out_altogether_is_no_negative_height():
    said = words.evidence("good_fit", {"rise_upper": -0.003, "rise_limit": 0.02})
    assert said.startswith("The end lies no further above the lowest validation loss than selection and noise explain")


def test_end_never_lies_below_the_lowest_validation_loss():
    given = {"reason": "noise", "rise": -0.018, "rise_upper": 0.09, "rise_limit": 0.03, "rise_by_chance": 0.4}
    assert words.evidence("inconclusive", given).startswith(
        "The end lies 0 above the lowest validation loss; the true rise may reach 0.09"
    )


def test_plateau_with_holes_is_not_called_as_good_throughout():
    given = {"best": 11, "first": 9, "last_member": 11, "last": 20, "members": 2}
    said = words.verdict("overfitting", given)
    assert said.startswith("Best after epoch 11 (2 of the epochs 9 to 11 are as good); from epoch 12")


@pytest.mark.parametrize("say", [words.label, words.advice, words.check, words.severity, words.refit_skipped, words.scaling])
def test_long_code_that_nobody_knows_is_cut(say):
    assert len(say("x" * 10_000)) < 100


def test_long_code_of_a_finding_a_leak_or_a_remedy_is_cut():
    assert len(words.finding("x" * 10_000, {})) == len(words.leak("x" * 10_000, {})) == len(words.remedy("x" * 10_000, {})) == 60
