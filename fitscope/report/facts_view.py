"""What the page shows of data, network, settings and machine."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitscope import words
from fitscope.diagnosis import thresholds
from fitscope.language import N_, Nn_, _, _n, retold
from fitscope.language.figures import moment, numeral
from fitscope.plan import Plan
from fitscope.report.names import LIMITS, OPEN, spaced
from fitscope.report.numbers import UNKNOWN, count, number, setting
from fitscope.report.sections import Row
from fitscope.result import DatasetFacts, LogFacts, ModelFacts, Result

CLASSES_SHOWN = 60


@dataclass(frozen=True)
class Leak:
    """One thing that is wrong with the data, with examples of it."""

    severity: str
    label: str
    message: str
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Hold what the page of a run says of its data, its network and how it was made, whether the run is blind or not."""

    leaks: tuple[Leak, ...]
    notes: tuple[str, ...]
    data: tuple[Row, ...]
    layers: tuple[Row, ...]
    parameters: str
    settings: tuple[Row, ...]
    versions: tuple[Row, ...]
    limits: tuple[Row, ...]
    command: str
    created: str


def told(result: Result) -> dict[str, Any]:
    """Return what `Facts` holds of a result, by its names."""
    made, network = result.dataset, result.model
    return {
        "leaks": () if made is None else leaks(made),
        "notes": () if made is None else tuple(map(retold, made.notes)),
        "data": () if made is None else data(made),
        "layers": () if network is None else layers(network),
        "parameters": count(None if network is None else network.parameters),
        "settings": () if result.plan is None else settings(result.plan, None if network is None else network.loss),
        "versions": versions(result),
        "limits": limits(),
        "command": result.command,
        "created": moment(result.created),
    }


def name_of(result: Result) -> str:
    """Return what the report is about: the data set, or the log and its training."""
    if result.dataset is not None:
        return result.dataset.name
    if result.log is None:
        return _("curves")
    name = Path(result.log.source).name or result.log.source
    return name if result.log.run is None else f"{name}, {result.log.run}"


def notices(result: Result) -> tuple[str, ...]:
    """Return what must be known before anything else on the page; of what is wrong with the data the worst alone."""
    told = [] if not result.partial or result.plan is None else [_stopped(result, result.plan.max_epochs)]
    found = [] if result.dataset is None else [leak for leak in leaks(result.dataset) if leak.severity == "serious"]
    if found:
        more = len(found) - 1
        text = _n("{count} more serious thing stands under The data.", "{count} more serious things stand under The data.", more)
        told.append(_("Something is wrong with the data: {what}").format(what=found[0].message))
        told[-1] += f" {text.format(count=more)}" if more else ""
    return tuple(told)


def _stopped(result: Result, last: int) -> str:
    """Say where the person stopped the analysis."""
    if not len(result.history):
        return _("Partial: stopped before its first epoch.")
    epoch = result.history.epochs[-1]
    if epoch == last:
        return _("Partial: stopped after this training, before all was done.")
    return _("Partial: stopped after epoch {epoch} of {last}.").format(epoch=epoch, last=last)


def leaks(data: DatasetFacts) -> tuple[Leak, ...]:
    """Return what is wrong with the data, the worst first."""
    order = {"serious": 0, "warning": 1}
    ranked = sorted(data.leaks, key=lambda leak: order.get(str(leak.get("severity")), 2))
    return tuple(_leak(leak) for leak in ranked)


def _leak(leak: dict[str, Any]) -> Leak:
    examples = leak.get("examples") or ()
    shown = tuple(setting(example) for example in (examples if isinstance(examples, (list, tuple)) else [examples]))
    code, told = str(leak.get("code", "")), str(leak.get("message") or "")
    severity = str(leak.get("severity", "info"))
    return Leak(severity, words.severity(severity), _leak_message(code, told, leak), shown)


def _leak_message(code: str, told: str, numbers: dict[str, Any]) -> str:
    """Return the leak's sentence, made anew; what this fitscope has no sentence for keeps the one that came with it."""
    made = words.leak(code, numbers)
    return made if made != code else retold(told) or code


def log(result: Result, log: LogFacts) -> tuple[Row, ...]:
    """Return what is known of a log."""
    rows = [Row(_("log"), (log.source,)), Row(_("epochs"), (count(len(result.history)),))]
    rows += [] if log.run is None else [Row(_("training"), (log.run,))]
    return (*rows, *(Row(_("note"), (retold(note),)) for note in log.notes))


def data(data: DatasetFacts) -> tuple[Row, ...]:
    """Return the data set's task, its classes or targets, and how many samples play each role."""
    named = [] if data.classes is None else [Row(_(_NAMED.get(data.task, "classes")), (_names(data.classes),))]
    counted = [
        Row(_(term), (_n(*does, samples).format(count=count(samples)),))
        for (term, does), samples in zip(_ROLES, (data.train, data.validation, data.test))
        if samples
    ]
    return (
        Row(_("task"), (_(_TASKS.get(data.task, data.task)),)),
        *named,
        *counted,
        Row(_("source"), (retold(data.source),)),
        Row("SHA-256", (data.sha256,)),
    )


_NAMED = {"regression": N_("targets"), "multilabel": N_("labels"), "multiclass": N_("classes"), "binary": N_("classes")}
_TASKS = {
    "binary": N_("binary"),
    "multiclass": N_("multiclass"),
    "multilabel": N_("multilabel"),
    "regression": N_("regression"),
}
_ROLES = (
    (N_("training data"), Nn_("{count} sample; it fits", "{count} samples; it fits")),
    (N_("validation data"), Nn_("{count} sample; it chooses", "{count} samples; it chooses")),
    (N_("test data"), Nn_("{count} sample; it stands for the future", "{count} samples; it stands for the future")),
)


def _names(names: tuple[str, ...]) -> str:
    shown, more = ", ".join(names[:CLASSES_SHOWN]), len(names) - CLASSES_SHOWN
    if more <= 0:
        return f"{count(len(names))}: {shown}"
    return _("{count}: {names} and {more} more").format(count=count(len(names)), names=shown, more=count(more))


def layers(model: ModelFacts) -> tuple[Row, ...]:
    """Return a network's layers with type, output and parameters."""
    return tuple(
        Row(layer.name, (layer.type, " × ".join(_("any") if size is None else str(size) for size in layer.output_shape),
                         count(layer.parameters)))
        for layer in model.layers
    )  # fmt: skip


def settings(plan: Plan, loss: str | None = None) -> tuple[Row, ...]:
    """Return a plan's settings that decide something, those of the network and the data one by one, and the loss where it is known.

    Example:
        >>> plan = Plan("digits", "ab12", None, "textbook", hyperparameters={"dropout": 0.5})
        >>> [row.values[0] for row in settings(plan) if row.term in ("learning rate", "hyperparameters")]
        ["the optimizer's own", 'dropout 0.5']
    """
    rows = []
    for name, value in plan.to_json().items():
        if value is None or value == {}:
            shown = _(OPEN[name]) if name in OPEN else None
        elif name == "fold":
            shown = _("{place} of {all}").format(place=value[0], all=value[1])
        else:
            shown = str(value) if name == "seed" else setting(value)
        rows += [] if shown is None else [Row(spaced(name), (shown,))]
    return (*rows, *([] if loss is None else [Row(_("loss"), (loss,))]))


def versions(result: Result) -> tuple[Row, ...]:
    """Return the versions and the machine that the result came from."""
    machine, rows = result.environment, [Row("fitscope", (result.fitscope,))]
    if machine is not None:
        rows += [Row(name, (getattr(machine, name),)) for name in ("python", "tensorflow", "keras", "numpy")]
        rows.append(Row(_("platform"), (machine.platform,)))
        rows += [Row(_("processors"), (str(machine.cpus),)), Row("GPU", (", ".join(machine.gpus) or _("none"),))]
    if result.model is not None:
        rows.append(Row(_("engine"), (result.model.path or _(UNKNOWN),)))
    if result.peak_mb is not None:
        rows.append(Row(_("memory at most"), (f"{number(result.peak_mb, 0)} MB",)))
    return tuple(rows)


def limits() -> tuple[Row, ...]:
    """Return every limit that a verdict or finding rests on."""
    return tuple(Row(_(LIMITS[name]), (numeral(str(value)),)) for name, value in dataclasses.asdict(thresholds.LIMITS).items())


def seconds(result: Result) -> tuple[Row, ...]:
    """Return what each part of the work took."""
    return tuple(Row(spaced(part), (_("{seconds} s").format(seconds=number(took, 1)),)) for part, took in result.seconds.items())
