"""What a student's feedback page shows: the marks and why, the curves, and nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass

from fitscope import words
from fitscope.grading import pages, wording
from fitscope.grading.drawing import Drawn, drawn
from fitscope.grading.gradebook import language_of
from fitscope.grading.records import Facts, Graded, Mark
from fitscope.grading.rubric import Rubric
from fitscope.language import N_, _, retold, speaking
from fitscope.language.figures import moment
from fitscope.report.numbers import count, number, percent

WIDTH, HEIGHT = 480, 180  # of the picture
_UNREAD = N_(
    "Nothing could be graded, so there are no points yet. Hand in the report.html that fitscope analyze wrote, or the training "
    "log of your own script, and ask your instructor where that does not help."
)
_NOBODYS = N_(
    "Your hand-in was read, but not whose it is, so there are no points yet. Hand it in with the name and the number that your "
    "course knows you by, or ask your instructor."
)


@dataclass(frozen=True)
class Row:
    """One criterion: what it gave, and why."""

    title: str
    points: str
    possible: str
    evidence: str
    waits: bool
    decided: str | None


@dataclass(frozen=True)
class Fact:
    """What fitscope computed from the curves, beside what the student says."""

    name: str
    computed: str
    said: str


@dataclass(frozen=True)
class Feedback:
    """All that one student reads.

    Args:
        waits: points that a person still has to give; None where there are none.
        picture: the curves, with their limits as texts and a sentence that tells them.
        raised: what does not add up, where the instructor shows it.
        error, heading, advice: why nothing was graded, in a few words above it, and what to do about it.
    """

    title: str
    student: str
    number: str | None
    created: str
    points: str
    possible: str
    waits: str | None
    rows: tuple[Row, ...]
    picture: Drawn | None
    told: str
    low: str
    high: str
    verdict: str
    facts: tuple[Fact, ...]
    raised: tuple[str, ...]
    error: str | None
    heading: str
    advice: str


def render(one: Graded, rubric: Rubric, created: str = "") -> str:
    """Return a student's feedback page: one HTML text without a script, in the student's language.

    Args:
        one: what came of the submission.
        rubric: its title, and its language where neither the student nor the report says another.
        created: when it was graded, ISO 8601.
    """
    with speaking(language_of(one, rubric.language)):
        return pages.fill("feedback.html.j2", view=feedback(one, rubric.title, created))


def feedback(one: Graded, title: str, created: str = "") -> Feedback:
    """Return what the page shows, in the spoken language."""
    picture = None if one.facts is None else drawn(one.facts, WIDTH, HEIGHT)
    nobodys = one.error is not None and one.facts is not None
    return Feedback(
        title=title,
        student=wording.person(one),
        number=one.student.id if one.student.name else None,
        created=moment(created),
        points=wording.points(one.points),
        possible=wording.points(one.possible),
        waits=wording.points(one.pending) if one.pending else None,
        rows=tuple(_row(mark, one.error) for mark in one.marks),
        picture=picture,
        told="" if one.facts is None else wording.curves(one.facts),
        low="" if picture is None else number(picture.low),
        high="" if picture is None else number(picture.high),
        verdict="" if one.facts is None else wording.verdict(one.facts),
        facts=() if one.facts is None else tuple(_facts(one.facts)),
        raised=tuple(retold(flag.message) for flag in one.flags if flag.shown),
        error=None if one.error is None else retold(one.error),
        heading=_("It is not clear whose this is") if nobodys else _("This could not be read"),
        advice=_(_NOBODYS) if nobodys else _(_UNREAD),
    )


def _row(mark: Mark, error: str | None) -> Row:
    return Row(
        mark.title,
        wording.points(mark.points),
        wording.points(mark.possible),
        "" if mark.evidence == error else retold(mark.evidence),  # the error stands above
        mark.points is None,
        None if mark.decided is None else retold(mark.decided),
    )


def _facts(facts: Facts) -> list[Fact]:
    """Return verdict, best epoch and test result; what the student says of them stands beside, empty where nothing is said."""
    said = wording.said_verdict(facts.claimed_verdict) or ""
    rows = [
        Fact(_("verdict"), words.label(facts.verdict), said),
        Fact(_("best epoch"), wording.best_and_plateau(facts), _epoch(facts.claimed_best_epoch)),
    ]
    test = "" if facts.test is None else wording.test_result(facts.test)
    if not test and facts.test_accuracy is not None:
        test = _("accuracy {accuracy}").format(accuracy=percent(facts.test_accuracy))
    return [*rows, Fact(_("test result"), "–", test)] if test else rows


def _epoch(epoch: int | None) -> str:
    return "" if epoch is None else count(epoch)
