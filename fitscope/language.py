"""The language that a person reads: every text for people passes through here on its way out.

A text is written in English where it is used and marked with `_`, with `_n` where it counts something, or with `N_` where it
is only kept for later. Catalogues (templates/locale) hold it in other languages; without one the text stays English. Texts that
hold numbers are templates for `str.format`, filled after they were translated.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from fitscope.errors import UsageError
from fitscope.shipped import templates

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "ko": "한국어"}

_spoken = ContextVar("language", default=ENGLISH)
_Text = TypeVar("_Text")


def spoken() -> str:
    """Return the code of the language that texts are given in now."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Give every text in this language as long as the block lasts.

    Args:
        language: a key of `LANGUAGES`.

    Raises:
        UsageError: a language without a catalogue.

    Example:
        >>> with speaking("ko"):
        ...     _("overfitting")
        '과적합'
    """
    if language not in LANGUAGES:
        raise UsageError(f"There is no language {language!r}; there are {', '.join(LANGUAGES)}.")
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def _(text: str) -> str:
    """Return a text in the spoken language."""
    return _catalogue(spoken()).gettext(text)


def _n(one: str, many: str, count: int) -> str:
    """Return a text that counts something in the spoken language, in the form for this count; `{count}` stays to be filled."""
    return _catalogue(spoken()).ngettext(one, many, count)


def N_(text: _Text) -> _Text:  # noqa: N802 - the name that every tool for catalogues looks for
    """Mark a text for the catalogues and return it as it is; `_` translates it when it is used."""
    return text


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with open(templates() / "locale" / language / "LC_MESSAGES" / "fitscope.po", "rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
