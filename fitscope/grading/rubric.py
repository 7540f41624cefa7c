"""The rubric: an instructor's criteria as data, checked before anything is graded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fitscope.language import ENGLISH

# How a value is judged; a criterion, or each of its levels, names exactly one.
CONDITIONS = (
    "equals",
    "at_least",
    "at_most",
    "between",
    "one_of",
    "in_plateau",
    "same_verdict",
    "matches_recomputed",
)

Wanted = bool | int | float | str | tuple[bool | int | float | str, ...]


@dataclass(frozen=True)
class Condition:
    """Say what a value has to be.

    Args:
        kind: one of `CONDITIONS`.
        wanted: what stands behind it in the rubric; the pair of `between`, the list of `one_of`, else one value.
        within: how far from it is near enough: epochs of `in_plateau`, else in the value's own unit; None where nothing is said.
    """

    kind: str
    wanted: Wanted = True
    within: float | None = None


@dataclass(frozen=True)
class Level:
    """Give points where a condition holds."""

    condition: Condition
    points: float


@dataclass(frozen=True)
class Criterion:
    """Hold one thing that is marked.

    Args:
        title: unique within the rubric.
        points: the most that it gives.
        field: paths of values of the result or the answers, such as `refit.test.accuracy`; the first that is there counts.
        levels: the first whose condition holds counts; a criterion with one condition has one level of all its points.
        manual: whether a person reads it; then there are no levels.
    """

    title: str
    points: float
    field: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    manual: bool = False


@dataclass(frozen=True)
class Rubric:
    """Hold what a class's submissions are marked by.

    Args:
        title: of the assignment, as pages name it.
        criteria: what is marked, in the order of the pages.
        dataset: the data set that the class works on, None where it may be any.
        course: the key that seeds are made with from the students' numbers, None where none was given out.
        language: of feedback where neither the roster nor the report says another.
        due: ISO 8601 with its distance from UTC; what the export says was handed in later is flagged late.
        assignment: Canvas' own column, `Title (id)`.
        show_flags: whether flags that the instructor confirmed are shown to the student.
        handed_out: files that the instructor gave out; work that is like them is like no other student's.
        validation, test: numbers of samples of the split that the class was given, None where each may make its own.
    """

    title: str
    criteria: tuple[Criterion, ...]
    dataset: str | None = None
    course: str | None = None
    language: str = ENGLISH
    due: str | None = None
    assignment: str | None = None
    show_flags: bool = False
    handed_out: tuple[Path, ...] = ()
    validation: int | None = None
    test: int | None = None

    @property
    def possible(self) -> float:
        """The points of all criteria together."""
        return round(sum(criterion.points for criterion in self.criteria), 6)


def read_rubric(path: Path) -> Rubric:
    """Read and check a rubric.

    Raises:
        DataError: it cannot be read, is not TOML, or says what no rubric can; every complaint names its line.
    """
    raise NotImplementedError
