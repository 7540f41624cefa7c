"""What a class handed in: a folder, or one zip of all, divided into submissions before any file is opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fitscope.grading.records import HandIn


@dataclass(frozen=True)
class Collected:
    """Hold a class's submissions.

    Args:
        hand_ins: one a submission, sorted by name; of a group's work one for each of its members.
        notes: what the instructor should know of the folder as a whole, in English sentences.
    """

    hand_ins: tuple[HandIn, ...]
    notes: tuple[str, ...] = ()


def collect(folder: Path, scratch: Path, apart: Collection[Path] = ()) -> Collected:
    """Divide what a class handed in into submissions, opening nothing but the class's own zip.

    Args:
        folder: of the submissions, one zip of them all, or a single submission's file.
        scratch: an empty folder of the caller's, into which a class's zip is unpacked.
        apart: what lies in the folder and was not handed in, such as the rubric, the roster and earlier grades.

    Raises:
        DataError: there is no submission in it, or the class's zip cannot be unpacked.
    """
    raise NotImplementedError
