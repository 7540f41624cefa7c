"""Bytes that people saved as text, in whatever encoding their program chose."""

from __future__ import annotations

import codecs

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(content: bytes) -> tuple[str, str | None]:
    """Return a text, and the encoding where it had to be guessed.

    Example:
        >>> decoded("이름".encode("cp949")), decoded("name".encode("utf-16"))
        (('이름', 'CP949'), ('name', None))
    """
    try:
        return content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig"), None
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp949"), "CP949"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"
