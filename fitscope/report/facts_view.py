"""What the page shows of data, network, settings and machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitscope.plan import Plan
from fitscope.report.numbers import UNKNOWN, setting
from fitscope.report.sections import Row, severity_name
from fitscope.result import DatasetFacts, LogFacts, ModelFacts, Result

CLASSES_SHOWN = 60
# Settings that a plan may leave open, and what decides then.
_OPEN = {"optimizer": "as the function compiled it", "learning_rate": "the optimizer's own"}


@dataclass(frozen=True)
class Leak:
    """One thing that is wrong with the data, with examples of it."""

    severity: str
    label: str
    message: str
    examples: tuple[str, ...]


def name_of(result: Result) -> str:
    """Return what the report is about: the data set, or the log and its training."""
    if result.dataset is not None:
        return result.dataset.name
    if result.log is None:
        return "curves"
    name = Path(result.log.source).name or result.log.source
    return name if result.log.run is None else f"{name}, {result.log.run}"


def notices(result: Result) -> tuple[str, ...]:
    """Return what must be known before anything else on the page."""
    told = []
    if result.partial and result.plan is not None:
        done = (
            f"after epoch {result.history.epochs[-1]} of {result.plan.max_epochs}"
            if len(result.history)
            else "before its first epoch"
        )
        over = len(result.history) and result.history.epochs[-1] == result.plan.max_epochs
        told.append("Partial: stopped after this training, before all was done." if over else f"Partial: stopped {done}.")
    found = () if result.dataset is None else leaks(result.dataset)
    told += [f"Something is wrong with the data: {leak.message}" for leak in found if leak.severity == "serious"]
    return tuple(told)


def leaks(data: DatasetFacts) -> tuple[Leak, ...]:
    """Return what is wrong with the data, the worst first."""
    order = {"serious": 0, "warning": 1}
    ranked = sorted(data.leaks, key=lambda leak: order.get(str(leak.get("severity")), 2))
    return tuple(_leak(leak) for leak in ranked)


def _leak(leak: dict[str, Any]) -> Leak:
    examples = leak.get("examples") or ()
    shown = tuple(setting(example) for example in (examples if isinstance(examples, (list, tuple)) else [examples]))
    severity = str(leak.get("severity", "info"))
    return Leak(severity, severity_name(severity), str(leak.get("message") or leak.get("code", "")), shown)


def log(result: Result, log: LogFacts) -> tuple[Row, ...]:
    """Return what is known of a log."""
    rows = [Row("log", (log.source,)), Row("epochs", (f"{len(result.history):,}",))]
    rows += [] if log.run is None else [Row("training", (log.run,))]
    return (*rows, *(Row("note", (note,)) for note in log.notes))


def data(data: DatasetFacts) -> tuple[Row, ...]:
    """Return the data set's task, its classes or targets, and how many samples play each role."""
    what = _NAMED.get(data.task, "classes")
    named = [] if data.classes is None else [Row(what, (_names(data.classes),))]
    roles = (
        ("training", data.train, "fits"),
        ("validation", data.validation, "chooses"),
        ("test", data.test, "stands for the future"),
    )
    return (
        Row("task", (data.task,)),
        *named,
        *(Row(f"{role} data", (f"{count:,} samples; it {does}",)) for role, count, does in roles if count),
        Row("source", (data.source,)),
        Row("SHA-256", (data.sha256,)),
    )


_NAMED = {"regression": "targets", "multilabel": "labels"}


def _names(names: tuple[str, ...]) -> str:
    more = "" if len(names) <= CLASSES_SHOWN else f" and {len(names) - CLASSES_SHOWN:,} more"
    return f"{len(names):,}: {', '.join(names[:CLASSES_SHOWN])}{more}"


def layers(model: ModelFacts) -> tuple[Row, ...]:
    """Return a network's layers with type, output and parameters."""
    return tuple(
        Row(layer.name, (layer.type, " × ".join("any" if size is None else str(size) for size in layer.output_shape),
                         f"{layer.parameters:,}"))
        for layer in model.layers
    )  # fmt: skip


def settings(plan: Plan) -> tuple[Row, ...]:
    """Return a plan's settings that decide something, those of the network and the data one by one.

    Example:
        >>> plan = Plan("digits", "ab12", None, "textbook", hyperparameters={"dropout": 0.5})
        >>> [row.values[0] for row in settings(plan) if row.term in ("learning rate", "hyperparameters")]
        ["the optimizer's own", 'dropout 0.5']
    """
    rows = []
    for name, value in plan.to_json().items():
        if value is None or value == {}:
            shown = _OPEN.get(name)
        elif name == "fold":
            shown = f"{value[0]} of {value[1]}"
        else:
            shown = str(value) if name == "seed" else setting(value)
        rows += [] if shown is None else [Row(spaced(name), (shown,))]
    return tuple(rows)


def spaced(name: str) -> str:
    """Return a setting's name with spaces."""
    return name.replace("_", " ")


def versions(result: Result) -> tuple[Row, ...]:
    """Return the versions and the machine that the result came from."""
    machine, rows = result.environment, [Row("fitscope", (result.fitscope,))]
    if machine is not None:
        rows += [Row(name, (getattr(machine, name),)) for name in ("python", "tensorflow", "keras", "numpy", "platform")]
        rows += [Row("processors", (str(machine.cpus),)), Row("GPU", (", ".join(machine.gpus) or "none",))]
    if result.model is not None:
        rows.append(Row("engine", (result.model.path or UNKNOWN,)))
    if result.peak_mb is not None:
        rows.append(Row("memory at most", (f"{result.peak_mb:,.0f} MB",)))
    return tuple(rows)
