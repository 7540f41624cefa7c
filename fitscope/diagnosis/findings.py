"""What stands beside the verdict: findings, and the advice that each one leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """State one thing that the curves show.

    Args:
        code: the finding's name, such as `minimum_not_reached`.
        severity: `serious`, `warning` or `info`.
        numbers: what the sentence is made of.
    """

    code: str
    severity: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Advice:
    """Name what to do about a finding, both by their codes."""

    code: str
    finding: str
