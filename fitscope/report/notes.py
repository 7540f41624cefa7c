"""The person's own text on the page: Markdown made into HTML that cannot do anything."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fitscope.errors import DataError, UsageError, not_read
from fitscope.language import _
from fitscope.plainfile import read_start
from fitscope.report.numbers import count
from fitscope.result import Author, Result

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from markupsafe import Markup

LONGEST = 1_000_000  # bytes of notes
LONGEST_NAME = 200  # characters
FOLDED_FROM = 50_000  # characters of notes; what is folded costs the browser nothing until it is opened
BRACKETS = 200  # opening ones in a paragraph that links are looked for in
TOP = 3  # the level of the notes' first heading: that of the section is 2
_SCHEMES = {"", "http", "https", "mailto"}
_BLOCKS = {"paragraph_open", "heading_open", "blockquote_open", "bullet_list_open", "ordered_list_open", "table_open"}


@dataclass(frozen=True)
class Notes:
    """What the page shows of a person's own text.

    Args:
        author: who wrote it, None where nobody is named.
        html: the text, safe as it is.
        folded: how many characters it has, where it is so long that the page opens faster without it; else None.
    """

    author: str | None
    html: Markup
    folded: str | None = None


def notes(result: Result) -> Notes | None:
    """Return the notes of a result, None where there are none."""
    if result.notes is None:
        return None
    folded = count(len(result.notes)) if len(result.notes) > FOLDED_FROM else None
    return Notes(None if result.author is None else result.author.name, notes_html(result.notes), folded)


def read_notes(path: Path) -> str:
    """Read a person's notes.

    Args:
        path: a Markdown file, UTF-8, of at most 1 MB.

    Raises:
        DataError: it cannot be read, is empty, too long or no UTF-8.
    """
    try:
        content = read_start(path, LONGEST + 1)
    except OSError as error:
        raise not_read(f"The notes {path}", error, "give a Markdown file with --notes") from None
    if len(content) > LONGEST:
        raise DataError(f"The notes {path} are longer than 1 MB, the most that a report takes; shorten them.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"The notes {path} are not UTF-8; save them as UTF-8.") from None
    if not text.strip():
        raise DataError(f"The notes {path} are empty; write something, or leave --notes out.")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def author_named(name: str) -> Author:
    """Return the author of that name, its blanks made single.

    Raises:
        UsageError: the name is empty or longer than 200 characters.

    Example:
        >>> author_named("  Kim   Minji ").name
        'Kim Minji'
    """
    said = " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", name).split())
    if not said or len(said) > LONGEST_NAME:
        raise UsageError(f"--author takes a name of 1 to {LONGEST_NAME} characters, and this one has {len(said)}.")
    return Author(said)


def named(author: Author) -> str:
    """Return whom a report is by: the name, the student's number, or both.

    Example:
        >>> named(Author("Kim Minji", "2026-1234")), named(Author(None, "2026-1234"))
        ('Kim Minji (2026-1234)', '2026-1234')
    """
    number = "" if author.id is None else author.id if author.name is None else f"({author.id})"
    return " ".join(filter(None, (author.name, number)))


def signed_command(command: str, author: Author | None) -> str:
    """Return the command of an analysis as this author's.

    Example:
        >>> signed_command("fitscope analyze digits --author Kim --seed 3", Author("Lee", "7"))
        'fitscope analyze digits --seed 3 --author Lee --student-id 7'
    """
    said = {} if author is None else {"--author": author.name, "--student-id": author.id}
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    for option in ("--author", "--student-id"):
        if option in words:
            del words[(place := words.index(option)) : place + 2]
    return shlex.join([*words, *(word for option, value in said.items() if value is not None for word in (option, value))])


def notes_html(text: str) -> Markup:
    """Return Markdown as HTML that is safe on a page: no HTML of its own, no pictures, only links to the web, to mail and within.

    CommonMark with tables and strikethrough, by markdown-it-py. Headings are moved down so that the highest is an h3; every block
    finds its own direction of writing.

    Args:
        text: Markdown.

    Example:
        >>> notes_html("# Why\\n<b>so</b>")
        Markup('<h3 dir="auto">Why</h3>\\n<p dir="auto">&lt;b&gt;so&lt;/b&gt;</p>\\n')
    """
    from markupsafe import Markup

    tokens = _reader().parse(text)
    _move_headings(tokens)
    for token in tokens:
        if token.type in _BLOCKS:
            token.attrSet("dir", "auto")
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener noreferrer nofollow")
    reader = _reader()
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 - html is off, links are checked


def _move_headings(tokens: Sequence[Token]) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    top = min((int(token.tag[1:]) for token in headings), default=TOP)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1:]) - top + TOP)}"


@cache
def _reader(*, links: bool = True) -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("js-default", {"html": False, "linkify": False, "maxNesting": 20})
    reader.validateLink = _is_harmless  # type: ignore[assignment, method-assign]
    reader.add_render_rule("image", _described)
    reader.add_render_rule("table_open", _scrolled)
    reader.add_render_rule("table_close", lambda renderer, tokens, place, options, env: "</table></div>\n")
    reader.core.ruler.at("inline", _read_lines)
    return reader if links else reader.disable(["link", "image"])


def _read_lines(state: StateCore) -> None:
    """Take brackets as they are where a paragraph has hundreds: looking for links in a megabyte of them takes minutes."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = token.children or []
            reader = _reader(links=token.content.count("[") <= BRACKETS)
            reader.inline.parse(token.content, reader, state.env, token.children)


def _is_harmless(address: str) -> bool:
    try:
        return urlsplit(re.sub(r"[\x00-\x20]", "", address)).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _scrolled(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """Let a wide table scroll by itself, as the page's own do."""
    from markupsafe import escape

    label = escape(_("table in the notes"))
    table = renderer.renderToken(tokens, place, options, env)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{table}'


def _described(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
    """Give a picture's description in its place: the page loads nothing."""
    from markupsafe import escape

    return str(escape(_("[picture: {text}]").format(text=renderer.renderInlineAsText(tokens[place].children, options, env))))
