"""Pages, charts and summaries in Korean hold no English sentence."""

from __future__ import annotations

import dataclasses
import html
import json
import re

import pytest

from fitscope import shipped
from fitscope.language import speaking
from fitscope.report.page import render
from fitscope.report.study_view import sections
from fitscope.report.summary import summary

LETTERS = re.compile(r"[A-Za-z][\w'’-]*(?: \(?[A-Za-z][\w'’-]*)+")
# What stays as it is in every language: names of programs, functions, options and authors.
NAMES = re.compile(
    r"[A-Z]\w+(?: & [A-Z]\w+| et al\.)? \d{4}|fitscope analyze|fitscope data show \w+|--[a-z-]+(?: large)?|scikit-learn|out-of-bag|"
    r"EarlyStopping|Linux x86_64|restore_best_weights=True|[\w]+\([^)]*=[^)]*\)|tests/\w+\.py|tf\.data|a \+ b n"
)


@pytest.fixture
def spoken(with_studies, regression, result, taken_apart):
    """Return all the texts of pages in Korean, of the terminal's summary, and of what notebooks show."""
    imdb = dataclasses.replace(result, dataset=dataclasses.replace(result.dataset, name="imdb"))
    with speaking("ko"):
        pages = [render(made) for made in (with_studies("everything"), with_studies("folds"), regression, imdb)]
        pages += ["\n".join(summary(regression)), result._repr_html_()]
        return [text for page in pages for text in taken_apart(page).texts]


def english(text):
    """Return the runs of Latin words in a text that no name explains."""
    return LETTERS.findall(NAMES.sub("·", html.unescape(text)))


def test_no_english_sentence_is_left_in_what_views_say(spoken):
    assert len(spoken) > 500
    assert {run for text in spoken for run in english(text)} == set()


def test_diagnose_speaks_korean(cli_invoke, tmp_path, curves):
    log = tmp_path / "log.json"
    log.write_text(json.dumps(curves("overfitting")))
    said = cli_invoke("diagnose", log, "--lang", "ko").output.replace(str(log), "")
    assert "검증 손실" in said
    assert english(said) == []
    assert json.loads(cli_invoke("diagnose", log, "--lang", "ko", "--json").output) == json.loads(
        cli_invoke("diagnose", log, "--json").output
    )


def test_every_hangul_syllable_is_measured_nearly_an_em_wide():
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(shipped.templates() / "wide.ttf"))
    font.set_size(100, 72)
    font.set_text("가힣")
    assert font.get_width_height()[0] / 64 == pytest.approx(184, abs=1)


@pytest.mark.filterwarnings("error:Glyph")
def test_chart_in_korean_needs_no_korean_font(with_studies):
    with speaking("ko"):
        drawn = [picture for section in sections(with_studies("everything")) for picture in section.pictures]
        assert drawn and not [picture.name for picture in drawn if "font-family" in picture.svg]
