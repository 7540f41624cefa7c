"""Charts as files: formats, fonts, colours, and what is never overwritten."""

import dataclasses
import warnings
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from fitscope import language
from fitscope.analysis.mistakes import DRAWN_AT_MOST
from fitscope.diagnosis.confusion import confusion
from fitscope.diagnosis.ranking import ranking
from fitscope.diagnosis.residuals import residuals
from fitscope.errors import OutputError, UsageError
from fitscope.report import figures, fonts
from fitscope.report.palette import LIGHT
from fitscope.report.sections import Picture
from fitscope.result import Mistakes

STARTS = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}


def written_in(text):
    """Return a chart whose foot says this."""
    from fitscope.report import charts

    return Picture("chart", "A chart", "", lambda ax: charts.dress(*charts.canvas(ax, "loss", text)))


@pytest.fixture
def no_korean_font(monkeypatch):
    monkeypatch.setattr(fonts, "korean", lambda: None)


@pytest.fixture
def quiet():
    """Fail on whatever matplotlib has to say."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


needs_korean_font = pytest.mark.skipif(fonts.korean() is None, reason="needs a Korean font (fonts-noto-cjk)")


def test_every_chart_of_the_page_is_written_in_every_format(with_studies, tmp_path, quiet):
    result = with_studies("everything")
    paths = figures.write(result, tmp_path / "made" / "here", figures.FORMATS)
    names = {picture.name for picture in figures.pictures(result)}
    assert {path.name for path in paths} == {f"{name}.{kind}" for name in names for kind in figures.FORMATS}
    assert sorted(paths) == sorted((tmp_path / "made" / "here").iterdir())
    assert all(path.read_bytes().startswith(STARTS[path.suffix[1:]]) for path in paths)


def test_names_are_checked_before_the_training_for_every_chart_that_there_can_be(with_studies, regression, make):
    numbers = np.linspace(0, 1, 20)
    labels = (numbers > 0.5).astype(int)
    wrong = Mistakes("hold_out", 20, 4, (4,), (20,), confusion=confusion(labels, labels, 2), ranking=ranking(labels, numbers))
    off = Mistakes("hold_out", 20, 4, (4,), (20,), residuals=(residuals(numbers, numbers**2),) * DRAWN_AT_MOST)
    drawn = [
        *figures.pictures(with_studies("everything", history=make.history())),
        *figures.pictures(with_studies("everything", mistakes=wrong)),
        *figures.pictures(dataclasses.replace(regression, mistakes=off)),
    ]
    assert {picture.name for picture in drawn} == set(figures.NAMES)


def test_svg_has_real_colours_and_text_as_outlines():
    root = ET.fromstring(figures.content(written_in("epoch"), "svg"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert LIGHT["line"] in ET.tostring(root, encoding="unicode")


def test_pdf_embeds_its_font_as_truetype():
    assert b"/FontFile2" in figures.content(written_in("epoch"), "pdf")


@pytest.mark.parametrize("kind", figures.FORMATS)
def test_same_chart_gives_the_same_bytes(kind):
    assert figures.content(written_in("epoch"), kind) == figures.content(written_in("epoch"), kind)


@needs_korean_font
@pytest.mark.parametrize("kind", figures.FORMATS)
def test_korean_text_is_drawn_in_a_korean_font(kind, quiet):
    drawn = figures.content(written_in("에포크"), kind)
    assert drawn != figures.content(written_in("손실들"), kind)
    assert kind != "pdf" or b"DejaVu" not in drawn


@needs_korean_font
def test_pdf_holds_opentype_outlines_as_a_reader_can_draw_them():
    drawn = figures.content(written_in("에포크"), "pdf")
    assert (b"/Type3" in drawn) == (fonts.pdf_type(fonts.korean()) == 3)


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_korean_text_without_a_font_is_refused_with_what_to_install(no_korean_font, kind):
    with pytest.raises(OutputError, match=r"chart \(.*\).*fonts-noto-cjk.*--figure-format svg"):
        figures.content(written_in("에포크"), kind)


def test_svg_without_a_font_keeps_korean_as_text(no_korean_font, quiet):
    assert "에포크" in figures.content(written_in("에포크"), "svg").decode()


@pytest.mark.parametrize(("formats", "refused"), [(["pdf"], True), (["svg", "png"], True), (["svg"], False)])
def test_korean_figures_are_refused_early_where_no_font_is_there(no_korean_font, tmp_path, formats, refused):
    with language.speaking("ko"):
        if not refused:
            figures.check(tmp_path, formats)
            return
        with pytest.raises(OutputError, match="install Noto Sans CJK"):
            figures.check(tmp_path, formats)


def test_earlier_figures_are_written_anew(result, tmp_path):
    first = figures.write(result, tmp_path, figures.FORMATS)
    assert figures.write(result, tmp_path, figures.FORMATS) == first


def edited(content):
    """Return an SVG as Inkscape saves it: without its DOCTYPE."""
    head, _, rest = content.partition(b"<!DOCTYPE")
    return head + rest.partition(b">\n")[2]


@pytest.mark.parametrize("content", [lambda drawn: b"mine", edited], ids=["mine", "edited"])
def test_file_of_a_persons_own_is_never_overwritten(result, tmp_path, content):
    path = tmp_path / "gap.svg"
    path.write_bytes(content(figures.content(written_in("epoch"), "svg")))
    before = path.read_bytes()
    for refuse in (lambda: figures.check(tmp_path, ["svg"]), lambda: figures.write(result, tmp_path, ["svg"])):
        with pytest.raises(OutputError, match="gap.svg is there already"):
            refuse()
    assert [file.name for file in tmp_path.iterdir()] == ["gap.svg"]
    assert path.read_bytes() == before


def test_file_in_the_folders_place_is_refused(tmp_path):
    (tmp_path / "figures").write_text("mine")
    with pytest.raises(OutputError, match="cannot be made"):
        figures.check(tmp_path / "figures" / "deeper")


def test_folder_with_a_name_too_long_is_refused_in_a_sentence(result, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        figures.write(result, tmp_path / ("x" * 300), ["svg"])


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(UsageError, match="pdf, svg, png"):
        figures.check(tmp_path, ["eps"])


def test_full_disk_is_said_and_leaves_no_part(result, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fitscope.report.figures.os.replace", full)
    with pytest.raises(OutputError, match="no space left on device"):
        figures.write(result, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_page_in_korean_is_laid_out_without_a_warning(result, quiet):
    with language.speaking("ko"):
        assert "에포크" in written_in("에포크").svg
