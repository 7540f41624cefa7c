import dataclasses
import re

import pytest

from fitscope.history import TrainingHistory
from fitscope.report.page import render
from fitscope.report.teach_view import teaching


def asked(result):
    return {question.name: question for question in teaching(result).questions}


def right(question):
    return [choice.text for choice in question.choices if choice.right]


@pytest.fixture(params=["overfitting", "underfitting", "good_fit", "not_learning"])
def judged(request, fake_training):
    from fitscope.analysis import analyze

    fake_training(request.param)
    return analyze("digits", max_epochs=20)


def test_every_verdict_gives_questions_with_one_right_region_verdict_and_number(judged):
    questions = asked(judged)
    assert {"verdict", "quoted"} <= set(questions)
    assert right(questions["verdict"])[0].startswith(judged.diagnosis.verdict.replace("_", " "))
    for question in questions.values():
        assert all(choice.told for choice in question.choices) and all(question.answer)
        assert len(right(question)) == 1 or question.name == "stop"


def test_right_places_to_stop_lie_in_the_plateau_and_others_cost(result):
    question, (first, last) = asked(result)["stop"], result.diagnosis.plateau
    for choice in question.choices:
        epoch = int(re.search(r"\d+", choice.text)[0])
        assert choice.right == (first <= epoch <= last)
        assert choice.right or "above the lowest" in choice.told
    assert {"lowest of all" in choice.told for choice in question.choices} == {True, False}
    assert 3 <= len(question.choices) <= 4


def test_plateau_with_gaps_is_told_by_how_many_it_holds(result):
    uncertainty = dataclasses.replace(result.diagnosis.uncertainty, plateau_members=(3, 6))
    diagnosis = dataclasses.replace(result.diagnosis, plateau=(3, 6), uncertainty=uncertainty)
    question = asked(dataclasses.replace(result, diagnosis=diagnosis))["stop"]
    assert "The plateau is 2 of the epochs 3 to 6." in question.answer[0]


def test_region_is_asked_of_an_epoch_well_inside_the_overfitting(result):
    question = asked(result)["region"]
    epoch = int(re.search(r"\d+", question.title)[0])
    assert result.diagnosis.plateau[1] + 1 < epoch < result.history.epochs[-1]
    assert right(question) == ["overfitting"]


def test_no_number_may_be_quoted_where_nothing_was_tested(result):
    untested = dataclasses.replace(result, holdout=None, refit=None, test_reads=0)
    assert right(asked(untested)["quoted"]) == ["none of these"]


def test_held_out_model_is_quoted_where_nothing_was_refitted(result):
    assert right(asked(dataclasses.replace(result, refit=None))["quoted"])[0].startswith("test ")


def test_training_without_validation_data_asks_what_can_be_answered(result):
    from fitscope.diagnosis import judge

    history = TrainingHistory.of({"loss": [3.0, 2.0, 1.0, 0.5, 0.4]})
    bare = dataclasses.replace(result, history=history, diagnosis=judge(history), holdout=None, refit=None)
    assert set(asked(bare)) == {"verdict", "quoted"}


def test_losses_below_zero_cost_a_difference(result):
    from fitscope.diagnosis import judge

    val = [1.0, 0.2, -0.4, -0.5, -0.5, 0.3, 0.9, 1.5, 2.0, 2.5]
    history = TrainingHistory.of({"loss": [-float(i) for i in range(10)], "val_loss": val})
    told = [choice.told for choice in asked(dataclasses.replace(result, history=history, diagnosis=judge(history)))["stop"].choices]
    assert any("lies 3.000 above" in text for text in told)
    assert not any("%" in text for text in told)


def test_picture_of_the_questions_shows_the_losses_alone(result):
    drawn = teaching(result).picture
    labels = [text.get_text() for text in drawn.draw(None).legends[0].get_texts()]
    assert labels == ["training loss", "validation loss"]
    assert drawn.log is None


def test_questions_come_before_anything_that_tells(result):
    page = render(result, teach=True)
    body = page[page.index("<body>") :]
    assert result.diagnosis.message not in page[: page.index("<body>")]
    assert body.index('id="question-stop"') < body.index('id="answer"') < body.index('id="fitscope-numbers"')
    assert page.count("<h1>") == 1


def test_teaching_is_no_part_of_the_result(fake_training, tmp_path):
    from fitscope.analysis import analyze

    fake_training("overfitting")
    plain = analyze("digits", max_epochs=20, output=tmp_path / "plain")
    taught = analyze("digits", max_epochs=20, output=tmp_path / "taught", teach=True)
    assert taught.plan == plain.plan
    assert "teach" not in (tmp_path / "taught" / "result.json").read_text()
    assert 'id="question-' in (tmp_path / "taught" / "report.html").read_text()
    assert 'id="question-' not in (tmp_path / "plain" / "report.html").read_text()
