"""Matplotlib's SVG renderer, for pages whose browser draws the letters."""

from __future__ import annotations

import io
import unicodedata
import warnings
from typing import Any

import matplotlib
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine

_PAD = 3.0  # points around the figure
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "fitscope"}


class Renderer(RendererSVG):
    """Matplotlib's own, but for texts: no `$` begins a formula, and East Asian letters are as wide as browsers draw them.

    Matplotlib measures letters that its fonts lack as narrow boxes, and warns of each.
    """

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        narrow = "".join("M" if unicodedata.east_asian_width(letter) in "WF" else letter for letter in s)
        width, height, descent = super().get_text_width_height_descent(narrow, prop, False)
        return width, height, descent

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *rest: Any, **named: Any) -> None:
        mtext = named.get("mtext", rest[1] if len(rest) > 1 else None)
        super().draw_text(gc, x, y, s, prop, angle, False, mtext)


class _Canvas(FigureCanvasBase):
    """Measure texts by the renderer that draws them."""

    def __init__(self, figure: Figure, renderer: Renderer) -> None:
        super().__init__(figure)
        self.renderer = renderer

    def get_renderer(self) -> Renderer:
        return self.renderer


class _OneLook(LayoutEngine):
    """Give one chart the room that its texts and the legend above leave; several times faster than the constrained layout."""

    _adjust_compatible = False
    _colorbar_gridspec = True

    def execute(self, fig: Any) -> None:
        (ax,), renderer = fig.axes, fig.canvas.get_renderer()
        around, inside, whole = ax.get_tightbbox(renderer, for_layout_only=True), ax.bbox.frozen(), fig.bbox
        legend = sum(legend.get_window_extent(renderer).height + 2 * _PAD for legend in fig.legends)
        left, bottom = inside.x0 - around.x0 + _PAD, inside.y0 - around.y0 + _PAD
        right, top = around.x1 - inside.x1 + _PAD, around.y1 - inside.y1 + _PAD + legend
        width, height = max(1.0, whole.width - left - right), max(1.0, whole.height - bottom - top)
        ax.set_position((left / whole.width, bottom / whole.height, width / whole.width, height / whole.height))


def draw(figure: Figure) -> str:
    """Return a figure as matplotlib's SVG, its ground left open."""
    out = io.StringIO()
    figure.set_dpi(72)  # an inch's points, the units of SVG
    figure.patch.set_visible(False)
    for ax in figure.axes:
        ax.patch.set_visible(False)
    if len(figure.axes) == 1 and figure.get_layout_engine() is not None:
        figure.set_layout_engine(_OneLook())
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        renderer = Renderer(figure.bbox.width, figure.bbox.height, out, metadata=_NO_METADATA)
        _Canvas(figure, renderer)
        figure.draw(renderer)
        renderer.finalize()
    return out.getvalue()
