"""What the regions of a training say, wherever they are shown."""

import dataclasses

import pytest

from fitscope import diagnose
from fitscope.diagnosis.regions import regions
from fitscope.history import TrainingHistory
from fitscope.report import answers_view, curves_view
from fitscope.report.sketch import sketch


@pytest.fixture
def history(curves):
    return TrainingHistory.of(curves("overfitting"))


@pytest.fixture
def ending(history):
    """Return the diagnosis of one curve as it is under another verdict."""
    found = diagnose(history)

    def put(verdict):
        return dataclasses.replace(found, verdict=verdict, regions=regions(history.epochs, found.plateau, verdict))

    return put


def told(diagnosis):
    return [(row.term, row.values) for row in answers_view.regions(diagnosis)]


def test_undecided_epochs_are_told_and_not_shaded(history, ending):
    diagnosis = ending("inconclusive")
    (_, good, undecided), last = told(diagnosis), diagnosis.plateau[1]
    assert good[1][0].endswith(str(last))
    assert undecided[0] == "undecided" and "cannot tell" in undecided[1][1]
    picture = curves_view.losses(history, diagnosis)
    assert f"From epoch {last + 1} on nothing is shaded" in picture.caption
    shaded = {patch.get_gid(): patch.get_x() + patch.get_width() for patch in picture.draw(None).axes[0].patches}
    assert max(end for name, end in shaded.items() if name.startswith("region")) == last + 0.5
    assert f"? undecided {last + 1} to 20" in sketch(history, diagnosis, 120)


def test_good_fit_beyond_its_plateau_says_that_a_rise_is_ruled_out(history, ending):
    good = told(ending("good_fit"))[1]
    assert good[0] == "good fit" and good[1][0].endswith("20")
    assert "ruled out" in good[1][1]
    assert "nothing is shaded" not in curves_view.losses(history, ending("good_fit")).caption


def early_stopping(result, val_loss):
    curves = TrainingHistory.of({"loss": [1.0] * len(val_loss), "val_loss": val_loss})
    return answers_view.stopping(dataclasses.replace(result, history=curves, diagnosis=diagnose(curves)))


@pytest.mark.parametrize(
    ("val_loss", "sentence"),
    [
        ([1.0, 0.8, 0.7, 0.7, 0.7], "All of these patiences keep the best epoch, 3."),
        ([1.0, 0.8, 0.9, 0.4, 0.4], "patience 1 would have kept epoch 2, where validation loss lies 100.0 % above the lowest; 4"),
        ([1.0, 0.8, 0.9, 0.0, 0.4], "4 of these 5 patiences keep the best epoch, 4."),  # 0 has no percentages
        ([None, 0.8, 0.9, 0.4, 0.4], "4 of these 5 patiences keep the best epoch, 4."),  # the hasty one stops before any loss
    ],
)
def test_early_stopping_is_said_to_keep_what_it_keeps(result, val_loss, sentence):
    assert sentence in early_stopping(result, val_loss).sentence


def test_early_stopping_without_validation_losses_is_no_question(result):
    assert early_stopping(result, [None] * 5) is None
