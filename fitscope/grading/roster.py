"""Who is in the class, and which submission is whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitscope.grading.records import HandIn, Student, Work
from fitscope.result import Author


@dataclass(frozen=True)
class Roster:
    """Hold the class's students, in the file's order.

    Args:
        students: one a row.
        notes: what was noticed while it was read, in English sentences.
    """

    students: tuple[Student, ...]
    notes: tuple[str, ...] = ()

    def find(self, claimed: Student, author: Author | None = None, signed: Student | None = None) -> Student | None:
        """Return whom an export, else a report, else answers name; None where nobody or several fit."""
        raise NotImplementedError


@dataclass(frozen=True)
class Read:
    """Hold a submission and what came of reading it: its work, or why there is none."""

    hand_in: HandIn
    work: Work | None
    error: str | None = None


@dataclass(frozen=True)
class Identified:
    """Hold a submission that counts, and whose it is.

    Args:
        read: the submission; its `hand_in.tries` counts the earlier ones that were passed over.
        student: the roster's, else as far as known.
        notes: of who handed it in, in English sentences.
        error: why it cannot be graded, None where it can.
    """

    read: Read
    student: Student
    notes: tuple[str, ...] = ()
    error: str | None = None


def read_roster(path: Path) -> Roster:
    """Read a class list.

    Raises:
        DataError: it is no table with names or ids, or two rows have one id.
    """
    raise NotImplementedError


def identify(reads: Sequence[Read], roster: Roster | None = None) -> tuple[tuple[Identified, ...], tuple[Student, ...]]:
    """Tell whose each submission is; of several of one student the newest counts.

    Returns:
        The submissions that count, in the order given, and the roster's students who handed in nothing.
    """
    raise NotImplementedError
