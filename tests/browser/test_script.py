"""What the page's own script adds, read back and compared with the result that the page carries."""

import csv
import io
import json

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fitscope.report.contents import write_log
from fitscope.report.numbers import number, percent
from fitscope.result import Result

pytestmark = pytest.mark.needs_browser


def point(page, chart, epoch):
    """Move the pointer to an epoch of a chart."""
    svg = page.find_element(By.CSS_SELECTOR, f"{chart} svg[data-plot]")
    x0, y0, x1, y1, first, last = map(float, svg.get_dom_attribute("data-plot").split())
    width = float(svg.get_dom_attribute("viewBox").split()[2])
    x = (x0 + (epoch - first) / (last - first) * (x1 - x0)) / width * svg.size["width"] - svg.size["width"] / 2
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", svg)
    ActionChains(page).move_to_element_with_offset(svg, round(x), 5).perform()


def read(page):
    """Return the numbers of the epoch that is read, by name."""
    tip = page.find_element(By.CLASS_NAME, "tip")
    terms, values = (tip.find_elements(By.TAG_NAME, tag) for tag in ("dt", "dd"))
    return tip.find_element(By.TAG_NAME, "b").text, {t.text: v.text.replace("\u00a0", " ") for t, v in zip(terms, values)}


def turn(page, selector, value):
    slider = page.find_element(By.CSS_SELECTOR, selector)
    page.execute_script("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", slider, value)


def told(page):
    return page.find_element(By.ID, "stop-told").text.replace("\u00a0", " ")


@pytest.mark.parametrize("epoch", [1, 6, 20])
def test_pointer_reads_an_epochs_numbers(open_page, carried, epoch):
    page = open_page("plain")
    result = carried(page)
    history, i = result["history"], result["history"]["epoch"].index(epoch)
    region = next(r["label"] for r in result["diagnosis"]["regions"] if r["first"] <= epoch <= r["last"])
    point(page, "#figure-loss", epoch)
    assert read(page) == (
        f"Epoch {epoch}",
        {
            "training loss": number(history["loss"][i]),
            "validation loss": number(history["val_loss"][i]),
            "gap": number(history["val_loss"][i] - history["loss"][i]),
            "chance of being the best": percent(result["diagnosis"]["uncertainty"]["chance"][i]),
            "region": region.replace("_", " "),
        },
    )


def test_pointer_in_one_chart_marks_its_epoch_in_all(open_page):
    page = open_page("everything")
    point(page, "#figure-gap", 7)
    at = page.execute_script("""
      return [...document.querySelectorAll('svg[data-plot]')].map(svg => { const line = svg.querySelector('.cursor');
        const [x0, , x1, , first, last] = svg.dataset.plot.split(' ').map(Number);
        const epoch = first + (line.getAttribute('x1') - x0) / (x1 - x0) * (last - first);
        return line.getAttribute('visibility') === 'visible' && epoch; });
    """)
    assert len(at) >= 6
    assert at == pytest.approx([7.0] * len(at), abs=0.01)


def test_errors_of_numbers_are_read_in_their_own_units(open_page, carried):
    page = open_page("regression")
    history = carried(page)["history"]
    point(page, "#figure-mae", 5)
    _, shown = read(page)
    assert shown["validation mean absolute error"] == number(history["val_mae"][4])


def test_pointer_that_leaves_and_escape_hide_what_is_read(open_page):
    page = open_page("plain")
    for leave in (lambda: ActionChains(page).send_keys(Keys.ESCAPE).perform(),
                  lambda: ActionChains(page).move_to_element(page.find_element(By.TAG_NAME, "h1")).perform()):  # fmt: skip
        point(page, "#figure-loss", 5)
        assert read(page)[0] == "Epoch 5"
        leave()
        assert page.find_elements(By.CLASS_NAME, "tip") == []


def test_finger_reads_an_epoch(open_page):
    page = open_page("plain", 360)
    svg = page.find_element(By.CSS_SELECTOR, "#figure-loss svg")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", svg)
    box = page.execute_script("return arguments[0].getBoundingClientRect().toJSON()", svg)
    touch = {"type": "touchStart", "touchPoints": [{"x": box["left"] + 0.6 * box["width"], "y": box["top"] + box["height"] / 2}]}
    page.execute_cdp_cmd("Input.dispatchTouchEvent", touch)
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert read(page)[0].startswith("Epoch 1")


@pytest.mark.parametrize("epoch", [3, 4, 7, 8, 10, 15, 21])
def test_slider_says_what_stopping_would_have_cost(open_page, carried, epoch):
    page = open_page("gaps")
    history = carried(page)["history"]
    epochs, losses = history["epoch"], history["val_loss"]
    i, best = epochs.index(epoch), epochs.index(8)  # the first of two equally low ones
    turn(page, "#stop", i)
    said = told(page)

    def above(loss):
        share = 100 * (loss / losses[best] - 1)
        return f"{number(share, 1 if share < 10 else 0)} %"

    loss = losses[i]
    kept = min((j for j in range(i + 1) if losses[j] is not None), key=lambda j: losses[j])
    if loss is None:
        assert f"Stopped after epoch {epoch}: its validation loss is not known." in said
    elif loss == losses[best]:
        assert f"Stopped after epoch {epoch} and its weights kept: validation loss 0.500, the lowest of all." in said
    else:
        assert (
            f"after epoch {epoch} and its weights kept: validation loss {number(loss)}, {above(loss)} above the lowest (epoch 8)"
            in said
        )
    assert ("(epoch 8): nothing lost." in said) == (kept == best)
    assert kept == best or f"(epoch {epochs[kept]}): {above(losses[kept])} above the lowest." in said
    assert f"{len(epochs) - 1 - i} of {len(epochs)} epochs saved." in said


def test_slider_shades_what_lies_behind_it_in_all_charts(open_page):
    page = open_page("everything")
    seen = "return [...document.querySelectorAll('.beyond')].map(g => g.getAttribute('visibility'))"
    assert set(page.execute_script(seen)) == {"hidden"}
    turn(page, "#stop", 11)
    starts = page.execute_script("""
      return [...document.querySelectorAll('svg[data-plot]')].map(svg => {
        const [x0, , x1, , first, last] = svg.dataset.plot.split(' ').map(Number);
        return first + (svg.querySelector('.beyond rect').getAttribute('x') - x0) / (x1 - x0) * (last - first); })""")
    assert set(page.execute_script(seen)) == {"visible"}
    assert starts == pytest.approx([12.5] * len(starts), abs=0.02)


def test_slider_is_read_out_when_it_rests(open_page):
    from selenium.webdriver.support.ui import WebDriverWait

    page = open_page("plain")
    for i in (3, 4, 5):
        turn(page, "#stop", i)
    said = page.find_element(By.ID, "stop-said")
    assert "after epoch 6" not in said.get_attribute("textContent")
    WebDriverWait(page, 5).until(lambda _: "after epoch 6" in said.get_attribute("textContent"))


def test_without_validation_loss_there_is_no_slider_and_no_logarithmic_scale_below_zero(open_page):
    page = open_page("training alone")
    assert page.find_elements(By.ID, "stop") == []
    assert not page.find_element(By.ID, "scale").is_displayed()
    point(page, "#figure-loss", 5)
    assert read(page) == ("Epoch 5", {"training loss": "-0.100"})


def test_ten_thousand_epochs_are_read_and_stopped_at(open_page, carried):
    page = open_page("long")
    losses = carried(page)["history"]["val_loss"]
    turn(page, "#stop", 4999)
    assert f"Stopped after epoch 5,000 and its weights kept: validation loss {number(losses[4999])}" in told(page)
    point(page, "#figure-loss", 5000)
    head, shown = read(page)
    epoch = int(head.removeprefix("Epoch ").replace(",", ""))
    assert abs(epoch - 5000) < 20
    assert shown["validation loss"] == number(losses[epoch - 1])


def test_page_of_ten_thousand_epochs_and_a_hundred_trials_has_at_most_two_megabytes(page_file):
    assert page_file("long").stat().st_size <= 2_000_000


def test_button_shows_the_losses_on_the_other_scale(open_page):
    page = open_page("plain")
    linear, log = page.find_elements(By.CSS_SELECTOR, "#figure-loss .scale")
    button = page.find_element(By.ID, "scale")
    for pressed in ("false", "true", "false"):
        assert button.get_attribute("aria-pressed") == pressed
        assert (linear.is_displayed(), log.is_displayed()) == (pressed == "false", pressed == "true")
        page.execute_script("arguments[0].click()", button)
    point(page, "#figure-loss .log", 3)
    assert read(page)[0] == "Epoch 3"


@pytest.mark.parametrize("name", ["plain", "gaps"])
def test_curves_are_downloaded_as_keras_would_have_written_them(open_page, carried, downloaded, tmp_path, name):
    page = open_page(name)
    page.execute_script("document.getElementById('csv').click()")
    text = downloaded("history.csv")
    write_log(Result.from_json(carried(page)).history, tmp_path / "history.csv")
    assert text == (tmp_path / "history.csv").read_bytes().decode()
    assert next(csv.reader(io.StringIO(text)))[0] == "epoch"


def test_result_is_downloaded_as_the_page_carries_it(open_page, carried, downloaded):
    page = open_page("plain")
    page.execute_script("document.getElementById('json').click()")
    assert json.loads(downloaded("result.json")) == carried(page)


def test_keyboard_reaches_everything_and_moves_the_sliders(open_page):
    page = open_page("plain")
    reached, before = [], None
    page.execute_script("document.body.tabIndex = -1; document.body.focus()")
    while len(reached) < 200:
        ActionChains(page).send_keys(Keys.TAB).perform()
        here = page.switch_to.active_element
        if here == before or here.tag_name == "body":
            break
        reached.append(here.get_attribute("id") or here.get_attribute("class") or here.tag_name)
        before = here
    can = page.execute_script("""
      return [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
        .filter(e => e.checkVisibility()).map(e => e.id || e.className || e.localName)""")
    assert sorted(reached) == sorted(can)
    assert {"stop", "scale", "csv", "json", "scrub"} <= set(reached)


def test_arrow_keys_move_the_cut_off_and_the_epoch_that_is_read(open_page):
    page = open_page("plain")
    page.execute_script("document.getElementById('stop').focus()")
    ActionChains(page).send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT).perform()
    assert "Stopped after epoch 18 " in told(page)
    scrub = page.find_element(By.CSS_SELECTOR, "#figure-gap .scrub")
    page.execute_script("arguments[0].focus()", scrub)
    ActionChains(page).send_keys(Keys.HOME, Keys.ARROW_RIGHT).perform()
    assert read(page)[0] == "Epoch 2"
    assert scrub.get_attribute("aria-valuetext").startswith("Epoch 2, training loss ")


def test_without_script_all_is_readable_and_no_dead_button_is_seen(open_page):
    page = open_page("plain", script=False)
    dead = "[...document.querySelectorAll('button, input')].filter(e => e.checkVisibility()).length"
    assert page.execute_cdp_cmd("Runtime.evaluate", {"expression": dead})["result"]["value"] == 0
    seen = "[...document.querySelectorAll('.scale')].map(e => e.checkVisibility()).join()"
    assert page.execute_cdp_cmd("Runtime.evaluate", {"expression": seen})["result"]["value"] == "true,false"


def test_nothing_moves_by_itself(open_page):
    page = open_page("everything", motion="reduce")
    moving = """return [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
      return s.transitionDuration !== '0s' || s.animationName !== 'none' || s.scrollBehavior !== 'auto'; }).length"""
    assert page.execute_script(moving) == 0


def test_heads_sort_a_table_both_ways(open_page):
    page = open_page("plain")
    page.execute_script("""
      document.querySelector('main').insertAdjacentHTML('beforeend', `<table class="sortable" id="sorted"><thead><tr><th>n</th></tr>
        </thead><tbody><tr><td data-sort="2">b</td></tr><tr><td data-sort="10">c</td></tr><tr><td data-sort="1">a</td></tr></tbody>
        </table>`); const script = [...document.scripts].at(-1).textContent; new Function(script)();""")
    head = page.find_element(By.CSS_SELECTOR, "#sorted th")
    for way, rows in (("ascending", "abc"), ("descending", "cba")):
        page.execute_script("arguments[0].querySelector('button').click()", head)
        assert head.get_attribute("aria-sort") == way
        assert "".join(cell.text for cell in page.find_elements(By.CSS_SELECTOR, "#sorted td")) == rows
