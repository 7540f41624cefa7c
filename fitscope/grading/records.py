"""What passes between the rooms of grading: who handed in what, what was read of it, and what it earned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.result import Answers, Author, Result, Score

# Each flag's code (DESIGN section 6); a flag asks a question and never takes points.
FLAGS = (
    "recomputed_differs",
    "page_differs",
    "impossible_number",
    "same_curves",
    "same_answers",
    "rerun_differs",
    "late",
)


@dataclass(frozen=True)
class Student:
    """Name a student as far as a roster, an export or a report does; None where none of them says.

    Args:
        name: as people write it.
        id: the student's number at the school, which the roster, the report and the seed go by.
        email: what Moodle can match by.
        login: what Canvas calls SIS Login ID.
        canvas: Canvas' own number of the user.
        moodle: Moodle's number of the participant, good for one assignment.
        section: the part of the class.
        group: who may work together; alike work within one group is what was asked for.
        language: of the feedback.
    """

    name: str | None = None
    id: str | None = None
    email: str | None = None
    login: str | None = None
    canvas: str | None = None
    moodle: str | None = None
    section: str | None = None
    group: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class HandIn:
    """Hold what lies in the folder of one student's submission, before any of its files is opened.

    Args:
        name: of the submission, unique within the class, such as `kim_12345_67890` or `submission_123`.
        claimed: whom the export, or the name of the file or folder, says that it is from.
        paths: its files on this disk, archives not yet opened.
        files: the same relative to the class's folder, as the instructor reads them.
        late: what the export says of its being late, in a sentence; None where it does not say.
        moment: when it was handed in, ISO 8601; None where the export does not say.
        tries: how many earlier tries of the same student were passed over.
        export: which learning system says whom it is from; None where that is guessed from a file's name.
        faults: why files of it could not be taken out of the class's zip, in sentences.
    """

    name: str
    claimed: Student
    paths: tuple[Path, ...]
    files: tuple[str, ...]
    late: str | None = None
    moment: str | None = None
    tries: int = 0
    export: str | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """Hold what was read of a submission: nothing in it is believed yet.

    Args:
        result: the report's result; of a log its curves, judged by fitscope.
        answers: what the student concluded, None where nothing was answered.
        shown: the numbers that a report page shows first, as [term, value, what stands below] texts in the page's order; None
            where it is no page.
        heading: the verdict's badge and sentence on that page, as a person reads them; None where it is no page.
        language: of the report's page, None where it is none.
        files: what was read, relative to the class's folder; `folder.zip/inside.html` within an archive.
        notes: what the instructor should know of how it was read, in English sentences.
        signed: the name and id that an answers file gives, None where there is none.
        contradiction: why the report's own diagnosis could not be read, so that fitscope's takes its place; None where it could.
        written: when its newest file was written, seconds since 1970; tells tries apart that say nothing else.
    """

    result: Result
    answers: Answers | None = None
    shown: tuple[tuple[str, ...], ...] | None = None
    heading: tuple[str, ...] | None = None
    language: str | None = None
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    signed: Student | None = None
    written: float | None = None
    contradiction: str | None = None


@dataclass(frozen=True)
class Mark:
    """Hold what one criterion came to.

    Args:
        title, possible: of the criterion.
        points: None where a person has to read it and has not.
        evidence: in one English sentence, with the numbers; pages retell it in the reader's language.
        manual: whether a person reads it.
        text: what that person reads, as the student wrote it.
        decided: who changed the points, and why; None where nobody did.
    """

    title: str
    points: float | None
    possible: float
    evidence: str
    manual: bool = False
    text: str | None = None
    decided: str | None = None


@dataclass(frozen=True)
class Flag:
    """Hold something that does not add up.

    Args:
        code: one of `FLAGS`.
        message: the evidence, in one English sentence that ends "differs, ask" in its sense.
        numbers: the evidence as plain data.
        others: names of the other submissions that it concerns.
        decided: `dismissed` or `confirmed` by the instructor, with who, when and why; None where nobody decided.
        shown: whether the student's feedback tells it; only the instructor's word does that.
    """

    code: str
    message: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    decided: str | None = None
    shown: bool = False


@dataclass(frozen=True)
class Facts:
    """Hold what pages draw and what submissions are compared by.

    Args:
        history: its curves.
        best_epoch, plateau, members, verdict: computed again from the curves; `members` are the plateau's epochs.
        claimed_best_epoch, claimed_verdict: what the student says: the answers, else the report.
        test: the refitted model's test result, else the held-out model's, as the report says.
        holdout_test, refit_test: of the two models, the refitted one's where it kept the number of epochs.
        test_accuracy: as report or answers say.
        plan: None of a log.
        trainings: how the curves were made: `{"repeats": 3}`, `{"folds": 4}` or nothing.
        author: as the report says.
        answers: what the student concluded.
        language: of the report's page, None where it is none.
        other_data: the data set's name, where it is another than the assignment's.
        seed_fits: whether a seed made from the student's number goes with it; None where the seed is a given one.
    """

    history: TrainingHistory
    best_epoch: int | None
    plateau: tuple[int, int] | None
    members: tuple[int, ...]
    verdict: str
    claimed_best_epoch: int | None = None
    claimed_verdict: str | None = None
    test: Score | None = None
    holdout_test: Score | None = None
    refit_test: Score | None = None
    test_accuracy: float | None = None
    plan: Plan | None = None
    trainings: Mapping[str, int] = field(default_factory=dict)
    author: Author | None = None
    answers: Answers | None = None
    seed_fits: bool | None = None
    language: str | None = None
    other_data: str | None = None


@dataclass(frozen=True)
class Graded:
    """Hold what came of one submission.

    Args:
        name: of the submission.
        student: the roster's, else as far as known.
        files: what was read, or lies there where nothing could be.
        marks: one a criterion, in the rubric's order; all 0 where there is an error.
        flags: what does not add up.
        notes: what the instructor should know, in English sentences.
        error: why it could not be graded, in one English sentence, else None.
        facts: None where there is an error.
    """

    name: str
    student: Student
    files: tuple[str, ...]
    marks: tuple[Mark, ...]
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None
    facts: Facts | None = None

    @property
    def points(self) -> float:
        """What it has earned so far; what a person still has to read counts when it was read."""
        return round(sum(mark.points for mark in self.marks if mark.points is not None), 6)

    @property
    def possible(self) -> float:
        """The most that it could earn."""
        return round(sum(mark.possible for mark in self.marks), 6)

    @property
    def pending(self) -> float:
        """Points that a person still has to give."""
        return round(sum(mark.possible for mark in self.marks if mark.points is None), 6)


@dataclass(frozen=True)
class Gradebook:
    """Hold a graded class.

    Args:
        rubric: its title.
        graded: one a submission, sorted by the student's name.
        missing: students of the roster who handed in nothing.
        notes: of the class as a whole, in English sentences.
        created: ISO 8601.

    Example:
        >>> import fitscope
        >>> book = fitscope.grade("submissions", "rubric.toml", workers=1)
        >>> [mark.title for mark in book.graded[0].marks if mark.points is None], book.missing, book.unread
        (['Why'], (), ())
    """

    rubric: str
    graded: tuple[Graded, ...]
    missing: tuple[Student, ...] = ()
    notes: tuple[str, ...] = ()
    created: str = ""

    @property
    def unread(self) -> tuple[Graded, ...]:
        """The submissions that could not be graded."""
        return tuple(one for one in self.graded if one.error is not None)
