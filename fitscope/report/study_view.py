"""What the page shows of the trainings beside the one: a section for each study."""

from __future__ import annotations

from fitscope.diagnosis.findings import Advice
from fitscope.report.remedies_view import remedies
from fitscope.report.repeats_view import folds, repeats
from fitscope.report.search_view import search
from fitscope.report.sections import Section
from fitscope.report.sizes_view import sizes
from fitscope.result import Result


def sections(result: Result) -> tuple[Section, ...]:
    """Return a section for each study that was made."""
    made = (repeats(result), folds(result), remedies(result), sizes(result), search(result))
    return tuple(section for section in made if section is not None)


def advice_left(result: Result) -> tuple[Advice, ...]:
    """Return the advice that was not followed yet: where remedies were tried, what they bring is told in its place."""
    tried = {"regularize"} if result.studies.remedies else set()
    return tuple(advice for advice in result.diagnosis.advice if advice.code not in tried)
