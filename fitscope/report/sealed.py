"""The whole of a blind result, put away where nobody reads it by accident, until the student has answered."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import Path

from fitscope.errors import FitscopeError, not_read
from fitscope.readers.log import LARGEST_TEXT
from fitscope.result import Result

NAME = "sealed.bin"


def sealed(result: Result) -> bytes:
    """Return the content of `sealed.bin`: the whole result's JSON, compressed by zlib."""
    return zlib.compress(dataclasses.replace(result, blind=False).to_text().encode())


def unsealed(path: Path) -> Result:
    """Return the result that `sealed.bin` holds, no longer blind.

    Raises:
        DataError: the file is missing or damaged.
        ResultError: the result contradicts itself.
    """
    try:
        opening = zlib.decompressobj()
        if path.stat().st_size > LARGEST_TEXT:
            raise ValueError("it is too large")
        text = opening.decompress(path.read_bytes(), LARGEST_TEXT)
        if not opening.eof:
            raise ValueError("it ends too early" if not opening.unconsumed_tail else "it is too large")
        return Result.from_text(text.decode("utf8"))
    except (OSError, zlib.error, ValueError, FitscopeError) as error:
        raise not_read(f"{path}, which keeps the result until you have answered,", error, "analyze again") from None
