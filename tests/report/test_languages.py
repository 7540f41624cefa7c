"""Pages, charts and summaries in Korean hold no English sentence."""

from __future__ import annotations

import html
import json
import re

import pytest

from fitscope import shipped
from fitscope.language import speaking
from fitscope.report import facts_view, scores_view
from fitscope.report.page import picture
from fitscope.report.study_view import sections
from fitscope.report.summary import summary

LETTERS = re.compile(r"[A-Za-z][\w'’-]*(?: [A-Za-z(][\w'’-]*)+")
# What stays as it is in every language: names of programs, functions, options and authors.
NAMES = re.compile(
    r"[A-Z]\w+(?: & [A-Z]\w+| et al\.)? \d{4}|fitscope analyze|--[a-z-]+(?: large)?|scikit-learn|out-of-bag|EarlyStopping|"
    r"Linux x86_64|restore_best_weights=True|[\w]+\([^)]*=[^)]*\)|tests/\w+\.py|tf\.data|a \+ b n"
)


@pytest.fixture
def spoken(with_studies, regression):
    """Return all that views make of results, as texts, in Korean."""

    def texts(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, (tuple, list)):
            for item in value:
                yield from texts(item)
        elif hasattr(value, "__dataclass_fields__"):
            yield from texts([getattr(value, name) for name in value.__dataclass_fields__ if name not in ("severity", "name")])

    def made():
        for result in (with_studies("everything"), regression):
            yield from texts(sections(result))
            yield from texts([section.pictures for section in sections(result)])
            yield from texts([facts_view.data(result.dataset), facts_view.leaks(result.dataset), facts_view.notices(result)])
            yield from texts([facts_view.settings(result.plan), facts_view.versions(result)])
            yield from texts([scores_view.numbers(result, None), scores_view.own_scores(result), summary(result)])
            yield picture(result.history, result.diagnosis)

    with speaking("ko"):
        return list(made())


def english(text):
    """Return the runs of Latin words in a text or in an SVG's texts that no name explains."""
    if "<svg" in text:
        text = " | ".join(
            re.findall(r">([^<]*)<", re.sub(r"<(style|title|metadata).*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL))
        )
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
    assert all("sans-serif" in picture.svg for picture in drawn)
