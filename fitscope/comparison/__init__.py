"""Several runs beside each other: which can be ranked, which of them differ beyond chance, and what their plans do otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fitscope.comparison.pairs import ALL_UP_TO, Paired, Unpaired, pairs
from fitscope.comparison.plans import Difference, differences
from fitscope.comparison.read import ReadRun
from fitscope.comparison.scales import Scale, scales
from fitscope.language import ENGLISH, speaking
from fitscope.result import diagnosis_json
from fitscope.result.plain import plain

__all__ = ["ALL_UP_TO", "Comparison", "Difference", "Paired", "ReadRun", "Scale", "Unpaired", "Unread", "compared"]

SCHEMA = "fitscope-compare/1"
_TOLD = ("verdict", "message", "best_epoch", "plateau", "best_val_loss", "gap")


@dataclass(frozen=True)
class Unread:
    """Name a run that could not be read.

    Args:
        source: what was given.
        error: why not, in one sentence.
    """

    source: str
    error: str


@dataclass(frozen=True)
class Comparison:
    """Hold several runs and what they say against each other; in a notebook it shows itself as a table.

    Runs are counted from 0 here, in the order in which they were given.

    Args:
        runs: the runs, each with a name of its own.
        scales: which of them were measured alike, so that their losses can be ranked.
        differences: what their plans do not all have alike.
        paired: tests between two runs on the same validation samples, corrected for their number.
        unpaired: which runs are not tested, and why.
        every: whether each was tested against each, up to five runs; else each against the first of those with its samples.
        unread: what could not be read.

    Example:
        >>> import fitscope
        >>> found = fitscope.compare("reports/plain", "reports/large")
        >>> found.runs[found.scales[0].lowest].name, found.paired[0].clear
        ('large', True)
    """

    runs: tuple[ReadRun, ...]
    scales: tuple[Scale, ...]
    differences: tuple[Difference, ...]
    paired: tuple[Paired, ...]
    unpaired: tuple[Unpaired, ...]
    every: bool
    unread: tuple[Unread, ...] = ()
    shown: ClassVar[Callable[[Comparison], str] | None] = None  # draws it in notebooks; set by `fitscope.report`

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain data, `"schema": "fitscope-compare/1"`: runs by their names, NaN as None."""
        from fitscope import version

        names = [run.name for run in self.runs]
        with speaking(ENGLISH):
            runs = [_run_json(run) for run in self.runs]
        return {
            "schema": SCHEMA,
            "fitscope": version(),
            "runs": runs,
            "lowest": [
                {"runs": [names[i] for i in scale.runs], "data": scale.data, "task": scale.task,
                 "lowest": None if scale.lowest is None else names[scale.lowest]}
                for scale in self.scales
            ],
            "differences": [
                {"setting": found.setting, "values": {names[i]: value for i, value in found.values.items()}}
                for found in self.differences
            ],
            "paired": [plain(pair) | {"lower": names[pair.lower], "higher": names[pair.higher]} for pair in self.paired],
            "unpaired": [
                {"runs": [names[i] for i in found.runs], "reason": found.reason,
                 "than": None if found.than is None else names[found.than], "settings": list(found.settings)}
                for found in self.unpaired
            ],
            "unread": [plain(unread) for unread in self.unread],
        }  # fmt: skip

    def _repr_html_(self) -> str | None:
        return None if Comparison.shown is None else Comparison.shown(self)


def compared(runs: Sequence[ReadRun], unread: Sequence[Unread] = ()) -> Comparison:
    """Compare runs that were read.

    Args:
        runs: one or more, each with a name of its own.
        unread: what could not be read, to be told beside.

    Returns:
        The comparison.
    """
    tested, untested = pairs(runs)
    return Comparison(tuple(runs), scales(runs), differences(runs), tested, untested, len(runs) <= ALL_UP_TO, tuple(unread))


def _run_json(run: ReadRun) -> dict[str, Any]:
    result, model, test = run.result, run.tested_model, run.test
    said = diagnosis_json(result.diagnosis)
    return {
        "name": run.name,
        "source": run.source,
        "dataset": None if result.dataset is None else result.dataset.name,
        "task": None if result.dataset is None else result.dataset.task,
        **{name: said[name] for name in _TOLD},
        "epochs": len(result.history),
        "tested": model,
        "test": None if test is None else plain(test),
        "parameters": run.parameters,
        "seconds": plain(run.seconds),
        "partial": result.partial,
        "command": result.command,
    }
