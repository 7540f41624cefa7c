"""The report as a person sees it, in headless Chromium."""

import pytest

pytestmark = pytest.mark.needs_browser


PAGES = {
    "plain": lambda request: request.getfixturevalue("result"),
    "regression": lambda request: request.getfixturevalue("regression"),
    "everything": lambda request: request.getfixturevalue("with_studies")("everything"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(params=PAGES)
def opened(request, look, folder):
    """The page of a faked overfitting analysis, opened from a file: alone, of numbers, or with every study there is."""
    from fitscope.report.page import write

    page = folder / f"{request.param}.html"
    if not page.exists():
        write(PAGES[request.param](request), page)

    return lambda width=1000, scheme="light", medium="screen", path=page: look(path, width, scheme, medium)


def test_page_opens_without_a_message_on_the_console(opened):
    page = opened()
    assert page.get_log("browser") == []
    assert "digits" in page.title


@pytest.mark.parametrize("width", [320, 360, 768, 1400])
def test_page_never_scrolls_sideways(opened, width):
    page = opened(width)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_verdict_and_first_numbers_are_seen_without_scrolling(opened):
    page = opened(1000)
    bottom = "return document.querySelector('#fitscope-numbers').getBoundingClientRect().bottom"
    assert page.execute_script(bottom) < 900


@pytest.mark.parametrize(("scheme", "medium"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_every_text_stands_out_from_the_page(opened, looks, scheme, medium):
    """WCAG asks for a contrast of 4.5 to 1."""
    assert opened(1000, scheme, medium).execute_script(looks.dim_texts) == []


@pytest.mark.parametrize(("scheme", "medium"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_every_curve_stands_out_from_the_page(opened, scheme, medium):
    """WCAG asks for a contrast of 3 to 1 for what a picture is understood by."""
    script = """
      const style = getComputedStyle(document.documentElement), probe = document.createElement('i');
      document.body.append(probe);
      const lum = name => { probe.style.color = style.getPropertyValue(name);
        const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
          .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const names = ['--train', '--val', '--best', '--ink', ...Array.from({length: 8}, (_, i) => `--series-${i + 1}`)];
      return names.map(name => { const a = lum(name), b = lum('--paper');
        return [name, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; }).filter(([, ratio]) => ratio < 3);
    """
    assert opened(1000, scheme, medium).execute_script(script) == []


def test_charts_lie_inside_their_pictures(opened, looks):
    page = opened(360)
    assert page.execute_script(looks.outside_texts) == []


def test_curves_and_regions_are_drawn_in_the_pages_colours(opened):
    fills = "return ['underfitting', 'good_fit', 'overfitting'].map(n => getComputedStyle(" \
            "document.querySelector(`#loss-region-${n} path`)).fill)"  # fmt: skip
    light, dark = (opened(1000, scheme).execute_script(fills) for scheme in ("light", "dark"))
    assert len(set(light)) == 3
    assert not set(light) & set(dark)


def test_page_prints_as_pdf(opened, request):
    import base64

    pdf = base64.b64decode(opened().execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert pdf.startswith(b"%PDF")
    assert 2 <= pdf.count(b"/Type /Page\n") <= (20 if "everything" in request.node.name else 8)


def test_wide_tables_scroll_inside_their_frame_on_a_phone(opened):
    page = opened(320)
    frames = "return [...document.querySelectorAll('.scroll')].every(f => f.getBoundingClientRect().right <= 320)"
    assert page.execute_script(frames)
