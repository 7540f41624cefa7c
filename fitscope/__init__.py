"""fitscope tells whether a network overfits, from which epoch on, how sure that is, and how good the model really is."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fitscope.analysis import analyze
    from fitscope.comparison import Comparison
    from fitscope.datasets import Dataset
    from fitscope.diagnosis import Diagnosis
    from fitscope.errors import DataError, FitscopeError, OutputError, OwnCodeError, ResultError, UsageError
    from fitscope.grading.classroom import grade
    from fitscope.grading.records import Gradebook
    from fitscope.history import TrainingHistory
    from fitscope.language import speaking
    from fitscope.logs import diagnose
    from fitscope.monitor import Monitor
    from fitscope.plan import Plan
    from fitscope.plots import (
        plot_chances,
        plot_folds,
        plot_gains,
        plot_gap,
        plot_losses,
        plot_metric,
        plot_remedies,
        plot_repeats,
        plot_search,
        plot_sizes,
    )
    from fitscope.prediction import predict
    from fitscope.readers import read_history
    from fitscope.result import Result
    from fitscope.runs import compare, read_result
    from fitscope.submission import submit

# Loaded when first used (PEP 562): numpy alone would double the time that `fitscope --help` takes. Results and diagnoses come
# by way of the room that teaches them to show themselves in notebooks.
_HOMES = {
    "analyze": "analysis",
    "compare": "runs",
    "Comparison": "report",
    "diagnose": "logs",
    "Diagnosis": "report",
    "Dataset": "datasets",
    "DataError": "errors",
    "FitscopeError": "errors",
    "OutputError": "errors",
    "OwnCodeError": "errors",
    "ResultError": "errors",
    "UsageError": "errors",
    "grade": "grading.classroom",
    "Gradebook": "grading.records",
    "TrainingHistory": "history",
    "Monitor": "monitor",
    "Plan": "plan",
    "plot_chances": "plots",
    "plot_folds": "plots",
    "plot_gains": "plots",
    "plot_gap": "plots",
    "plot_losses": "plots",
    "plot_metric": "plots",
    "plot_remedies": "plots",
    "plot_repeats": "plots",
    "plot_search": "plots",
    "plot_sizes": "plots",
    "predict": "prediction",
    "speaking": "language",
    "Result": "report",
    "read_history": "readers",
    "read_result": "runs",
    "submit": "submission",
}

__all__ = [
    "Comparison",
    "DataError",
    "Dataset",
    "Diagnosis",
    "FitscopeError",
    "Gradebook",
    "Monitor",
    "OutputError",
    "OwnCodeError",
    "Plan",
    "Result",
    "ResultError",
    "TrainingHistory",
    "UsageError",
    "analyze",
    "compare",
    "diagnose",
    "grade",
    "plot_chances",
    "plot_folds",
    "plot_gains",
    "plot_gap",
    "plot_losses",
    "plot_metric",
    "plot_remedies",
    "plot_repeats",
    "plot_search",
    "plot_sizes",
    "predict",
    "read_history",
    "read_result",
    "speaking",
    "submit",
    "version",
]


@functools.cache
def version() -> str:
    """Return the installed version, `0+checkout` where none is installed.

    Example:
        >>> version()[0]
        '0'
    """
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("fitscope")
    except PackageNotFoundError:
        return "0+checkout"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fitscope' has no attribute {name!r}")
    return getattr(importlib.import_module(f"fitscope.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
