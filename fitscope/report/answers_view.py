"""The questions that a person asks of one training, answered: regions, certainty, early stopping, the refit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.regions import Region
from fitscope.diagnosis.stopping import StoppingRule
from fitscope.language import N_, _
from fitscope.language.figures import percentage
from fitscope.report.numbers import UNKNOWN, count, epochs, number
from fitscope.report.scores_view import gain_sentences, own_scores
from fitscope.report.sections import Row, Table
from fitscope.result import Result

_REGIONS = {
    "underfitting": N_("not yet as good on new data as this training got: the network still learns what holds for all data"),
    "good_fit": N_(
        "from the first to the last epoch that the validation data cannot tell from the best: as good on new data as it got"
    ),
    "levelled": N_(
        "from the first epoch that the validation data cannot tell from the best to the end, for a rise of more than 5 % is ruled "
        "out: as good on new data as it got"
    ),
    "overfitting": N_("it learns what holds for the training data alone, and gets worse on new data"),
    "undecided": N_("after the plateau: whether it gets worse on new data here, these curves cannot tell"),
}
_OUTCOMES = {"found": N_("found"), "absent": N_("not found"), "not_applicable": N_("these curves cannot tell")}


@dataclass(frozen=True)
class Said:
    """One finding: its severity's code and name, and what it says."""

    severity: str
    label: str
    sentence: str


def regions(diagnosis: Diagnosis) -> tuple[Row, ...]:
    """Return each region with its epochs and what it means."""
    return tuple(Row(words.label(r.label), (epochs((r.first, r.last)), _meaning(r, diagnosis))) for r in diagnosis.told)


def _meaning(region: Region, diagnosis: Diagnosis) -> str:
    beyond = region.label == "good_fit" and diagnosis.plateau is not None and region.last > diagnosis.plateau[1]
    code = "levelled" if beyond else region.label
    return _(_REGIONS[code])


def findings(diagnosis: Diagnosis) -> tuple[Said, ...]:
    """Return what the curves show beside the verdict, the costliest first."""
    return tuple(Said(f.severity, words.severity(f.severity), words.finding(f.code, f.numbers)) for f in diagnosis.findings)


def checks(diagnosis: Diagnosis) -> tuple[Row, ...]:
    """Return all that was looked for, and whether it was found."""
    return tuple(
        Row(words.check(c.code), (_(_OUTCOMES[c.outcome]) if c.outcome in _OUTCOMES else c.outcome,)) for c in diagnosis.checks
    )


def sure(result: Result) -> tuple[str, ...]:
    """Say where the noise was taken from, what the plateau is, and of what the chances speak."""
    found = result.diagnosis.uncertainty
    if found is None:
        return (_("There is no validation loss to judge by."),)
    basis = "repeats" if found.basis == "repeats" else "groups" if found.groups is not None else found.basis
    if basis == "repeats" and found.samples is not None:
        basis = "both"
    text = _(_BASES.get(basis, _BASES["log"])).format(samples=count(found.samples or 0), groups=count(found.groups or 0))
    plateau = _PLATEAU_OF_TRAININGS if found.basis == "repeats" else _PLATEAU
    chance = _CHANCES.get("folds" if result.studies.folds and found.basis == "samples" else found.basis)
    return text, _(plateau), *(() if chance is None else (_(chance),)), *(() if found.basis == "repeats" else (_(_ANOTHER_SEED),))


_BASES = {
    "both": N_(
        "Judged from the spread of the trainings around their mean curve, and from the losses of {samples} validation samples."
    ),
    "repeats": N_("Judged from the spread of the trainings around their mean curve."),
    "samples": N_("Judged from the losses of {samples} validation samples, weighed anew 1,000 times."),
    "groups": N_(
        "Judged from the losses of {groups} groups of {samples} validation samples, whole groups weighed anew 1,000 times."
    ),
    "log": N_("Judged from the noise of the curve itself, for the single samples' losses are not known."),
}
_PLATEAU = N_(
    "The plateau holds the epochs that the validation data cannot tell from the best: those at most 1.1 standard errors of the "
    "difference above it."
)
_PLATEAU_OF_TRAININGS = N_(
    "The plateau holds the epochs that the trainings cannot tell from the best: those at most 1.1 standard errors of the "
    "difference above it."
)
_CHANCES = {
    "samples": N_("A bar is an epoch's chance of being the best of this run, had other validation samples been drawn."),
    "folds": N_("A bar is an epoch's chance of being the minimum of the mean curve, had other validation samples been drawn."),
    "log": N_(
        "A bar is an epoch's chance of being the best of this run, as far as the curve's own ups and downs tell; the samples' "
        "losses, which Monitor and analyze keep, tell more."
    ),
    "repeats": N_(
        "A bar is an epoch's chance of being the minimum of the mean curve, had other trainings been drawn; where the samples' "
        "losses are known, other validation samples, too."
    ),
}
_ANOTHER_SEED = N_(
    "It says nothing of another seed: a training begun from other weights may be best several epochs earlier or later "
    "(fitscope analyze: --repeats 8 shows how far)."
)


@dataclass(frozen=True)
class Stopping:
    """What early stopping would have done: Keras' rule, and the criteria of Prechelt."""

    sentence: str
    keras: Table
    criteria: Table | None


def stopping(result: Result) -> Stopping | None:
    """Return what each rule would have kept and what that costs; None where no rule keeps an epoch: nothing was validated."""
    rules = result.diagnosis.stopping
    if all(rule.keeps is None for rule in rules):
        return None
    keras = [rule for rule in rules if rule.rule.startswith("patience")]
    others = [rule for rule in rules if rule not in keras]
    return Stopping(
        _stopping_sentence(result, keras or others), _rules(keras or others), _rules(others) if keras and others else None
    )


def _stopping_sentence(result: Result, rules: Sequence[StoppingRule]) -> str:
    best = result.diagnosis.best_epoch
    free = sum(rule.keeps == best for rule in rules)
    if free == len(rules):
        return _("All of these patiences keep the best epoch, {best}.").format(best=best)
    dear = [rule for rule in rules if rule.cost]
    if not dear:  # nothing lies a percentage above a lowest loss of 0
        text = _("{free} of these {rules} patiences keep the best epoch, {best}.")
        return text.format(free=free, rules=len(rules), best=best)
    worst = max(dear, key=lambda rule: rule.cost or 0.0)
    text = _(
        "EarlyStopping with {rule} would have kept epoch {keeps}, where validation loss lies {cost} above the lowest; {free} of "
        "these {rules} patiences lose nothing."
    )
    cost = percentage(number(worst.cost, 1))
    return text.format(rule=_rule_name(worst), keeps=worst.keeps, cost=cost, free=free, rules=len(rules))


def _rules(rules: Sequence[StoppingRule]) -> Table:
    rows = []
    for rule in rules:
        stops = _("never") if rule.stops_at is None else _("epoch {epoch}").format(epoch=rule.stops_at)
        keeps = _(UNKNOWN) if rule.keeps is None else _("epoch {epoch}").format(epoch=rule.keeps)
        cost = _(UNKNOWN) if rule.cost is None else percentage(number(rule.cost, 1))
        rows.append(Row(_rule_name(rule), (stops, keeps, cost)))
    return Table((_("rule"), _("stops at"), _("keeps"), _("costs")), tuple(rows))


def _rule_name(rule: StoppingRule) -> str:
    name, _space, epochs_ = rule.rule.partition(" ")
    return _("patience {epochs}").format(epochs=epochs_) if name == "patience" else rule.rule


@dataclass(frozen=True)
class Refitting:
    """Whether the refit brought anything, and who read the test data."""

    scores: Table | None
    gain: str | None
    skipped: str | None
    measure: str
    reads: str


def refitting(result: Result) -> Refitting:
    """Return the test results of the refitted and the held-out model beside each other."""
    return Refitting(
        scores=own_scores(result),
        gain=None if result.refit is None else gain_sentences(result.refit.gain, _("Refitting")),
        skipped=None if result.refit_skipped is None else words.refit_skipped(result.refit_skipped, result.whole),
        measure=_(_MEASURES[result.dataset.task]) if result.dataset is not None and result.dataset.task in _MEASURES else "",
        reads=_reads(result),
    )


_MEASURES = {
    "multilabel": N_("Accuracy is the share of labels that are right, over all labels of all samples."),
    "regression": N_(
        "Mean absolute error is in the targets' own units, the loss in what the network was trained to lower; of both, lower is "
        "better."
    ),
}


def _reads(result: Result) -> str:
    if result.log is not None:
        return _("A log knows nothing of test data; fitscope analyze tests a model too.")
    if result.test_reads == 0:
        return _("The test data was not read.")
    if result.test_reads == 1:
        return _("The test data was read once, when every choice was made; that read served all the models here.")
    return _("The test data was read {times} times, when every choice was made.").format(times=result.test_reads)
