"""The result of an analysis and its parts, frozen; JSON in and out, checked."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.findings import Finding
from fitscope.errors import FitscopeError, ResultError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan

SCHEMA = "fitscope-result/1"
Interval = tuple[float, float]


@dataclass(frozen=True)
class Environment:
    """Name the versions and the machine that a result came from."""

    python: str
    tensorflow: str
    keras: str
    numpy: str
    platform: str
    cpus: int
    gpus: tuple[str, ...]


@dataclass(frozen=True)
class DatasetFacts:
    """Describe the data: its task, its classes and how many samples play each role.

    Args:
        task: `binary`, `multiclass`, `multilabel` or `regression`.
        train, validation, test: numbers of samples; the refit trains on `train` + `validation`.
        majority: the largest class's share of the validation samples, None where there are no classes.
    """

    name: str
    task: str
    classes: tuple[str, ...] | None
    train: int
    validation: int
    test: int
    source: str
    sha256: str
    majority: float | None = None
    leaks: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class LayerFacts:
    """Describe one layer; `output_shape` is [units], without the batch."""

    name: str
    type: str
    output_shape: tuple[int | None, ...]
    parameters: int


@dataclass(frozen=True)
class ModelFacts:
    """Describe the network, and by which path it was trained (`sparse`, `dense` or `keras`)."""

    name: str
    parameters: int
    layers: tuple[LayerFacts, ...]
    path: str | None = None


@dataclass(frozen=True)
class Score:
    """Hold one model's test result with its 95 % intervals."""

    loss: float
    loss_interval: Interval
    accuracy: float | None
    accuracy_interval: Interval | None
    samples: int


@dataclass(frozen=True)
class Gain:
    """Hold what the refit brought on the same test samples, with paired 95 % intervals; above 0 the refit is better.

    Args:
        loss: the held-out model's test loss minus the refitted model's.
        accuracy: the refitted model's test accuracy minus the held-out model's.
    """

    loss: float
    loss_interval: Interval
    accuracy: float | None
    accuracy_interval: Interval | None


@dataclass(frozen=True)
class HoldOut:
    """Hold the test result of the model of the best epoch, trained without the validation data."""

    epochs: int
    test: Score


@dataclass(frozen=True)
class Refit:
    """Hold the test result of the model trained afresh on all training data.

    Args:
        epochs: the best epoch of the training with hold-out.
        by: `epochs` or `updates`: what was kept the same.
        updates: how many updates the refit made.
    """

    epochs: int
    by: str
    test: Score
    gain: Gain
    updates: int | None = None


@dataclass(frozen=True)
class LogFacts:
    """Say where the curves came from, when another program trained.

    Args:
        source: the log's path, or what was given instead of one.
        run: which training of the log it is, None where there is only one.
        notes: what a person should know of how the log was read.
    """

    source: str
    run: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """Hold all that an analysis found; the report is made from this alone.

    Args:
        plan, environment, dataset, model: None where another program trained and only its log is known.
        log: that log, else None.
        refit_skipped: why nothing was refitted (`interrupted`, `minimum_not_reached` or `no_epoch_worth_it`), else None.
        test_reads: how often the test data was read.
        command: the command that repeats the analysis.
        partial: whether the person stopped it before its end.
        seconds: what each part took.

    Example:
        >>> Result.from_json(result.to_json()) == result  # doctest: +SKIP
        True
    """

    fitscope: str
    created: str
    plan: Plan | None
    environment: Environment | None
    dataset: DatasetFacts | None
    model: ModelFacts | None
    history: TrainingHistory
    diagnosis: Diagnosis
    holdout: HoldOut | None
    refit: Refit | None
    test_reads: int
    command: str
    refit_skipped: str | None = None
    partial: bool = False
    blind: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float | None = None
    log: LogFacts | None = None

    def __post_init__(self) -> None:
        _check_epochs(self.history, self.diagnosis)

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with a sentence for every code; NaN and infinity are None."""
        content = {"schema": SCHEMA, **{f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}}
        content["diagnosis"] = diagnosis_json(self.diagnosis)
        return content | {"studies": {}, "search": None, "author": None, "answers": None}  # promised; none was asked for

    def to_text(self) -> str:
        """Return the result as the text of result.json."""
        return json.dumps(self.to_json(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, content: Any) -> Result:
        """Read and check what `to_json` wrote.

        Args:
            content: the parsed JSON.

        Returns:
            The result; sentences are made anew from their codes.

        Raises:
            ResultError: another schema, a missing or mistyped field, or numbers that contradict each other.
        """
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            found = content.get("schema") if isinstance(content, dict) else type(content).__name__
            raise ResultError(f"The result's schema is {found!r}, not {SCHEMA!r}; read it with the fitscope that wrote it.")
        return typing.cast(Result, _read(cls, content, "result"))

    @classmethod
    def from_text(cls, text: str) -> Result:
        """Read and check the text of a result.json."""
        try:
            return cls.from_json(json.loads(text))
        except (json.JSONDecodeError, RecursionError) as error:
            raise ResultError(f"The result is not JSON ({error}); give a result.json that fitscope wrote.") from None


def diagnosis_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as result.json holds it: codes and numbers, each with its sentence."""
    content = _plain(diagnosis)
    content["message"] = message(diagnosis)
    content["findings"] = [
        {"code": f.code, "severity": f.severity, "message": words.finding(f.code, f.numbers), **_plain(f.numbers)}
        for f in diagnosis.findings
    ]
    content["advice"] = [
        {"code": a.code, "finding": a.finding, "message": words.advice(a.code), "evidence": a.evidence} for a in diagnosis.advice
    ]
    return typing.cast(dict[str, Any], content)


def message(diagnosis: Diagnosis) -> str:
    """Return a diagnosis' verdict as one sentence."""
    return diagnosis.message


def _plain(value: Any) -> Any:
    if isinstance(value, (Plan, TrainingHistory)):
        return value.to_json()
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.compare}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


# Reading: the dataclasses above are the schema, so their types are what is checked.


def _read(kind: Any, value: Any, where: str) -> Any:
    """Return `value` as the type `kind`, or say where it does not fit."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _read(next(k for k in inner if k is not type(None)), value, where)
    if origin is tuple:
        return _read_tuple(inner, value, where)
    if origin is dict:
        _expect(isinstance(value, dict), where, "an object", value)
        return {key: _read(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if kind is Finding:
        return _read_finding(value, where)
    if kind in (Plan, TrainingHistory):
        return _read_own(kind, value, where)
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, value, where)
    if kind is float:
        _expect(value is None or _is_number(value), where, "a number", value)
        return math.nan if value is None else float(value)
    _expect(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), where, _NAMES[kind], value)
    return value


_NAMES = {int: "a whole number", str: "a text", bool: "true or false"}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _read_tuple(inner: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    _expect(isinstance(value, list), where, "a list", value)
    if inner[-1] is Ellipsis:
        return tuple(_read(inner[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    _expect(len(value) == len(inner), where, f"{len(inner)} values", value)
    return tuple(_read(k, item, f"{where}[{i}]") for i, (k, item) in enumerate(zip(inner, value)))


def _read_finding(value: Any, where: str) -> Finding:
    _expect(isinstance(value, dict), where, "an object", value)
    code, severity = (_read(str, value.get(name), f"{where}.{name}") for name in ("code", "severity"))
    return Finding(code, severity, {k: v for k, v in value.items() if k not in ("code", "severity", "message")})


def _read_own(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "an object", value)
    try:
        return kind.from_json(value)
    except (FitscopeError, TypeError, ValueError) as error:
        raise ResultError(f"{where} cannot be read: {error}") from None


def _read_dataclass(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "an object", value)
    given = {}
    for f in dataclasses.fields(kind):
        if f.name in value and f.compare:
            given[f.name] = _read(_hints(kind)[f.name], value[f.name], f"{where}.{f.name}")
        elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise ResultError(f"{where}.{f.name} is missing; give a result.json that fitscope wrote.")
    return kind(**given)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _expect(holds: bool, where: str, wanted: str, value: Any) -> None:
    if not holds:
        raise ResultError(f"{where} must be {wanted}, and it is {str(value)[:60]!r}; give a result.json that fitscope wrote.")


def _check_epochs(history: TrainingHistory, diagnosis: Diagnosis) -> None:
    if diagnosis.best_epoch is not None and diagnosis.best_epoch not in history.epochs:
        raise ResultError(f"The best epoch is {diagnosis.best_epoch}, which is no epoch of the history; compute it again.")
    uncertainty = diagnosis.uncertainty
    for name in ("paired_se", "chance"):
        if uncertainty is not None and len(getattr(uncertainty, name)) != len(history):
            raise ResultError(f"uncertainty.{name} must have one value for each of the {len(history)} epochs.")
    covered = [epoch for region in diagnosis.regions for epoch in history.epochs if region.first <= epoch <= region.last]
    if diagnosis.regions and covered != list(history.epochs):
        raise ResultError("The regions must cover every epoch exactly once; compute them again.")
