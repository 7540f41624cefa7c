"""The sentence for each verdict, finding and advice, from its code and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fitscope.diagnosis import Diagnosis


def verdict(diagnosis: Diagnosis) -> str:
    """Return the verdict as one sentence with its numbers."""
    return f"{diagnosis.verdict}: best after epoch {diagnosis.best_epoch}"


def finding(code: str, numbers: Mapping[str, Any]) -> str:
    """Return a finding as one sentence with its numbers."""
    return code


def advice(code: str) -> str:
    """Return an advice as one sentence that says what to do."""
    return code
