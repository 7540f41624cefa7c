"""Work of a class that is alike: what honest work explains becomes a note, the rest a flag for all whom it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fitscope.grading.agreement import as_on_another_machine
from fitscope.grading.alike import Pair, alike
from fitscope.grading.phrases import alike_texts
from fitscope.grading.records import Facts, Flag, Student
from fitscope.history import TrainingHistory
from fitscope.language import N_, Nn_


@dataclass(frozen=True)
class Entry:
    """Hold one submission as it is compared: whose it is, and what it says."""

    name: str
    student: Student
    facts: Facts


@dataclass
class Told:
    """Hold what comparing says of one submission."""

    flags: list[Flag] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def compare(entries: Sequence[Entry], handed_out: Sequence[TrainingHistory] = (), texts: Sequence[str] = ()) -> dict[str, Told]:
    """Compare a class's submissions with each other.

    Args:
        entries: the submissions that could be read.
        handed_out: curves that the instructor gave out: work that is like them is like no other student's.
        texts: what the instructor gave out, such as the rubric and a sample answer: it makes no two answers alike.

    Returns:
        What to tell of each submission, by its name; those of which there is nothing to tell are left out. Whoever handed in
        later is not taken for the guilty one: all are flagged alike.
    """
    told: dict[str, Told] = defaultdict(Told)
    _curves(entries, handed_out, told)
    _answers(entries, texts, told)
    return dict(told)


def _curves(entries: Sequence[Entry], handed_out: Sequence[TrainingHistory], told: dict[str, Told]) -> None:
    pairs = alike([*(entry.facts.history for entry in entries), *handed_out])
    given = {place for pair in pairs if pair.other >= len(entries) for place in (pair.one,) if pair.one < len(entries)}
    for place in sorted(given):
        told[entries[place].name].notes.append(N_("The curves are those that were handed out with the assignment."))
    own = [pair for pair in pairs if pair.other < len(entries) and not given & {pair.one, pair.other}]
    honest = {pair: _why_honest(entries[pair.one], entries[pair.other]) for pair in own}
    strange = [pair for pair in own if honest[pair] is None]
    fair = {frozenset((pair.one, pair.other)) for pair in own if honest[pair] is not None}
    for members in joined((pair.one, pair.other) for pair in strange):
        for place in members:
            others = [entries[other] for other in members if other != place and {place, other} not in fair]
            own_pairs = [pair for pair in strange if place in (pair.one, pair.other)]
            told[entries[place].name].flags.append(_same_curves(entries[place], others, own_pairs))
    explained: dict[tuple[int, str], list[str]] = defaultdict(list)
    for pair, why in honest.items():
        if why is not None:
            for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
                explained[one, why].append(entries[other].name)
    for (place, why), names in explained.items():
        told[entries[place].name].notes.append(why.format(other=_several(names)))


def _several(names: Sequence[str]) -> str:
    return ", ".join([*names[:NAMED], *(["..."] if len(names) > NAMED else [])])


NAMED = 5  # others whom a note names; where a whole class takes one seed, all of them would be too many
SAME_GROUP = N_("The curves are like those of {other}, of the same group.")
SAME_PLAN = N_("The curves are those of {other}: the same plan with the same seed gives them honestly.")


def _why_honest(one: Entry, other: Entry) -> str | None:
    """Return what explains honestly that two submissions have the same curves, None where nothing does."""
    if one.student.group is not None and one.student.group == other.student.group:
        return SAME_GROUP
    if one.facts.plan is None or other.facts.plan is None or False in (one.facts.seed_fits, other.facts.seed_fits):
        return None
    plans = [facts.plan.replace(max_epochs=1).key() for facts in (one.facts, other.facts) if facts.plan is not None]
    same = plans[0] == plans[1] and dict(one.facts.trainings) == dict(other.facts.trainings)
    return SAME_PLAN if same and as_on_another_machine(one.facts.history, other.facts.history, one.facts.plan.model) else None


def joined(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Join pairs to groups.

    Example:
        >>> joined([(0, 2), (5, 6), (2, 4)])
        [[0, 2, 4], [5, 6]]
    """
    group: dict[int, set[int]] = {}
    for one, other in pairs:
        merged = group.get(one, {one}) | group.get(other, {other})
        group |= dict.fromkeys(merged, merged)
    return sorted(sorted(members) for members in {id(members): members for members in group.values()}.values())


_HOW = {
    "equal": N_("number for number, in a stretch of one of the curves at least"),
    "scaled": N_("but for scale, shift or rounding"),
    "near": N_("but for changes of about 1 %"),
}
_SAME_CURVES = Nn_(
    "The curves are those of {count} other submission, {retold_how}, and neither plan and seed nor a group explains it. "
    "Differs from what two trainings give, ask.",
    "The curves are those of {count} other submissions, {retold_how}, and neither plan and seed nor a group explains it. "
    "Differs from what two trainings give, ask.",
)


def _same_curves(entry: Entry, others: Sequence[Entry], pairs: Sequence[Pair]) -> Flag:
    how = min((pair.how for pair in pairs), key=list(_HOW).index)
    text = _SAME_CURVES[len(others) != 1].format(count=len(others), retold_how=_HOW[how])
    numbers = {
        "how": how,
        "distance": max(pair.distance for pair in pairs),
        "nearer": max((pair.nearer for pair in pairs if pair.nearer is not None), default=None),
        "seed_fits": entry.facts.seed_fits,
    }
    return Flag("same_curves", text, numbers, tuple(other.name for other in others))


_SAME_ANSWERS = Nn_(
    "The answers say the same in the same words as {count} other submission ({percent} % of their phrases). Differs from what "
    "two people write, ask.",
    "The answers say the same in the same words as {count} other submissions ({percent} % of their phrases). Differs from what "
    "two people write, ask.",
)


def _answers(entries: Sequence[Entry], handed_out: Sequence[str], told: dict[str, Told]) -> None:
    pairs = alike_texts([_said(entry.facts) for entry in entries], handed_out)
    groups: dict[str, str] = {}
    strange: dict[tuple[int, int], float] = {}
    for (one, other), share in pairs.items():
        group = entries[one].student.group
        if group is not None and group == entries[other].student.group:
            groups |= {entries[one].name: entries[other].name, entries[other].name: entries[one].name}
        else:
            strange[one, other] = share
    for name, like in groups.items():
        told[name].notes.append(N_("The answers are like those of {other}, of the same group.").format(other=like))
    for members in joined(strange):
        share = max(share for (one, _), share in strange.items() if one in members)
        for place in members:
            others = tuple(entries[other].name for other in members if other != place)
            text = _SAME_ANSWERS[len(others) != 1].format(count=len(others), percent=round(100 * share))
            told[entries[place].name].flags.append(Flag("same_answers", text, {"share": share}, others))


def _said(facts: Facts) -> str:
    """Return all that a student wrote in words."""
    if facts.answers is None:
        return ""
    more: Mapping[str, str] = facts.answers.more
    return "\n".join(filter(None, (facts.answers.why, *more.values())))
