"""The curves in the terminal: where they have colours."""

import sys

import pytest

from fitscope import diagnose
from fitscope.cli.picture import COLOURS, sketched
from fitscope.history import TrainingHistory


class Terminal:
    encoding = "utf-8"

    def __init__(self, seen=True):
        self.seen = seen

    def isatty(self):
        return self.seen

    def write(self, text):
        raise AssertionError("nothing is printed here")

    def flush(self):
        pass


@pytest.fixture
def drawn(curves, monkeypatch):
    history = TrainingHistory.of(curves("overfitting"))
    diagnosis = diagnose(history)

    def draw(seen=True, **environment):
        for name in ("NO_COLOR", "TERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with monkeypatch.context() as now:
            now.setattr(sys, "stdout", Terminal(seen))
            return sketched(history, diagnosis)

    return draw


def test_terminal_sees_every_region_in_its_colour(drawn):
    assert all(f"\x1b[38;5;{colour}m" in drawn() for colour in COLOURS.values())


@pytest.mark.parametrize(("seen", "environment"), [(False, {}), (True, {"NO_COLOR": "1"}), (True, {"TERM": "dumb"})])
def test_signs_alone_where_colours_are_not_seen_or_not_wanted(drawn, seen, environment):
    assert "\x1b" not in drawn(seen, **environment)


def test_empty_no_color_means_nothing(drawn):
    assert "\x1b" in drawn(NO_COLOR="")
