"""What the page shows: a Result's numbers as texts and charts, each by a rule that has a name."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.thresholds import LIMITS
from fitscope.history import TrainingHistory
from fitscope.report import charts
from fitscope.result import DatasetFacts, Gain, Interval, LogFacts, Result, Score, message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNKNOWN = "unknown"
DRAWN_AT_MOST = 1000  # epochs: a chart has no more columns


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many digits after the point; very large and small ones with an exponent.

    Example:
        >>> number(0.28431), number(None), number(1234567.0), number(-0.02, 1)
        ('0.284', 'unknown', '1.235e+06', '0.0')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) >= 1e5:
        return f"{value:.{digits}e}"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def percent(share: float | None) -> str:
    """Return a share in percent; 100 % and 0 % only where it is all or nothing.

    Example:
        >>> percent(0.8812), percent(0.9999), percent(1.0)
        ('88.1 %', '> 99.9 %', '100 %')
    """
    if share is None or not math.isfinite(share):
        return UNKNOWN
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    if share > 0.9995:
        return "> 99.9 %"
    return "< 0.1 %" if share < 0.0005 else f"{100 * share:.1f} %"


def interval(limits: Interval | None, rule: Any = number) -> str:
    """Return an interval as "low to high".

    Example:
        >>> interval((0.1, 0.2))
        '0.100 to 0.200'
    """
    return UNKNOWN if limits is None else f"{rule(limits[0])} to {rule(limits[1])}"


def epochs(pair: tuple[int, int] | None) -> str:
    """Return a stretch of epochs.

    Example:
        >>> epochs((3, 5)), epochs((4, 4))
        ('3 to 5', '4 alone')
    """
    if pair is None:
        return UNKNOWN
    return f"{pair[0]} alone" if pair[0] == pair[1] else f"{pair[0]} to {pair[1]}"


@dataclass(frozen=True)
class Row:
    """One line of a table or list: a term and what stands beside it."""

    term: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """Hold all that the template prints."""

    title: str
    verdict: str
    label: str
    message: str
    evidence: str
    notice: str | None
    numbers: tuple[Row, ...]
    charts: dict[str, str]
    regions: tuple[Row, ...]
    findings: tuple[tuple[str, str], ...]
    advice: tuple[Row, ...]
    checks: tuple[Row, ...]
    stopping: tuple[Row, ...]
    tests: tuple[Row, ...]
    gain: str | None
    skipped: str | None
    reads: str
    layers: tuple[Row, ...]
    parameters: str
    log: tuple[Row, ...]
    data: tuple[Row, ...]
    settings: tuple[Row, ...]
    versions: tuple[Row, ...]
    limits: tuple[Row, ...]
    seconds: tuple[Row, ...]
    command: str
    basis: str
    chance: str
    created: str
    json: str


def view(result: Result) -> View:
    """Make from a result all that its page shows."""
    diagnosis, model, plan = result.diagnosis, result.model, result.plan
    skipped = None if result.refit_skipped is None else words.refit_skipped(result.refit_skipped)
    return View(
        title=f"{_name(result)}: {words.label(diagnosis.verdict)}",
        verdict=diagnosis.verdict,
        label=words.label(diagnosis.verdict),
        message=message(diagnosis),
        evidence=words.evidence(diagnosis.verdict, diagnosis.evidence),
        notice=_notice(result),
        numbers=_numbers(result),
        charts=_charts(result),
        regions=tuple(Row(words.label(r.label), (epochs((r.first, r.last)), _MEANINGS[r.label])) for r in diagnosis.regions),
        findings=tuple((f.severity, words.finding(f.code, f.numbers)) for f in diagnosis.findings),
        advice=tuple(Row(words.advice(a.code), (a.evidence,)) for a in diagnosis.advice),
        checks=tuple(Row(words.check(c.code), (_OUTCOMES.get(c.outcome, c.outcome),)) for c in diagnosis.checks),
        stopping=_stopping(result),
        tests=_tests(result),
        gain=None if result.refit is None else _gain(result.refit.gain),
        skipped=skipped,
        reads=_reads(result),
        layers=tuple(
            Row(layer.name, (layer.type, " × ".join(map(str, layer.output_shape)), f"{layer.parameters:,}"))
            for layer in (model.layers if model else ())
        ),
        parameters=f"{model.parameters:,}" if model else UNKNOWN,
        log=() if result.log is None else _log(result, result.log),
        data=() if result.dataset is None else _data(result.dataset),
        settings=tuple(
            Row(_spaced(k), (UNKNOWN_SETTING if v is None else str(v),)) for k, v in (plan.to_json() if plan else {}).items()
        ),
        versions=_versions(result),
        limits=tuple(Row(_spaced(name), (str(value),)) for name, value in dataclasses.asdict(LIMITS).items()),
        seconds=tuple(Row(part, (f"{value:.1f} s",)) for part, value in result.seconds.items()),
        command=result.command,
        basis=_basis(result),
        chance=_CHANCES.get(result.diagnosis.uncertainty.basis if result.diagnosis.uncertainty else "", ""),
        created=result.created,
        json=embedded(result),
    )


_CHANCES = {
    "samples": "had other validation samples been drawn",
    "log": "as far as the curve's own ups and downs tell; the samples' losses, which Monitor and analyze keep, tell more",
    "repeats": "had other seeds been drawn",
}
_OUTCOMES = {"found": "found", "absent": "not found", "not_applicable": "these curves cannot tell"}
UNKNOWN_SETTING = "the default"
_MEANINGS = {
    "underfitting": "not yet as good on new data as this training got",
    "good_fit": "as good on new data as this training got",
    "overfitting": "it learns what holds for the training data alone",
}


def embedded(result: Result) -> str:
    """Return the result's JSON so that nothing in it can end the script element."""
    text = json.dumps(result.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _notice(result: Result) -> str | None:
    if not result.partial or result.plan is None:
        return None
    return f"Partial: stopped after epoch {result.history.epochs[-1]} of {result.plan.max_epochs}."


def _name(result: Result) -> str:
    if result.dataset is not None:
        return result.dataset.name
    if result.log is None:
        return "curves"
    name = Path(result.log.source).name or result.log.source
    return name if result.log.run is None else f"{name}, {result.log.run}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _numbers(result: Result) -> tuple[Row, ...]:
    diagnosis, rows = result.diagnosis, []
    best = UNKNOWN if diagnosis.best_epoch is None else str(diagnosis.best_epoch)
    rows.append(Row("best epoch", (best, f"plateau: {epochs(diagnosis.plateau)}")))
    for name, tested in (("refitted", result.refit), ("held-out", result.holdout)):
        if tested is not None:
            test = tested.test
            rows.append(Row(f"{name} test accuracy", (percent(test.accuracy), interval(test.accuracy_interval, percent))))
            rows.append(Row(f"{name} test loss", (number(test.loss), interval(test.loss_interval))))
    if diagnosis.uncertainty is not None and diagnosis.best_epoch is not None:
        chance = diagnosis.uncertainty.chance[result.history.epochs.index(diagnosis.best_epoch)]
        rows.append(Row("how sure", (percent(chance), f"that epoch {best} is the best of this run")))
    rows.append(Row("generalization gap", (number(diagnosis.gap), "validation minus training loss, at the best epoch")))
    return tuple(rows)


def _charts(result: Result) -> dict[str, str]:
    return {name: charts.svg(figure, name, title) for name, (figure, title) in figures(result.history, result.diagnosis).items()}


def figures(history: TrainingHistory, diagnosis: Diagnosis) -> dict[str, tuple[Figure, str]]:
    """Draw every chart that the curves give, each with its title; of very long curves every k-th epoch is drawn."""
    epochs, shown = history.epochs, slice(None, None, -(-len(history) // DRAWN_AT_MOST))
    curves = {name: history.curve(name) for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
    drawn_at = epochs[shown]
    loss, val, accuracy, val_accuracy = (curve[shown].tolist() for curve in curves.values())
    if not any(map(math.isfinite, loss + val)):
        return {}
    best = None if diagnosis.best_epoch is None else (diagnosis.best_epoch, diagnosis.best_val_loss or 0.0)
    picture = charts.losses(drawn_at, loss, val, diagnosis.regions, best, diagnosis.plateau)
    drawn = {"loss": (picture, "Training and validation loss")}
    if any(map(math.isfinite, accuracy + val_accuracy)):
        drawn["accuracy"] = charts.losses(drawn_at, accuracy, val_accuracy, label="accuracy"), "Training and validation accuracy"
    if any(map(math.isfinite, loss)) and any(map(math.isfinite, val)):
        drawn["gap"] = charts.gap(drawn_at, (curves["val_loss"] - curves["loss"])[shown].tolist()), "Generalization gap"
    sure = diagnosis.uncertainty
    if sure is not None and len(epochs) <= DRAWN_AT_MOST:
        drawn["chance"] = charts.chances(epochs, sure.chance, sure.plateau_members), "Chance of being the best epoch"
    return drawn


def _stopping(result: Result) -> tuple[Row, ...]:
    rows = []
    for rule in result.diagnosis.stopping:
        stops = "never" if rule.stops_at is None else f"epoch {rule.stops_at}"
        keeps = UNKNOWN if rule.keeps is None else f"epoch {rule.keeps}"
        rows.append(Row(rule.rule, (stops, keeps, UNKNOWN if rule.cost is None else f"{number(rule.cost, 1)} %")))
    return tuple(rows)


def _tests(result: Result) -> tuple[Row, ...]:
    rows = []
    if result.refit is not None:
        rows.append(_test(f"refitted for {result.refit.epochs} epochs" if result.refit.by == "epochs" else
                          f"refitted for {result.refit.updates:,} updates", result.refit.test))  # fmt: skip
    if result.holdout is not None:
        rows.append(_test(f"held out, best epoch {result.holdout.epochs}", result.holdout.test))
    return tuple(rows)


def _test(name: str, test: Score) -> Row:
    accuracy = (percent(test.accuracy), interval(test.accuracy_interval, percent))
    return Row(name, (*accuracy, number(test.loss), interval(test.loss_interval), f"{test.samples:,}"))


def _gain(gain: Gain) -> str:
    low, high = gain.loss_interval
    verb = "raised" if gain.loss < 0 else "lowered"
    sure = "this is more than chance explains" if low > 0 or high < 0 else "chance alone may explain this"
    text = f"Refitting {verb} test loss by {number(abs(gain.loss))} (lowered by {interval(gain.loss_interval)}, 95 %); {sure}."
    if gain.accuracy is not None and gain.accuracy_interval is not None:
        least, most = (f"{100 * limit:+.1f}" for limit in gain.accuracy_interval)
        text += f" Test accuracy changed by {100 * gain.accuracy:+.1f} percentage points ({least} to {most})."
    return text


def _reads(result: Result) -> str:
    if result.log is not None:
        return "A log knows nothing of test data; fitscope analyze tests a model too."
    if result.test_reads == 0:
        return "The test data was not read."
    times = "once" if result.test_reads == 1 else f"{result.test_reads} times"
    return f"The test data was read {times}, when every choice was made; that read served all the models here."


def _basis(result: Result) -> str:
    sure = result.diagnosis.uncertainty
    if sure is None:
        return "There is no validation loss to judge by."
    if sure.basis == "repeats":
        return "From the spread of the trainings around their mean curve."
    if sure.basis == "samples":
        return f"From the losses of {sure.samples:,} validation samples, weighed anew 1,000 times."
    return "From the noise of the curve itself, for the single samples' losses are not known."


def _log(result: Result, log: LogFacts) -> tuple[Row, ...]:
    rows = [Row("log", (log.source,)), Row("epochs", (f"{len(result.history):,}",))]
    rows += [] if log.run is None else [Row("training", (log.run,))]
    return (*rows, *(Row("note", (note,)) for note in log.notes))


def _data(data: DatasetFacts) -> tuple[Row, ...]:
    classes = UNKNOWN if data.classes is None else f"{len(data.classes)}: " + ", ".join(data.classes)
    roles = (
        ("training", data.train, "fits"),
        ("validation", data.validation, "chooses"),
        ("test", data.test, "stands for the future"),
    )
    return (
        Row("task", (data.task,)),
        Row("classes", (classes,)),
        *(Row(f"{role} data", (f"{count:,} samples; it {does}",)) for role, count, does in roles),
        Row("source", (data.source,)),
        Row("SHA-256", (data.sha256,)),
    )


def _versions(result: Result) -> tuple[Row, ...]:
    machine, rows = result.environment, [Row("fitscope", (result.fitscope,))]
    if machine is not None:
        rows += [Row(name, (getattr(machine, name),)) for name in ("python", "tensorflow", "keras", "numpy", "platform")]
        rows += [Row("processors", (str(machine.cpus),)), Row("GPU", (", ".join(machine.gpus) or "none",))]
    if result.model is not None:
        rows.append(Row("engine", (result.model.path or UNKNOWN,)))
    if result.peak_mb is not None:
        rows.append(Row("memory at most", (f"{result.peak_mb:,.0f} MB",)))
    return tuple(rows)
