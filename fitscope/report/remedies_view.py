"""What the page shows of remedies: their curves over each other, and what each of them brought."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from fitscope import words
from fitscope.history import TrainingHistory
from fitscope.language import N_, _, _n
from fitscope.report import study_charts
from fitscope.report.numbers import UNKNOWN, count, number, places, setting, size, span, with_limits
from fitscope.report.placing import LABEL_HEIGHT, apart, short, upright
from fitscope.report.repeats_view import POINTS, lowest
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.report.thinning import thinned
from fitscope.result import Remedy, Result, Training


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
    lost = _("{name} came to no finite validation loss.")
    sentences += [lost.format(name=name) for name, remedy in named if not math.isfinite(remedy.shown)]
    sentences += [*_diverged(named), *_left_out(named), *_untrained(named), _between_seeds(result, tried, one_seed)]
    return Section(
        name="remedies",
        title=_("What would have helped"),
        sentences=tuple(sentences),
        draw=lambda: (*_overlaid(result, named), *_gains(ranked)),
        tables=(_remedies_table(result, named),),
        caption=_(
            "The gain is the best validation loss without the remedy minus that with it, on the same samples; above 0 it "
            "helps. It and its 95 % interval come from resamples of the validation samples that choose each side's best epoch "
            "anew and measure it on the samples left out, so it may differ a little from the difference of the lowest losses. "
            "Beyond chance: p below 0.05, corrected for the number of remedies (Holm 1979)."
        )
        + f" {_(_FIRST) + ' ' if len(_several(result)) > 1 else ''}{_meanings(tried)}",
    )


_FIRST = N_("Curves, best epochs and lowest losses are those of the first training on each side; the gain speaks of all.")


def _diverged(named: Sequence[tuple[str, Remedy]]) -> list[str]:
    """Say of which remedies some trainings came to nothing, so that the gain speaks of the others."""
    text = _(
        "{name}: {count} of its trainings came to losses that are not finite; its gain speaks of the rest and is not taken for "
        "clear."
    )
    return [
        _begun(text.format(name=name, count=remedy.diverged))
        for name, remedy in named
        if remedy.diverged and not remedy.left_out and math.isfinite(remedy.shown)
    ]


def _begun(text: str) -> str:
    """Return a sentence with its first letter as a capital, for it may begin with a remedy's name."""
    return text[0].upper() + text[1:]


def _left_out(named: Sequence[tuple[str, Remedy]]) -> list[str]:
    """Say which folds a remedy's gain leaves out."""
    told = []
    for name, remedy in named:
        if remedy.left_out:
            text = _n(
                "{name} is compared without fold {folds}, where losses were not finite on one side or both.",
                "{name} is compared without folds {folds}, where losses were not finite on one side or both.",
                len(remedy.left_out),
            )
            told.append(_begun(text.format(name=name, folds=", ".join(map(str, remedy.left_out)))))
    return told


def _untrained(named: Sequence[tuple[str, Remedy]]) -> list[str]:
    """Say whose training was too short to judge it by."""
    falling = [name for name, remedy in named if remedy.verdict == "underfitting"]
    if not falling:
        return []
    text = _n(
        "{names} was not trained out, so more epochs (--max-epochs) may change that.",
        "{names} were not trained out, so more epochs (--max-epochs) may change that.",
        len(falling),
    )
    return [_begun(text.format(names=words.listed(falling)))]


def _way(remedy: Remedy) -> int:
    return 0 if not remedy.clear else 1 if remedy.shown > 0 else -1


def _between_seeds(result: Result, tried: Sequence[Remedy], one_seed: bool) -> str:
    if one_seed and result.studies.folds:
        return _(
            "One training a fold stands on each side: this says what the changes did to these trainings, and another seed may rank "
            "them otherwise."
        )
    if one_seed:
        return _(
            "One seed stands on each side: this says what the changes did to this run, and another seed may rank them "
            "otherwise; --repeats adds seeds."
        )
    seeds, known = max(remedy.seeds for remedy in tried), [r.spread for r in tried if r.spread is not None]
    if not known:
        return _("{count} seeds stand on each side.").format(count=seeds)
    least, most = number(min(known), places(max(known))), number(max(known), places(max(known)))
    text = _(
        "{count} seeds stand on each side; from seed to seed the best validation loss moves by {spread} (one standard deviation)."
    )
    return text.format(count=seeds, spread=least if least == most else span(least, most))


def _baseline(result: Result) -> TrainingHistory:
    """Return the one training that remedies are compared with; with repeats or folds the report's own curves are a mean."""
    several = _several(result)
    return several[0].history if several else result.history


def _several(result: Result) -> Sequence[Training]:
    return result.studies.repeats or result.studies.folds


def _overlaid(result: Result, named: Sequence[tuple[str, Remedy]]) -> tuple[Picture, ...]:
    histories = [(_("unchanged"), _baseline(result)), *((name, remedy.history) for name, remedy in named)]
    values = np.concatenate([history.val_loss for _, history in histories])
    if not np.isfinite(values).any():
        return ()
    late = np.concatenate([history.val_loss[len(history) // 5 :] for _, history in histories])
    low, high = limits = upright(values, late)
    ends = [next(iter(h.val_loss[np.isfinite(h.val_loss)][::-1]), math.nan) for _, h in histories]
    heights = apart([min(max(float(end), low), high) for end in ends], LABEL_HEIGHT * (high - low), high)
    shown = [(name, *thinned(history.epochs, (history.val_loss,), POINTS // len(histories))) for name, history in histories]
    curves = [study_charts.Curve(short(name), epochs, values.tolist(), height)
              for (name, epochs, (values,)), height in zip(shown, heights)]  # fmt: skip
    caption = _("Validation loss over the epochs; thick: the network as it is. Lower is better.")
    draw = partial(study_charts.overlaid, curves, limits)
    return (Picture("remedies-curves", _("Validation loss with each remedy"), caption, draw),)


def _gains(ranked: Sequence[tuple[str, Remedy]]) -> tuple[Picture, ...]:
    rows = [
        study_charts.Estimate(short(name), r.shown, *r.interval, r.clear)
        for name, r in ranked
        if all(map(math.isfinite, r.interval))
    ]
    if not rows:
        return ()
    caption = _("Right of the line a remedy helps. Filled: beyond chance. Hollow: chance alone may explain it.")
    return (Picture("remedies-gains", _("Gain of each remedy with its interval"), caption, partial(study_charts.gains, rows)),)


def _remedies_table(result: Result, named: Sequence[tuple[str, Remedy]]) -> Table:
    repeated = any(remedy.spread is not None for _, remedy in named)
    baseline = _baseline(result)
    losses = baseline.val_loss
    place = None if np.isnan(losses).all() else int(np.nanargmin(losses))
    epoch, loss = (_(UNKNOWN),) * 2 if place is None else (count(baseline.epochs[place]), number(float(losses[place])))
    several = _several(result)
    verdict = several[0].verdict if several else result.diagnosis.verdict
    rows = [Row(_("unchanged"), ("", epoch, loss, "", "", *([""] * repeated), words.label(verdict)))]
    for name, remedy in named:
        gain = with_limits(remedy.shown, remedy.interval)
        seeds = [_(UNKNOWN) if remedy.spread is None else f"± {number(remedy.spread, places(remedy.spread))}"] * repeated
        beyond = _("yes") if remedy.clear else _("no")
        rows.append(Row(name, (_changed(remedy), *lowest(remedy), gain, beyond, *seeds, words.label(remedy.verdict))))
    heads = (_("remedy"), _("what it changes"), _("best epoch"), _("best validation loss"), _("gain (95 %)"), _("beyond chance"))
    return Table((*heads, *([_("between seeds")] * repeated), _("verdict")), tuple(rows))


def _changed(remedy: Remedy) -> str:
    changes = {name: value for name, value in remedy.changes.items() if name not in ("seed", "model_sha256")}
    return setting(changes) or words.changed_by(remedy.name)


def _meanings(tried: Sequence[Remedy]) -> str:
    """Say what each remedy does, in the order of the table."""
    known = dict.fromkeys(remedy.name for remedy in tried if remedy.name in words.REMEDIES)
    return "; ".join(f"{words.remedy(name, {})}: {words.changed_by(name)}" for name in known) + ("." if known else "")
