"""The page of several runs as a person sees it, in headless Chromium."""

import pytest

pytestmark = pytest.mark.needs_browser

NAME = "a-run-with-a-rather-long-name-that-has-no-blank-2026-01-02-030405"


def few(write_run):
    from fitscope.runs import compare

    return compare(write_run("plain"), write_run(NAME, 0.03, seed=1, plan={"seed": 1}), write_run("third", seed=2))


def many(write_run):
    from fitscope.runs import compare

    folder = write_run(NAME)
    return compare(*[folder] * 14)


@pytest.fixture(params=[few, many], ids=["few", "many"])
def opened(request, open_file, folder, write_run):
    """The page of a few runs, drawn over each other, or of many, beside each other."""
    from fitscope.report.compare import write

    page = folder / f"compare-{request.param.__name__}.html"
    if not page.exists():
        write(request.param(write_run), page)
    return lambda *args, **wishes: open_file(page, *args, **wishes)


def test_page_opens_without_a_message_on_the_console_and_asks_for_nothing(opened, requests):
    page = opened()
    assert page.get_log("browser") == []
    assert requests(page) == [page.current_url]
    assert "runs compared" in page.title


@pytest.mark.parametrize("width", [320, 768, 1400])
def test_page_never_scrolls_sideways(opened, width):
    page = opened(width)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(1000, "light"), (1000, "dark"), (360, "light")])
def test_axe_finds_nothing(opened, axe, width, scheme):
    assert axe(opened(width, scheme)) == []


@pytest.mark.parametrize("width", [360, 1200])
def test_charts_lie_inside_their_pictures(opened, width):
    outside = """return [...document.querySelectorAll('figure svg')].flatMap(svg => { const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect();
        return b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1; })
        .map(t => t.textContent); });"""
    assert opened(width).execute_script(outside) == []


def test_without_its_script_nothing_is_said_of_clicks(opened):
    page = opened(script=False)
    assert page.find_elements("css selector", "#runs tbody tr")
    assert not page.find_element("css selector", ".sorts").is_displayed()


def test_a_click_on_a_head_sorts_by_the_numbers_behind_the_texts(opened):
    page = opened()
    head = "document.querySelectorAll('#runs th button')[arguments[0]]"
    cells = "return [...document.querySelectorAll('#runs tbody tr')].map(row => Number(row.cells[arguments[0]].dataset.sort))"
    for _ in range(2):
        page.execute_script(f"{head}.click()", 4)
    losses = page.execute_script(cells, 4)
    assert losses == sorted(losses, reverse=True)
