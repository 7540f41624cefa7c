"""A result in a few lines of text, for the terminal."""

from __future__ import annotations

from fitscope import words
from fitscope.report.numbers import interval, number, percent
from fitscope.report.study_view import sections
from fitscope.result import Result, Score

ADVICE = 3  # at most; the report has all of it


def summary(result: Result) -> list[str]:
    """Return the verdict, what would help, what the studies found, and the test results, a line each.

    Args:
        result: of an analysis.
    """
    diagnosis, studies = result.diagnosis, sections(result)
    lines = ["", diagnosis.message, *(f"  {words.advice(advice.code)}" for advice in diagnosis.advice[:ADVICE])]
    for study in studies:
        lines += ["", f"{study.title}:", *(f"  {sentence}" for sentence in study.sentences)]
    lines += [""] * bool(studies)
    winner = None if result.search is None else result.search.best
    tested = {"Refitted model": result.refit, "Held-out model": result.holdout, "Winner of the search": winner}
    lines += [_score(name, model.test) for name, model in tested.items() if model is not None and model.test is not None]
    return lines if result.refit_skipped is None else [*lines, words.refit_skipped(result.refit_skipped)]


def _score(name: str, score: Score) -> str:
    said = [f"loss {number(score.loss)} ({interval(score.loss_interval)})"]
    if score.mae is not None:
        said.insert(0, f"mean absolute error {number(score.mae)} ({interval(score.mae_interval)})")
    if score.accuracy is not None:
        said.insert(0, f"accuracy {percent(score.accuracy)} ({interval(score.accuracy_interval, percent)})")
    return f"{name}: test {', '.join(said)}"
