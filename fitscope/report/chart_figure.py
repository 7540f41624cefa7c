"""The figure that a chart has to itself. The one module that loads matplotlib at once; who draws imports it when drawing."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure

DOTS_PER_INCH = 100  # as wide as a notebook's text; twice as many dots are drawn, for fine screens


class ChartFigure(Figure):
    """Hold one chart and nothing of a person's; in a notebook it shows itself, whether pyplot is loaded or not."""

    over_epochs: Axes | None = None  # its axes, where they run over epochs

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        out = io.BytesIO()
        self.savefig(out, format="png", dpi=2 * DOTS_PER_INCH)
        width, height = self.get_size_inches()
        return out.getvalue(), {"width": int(width * DOTS_PER_INCH), "height": int(height * DOTS_PER_INCH)}
