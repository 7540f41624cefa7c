"""The browser, what to ask it of a page, and the results that the report's own tests make."""

import importlib.util
import types
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("report_results", Path(__file__).parents[1] / "report" / "conftest.py")
_results = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_results)
with_studies, regression = _results.with_studies, _results.regression

# Texts with a contrast under the 4.5 to 1 that WCAG asks for.
DIM_TEXTS = """
  const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$|transparent/.test(c)) return c; } return 'rgb(255,255,255)'; };
  return [...document.querySelectorAll('h1,h2,h3,p,td,th,dt,dd,li,figcaption,span,strong,b,code,svg text,footer,summary')]
    .filter(e => e.textContent.trim()).map(e => { const s = getComputedStyle(e);
      const a = lum(e.tagName === 'text' ? s.fill : s.color), b = lum(ground(e));
      return [e.tagName + ': ' + e.textContent.trim().slice(0, 40), (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; })
    .filter(([, ratio]) => ratio < 4.5);
"""

# Texts of charts that reach out of their picture.
OUTSIDE_TEXTS = """return [...document.querySelectorAll('figure svg')].flatMap(svg => { const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect();
    return b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1; })
    .map(t => t.textContent); });"""


@pytest.fixture(scope="module")
def browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@pytest.fixture
def look(browser):
    """Open a page from its file on a screen of some width, in light or dark, or as it is printed."""

    def open_(path: Path, width: int = 1000, scheme: str = "light", medium: str = "screen"):
        device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
        media = {"media": medium, "features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        browser.get(path.as_uri())
        return browser

    return open_


@pytest.fixture
def looks():
    """What to ask a page for that can be seen wrong on it."""
    return types.SimpleNamespace(dim_texts=DIM_TEXTS, outside_texts=OUTSIDE_TEXTS)
