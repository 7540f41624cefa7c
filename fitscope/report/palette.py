"""The colours of charts by name: the page's variables, or real ones where a chart stands on its own.

`templates/style.css` gives its variables the same colours; a test holds that the two agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

LIGHT = {
    "train": "#1d5c8f", "val": "#b3430f", "ink": "#20252b", "line": "#c9ced3", "best": "#20252b",
    "underfitting": "#e3ecf6", "good_fit": "#e2f1e3", "overfitting": "#fae5db",
    "series_1": "#1d5c8f", "series_2": "#b3430f", "series_3": "#2b7031", "series_4": "#7b3fa0", "series_5": "#8a5a00",
    "series_6": "#b0206a", "series_7": "#00686b", "series_8": "#6b5d4f",
    "paper": "#fdfdfb", "card": "#f3f4f1", "soft": "#59626c",
}  # fmt: skip
DARK = {
    "train": "#7db8ea", "val": "#ff9d66", "ink": "#e7e9eb", "line": "#48515b", "best": "#f4f4f4",
    "underfitting": "#1e2d3d", "good_fit": "#1d3524", "overfitting": "#43291d",
    "series_1": "#7db8ea", "series_2": "#ff9d66", "series_3": "#7fce88", "series_4": "#cba4f2", "series_5": "#dfc050",
    "series_6": "#ff8fc0", "series_7": "#5fd0cf", "series_8": "#c5b8a8",
    "paper": "#15181c", "card": "#1f242a", "soft": "#a5afb9",
}  # fmt: skip

_real: ContextVar[Mapping[str, str] | None] = ContextVar("palette", default=None)


class Colours(dict[str, str]):
    """Stand-ins by name that only a page can draw with; real colours as long as `painting` lasts."""

    def __getitem__(self, name: str) -> str:
        real = _real.get()
        return super().__getitem__(name) if real is None else real[name]


# Drawn in colours that nothing else has, and made into the page's classes afterwards, so that one picture serves light, dark and
# print. A chart that stands on its own is drawn within `painting`.
SERIES = tuple(f"series_{i}" for i in range(1, 9))
_NAMES = ("train", "val", "ink", "line", "underfitting", "good_fit", "overfitting", "best", *SERIES)
COLOURS = Colours({name: f"#0102{number:02x}" for number, name in enumerate(_NAMES, 3)})


@contextmanager
def painting(palette: Mapping[str, str] = LIGHT) -> Iterator[None]:
    """Draw in real colours as long as the block lasts."""
    before = _real.set(palette)
    try:
        yield
    finally:
        _real.reset(before)
