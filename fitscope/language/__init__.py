"""The language that a person reads: every text for people passes through here on its way out.

A text is written in English where it is used and marked with `_`, with `_n` where it counts something, or with `N_` where it
is only kept for later. Catalogues (templates/locale) hold it in other languages; without one the text stays English. Texts that
hold numbers are templates for `str.format`, filled after they were translated.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from fitscope.errors import UsageError
from fitscope.shipped import templates

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "ko": "한국어"}

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

_spoken = ContextVar("language", default=ENGLISH)
_Text = TypeVar("_Text")


def spoken() -> str:
    """Return the code of the language that texts are given in now."""
    return _spoken.get()


def asked() -> list[str]:
    """Return the options that ask a command for the spoken language; none for English."""
    return [] if spoken() == ENGLISH else ["--lang", spoken()]


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
    return _catalogue(spoken()).gettext(text) if text else ""


def _n(one: str, many: str, count: int) -> str:
    """Return a text that counts something in the spoken language, in the form for this count; `{count}` stays to be filled."""
    return _catalogue(spoken()).ngettext(one, many, count)


def N_(text: _Text) -> _Text:  # noqa: N802 - the name that every tool for catalogues looks for
    """Mark a text for the catalogues and return it as it is; `_` translates it when it is used."""
    return text


def Nn_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - as N_
    """Mark a text that counts something, in both forms, for the catalogues; `_n` translates it when it is used."""
    return one, many


def retold(text: str) -> str:
    """Return a sentence that was kept in English, such as a note on the data, in the spoken language.

    The template that it was made from is found among the catalogue's by its fixed parts; its translation is filled with the
    same values. Several that were joined by semicolons are told one by one.

    Returns:
        The sentence; as it is, where no template fits.

    Example:
        >>> with speaking("ko"):
        ...     retold("The file is not UTF-8 and was read as Latin-1."), retold("It was a dark and stormy night.")
        ('파일이 UTF-8이 아니어서 Latin-1로 읽었습니다.', 'It was a dark and stormy night.')
    """
    if spoken() == ENGLISH or not text:
        return text
    if (told := _(text)) != text:
        return told
    for pattern, template in _patterns(spoken()):
        if found := pattern.fullmatch(text):
            return _filled(template, found.groupdict())
    parts = text.split("; ")
    return "; ".join(map(retold, parts)) if len(parts) > 1 else text


_PLACE = re.compile(r"\{(\w+)[^}]*\}")
_TOLD = "told"  # begins the names of places that hold texts which are themselves translated, with commas between
_RETOLD = "retold"  # the same for whole sentences, with semicolons between
_LEAST = 7  # characters of a template must be fixed; fewer would fit anything


def _filled(template: str, values: dict[str, str]) -> str:
    told = {name: _within(name, value) for name, value in values.items()}
    return _PLACE.sub(lambda place: told.get(place[1], ""), template)


def _within(name: str, value: str) -> str:
    if name.startswith(_RETOLD):
        return "; ".join(map(retold, value.split("; ")))
    return _listed(value) if name.startswith(_TOLD) else value


def _listed(text: str) -> str:
    return ", ".join(map(retold, text.split(", ")))


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the catalogue's templates as patterns with their translations, those with the most fixed text first."""
    translations: dict[str, str] = {}
    for entry in _messages(language):
        forms = entry.id if isinstance(entry.id, (list, tuple)) else (entry.id,)
        told = entry.string if isinstance(entry.string, str) else (entry.string or ("",))[-1]
        translations |= {form: _of_one(form, told) for form in forms if told and _PLACE.search(form) and _fixed(form) >= _LEAST}
    return tuple((_pattern(template), translations[template]) for template in sorted(translations, key=_fixed, reverse=True))


def _of_one(form: str, told: str) -> str:
    """Return a form's translation; where the form is of one and spells that out, the translation's number is it."""
    known = {place[1] for place in _PLACE.finditer(form)}
    return _PLACE.sub(lambda place: place[0] if place[1] in known else "1", told)


def _fixed(template: str) -> int:
    return len(_PLACE.sub("", template).replace(" ", ""))


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for i, part in enumerate(_PLACE.split(template)):
        parts.append(re.escape(part) if i % 2 == 0 else f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
        seen |= {part} if i % 2 else set()
    return re.compile("".join(parts), re.DOTALL)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _messages(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _messages(language: str) -> Catalog:
    from babel.messages.pofile import read_po

    with open(templates() / "locale" / language / "LC_MESSAGES" / "fitscope.po", "rb") as file:
        return read_po(file, locale=language)
