"""Every text for people is in every language, and English stays what it was."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping
from babel.messages.pofile import read_po

import fitscope
from fitscope import language, words
from fitscope.errors import UsageError
from fitscope.language import _, _n, figures, retold, speaking
from fitscope.report import numbers

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "templates" / "locale"
KEYWORDS = {"_": None, "N_": None, "_n": (1, 2), "Nn_": (1, 2)}


@pytest.fixture(scope="module")
def extracted():
    with open(CATALOGUES / "babel.cfg", encoding="utf8") as file:
        methods, options = parse_mapping(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, directory_filter=lambda folder: Path(folder).name[0] != ".")
    return {message for _file, _line, message, _comments, _context in found}


@pytest.fixture(params=[code for code in language.LANGUAGES if code != language.ENGLISH])
def catalogue(request):
    with open(CATALOGUES / request.param / "LC_MESSAGES" / "fitscope.po", "rb") as file:
        return read_po(file, locale=request.param)


def fields(text):
    return set(re.findall(r"{[^}]*}", text))


def test_catalogue_holds_every_text_and_no_other(extracted, catalogue):
    assert {message.id for message in catalogue if message.id} == extracted
    assert not catalogue.obsolete


def test_every_text_is_translated_with_the_same_values(catalogue):
    for message in catalogue:
        if message.id:
            many = message.id if isinstance(message.id, str) else message.id[-1]
            told = [message.string] if isinstance(message.string, str) else list(message.string)
            assert all(told), message.id
            assert not message.fuzzy, message.id
            assert all(fields(text) == fields(many) for text in told), message.id


PARTICLES = re.compile(r"{(\w+)[^}]*}(?:은|는|이|가|을|를|와|과|로|으로)(?=[ .,)])")
PERCENTAGES = {"accuracy", "explained"}  # read with the same ending, whatever the number


def test_korean_particles_do_not_depend_on_what_is_filled_in(extracted):
    with speaking("ko"):
        told = [_(message) if isinstance(message, str) else _n(*message, 2) for message in extracted]
    assert {text for text in told if set(PARTICLES.findall(text)) - PERCENTAGES} == set()


def test_languages_are_those_of_the_catalogues():
    assert {folder.name for folder in CATALOGUES.iterdir() if folder.is_dir()} == set(language.LANGUAGES) - {language.ENGLISH}


def test_language_ends_with_its_block_even_after_an_error():
    with pytest.raises(RuntimeError), speaking("ko"):
        assert _("overfitting") == "과적합"
        raise RuntimeError
    assert _("overfitting") == "overfitting"
    with pytest.raises(UsageError, match="There is no language 'tlh'"), speaking("tlh"):
        pass


def test_text_without_a_translation_stays_english():
    with speaking("ko"):
        assert _("Nobody wrote this.") == "Nobody wrote this."
        assert _("") == ""
        assert _n("{count} epoch", "{count} epochs", 1) == "{count} 에포크"


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("The loss is what it is.", "The loss is what it is."),
        ("the loss is rmse", "손실로 쓴 지표: rmse"),
        ("7,500 rows are test data: picked at random.", "테스트 데이터 7,500행: 무작위로 골랐습니다."),
        ("Left out: id (empty), a, b (always the same).", "제외한 열: id (비어 있음), a, b (값이 모두 같음)."),
        ("Left out: id (numbers the rows).", "제외한 열: id (행 번호)."),
        ("age: 1 cell that is no number counts as missing in the test rows ('x').",
         "age: 테스트 행에서 숫자가 아닌 칸 1개를 누락된 값으로 다룹니다('x')."),
        ("Goodfellow et al. 2016, 11.4.1: the learning rate before all else; Smith 2017 (learning rate ranges)",
         "Goodfellow et al. 2016, 11.4.1: 무엇보다 먼저 학습률을 조정합니다; Smith 2017 (학습률 범위)"),
        ("Some numbers cannot be: accuracy of epoch 1 is 1.5, which no number of 100 samples gives; the refitted test loss "
         "0.1 lies outside its own interval. Differs, ask.",
         "있을 수 없는 값이 있습니다: 에포크 1의 accuracy 값 1.5: 샘플 100개에서 나올 수 없습니다; 재학습 모델의 "
         "테스트 손실 0.1 값이 자신의 신뢰구간 밖에 있습니다. 다르니 물어보십시오."),
        ("{count} is {columns}; <b>", "{count} is {columns}; <b>"),
        ("", ""),
    ],
)  # fmt: skip
def test_kept_sentence_is_retold(english, korean):
    assert retold(english) == english
    with speaking("ko"):
        assert retold(english) == korean


def test_numbers_follow_the_language(monkeypatch):
    with speaking("ko"):
        assert numbers.percent(0.8812) == "88.1%"
        assert numbers.percent(0.9999) == "> 99.9%"
        assert words.percent(0.0001) == "< 0.1%"
        assert numbers.interval((0.1, 0.2)) == "0.100 ~ 0.200"
        assert numbers.setting({"learning_rate": True}) == "학습률 예"
    monkeypatch.setitem(language.LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(language, "_catalogue", lambda code: language.gettext.NullTranslations())
    with speaking("de"):
        assert numbers.number(3012.44) == "3.012,4"
        assert numbers.percent(0.8812) == "88,1\xa0%"
        assert words.evidence("still_rising", {"why": "still_rising", "rise": 0.5, "rise_limit": 1.25}).count("0,5") == 1


@pytest.mark.parametrize(("text", "said"), [("yesterday", "yesterday"), ("2026-01-02T23:30:00-02:00", "3 January 2026, 01:30 UTC")])
def test_moment_is_told_in_utc(text, said):
    assert figures.moment(text) == said


def test_result_stays_english_in_every_language(result):
    english = result.to_json()
    with speaking("ko"):
        assert result.to_json() == english


def test_leaks_are_kept_in_english():
    import numpy as np

    from fitscope.datasets.leaks import duplicates

    with speaking("ko"):
        (leak,) = duplicates(np.eye(3), None, np.eye(3)[:1])
        assert leak.to_json()["message"].startswith("1 of the 1 test samples")


def test_analyze_speaks_korean_and_its_result_english(cli_invoke, fake_training, tmp_path):
    fake_training("overfitting")
    done = cli_invoke("analyze", "digits", "--lang", "ko", "--output", tmp_path / "run", "--quiet")
    assert done.exit_code == 0
    assert "재학습한 모델의 테스트 결과" in done.output
    kept = (tmp_path / "run" / "result.json").read_text()
    assert "Best after epoch" in kept
    assert "--lang ko" in kept
    assert not re.search("[가-힣]", kept + (tmp_path / "run" / "plan.json").read_text())


@pytest.mark.parametrize("command", ["analyze", "diagnose"])
def test_unknown_language_is_refused(cli_invoke, command):
    done = cli_invoke(command, "digits", "--lang", "tlh")
    assert done.exit_code == 2
    assert f"'tlh' is not one of {', '.join(map(repr, language.LANGUAGES))}" in done.output.replace("\n", " ")


@pytest.mark.parametrize(
    "code", ["import fitscope", "from fitscope.report.page import render", "from fitscope.cli import main; main(['--help'])"]
)
def test_english_needs_no_babel(code):
    check = f"import atexit, sys\natexit.register(lambda: sys.stderr.write(repr('babel' in sys.modules)))\n{code}"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False).stderr.endswith("False")


def test_speaking_is_part_of_the_package():
    assert fitscope.speaking is speaking
