"""What reading a log gives, and the names under which logs keep their losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fitscope.diagnosis import Diagnosis
from fitscope.errors import DataError
from fitscope.history import TrainingHistory

# Other tools' names on the left, Keras' on the right; old Keras wrote acc and lr.
KNOWN = {
    "train_loss": "loss",
    "training_loss": "loss",
    "valid_loss": "val_loss",
    "validation_loss": "val_loss",
    "eval_loss": "val_loss",
    "acc": "accuracy",
    "train_acc": "accuracy",
    "train_accuracy": "accuracy",
    "val_acc": "val_accuracy",
    "valid_acc": "val_accuracy",
    "lr": "learning_rate",
}


@dataclass(frozen=True)
class Names:
    """Name the columns that hold the losses, where a person says so; None leaves it to what is known."""

    loss: str | None = None
    val_loss: str | None = None


@dataclass(frozen=True)
class Reading:
    """Hold one training found in a log.

    Args:
        source: the log's path.
        run: which training of the log it is, None where there is only one.
        history: its curves.
        diagnosis: what the log itself says of them, where fitscope wrote it.
    """

    source: str
    run: str | None
    history: TrainingHistory
    diagnosis: Diagnosis | None = None


def keras_names(found: Iterable[str], names: Names) -> dict[str, str]:
    """Return for each name in a log the name that Keras gives to the same thing.

    Args:
        found: the names in the log.
        names: what the person calls the losses.

    Raises:
        DataError: a named column is not there, or none is known to be a loss.

    Example:
        >>> keras_names(["epoch", "train_loss", "valid_loss"], Names())
        {'train_loss': 'loss', 'valid_loss': 'val_loss'}
    """
    columns = [name for name in found if name and name != "epoch"]
    asked = {names.loss: "loss", names.val_loss: "val_loss"}
    for name in asked:
        if name is not None and name not in columns:
            raise DataError(f"there is no column {name!r}; it has {', '.join(columns) or 'none'}: name one of them.")
    taken = {kind for name, kind in asked.items() if name is not None}
    named = {name: asked.get(name) or KNOWN.get(name.lower(), name) for name in columns}
    named = {name: kind for name, kind in named.items() if kind not in taken or asked.get(name) == kind}
    if not {"loss", "val_loss"} & set(named.values()):
        raise DataError(
            f"of its columns of numbers ({', '.join(columns[:12]) or 'there are none'}) none is known to be a loss; say which "
            "with --loss and --val-loss."
        )
    return named


def spread(values: Sequence[float | None], epochs: int) -> list[float | None]:
    """Return values that were recorded only every k-th epoch (validation_freq=k) at their epochs.

    Example:
        >>> spread([0.5, 0.4], 4)
        [None, 0.5, None, 0.4]
    """
    every = epochs // len(values) if values else 0
    if every < 2 or epochs // every != len(values):
        return list(values)
    return [values[epoch // every - 1] if epoch % every == 0 else None for epoch in range(1, epochs + 1)]


def history_of(metrics: Mapping[str, Sequence[float | None]], epochs: Sequence[int] | None, names: Names) -> TrainingHistory:
    """Return the history of a log's lists, under Keras' names and with epochs counted from 1."""
    named = keras_names(metrics, names)
    length = max(map(len, metrics.values()))
    curves = {kind: spread(metrics[name], length) for name, kind in named.items()}
    shift = 1 - min(epochs) if epochs and min(epochs) < 1 else 0
    return TrainingHistory.of(curves, None if epochs is None else [epoch + shift for epoch in epochs])
