"""Pages in headless Chromium: one browser for all tests, each page written once."""

import base64
import dataclasses
import importlib.util
import json
import os
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fitscope.diagnosis import judge
from fitscope.history import TrainingHistory
from fitscope.report import page

_spec = importlib.util.spec_from_file_location("report_results", Path(__file__).parents[1] / "report" / "conftest.py")
_results = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_results)
with_studies, regression = _results.with_studies, _results.regression

HOSTILE = (
    "<script>alert(1)</script>",
    "]]></script><img src=x onerror=alert(2)>",
    "ع" * 40 + " עברית",
    "x" * 10_000,
    "\u202e'\"&{{7*7}}",
)
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def plain(request):
    return request.getfixturevalue("result")


def with_gaps(request):
    """Epochs that begin at 3 and leave some out, one of them without a validation loss, one tie with the lowest."""
    epochs = [3, 4, 7, 8, 10, 15, 16, 17, 20, 21]
    val = [0.9, 0.7, None, 0.5, 0.52, 0.5, 0.61, 0.7, 0.75, 0.8]
    history = TrainingHistory.of({"loss": [1 / e for e in epochs], "val_loss": val, 'a,"b': [1e-5, 1e16, -0.0, *range(7)]}, epochs)
    return dataclasses.replace(plain(request), history=history, diagnosis=judge(history))


def without_validation(request):
    history = TrainingHistory.of({"loss": [0.5, 0.4, 0.3, 0.2, -0.1]})
    return dataclasses.replace(plain(request), history=history, diagnosis=judge(history))


def long(request):
    """10,000 epochs and 100 trials."""
    rng, e = np.random.default_rng(0), np.arange(1, 10_001)
    val = 0.28 + 0.3 * np.exp(-e / 700) + 2e-5 * np.maximum(0, e - 2500) + rng.normal(0, 0.004, 10_000)
    history = TrainingHistory.of({"loss": 0.05 + 0.55 * np.exp(-e / 900) + rng.normal(0, 0.003, 10_000), "val_loss": val})
    return dataclasses.replace(
        plain(request), history=history, diagnosis=judge(history), search=_results.search(100), mistakes=None
    )


def hostile(request):
    """Names that try to run, to break out or to overflow, in every place that a person's data reaches."""
    given = request.getfixturevalue("with_studies")("everything")
    data = dataclasses.replace(given.dataset, name=HOSTILE[0], classes=HOSTILE, source=HOSTILE[1], notes=HOSTILE)
    layers = tuple(dataclasses.replace(layer, name=HOSTILE[4]) for layer in given.model.layers)
    trials = tuple(dataclasses.replace(trial, trial=HOSTILE[i % 5]) for i, trial in enumerate(given.search.trials))
    remedies = tuple(dataclasses.replace(r, name=HOSTILE[i % 5]) for i, r in enumerate(given.studies.remedies))
    curves = {**{name: list(values) for name, values in given.history.metrics.items()}, HOSTILE[1]: list(given.history.loss)}
    return dataclasses.replace(
        given, dataset=data, model=dataclasses.replace(given.model, name=HOSTILE[2], layers=layers), command=HOSTILE[3],
        search=dataclasses.replace(given.search, trials=trials), studies=dataclasses.replace(given.studies, remedies=remedies),
        history=TrainingHistory.of(curves),
    )  # fmt: skip


RESULTS = {
    "plain": plain,
    "regression": lambda request: request.getfixturevalue("regression"),
    "everything": lambda request: request.getfixturevalue("with_studies")("everything"),
    "gaps": with_gaps,
    "training alone": without_validation,
    "long": long,
    "hostile": hostile,
    "teach": plain,
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def page_file(request, folder):
    """Write a page where it is not written yet."""

    def write(name):
        path = folder / f"{name}.html"
        if not path.exists():
            page.write(RESULTS[name](request), path, teach=name == "teach")
        return path

    return write


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.downloads = tmp_path_factory.mktemp("downloads")
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(driver.downloads)})
    driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    yield driver
    driver.quit()


@pytest.fixture
def open_file(browser):
    """Open a file at a width, in light or dark, on screen or paper, with or without its script."""

    def open_(path, width=1000, scheme="light", medium="screen", script=True, motion="no-preference"):
        device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        wishes = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}]
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": wishes})
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        browser.get("about:blank")
        for log in ("browser", "performance"):
            browser.get_log(log)
        browser.get(path.as_uri())
        return browser

    yield open_
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.fixture
def open_page(open_file, page_file):
    """Open a page by its name, as `open_file` does."""
    return lambda name, *args, **wishes: open_file(page_file(name), *args, **wishes)


@pytest.fixture(params=["plain", "regression", "everything"])
def opened(request, open_page):
    """The page of a faked overfitting analysis: alone, of numbers, or with every study there is."""
    return lambda *args, **wishes: open_page(request.param, *args, **wishes)


@pytest.fixture
def carried():
    """Read the result that a page carries."""
    return lambda driver: json.loads(driver.execute_script("return document.getElementById('fitscope-result').textContent"))


@pytest.fixture
def requests():
    """List what a page asked for since it was opened."""

    def asked(driver):
        events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("data:")]

    return asked


@pytest.fixture
def axe():
    """List what axe-core finds on a page."""

    def run(driver):
        driver.execute_script(AXE)  # WebDriver's scripts are not the page's: its content security policy does not bind them
        found = driver.execute_async_script(
            """
            const [rules, done] = arguments;
            const wishes = {runOnly: rules, resultTypes: ['violations']};
            axe.run(document, wishes).then(r => done(r.violations.map(v => [v.id, v.nodes.map(n => n.html)])));
            """,
            RULES,
        )
        return [(rule, [html[:200] for html in nodes][:3]) for rule, nodes in found]

    return run


@pytest.fixture
def printed(tmp_path):
    """Print a page on A4 and return each sheet's text, without blanks."""

    def sheets(driver):
        wishes = {"printBackground": True, "preferCSSPageSize": True, "paperWidth": 8.27, "paperHeight": 11.69}
        (tmp_path / "page.pdf").write_bytes(base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", wishes)["data"]))
        text = subprocess.run(["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True)
        return ["".join(sheet.split()) for sheet in text.stdout.split("\f")[:-1]]

    return sheets


@pytest.fixture
def downloaded(browser):
    """Wait for a file to be downloaded and return its text as it is."""

    def wait(name):
        path = browser.downloads / name
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(browser, 10).until(lambda _: path.exists() and not list(browser.downloads.glob("*.crdownload")))
        text = path.read_bytes().decode()
        os.remove(path)
        return text

    return wait
