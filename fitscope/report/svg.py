"""Matplotlib's SVG made fit for the page, in one place: colours as classes, ids of its own, few bytes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from fitscope.report import slim
from fitscope.report.palette import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAMES = {colour: name.replace("_", "-") for name, colour in COLOURS.items()}
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def svg(figure: Figure, prefix: str, title: str) -> str:
    """Return a figure as SVG that fits into the page, whose style sheet holds `rules`.

    Charts over epochs say in `data-plot` where: x0, y0, x1 and y1 of the plotting rectangle in units of the viewBox, and the epochs
    at its left and right edge.

    Args:
        figure: drawn with `COLOURS`.
        prefix: stands before every id, so that two pictures on a page don't meet.
        title: read out by screen readers; any text.
    """
    from fitscope.report import renderer
    from fitscope.report.chart_figure import ChartFigure

    drawn = ET.fromstring(_UNREADABLE.sub("", renderer.draw(figure)))
    root = ET.Element("svg", {"role": "img", "aria-label": _UNREADABLE.sub("", title), "xmlns": "http://www.w3.org/2000/svg",
                              "viewBox": drawn.get("viewBox", ""), "font-size": "10", "stroke-linejoin": "round"})  # fmt: skip
    along = figure.over_epochs if isinstance(figure, ChartFigure) else None
    if along is not None:
        root.set("data-plot", _plot(figure, along))
    root.extend(slim.Picture(drawn, prefix, _NAMES).elements())
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def rules(within: str = "") -> str:
    """Return the style sheet's rules for the charts' classes, which take their colours from the page's variables.

    Args:
        within: the selector of what holds the charts, where the rules are to hold there alone.
    """
    ways = (("f", "fill"), ("s", "stroke"))
    return "".join(f"{within} .{way}-{name}{{{key}:var(--{name})}}".strip() for name in _NAMES.values() for way, key in ways)


def scales(linear: str, log: str) -> str:
    """Return a chart on both scales, of which the page's script shows one."""
    return f'<div class="scale linear">{linear}</div><div class="scale log" hidden>{log}</div>'


def _plot(figure: Figure, ax: Axes) -> str:
    width, height = slim.size(figure)
    at, (first, last) = ax.get_position(), ax.get_xlim()
    box = at.x0 * width, (1 - at.y1) * height, at.x1 * width, (1 - at.y0) * height
    return " ".join(map(slim.short, (*box, first, last)))
