"""How a person reads a result: on a page, in figures, in a terminal and in a notebook.

Whoever imports this room has results, diagnoses and comparisons that show themselves in notebooks; the rooms below need not know
how.
"""

from fitscope.comparison import Comparison
from fitscope.diagnosis import Diagnosis
from fitscope.result import Result

__all__ = ["Comparison", "Diagnosis", "Result"]


def _diagnosis(diagnosis: Diagnosis) -> str:
    from fitscope.report.notebook import html

    return html(diagnosis)


def _result(result: Result) -> str:
    from fitscope.report.notebook import html

    return html(result.diagnosis, result.history, result)


def _comparison(comparison: Comparison) -> str:
    from fitscope.report.compare import table

    return table(comparison)


Diagnosis.shown, Result.shown, Comparison.shown = _diagnosis, _result, _comparison
