"""What a report page shows a person, beside what its own data says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fitscope import version, words
from fitscope.grading.records import Flag, Work
from fitscope.language import LANGUAGES, N_, speaking
from fitscope.report.headline import headline
from fitscope.report.repeats_view import averaged

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LONGEST = 60  # characters of what a page shows that a message quotes


def page_differs(work: Work) -> Flag | None:
    """Compare the numbers and the verdict that a page shows first with the data that it carries.

    Args:
        work: a report page; its language decides how numbers are written.

    Returns:
        The flag, None where the page shows what its data says. Of another fitscope's page the digits alone are compared.
    """
    if work.shown is None or work.result.blind:
        return None
    found = list(_differences(work))
    if not found:
        return None
    told = "; ".join(N_('it shows "{shown}" where its data gives "{given}"').format(shown=s, given=g) for s, g in found[:4])
    text = N_("The page does not show what its own data says: {retold_differences}. Differs, ask.")
    return Flag("page_differs", text.format(retold_differences=told), {"differences": [{"shows": s, "data": g} for s, g in found]})


def _differences(work: Work) -> Iterator[tuple[str, str]]:
    result, newest = work.result, work.result.fitscope == version()
    with speaking(work.language if work.language in LANGUAGES else "en"):
        expected = [(row.term, *row.values) for row in headline(result, averaged(result))]
        said = (words.label(result.diagnosis.verdict), result.diagnosis.message)
    if newest and work.heading is not None:
        for shown, given in zip(work.heading, said):
            if _plain(shown) != _plain(given):
                yield _short(shown), _short(given)
    rows = work.shown or ()
    for i in range(max(len(rows), len(expected))):
        shown, given = (" ".join(part[i]) if i < len(part) else "" for part in (rows, expected))
        alike = _plain(shown) == _plain(given) if newest else _first_numbers(shown) == _first_numbers(given)
        if not alike:
            yield _short(shown), _short(given)


def _plain(text: str) -> str:
    """Return a text without what only lays it out."""
    return "".join(text.split())


def _first_numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)[:1]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
