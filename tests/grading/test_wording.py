"""What a class's pages say of curves, marks and flags, and what a student reads."""

import dataclasses
import math

import pytest

from fitscope.grading import wording
from fitscope.grading.feedback_view import feedback
from fitscope.grading.records import Facts, Flag, Graded, Student
from fitscope.history import TrainingHistory
from fitscope.language import speaking
from fitscope.report.numbers import number
from fitscope.result import Score


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ((9, 10, 11, 12), "The shaded epochs, 9 to 12, are as good as the best."),
        ((9, 10, 12), "Of the shaded epochs, 9 to 12, 3 are as good as the best."),
        ((), "The shaded epochs, 9 to 12, are as good as the best."),
    ],
)
def test_curves_count_the_shaded_epochs_as_the_verdict_does(make_graded, members, told):
    facts = dataclasses.replace(make_graded(3).facts, best_epoch=12, plateau=(9, 12), members=members, verdict="overfitting")
    assert wording.curves(facts).endswith(told)
    assert ("3 of the epochs 9 to 12" in wording.verdict(facts)) == told.startswith("Of")


def test_curves_without_a_plateau_speak_of_no_shade(make_graded):
    facts = dataclasses.replace(make_graded(3).facts, plateau=None)
    assert "shaded" not in wording.curves(facts)
    with speaking("ko"):
        assert "훈련 손실" in wording.curves(facts)


def facts(**changes):
    history = TrainingHistory.of({"loss": [1.0, 0.5, 0.25], "val_loss": [1.0, 0.6, 0.7]})
    return Facts(**({"history": history, "best_epoch": 2, "plateau": None, "members": (), "verdict": "overfitting"} | changes))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (-0.0, "0"),
        (-0.00001, "0"),
        (2.0, "2"),
        (10.0, "10"),
        (0.25, "0.25"),
        (1 / 3, "0.3333"),
        (100.5, "100.5"),
        (-1.5, "-1.5"),
    ],
)
def test_points_are_written_as_people_do(value, text):
    assert wording.points(value) == text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Best after epoch 2; from epoch 3 on validation loss rises."),
        ({"verdict": "underfitting"}, "Not trained out: validation loss still falls at the last epoch, 3."),
        ({"verdict": "good_fit"}, "Best after epoch 2; validation loss has levelled off and does not rise."),
        ({"verdict": "diverged"}, "The training diverged: its loss rose above where it began, or was no longer a number."),
        ({"verdict": "inconclusive"}, "The curves cannot settle the verdict: there are too few epochs, or too much noise."),
        ({"best_epoch": None}, "overfitting"),
        ({"best_epoch": None, "verdict": "good_fit"}, "good fit"),
        ({"verdict": "odd"}, "odd"),
    ],
)
def test_verdict_is_told_in_a_sentence(changes, told):
    assert wording.verdict(facts(**changes)) == told
    assert wording.verdict(facts(verdict="not_learning")).startswith("Nothing was learnt")


def test_curves_are_told_with_their_first_lowest_and_last_values():
    assert wording.curves(facts()) == (
        "The training loss goes from 1.000 to 0.250. The validation loss begins at 1.000, is lowest at epoch 2 with 0.600, and "
        "ends at 0.700."
    )


def test_curves_with_gaps_begin_and_end_where_they_are_known():
    late = TrainingHistory.of({"loss": [math.nan, 0.5, math.inf], "val_loss": [math.nan] * 3}, range(11, 14))
    assert wording.curves(facts(history=late, best_epoch=None)) == "The training loss goes from 0.500 to 0.500."
    bend = TrainingHistory.of({"loss": [math.nan] * 3, "val_loss": [math.nan, 0.6, 0.5]}, range(11, 14))
    assert wording.curves(facts(history=bend)).startswith("The validation loss begins at 0.600, is lowest at epoch 13 with 0.500")


def test_curves_of_one_best_epoch_speak_of_no_shade():
    assert "shaded" not in wording.curves(facts(plateau=(2, 2)))
    assert wording.curves(facts(plateau=(2, 3))).endswith("The shaded epochs, 2 to 3, are as good as the best.")


@pytest.mark.parametrize(("plateau", "told"), [(None, "2"), ((2, 2), "2"), ((1, 3), "2 (1 to 3)")])
def test_best_epoch_stands_with_the_plateau_around_it(plateau, told):
    assert wording.best_and_plateau(facts(plateau=plateau)) == told


@pytest.mark.parametrize(
    ("score", "told"),
    [
        (Score(0.25, (0.2, 0.3), None, None, 9), "loss 0.250"),
        (Score(0.25, (0.2, 0.3), 0.5, (0.4, 0.6), 9), "accuracy 50.0 %, loss 0.250"),
        (Score(0.25, (0.2, 0.3), None, None, 9, 3.5, (3.0, 4.0)), "mean absolute error 3.500, loss 0.250"),
    ],
)
def test_test_result_is_told_by_what_there_is(score, told):
    assert wording.test_result(score) == told


def test_flags_have_names_and_rates_and_say_what_was_not_measured():
    assert wording.flag("late") == "late" and wording.flag("odd") == "odd" and wording.rate("odd") == ""
    assert wording.rate("same_answers").endswith("How often honest work has this was not measured.")
    assert wording.rate("same_curves") == wording.RATES["same_curves"]
    assert (
        wording.measured(["late"]) == wording.measured([]) == "" and wording.measured(["late", "same_curves"]) == wording.MEASURED
    )


@pytest.mark.parametrize(
    ("student", "called"),
    [(Student("Kim", "7", "k@x"), "Kim"), (Student(None, "7", "k@x"), "7"), (Student(email="k@x"), "k@x"), (Student(), "kim_1")],
)
def test_person_is_called_by_name_number_address_or_hand_in(student, called):
    assert wording.person(Graded("kim_1", student, (), ())) == called


@pytest.mark.parametrize(("said", "told"), [(None, None), ("good_fit", "good fit"), ("fine", "fine")])
def test_said_verdict_is_its_name_or_the_students_word(said, told):
    assert wording.said_verdict(said) == told


@pytest.mark.parametrize(
    ("text", "most", "told"),
    [
        (" abc \n", 3, "abc"),
        ("abcd", 3, "abc … (cut here; the whole text stands in the file)"),
        ("a\n\n\n\nb", 9, "a\n\nb"),
        ("a\n\nb", 9, "a\n\nb"),
    ],
)
def test_excerpt_is_no_longer_than_anybody_reads(text, most, told):
    assert wording.excerpt(text, most) == told


# What a student reads


def page(one, rubric="Find the best epoch", created="2026-12-01T10:00:00+00:00"):
    return feedback(one, rubric, created)


def test_feedback_holds_marks_facts_and_picture(make_graded):
    one = make_graded(1)
    view = page(one)
    assert (view.title, view.student, view.number, view.created) == ("Find the best epoch", one.student.name, one.student.id,
                                                                     "1 December 2026, 10:00 UTC")  # fmt: skip
    assert (view.points, view.possible, view.waits) == (wording.points(one.points), "12.5", "3")
    assert [(row.title, row.points, row.possible, row.waits, row.decided) for row in view.rows][2:] == [
        ("Test accuracy", "2", "2", False, None), ("Size of the gap", wording.points(one.marks[3].points), "1.5", False, None),
        ("Why", "–", "3", True, None),
    ]  # fmt: skip
    assert view.rows[2].evidence == "The test accuracy is 0.791." and view.error is None and view.raised == ()
    assert (view.picture.width, view.picture.height) == (480, 180)
    assert view.low == number(view.picture.low) and view.high == number(view.picture.high)
    assert view.told == wording.curves(one.facts) and view.verdict == wording.verdict(one.facts)


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({}, [("verdict", "overfitting", ""), ("best epoch", "2", "")]),
        (
            {"claimed_verdict": "good_fit", "claimed_best_epoch": 3},
            [("verdict", "overfitting", "good fit"), ("best epoch", "2", "3")],
        ),
        ({"claimed_verdict": "so so"}, [("verdict", "overfitting", "so so"), ("best epoch", "2", "")]),
        ({"test_accuracy": 0.5}, [..., ("test result", "–", "accuracy 50.0 %")]),
        ({"test_accuracy": 0.5, "test": Score(0.25, (0.2, 0.3), None, None, 9)}, [..., ("test result", "–", "loss 0.250")]),
    ],
)
def test_feedback_puts_what_the_student_says_beside_the_curves(changes, rows):
    one = Graded("kim", Student("Kim"), (), (), facts=facts(**changes))
    found = [(fact.name, fact.computed, fact.said) for fact in page(one).facts]
    assert found == rows if rows[0] is not ... else (len(found) == 3 and found[-1] == rows[1])


def test_feedback_of_what_could_not_be_read_says_so_once(make_graded):
    marks = tuple(dataclasses.replace(mark, evidence="It is empty.", points=0.0) for mark in make_graded(1).marks)
    view = page(make_graded(1, error="It is empty.", marks=marks, facts=None))
    assert view.error == "It is empty." and {row.evidence for row in view.rows} == {""} and view.waits is None
    assert (view.picture, view.told, view.low, view.high, view.verdict, view.facts) == (None, "", "", "", "", ())
    assert view.heading == "This could not be read" and view.advice.startswith("Nothing could be graded")


def test_feedback_of_who_is_not_on_the_roster_says_that_it_was_read(make_graded):
    view = page(make_graded(1, error="Minji Kim is not on the roster; add a row, or mend the name."))
    assert view.heading == "It is not clear whose this is" and view.advice.startswith("Your hand-in was read")
    assert view.picture is not None


def test_feedback_of_nobody_known_has_no_number_beside_the_name():
    assert page(Graded("kim_1", Student(None, "7"), (), ())).number is None
    assert page(Graded("kim_1", Student("Kim", "7"), (), ())).number == "7"


def test_feedback_shows_decisions_and_flags_that_are_to_be_shown(make_graded):
    flags = (Flag("late", "Late: ask.", shown=True), Flag("same_curves", "Alike: ask."))
    view = page(make_graded(3, flags=flags))
    assert (
        view.raised == ("Late: ask.",)
        and view.rows[-1].decided == "2 of 3 points: read (Lee, 2026-11-20)"
        and not view.rows[-1].waits
    )
