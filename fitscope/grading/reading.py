"""One submission read: the result of a report, or of a log its curves, and the answers beside it."""

from __future__ import annotations

from pathlib import Path

from fitscope.grading.records import HandIn, Work


def read(hand_in: HandIn, scratch: Path) -> Work:
    """Read a submission without running, unpickling or believing anything in it.

    Args:
        hand_in: what was handed in.
        scratch: a folder of the caller's, into which archives are unpacked; whoever made it removes it.

    Raises:
        FitscopeError: nothing in it can be graded; the sentence says why.
    """
    raise NotImplementedError
