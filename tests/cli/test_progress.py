import io
import re

import pytest
from rich.console import Console

from fitscope.cli.progress import Teller
from fitscope.training import EpochEnd

METRICS = {"loss": 0.123456, "accuracy": 0.9, "val_loss": 0.25, "val_accuracy": 0.875}


def shown(width, terminal):
    teller = Teller(quiet=False)
    teller.console = Console(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False)
    teller.live = terminal
    for epoch in (1, 2, 3):
        teller.epoch(EpochEnd(epoch, 3, METRICS))
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
