"""What the page says of remedies."""

import dataclasses
import math

import pytest

from fitscope import words
from fitscope.report.placing import apart
from fitscope.report.remedies_view import remedies
from fitscope.report.summary import summary
from fitscope.report.view import view as page_view
from fitscope.result import Studies


def section_of(result, tried, **more):
    return remedies(dataclasses.replace(result, studies=Studies(remedies=tuple(tried), **more)))


def test_remedies_are_ranked_in_one_sentence(result, make):
    first = section_of(result, make.remedies()).sentences[0]
    assert first == (
        "In this run dropout 0.5 lowers the best validation loss by 0.011 ± 0.004, L2 and dropout by 0.011 ± 0.004, L2 0.001 by "
        "0.006 ± 0.004; larger network raises the best validation loss by 0.008 ± 0.004; smaller network, lower learning rate, "
        "fewer words: no difference beyond chance."
    )


def test_one_seed_speaks_of_this_run_alone(result, make):
    section = section_of(result, make.remedies())
    assert "this says what the changes did to this run" in section.sentences[-1]
    assert "between seeds" not in section.tables[0].heads


def test_spread_between_seeds_stands_beside_the_gain(result, make):
    section = section_of(result, make.remedies(seeds=8, spread=0.0021))
    assert not section.sentences[0].startswith("In this run")
    assert "from seed to seed the best validation loss moves by 0.0021" in section.sentences[-1]
    assert section.tables[0].heads[6] == "between seeds"
    assert section.tables[0].rows[1].values[5] == "± 0.0021"


def test_table_begins_with_the_network_as_it_is_and_falls_by_gain(result, make):
    table = section_of(result, make.remedies()).tables[0]
    assert [row.term for row in table.rows][:4] == ["unchanged", "dropout 0.5", "L2 and dropout", "L2 0.001"]
    assert table.rows[0].values[1] == str(result.diagnosis.best_epoch)
    assert table.rows[1].values[:1] == ("dropout 0.5",)
    assert table.rows[1].values[3:5] == ("0.011 (0.007 to 0.015)", "yes")
    assert {len(row.values) for row in table.rows} == {len(table.heads) - 1}


@pytest.mark.parametrize("kind", ["repeats", "folds"])
def test_first_of_several_trainings_is_the_baseline(result, make, kind):
    made = getattr(make, kind)(3)
    table = section_of(result, make.remedies(), **{kind: made}).tables[0]
    assert table.rows[0].values[1] == str(made[0].best_epoch)


def test_page_says_that_curves_are_the_first_trainings_where_there_are_several(result, make):
    said = "those of the first training on each side"
    assert said in section_of(result, make.remedies(), folds=make.folds(3)).caption
    assert said not in section_of(result, make.remedies()).caption


def test_folds_are_not_told_to_add_seeds(result, make):
    last = section_of(result, make.remedies(), folds=make.folds(3)).sentences[-1]
    assert last.startswith("One training a fold stands on each side")
    assert "--repeats" not in last


def test_no_clear_difference_is_said_once(result, make):
    section = section_of(result, [make.remedy("smaller", 0.001, (-0.01, 0.012), False, {"units": 8})])
    assert section.sentences[0] == "In this run no remedy changes the best validation loss by more than chance explains."


def test_remedy_without_a_finite_loss_is_named_and_not_ranked(result, make):
    diverged = make.remedy("larger", math.nan, (math.nan, math.nan), False, {"units": 64})
    section = section_of(result, [*make.remedies()[:1], diverged])
    assert "larger network came to no finite validation loss." in section.sentences
    assert "larger" not in section.sentences[0]
    assert section.tables[0].rows[-1].values[3] == "unknown"


def test_gain_that_is_shown_and_ranked_is_the_corrected_one(result, make):
    tried = [dataclasses.replace(remedy, corrected=0.02) if remedy.name == "l2" else remedy for remedy in make.remedies()]
    table = section_of(result, tried).tables[0]
    assert (table.rows[1].term, table.rows[1].values[3]) == ("L2 0.001", "0.020 (0.002 to 0.010)")


def test_trainings_of_a_remedy_that_diverged_are_told(result, make):
    said = section_of(result, [dataclasses.replace(make.remedies()[3], diverged=2, clear=False)]).sentences
    assert said[1].startswith("Dropout 0.5: 2 of its trainings came to losses that are not finite")


def test_folds_that_are_left_out_are_named(result, make):
    tried = [dataclasses.replace(make.remedies()[3], left_out=(2, 4))]
    said = section_of(result, tried, folds=make.folds(5)).sentences
    assert "Dropout 0.5 is compared without folds 2, 4, where losses were not finite on one side or both." in said


def test_unknown_remedy_is_shown_by_its_code(result, make):
    section = section_of(result, [make.remedy("more_salt", 0.01, (0.005, 0.015), True, {"salt": 2})])
    assert section.sentences[0] == "In this run more salt lowers the best validation loss by 0.010 ± 0.005."


@pytest.mark.parametrize("heights", [[0.1, 0.11, 0.12, 0.9], [0.5] * 6, [0.95, 0.97, 1.0], [0.4]])
def test_names_at_the_curves_ends_keep_apart_and_in_order(heights):
    moved = apart(heights, 0.1, 1.0)
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    assert all(moved[b] - moved[a] >= 0.1 - 1e-9 for a, b in zip(order, order[1:]))
    assert max(moved) <= 1.0


def test_names_far_apart_stay():
    assert apart([0.9, 0.1, math.nan], 0.1, 1.0)[:2] == [0.9, 0.1]


def test_remedies_that_were_tried_are_not_advised_once_more(with_studies, result):
    tried, line = with_studies("remedies"), words.advice("regularize")
    assert line in {row.term for row in page_view(result).advice} and f"  {line}" in summary(result)
    assert line not in {row.term for row in page_view(tried).advice} and f"  {line}" not in summary(tried)
