import io

import pytest
from rich.console import Console

from fitscope.cli.progress import Teller
from fitscope.training import EpochEnd

METRICS = {"loss": 0.123456, "accuracy": 0.9, "val_loss": 0.25, "val_accuracy": 0.875}


def shown(width, terminal):
    teller = Teller(quiet=False)
    teller.console = Console(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False, soft_wrap=True)
    teller.live = terminal
    for epoch in (1, 2, 3):
        teller.epoch(EpochEnd(epoch, 3, METRICS))
    return teller.console.file.getvalue()


def test_epoch_is_a_plain_line_where_there_is_no_terminal():
    lines = shown(80, terminal=False).splitlines()
    assert lines == [f"epoch {n}/3  loss 0.1235  val_loss 0.2500  val_acc 0.8750" for n in (1, 2, 3)]


@pytest.mark.parametrize("width", [80, 60])
def test_bar_on_a_terminal_shows_the_losses(width):
    text = shown(width, terminal=True)
    assert "\x1b[" in text
    assert "loss 0.1235" in text
    assert "3/3" in text
