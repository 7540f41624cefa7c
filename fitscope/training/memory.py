"""The memory that a training takes: the most of it, and one sentence where there is not enough."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fitscope.errors import DataError, out_of_memory


def peak_mb() -> float | None:
    """Return the most memory that this process has held, in 10^6 bytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)  # macOS counts bytes, the others 1,024 of them


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """Say in one sentence where memory ran out.

    Args:
        what: is trained, for the sentence.

    Raises:
        DataError: there was not enough memory, of the machine or of its GPU.
    """
    try:
        yield
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise DataError(f"There was not enough memory to train {what}; take a smaller network, --batch-size or data.") from None
