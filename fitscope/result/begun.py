"""plan.json: what an analysis was begun with, the command that goes on with it, and in what another one differs from it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fitscope.errors import FitscopeError, quoted
from fitscope.plan import Plan, student_seed

PLAN = "plan.json"
_ENDS = ("result.json", "report.html")  # where one of these is, there is something to read
_LONGEST_COMMAND = 2_000  # characters
_ALONE = {"refit_by": None, "repeats": 1, "folds": None, "search": None, "remedies": False, "sizes": False, "leaks": False}
LARGEST = 10_000_000  # bytes; notes may be long
LONGEST_SHOWN = 200  # characters that a message repeats
LEAKS = "leaks"  # there where near duplicates are looked for in large data, too; no training hangs on it
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
    apart = ("plan", "seed_from", "blind", LEAKS, *PERSONAL)
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


def another_plan(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Say in what an analysis that is to go on differs from the one that was begun, and what to do; None where in nothing.

    Args:
        folder: of the analysis.
        before, now: what its plan.json holds, and what it would hold now.
    """
    if not (differing := differences(before, now)):
        return None
    plans = before["plan"], now["plan"]
    goes_on = f"{going_on(folder, before)} goes on as it was begun"
    if _changed(*plans, "dataset", "data_sha256") or _changed(*plans, "model", "model_sha256"):
        goes_on = "with the files as they were then it goes on"  # no command brings them back
    return f"{folder} was begun with {'; '.join(differing)}; {goes_on}, and --output in the place of --resume begins another one."


def _changed(before: Mapping[str, Any], now: Mapping[str, Any], name: str, sha256: str) -> bool:
    """Tell whether something that is called as it was is another one."""
    return bool(before.get(name) == now.get(name) and before.get(sha256) != now.get(sha256))


def command_words(plan: Plan, wishes: Mapping[str, Any], blind: bool = False) -> list[str]:
    """Return the words of the command that makes an analysis again, with every default spelt out.

    Args:
        plan: of its training.
        wishes: what is trained and looked for beside, as plan.json holds it.
        blind: whether nothing is told before it is answered.
    """
    asked = {name: wishes.get(name) for name, alone in _ALONE.items() if wishes.get(name, alone) != alone}
    options = {
        "--max-epochs": plan.max_epochs,
        "--validation": plan.validation,
        "--num-words": plan.num_words,
        "--model": plan.model,
        **{f"--{name}": value for name, value in plan.options.items()},
        "--class-weight": plan.class_weight,
        "--batch-size": plan.batch_size,
        "--optimizer": plan.optimizer,
        "--learning-rate": plan.learning_rate,
        "--seed": plan.seed,
        **{f"--{name.replace('_', '-')}": asked.get(name) for name in ("refit_by", "repeats", "folds", "search")},
        "--trials": wishes.get("trials") if asked.get("search") else None,
    }
    said = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    flags = [f"--{name}" for name in ("remedies", "sizes", LEAKS) if asked.get(name)] + ["--blind"] * blind
    return ["fitscope", "analyze", plan.dataset, *said, *flags]


def going_on(folder: Path, content: Any) -> str:
    """Return how a begun analysis is gone on with: the command, or in words where its plan does not tell.

    Args:
        folder: of the analysis.
        content: of its plan.json, whosoever wrote it.

    Example:
        >>> going_on(Path("my report"), None)
        "the command that began it, with --resume 'my report',"
    """
    try:
        words = _as_begun(Plan.from_json(content["plan"]), content)
        command = shlex.join([*words, "--resume", str(folder)])
    except (FitscopeError, AttributeError, LookupError, TypeError, ValueError):
        command = ""
    if not command or len(command) > _LONGEST_COMMAND or not command.isprintable():
        return f"the command that began it, with --resume {shlex.quote(str(folder))},"
    return command


def _as_begun(plan: Plan, content: Mapping[str, Any]) -> list[str]:
    """Return the command's words; a seed that was made from a student's number is said by the number."""
    words = command_words(plan, content, bool(content.get("blind")))
    if plan.seed_from is None:
        return words
    number = content["author"]["id"]
    course = [] if plan.seed == student_seed(number) else ["--course", "KEY"]
    place = words.index("--seed")
    return [*words[:place], "--student-id", number, *course, *words[place + 2 :]]


def is_begun(content: Any) -> bool:
    """Tell whether JSON, whosoever wrote it, is what fitscope writes into a plan.json."""
    return isinstance(content, dict) and isinstance(content.get("plan"), dict) and "refit_by" in content


def unfinished(folder: Path) -> str | None:
    """Say of a folder that the analysis in it is not finished, and how to go on; None where it is, or holds none.

    Args:
        folder: which may be anything.
    """
    try:
        if any((folder / name).exists() for name in _ENDS):
            return None
        content = read_plan(folder / PLAN)
    except (OSError, ValueError):
        return None
    if not is_begun(content):
        return None
    return f"The analysis in {folder} is not finished; {going_on(folder, content)} goes on with it."
