"""What the page says of a search."""

import dataclasses
import math

import pytest

from fitscope.report.search_view import search
from fitscope.result import FailedTrial


def section_of(result, found):
    return search(dataclasses.replace(result, search=found))


def with_gain(found, loss, limits):
    return dataclasses.replace(
        found, best=dataclasses.replace(found.best, gain=dataclasses.replace(found.best.gain, loss=loss, loss_interval=limits))
    )


def test_winner_is_told_as_observed_and_corrected(result, make):
    found = make.search()
    said = section_of(result, found).sentences
    assert said[0] == "16 trials by bayesian search."
    assert said[1].startswith(f"Trial {found.best.trial.split()[1]} (units")
    assert f"won with a validation loss of {found.best.observed:.3f}" in said[1]
    assert f"corrected for that it is {found.best.corrected:.3f}" in said[1]


@pytest.mark.parametrize(
    ("loss", "limits", "says"),
    [(0.01, (0.004, 0.016), "bought more than luck"), (0.004, (-0.003, 0.011), "cannot be told from luck"),
     (-0.01, (-0.016, -0.004), "cost more than it bought")],
)  # fmt: skip
def test_search_says_whether_it_bought_anything_but_luck(result, make, loss, limits, says):
    said = section_of(result, with_gain(make.search(), loss, limits)).sentences[-1]
    assert said.startswith("Refitted and tested on the same samples as the textbook network, the winner")
    assert says in said


def test_winner_stands_beside_the_network_that_was_not_searched_for(result, make):
    table = section_of(result, make.search()).tables[0]
    assert [row.term.split(",")[0] for row in table.rows] == ["winner", "the textbook network"]


def test_trials_stand_in_the_order_of_their_loss_with_a_column_a_hyperparameter(result, make):
    found = make.search()
    table = section_of(result, found).tables[-1]
    assert table.heads[-3:] == ("units", "dropout", "learning rate")
    losses = sorted(trial.best_val_loss for trial in found.trials)
    assert [float(row.values[0]) for row in table.rows] == pytest.approx(losses, abs=0.0006)
    assert table.rows[0].term == f"{found.best.trial}, the winner"


def test_many_hyperparameters_share_one_column(result, make):
    found = make.search(3)
    trials = tuple(dataclasses.replace(trial, hyperparameters={f"x{i}": i for i in range(9)}) for trial in found.trials)
    table = section_of(result, dataclasses.replace(found, trials=trials)).tables[-1]
    assert table.heads[-1] == "hyperparameters"
    assert table.rows[0].values[-1].startswith("x0 0, x1 1")


def test_trial_that_goes_on_from_another_says_so(result, make):
    found = make.search(3)
    trials = (*found.trials, dataclasses.replace(found.trials[0], trial="trial 4", continues="trial 1", best_val_loss=9.0))
    table = section_of(result, dataclasses.replace(found, trials=trials)).tables[-1]
    assert table.heads[4] == "goes on from"
    assert table.rows[-1].values[3] == "trial 1"


def test_hyperparameter_that_a_trial_left_alone_is_unchanged(result, make):
    found = make.search(3)
    first = dataclasses.replace(found.trials[0], hyperparameters={"units": 8})
    rows = section_of(result, dataclasses.replace(found, trials=(first, *found.trials[1:]))).tables[-1].rows
    assert next(row for row in rows if row.term.startswith("trial 1")).values[-2:] == ("unchanged", "unchanged")


def test_trial_without_a_loss_comes_last_and_is_counted(result, make):
    found = make.search(4)
    broken = dataclasses.replace(found.trials[0], trial="bad", best_epoch=None, best_val_loss=math.nan, verdict="diverged")
    section = section_of(result, dataclasses.replace(found, trials=(broken, *found.trials)))
    assert section.sentences[0] == "5 trials by bayesian search; 4 of them came to a finite validation loss."
    assert section.tables[-1].rows[-1].term == "bad"


def test_search_without_a_winner_shows_its_trials(result, make):
    section = section_of(result, dataclasses.replace(make.search(3), best=None))
    assert len(section.sentences) == len(section.tables) == 1
    assert section.caption == ""


def test_trials_far_above_are_drawn_at_the_edge_and_the_caption_says_so(result, make):
    found = make.search(8)
    far = dataclasses.replace(found.trials[0], trial="far", best_val_loss=500.0)
    assert (
        "stand at the upper edge" in section_of(result, dataclasses.replace(found, trials=(*found.trials, far))).pictures[0].caption
    )


def test_trials_that_failed_are_told_with_their_reason(result, make):
    failed = tuple(FailedTrial(f"trial {number}", {"units": 512}, f"No memory for {number}.") for number in (3, 5, 6, 9))
    said = section_of(result, dataclasses.replace(make.search(4), failed=failed)).sentences[-1]
    assert said.startswith("4 trials could not be trained and are left out. Trial 3 (units 512): No memory for 3.")
    assert "No memory for 6." in said
    assert "No memory for 9." not in said
    one = section_of(result, dataclasses.replace(make.search(4), failed=failed[:1])).sentences[-1]
    assert one.startswith("1 trial could not be trained and is left out.")
