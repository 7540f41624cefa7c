"""Questions to ask before the report answers: each with its choices, what to say to each, and the explanation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.regions import LABELS
from fitscope.history import TrainingHistory
from fitscope.language import _
from fitscope.language.figures import percentage
from fitscope.report import answers_view, curves_view
from fitscope.report.facts_view import name_of
from fitscope.report.numbers import count, number
from fitscope.report.scores_view import MEASURES, between, measured
from fitscope.report.sections import Picture
from fitscope.result import Result, Score


@dataclass(frozen=True)
class Choice:
    """One answer to choose, whether it is right, and what is said to who chose it."""

    text: str
    right: bool
    told: str


@dataclass(frozen=True)
class Question:
    """One question with its choices and, for afterwards, its answer."""

    name: str
    title: str
    ask: str
    choices: tuple[Choice, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True)
class Teaching:
    """All that stands before the report: a chart that gives nothing away, and the questions."""

    title: str
    intro: str
    picture: Picture | None
    questions: tuple[Question, ...]


def teaching(result: Result) -> Teaching:
    """Return the questions that a result gives."""
    return Teaching(
        title=_("{name}: look first").format(name=name_of(result)),
        intro=_("Look at the curves, choose an answer to each question, then read the explanation. The report comes last."),
        picture=_picture(result.history),
        questions=tuple(_questions(result)),
    )


def _questions(result: Result) -> Iterator[Question]:
    for ask in (_stop, _region, _verdict, _quoted):
        question = ask(result)
        if question is not None:
            yield question


def _picture(history: TrainingHistory) -> Picture | None:
    """Return the loss curves with nothing beside them."""
    drawn = curves_view.losses(history, None)
    caption = _("Dots: loss on the training data. Line: loss on validation data, which the network does not learn from.")
    return None if drawn is None else dataclasses.replace(drawn, name="question-loss", caption=caption, log=None)


def _stop(result: Result) -> Question | None:
    """Ask where to stop; any epoch of the plateau is right."""
    history, diagnosis = result.history, result.diagnosis
    epochs = _places_to_stop(history, diagnosis)
    if len(epochs) < 2 or diagnosis.plateau is None:
        return None
    first, last = diagnosis.plateau
    members = range(first, last + 1) if diagnosis.uncertainty is None else diagnosis.uncertainty.plateau_members
    if diagnosis.members is not None:
        plateau = _("The plateau is {members} of the epochs {first} to {last}.")
    else:
        plateau = _("The plateau is epoch {first}.") if first == last else _("The plateau is epochs {first} to {last}.")
    return Question(
        "stop",
        _("Where would you stop?"),
        _("After which epoch would you keep the weights?"),
        tuple(Choice(_("after epoch {epoch}").format(epoch=count(e)), e in members, _cost(result, e)) for e in epochs),
        (
            _("Validation loss is lowest after epoch {best}.").format(best=count(diagnosis.best_epoch))
            + " "
            + plateau.format(first=count(first), last=count(last), members=diagnosis.members),
            _("Any epoch of the plateau is a good answer: the validation data cannot tell them from the best. Training loss "
              "decides nothing here, for it falls on while the network learns its training data by heart."),
        ),
    )  # fmt: skip


def _places_to_stop(history: TrainingHistory, diagnosis: Diagnosis) -> list[int]:
    """Return the best epoch, one well before the plateau, one well after it, and the last."""
    known = [epoch for epoch, value in zip(history.epochs, history.val_loss) if np.isfinite(value)]
    if diagnosis.best_epoch is None or diagnosis.plateau is None:
        return []
    before = [epoch for epoch in known if epoch < diagnosis.plateau[0]]
    after = [epoch for epoch in known if epoch > diagnosis.plateau[1]]
    plausible = {diagnosis.best_epoch, known[-1], *before[len(before) // 2 :][:1], *after[len(after) // 2 :][:1]}
    return sorted(plausible)


def _cost(result: Result, epoch: int) -> str:
    history, diagnosis = result.history, result.diagnosis
    lowest = float(diagnosis.best_val_loss or 0.0)
    value = float(history.val_loss[history.epochs.index(epoch)])
    if epoch == diagnosis.best_epoch:
        return _("Its validation loss, {loss}, is the lowest of all.").format(loss=number(value))
    cost = percentage(number(100 * (value / lowest - 1), 1)) if lowest > 0 else number(value - lowest)
    text = _("Its validation loss, {loss}, lies {cost} above the lowest (epoch {best}).")
    return text.format(loss=number(value), cost=cost, best=count(diagnosis.best_epoch))


def _region(result: Result) -> Question | None:
    """Ask for the region of an epoch in the middle of one, so that the curves alone can tell."""
    regions = result.diagnosis.told
    if not regions:
        return None
    region = next((r for r in regions if r.label == "overfitting"), regions[0])
    inside = [epoch for epoch in result.history.epochs if region.first <= epoch <= region.last]
    epoch = inside[len(inside) // 2]
    said = _("Epoch {epoch} lies in the region {region}, epochs {first} to {last}.")
    told = said.format(epoch=count(epoch), region=words.label(region.label), first=count(region.first), last=count(region.last))
    return Question(
        "region",
        _("Which region is epoch {epoch}?").format(epoch=count(epoch)),
        _("Epoch {epoch} belongs to").format(epoch=count(epoch)),
        tuple(Choice(words.label(name), name == region.label, told) for name in LABELS),
        (told, *(f"{row.term}, {row.values[0]}: {row.values[1]}." for row in answers_view.regions(result.diagnosis))),
    )


def _verdict(result: Result) -> Question:
    """Ask for the verdict, among four."""
    diagnosis, gaps = result.diagnosis, result.history.val_loss - result.history.loss
    names = ["overfitting", "underfitting", "good_fit"]
    meanings = words.meanings()
    names.append("inconclusive" if diagnosis.verdict in names else diagnosis.verdict)
    ask = _("What do the curves say of this training?")
    if np.isfinite(gaps[-1:]).any():
        ask = _("At the end validation minus training loss, the generalization gap, is {gap}. What do the curves say?")
        ask = ask.format(gap=number(float(gaps[-1])))
    evidence = words.evidence(diagnosis.verdict, diagnosis.evidence)
    gap = _(
        "A gap alone is no harm: it says that the network knows its training data better. Harm is a validation loss that rises."
    )
    return Question(
        "verdict",
        _("Does it overfit?"),
        ask,
        tuple(Choice(meanings[name], name == diagnosis.verdict, diagnosis.message) for name in names),
        tuple(filter(None, (diagnosis.message, evidence, gap))),
    )


def _quoted(result: Result) -> Question:
    """Ask which number says how good the model is: what was measured once on data that chose nothing."""
    history, diagnosis = result.history, result.diagnosis
    tested = result.refit or result.holdout
    score = None if tested is None else tested.test
    name = next((name for name in MEASURES if np.isfinite(history.curve(f"val_{name}")).any()), "loss")
    what = _(MEASURES.get(name, name))
    quotable = _tested(score, name, what)
    choices = [Choice(_("training {what} at the end").format(what=what), False, _on_training(history, name))]
    if diagnosis.best_epoch is not None:
        told = _on_validation(history, diagnosis.best_epoch, name)
        choices.append(Choice(_("validation {what} at the best epoch").format(what=what), False, told))
    if score is not None:
        text = _("test {what} of the refitted model") if result.refit is not None else _("test {what} of the held-out model")
        choices.append(Choice(text.format(what=what), True, quotable))
    choices.append(Choice(_("none of these"), score is None, quotable))
    roles = _("Training data fits, validation data chooses, test data stands for the future: it is read once, after every choice.")
    return Question(
        "quoted", _("How good is the model?"), _("Which number may be quoted?"), tuple(choices), (quotable, roles)
    )  # fmt: skip


def _on_training(history: TrainingHistory, name: str) -> str:
    value = measured(name, float(history.curve(name)[-1])) if len(history) else ""
    return _(
        "It is {value}, on data that the network has learnt from: it tells how well that data is remembered, not how well new data "
        "will be answered."
    ).format(value=value)


def _on_validation(history: TrainingHistory, best: int, name: str) -> str:
    value = measured(name, float(history.curve(f"val_{name}")[history.epochs.index(best)]))
    text = _("It is {value}, but this data chose the epoch among {epochs}: the best of many is a little too good.")
    return text.format(value=value, epochs=count(len(history)))


def _tested(score: Score | None, name: str, what: str) -> str:
    if score is None:
        return _("No test data was read, so no number here may be quoted as how good the model is on new data.")
    value, limits = getattr(score, name), getattr(score, f"{name}_interval")
    text = _("Test {what} is {value} (95 %: {limits}): on data that chose nothing and was read once.")
    return text.format(what=what, value=measured(name, value), limits=between(name, limits))
