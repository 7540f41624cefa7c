"""Logs that other tools wrote, recognised by what is in them, not by their names."""

from __future__ import annotations

from pathlib import Path

from fitscope.errors import DataError, FitscopeError
from fitscope.readers import jsons, pages, tables
from fitscope.readers.reading import Names, Reading

__all__ = ["Names", "Reading", "read_history"]

LARGEST = 2**30  # bytes
FORMATS = (
    "Keras' CSVLogger or another table with a header, History.history as JSON, JSON Lines, and fitscope's own results and pages"
)


def read_history(path: Path | str, *, loss: str | None = None, val_loss: str | None = None) -> list[Reading]:
    """Read the trainings that a log holds.

    Args:
        path: the log.
        loss, val_loss: the names of its columns, where they are not known.

    Returns:
        One reading a training, in the log's order.

    Raises:
        DataError: the log cannot be read; the sentence says what was found instead.

    Example:
        >>> read_history("training.log")[0].history.epochs  # doctest: +SKIP
        (1, 2, 3)
    """
    path = Path(path)
    names = Names(loss, val_loss)
    text = _text(path)
    start = text.lstrip()[:200].lower()
    try:
        if start.startswith(("<!doctype html", "<html")):
            found = pages.read(text, names)
        elif start.startswith(("{", "[")):
            found = jsons.read(text, names)
        else:
            found = [(history, None) for history in tables.read(text, names)]
    except FitscopeError as error:
        raise DataError(f"{path} cannot be read: {error} Known are {FORMATS}.") from None
    if not found:
        raise DataError(f"{path} holds no epoch; known are {FORMATS}.")
    several = len(found) > 1
    return [Reading(str(path), f"run {i}" if several else None, *pair) for i, pair in enumerate(found, 1)]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path} has {path.stat().st_size:,} bytes, more than a log needs; give one of at most {LARGEST:,}.")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); give a log's path.") from None
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path} is no text; known are {FORMATS}.")
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(f"{path} is no text; known are {FORMATS}.")
