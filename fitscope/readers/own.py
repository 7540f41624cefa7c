"""fitscope's own results: result.json, and report pages, which hold theirs."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names
from fitscope.result import Result
from fitscope.result.blind import refuse

_EMBEDDED = {"type": "application/json", "id": "fitscope-result"}
_COMPARED = "fitscope-compare"


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the training of a result.json or a report page.

    Raises:
        DataError: it is a page without a result of fitscope's, or with more than one.
        ResultError: the result contradicts itself.
        UsageError: the result is blind.
    """
    result = result_in(log)
    if result is not None:
        refuse(result.blind, "it")
    return None if result is None else [Found(result.history, diagnosis=result.diagnosis)]


def result_in(log: Log) -> Result | None:
    """Return the whole result that a result.json or a report page holds, None where the log is neither.

    Raises:
        DataError: it is a page without a result of fitscope's, or with more than one.
        ResultError: the result contradicts itself, or a newer fitscope wrote it.
    """
    if log.start.startswith(("<!doctype html", "<html")):
        return Result.from_json(_embedded(log.text))
    content = log.json
    if not isinstance(content, dict) or not str(content.get("schema", "")).startswith("fitscope-result/"):
        return None
    return Result.from_json(content)


def _embedded(page: str) -> Any:
    """Return the JSON that a report page carries."""
    scripts = _Scripts()
    scripts.feed(page)
    scripts.close()
    if not scripts.found and scripts.compared:
        raise DataError("it is a page that fitscope compare wrote, of several runs; give the runs themselves.")
    if len(scripts.found) != 1:
        raise DataError(f"it is a page with {len(scripts.found)} results of fitscope's in it; give a report that fitscope wrote.")
    try:
        return json.loads(scripts.found[0])
    except (json.JSONDecodeError, RecursionError):
        raise DataError("it is a report whose result is no JSON; give one as fitscope wrote it.") from None


class _Scripts(HTMLParser):
    """Collect the results that a page's script elements hold; what only looks like one, as in a comment, is none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.compared = self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag == "script" and given == _EMBEDDED
        self.compared |= tag == "script" and given.get("id") == _COMPARED
        if self._inside:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False
