"""What the page shows of remedies: their curves over each other, and what each of them brought."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fitscope import words
from fitscope.history import TrainingHistory
from fitscope.report import charts, study_charts
from fitscope.report.numbers import UNKNOWN, number, places, setting, size, with_limits
from fitscope.report.repeats_view import POINTS, lowest
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.result import Remedy, Result, Training

NAME_LENGTH = 24  # of a curve's name in a chart
LABEL_HEIGHT = 0.065  # of the upright axis


def remedies(result: Result) -> Section | None:
    """Return what each remedy brought, the largest gain first."""
    tried = sorted(result.studies.remedies, key=lambda remedy: -remedy.shown if math.isfinite(remedy.shown) else math.inf)
    if not tried:
        return None
    named = [(words.remedy(remedy.name, remedy.changes), remedy) for remedy in tried]
    ranked = [(name, remedy) for name, remedy in named if math.isfinite(remedy.shown)]
    one_seed = max(remedy.seeds for remedy in tried) == 1
    sentences = []
    if ranked:
        told = [(name, size(remedy.shown, remedy.interval), _way(remedy)) for name, remedy in ranked]
        sentences.append(words.ranking(told, one_seed=one_seed))
    sentences += [f"{name} came to no finite validation loss." for name, remedy in named if not math.isfinite(remedy.shown)]
    sentences += [*_diverged(named), *_left_out(named), *_untrained(named), _between_seeds(tried, one_seed)]
    return Section(
        name="remedies",
        title="What would have helped",
        sentences=tuple(sentences),
        draw=lambda: (*_overlaid(result, named), *_gains(ranked)),
        tables=(_remedies_table(result, named),),
        caption="The gain is the best validation loss without the remedy minus that with it, on the same samples; above 0 it "
        "helps. It and its 95 % interval come from resamples of the validation samples that choose each side's best epoch anew and "
        "measure it on the samples left out, so it may differ a little from the difference of the lowest losses. "
        f"Beyond chance: p below 0.05, corrected for the number of remedies (Holm 1979). {_meanings(tried)}",
    )


def _diverged(named: Sequence[tuple[str, Remedy]]) -> list[str]:
    """Say of which remedies some trainings came to nothing, so that the gain speaks of the others."""
    return [
        f"{name[0].upper()}{name[1:]}: {remedy.diverged} of its trainings came to losses that are not finite; its gain speaks of "
        "the rest and is not taken for clear."
        for name, remedy in named
        if remedy.diverged and not remedy.left_out and math.isfinite(remedy.shown)
    ]


def _left_out(named: Sequence[tuple[str, Remedy]]) -> list[str]:
    """Say which folds a remedy's gain leaves out."""
    told = []
    for name, remedy in named:
        if remedy.left_out:
            text = f"{'fold' if len(remedy.left_out) == 1 else 'folds'} {', '.join(map(str, remedy.left_out))}"
            told.append(
                f"{name[0].upper()}{name[1:]} is compared without {text}, where losses were not finite on one side or both."
            )
    return told


def _untrained(named: Sequence[tuple[str, Remedy]]) -> list[str]:
    """Say whose training was too short to judge it by."""
    falling = [name for name, remedy in named if remedy.verdict == "underfitting"]
    if not falling:
        return []
    text = f"{', '.join(falling[:-1])} and {falling[-1]}" if len(falling) > 1 else falling[0]
    were = "were" if len(falling) > 1 else "was"
    return [f"{text[0].upper()}{text[1:]} {were} not trained out, so more epochs (--max-epochs) may change that."]


def _way(remedy: Remedy) -> int:
    return 0 if not remedy.clear else 1 if remedy.shown > 0 else -1


def _between_seeds(tried: Sequence[Remedy], one_seed: bool) -> str:
    if one_seed:
        return ("One seed stands on each side: this says what the changes did to this run, and another seed may rank them "
                "otherwise; --repeats adds seeds.")  # fmt: skip
    seeds, known = max(remedy.seeds for remedy in tried), [r.spread for r in tried if r.spread is not None]
    if not known:
        return f"{seeds} seeds stand on each side."
    least, most = number(min(known), places(max(known))), number(max(known), places(max(known)))
    span = least if least == most else f"{least} to {most}"
    return f"{seeds} seeds stand on each side; from seed to seed the best validation loss moves by {span} (one standard deviation)."


def _baseline(result: Result) -> TrainingHistory:
    """Return the one training that remedies are compared with; with repeats or folds the report's own curves are a mean."""
    several = _several(result)
    return several[0].history if several else result.history


def _several(result: Result) -> Sequence[Training]:
    return result.studies.repeats or result.studies.folds


def _overlaid(result: Result, named: Sequence[tuple[str, Remedy]]) -> tuple[Picture, ...]:
    histories = [("unchanged", _baseline(result)), *((name, remedy.history) for name, remedy in named)]
    values = np.concatenate([history.val_loss for _, history in histories])
    if not np.isfinite(values).any():
        return ()
    late = np.concatenate([history.val_loss[len(history) // 5 :] for _, history in histories])
    low, high = limits = upright(values, late)
    ends = [next(iter(h.val_loss[np.isfinite(h.val_loss)][::-1]), math.nan) for _, h in histories]
    heights = apart([min(max(float(end), low), high) for end in ends], LABEL_HEIGHT * (high - low), high)
    kept = slice(None, None, -(-max(len(h) for _, h in histories) * len(histories) // POINTS))
    curves = [study_charts.Curve(short(name), history.epochs[kept], history.val_loss[kept].tolist(), height)
              for (name, history), height in zip(histories, heights)]  # fmt: skip
    svg = charts.svg(study_charts.overlaid(curves, limits), "remedies-curves", "Validation loss with each remedy")
    return (Picture("remedies-curves", svg, "Validation loss over the epochs; thick: the network as it is. Lower is better."),)


def short(name: str) -> str:
    """Return a name that leaves the chart room; fitscope's own all fit."""
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def upright(values: np.ndarray, late: np.ndarray) -> tuple[float, float]:
    """Return the upright axis' limits: the first epochs' fall, and curves far above, must not press the rest flat."""
    known = late[np.isfinite(late)] if np.isfinite(late).any() else values[np.isfinite(values)]
    low, (quarter, most, high) = float(np.nanmin(values)), (float(value) for value in np.quantile(known, [0.25, 0.75, 1]))
    high = min(high, most + 4 * (most - quarter)) if most > quarter else high
    room = 0.05 * (high - low) or abs(high) * 0.05 or 1.0
    return low - room, high + room


def apart(heights: Sequence[float], least: float, top: float) -> list[float]:
    """Return heights moved so that no two lie closer than `least`, in their order, none above `top`; NaN stays.

    Example:
        >>> apart([0.5, 0.5, 0.1], 0.2, 0.6)
        [0.4, 0.6, 0.1]
    """
    order = [i for i in sorted(range(len(heights)), key=lambda i: heights[i]) if not math.isnan(heights[i])]
    moved, floor = list(heights), -math.inf
    for i in order:
        moved[i] = floor = max(heights[i], floor)
        floor += least
    for i in reversed(order):
        moved[i] = min(moved[i], top)
        top = moved[i] - least
    return [round(height, 12) for height in moved]


def _gains(ranked: Sequence[tuple[str, Remedy]]) -> tuple[Picture, ...]:
    rows = [
        study_charts.Estimate(short(name), r.shown, *r.interval, r.clear)
        for name, r in ranked
        if all(map(math.isfinite, r.interval))
    ]
    if not rows:
        return ()
    svg = charts.svg(study_charts.gains(rows), "remedies-gains", "Gain of each remedy with its interval")
    caption = "Right of the line a remedy helps. Filled: beyond chance. Hollow: chance alone may explain it."
    return (Picture("remedies-gains", svg, caption),)


def _remedies_table(result: Result, named: Sequence[tuple[str, Remedy]]) -> Table:
    repeated = any(remedy.spread is not None for _, remedy in named)
    baseline = _baseline(result)
    losses = baseline.val_loss
    place = None if np.isnan(losses).all() else int(np.nanargmin(losses))
    epoch, loss = (UNKNOWN, UNKNOWN) if place is None else (f"{baseline.epochs[place]:,}", number(float(losses[place])))
    several = _several(result)
    verdict = several[0].verdict if several else result.diagnosis.verdict
    rows = [Row("unchanged", ("", epoch, loss, "", "", *([""] * repeated), words.label(verdict)))]
    for name, remedy in named:
        gain = with_limits(remedy.shown, remedy.interval)
        seeds = [UNKNOWN if remedy.spread is None else f"± {number(remedy.spread, places(remedy.spread))}"] * repeated
        beyond = "yes" if remedy.clear else "no"
        rows.append(Row(name, (_changed(remedy), *lowest(remedy), gain, beyond, *seeds, words.label(remedy.verdict))))
    heads = ("remedy", "what it changes", "best epoch", "best validation loss", "gain (95 %)", "beyond chance")
    return Table((*heads, *(["between seeds"] * repeated), "verdict"), tuple(rows))


def _changed(remedy: Remedy) -> str:
    changes = {name: value for name, value in remedy.changes.items() if name not in ("seed", "model_sha256")}
    return setting(changes) or words.REMEDIES.get(remedy.name, ("", ""))[1]


def _meanings(tried: Sequence[Remedy]) -> str:
    """Say what each remedy does, in the order of the table."""
    known = dict.fromkeys(words.REMEDIES[remedy.name] for remedy in tried if remedy.name in words.REMEDIES)
    return "; ".join(f"{name}: {what}" for name, what in known) + ("." if known else "")
