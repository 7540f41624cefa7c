"""The report as a person sees it, in headless Chromium."""

import pytest

pytestmark = pytest.mark.needs_browser


@pytest.mark.parametrize("name", ["plain", "regression", "everything", "training alone", "long", "teach"])
def test_page_opens_without_a_message_on_the_console_and_asks_for_nothing(open_page, requests, name):
    page = open_page(name)
    assert page.get_log("browser") == []
    assert requests(page) == [page.current_url]
    assert "digits" in page.title


def test_hostile_names_run_nothing_ask_for_nothing_and_break_nothing(open_page, requests):
    page = open_page("hostile", 360)
    assert page.get_log("browser") == []  # a policy that was hurt would tell here
    assert requests(page) == [page.current_url]
    assert page.execute_script("return document.querySelectorAll('script').length") == 2
    assert page.execute_script("return document.querySelectorAll('img:not([src^=\"data:\"])').length") == 0
    assert page.execute_script("return document.documentElement.scrollWidth") <= 360
    assert page.execute_script("return document.querySelector('footer') !== null && document.querySelector('#stop') !== null")


@pytest.mark.parametrize("width", [320, 360, 768, 1400])
def test_page_never_scrolls_sideways(opened, width):
    page = opened(width)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_verdict_and_first_numbers_are_seen_without_scrolling(opened):
    page = opened(1000)
    bottom = "return document.querySelector('#fitscope-numbers > :last-child').getBoundingClientRect().bottom"
    assert page.execute_script(bottom) < 900


@pytest.mark.parametrize(("scheme", "medium"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_every_text_stands_out_from_the_page(opened, scheme, medium):
    """WCAG asks for a contrast of 4.5 to 1."""
    script = """
      const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / (c.startsWith('color(') ? 1 : 255))
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
        if (!/, 0\\)$|transparent/.test(c)) return c; } return 'rgb(255,255,255)'; };
      return [...document.querySelectorAll('h1,h2,h3,p,td,th,dt,dd,li,figcaption,span,strong,b,code,svg text,footer,summary')]
        .filter(e => e.textContent.trim()).map(e => { const s = getComputedStyle(e);
          const a = lum(e.tagName === 'text' ? s.fill : s.color), b = lum(ground(e));
          return [e.tagName + ': ' + e.textContent.trim().slice(0, 40), (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; })
        .filter(([, ratio]) => ratio < 4.5);
    """
    assert opened(1000, scheme, medium).execute_script(script) == []


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


def test_charts_lie_inside_their_pictures(opened):
    page = opened(360)
    outside = """return [...document.querySelectorAll('figure svg')].flatMap(svg => { const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect();
        return b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1; })
        .map(t => t.textContent); });"""
    assert page.execute_script(outside) == []


def test_curves_and_regions_are_drawn_in_the_pages_colours(opened):
    fills = "return ['underfitting', 'good_fit', 'overfitting'].map(n => getComputedStyle(" \
            "document.querySelector(`#loss-region-${n} path`)).fill)"  # fmt: skip
    light, dark = (opened(1000, scheme).execute_script(fills) for scheme in ("light", "dark"))
    assert len(set(light)) == 3
    assert not set(light) & set(dark)


@pytest.mark.parametrize("name", ["plain", "everything", "teach"])
def test_printed_page_has_no_cut_figure(open_page, printed, name):
    """A figure's caption, its axis and its legend stand on one sheet."""
    page = open_page(name, medium="print")
    figures = page.execute_script("""
      return [...document.querySelectorAll('figure.chart')].filter(f => f.checkVisibility()).map(f => [
        f.querySelector('figcaption').textContent, [...f.querySelectorAll('svg')].filter(s => s.checkVisibility())
          .flatMap(s => [...s.querySelectorAll('text:not([transform])')].map(t => t.textContent).filter(t => t.length > 3))]);""")
    sheets = printed(page)
    assert 1 <= len(sheets) <= 30
    for caption, texts in figures:
        start = "".join(caption.split())[:40]
        sheet = next(sheet for sheet in sheets if start in sheet)
        assert [text for text in texts if "".join(text.split()) not in sheet] == []


def test_wide_tables_scroll_inside_their_frame_on_a_phone(opened):
    page = opened(320)
    frames = "return [...document.querySelectorAll('.scroll')].every(f => f.getBoundingClientRect().right <= 320)"
    assert page.execute_script(frames)
