"""What a notebook shows of a diagnosis or a result: a piece of HTML that is readable on light and dark grounds."""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from typing import Any

from fitscope import words
from fitscope.diagnosis import Diagnosis
from fitscope.history import TrainingHistory
from fitscope.language import _
from fitscope.report import palette
from fitscope.report.curves_view import losses
from fitscope.report.headline import headline
from fitscope.report.page import environment
from fitscope.report.repeats_view import averaged
from fitscope.report.scores_view import gain_sentences, own_scores
from fitscope.report.sections import Row, Table
from fitscope.report.svg import rules
from fitscope.result import Result

ADVICE = 3  # at most; the report has all of it


@dataclass(frozen=True)
class Shown:
    """All that the piece prints; numbers and test results only of a result, the picture only where the curves are known."""

    verdict: str
    label: str
    message: str
    svg: str | None
    findings: tuple[str, ...]
    advice: tuple[str, ...]
    numbers: tuple[Row, ...] = ()
    tests: Table | None = None
    gain: str | None = None


def html(diagnosis: Diagnosis, history: TrainingHistory | None = None, result: Result | None = None) -> str:
    """Return a diagnosis as a piece of HTML, with its curves and test results where they are known.

    Args:
        diagnosis: what is said.
        history: its curves.
        result: the analysis that it belongs to.
    """
    if result is not None and result.blind:
        return piece("notebook_blind.html.j2", svg=_svg(result.history, None))
    shown = _shown(diagnosis, None if history is None else _svg(history, diagnosis))
    if result is not None:
        gain = None if result.refit is None else gain_sentences(result.refit.gain, _("Refitting"))
        shown = dataclasses.replace(shown, numbers=headline(result, averaged(result)), tests=own_scores(result), gain=gain)
    return piece("notebook.html.j2", shown=shown)


def piece(template: str, **given: Any) -> str:
    """Return a piece of HTML for a notebook, in the colours of the ground that it stands on.

    Args:
        template: the file's name; it includes notebook_style.html.j2.
        given: what it shows.
    """
    light, dark = (_variables(colours) for colours in (palette.LIGHT, palette.DARK))
    return environment().get_template(template).render(light=light, dark=dark, rules=rules(".fitscope-shown"), **given)


def _shown(diagnosis: Diagnosis, svg: str | None) -> Shown:
    return Shown(
        verdict=diagnosis.verdict,
        label=words.label(diagnosis.verdict),
        message=diagnosis.message,
        svg=svg,
        findings=tuple(words.finding(found.code, found.numbers) for found in diagnosis.findings),
        advice=tuple(words.advice(advice.code) for advice in diagnosis.advice[:ADVICE]),
    )


def _svg(history: TrainingHistory, diagnosis: Diagnosis | None) -> str | None:
    """Return the loss curves; their ids are new each time, for a notebook shows one thing in many cells."""
    drawn = losses(history, diagnosis)
    return None if drawn is None else dataclasses.replace(drawn, name=f"fitscope-{uuid.uuid4().hex[:12]}").svg


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {colour};" for name, colour in colours.items())
