"""XGBoost's evals_result and LightGBM's record_evaluation: a curve for each data set and metric."""

from __future__ import annotations

from typing import Any

from fitscope.errors import DataError, quoted
from fitscope.language import N_
from fitscope.readers.jsons import is_curve
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, found_of, higher_is_better, keras_name, listed

# Shares of wrong answers move in steps and say less than a loss; both are taken only where there is nothing else.
_ERRORS = ("error", "merror", "binary_error", "multi_error")


def read(log: Log, names: Names) -> list[Found] | None:
    """Read `{set: {metric: [values]}}`; a set's name tells its part, or the person does (SET or SET/METRIC).

    Raises:
        DataError: the sets' names do not tell which is which, or every metric is better the higher it is.
    """
    content = log.json
    if not isinstance(content, dict) or not content or not all(_is_set(metrics) for metrics in content.values()):
        return None
    loss, val_loss, notes = _sets(list(content), names)
    metric = _metric(content[(val_loss or loss or "").partition("/")[0]], val_loss or loss or "")
    curves: dict[str, list[float | None]] = {}
    for kind, name in (("loss", loss), ("val_loss", val_loss)):
        if name is not None:
            part, _, asked = name.partition("/")
            if asked and asked not in content[part]:
                raise DataError(f"{quoted(part)} has no metric {asked!r}, but {listed(content[part])}: name one of them.")
            curves |= {kind: content[part][asked or metric]} if (asked or metric) in content[part] else {}
    return [found_of(curves, None, Names(), notes=(*notes, N_("the loss is {metric}").format(metric=quoted(metric))))]


def _is_set(metrics: Any) -> bool:
    return isinstance(metrics, dict) and bool(metrics) and all(is_curve(values) for values in metrics.values())


def _sets(sets: list[str], names: Names) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return which set is the training's and which the validation's, and what was assumed for that."""
    if names != Names():
        for name in (names.loss, names.val_loss):
            if name is not None and name.partition("/")[0] not in sets:
                raise DataError(f"there is no set {name!r}; it has {listed(sets)}: name one of them.")
        return names.loss, names.val_loss, ()
    if sets[:2] == ["validation_0", "validation_1"]:
        return "validation_0", "validation_1", (N_("validation_0 is taken for training and validation_1 for validation"),)
    told = {kind: name for name in reversed(sets) if (kind := keras_name(f"{name}_loss")) in ("loss", "val_loss")}
    numbered = [name for name in sets if name.rstrip("0123456789") in ("validation_", "valid_")]
    if numbered and "val_loss" not in told:
        told["val_loss"] = numbered[0]
    if "val_loss" not in told:
        raise DataError(
            f"its sets are called {listed(sets)}, which does not tell training from validation; name them with --loss and "
            "--val-loss."
        )
    note = (N_("{set} is taken for validation").format(set=quoted(told["val_loss"])),) if told["val_loss"] in numbered else ()
    return told.get("loss"), told["val_loss"], note


def _metric(metrics: dict[str, Any], name: str) -> str:
    """Return the metric that is judged: the named one, or the first loss."""
    if "/" in name:
        return name.partition("/")[2]
    losses = [name for name in metrics if not higher_is_better(name)]
    if not losses:
        raise DataError(f"{listed(metrics)} is better the higher it is; record a loss too, such as logloss or rmse.")
    return next((name for name in losses if name not in _ERRORS), losses[0])
