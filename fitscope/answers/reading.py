"""A student's answers read from Markdown with a front matter, from YAML alone, or, where that is damaged, line by line.

Nothing in it is executed or expanded: a parser's events are read, so tags name no types and aliases stand for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitscope.answers.values import KINDS, cleaned, person, student
from fitscope.errors import DataError, not_read
from fitscope.language import N_
from fitscope.plainfile import read_start
from fitscope.result import Answers

LONGEST = 100_000  # bytes
UNANSWERED = N_("Nothing is answered yet.")
_OTHER_NAMES = {"author": "name", "student_id": "id", "test_acc": "test_accuracy", "accuracy": "test_accuracy"}
_KNOWN = {*KINDS, "why", "name", "id"}
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"([^\W\d][\w -]{0,40}?)[ \t]*[:=][ \t]*(.*)")  # `best_epoch: 9`, from the line's first sign on
_BLOCK = re.compile(r"[|>][-+\d]*")


@dataclass(frozen=True)
class AnswerFile:
    """Hold what an answer file says.

    Args:
        answers: what fits; the rest is None.
        name, id: of the student, None where the file does not say.
        problems: what did not fit, in an English sentence each.
    """

    answers: Answers
    name: str | None = None
    id: str | None = None
    problems: tuple[str, ...] = ()


def read(text: str) -> AnswerFile:
    """Read a student's answers.

    Args:
        text: Markdown with a front matter between two lines `---`, or the front matter alone.

    Raises:
        DataError: it is empty or too long, or holds no front matter.

    Example:
        >>> found = read("---\\nbest_epoch: 9\\nverdict: Good fit\\n---\\nValidation loss stays where it is.")
        >>> found.answers.best_epoch, found.answers.verdict, found.answers.why, found.problems
        (9, 'good_fit', 'Validation loss stays where it is.', ())
    """
    if len(text.encode("utf8", "replace")) > LONGEST:
        raise DataError(f"The answers are longer than {LONGEST:,} bytes, the most that is read; shorten them.")
    text = cleaned(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    if not text.strip():
        raise DataError("The answers are empty; fill in the form that fitscope answers DATASET writes.")
    head, body, fenced = _parts(text)
    said, problems = _mapping(head)
    if not (said or problems) if fenced else not any(key in _KNOWN for key, _ in said):
        raise DataError(
            "There are no answers in it: no front matter between two lines of --- with lines such as best_epoch: 9; "
            "fill in the form that fitscope answers DATASET writes."
        )
    return _sorted(said, body, problems)


def read_file(path: Path) -> AnswerFile:
    """Read a student's answers from a file, and refuse what does not fit while the student can still change it.

    Args:
        path: a file as `read` takes it, UTF-8, of at most 100 kB.

    Raises:
        DataError: it cannot be read, is no UTF-8, holds no answers, or one of them does not fit.
    """
    try:
        content = read_start(path, LONGEST + 1)
    except (OSError, ValueError) as error:  # the latter where no file can have such a name
        raise not_read(f"The answers {path}", error, "give the file that you filled in") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if len(content) > LONGEST:
            raise DataError(f"The answers {path} are longer than {LONGEST:,} bytes; give the form that you filled in.") from None
        raise DataError(f"The answers {path} are not UTF-8; save them as UTF-8.") from None
    try:
        found = read(text)
    except DataError as error:
        raise DataError(f"{path} cannot be used. {error}") from None
    if found.problems:
        raise DataError(f"{path} cannot be used yet. {' '.join(found.problems[:3])}")
    return found


def _parts(text: str) -> tuple[str, str, bool]:
    """Return front matter and body, and whether a line of --- opens the front matter."""
    fences = [match.span() for match in _FENCE.finditer(text)]
    if fences and not text[: fences[0][0]].strip():
        end = fences[1] if len(fences) > 1 else (len(text), len(text))
        return text[fences[0][1] : end[0]], text[end[1] :], True
    end = fences[0] if fences else (len(text), len(text))
    return text[: end[0]], text[end[1] :], False


def _mapping(head: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the front matter's keys and values in their order, and what was odd about them."""
    import yaml

    try:
        found = _from_events(yaml.parse(head, getattr(yaml, "CBaseLoader", yaml.BaseLoader)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = N_("Line {number} is no YAML, so the answers were read line by line; put texts that hold a colon or other signs "
                  "between quotation marks, or indent them below why: |.")  # fmt: skip
        if not (lines := list(_by_line(head))):
            return [], []
        return lines, [told.format(number=1 if mark is None else mark.line + 1)]
    return found or (list(_by_line(head)), [])


def _from_events(events: Iterator[Any]) -> tuple[list[tuple[str, str]], list[str]] | None:
    """Return the pairs of a YAML mapping of texts; None where it is none."""
    from yaml import events as kinds

    said: list[tuple[str, str]] = []
    problems: list[str] = []
    key: str | None = None
    depth = 0
    for event in events:
        if isinstance(event, kinds.CollectionEndEvent):
            depth -= 1
            if depth <= 0:
                break
            key = None if depth == 1 else key
        elif depth == 0 and isinstance(event, (kinds.ScalarEvent, kinds.SequenceStartEvent)):
            return None
        elif isinstance(event, kinds.CollectionStartEvent):
            if depth == 1:
                problems.append(N_("{key} holds a list or a group, and takes one value; give one.").format(key=_shown(key)))
            depth += 1
        elif depth == 1 and isinstance(event, kinds.NodeEvent):
            value = getattr(event, "value", "")  # an alias has none
            if key is None:
                key = value
                continue
            if event.anchor is None:
                said.append((_named(key), value))
            else:
                told = N_("{key} holds an anchor or alias of YAML (& or *), which is not followed; put the text between quotation "
                          "marks.")  # fmt: skip
                problems.append(told.format(key=_shown(key)))
            key = None
    return said, problems


def _by_line(head: str) -> Iterator[tuple[str, str]]:
    """Give what a damaged front matter still says: each known key's line, and all that follows `why`."""
    key, lines = "", [""]
    for line in head.split("\n"):
        found = _LINE.fullmatch(line)
        named = "" if found is None else _named(found[1])
        if found is not None and (named in _KNOWN or (key != "why" and re.fullmatch(r"\w+", found[1]))):
            if key:
                yield key, "\n".join(lines)
            key, lines = named, [_BLOCK.sub("", found[2], count=1) if _BLOCK.fullmatch(found[2].strip()) else _unquoted(found[2])]
        elif key == "why" and not line.startswith("#"):
            lines.append(line.removeprefix("  "))
    if key:
        yield key, "\n".join(lines)


def _unquoted(value: str) -> str:
    value = re.sub(r"(^|\s)#.*", "", value).strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _named(key: str) -> str:
    """Return a known key however it was written, else the key itself."""
    plain = re.sub(r"[\s-]+", "_", key.strip()).casefold()
    plain = _OTHER_NAMES.get(plain, plain)
    return plain if plain in _KNOWN else _shown(key)


def _shown(key: str | None) -> str:
    return " ".join(cleaned(key or "").split())[:60]


def _sorted(said: list[tuple[str, str]], body: str, problems: list[str]) -> AnswerFile:
    """Return each value where it belongs, as far as it fits."""
    given: dict[str, str] = {}
    for key, value in said:
        if not (value := cleaned(value).strip("\n").rstrip()).strip():
            continue
        if key in given:
            problems.append(N_("{key} stands there twice; the first one counts.").format(key=key))
        given.setdefault(key, value)
    found: dict[str, Any] = {}
    for key, read_value in {**KINDS, "name": person, "id": student}.items():
        if key in given:
            found[key], problem = read_value(given[key])
            problems += [problem] if problem else []
    name, id = found.pop("name", None), found.pop("id", None)
    why = "\n\n".join(filter(None, (given.get("why", ""), body.strip())))
    more = {key: value for key, value in given.items() if key and key not in _KNOWN}
    answers = Answers(**found, why=why or None, more=more)
    if answers == Answers() and not problems:
        problems.append(UNANSWERED)
    return AnswerFile(answers, name, id, tuple(problems))
