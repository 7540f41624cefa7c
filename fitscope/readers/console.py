"""What Keras printed while it trained, saved: progress bars and colour codes included."""

from __future__ import annotations

import math
import re

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, history_of

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LINES = re.compile(r"[\r\n\x08]+")
_EPOCH = re.compile(r"\s*Epoch (\d+)/\d+\s*")
_STEPS = re.compile(r"\b\d+/(\d+)\b")
_METRIC = re.compile(r" - ([A-Za-z_][\w/]*): ([-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf))", re.IGNORECASE)


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the last values that each epoch's lines show; an epoch's number that does not rise begins another training.

    Returns:
        One training each; None where no line says `Epoch 1/20` or the like.

    Raises:
        DataError: no epoch shows a value.
    """
    if not log.is_text or "epoch " not in log.head.decode("utf-8", "replace").lower() or not _EPOCH.search(_plain(log)):
        return None
    trainings: list[dict[int, dict[str, float]]] = []
    values: dict[str, float] = {}
    steps = None  # of an epoch; what evaluate prints afterwards counts others
    for line in _LINES.split(_plain(log)):
        if match := _EPOCH.fullmatch(line):
            epoch = int(match[1])
            if not trainings or epoch <= max(trainings[-1]):
                trainings.append({})
            values = trainings[-1].setdefault(epoch, {})
        elif trainings and (shown := _METRIC.findall(line)):
            counter = _STEPS.search(line)
            steps = counter[1] if counter and steps is None else steps
            if (counter and counter[1] != steps) or any(name.startswith("val_") for name in values):
                continue
            values.update((name, float(value)) for name, value in shown)
    found = [_history(training, names) for training in trainings if any(training.values())]
    if trainings and not found:
        raise DataError("it is Keras' console output without a finished epoch; train with verbose=1 or verbose=2.")
    return found or None


def _plain(log: Log) -> str:
    return _CODES.sub("", log.text)


def _history(training: dict[int, dict[str, float]], names: Names) -> Found:
    shown = list(dict.fromkeys(name for values in training.values() for name in values))
    epochs = [epoch for epoch, values in sorted(training.items()) if values]
    last = training[epochs[-1]]
    if len(epochs) > 1 and len(last) < max(len(training[epoch]) for epoch in epochs):
        epochs = epochs[:-1]  # stopped within the epoch: its validation is missing
    curves = {name: [training[epoch].get(name, math.nan) for epoch in epochs] for name in shown}
    return Found(history_of(curves, epochs, names))
