"""A result's charts as files for a thesis: PDF, SVG or PNG, in the colours of the light page."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from fitscope import language
from fitscope.errors import OutputError, UsageError, not_written
from fitscope.report import curves_view, fonts
from fitscope.report.mistakes_view import mistakes
from fitscope.report.palette import painting
from fitscope.report.sections import Picture
from fitscope.report.study_view import sections
from fitscope.result import Result
from fitscope.result.blind import refuse
from fitscope.wholefile import put_whole

FORMATS = ("pdf", "svg", "png")
NAMES = ("loss", "accuracy", "mae", "gap", "chance", "roc", "precision-recall", "reliability", "residuals-0", "residuals-1",
         "residuals-2", "seed-band", "fold-band", "remedies-curves", "remedies-gains", "sizes-curve", "search-trials")  # fmt: skip
DOTS_PER_INCH = 300
# What stands in each file of ours, so that it may be written anew. An SVG that an editor such as Inkscape saved has no DOCTYPE.
_MARKS = {"pdf": (b"/Creator (fitscope)",), "png": (b"Software\0fitscope",),
          "svg": (b"<!DOCTYPE svg", b"<dc:title>fitscope</dc:title>")}  # fmt: skip
_NO_FONT = (
    "No font here has the signs of {what}, so no PDF or PNG can be drawn of it; install Noto Sans CJK (on Debian and Ubuntu: "
    "apt install fonts-noto-cjk), or take --figure-format svg."
)


def pictures(result: Result) -> list[Picture]:
    """Return every chart of a result's page.

    Raises:
        UsageError: the result is blind.
    """
    refuse(result.blind, "The run")
    own = curves_view.pictures(result.history, result.diagnosis)
    wrong = mistakes(result)
    asked = [picture for part in (wrong.parts if wrong is not None else ()) for picture in part.pictures]
    return [*own.values(), *asked, *(picture for section in sections(result) for picture in section.pictures)]


def check(folder: Path, formats: Sequence[str] = ("pdf",), names: Iterable[str] = NAMES) -> None:
    """Refuse what could not be written later, before a training begins.

    Args:
        folder: that the figures are to go to; it may be there.
        formats: of `FORMATS`.
        names: the files' names without their endings.

    Raises:
        UsageError: there is no such format.
        OutputError: a file there is not fitscope's, the folder cannot be made, or no font has Korean signs where they are needed.
    """
    if unknown := [kind for kind in formats if kind not in FORMATS]:
        raise UsageError(f"A figure cannot be {unknown[0]!r}; take {', '.join(FORMATS)}.")
    there = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise OutputError(f"{folder} cannot be made, for {there} is no folder that can be written to; name another with --figures.")
    for path in (folder / f"{name}.{kind}" for name in names for kind in formats):
        if os.path.lexists(path) and not _is_own(path):
            raise OutputError(f"{path} is there already and is no figure of fitscope's; name another folder with --figures.")
    if language.spoken() == "ko" and set(formats) != {"svg"} and fonts.korean() is None:
        raise OutputError(_NO_FONT.format(what="Korean"))


def write(result: Result, folder: Path, formats: Sequence[str] = ("pdf",), suffix: str = "") -> list[Path]:
    """Write every chart of a result, each file whole or not at all; earlier figures of fitscope's are written anew.

    Args:
        result: whose charts.
        folder: made where it is missing.
        formats: of `FORMATS`; each chart is written in each.
        suffix: behind each file's name, to tell several results apart.

    Returns:
        The files, such as `loss.pdf`.

    Raises:
        UsageError: there is no such format.
        OutputError: a file there is not fitscope's, something cannot be written, or no font has the signs of a chart.
    """
    drawn = pictures(result)
    check(folder, formats, [picture.name + suffix for picture in drawn])
    written = []
    for picture in drawn:
        for kind in formats:
            path = folder / f"{picture.name}{suffix}.{kind}"
            _put(path, content(picture, kind))
            written.append(path)
    return written


def write_all(results: Sequence[Result], folder: Path, formats: Sequence[str] = ("pdf",)) -> list[Path]:
    """Write the charts of several results, numbered from the second on: `loss.pdf`, `loss-2.pdf`, ...; see `write`."""
    suffixes = ["", *(f"-{number}" for number in range(2, len(results) + 1))]
    return [path for result, suffix in zip(results, suffixes) for path in write(result, folder, formats, suffix)]


def content(picture: Picture, kind: str) -> bytes:
    """Return a chart as the content of a file: the same bytes for the same chart.

    In a PDF text is text, its font embedded. In an SVG text is outlines, which look alike in every program; only where no font
    here has its signs it is left as text. A PNG has 300 dots an inch.

    Args:
        picture: the chart.
        kind: `pdf`, `svg` or `png`.

    Raises:
        OutputError: no font has the signs of the chart's texts, for a PDF or PNG.
    """
    import matplotlib

    families, unknown = _fonts(picture)
    if unknown and kind != "svg":
        raise OutputError(_NO_FONT.format(what=f"the chart {picture.name} ({unknown[:20]})"))
    settings = {"pdf.fonttype": fonts.pdf_type(families[0]), "svg.fonttype": "none" if unknown else "path",
                "svg.hashsalt": picture.name}  # fmt: skip
    out = io.BytesIO()
    with painting(), fonts.using(*families), matplotlib.rc_context(settings):  # type: ignore[arg-type]
        picture.draw(None).savefig(out, format=kind, dpi=DOTS_PER_INCH, metadata=_metadata(picture, kind))
    return out.getvalue()


def _fonts(picture: Picture) -> tuple[list[str], str]:
    """Return the fonts that a chart is drawn with, and the signs that none of them has."""
    with fonts.using(fonts.OWN):
        figure = picture.draw(None)
    if not fonts.lacking(figure, [fonts.OWN]):
        return [fonts.OWN], ""
    families = [font for font in (fonts.korean(), fonts.OWN) if font is not None]
    return families, fonts.lacking(figure, families)


def _metadata(picture: Picture, kind: str) -> dict[str, str | None]:
    if kind == "png":
        return {"Software": "fitscope"}
    return {"Creator": "fitscope", "Title": picture.title, "CreationDate" if kind == "pdf" else "Date": None}


def _is_own(path: Path) -> bool:
    """Tell a figure that may be written anew from a person's own file."""
    if path.is_symlink() or not path.is_file():
        return False
    there = path.read_bytes()
    return all(mark in there for mark in _MARKS[path.suffix[1:]])


def _put(path: Path, drawn: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, drawn)
    except OSError as error:
        raise not_written(path, error, "make room, or name another folder with --figures") from None
