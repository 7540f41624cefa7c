"""A result in a few lines of text, for the terminal."""

from __future__ import annotations

from fitscope import words
from fitscope.language import N_, _
from fitscope.report.concluded_view import sentences
from fitscope.report.numbers import interval, number, percent
from fitscope.report.study_view import advice_left, sections
from fitscope.result import Result, Score

ADVICE = 3  # at most; the report has all of it


def summary(result: Result) -> list[str]:
    """Return the verdict, what would help, what the studies found, the test results, and the answers beside them, a line each.

    Args:
        result: of an analysis.
    """
    diagnosis, studies = result.diagnosis, sections(result)
    lines = [
        "",
        f"{words.label(diagnosis.verdict).upper()}. {diagnosis.message}",
        *(f"  {words.advice(advice.code)}" for advice in advice_left(result)[:ADVICE]),
    ]
    for study in studies:
        lines += ["", f"{study.title}:", *(f"  {sentence}" for sentence in study.sentences)]
    lines += [""] * bool(studies)
    winner = None if result.search is None else result.search.best
    tested = zip(_MODELS, (result.refit, result.holdout, winner))
    lines += [_(name).format(scores=_scores(model.test)) for name, model in tested if model is not None and model.test is not None]
    lines += [] if result.refit_skipped is None else [words.refit_skipped(result.refit_skipped, result.whole)]
    return lines if result.answers is None else [*lines, "", *sentences(result)]


_MODELS = (N_("Refitted model: test {scores}"), N_("Held-out model: test {scores}"), N_("Winner of the search: test {scores}"))


def _scores(score: Score) -> str:
    said = [_("loss {value} ({interval})").format(value=number(score.loss), interval=interval(score.loss_interval))]
    if score.mae is not None:
        text = _("mean absolute error {value} ({interval})")
        said.insert(0, text.format(value=number(score.mae), interval=interval(score.mae_interval)))
    if score.accuracy is not None:
        text = _("accuracy {value} ({interval})")
        said.insert(0, text.format(value=percent(score.accuracy), interval=interval(score.accuracy_interval, percent)))
    return ", ".join(said)
