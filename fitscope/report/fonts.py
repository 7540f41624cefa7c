"""Fonts that have the signs of a chart's texts: matplotlib's own has none of Korean's."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from fitscope import language, shipped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OWN = "DejaVu Sans"  # comes with matplotlib
NAMES = ("Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo",
         "AppleGothic", "UnDotum", "Noto Sans CJK JP")  # fmt: skip
_FILES = {"notosanscjk-regular", "notosanscjkkr-regular", "notosanskr-regular", "sourcehansanskr-regular", "nanumgothic",
          "malgun", "applesdgothicneo", "applegothic", "undotum"}  # fmt: skip


@cache
def korean() -> str | None:
    """Return the name of a font with Korean signs that is installed, None where there is none."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    if not known.intersection(NAMES):  # matplotlib remembers the fonts of its first day; others may have come since
        for path in font_manager.findSystemFonts():
            stem = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
            if stem.lower() in _FILES:
                with contextlib.suppress(OSError, RuntimeError):
                    font_manager.fontManager.addfont(path)
        known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in NAMES if name in known), None)


def lacking(figure: Figure, families: Sequence[str]) -> str:
    """Return the signs in a figure's texts that none of the fonts has."""
    from matplotlib import font_manager
    from matplotlib.text import Text

    fonts = [font_manager.get_font(font_manager.findfont(family)) for family in families]
    signs = {sign for text in figure.findobj(Text) for sign in text.get_text() if not sign.isspace()}
    return "".join(sorted(sign for sign in signs if not any(font.get_char_index(ord(sign)) for font in fonts)))


@contextmanager
def using(*families: str) -> Iterator[None]:
    """Draw texts in these fonts, each sign in the first that has it; nothing is said of signs that none has."""
    import matplotlib

    with matplotlib.rc_context({"font.family": list(families)}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


@contextmanager
def spoken() -> Iterator[None]:
    """Lay a page's chart out for texts of the spoken language; the browser draws them in fonts of its own."""
    with using(OWN, *([] if language.spoken() == language.ENGLISH else [_wide()])):
        yield


@cache
def _wide() -> str:
    """Return the name of a font whose glyphs are empty and nearly an em wide, as those of Hangul are; browsers skip it.

    So a page is laid out alike, whatever fonts this machine has.
    """
    from matplotlib import font_manager

    path = str(shipped.templates() / "wide.ttf")
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()


def pdf_type(family: str) -> int:
    """Return how a font goes into a PDF: whole (42) where its outlines are TrueType's; others a reader could not draw (3)."""
    from matplotlib import font_manager

    with open(font_manager.findfont(family), "rb") as file:
        head = file.read(16)
        if head[:4] == b"ttcf":  # a collection: its first font begins where the fourth number says
            file.seek(int.from_bytes(head[12:16]))
            head = file.read(4)
    return 3 if head[:4] == b"OTTO" else 42
