"""JSON: `History.history`, lists of epochs, JSON Lines, and fitscope's own results."""

from __future__ import annotations

import json
from typing import Any

from fitscope.diagnosis import Diagnosis
from fitscope.errors import DataError
from fitscope.history import TrainingHistory
from fitscope.readers.reading import Names, history_of
from fitscope.result import Result

Found = list[tuple[TrainingHistory, Diagnosis | None]]


def read(text: str, names: Names) -> Found:
    """Read the training of a JSON file or of JSON Lines.

    Args:
        text: the file's content.
        names: what the person calls the losses.

    Raises:
        DataError: it is no JSON, or holds no curves.
    """
    content = _parsed(text)
    if isinstance(content, dict) and str(content.get("schema", "")).startswith("fitscope-result/"):
        result = Result.from_json(content)
        return [(result.history, result.diagnosis)]
    if isinstance(content, dict) and isinstance(content.get("history"), dict):
        content = content["history"]
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        keys = dict.fromkeys(key for row in content for key in row)
        content = {key: [row.get(key) for row in content] for key in keys}
    if not isinstance(content, dict):
        raise DataError("it is JSON, but neither lists of losses nor a list of epochs.")
    lists = {str(name): values for name, values in content.items() if _is_curve(values)}
    epochs = lists.pop("epoch", None)
    whole = epochs is not None and all(isinstance(epoch, int) for epoch in epochs)
    return [(history_of(lists, epochs if whole else None, names), None)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines]
        except (json.JSONDecodeError, RecursionError):
            raise DataError(f"it is no JSON ({error}).") from None


def _is_curve(values: Any) -> bool:
    numbers = (int, float, type(None))
    return isinstance(values, list) and bool(values) and all(isinstance(v, numbers) and not isinstance(v, bool) for v in values)
