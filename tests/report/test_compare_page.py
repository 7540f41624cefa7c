"""The page and the terminal's table of several runs."""

import dataclasses
import json

import numpy as np
import pytest

from fitscope.comparison import Comparison, ReadRun, Unread, compared
from fitscope.diagnosis import judge
from fitscope.history import TrainingHistory
from fitscope.report.compare import render
from fitscope.report.compare_text import summary
from fitscope.report.compare_view import compare_view, runs_table
from fitscope.report.compare_words import finding
from fitscope.report.sketch import wide
from fitscope.runs import compare

NOW = "2026-01-02T03:04:05+00:00"
HOSTILE = "</script><img src=x onerror=alert(1)>&\"'{{ 7*7 }}"


def log_of(name, scale=1.0, epochs=20, val=True):
    e = np.arange(1, epochs + 1)
    curves = {"loss": scale / e, **({"val_loss": scale * (0.5 + (e - 8) ** 2 / 100)} if val else {})}
    return name, TrainingHistory.of(curves)


@pytest.fixture
def of_logs(result):
    """Compare logs with these curves."""

    def make(*logs, unread=()) -> Comparison:
        bare = dict.fromkeys(("plan", "environment", "dataset", "model", "holdout", "refit"))
        runs = [
            ReadRun(name, f"{name}.csv", dataclasses.replace(result, **bare, history=curves, diagnosis=judge(curves), seconds={}),
                    lacks="log")
            for name, curves in logs
        ]  # fmt: skip
        return compared(runs, unread)

    return make


@pytest.fixture
def three(write_run):
    """Two networks that are alike and one that is better, tested pair by pair."""
    return compare(write_run("plain"), write_run("again", seed=1, plan={"seed": 1}), write_run("dropout", 0.03, seed=2))


def test_page_embeds_the_comparison_exactly(three, taken_apart):
    reader = taken_apart(render(three))
    assert json.loads(reader.json) == three.to_json()
    assert not set("<>&") & set(reader.json)


def test_page_needs_no_other_file_and_runs_no_foreign_script(result, taken_apart):
    evil = dataclasses.replace(result, command=HOSTILE)
    page = render(compared([ReadRun(HOSTILE, HOSTILE, evil), ReadRun("b", "", result)], [Unread(HOSTILE, HOSTILE)]))
    tags = taken_apart(page).tags
    assert [attrs for tag, attrs in tags if tag == "script"] == [{"type": "application/json", "id": "fitscope-compare"}, {}]
    assert not [tag for tag, _ in tags if tag in ("img", "link", "iframe")]
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on") or name == "src"]


def test_finding_counts_against_whom_the_lead_is_beyond_chance(three):
    first, second = finding(three)
    assert first.startswith("Of 3 runs, dropout has the lowest validation loss, 0.")
    assert second == "That is beyond chance against all 2 runs that it was tested against."


@pytest.mark.parametrize(
    ("better", "says"),
    [(0.0001, "Chance alone may explain its difference from "), (0.03, "It is lower than plain by ")],
)
def test_finding_of_two_runs_names_the_other(write_run, better, says):
    found = finding(compare(write_run("plain"), write_run("other", better, seed=1)))
    assert found[1].startswith(says)
    assert found[1].endswith("beyond chance." if better == 0.03 else ".")


def test_finding_of_logs_says_that_nothing_was_tested(of_logs):
    lead, tested, guessed = finding(of_logs(log_of("a"), log_of("b", 0.9)))
    assert lead == "Of 2 runs, b has the lowest validation loss, 0.450, after epoch 8."
    assert "is not tested" in tested
    assert guessed.startswith("Logs do not say what data")


def test_finding_of_a_single_run_asks_for_more(of_logs):
    assert finding(of_logs(log_of("a"))) == ("There is one run, a; give two or more to compare them.",)


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        (
            [log_of("a"), log_of("b")],
            "Of 2 runs, these have the same lowest validation loss, 0.500, and cannot be told apart: a, b.",
        ),
        (
            [log_of("a"), log_of("b", 2.0), log_of("c")],
            "Of 3 runs, these have the same lowest validation loss, 0.500, and cannot be told apart: a, c.",
        ),
    ],
)
def test_runs_with_the_same_lowest_loss_have_no_winner(of_logs, logs, said):
    lead, *others = finding(of_logs(*logs))
    assert lead == said
    assert any("is not tested" in sentence for sentence in others) == (len(logs) == 3)


def test_equal_runs_are_not_counted_among_those_that_the_lead_was_tested_against(write_run):
    same = write_run("better", 0.03, seed=2)
    found = finding(compare(same, write_run("plain"), write_run("again", 0.03, seed=2)))
    assert found[0].endswith("cannot be told apart: better, again.")
    assert found[1].startswith("It is lower than plain by ")


def test_losses_above_the_axis_are_told(of_logs):
    def falling(name, first, last=0.5):
        return name, TrainingHistory.of({"loss": [0.5] * 20, "val_loss": [first, 0.51, *[0.51, 0.5] * 8, 0.51, last]})

    caption = compare_view(of_logs(falling("a", 50.0), falling("b", 0.51)), NOW).groups[0].curves.caption
    assert "losses above it, of epoch 1, are not drawn." in caption
    caption = compare_view(of_logs(falling("a", 50.0, 50.0)), NOW).groups[0].curves.caption
    assert "so that the other epochs can be told apart: losses above it, of epochs 1, 20, are not drawn." in caption
    assert "not drawn" not in compare_view(of_logs(falling("a", 0.51)), NOW).groups[0].curves.caption


def test_axis_is_cut_only_where_the_rest_would_be_flat(of_logs):
    slow = [0.729, 0.703, 0.694, 0.686, 0.679, 0.673, 0.668, 0.664]
    logs = ("slow", TrainingHistory.of({"loss": slow, "val_loss": slow}))
    assert "not drawn" not in compare_view(of_logs(logs), NOW).groups[0].curves.caption


def test_finding_without_validation_losses_says_so(of_logs):
    assert finding(of_logs(log_of("a", val=False), log_of("b", val=False)))[0] == "No run has a validation loss."


def test_finding_ranks_each_scale_for_itself(result):
    other = dataclasses.replace(result, dataset=dataclasses.replace(result.dataset, name="imdb", sha256="ff"))
    found = finding(compared([ReadRun("a", "", result), ReadRun("b", "", result), ReadRun("c", "", other)]))
    assert found[0] == "The runs speak of 2 data sets or tasks, whose losses cannot be compared with each other."
    assert found[1].startswith("On digits, of 2 runs, these have the same lowest validation loss")
    assert found[2].startswith("On imdb there is one run, c;")


def test_table_has_the_lowest_loss_first_and_numbers_to_sort_by(three):
    table = runs_table(three)
    assert [row[0].text for row in table.rows][0] == "dropout"
    column = table.heads.index("best validation loss")
    losses = [float(row[column].sort) for row in table.rows]
    assert losses == sorted(losses)
    accuracy = table.rows[0][table.heads.index("test accuracy (95 %)")]
    assert accuracy.text.startswith("90.0 % (") and 0.8 < float(accuracy.sort) < 1


def test_table_of_logs_has_no_columns_of_unknowns(of_logs):
    assert runs_table(of_logs(log_of("a"), log_of("b"))).heads == (
        "run", "verdict", "best epoch", "plateau", "best validation loss", "gap",
    )  # fmt: skip


def test_held_out_model_is_named_where_nothing_was_refitted(result):
    alone = dataclasses.replace(result, refit=None)
    table = runs_table(compared([ReadRun("a", "", alone)]))
    assert table.rows[0][table.heads.index("test loss (95 %)")].text.endswith("held-out model")


@pytest.mark.parametrize(("count", "rows"), [(3, ["seed"]), (6, [f"run{i}" for i in range(6)])])
def test_differences_stand_in_rows_as_long_as_runs_are_few(result, count, rows):
    made = [dataclasses.replace(result, plan=result.plan.replace(seed=i)) for i in range(count)]
    view = compare_view(compared([ReadRun(f"run{i}", "", one) for i, one in enumerate(made)]), NOW)
    assert [row[0].text for row in view.differences.rows] == rows


def test_paired_tests_say_which_run_is_lower_and_how_they_were_made(three):
    view = compare_view(three, NOW)
    assert {tuple(cell.text for cell in row[:2]) for row in view.paired.rows if row[4].text == "yes"} == {
        ("dropout", "plain"),
        ("dropout", "again"),
    }
    assert view.tests[:2] == ("3 tests of runs on the same validation samples.", "Each run was tested against each.")


@pytest.mark.parametrize("lacks", ["log", "no_samples", "too_large", "contradicts", "no_groups"])
def test_untested_runs_are_named_with_the_reason(result, lacks):
    view = compare_view(compared([ReadRun(name, "", result, lacks=lacks) for name in ("a", "b")]), NOW)
    assert view.paired is None
    assert view.tests[0].endswith(": a, b.")


def test_few_runs_are_drawn_over_each_other_many_beside_each_other(of_logs):
    few, many = (compare_view(of_logs(*(log_of(f"run{i}") for i in range(count))), NOW) for count in (8, 13))
    assert (len(few.groups[0].curves.drawn), few.groups[0].curves.little, few.long) == (1, False, False)
    assert (len(many.groups[0].curves.drawn), many.groups[0].curves.little, many.long) == (13, True, True)
    assert [name for name, _ in many.contents][:2] == ["runs", "curves"]
    assert "All have the same axes." in many.groups[0].curves.caption


def test_losses_that_lie_far_apart_share_no_axis(of_logs):
    curves = compare_view(of_logs(log_of("a"), log_of("b", 1000.0)), NOW).groups[0].curves
    assert curves.little and "each has its own" in curves.caption


def test_runs_without_finite_losses_are_not_drawn(of_logs):
    found = of_logs(("a", TrainingHistory.of({"loss": [None, None], "val_loss": [None, None]})))
    assert "There is no finite loss to draw." in render(found)


def test_unread_and_partial_runs_are_told_on_the_page(of_logs, result):
    assert "x cannot be read." in render(of_logs(log_of("a"), unread=[Unread("x", "x cannot be read.")]))
    runs = [ReadRun("a", "", result), ReadRun("b", "", dataclasses.replace(result, partial=True))]
    assert compare_view(compared(runs), NOW).notices == ("Stopped before their end: b.",)


def test_runs_with_repeats_are_told_to_be_tested_by_their_mean(three, with_studies):
    repeated = dataclasses.replace(three.runs[0], result=with_studies("repeats"))
    view = compare_view(dataclasses.replace(three, runs=(repeated, *three.runs[1:])), NOW)
    assert "A run with repeats is tested by the mean of its trainings, sample by sample." in view.tests


@pytest.mark.parametrize("width", [80, 60])
def test_terminal_table_fits(three, width):
    lines = summary(three, width)
    table = lines[: lines.index("")]
    assert len(table) == 4
    assert max(map(wide, table)) <= width
    assert table[1].split()[:2] == ["dropout", "overfitting"]


def test_terminal_table_stacks_where_it_is_too_wide(three):
    lines = summary(three, 40)
    assert lines[:2] == ["dropout", "  verdict: overfitting"]
    assert max(map(wide, lines[: lines.index("")])) <= 40


def test_terminal_table_of_logs_leaves_test_results_out(of_logs):
    assert "test" not in summary(of_logs(log_of("a"), log_of("b")), 80)[0]
