"""What each page says, beside kept copies of it: read a change here as a person would read it on the page.

Where a change is meant, FITSCOPE_KEEP_PAGES=1 pytest tests/report/test_kept_pages.py writes the copies anew.
"""

import dataclasses
import html.parser
import os
from pathlib import Path

import pytest

from fitscope.language import LANGUAGES, speaking
from fitscope.report.page import render

KEPT = Path(__file__).parent / "kept"
LINES = {
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "li",
    "dt",
    "dd",
    "th",
    "td",
    "figcaption",
    "summary",
    "pre",
    "title",
    "a",
    "caption",
    "label",
    "legend",
}
SILENT = {"script", "style", "svg"}


class Lines(html.parser.HTMLParser):
    """Read a page as lines, `tag: text`; scripts, style and the insides of pictures are left out, their alternative texts kept."""

    def __init__(self, page):
        super().__init__()
        self.lines, self.tags, self.silent = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in SILENT
        label = dict(attrs).get("aria-label")
        if label and self.silent <= (tag == "svg"):
            self.lines.append(f"{tag} aria-label: {label}")
        if tag in LINES:
            self.tags.append(tag)
            self.lines.append(f"{tag}:")

    def handle_endtag(self, tag):
        self.silent -= tag in SILENT
        if self.tags and tag == self.tags[-1]:
            self.tags.pop()

    def handle_data(self, data):
        text = " ".join(data.replace("\u00a0", " ").split())
        if text and not self.silent:
            self.lines += [] if self.lines and self.lines[-1].endswith(":") and self.tags else [""]
            self.lines[-1] += f" {text}"


def scrubbed(result):
    """Take away what differs from day to day and from machine to machine."""
    machine = dataclasses.replace(
        result.environment, python="3.X", tensorflow="2.X", keras="3.X", numpy="2.X", platform="a machine", cpus=2, gpus=()
    )
    parts = dict.fromkeys(result.seconds, 1.0)
    return dataclasses.replace(
        result, environment=machine, created="2026-01-02T03:04:05+00:00", fitscope="0.X", seconds=parts, peak_mb=500.0
    )


PAGES = {
    "plain": lambda request: request.getfixturevalue("result"),
    "regression": lambda request: request.getfixturevalue("regression"),
    "everything": lambda request: request.getfixturevalue("with_studies")("everything"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_page_says_what_its_kept_copy_says(name, language, request):
    with speaking(language):
        said = "\n".join(line.strip() for line in Lines(render(scrubbed(PAGES[name](request)))).lines) + "\n"
    kept = KEPT / f"{name}.{language}.txt"
    if os.environ.get("FITSCOPE_KEEP_PAGES"):
        kept.write_text(said, encoding="utf8")
    assert said.splitlines() == kept.read_text(encoding="utf8").splitlines()
