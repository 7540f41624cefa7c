"""What the page of several runs shows: a Comparison's numbers as texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fitscope import words
from fitscope.comparison import Comparison, ReadRun
from fitscope.language import N_, _, _n
from fitscope.language.figures import moment, numeral
from fitscope.report.compare_pictures import Curves, curves, lowest_loss
from fitscope.report.compare_words import finding, notices, scale_name, tested, untested
from fitscope.report.embedding import as_script
from fitscope.report.names import OPEN, spaced
from fitscope.report.numbers import count, epochs, number, setting, with_limits
from fitscope.report.scores_view import between, measured
from fitscope.result import Score

SETTINGS_AS_ROWS = 5  # runs; of more, the runs are the rows
CURVES_FIRST = 12  # charts; of more the table stands before them
_HASHES = ("data_sha256", "model_sha256")


@dataclass(frozen=True)
class Cell:
    """A cell of a table that sorts: its text, and what it is sorted by where that is not the text."""

    text: str
    sort: str | None = None


@dataclass(frozen=True)
class Sortable:
    """A table whose columns sort, the rows' names first."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Said:
    """What one run's own diagnosis says."""

    name: str
    verdict: str
    label: str
    message: str
    source: str
    command: str


@dataclass(frozen=True)
class Group:
    """The curves of runs that share a scale, under its name."""

    name: str
    curves: Curves


@dataclass(frozen=True)
class CompareView:
    """Hold all that the template prints, in its order."""

    runs: int
    title: str
    about: str
    finding: tuple[str, ...]
    notices: tuple[str, ...]
    groups: tuple[Group, ...]
    table: Sortable
    captions: tuple[str, ...]
    differences: Sortable | None
    unknown_plans: str
    paired: Sortable | None
    tests: tuple[str, ...]
    verdicts: tuple[Said, ...]
    created: str
    json: str

    @property
    def contents(self) -> tuple[tuple[str, str], ...]:
        """Every section, its id and its heading."""
        curves, runs, *rest = SECTIONS
        names = (runs, curves, *rest) if self.long else SECTIONS
        return tuple((name, _(SECTIONS[name])) for name in names)

    @property
    def long(self) -> bool:
        """Whether there are so many curves that the table stands before them."""
        return sum(len(group.curves.drawn) for group in self.groups) > CURVES_FIRST


SECTIONS = {
    "curves": N_("Loss curves"),
    "runs": N_("The runs"),
    "differences": N_("What differs between their plans"),
    "paired": N_("Do they differ beyond chance?"),
    "verdicts": N_("What each run says"),
}


def compare_view(comparison: Comparison, created: str) -> CompareView:
    """Make from a comparison all that its page shows, in the spoken language.

    Args:
        comparison: of the runs.
        created: when, as ISO 8601.
    """
    runs = len(comparison.runs)
    groups = tuple(Group(scale_name(scale), curves(comparison, scale, f"curves-{i}")) for i, scale in enumerate(comparison.scales))
    return CompareView(
        runs=runs,
        title=_n("{count} run", "{count} runs compared", runs).format(count=count(runs)),
        about=", ".join(dict.fromkeys(group.name for group in groups)),
        finding=finding(comparison),
        notices=notices(comparison),
        groups=groups,
        table=runs_table(comparison),
        captions=_captions(comparison),
        differences=differences_table(comparison),
        unknown_plans=_unknown_plans(comparison.runs),
        paired=paired_table(comparison),
        tests=(*tested(comparison), *untested(comparison)),
        verdicts=tuple(_said(run) for run in comparison.runs),
        created=moment(created),
        json=as_script(comparison.to_json()),
    )


def ranked(comparison: Comparison) -> list[int]:
    """Return the runs' places as the table shows them: scale by scale, the lowest validation loss first."""
    return [
        place for scale in comparison.scales for place in sorted(scale.runs, key=lambda place: lowest_loss(comparison.runs[place]))
    ]


def runs_table(comparison: Comparison) -> Sortable:
    """Return the table of all runs: what their curves say, and how good they are on test data."""
    runs = [comparison.runs[place] for place in ranked(comparison)]
    several = len(comparison.scales) > 1
    measures = [name for name in ("accuracy", "mae", "loss") if any(_has(run.test, name) for run in runs)]
    heads = [_("run"), *([_("data")] * several), _("verdict"), _("best epoch"), _("plateau"), _("best validation loss"), _("gap")]
    heads += [_(_TESTS[name]) for name in measures]
    sized, timed = (any(getattr(run, name) is not None for run in runs) for name in ("parameters", "seconds"))
    heads += [*([_("parameters")] * sized), *([_("seconds")] * timed)]
    data = {place: scale_name(scale) for scale in comparison.scales for place in scale.runs}
    rows = []
    for place, run in zip(ranked(comparison), runs):
        said = run.result.diagnosis
        row = [Cell(run.name), *([Cell(data[place])] * several), Cell(words.label(said.verdict)), _count(said.best_epoch)]
        row += [_plateau(said.plateau), _number(said.best_val_loss), _number(said.gap)]
        row += [_tested(run, name) for name in measures]
        row += [*([_count(run.parameters)] * sized), *([_number(run.seconds, 1)] * timed)]
        rows.append(tuple(row))
    return Sortable(tuple(heads), tuple(rows))


_TESTS = {"accuracy": N_("test accuracy (95 %)"), "mae": N_("test MAE (95 %)"), "loss": N_("test loss (95 %)")}


def _has(test: Score | None, name: str) -> bool:
    return test is not None and getattr(test, name) is not None


def _count(value: int | None) -> Cell:
    return Cell(count(value), "" if value is None else str(value))


def _number(value: float | None, digits: int | None = None) -> Cell:
    known = value is not None and math.isfinite(value)
    return Cell(number(value, digits), f"{value:.9g}" if known else "")


def _plateau(pair: tuple[int, int] | None) -> Cell:
    return Cell(epochs(pair), "" if pair is None else str(pair[0]))


def _tested(run: ReadRun, name: str) -> Cell:
    test = run.test
    if test is None or not _has(test, name):
        return Cell(number(None), "")
    value = getattr(test, name)
    text = f"{measured(name, value)} ({between(name, getattr(test, f'{name}_interval'))})"
    text = text if run.tested_model == "refit" else _("{score}, held-out model").format(score=text)
    return Cell(text, f"{value:.9g}")


def _captions(comparison: Comparison) -> tuple[str, ...]:
    told = [_("The lowest best validation loss stands first.")]
    if any(run.test is not None for run in comparison.runs):
        told.append(
            _(
                "Test results are those of the refitted model where nothing else is said. Intervals of two runs that overlap may "
                "still hide a difference: the samples' test losses, which would tell, are not kept."
            )
        )
    return tuple(told)


def differences_table(comparison: Comparison) -> Sortable | None:
    """Return the settings that differ between plans; None where none does."""
    found = comparison.differences
    if not found:
        return None
    planned = list(found[0].values)
    names = [comparison.runs[place].name for place in planned]
    if len(planned) <= SETTINGS_AS_ROWS:
        rows = [(Cell(spaced(one.setting)), *(_setting(one.setting, one.values[i]) for i in planned)) for one in found]
        return Sortable((_("setting"), *names), tuple(rows))
    rows = [(Cell(name), *(_setting(one.setting, one.values[i]) for one in found)) for i, name in zip(planned, names)]
    return Sortable((_("run"), *(spaced(one.setting) for one in found)), tuple(rows))


_UNSET = N_("not set")


def _setting(name: str, value: object) -> Cell:
    if value is None:
        return Cell(_(OPEN.get(name, _UNSET)))
    if name in _HASHES:
        return Cell(str(value)[:12])
    if name == "seed":
        return Cell(str(value))
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Cell(setting(value), f"{value}" if is_number else None)


def _unknown_plans(runs: Sequence[ReadRun]) -> str:
    unknown = [run.name for run in runs if run.result.plan is None]
    if not unknown:
        return ""
    if len(unknown) == len(runs):
        return _("Logs do not say how they were trained, so nothing is known of their plans.")
    text = _n("{count} log does not say how it was trained.", "{count} logs do not say how they were trained.", len(unknown))
    return text.format(count=len(unknown))


def paired_table(comparison: Comparison) -> Sortable | None:
    """Return the tests between two runs; None where there is none."""
    heads = (_("lower"), _("higher"), _("lower by (95 %)"), _("p (Holm)"), _("beyond chance"))
    rows = []
    for pair in comparison.paired:
        names = [Cell(comparison.runs[place].name) for place in (pair.lower, pair.higher)]
        by = Cell(with_limits(pair.by, pair.interval), f"{pair.by:.9g}")
        rows.append((*names, by, Cell(p_value(pair.p), f"{pair.p:.9g}"), Cell(_("yes") if pair.clear else _("no"))))
    return Sortable(heads, tuple(rows)) if rows else None


def p_value(p: float) -> str:
    """Return a p value; very small ones have no digits worth reading.

    Example:
        >>> p_value(0.0312), p_value(1e-9)
        ('0.031', '< 0.001')
    """
    return numeral("< 0.001" if p < 0.001 else f"{p:.3f}")


def _said(run: ReadRun) -> Said:
    said = run.result.diagnosis
    return Said(run.name, said.verdict, words.label(said.verdict), said.message, run.source, run.result.command)
