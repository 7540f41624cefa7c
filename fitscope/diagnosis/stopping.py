"""What early stopping would have done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoppingRule:
    """Say where a stopping rule would have stopped, which epoch it keeps and what that costs.

    Args:
        rule: the rule's name, such as `patience 3`.
        stops_at: the last epoch that it would have trained, None where it would not have stopped.
        keeps: the epoch whose weights it keeps, None where no epoch has a validation loss.
        cost: how far the kept epoch's validation loss lies above the lowest, in percent of the lowest.
    """

    rule: str
    stops_at: int | None
    keeps: int | None
    cost: float | None
