"""fitscope's own results: result.json, and report pages, which hold theirs."""

from __future__ import annotations

from typing import Any

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.page import Page, page_of
from fitscope.readers.reading import Found, Names, NoLogError
from fitscope.result import Result
from fitscope.result.begun import PLAN, unfinished
from fitscope.result.blind import refuse
from fitscope.result.plain import parsed


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the training of a result.json or a report page.

    Raises:
        DataError: it is a page without a result of fitscope's, or with more than one, or the plan of an analysis that is not
            finished.
        ResultError: the result contradicts itself.
        UsageError: the result is blind.
    """
    if log.path.name == PLAN and (told := unfinished(log.path.parent)) is not None:
        raise DataError(told)
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
        return Result.from_json(embedded(page_of(log.text)))
    content = log.json
    if not isinstance(content, dict) or not str(content.get("schema", "")).startswith("fitscope-result/"):
        return None
    return Result.from_json(content)


def embedded(page: Page) -> Any:
    """Return the JSON that a report page carries.

    Raises:
        DataError: it carries none, several, or something else.
    """
    if not page.results and page.compared:
        raise NoLogError("it is a page that fitscope compare wrote, of several runs; give the runs themselves.")
    if len(page.results) != 1:
        sentence = f"it is a page with {len(page.results)} results of fitscope's in it; give a report that fitscope wrote."
        raise (DataError if page.results else NoLogError)(sentence)
    try:
        return parsed(page.results[0])
    except (ValueError, RecursionError):
        raise DataError("it is a report whose result is no JSON; give one as fitscope wrote it.") from None
