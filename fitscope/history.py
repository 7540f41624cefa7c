"""The epochs of one training, frozen and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.errors import ResultError, quoted

Curve = NDArray[np.float64]
LARGEST = 1e150  # of numbers that can be squared, with room for sums
LAST_EPOCH = 10**13  # even where the time in milliseconds stands for it


@dataclass(frozen=True, eq=False)
class TrainingHistory:
    """Hold what a training wrote down after each epoch.

    Args:
        epochs: the epochs' numbers, rising, counted from 1.
        metrics: float64 [epochs] for each metric, under Keras' names (`loss`, `val_loss`, `accuracy`,
            `val_accuracy`, ...), not to be written to; NaN where a value is unknown or not finite.

    Raises:
        ResultError: the lengths differ, the epochs do not rise, or there is no `loss` and no `val_loss`.

    Example:
        >>> history = TrainingHistory.of({"loss": [0.6, 0.4], "val_loss": [0.5, 0.45]})
        >>> history.epochs, history.val_loss.tolist()
        ((1, 2), [0.5, 0.45])
    """

    epochs: tuple[int, ...]
    metrics: Mapping[str, Curve]

    def __post_init__(self) -> None:
        if not {"loss", "val_loss"} & set(self.metrics):
            known = quoted(", ".join(self.metrics)) or "nothing"
            raise ResultError(f"A history needs a loss or a val_loss, and this one holds {known}; name the columns so.")
        numbers = np.asarray(self.epochs, np.int64)
        if len(numbers) and (numbers[0] < 1 or (numbers[1:] <= numbers[:-1]).any()):
            raise ResultError("The epochs of a history must rise from 1; sort them, or split the trainings.")
        if len(numbers) and numbers[-1] > LAST_EPOCH:
            raise ResultError(f"The history's last epoch is {numbers[-1]:,}, which no training reaches; count them from 1.")
        for name, values in self.metrics.items():
            if len(values) != len(self.epochs):
                raise ResultError(
                    f"The history has {len(self.epochs)} epochs, but {quoted(name)} has {len(values)} values; give one an epoch."
                )
            values.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TrainingHistory):
            return NotImplemented
        same = self.epochs == other.epochs and self.metrics.keys() == other.metrics.keys()
        return same and all(np.array_equal(curve, other.metrics[name], equal_nan=True) for name, curve in self.metrics.items())

    def __hash__(self) -> int:
        return hash((self.epochs, tuple(self.metrics)))

    @classmethod
    def of(
        cls, metrics: Mapping[str, Sequence[float | None] | Curve], epochs: Sequence[int] | NDArray[np.int64] | None = None
    ) -> TrainingHistory:
        """Make a history from lists of numbers.

        Args:
            metrics: one sequence a metric, one value an epoch; None, and numbers too large to be squared, become NaN.
            epochs: the epochs' numbers from 1; 1, 2, 3, ... where None.

        Returns:
            The checked history.

        Raises:
            ResultError: a value is no number, or the history contradicts itself.

        Example:
            >>> TrainingHistory.of({"loss": [1.0, None]}).loss
            array([ 1., nan])
        """
        curves = {name: _curve(name, values) for name, values in metrics.items()}
        length = max(map(len, curves.values()), default=0)
        numbers = range(1, length + 1) if epochs is None else np.asarray(epochs).astype(np.int64).tolist()
        return cls(tuple(numbers), curves)

    def __len__(self) -> int:
        return len(self.epochs)

    def curve(self, name: str) -> Curve:
        """Return the metric of this name as float64 [epochs]; NaN in every epoch where the training did not record it."""
        return self.metrics[name] if name in self.metrics else np.full(len(self), np.nan)

    @property
    def loss(self) -> Curve:
        """The training loss as float64 [epochs]."""
        return self.curve("loss")

    @property
    def val_loss(self) -> Curve:
        """The validation loss as float64 [epochs]."""
        return self.curve("val_loss")

    def until(self, epochs: int) -> TrainingHistory:
        """Return the history of the first `epochs` entries alone."""
        return TrainingHistory(self.epochs[:epochs], {name: values[:epochs] for name, values in self.metrics.items()})

    def replaced(self, name: str, values: Curve) -> TrainingHistory:
        """Return the history with these values [epochs] as its metric of this name."""
        return TrainingHistory(self.epochs, {**self.metrics, name: values})

    def to_json(self) -> dict[str, list[int] | list[float | None]]:
        """Return the history as result.json holds it: a list a metric, null where a value is unknown."""
        finite = {name: [None if v != v else v for v in values.tolist()] for name, values in self.metrics.items()}
        return {"epoch": list(self.epochs), **finite}

    @classmethod
    def from_json(cls, content: Mapping[str, Sequence[float | None]]) -> TrainingHistory:
        """Read the content that `to_json` wrote."""
        metrics = {name: values for name, values in content.items() if name != "epoch"}
        return cls.of(metrics, [int(e or 0) for e in content["epoch"]] if "epoch" in content else None)


def mean_of(histories: Sequence[TrainingHistory]) -> TrainingHistory:
    """Return the mean curves of several trainings, over the epochs that all of them have.

    Raises:
        ResultError: there is none, or they have no epoch in common.

    Example:
        >>> mean_of([TrainingHistory.of({"loss": [3.0, 1.0]}), TrainingHistory.of({"loss": [1.0]})]).loss
        array([2.])
    """
    epochs = sorted(set.intersection(*(set(history.epochs) for history in histories))) if histories else []
    if not epochs:
        raise ResultError(f"Of the {len(histories)} trainings no epoch is in all; give trainings of one network, from epoch 1 on.")
    shared = set.intersection(*(set(history.metrics) for history in histories))
    return TrainingHistory.of({name: stacked(histories, name, epochs).mean(axis=0) for name in sorted(shared)}, epochs)


def stacked(histories: Sequence[TrainingHistory], name: str, epochs: Sequence[int]) -> Curve:
    """Return one metric of each training over epochs that all of them have, float64 [trainings, epochs].

    Example:
        >>> stacked([TrainingHistory.of({"loss": [3.0, 1.0]}), TrainingHistory.of({"loss": [2.0]})], "loss", [1]).tolist()
        [[3.0], [2.0]]
    """
    return np.stack([history.curve(name)[np.searchsorted(history.epochs, epochs)] for history in histories])


def _curve(name: str, values: Sequence[float | None] | Curve) -> Curve:
    try:
        curve = np.array(values, np.float64)  # None becomes NaN
    except (TypeError, ValueError):
        curve = np.array([_number(name, value) for value in values], np.float64)
    if curve.ndim != 1:
        raise ResultError(f"The history's {quoted(name)} has {curve.ndim} dimensions; give one number an epoch.")
    curve[~(np.abs(curve) <= LARGEST)] = np.nan
    return curve


def _number(name: str, value: float | None) -> float:
    try:
        return np.nan if value is None else float(value)
    except (TypeError, ValueError):
        raise ResultError(
            f"The history's {quoted(name)} holds {quoted(repr(value))}; give numbers, and None where one is unknown."
        ) from None
