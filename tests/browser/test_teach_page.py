"""The page that asks before it answers."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.needs_browser

QUESTIONS = ("stop", "region", "verdict", "quoted")


def question(page, name):
    return page.find_element(By.ID, f"question-{name}")


def choose(page, name, right):
    asked = question(page, name)
    inputs = asked.find_elements(By.TAG_NAME, "input")
    chosen = next(i for i in inputs if (i.get_attribute("data-right") is not None) == right)
    chosen.click()
    asked.find_element(By.CLASS_NAME, "check").click()
    return asked


def test_nothing_tells_the_answer_before_the_reader_has_chosen(open_page, carried):
    page = open_page("teach")
    result = carried(page)
    seen = page.find_element(By.TAG_NAME, "body").text + page.title
    assert result["diagnosis"]["message"] not in seen
    assert not re.search(r"best epoch,|plateau, \d", seen)
    assert "overfitting" not in page.title
    assert page.find_elements(By.CSS_SELECTOR, "#questions [id*='region-good_fit'], #questions [id$='plateau']") == []
    assert [s.get_attribute("id") for s in page.find_elements(By.CLASS_NAME, "question")] == [f"question-{n}" for n in QUESTIONS]


def test_chart_of_the_questions_tells_losses_alone(open_page):
    page = open_page("teach")
    page.execute_script("document.querySelector('#figure-question-loss .scrub').focus()")
    assert {term.text for term in page.find_elements(By.CSS_SELECTOR, ".tip dt")} == {"training loss", "validation loss", "gap"}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("right", [True, False])
def test_choice_is_judged_in_words_and_the_explanation_opens(open_page, name, right):
    page = open_page("teach")
    asked = choose(page, name, right)
    told = asked.find_element(By.CLASS_NAME, "told").text
    assert told.startswith("✓ Right." if right else "✗ Not quite.")
    assert len(told) > 20
    assert asked.find_element(By.CLASS_NAME, "explained").get_attribute("open") is not None


def test_right_answers_follow_from_the_result(open_page, carried):
    page = open_page("teach")
    diagnosis = carried(page)["diagnosis"]
    right = {name: [label.text for label in question(page, name).find_elements(By.CSS_SELECTOR, "label:has([data-right])")]
             for name in QUESTIONS}  # fmt: skip
    first, last = diagnosis["plateau"]
    assert right["stop"] and all(first <= int(re.search(r"\d+", text)[0]) <= last for text in right["stop"])
    epoch = int(re.search(r"\d+", question(page, "region").find_element(By.TAG_NAME, "h2").text.partition(".")[2])[0])
    regions = [region["label"].replace("_", " ") for region in diagnosis["regions"] if region["first"] <= epoch <= region["last"]]
    assert right["region"] == regions == ["overfitting"]
    assert [text.partition(":")[0] for text in right["verdict"]] == [diagnosis["verdict"]]
    assert right["quoted"] == ["test accuracy of the refitted model"] or "test" in right["quoted"][0]


def test_check_without_a_choice_asks_for_one(open_page):
    page = open_page("teach")
    question(page, "stop").find_element(By.CLASS_NAME, "check").click()
    assert question(page, "stop").find_element(By.CLASS_NAME, "told").text == "Choose one first."
    assert question(page, "stop").find_element(By.CLASS_NAME, "explained").get_attribute("open") is None


def test_questions_are_answered_by_keyboard_alone(open_page):
    page = open_page("teach")
    page.execute_script("arguments[0].focus()", question(page, "region").find_element(By.TAG_NAME, "input"))
    ActionChains(page).send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.TAB, Keys.ENTER).perform()
    assert question(page, "region").find_element(By.CLASS_NAME, "told").text.startswith("✓ Right.")


def test_report_comes_when_it_is_asked_for(open_page):
    page = open_page("teach")
    numbers = page.find_element(By.ID, "fitscope-numbers")
    assert not numbers.is_displayed()
    page.find_element(By.CSS_SELECTOR, "#answer > summary").click()
    assert numbers.is_displayed()


def test_without_script_the_answers_are_folded_and_can_be_opened(open_page):
    page = open_page("teach", script=False)
    script = (
        "[...document.querySelectorAll('.explained, #answer')].map(d => d.open).join() + document.querySelectorAll('.check').length"
    )
    value = page.execute_cdp_cmd("Runtime.evaluate", {"expression": script})["result"]["value"]
    assert value == "false,false,false,false,false4"
    shown = "[...document.querySelectorAll('.check')].filter(b => b.checkVisibility()).length"
    assert page.execute_cdp_cmd("Runtime.evaluate", {"expression": shown})["result"]["value"] == 0
