"""What grading leaves for people, in headless Chromium: the class's page with its keyboard and decisions, and feedback."""

import dataclasses
import importlib.util
import tomllib
from pathlib import Path

import pytest

from fitscope.grading import outputs
from fitscope.grading.overrides import apply, read_overrides

pytestmark = pytest.mark.needs_browser

_spec = importlib.util.spec_from_file_location("made_class", Path(__file__).parents[1] / "grading" / "conftest.py")
_made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_made)
hostile_class = _made.hostile_class
BEFORE = (
    '# kept\n[[override]]\nstudent = "2026-1002"\ncriterion = "Why"\npoints = 1\nwho = "Lee"\nwhen = "2026-12-01"\nwhy = "short"\n'
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Write a class of a size; a folder each."""
    done = {}

    def write(size, rubric_language="en"):
        if (size, rubric_language) not in done:
            folder = tmp_path_factory.mktemp("class") / "grades"
            folder.mkdir()
            (folder / "overrides.toml").write_text(BEFORE, encoding="utf8")
            outputs.write(_made.made_class(size), _made.rubric(language=rubric_language), folder)
            done[size, rubric_language] = folder
        return done[size, rubric_language]

    return write


@pytest.fixture
def index(graded, open_file):
    """The page of 30 students."""
    return lambda *args, size=30, **wishes: open_file(graded(size) / "index.html", *args, **wishes)


@pytest.fixture
def make_class_of_copies(tmp_path):
    """Write the page of a class in which everyone's answers are everyone else's."""

    def make(size):
        people = [_made.graded(number) for number in range(size)]
        for place, one in enumerate(people):
            others = tuple(other.name for other in people if other is not one)
            people[place] = dataclasses.replace(one, flags=(_made.Flag("same_answers", "The same words.", {}, others),))
        outputs.write(_made.Gradebook("Copies", tuple(people)), _made.rubric(), tmp_path / "grades")
        return tmp_path / "grades" / "index.html"

    return make


@pytest.fixture
def press(browser):
    from selenium.webdriver import ActionChains

    return lambda *keys: ActionChains(browser).send_keys(*keys).perform()


def names(page):
    """Return the students that are seen, in the page's order."""
    rows = "[...document.querySelectorAll('#class > tbody > tr:not(.more)')].filter(row => !row.hidden)"
    return page.execute_script(f"return {rows}.map(row => row.querySelector('a').textContent)")


def column(page, number):
    script = "return [...document.querySelectorAll('#class > tbody > tr:not(.more)')].map(r => r.cells[arguments[0]].dataset.v)"
    return page.execute_script(script, number)


def find(page, selector):
    return page.find_element("css selector", selector)


def choose(page, value):
    page.execute_script(
        "const s = document.getElementById('state'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", value
    )


def test_page_opens_without_a_message_and_asks_for_nothing(index, requests):
    page = index()
    assert page.get_log("browser") == [] and requests(page) == [page.current_url]
    assert len(names(page)) == 30


@pytest.mark.parametrize("name", ["index.html", "feedback"])
def test_hostile_texts_run_nothing_ask_for_nothing_and_break_nothing(hostile_class, open_file, requests, tmp_path, name):
    outputs.write(hostile_class, _made.rubric(), tmp_path / "grades", source=tmp_path)
    paths = [tmp_path / "grades" / name] if name != "feedback" else sorted((tmp_path / "grades" / name).iterdir())
    for path in paths:
        page = open_file(path, 360)
        for link in page.find_elements("css selector", "#class tbody th a"):
            link.click()
        assert page.get_log("browser") == [] and requests(page) == [page.current_url]
        assert page.title != "ran" and not page.find_elements("css selector", "img, svg [onload], body svg:not([viewBox])")
        assert page.execute_script("return document.documentElement.scrollWidth") <= 360


def test_hostile_decision_is_saved_as_toml(hostile_class, open_file, downloaded, tmp_path):
    outputs.write(hostile_class, _made.rubric(), tmp_path / "grades")
    page = open_file(tmp_path / "grades" / "index.html")
    page.find_elements("css selector", "#class tbody th a")[1].click()
    find(page, "tr.more tr[data-h] input[type=number]").send_keys("1.5")
    find(page, "tr.more tr[data-h] input:not([type])").send_keys('"""\'\\n\\ud800 <b>')
    find(page, "#who").send_keys('Lee "the\\third"')
    find(page, "#save button").click()
    (entry,) = tomllib.loads(downloaded("overrides.toml"))["override"]
    assert entry["points"] == 1.5 and entry["who"] == 'Lee "the\\third"' and entry["why"] == '"""\'\\n\\ud800 <b>'
    assert entry["student"] == f"{_made.HOSTILE[1]}1"


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 7, 8, 11])
def test_numbers_sort_both_ways_with_the_unknown_last(index, number):
    page = index()
    head = page.find_elements("css selector", "#class thead th")[number]
    ways = set()
    for _ in range(2):
        head.find_element("css selector", "button").click()
        ways.add(way := head.get_attribute("aria-sort"))
        found = column(page, number)
        known = [float(value) for value in found if value]
        assert known == sorted(known, reverse=way == "descending") and not any(found[len(known) :])
    assert ways == {"ascending", "descending"}


def test_names_sort_both_ways(index):
    page = index()
    button = find(page, "#class thead th button")
    button.click()
    up = names(page)
    button.click()
    assert up[0].startswith("Ada") and up[-1].startswith("Yusuf") and names(page)[0] == up[-1]


def test_sorting_keeps_what_is_open_below_its_row(index):
    page = index()
    find(page, "#class tbody th a").click()
    page.find_elements("css selector", "#class thead button")[1].click()
    above = "return document.querySelector('tr.more').previousElementSibling.querySelector('a').hash"
    assert page.execute_script(above) == "#" + find(page, "tr.more article").get_attribute("id")


def test_search_finds_names_numbers_and_what_students_wrote(index):
    page = index()
    box = find(page, "#find")
    for text, hits in (("park", 4), ("2026-1013", 1), ("learnt by heart", 28), ("nobody's text", 0)):
        box.clear()
        box.send_keys(text)
        assert len(names(page)) == hits, text
        assert find(page, "#count").text == f"{hits} of 30 shown"


@pytest.mark.parametrize(
    ("state", "hits"), [("", 30), ("unread", 2), ("pending", 18), ("flagged", 5), ("late", 3), ("same_curves", 2)]
)
def test_menu_shows_one_state_alone(index, state, hits):
    page = index()
    choose(page, state)
    assert len(names(page)) == hits


def test_keyboard_walks_opens_and_closes(index, press):
    from selenium.webdriver import Keys

    page = index()
    order = names(page)
    here = "return document.querySelector('tr.here a')?.textContent"
    press("j")
    assert page.execute_script(here) == order[0]
    press("j", Keys.ARROW_DOWN, "k")
    assert page.execute_script(here) == order[1] == page.switch_to.active_element.text
    press(Keys.ENTER)
    assert find(page, "tr.more h3").text == order[1]
    press(Keys.ENTER)
    assert not page.find_elements("css selector", "tr.more")
    press("/")
    assert page.switch_to.active_element.get_attribute("id") == "find"
    press("k")
    assert find(page, "#find").get_attribute("value") == "k"


@pytest.mark.parametrize("select", [False, True])
def test_escape_leads_from_search_and_menu_back_to_a_student_who_is_shown(index, press, select):
    from selenium.webdriver import Keys

    page = index()
    press("j", "/", "park")
    if select:
        choose(page, "pending")
        page.execute_script("document.getElementById('state').focus()")
    shown = names(page)
    press(Keys.ESCAPE)
    assert page.switch_to.active_element.text == shown[0]
    press("j")
    assert page.switch_to.active_element.text == shown[1]


def test_keyboard_skips_those_that_are_not_shown(index, press):
    page = index()
    choose(page, "unread")
    shown = names(page)
    press("j", "j", "j", "j")
    assert page.execute_script("return document.querySelector('tr.here a').textContent") == shown[-1]


def test_question_mark_shows_the_keys_and_single_letters_can_be_switched_off(index, press):
    from selenium.webdriver import Keys

    page = index()
    press("?")
    assert find(page, "#keys").is_displayed()
    find(page, "#single").click()
    press(Keys.ESCAPE)
    assert not find(page, "#keys").is_displayed()
    press("j")
    assert not page.find_elements("css selector", "tr.here")


def test_points_and_a_flags_fate_are_saved_behind_what_was_decided_before(index, press, downloaded, graded, tmp_path):
    from selenium.webdriver import Keys

    page = index()
    page.find_element("link text", "Ana Choi").click()
    press("2", ".5", Keys.TAB, "clear")
    find(page, "tr.more .flags select").send_keys("dis")
    find(page, "tr.more .flags input[type=checkbox]").click()
    assert find(page, "#unsaved").text == "Not saved yet: 2"
    find(page, "#save button").click()
    assert find(page, "#unsaved").text == "Say first who decides."
    find(page, "#who").send_keys("Kim")
    find(page, "#save button").click()
    (tmp_path / "overrides.toml").write_text(downloaded("overrides.toml"), encoding="utf8")
    text = (tmp_path / "overrides.toml").read_text(encoding="utf8")
    assert text.startswith("# kept\n") and len(tomllib.loads(text)["override"]) == 3
    book = _made.made_class(30)
    marked, unused = apply(read_overrides(tmp_path / "overrides.toml", _made.rubric()), book.graded)
    one = next(one for one in marked if one.student.name == "Ana Choi")
    assert not unused and one.marks[4].points == 2.5 and "clear" in one.marks[4].decided
    assert one.flags[0].shown and one.flags[0].decided.startswith("dismissed (Kim, 20")


def test_points_of_any_criterion_can_be_changed(index, downloaded):
    page = index()
    find(page, "#class tbody th a").click()
    find(page, "tr.more .change").click()
    field = find(page, "tr.more input[type=number]")
    field.clear()
    field.send_keys("2")
    find(page, "#who").send_keys("Kim")
    find(page, "#save button").click()
    entry = tomllib.loads(downloaded("overrides.toml"))["override"][-1]
    assert (entry["criterion"], entry["points"], entry["why"]) == ("Best epoch", 2, "read")


@pytest.mark.parametrize("typed", ["4", "-1", "1e9"])
def test_points_beyond_what_is_possible_are_not_taken(index, typed):
    page = index()
    page.find_element("link text", "Ana Choi").click()
    find(page, "tr.more tr[data-h] input[type=number]").send_keys(typed)
    assert "Between 0 and 3, please." in find(page, "tr.more tr[data-h]").text and not find(page, "#save").is_displayed()


def test_leaving_with_unsaved_decisions_asks_first(index, downloaded):
    page = index()
    leave = "const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented"
    assert not page.execute_script(leave)
    page.find_element("link text", "Ana Choi").click()
    find(page, "tr.more tr[data-h] input[type=number]").send_keys("1")
    assert page.execute_script(leave)
    find(page, "#who").send_keys("Kim")
    find(page, "#save button").click()
    downloaded("overrides.toml")
    assert not page.execute_script(leave)


def test_flag_leads_to_the_other_student_and_says_how_honest_work_comes_to_it(index):
    page = index()
    page.find_element("link text", "Ana Park").click()
    flags = find(page, "tr.more .flags")
    assert "Honest work has this where" in flags.text
    flags.find_element("link text", "Minji Lee").click()
    assert page.switch_to.active_element.text == "Minji Lee" and len(page.find_elements("css selector", "tr.more")) == 2


def test_flag_that_was_not_measured_says_so_and_a_measured_one_gives_its_figures(index):
    page = index()
    for student, said in (("Ana Choi", "How often honest work has this was not measured."), ("Ana Park", "of 1,191 honest ones")):
        page.find_element("link text", student).click()
        assert said in page.find_elements("css selector", "tr.more article")[-1].text


def test_flag_of_many_names_twelve_and_counts_the_rest(make_class_of_copies, open_file):
    page = open_file(make_class_of_copies(40))
    find(page, "#class tbody th a").click()
    assert len(page.find_elements("css selector", "tr.more .flags a")) == 12
    assert "and 27 other students." in find(page, "tr.more .flags").text


def test_decision_half_made_is_marked(index):
    page = index()
    page.find_element("link text", "Ana Choi").click()
    find(page, "tr.more .flags .decide input:not([type])").send_keys("asked them")
    assert "bad-value" in find(page, "tr.more .flags select").get_attribute("class")
    find(page, "tr.more .flags select").send_keys("dis")
    assert "bad-value" not in find(page, "tr.more .flags select").get_attribute("class")


def test_digits_and_escape_belong_to_the_student_whose_text_is_read(index, press):
    from selenium.webdriver import Keys

    page = index()
    for student in ("Ada Okafor", "Ana Choi"):
        page.find_element("link text", student).click()
    find(page, "tr.more tr[data-h] input[type=number]").click()
    press(Keys.ESCAPE)
    assert page.switch_to.active_element.text == "Ada Okafor"


def test_arrows_scroll_the_page_until_a_student_was_chosen(index, press):
    from selenium.webdriver import Keys

    page = index()
    press(Keys.ARROW_DOWN)
    assert not page.find_elements("css selector", "tr.here")


def test_link_to_a_student_who_is_not_shown_shows_and_counts_them(index):
    page = index()
    find(page, "#find").send_keys("Ana Park")
    before = len(names(page))
    page.find_element("link text", "Ana Park").click()
    choose(page, "unread")
    page.execute_script("document.querySelector('section ul a[href^=\"#s\"]').click()")
    assert (before, find(page, "#count").text) == (2, "1 of 30 shown")


def test_earlier_decisions_of_several_lines_stay_as_they_were_written(open_file, downloaded, tmp_path):
    (tmp_path / "grades").mkdir()
    before = BEFORE.replace('"short"', '"""one\n\n\n\ntwo"""')
    (tmp_path / "grades" / "overrides.toml").write_text(before, encoding="utf8")
    outputs.write(_made.made_class(3), _made.rubric(), tmp_path / "grades")
    page = open_file(tmp_path / "grades" / "index.html")
    find(page, "#class tbody th a").click()
    find(page, "tr.more tr[data-h] input[type=number]").clear()
    find(page, "tr.more tr[data-h] input[type=number]").send_keys("1")
    find(page, "#who").send_keys("Kim")
    find(page, "#save button").click()
    text = downloaded("overrides.toml")
    assert text.startswith(before) and len(tomllib.loads(text)["override"]) == 2


@pytest.mark.parametrize("name", ["index.html", "feedback"])
def test_reason_why_nothing_was_read_stands_once(open_file, tmp_path, name):
    one = _made.unread(7)
    marks = tuple(dataclasses.replace(mark, evidence=one.error) for mark in one.marks)
    book = dataclasses.replace(_made.made_class(1), graded=(dataclasses.replace(one, marks=marks),))
    outputs.write(book, _made.rubric(), tmp_path / "grades")
    path = tmp_path / "grades" / name
    page = open_file(path if path.is_file() else next(path.iterdir()))
    for link in page.find_elements("css selector", "#class tbody th a"):
        link.click()
    where = "tr.more article" if name == "index.html" else "main"
    assert find(page, where).text.count("archive.zip is no zip file") == 1


def test_page_without_its_script_holds_everything(index):
    page = index(script=False)
    text = find(page, "body").text
    assert "learnt by heart" in text and "archive.zip is no zip file" in text and "Its curves are those of" in text
    assert not find(page, "#save").is_displayed() and not find(page, "#find").is_displayed()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_the_class_page(index, axe, scheme, width):
    page = index(width, scheme)
    assert axe(page) == []
    for link in page.find_elements("css selector", "#class tbody th a")[:4]:
        link.click()
    find(page, "tr.more tr[data-h] input[type=number]").send_keys("9")
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_feedback(graded, open_file, axe, scheme):
    for path in sorted((graded(30) / "feedback").iterdir())[:3]:
        assert axe(open_file(path, 1000, scheme)) == []


@pytest.mark.parametrize("width", [320, 360, 768, 1400])
def test_no_page_scrolls_sideways(index, graded, open_file, width):
    sideways = "return document.documentElement.scrollWidth"
    for language in ("en", "ko"):
        folder = graded(30, language)
        page = open_file(folder / "index.html", width)
        page.find_elements("css selector", "#class tbody th a")[3].click()
        assert page.execute_script(sideways) <= width
        for path in sorted((folder / "feedback").iterdir())[:3]:
            assert open_file(path, width).execute_script(sideways) <= width


def test_feedback_has_no_script_and_leads_nowhere(graded, open_file, requests):
    page = open_file(next((graded(30) / "feedback").iterdir()))
    assert page.get_log("browser") == [] and requests(page) == [page.current_url]
    assert not page.find_elements("css selector", "script, a, link, iframe")


def test_pictures_tell_their_numbers(index):
    page = index()
    told = [svg.get_attribute("aria-label") for svg in page.find_elements("css selector", ".spreads svg")]
    assert told[0] == "Points in all, so far: 28 values: lowest 6.5, median 8.75, highest 11.5." and len(told) == 2
    find(page, ".spreads summary").click()
    counts = [int(cell.text) for cell in page.find_element("css selector", ".spreads table").find_elements("css selector", "td")]
    assert sum(counts) == 28
