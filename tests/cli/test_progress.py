import io
import re

import pytest
from rich.console import Console

from fitscope.analysis import Step
from fitscope.cli.livetable import LiveTable, sparkline
from fitscope.cli.progress import Teller
from fitscope.studies.work import Told
from fitscope.training import EpochEnd

METRICS = {"loss": 0.123456, "accuracy": 0.9, "val_loss": 0.25, "val_accuracy": 0.875}


def shown(width, terminal):
    teller = Teller(quiet=False)
    teller.console = Console(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False)
    teller.live = terminal
    for epoch in (1, 2, 3):
        teller.epoch(Told("", EpochEnd(epoch, 3, METRICS)))
    return teller.console.file.getvalue()


def test_epoch_is_a_plain_line_where_there_is_no_terminal():
    lines = shown(80, terminal=False).splitlines()
    assert lines == [f"epoch {n}/3  loss 0.1235  val_loss 0.2500  val_acc 0.8750" for n in (1, 2, 3)]


@pytest.mark.parametrize(("width", "all_losses"), [(120, True), (80, True), (66, True), (60, False), (40, False)])
def test_bar_on_a_terminal_fits_into_its_width(width, all_losses):
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown(width, terminal=True))
    assert "epoch 3/3" in text
    assert "val_loss 0.2500" in text
    assert (" loss 0.1235" in text) == all_losses
    assert "…" not in text
    assert max(map(len, re.split(r"[\r\n]", text))) <= width


def table(width, jobs, ends):
    teller = Teller(quiet=False)
    teller.console = Console(file=io.StringIO(), width=width, force_terminal=True, highlight=False)
    teller.live = True
    teller.step(Step("train", "Training", dict(jobs)))
    for name, epoch in ends:
        teller.epoch(Told(name, EpochEnd(epoch, jobs[name], {**METRICS, "val_loss": 1 / epoch})))
    shown = Console(file=io.StringIO(), width=width)
    shown.print(teller.table.draw())
    teller.close()
    return shown.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [100, 80, 66, 50, 40])
def test_table_of_several_trainings_fits_into_the_terminal(width):
    jobs = {f"seed {n}": 4 for n in range(3)}
    lines = table(width, jobs, [("seed 0", 1), ("seed 1", 1), ("seed 0", 2)])
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("0 of 3 trainings done, about")
    assert [line.split()[:3] for line in lines[2:]] == [["seed", "0", "2/4"], ["seed", "1", "1/4"]]
    assert "█▁" in lines[2]


def test_table_shows_those_under_way_before_those_that_ended():
    jobs = {f"trial {n}": 1 for n in range(1, 40)}
    lines = table(80, jobs | {"trial 40": 2}, [*((name, 1) for name in jobs), ("trial 40", 1)])
    assert lines[0].startswith("39 of 40 trainings done")
    assert len(lines) == 14
    assert lines[-1].startswith("trial 40")


def test_training_of_a_study_is_named_in_its_line():
    teller = Teller(quiet=False)
    teller.console = Console(file=io.StringIO(), width=80)
    teller.epoch(Told("seed 1", EpochEnd(1, 3, METRICS)))
    assert teller.console.file.getvalue().startswith("seed 1: epoch 1/3  loss 0.1235")


def test_sparkline_keeps_its_width_and_leaves_a_gap_where_a_loss_is_unknown():
    assert sparkline([2.0, float("nan"), 1.0], 8) == "█ ▁"
    assert len(sparkline([1 / n for n in range(1, 101)], 20)) <= 20
    assert sparkline([float("nan")], 8) == ""


def test_table_of_a_search_says_what_is_done_and_under_way():
    live = LiveTable(Console(file=io.StringIO(), width=80))
    live.growing = True
    live.expect({"trial 1": 2, "trial 2": 2, "trial 3": 2})
    live.epoch(Told("trial 1", EpochEnd(2, 2, METRICS)))
    assert live.draw().renderables[0].plain == "1 trial done, 2 under way"


def test_table_counts_the_time_left_from_the_first_epoch_on(monkeypatch):
    now = iter([1000.0, 1010.0, 1010.0])  # a slow start
    monkeypatch.setattr("fitscope.cli.livetable.time.monotonic", lambda: next(now))
    live = LiveTable(Console(file=io.StringIO(), width=80))
    live.live.stop()
    live.expect({"seed 0": 5, "seed 1": 5})
    assert live.draw().renderables[0].plain == "0 of 2 trainings done, about to begin"
    live.epoch(Told("seed 0", EpochEnd(1, 5, METRICS)))
    live.epoch(Told("seed 0", EpochEnd(2, 5, METRICS)))
    assert live.draw().renderables[0].plain == "0 of 2 trainings done, about 1 min 20 s left"


def test_table_counts_no_epoch_that_was_trained_another_time(monkeypatch):
    now = iter([1000.0, 1000.0, 1000.0, 1010.0, 1010.0])
    monkeypatch.setattr("fitscope.cli.livetable.time.monotonic", lambda: next(now))
    live = LiveTable(Console(file=io.StringIO(), width=80))
    live.live.stop()
    live.expect({"seed 0": 100, "seed 1": 100, "seed 2": 100})
    for name, epoch in (("seed 0", 100), ("seed 1", 51), ("seed 2", 81), ("seed 1", 52)):
        live.epoch(Told(name, EpochEnd(epoch, 100, METRICS)))
    assert live.draw().renderables[0].plain == "1 of 3 trainings done, about 3 min 43 s left"  # 3 epochs in 10 s, 67 to come


def test_table_of_a_training_that_begins_again_tells_no_time_below_0():
    live = LiveTable(Console(file=io.StringIO(), width=80))
    live.live.stop()
    live.expect({"seed 0": 100, "seed 1": 100})
    for epoch in (60, 1):
        live.epoch(Told("seed 0", EpochEnd(epoch, 100, METRICS)))
    assert live.draw().renderables[0].plain == "0 of 2 trainings done"


def test_bar_begins_where_the_training_goes_on():
    teller = Teller(quiet=False)
    teller.console, teller.live = Console(file=io.StringIO(), width=80, force_terminal=True), True
    teller.epoch(Told("", EpochEnd(41, 60, METRICS)))
    [task] = teller.bar.tasks
    teller.close()
    assert (task.completed, task.total, task.speed) == (41, 60, None)
    assert "epoch 0/" not in teller.console.file.getvalue()


def test_table_without_validation_has_no_column_for_it():
    live = LiveTable(Console(file=io.StringIO(), width=80))
    live.live.stop()
    live.epoch(Told("refit", EpochEnd(1, 5, {"loss": 0.5})))
    assert [column.header for column in live.draw().renderables[1].columns] == ["training", "epoch", "loss", ""]
