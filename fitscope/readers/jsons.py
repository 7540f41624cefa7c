"""JSON: `History.history`, lists of epochs, and JSON Lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.reading import MOST, Found, Names, found_of


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the training of a JSON file or of JSON Lines; lists shorter than the rest are of every k-th epoch.

    Raises:
        DataError: it is JSON that holds no curves.
    """
    content = log.json
    if content is None:
        return None
    if isinstance(content, dict) and isinstance(content.get("history"), dict):
        content = content["history"]
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        content = columns_of(content)
    if not isinstance(content, dict):
        raise DataError("it is JSON, but neither lists of losses nor a list of epochs.")
    if not any(isinstance(value, list) for value in content.values()):
        content = columns_of([content])  # JSON Lines of one epoch
    lists = {str(name): values for name, values in content.items() if is_curve(values)}
    epochs = lists.pop("epoch", None)
    if not lists:
        raise DataError("it is JSON without a list of numbers in it; give one list a metric, or one object an epoch.")
    whole = epochs is not None and all(isinstance(epoch, int) for epoch in epochs)
    return [found_of(lists, epochs if whole else None, names)]


def columns_of(rows: list[dict[str, Any]]) -> Mapping[str, list[Any]]:
    """Return one list a key from one object a row.

    Raises:
        DataError: the objects have little in common, and such lists would be far larger than they are.
    """
    keys = dict.fromkeys(key for row in rows for key in row)
    if len(keys) * len(rows) > MOST:
        raise DataError(f"it holds {len(rows):,} objects with {len(keys):,} keys; log fewer metrics, or fewer steps.")
    return {key: [row.get(key) for row in rows] for key in keys}


def is_curve(values: Any) -> bool:
    """Tell a list of numbers, with None where one is unknown, from anything else."""
    numbers = (int, float, type(None))
    return isinstance(values, list) and bool(values) and all(isinstance(v, numbers) and not isinstance(v, bool) for v in values)
