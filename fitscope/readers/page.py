"""A report page taken apart as a browser does it (HTML standard 13.2.5), without building what it would show.

Python's parser needs 60 ms for a report. Here the regular expression engine passes over all that tells nothing: texts, tags,
comments and what lies in raw elements, so that neither `<!-- <script id="fitscope-result"> -->` nor `title="<script ...>"` is
taken for an element. Every step is possessive: the time grows with the page's length and no faster.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import islice

# Before 3.11.5 Python matches possessive groups wrongly (python/cpython#106052). No group here is ever matched again in another
# way, so a plain one finds the same, and only takes more memory on a hostile page.
_KEPT = "+" if sys.version_info >= (3, 11, 5) else ""
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+|(?=>|\Z))"""
_ATTRIBUTE = rf"[^\s/>][^\s/>=]*+(?:\s*+=\s*+{_VALUE})?{_KEPT}"
_REST = rf"(?:[\s/]++|{_ATTRIBUTE})*{_KEPT}(?:>|\Z)"  # of a tag, after its name
_COMMENT = rf"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*{_KEPT}(?:--!?>|\Z))"
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "template", "plaintext")
_TOLD = "|".join((*_RAW, "html", "dl(?=[^>]{0,200}fitscope-numbers)", "p(?=[^>]{0,100}about)"))
_PASSED = re.compile(
    rf"(?:[^<]++|{_COMMENT}|<[!?][^>]*+(?:>|\Z)|</(?![a-z])[^>]*+(?:>|\Z)|</[a-z][^\s/>]*+{_REST}|<(?![a-z/!?])"
    rf"|<(?!(?:{_TOLD})[\s/>])[a-z][^\s/>]*+{_REST})*{_KEPT}",
    re.IGNORECASE,
)
_TAG = re.compile(rf"<([a-z][^\s/>]*+)({_REST})", re.IGNORECASE)
_PAIR = re.compile(rf"([^\s/>][^\s/>=]*+)(?:\s*+=\s*+({_VALUE}))?{_KEPT}")
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in (*_RAW, "dl")}
_MOST = 1000  # elements that may tell something; a report has four
_LONGEST = 20_000  # characters of what is looked into: a tag, or a list of numbers
_HEADING = re.compile(r'\s*<span class="badge [\w-]*">([^<]*)</span>[^<]*</p>\s*<(h[12])>([^<]*)</\2>')
_RESULT = {"type": "application/json", "id": "fitscope-result"}
_COMPARED, _NUMBERS = "fitscope-compare", "fitscope-numbers"
_USUAL: dict[str, list[tuple[str, str | None]]] = {"div": [], "dt": [], "dd": [], "strong": [], "span": []}


@dataclass(frozen=True)
class Page:
    """Hold what a page of fitscope's carries.

    Args:
        results: the texts of its result elements; one in a report, none in another page.
        compared: whether it is a page of several runs.
        language: of the page, as its first element says; None where it does not.
        numbers: what its `fitscope-numbers` shows, as [term, value, what stands below] texts; None where it has none, or
            several.
        heading: the verdict's badge and sentence; None where it has none, or several.
        usual: whether it has those numbers, and everything that tells is marked up as fitscope does it.
        code: its styles and the scripts that run, by which it may show other than it says.
    """

    results: tuple[str, ...]
    compared: bool
    language: str | None
    numbers: tuple[tuple[str, ...], ...] | None
    heading: tuple[str, str] | None
    usual: bool
    code: frozenset[str]


def page_of(text: str) -> Page:
    """Take a page apart.

    Example:
        >>> page_of('<html lang="ko"><!-- <dl id="fitscope-numbers"> --><p title="<dl>">').language
        'ko'
    """
    results, lists, headings, code, compared, language, usual = [], [], [], set(), False, None, True
    for name, given, content in islice(_elements(text), _MOST):
        if name == "script":
            compared |= given.get("id") == _COMPARED
            results += [content] if given == _RESULT else []
            code |= {content} if given.get("type") != _RESULT["type"] or "src" in given else set()
        elif name == "style":
            code.add(content)
        elif name == "html":
            language = language or given.get("lang") or None
        elif name == "dl":
            lists += [content] if given.get("id") == _NUMBERS else []
        elif name == "p":
            headings += [_heading(content)] if given.get("class") == "about" else []
        elif "<" in content:  # within pictures and the like browsers read it otherwise
            usual = False
    shown = _Numbers(lists[0]) if len(lists) == 1 else None
    numbers = None if shown is None else tuple(shown.rows)
    heading = headings[0] if len(headings) == 1 else None
    usual = usual and shown is not None and shown.usual
    return Page(tuple(results), compared, language, numbers, heading, usual, frozenset(code))


def _elements(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield the elements that may tell something: name, attributes and, of raw elements and lists, what is within."""
    place = 0
    while match := _TAG.match(text, _PASSED.match(text, place).end()):  # type: ignore[union-attr]
        name, place, content = match[1].lower(), match.end(), ""
        if name == "dl":  # what is within is looked at by itself, and passed over here
            end = _ENDS[name].search(text, place, place + _LONGEST)
            content = text[place : place if end is None else end.start()]
        elif name == "p":
            content = text[place : place + _LONGEST]
        elif name in _RAW:
            end = None if name == "plaintext" else _ENDS[name].search(text, place)
            content = text[place : len(text) if end is None else end.start()]
            place += len(content)
        yield name, _attributes(match[2]), content


def _heading(text: str) -> tuple[str, str] | None:
    """Return the verdict's badge and sentence from what follows the paragraph's tag."""
    match = _HEADING.match(text)
    return None if match is None else (html.unescape(match[1]), html.unescape(match[3]))


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if len(text) > _LONGEST:
        return found
    for match in _PAIR.finditer(text.removesuffix(">")):
        value = match[2] or ""
        found.setdefault(match[1].lower(), html.unescape(value[1:].removesuffix(value[0]) if value[:1] in ('"', "'") else value))
    return found


class _Numbers(HTMLParser):
    """Collect a description list's texts, row by row."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, ...]] = []
        self.usual = True
        self._texts: list[str] = []
        try:
            self.feed(content)
            self.close()
        except AssertionError:  # so Python refuses some marked sections, such as <![x
            self.usual = False
        self._end_row()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.usual &= _USUAL.get(tag) == attrs
        if tag == "dt":
            self._end_row()
        if tag in ("dt", "strong", "span"):
            self._texts.append("")

    def handle_data(self, data: str) -> None:
        if self._texts:
            self._texts[-1] += data
        else:
            self.usual &= not data.strip()

    def handle_comment(self, data: str) -> None:
        self.usual = False

    def handle_decl(self, decl: str) -> None:
        self.usual = False

    def handle_pi(self, data: str) -> None:
        self.usual = False

    def unknown_decl(self, data: str) -> None:
        self.usual = False

    def _end_row(self) -> None:
        if self._texts:
            self.rows.append(tuple(" ".join(text.split()) for text in self._texts))
        self._texts = []
