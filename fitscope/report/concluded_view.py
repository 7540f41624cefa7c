"""What a student concluded beside what the run says: on the report and in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fitscope import words
from fitscope.language import N_, _
from fitscope.language.figures import percentage
from fitscope.report.headline import as_good
from fitscope.report.names import spaced
from fitscope.report.notes import notes_html
from fitscope.report.numbers import count, number
from fitscope.report.scores_view import between, measured
from fitscope.report.sections import Row, Table
from fitscope.result import Answers, Result

if TYPE_CHECKING:
    from markupsafe import Markup

_TESTED = {"accuracy": N_("test accuracy"), "mae": N_("test mean absolute error"), "loss": N_("test loss")}


@dataclass(frozen=True)
class Concluded:
    """Hold what the page shows of a student's answers.

    Args:
        table: each answer beside what the run says.
        sentences: what to see in it.
        why: the student's reasons, safe as HTML; None where there are none.
        more: the answers to an instructor's own questions.
    """

    table: Table | None
    sentences: tuple[str, ...]
    why: Markup | None
    more: tuple[Row, ...]


def concluded(result: Result) -> Concluded | None:
    """Return a student's answers beside the result; None where nothing was answered."""
    answers = result.answers
    if answers is None:
        return None
    rows = tuple(_rows(result, answers))
    return Concluded(
        table=Table((_("question"), _("you say"), _("this run says")), rows, len(rows)) if rows else None,
        sentences=tuple(sentences(result)),
        why=None if answers.why is None else notes_html(answers.why),
        more=tuple(Row(spaced(key), (text,)) for key, text in answers.more.items()),
    )


def _rows(result: Result, answers: Answers) -> Iterator[Row]:
    diagnosis = result.diagnosis
    if answers.best_epoch is not None:
        text = count(diagnosis.best_epoch)
        if diagnosis.plateau is not None:
            text = f"{text} ({as_good(diagnosis)})"
        yield Row(_("best epoch"), (count(answers.best_epoch), text))
    if answers.verdict is not None:
        yield Row(_("verdict"), (words.label(answers.verdict), words.label(diagnosis.verdict)))
    for name, what in _TESTED.items():
        if (said := getattr(answers, f"test_{name}")) is not None:
            yield Row(_(what), (measured(name, said), _found(result, name) or _("not tested")))


def _found(result: Result, name: str) -> str | None:
    """Return a measure of the refitted model, else of the held-out one, with its interval; None where nothing was tested."""
    tested = result.refit or result.holdout
    value = None if tested is None else getattr(tested.test, name)
    if tested is None or value is None:
        return None
    limits = between(name, getattr(tested.test, f"{name}_interval"))
    return _("{value} (95 %: {limits})").format(value=measured(name, value), limits=limits)


def sentences(result: Result) -> Iterator[str]:
    """Give each of a student's answers with what the run says, in a sentence or two."""
    answers = result.answers or Answers()
    if answers.best_epoch is not None:
        yield _on_best_epoch(result, answers.best_epoch)
    if answers.verdict is not None:
        yield _on_verdict(result, answers.verdict)
    for name in _TESTED:
        if (said := getattr(answers, f"test_{name}")) is not None:
            yield _on_test(result, name, said)
    asked = {"best_epoch": answers.best_epoch, "verdict": answers.verdict, "why": answers.why}
    if left := [_(_OPEN[name]) for name, said in asked.items() if said is None]:
        yield _("Not answered: {told_questions}.").format(told_questions=", ".join(left))


_OPEN = {"best_epoch": N_("best epoch"), "verdict": N_("verdict"), "why": N_("how you know")}


def _on_best_epoch(result: Result, said: int) -> str:
    history, diagnosis = result.history, result.diagnosis
    best, plateau, sure = diagnosis.best_epoch, diagnosis.plateau, diagnosis.uncertainty
    if best is None or plateau is None:
        return _("You say epoch {said}; no epoch of this run has a validation loss, so none is the best.").format(said=count(said))
    given = {"said": count(said), "best": count(best), "plateau": as_good(diagnosis)}
    if said == best:
        return _("You say epoch {said}, and it is the best epoch of this run.").format(**given)
    if said not in history.epochs:
        return _("You say epoch {said}, which this run does not have; the best is {best}.").format(**given)
    if said in (sure.plateau_members if sure is not None else range(plateau[0], plateau[1] + 1)):
        text = _("You say epoch {said}: it is as good as the best, {best}, for the validation data cannot tell them apart "
                 "({plateau}).")  # fmt: skip
        return text.format(**given)
    text = _("You say epoch {said}; the best is {best}, and the validation data tells the two apart ({plateau}).")
    value, lowest = float(history.val_loss[history.epochs.index(said)]), diagnosis.best_val_loss or 0.0
    if not (lowest > 0 and value > lowest):
        return text.format(**given)
    cost = _("Its validation loss lies {cost} above the lowest.").format(cost=percentage(number(100 * (value / lowest - 1), 1)))
    return f"{text.format(**given)} {cost}"


def _on_verdict(result: Result, said: str) -> str:
    code = result.diagnosis.verdict
    same = _("You say {said}, and so do the curves. {message}")
    other = _("You say {said}; the curves say {found}. {message}")
    if code == "inconclusive":
        other = _("You say {said}; these curves cannot tell. {message}")
    told = {"said": words.label(said), "found": words.label(code), "message": result.diagnosis.message}
    return (same if said == code else other).format(**told)


def _on_test(result: Result, name: str, said: float) -> str:
    given = {"said": measured(name, said), "what": _(_TESTED[name]), "found": _found(result, name)}
    tested = result.refit or result.holdout
    if tested is None or given["found"] is None:
        return _("You say {said} ({what}); this run has none to lay beside it.").format(**given)
    limits = getattr(tested.test, f"{name}_interval")
    inside = limits is not None and limits[0] - 5e-4 <= said <= limits[1] + 5e-4  # answers are rounded
    if inside:
        text = _("You say {said} ({what}); the model of this run has {found}, and yours lies inside that interval.")
    else:
        text = _("You say {said} ({what}); the model of this run has {found}, and yours lies outside that interval: another split, "
                 "seed or version may be why.")  # fmt: skip
    return text.format(**given)
