"""What Keras printed while it trained, saved: progress bars and colour codes included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fitscope.errors import DataError
from fitscope.readers.log import Log
from fitscope.readers.reading import MOST, Found, Names, found_of, refuse_many

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LINE = re.compile(r"[^\r\n\x08]+")
_EPOCH = re.compile(r"Epoch (\d+)/\d+")
_STEPS = re.compile(r"\b\d+/(\d+)\b")
_METRIC = re.compile(r" - ([A-Za-z_][\w/]*): ([-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf))", re.IGNORECASE)


def read(log: Log, names: Names) -> list[Found] | None:
    """Read the last values that each epoch's lines show; an epoch's number that does not rise begins another training.

    Returns:
        One training each; None where no line says `Epoch 1/20` or the like.

    Raises:
        DataError: no epoch shows a value.
    """
    if not log.is_text or "epoch " not in log.head.decode("utf-8", "replace").lower():
        return None
    trainings: list[dict[int, dict[str, float]]] = []
    values: dict[str, float] = {}
    latest, validated = 0, False  # the epoch, and whether it has shown its validation
    held = 0  # epochs and values
    steps = None  # of an epoch; what evaluate prints afterwards counts others
    for line in _lines(log):
        if match := _EPOCH.fullmatch(line.strip()):
            epoch, validated = int(match[1]), False
            if not trainings or epoch <= latest:
                trainings.append({})
            latest, values = epoch, trainings[-1].setdefault(epoch, {})
            held += 1
        elif trainings and (shown := _METRIC.findall(line)):
            counter = _STEPS.search(line)
            steps = counter[1] if counter and steps is None else steps
            if (counter and counter[1] != steps) or validated:
                continue
            held -= len(values)
            values.update((name, float(value)) for name, value in shown)
            held += len(values)
            validated = any(name.startswith("val_") for name, _ in shown)
        refuse_many(len(trainings), held)
    found = [_history(training, names) for training in trainings if any(training.values())]
    if trainings and not found:
        raise DataError("it is Keras' console output without a finished epoch; train with verbose=1 or verbose=2.")
    return found or None


def _lines(log: Log) -> Iterator[str]:
    return (_CODES.sub("", match[0]) for match in _LINE.finditer(log.text))


def _history(training: dict[int, dict[str, float]], names: Names) -> Found:
    shown = list(dict.fromkeys(name for values in training.values() for name in values))
    epochs = [epoch for epoch, values in sorted(training.items()) if values]
    if len(shown) * len(epochs) > MOST:
        raise DataError(f"it shows {len(shown):,} metrics in {len(epochs):,} epochs; log fewer metrics.")
    last = training[epochs[-1]]
    if len(epochs) > 1 and len(last) < max(len(training[epoch]) for epoch in epochs):
        epochs = epochs[:-1]  # stopped within the epoch: its validation is missing
    curves = {name: [training[epoch].get(name) for epoch in epochs] for name in shown}
    return found_of(curves, epochs, names)
