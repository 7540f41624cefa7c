"""What the page shows: a Result's numbers as texts and charts, each by a rule that has a name."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from fitscope import words
from fitscope.diagnosis.thresholds import LIMITS
from fitscope.report.curves_view import pictures
from fitscope.report.facts_view import Leak, data, layers, leaks, log, name_of, notices, settings, spaced, versions
from fitscope.report.numbers import UNKNOWN, epochs, number
from fitscope.report.repeats_view import averaged
from fitscope.report.scores_view import MEASURES, gain_sentences, numbers, own_scores
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.report.study_view import sections
from fitscope.result import Result, message


@dataclass(frozen=True)
class View:
    """Hold all that the template prints."""

    title: str
    verdict: str
    label: str
    message: str
    evidence: str
    notices: tuple[str, ...]
    numbers: tuple[Row, ...]
    charts: dict[str, str]
    regions: tuple[Row, ...]
    findings: tuple[tuple[str, str], ...]
    advice: tuple[Row, ...]
    checks: tuple[Row, ...]
    stopping: tuple[Row, ...]
    tests: Table | None
    gain: str | None
    skipped: str | None
    reads: str
    studies: tuple[Section, ...]
    measure: str
    more: Section | None
    averaged: str
    leaks: tuple[Leak, ...]
    notes: tuple[str, ...]
    layers: tuple[Row, ...]
    parameters: str
    log: tuple[Row, ...]
    data: tuple[Row, ...]
    settings: tuple[Row, ...]
    versions: tuple[Row, ...]
    limits: tuple[Row, ...]
    seconds: tuple[Row, ...]
    command: str
    sure: str
    chance: str
    created: str
    json: str


def view(result: Result) -> View:
    """Make from a result all that its page shows."""
    diagnosis = result.diagnosis
    drawn, mean = pictures(result.history, result.diagnosis), averaged(result)
    skipped = None if result.refit_skipped is None else words.refit_skipped(result.refit_skipped)
    return View(
        title=f"{name_of(result)}: {words.label(diagnosis.verdict)}",
        verdict=diagnosis.verdict,
        label=words.label(diagnosis.verdict),
        message=message(diagnosis),
        evidence=words.evidence(diagnosis.verdict, diagnosis.evidence),
        notices=notices(result),
        numbers=numbers(result, mean),
        charts={name: drawn[name].svg for name in ("loss", "chance") if name in drawn},
        regions=tuple(Row(words.label(r.label), (epochs((r.first, r.last)), _MEANINGS[r.label])) for r in diagnosis.regions),
        findings=tuple((f.severity, words.finding(f.code, f.numbers)) for f in diagnosis.findings),
        advice=tuple(Row(words.advice(a.code), (a.evidence,)) for a in diagnosis.advice),
        checks=tuple(Row(words.check(c.code), (_OUTCOMES.get(c.outcome, c.outcome),)) for c in diagnosis.checks),
        stopping=_stopping(result),
        tests=own_scores(result),
        gain=None if result.refit is None else gain_sentences(result.refit.gain, "Refitting"),
        skipped=skipped,
        reads=_reads(result),
        studies=sections(result),
        measure=_MEASURES.get("" if result.dataset is None else result.dataset.task, ""),
        more=_more(drawn),
        averaged="" if mean is None else f"These curves are the mean of {mean}. ",
        leaks=() if result.dataset is None else leaks(result.dataset),
        notes=() if result.dataset is None else result.dataset.notes,
        layers=() if result.model is None else layers(result.model),
        parameters=UNKNOWN if result.model is None else f"{result.model.parameters:,}",
        log=() if result.log is None else log(result, result.log),
        data=() if result.dataset is None else data(result.dataset),
        settings=() if result.plan is None else settings(result.plan),
        versions=versions(result),
        limits=tuple(Row(spaced(name), (str(value),)) for name, value in dataclasses.asdict(LIMITS).items()),
        seconds=tuple(Row(part, (f"{value:.1f} s",)) for part, value in result.seconds.items()),
        command=result.command,
        sure=_sure(result),
        chance=_CHANCES.get(basis_of(result), ""),
        created=result.created,
        json=embedded(result),
    )


_MEASURES = {
    "multilabel": "Accuracy is the share of labels that are right, over all labels of all samples.",
    "regression": "Mean absolute error is in the targets' own units, the loss in what the network was trained to lower; of both, "
    "lower is better.",
}
_OUTCOMES = {"found": "found", "absent": "not found", "not_applicable": "these curves cannot tell"}
_MEANINGS = {
    "underfitting": "not yet as good on new data as this training got",
    "good_fit": "as good on new data as this training got",
    "overfitting": "it learns what holds for the training data alone",
}


def embedded(result: Result) -> str:
    """Return the result's JSON so that nothing in it can end the script element."""
    text = json.dumps(result.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


_CAPTIONS = {
    "accuracy": "The share of right answers, higher is better. It may go on rising while the loss rises too.",
    "mae": "How far the answers lie from the targets in the mean, in the targets' own units; lower is better.",
    "gap": "Validation minus training loss. A gap alone is no harm; a validation loss that rises is.",
}


def _more(drawn: dict[str, Picture]) -> Section | None:
    """Return the charts beside the loss curves: the measure's and the gap's."""
    shown = [name for name in _CAPTIONS if name in drawn]
    titles = [MEASURES.get(name, "generalization gap") for name in shown]
    title = " and ".join(titles)
    captioned = tuple(dataclasses.replace(drawn[name], caption=_CAPTIONS[name]) for name in shown)
    return Section("more", title[0].upper() + title[1:], (), lambda: captioned, ()) if shown else None


def _stopping(result: Result) -> tuple[Row, ...]:
    rows = []
    for rule in result.diagnosis.stopping:
        stops = "never" if rule.stops_at is None else f"epoch {rule.stops_at}"
        keeps = UNKNOWN if rule.keeps is None else f"epoch {rule.keeps}"
        rows.append(Row(rule.rule, (stops, keeps, UNKNOWN if rule.cost is None else f"{number(rule.cost, 1)} %")))
    return tuple(rows)


def _reads(result: Result) -> str:
    if result.log is not None:
        return "A log knows nothing of test data; fitscope analyze tests a model too."
    if result.test_reads == 0:
        return "The test data was not read."
    times = "once" if result.test_reads == 1 else f"{result.test_reads} times"
    return f"The test data was read {times}, when every choice was made; that read served all the models here."


def _sure(result: Result) -> str:
    """Say where the noise was taken from, and what the plateau is."""
    sure = result.diagnosis.uncertainty
    if sure is None:
        return "There is no validation loss to judge by."
    who = "trainings" if sure.basis == "repeats" else "validation data"
    plateau = f"The plateau holds the epochs that the {who} cannot tell from the best: those at most 1.1 standard errors of the "
    basis = "repeats" if sure.basis == "repeats" else "groups" if sure.groups is not None else sure.basis
    basis = _BASES["both"] if basis == "repeats" and sure.samples is not None else _BASES.get(basis, _BASES["log"])
    return f"{basis.format(samples=sure.samples or 0, groups=sure.groups or 0)} {plateau}difference above it."


_BASES = {
    "both": "From the spread of the trainings around their mean curve, and from the losses of {samples:,} validation samples.",
    "repeats": "From the spread of the trainings around their mean curve.",
    "samples": "From the losses of {samples:,} validation samples, weighed anew 1,000 times.",
    "groups": "From the losses of {groups:,} groups of {samples:,} validation samples, whole groups weighed anew 1,000 times.",
    "log": "From the noise of the curve itself, for the single samples' losses are not known.",
}
_ANOTHER_SEED = "It says nothing of another seed: a training begun from other weights may be best several epochs earlier or later."
_CHANCES = {
    "samples": f"Each epoch's chance of being the best of this run, had other validation samples been drawn. {_ANOTHER_SEED}",
    "log": "Each epoch's chance of being the best of this run, as far as the curve's own ups and downs tell; the samples' losses, "
    f"which Monitor and analyze keep, tell more. {_ANOTHER_SEED}",
    "repeats": "Each epoch's chance of being the minimum of the mean curve, had other trainings been drawn; where the samples' "
    "losses are known, other validation samples, too.",
}


def basis_of(result: Result) -> str:
    return "" if result.diagnosis.uncertainty is None else result.diagnosis.uncertainty.basis
