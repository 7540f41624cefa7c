"""A run as it is compared: its result, its name among the others, and the losses of its validation samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitscope.result import Result, Score


@dataclass(frozen=True, eq=False)
class ReadRun:
    """Hold one run that was read.

    Args:
        name: its own among the runs compared.
        source: the path that it was read from; empty where it came from none.
        result: what it found.
        losses: validation samples' losses [epochs, samples] of the epochs that may be the best; None where they are not known.
        groups: each of those samples' group [samples], None where they are independent.
        lacks: why there are no losses: `log`, `no_samples`, `too_large`, `contradicts` or `no_groups`; None where there are.
    """

    name: str
    source: str
    result: Result
    losses: NDArray[np.floating] | None = None
    groups: NDArray[np.integer] | None = None
    lacks: str | None = "no_samples"

    @property
    def tested_model(self) -> str | None:
        """Which model's test result is compared: `refit`, else `holdout`, else None."""
        return "refit" if self.result.refit is not None else "holdout" if self.result.holdout is not None else None

    @property
    def test(self) -> Score | None:
        """That model's test result."""
        tested = self.result.refit or self.result.holdout
        return None if tested is None else tested.test

    @property
    def parameters(self) -> int | None:
        """How many numbers its network learns."""
        return None if self.result.model is None else self.result.model.parameters

    @property
    def seconds(self) -> float | None:
        """What the whole run took."""
        return round(sum(self.result.seconds.values()), 3) if self.result.seconds else None
