"""The sentences that a comparison is told in, from its codes and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from fitscope.comparison import Comparison, Paired, Scale, Unpaired
from fitscope.language import N_, _, _n
from fitscope.report.names import spaced
from fitscope.report.numbers import count, number, with_limits

_NAMES_SHOWN = 5

_REASONS = {
    "log": N_("A log holds no samples' losses: {names}."),
    "no_samples": N_("No samples.npz lies beside the result, so the samples' losses are not known: {names}."),
    "too_large": N_("The samples.npz beside the result is too large to be read: {names}."),
    "contradicts": N_("The samples.npz beside the result does not hold this training's losses, so it is not used: {names}."),
    "no_groups": N_("The samples form groups that samples.npz does not name; analyze again to test this: {names}."),
    "not_finite": N_("After no epoch are all samples' losses finite: {names}."),
    "alone": N_("No other run holds the losses of the same validation samples: {names}."),
}


def scale_name(scale: Scale) -> str:
    """Return what the runs of one scale were measured on."""
    return scale.data or _("logs")


def finding(comparison: Comparison) -> tuple[str, ...]:
    """Return which run is best, and how sure that is, in a sentence or two for each scale."""
    if len(comparison.runs) == 1:
        [run] = comparison.runs
        text = _("There is one run, {name}; give two or more to compare them.")
        return (text.format(name=run.name),)
    several = len(comparison.scales) > 1
    told = [sentence for scale in comparison.scales for sentence in _of_scale(comparison, scale, several)]
    if several:
        text = _("The runs speak of {count} data sets or tasks, whose losses cannot be compared with each other.")
        told.insert(0, text.format(count=len(comparison.scales)))
    if any(scale.guessed and len(scale.runs) > 1 for scale in comparison.scales):
        told.append(_("Logs do not say what data and which loss they speak of: compare them only where both are the same."))
    if any(scale.own_losses for scale in comparison.scales):
        told.append(_("Networks of your own bring their own loss: compare them only where it is the same."))
    return tuple(told)


def _of_scale(comparison: Comparison, scale: Scale, several: bool) -> list[str]:
    if scale.lowest is None:
        text = _("On {data} no run has a validation loss.") if several else _("No run has a validation loss.")
        return [text.format(data=scale_name(scale))]
    said, number_of_runs = comparison.runs[scale.lowest].result.diagnosis, len(scale.runs)
    equals = [place for place in scale.runs if comparison.runs[place].result.diagnosis.best_val_loss == said.best_val_loss]
    if len(equals) > 1:
        return _equals(comparison, scale, equals, several)
    text = _("Of {count} runs, {name} has the lowest validation loss, {loss}, after epoch {epoch}.")
    if several:
        text = _("On {data}, of {count} runs, {name} has the lowest validation loss, {loss}, after epoch {epoch}.")
    if several and number_of_runs == 1:
        text = _("On {data} there is one run, {name}; its lowest validation loss is {loss}, after epoch {epoch}.")
    name, best = comparison.runs[scale.lowest].name, said.best_epoch or 0
    lead = text.format(data=scale_name(scale), count=number_of_runs, name=name, loss=number(said.best_val_loss), epoch=count(best))
    return [lead] if number_of_runs == 1 else [lead, _sure(comparison, scale.lowest)]


def _equals(comparison: Comparison, scale: Scale, equals: list[int], several: bool) -> list[str]:
    """Return that several runs have the lowest loss, and how sure it is that they are better than the others."""
    text = _("Of {count} runs, these have the same lowest validation loss, {loss}, and cannot be told apart: {names}.")
    if several:
        text = _(
            "On {data}, of {count} runs, these have the same lowest validation loss, {loss}, and cannot be told apart: {names}."
        )
    names = listed([comparison.runs[place].name for place in equals])
    loss = number(comparison.runs[equals[0]].result.diagnosis.best_val_loss)
    lead = text.format(data=scale_name(scale), count=len(scale.runs), names=names, loss=loss)
    return [lead] if len(equals) == len(scale.runs) else [lead, _sure(comparison, equals[0], equals)]


def _sure(comparison: Comparison, lowest: int, equals: Sequence[int] = ()) -> str:
    """Return how sure it is that the run with the lowest loss is the best one, but for those that have the same."""
    pairs = [pair for pair in comparison.paired if not {pair.lower, pair.higher} <= set(equals)]
    own = [pair for pair in pairs if lowest in (pair.lower, pair.higher)]
    if not own:
        return _("Whether that is more than chance is not tested: it takes the losses of the same validation samples in two runs.")
    if len(own) == 1:
        return _against_one(comparison, lowest, own[0])
    clear = sum(pair.clear and pair.lower == lowest for pair in own)
    if clear == len(own):
        text = _("That is beyond chance against all {count} runs that it was tested against.")
    elif clear:
        text = _("That is beyond chance against {clear} of the {count} runs that it was tested against.")
    else:
        text = _("Chance alone may explain that, against each of the {count} runs that it was tested against.")
    return text.format(clear=clear, count=len(own))


def _against_one(comparison: Comparison, lowest: int, pair: Paired) -> str:
    other = comparison.runs[pair.higher if pair.lower == lowest else pair.lower].name
    if not pair.clear or pair.lower != lowest:
        return _("Chance alone may explain its difference from {other}.").format(other=other)
    text = _("It is lower than {other} by {by}, which is beyond chance.")
    return text.format(other=other, by=with_limits(pair.by, pair.interval, _("95 %")))


def tested(comparison: Comparison) -> tuple[str, ...]:
    """Return what was tested, and how to read it."""
    pairs = comparison.paired
    if not pairs:
        return ()
    text = _n(
        "{count} test of runs on the same validation samples.", "{count} tests of runs on the same validation samples.", len(pairs)
    )
    told = [text.format(count=len(pairs)), _how(comparison)]
    told.append(
        _(
            "Every resample of the validation samples chooses each run's best epoch anew and measures it on the samples left out, "
            "so the differences are free of what choosing the lowest epoch flatters. Intervals and p values are corrected for the "
            "number of tests (Bonferroni, Holm 1979); beyond chance: p below 0.05."
        )
    )
    told.append(
        _(
            "This speaks of these very trainings: another seed may rank them otherwise. fitscope analyze --repeats tells how far "
            "seeds differ."
        )
    )
    if any(run.result.studies.repeats for run in comparison.runs):
        told.append(_("A run with repeats is tested by the mean of its trainings, sample by sample."))
    return tuple(told)


def notices(comparison: Comparison) -> tuple[str, ...]:
    """Return what must be known before anything else: what could not be read, and what was stopped."""
    told = [unread.error for unread in comparison.unread]
    if partial := [run.name for run in comparison.runs if run.result.partial]:
        told.append(_("Stopped before their end: {names}.").format(names=listed(partial)))
    return tuple(told)


def _how(comparison: Comparison) -> str:
    if comparison.every:
        return _("Each run was tested against each.")
    return _("Of so many runs, each was tested against the first one given that has the same validation samples.")


def untested(comparison: Comparison) -> tuple[str, ...]:
    """Return which runs were not tested, and why."""
    return tuple(_why(comparison, found) for found in comparison.unpaired)


def _why(comparison: Comparison, found: Unpaired) -> str:
    names = listed([comparison.runs[place].name for place in found.runs])
    if found.reason != "other_samples" or found.than is None:
        return _(_REASONS[found.reason]).format(names=names)
    settings = ", ".join(spaced(name) for name in found.settings) or _("number of samples")
    text = _("Validated on other samples than {than} ({settings} not the same), so not tested against it: {names}.")
    return text.format(names=names, than=comparison.runs[found.than].name, settings=settings)


def listed(names: Sequence[str]) -> str:
    """Return names as a list, the last ones counted where there are many.

    Example:
        >>> listed(["a", "b"]), listed(list("abcdefgh"))
        ('a, b', 'a, b, c, d, e and 3 more')
    """
    shown, more = ", ".join(names[:_NAMES_SHOWN]), len(names) - _NAMES_SHOWN
    return shown if more <= 0 else _("{names} and {count} more").format(names=shown, count=more)
