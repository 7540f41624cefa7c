"""plan.json: what an analysis was begun with, and in what another one differs from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fitscope.errors import quoted

PLAN = "plan.json"
LARGEST = 10_000_000  # bytes; notes may be long
LONGEST_SHOWN = 200  # characters that a message repeats
PERSONAL = ("author", "notes", "answers")  # kept, so that going on keeps them; they decide nothing, so they may change


def read_plan(path: Path) -> Any:
    """Read a plan.json, whosoever wrote it.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON, or too large for one of fitscope's.
    """
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError("no plan")
    try:
        return json.loads(path.read_text(encoding="utf8"))
    except RecursionError:
        raise ValueError("no plan") from None


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return where two plan.json differ, as a person would say it."""
    apart = ("plan", "seed_from", "blind", *PERSONAL)
    mine, theirs = (
        {k: v for k, v in {**content["plan"], **content, "blind run": bool(content.get("blind"))}.items() if k not in apart}
        for content in (now, before)
    )
    return [
        f"{name.replace('_', ' ')} {_shown(theirs.get(name))}, not {_shown(value)}"
        for name, value in mine.items()
        if theirs.get(name) != value
    ]


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN and text.isprintable() else quoted(text)
