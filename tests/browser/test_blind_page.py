"""The page of a blind run, and the page with a student's answers: nothing tells, nothing runs."""

import dataclasses

import pytest
from selenium.webdriver.common.by import By

from fitscope.language import speaking
from fitscope.report import page
from fitscope.result import Answers, Author

pytestmark = pytest.mark.needs_browser

HOSTILE = (
    "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>",
    "[click](javascript:window.ran=3) ![x](https://example.org/x.png) <svg onload=window.ran=4>",
    "</script><script>window.ran = 5</script>\u202e" + "x" * 3000,
)


@pytest.fixture
def written(result, tmp_path):
    """Write a page of the result with some of it changed."""

    def write(language="en", **changes):
        with speaking(language):
            page.write(dataclasses.replace(result, **changes), tmp_path / "page.html")
        return tmp_path / "page.html"

    return write


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_blind_page_tells_no_verdict_at_any_width(written, open_file, axe, result, language, scheme, width):
    shown = open_file(written(language, blind=True), width, scheme)
    body = shown.find_element(By.TAG_NAME, "body").text
    with speaking(language):
        assert result.diagnosis.message not in body
    assert shown.find_elements(By.CSS_SELECTOR, ".badge, #fitscope-numbers, #regions, #refit, #stop, [id*='region-']") == []
    assert shown.execute_script("return document.documentElement.scrollWidth") <= width
    assert axe(shown) == []


def test_blind_page_read_by_keyboard_begins_at_the_first_epoch_and_tells_curves_alone(written, open_file):
    shown = open_file(written(blind=True))
    for scrub in shown.find_elements(By.CSS_SELECTOR, ".scrub"):
        assert scrub.get_attribute("value") == "0"
    shown.execute_script("document.querySelector('#figure-loss .scrub').focus()")
    terms = {term.text for term in shown.find_elements(By.CSS_SELECTOR, ".tip dt")}
    assert "training loss" in terms
    assert not terms & {"chance of being the best", "region"}


def test_blind_page_without_its_script_shows_curves_and_commands(written, open_file):
    shown = open_file(written(blind=True), script=False)
    assert shown.find_element(By.CSS_SELECTOR, "#figure-loss svg").is_displayed()
    assert "fitscope submit FOLDER" in shown.find_element(By.TAG_NAME, "body").text


@pytest.mark.parametrize("blind", [True, False])
def test_hostile_answers_and_names_never_run(written, open_file, requests, blind):
    said = Answers(9, HOSTILE[0], 0.5, why="\n\n".join(HOSTILE), more={HOSTILE[1]: HOSTILE[2]})
    given = {"author": Author(HOSTILE[0], HOSTILE[2][:100]), "notes": HOSTILE[1], "command": HOSTILE[2]}
    path = written(answers=None if blind else said, blind=blind, **given)
    shown = open_file(path, 360)
    assert shown.execute_script("return window.ran") is None
    for link in shown.find_elements(By.CSS_SELECTOR, "main a"):
        assert not link.get_attribute("href").startswith("javascript")
    assert requests(shown) == [path.as_uri()]
    assert shown.execute_script("return document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("language", ["en", "ko"])
def test_answers_stand_beside_what_the_run_says(written, open_file, axe, language):
    said = Answers(20, "good_fit", 0.9, why="It **stays**.", more={"regularizer": "none"})
    shown = open_file(written(language, answers=said, author=Author("Kim Minji", "2026-1234")), 360, "dark")
    section = shown.find_element(By.ID, "answers")
    assert len(section.find_elements(By.CSS_SELECTOR, "tbody tr")) == 3
    assert section.find_element(By.CSS_SELECTOR, ".notes strong").text == "stays"
    assert "Kim Minji (2026-1234)" in shown.find_element(By.TAG_NAME, "header").text
    assert axe(shown) == []
