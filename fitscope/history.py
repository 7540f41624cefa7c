"""The epochs of one training, frozen and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import ResultError

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingHistory:
    """Hold what a training wrote down after each epoch.

    Args:
        epochs: the epochs' numbers, rising, counted from 1.
        metrics: one value an epoch for each metric, under Keras' names (`loss`, `val_loss`, `accuracy`,
            `val_accuracy`, ...); NaN where a value is unknown or not finite.

    Raises:
        ResultError: the lengths differ, the epochs do not rise, or there is no `loss` and no `val_loss`.

    Example:
        >>> history = TrainingHistory.of({"loss": [0.6, 0.4], "val_loss": [0.5, 0.45]})
        >>> history.epochs, history.val_loss.tolist()
        ((1, 2), [0.5, 0.45])
    """

    epochs: tuple[int, ...]
    metrics: Mapping[str, tuple[float, ...]]

    def __post_init__(self) -> None:
        if not {"loss", "val_loss"} & set(self.metrics):
            known = ", ".join(self.metrics) or "nothing"
            raise ResultError(f"A history needs a loss or a val_loss, and this one holds {known}; name the columns so.")
        if any(later <= earlier for earlier, later in zip(self.epochs, self.epochs[1:])) or min(self.epochs, default=1) < 1:
            raise ResultError("The epochs of a history must rise from 1; sort them, or split the trainings.")
        for name, values in self.metrics.items():
            if len(values) != len(self.epochs):
                raise ResultError(
                    f"The history has {len(self.epochs)} epochs, but {name} has {len(values)} values; give one value an epoch."
                )

    @classmethod
    def of(cls, metrics: Mapping[str, Sequence[float | None]], epochs: Sequence[int] | None = None) -> TrainingHistory:
        """Make a history from lists of numbers.

        Args:
            metrics: one sequence a metric, one value an epoch; None and infinities become NaN.
            epochs: the epochs' numbers from 1; 1, 2, 3, ... where None.

        Returns:
            The checked history.

        Raises:
            ResultError: a value is no number, or the history contradicts itself.

        Example:
            >>> TrainingHistory.of({"loss": [1.0, None]}).loss
            array([ 1., nan])
        """
        curves = {name: tuple(_number(name, value) for value in values) for name, values in metrics.items()}
        length = max(map(len, curves.values()), default=0)
        return cls(tuple(range(1, length + 1) if epochs is None else map(int, epochs)), curves)

    def __len__(self) -> int:
        return len(self.epochs)

    def curve(self, name: str) -> Curve:
        """Return one metric as float64 [epochs]; NaN in every epoch where the training did not record it."""
        return np.asarray(self.metrics.get(name, [np.nan] * len(self)), float)

    @property
    def loss(self) -> Curve:
        return self.curve("loss")

    @property
    def val_loss(self) -> Curve:
        return self.curve("val_loss")

    def until(self, epochs: int) -> TrainingHistory:
        """Return the history of the first `epochs` entries alone."""
        return TrainingHistory(self.epochs[:epochs], {name: values[:epochs] for name, values in self.metrics.items()})

    def to_json(self) -> dict[str, list[int] | list[float | None]]:
        """Return the history as result.json holds it: a list a metric, null where a value is unknown."""
        finite = {name: [v if np.isfinite(v) else None for v in values] for name, values in self.metrics.items()}
        return {"epoch": list(self.epochs), **finite}

    @classmethod
    def from_json(cls, content: Mapping[str, Sequence[float | None]]) -> TrainingHistory:
        """Read what `to_json` wrote."""
        metrics = {name: values for name, values in content.items() if name != "epoch"}
        return cls.of(metrics, [int(e or 0) for e in content["epoch"]] if "epoch" in content else None)


def _number(name: str, value: float | None) -> float:
    try:
        number = np.nan if value is None else float(value)
    except (TypeError, ValueError):
        raise ResultError(f"The history's {name} holds {value!r}; give numbers, and None where one is unknown.") from None
    return number if np.isfinite(number) else float("nan")
