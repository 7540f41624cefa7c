"""Hugging Face's trainer_state.json."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from fitscope.errors import DataError
from fitscope.language import N_, Nn_
from fitscope.readers.jsons import columns_of
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, found_of, joined

_ABOUT_SPEED = ("runtime", "per_second", "flos", "flops", "time", "grad_norm")


_NO_NUMBER = Nn_(
    "{count} evaluation gave a validation loss that is infinite or not a number",
    "{count} evaluations gave a validation loss that is infinite or not a number",
)


def read(log: Log, names: Names) -> list[Found] | None:
    """Read `log_history`, in which losses and evaluations have rows of their own; the last row sums up and is no epoch.

    Where the model was evaluated once an epoch, epochs are epochs; else each evaluation counts as one, for between
    two of them nothing is known of the validation loss. Without evaluations, a training loss is that of its epoch.

    Raises:
        DataError: there is no row with a loss.
    """
    content = log.json
    if not isinstance(content, dict) or not isinstance(content.get("log_history"), list):
        return None
    rows = [row for row in content["log_history"] if isinstance(row, dict) and "train_runtime" not in row]
    rows = [row for row in rows if _is_number(row.get("step")) and row["step"] >= 0]
    if not rows:
        raise DataError("its log_history holds no row with a step; train with logging_strategy and eval_strategy set.")
    columns = {name: np.array([_number(v) for v in values]) for name, values in columns_of(rows).items()}
    steps, epochs = columns.pop("step"), columns.pop("epoch", None)
    notes = _said_of_no_number(rows, names.val_loss or "eval_loss")
    metrics = {name: v for name, v in columns.items() if np.isfinite(v).any() and not any(part in name for part in _ABOUT_SPEED)}
    evaluated = np.isfinite(metrics.get(names.val_loss or "eval_loss", np.full(len(steps), np.nan)))
    if epochs is None or not np.isfinite(epochs).all():
        return [dataclasses.replace(joined(steps, metrics, None, names), notes=notes)]
    if not evaluated.any():
        return [dataclasses.replace(joined(steps, metrics, np.ceil(epochs - 1e-9).clip(1), names), notes=notes)]
    history = joined(steps, metrics, None, names).history
    at = epochs[evaluated]
    once = (np.abs(at - np.rint(at)) < 1e-6).all() and (np.diff(np.rint(at)) > 0).all() and at[0] >= 1
    if once:
        return [found_of(history.metrics, np.rint(at), Names(), notes=notes)]
    note = N_("evaluated {count} times over {epochs:g} epochs: each evaluation counts as an epoch")
    return [Found(history, notes=(note.format(count=len(history), epochs=at[-1]), *notes))]


def _said_of_no_number(rows: list[dict[str, Any]], name: str) -> tuple[str, ...]:
    count = sum(name in row and _is_number(row[name]) and not math.isfinite(row[name]) for row in rows)
    return (_NO_NUMBER[count > 1].format(count=count),) if count else ()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else math.nan
