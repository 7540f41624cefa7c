"""Whether two curves are one training on two machines.

Machines round differently, and a training doubles such differences again and again: they begin below anything that a person could
have changed, and end, late in a long training of a large network, at what another seed gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fitscope.history import TrainingHistory

METRICS = ("loss", "val_loss", "accuracy", "val_accuracy", "mae", "val_mae")


@dataclass(frozen=True)
class Tolerance:
    """Hold how far one plan's curves differ from machine to machine.

    Measured by `tests/benchmarks/bench_machines.py` on imdb, reuters and digits with the textbook's and the large network, 1 and 2
    threads, oneDNN on and off, and with SSE4.1 and AVX2 alone: in the first 3 epochs by 2e-7 at most; in 20 epochs the
    textbook's by 0.04, the large network on imdb by 0.9 of the training and 0.11 of the validation loss.

    A convolutional network may take another way from its second epoch on, where rounding decides a tie: on digits its
    validation loss then differed by up to 0.02.

    Args:
        first: epochs in which rounding has not grown yet.
        first_conv: the same of a convolutional network.
        early: relative difference that is left to machines in those, some hundred times what was measured.
        late: of validation losses and of accuracies in the epochs after them.
        test_loss, test_accuracy: of the tested models (measured: 0.005 and 0.0009).
        test_loss_conv, test_accuracy_conv: the same of a convolutional network (measured on digits: 0.1 and 0.0028, a sample).
        floor: share of a curve's highest value below which differences are no longer relative.
    """

    first: int = 3
    first_conv: int = 1
    early: float = 1e-4
    late: float = 0.3
    test_loss: float = 0.03
    test_accuracy: float = 0.005
    test_loss_conv: float = 0.3
    test_accuracy_conv: float = 0.015
    floor: float = 0.1


TOLERANCE = Tolerance()


def as_on_another_machine(one: TrainingHistory, other: TrainingHistory, model: str = "textbook") -> bool:
    """Tell whether two curves can be one training on two machines.

    Args:
        one, other: their epochs may differ in number; those that both have are compared.
        model: the network's name.

    Example:
        >>> curve = TrainingHistory.of({"loss": [1.0, 0.5, 0.3, 0.2], "val_loss": [1.0, 0.6, 0.5, 0.6]})
        >>> other = TrainingHistory.of({"loss": [1.0, 0.5, 0.3, 0.2], "val_loss": [1.0, 0.6, 0.49, 0.6]})
        >>> as_on_another_machine(curve, curve), as_on_another_machine(curve, other)
        (True, False)
    """
    return disagreement(one, other, model) is None


def disagreement(one: TrainingHistory, other: TrainingHistory, model: str = "textbook") -> tuple[str, int, float, float] | None:
    """Return metric, epoch and both values where two curves differ more than machines do; None where they do not.

    Args:
        one, other: of one plan.
        model: the network's name.
    """
    tight = TOLERANCE.first_conv if model == "conv" else TOLERANCE.first
    shared = sorted(set(one.epochs) & set(other.epochs))
    if not shared:
        return "loss", 1, float("nan"), float("nan")
    rows = [np.searchsorted(history.epochs, shared) for history in (one, other)]
    for name in METRICS:
        if name not in one.metrics or name not in other.metrics:
            continue
        first, second = one.metrics[name][rows[0]], other.metrics[name][rows[1]]
        place = _first_beyond(first, second, tight, loose=name in ("loss", "accuracy"))
        if place is not None:
            return name, shared[place], float(first[place]), float(second[place])
    return None


def _first_beyond(one: np.ndarray, other: np.ndarray, tight: int, loose: bool) -> int | None:
    """Return the place of the first value beyond the tolerance; how far late training losses go is not bounded."""
    known = np.isfinite(one) & np.isfinite(other)
    size = np.hypot(np.abs(one), TOLERANCE.floor * np.abs(one[known]).max(initial=0.0)) + 1e-300
    apart = np.where(known, np.abs(one - other) / size, np.where(np.isfinite(one) == np.isfinite(other), 0.0, np.inf))
    limit = np.full(len(one), np.inf if loose else TOLERANCE.late)
    limit[:tight] = TOLERANCE.early
    beyond = np.flatnonzero(apart > limit)
    return int(beyond[0]) if len(beyond) else None
