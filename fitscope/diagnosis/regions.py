"""The regions of a training: underfitting, good fit, overfitting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Name a stretch of epochs, both ends included, counted from 1."""

    label: str
    first: int
    last: int
