"""fitscope's own results: result.json, and report pages, which hold theirs."""

from __future__ import annotations

import json
import re

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names
from fitscope.result import Result

_EMBEDDED = re.compile(r'<script type="application/json" id="fitscope-result">(.*?)</script>', re.DOTALL)


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the result that a result.json or a report page holds.

    Raises:
        DataError: it is a page without a result of fitscope's, or with more than one.
        ResultError: the result contradicts itself.
    """
    if log.start.startswith(("<!doctype html", "<html")):
        found = _EMBEDDED.findall(log.text)
        if len(found) != 1:
            raise DataError(f"it is a page with {len(found)} results of fitscope's in it; give a report that fitscope wrote.")
        try:
            content = json.loads(found[0])
        except (json.JSONDecodeError, RecursionError):
            raise DataError("it is a report whose result is no JSON; give one as fitscope wrote it.") from None
    else:
        content = log.json
        if not isinstance(content, dict) or not str(content.get("schema", "")).startswith("fitscope-result/"):
            return None
    result = Result.from_json(content)
    return [Found(result.history, diagnosis=result.diagnosis)]
