"""The result of an analysis and its parts, frozen; JSON in and out, checked."""

from __future__ import annotations

import dataclasses
import json
import typing
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.diagnosis.regions import LABELS
from fitscope.diagnosis.spread import Spread
from fitscope.errors import ResultError, quoted
from fitscope.history import TrainingHistory
from fitscope.language import ENGLISH, speaking
from fitscope.plan import Plan
from fitscope.result import blind
from fitscope.result.facts import (
    Answers,
    Author,
    DatasetFacts,
    Environment,
    Gain,
    HoldOut,
    Interval,
    LayerFacts,
    LogFacts,
    ModelFacts,
    Refit,
    Score,
)
from fitscope.result.mistakes import Mistakes, Sample, Shown
from fitscope.result.plain import parsed, plain, read, whole
from fitscope.result.studies import BestTrial, FailedTrial, Remedy, Repeats, Scaling, Search, Studies, Training, Trial

__all__ = [
    "Answers",
    "Author",
    "BestTrial",
    "DatasetFacts",
    "Environment",
    "FailedTrial",
    "Gain",
    "HoldOut",
    "Interval",
    "LayerFacts",
    "LogFacts",
    "Mistakes",
    "ModelFacts",
    "Refit",
    "Remedy",
    "Repeats",
    "Result",
    "Sample",
    "Scaling",
    "Score",
    "Search",
    "Shown",
    "Spread",
    "Studies",
    "Training",
    "Trial",
    "check_schema",
    "diagnosis_json",
]

SCHEMA = "fitscope-result/1"


@dataclass(frozen=True)
class Result:
    """Hold all that an analysis found; the report is made from this alone.

    Args:
        fitscope: the version that made it.
        created: when, ISO 8601 in UTC.
        history: the curves.
        diagnosis: what they say.
        plan, environment, dataset, model: None where another program trained and only its log is known.
        log: that log, else None.
        studies: the trainings beside this one.
        search: a search for hyperparameters, None where there was none.
        mistakes: where the model is wrong on validation data; None where nothing was answered, as in a log or after divergence.
        author: whose analysis it is, None where nobody is named.
        notes: the author's own text in Markdown, None where there is none.
        answers: what a student concluded, None where nothing was asked.
        holdout, refit: the test results of the held-out and the refitted model, None where they were not made.
        refit_skipped: why nothing was refitted (`interrupted`, `minimum_not_reached`, `no_epoch_worth_it`) or
            tested (`no_test_data`), else None.
        test_reads: how often the test data was read.
        command: the command that repeats the analysis.
        partial: whether the person stopped it before its end.
        blind: whether pages and JSON tell the curves alone until the student has answered; here all of it is known.
        seconds: what each part took.
        peak_mb: the most memory that the process took, in 10^6 bytes; None where it is not known.

    Example:
        >>> import fitscope
        >>> result = fitscope.read_result("my-report")
        >>> result.diagnosis.best_epoch, len(result.history), Result.from_json(result.to_json()) == result
        (5, 5, True)
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
    studies: Studies = field(default_factory=Studies)
    search: Search | None = None
    mistakes: Mistakes | None = None
    author: Author | None = None
    notes: str | None = None
    answers: Answers | None = None

    shown: ClassVar[Callable[[Result], str] | None] = None  # draws a result in notebooks; set by `fitscope.report`

    def __post_init__(self) -> None:
        _check_epochs(self.history, self.diagnosis)

    @property
    def whole(self) -> bool:
        """Whether the curves were trained to the plan's last epoch."""
        return self.plan is not None and self.history.epochs[-1:] == (self.plan.max_epochs,)

    def __repr__(self) -> str:
        """Name the result in a line; of a blind one without what the student is to find."""
        names = {part: None if facts is None else facts.name for part, facts in (("dataset", self.dataset), ("model", self.model))}
        told = {"blind": True} if self.blind else {"verdict": self.diagnosis.verdict, "best_epoch": self.diagnosis.best_epoch}
        said = {"created": self.created, **names, "epochs": len(self.history), **told}
        return f"Result({', '.join(f'{name}={value!r}' for name, value in said.items())})"

    def _repr_html_(self) -> str | None:
        return None if Result.shown is None else Result.shown(self)

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with an English sentence for every code; NaN and infinity are None.

        Of a blind result every key is there, and all that tells more than the curves is None or empty.
        """
        content = {"schema": SCHEMA, **{f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}}
        content["diagnosis"] = diagnosis_json(self.diagnosis)
        content["studies"] = {name: study for name, study in content["studies"].items() if study}
        return blind.hidden(content) if self.blind else content

    def to_text(self) -> str:
        """Return the result as the text of result.json."""
        return json.dumps(self.to_json(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, content: Any) -> Result:
        """Read and check what `to_json` wrote.

        Args:
            content: the parsed JSON.

        Returns:
            The result; sentences are made anew from their codes, and the curves of a blind one are judged again.

        Raises:
            ResultError: another schema, a missing or mistyped field, or numbers that contradict each other.
        """
        check_schema(content)
        content = whole(content)
        if content.get("blind") is True:
            content = content | {"diagnosis": diagnosis_json(blind.judged(content))}
        found = typing.cast(Result, read(cls, content, "result"))
        _check_codes(found.diagnosis)
        _check_classes(found.mistakes, found.dataset)
        return found

    @classmethod
    def from_text(cls, text: str) -> Result:
        """Read and check the text of a result.json, as `from_json` does.

        Raises:
            ResultError: it is not JSON, or none that `from_json` reads.
        """
        try:
            return cls.from_json(parsed(text))
        except (ValueError, RecursionError) as error:
            raise ResultError(f"The result is not JSON ({quoted(str(error))}); give a result.json that fitscope wrote.") from None


def check_schema(content: Any) -> None:
    """Refuse what is no result of a schema that this fitscope reads; fields that an older result lacks have defaults.

    Raises:
        ResultError: the schema is a newer one, or none of fitscope's.

    Example:
        >>> check_schema({"schema": "fitscope-result/2"})
        Traceback (most recent call last):
        fitscope.errors.ResultError: The result's schema is 'fitscope-result/2', which a newer fitscope wrote; update this one \
with pip install -U fitscope.
    """
    found = content.get("schema") if isinstance(content, dict) else None
    if found == SCHEMA:
        return
    family, newest = SCHEMA.split("/")
    name, _, number = str(found).partition("/")
    if name == family and number.isdecimal() and len(number) < 10 and int(number) > int(newest):
        raise ResultError(
            f"The result's schema is {quoted(str(found))!r}, which a newer fitscope wrote; update this one with "
            "pip install -U fitscope."
        )
    what = type(content).__name__ if not isinstance(content, dict) else quoted(repr(found))
    raise ResultError(f"The result's schema is {what}, not {SCHEMA!r}, and is not known; give a result.json that fitscope wrote.")


def diagnosis_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as result.json holds it: codes and numbers, each with its sentence in English."""
    with speaking(ENGLISH):
        findings = [
            {"code": f.code, "severity": f.severity, "message": words.finding(f.code, f.numbers), **plain(f.numbers)}
            for f in diagnosis.findings
        ]
        advice = [
            {"code": a.code, "finding": a.finding, "message": words.advice(a.code), "evidence": a.evidence}
            for a in diagnosis.advice
        ]
        content = plain(diagnosis) | {"message": diagnosis.message, "findings": findings, "advice": advice}
    return typing.cast(dict[str, Any], content)


def _check_epochs(history: TrainingHistory, diagnosis: Diagnosis) -> None:
    if diagnosis.best_epoch is not None and diagnosis.best_epoch not in history.epochs:
        raise ResultError(f"The best epoch is {diagnosis.best_epoch}, which is no epoch of the history; compute it again.")
    uncertainty = diagnosis.uncertainty
    for name in ("paired_se", "chance"):
        if uncertainty is not None and len(getattr(uncertainty, name)) != len(history):
            raise ResultError(f"uncertainty.{name} must have one value for each of the {len(history)} epochs.")
    covered = 0
    for region in diagnosis.regions:
        first, end = bisect_left(history.epochs, region.first), bisect_right(history.epochs, region.last)
        if first < end and first != covered:
            raise ResultError("The regions must cover every epoch exactly once, in their order; compute them again.")
        covered = max(covered, end) if first < end else covered
    if diagnosis.regions and covered != len(history):
        raise ResultError("The regions must cover every epoch exactly once, in their order; compute them again.")


def _check_codes(diagnosis: Diagnosis) -> None:
    if diagnosis.verdict not in words.VERDICTS:
        raise ResultError(f"diagnosis.verdict is {diagnosis.verdict[:40]!r}; it must be one of {', '.join(words.VERDICTS)}.")
    for region in diagnosis.regions:
        if region.label not in LABELS:
            raise ResultError(f"A region's label is {region.label[:40]!r}; it must be one of {', '.join(LABELS)}.")


def _check_classes(mistakes: Mistakes | None, data: DatasetFacts | None) -> None:
    if mistakes is None or mistakes.classes is None:
        return
    names = None if data is None or data.classes is None else len(data.classes)
    if names != mistakes.classes:
        raise ResultError(f"mistakes counts {mistakes.classes} classes, and dataset.classes names {names or 'none'}.")
