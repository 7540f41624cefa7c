"""The curves in characters: their width, and what is painted."""

import re

import pytest

from fitscope import diagnose, language
from fitscope.history import TrainingHistory
from fitscope.report.sketch import sketch


@pytest.fixture
def history(curves):
    return TrainingHistory.of(curves("overfitting"))


def painted(signs, region):
    return f"<{region}>{signs}</>"


def test_paint_changes_nothing_but_colours(history):
    diagnosis = diagnose(history)
    plain, coloured = sketch(history, diagnosis), sketch(history, diagnosis, paint=painted)
    assert re.sub(r"<[^>]*>", "", coloured) == plain


def test_validation_loss_bar_and_legend_have_their_regions_colours(history):
    lines = sketch(history, diagnose(history), paint=painted).splitlines()
    for region in ("underfitting", "overfitting"):
        assert sum(f"<{region}>●" in line for line in lines) > 0
        assert sum(f"<{region}>{sign}" in line for sign in "░▒" for line in lines) == 2


@pytest.mark.parametrize("width", [40, 50, 80])
@pytest.mark.parametrize("spoken", ["en", "ko"])
def test_lines_fit_the_terminal_painted_or_not(history, width, spoken):
    diagnosis = diagnose(history)
    with language.speaking(spoken):
        lines = re.sub(r"<[^>]*>", "", sketch(history, diagnosis, width, paint=painted)).splitlines()
    assert max(len(line) + len(re.findall("[가-힣]", line)) for line in lines) <= width
