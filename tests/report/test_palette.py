"""One source of colours: charts on their own and the page agree."""

import re

import pytest

from fitscope import shipped
from fitscope.report import palette
from fitscope.report.charts import COLOURS

STYLE = (shipped.templates() / "style.css").read_text(encoding="utf8")
ROOTS = [dict(re.findall(r"--([\w-]+): *(#\w+)", block)) for block in re.findall(r":root \{([^}]*)\}", STYLE)]


@pytest.mark.parametrize(("colours", "root"), [(palette.LIGHT, 0), (palette.DARK, 1)], ids=["light", "dark"])
def test_palette_has_the_colours_of_the_style_sheet(colours, root):
    assert {name: ROOTS[root][name.replace("_", "-")] for name in colours} == colours


def test_every_chart_colour_is_in_both_palettes():
    assert set(COLOURS) <= set(palette.LIGHT)
    assert set(palette.LIGHT) == set(palette.DARK)


def test_colours_are_real_only_as_long_as_painting_lasts():
    before = COLOURS["val"]
    with palette.painting(palette.DARK):
        assert COLOURS["val"] == palette.DARK["val"]
    assert COLOURS["val"] == before
