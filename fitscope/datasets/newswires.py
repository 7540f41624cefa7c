"""reuters from the SGML files of Reuters-21578, as Keras' reuters.npz was made.

A newswire's label is the first of its topics; those of the 46 topics that come first at least 15 times are used. Its text is
its body, with entities left as they stand (`&lt;` is the word lt). A newswire without a body takes the next body in the file: so
does Keras' file, where some 640 newswires hold the same text as the one after them, often under another topic.
Words are ranked by all newswires.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

import numpy as np

from fitscope.datasets.members import Member
from fitscope.datasets.reuters import REUTERS, TOPICS
from fitscope.datasets.vocabulary import Corpus, Numbers, Words, ranked, ranks, word_index
from fitscope.errors import DataError

KERAS_WORDS = 30_979
FILES = 22
_TOPIC = re.compile(rb"<TOPICS><D>([^<]{1,40})</D>")
_LABELS = {topic.encode(): label for label, topic in enumerate(TOPICS)}


@dataclass
class _Found:
    wires: list[tuple[int, Numbers]] = field(default_factory=list)  # label and text
    seen: Counter[str] = field(default_factory=Counter)


def holds(member: Member) -> bool:
    """Say whether a file is one of the collection's SGML files."""
    return member.head().lstrip().startswith((b"<!DOCTYPE lewis", b"<REUTERS"))


def collect(files: Iterable[Member]) -> Corpus:
    """Make reuters from the SGML files, in whatever order they come.

    Raises:
        DataError: a file is there twice, or no newswire has one of the topics.
    """
    words = Words()
    found: dict[str, _Found] = {}
    for member in files:
        if holds(member):
            name = PurePosixPath(member.name).name
            if name in found:
                raise DataError(f"{member.name!r} is there twice; give a folder or archive with one Reuters-21578.")
            found[name] = _parse(member.content(), words)
    wires = [wire for _, file in sorted(found.items()) for wire in file.wires]
    if not wires:
        raise DataError(f"None of the {len(found)} SGML files has a newswire on one of the 46 topics of reuters; fetch them anew.")
    return _corpus(words, wires, len(found), sum((file.seen for file in found.values()), Counter()))


def _parse(content: bytes, words: Words) -> _Found:
    """Find the newswires of one file; each topic goes with the next body."""
    found = _Found()
    pieces = content.split(b"<BODY>")
    for before, after in pairwise(pieces):
        own = before.rfind(b"<REUTERS")  # the newswire that the body is of
        labels = [(_LABELS.get(topic[1]), topic.start() < own) for topic in _TOPIC.finditer(before)]
        text = words.numbers(after.partition(b"</")[0]) if labels else None
        for label, borrowed in labels:
            if label is None or text is None:
                found.seen["other topics"] += 1
                continue
            found.wires.append((label, text))
            found.seen["borrowed"] += borrowed
    found.seen["without text"] += len(_TOPIC.findall(pieces[-1]))
    return found


def _corpus(words: Words, wires: list[tuple[int, Numbers]], files: int, seen: Counter[str]) -> Corpus:
    texts = [text for _, text in wires]
    labels = np.array([label for label, _ in wires], np.int64)
    rank = ranks(words, texts)
    index = word_index(words, rank, "latin1")
    found = f"{files} SGML file{'s' * (files != 1)} of Reuters-21578"
    differences = _differences(len(wires), len(set(labels.tolist())), len(index), files, seen)
    return Corpus("reuters", {"x": ranked(texts, rank)}, {"y": labels}, int(len(wires) * 0.8), index, found, differences)


def _differences(wires: int, topics: int, words: int, files: int, seen: Counter[str]) -> tuple[str, ...]:
    keras = REUTERS.train + REUTERS.test
    said = {
        f"Keras' file was made from {FILES} SGML files, this one from {files}.": files != FILES,
        f"Keras' file has {keras:,} newswires, this one {wires:,}.": wires != keras,
        f"{len(TOPICS) - topics} of the {len(TOPICS)} topics have no newswire here.": topics != len(TOPICS),
        f"Keras' file has {KERAS_WORDS:,} words, this one {words:,}.": words != KERAS_WORDS,
        f"Newswires without a body at a file's end were left out: {seen['without text']:,}.": seen["without text"] > 0,
        f"Newswires without a body hold the text of the next one, as in Keras' file: {seen['borrowed']:,}.": seen["borrowed"] > 0,
        f"Newswires on rarer topics were left out, as in Keras' file: {seen['other topics']:,}.": seen["other topics"] > 0,
        "Words that are equally frequent are ranked by where they first appear, which may not be so in Keras' file.": True,
    }
    return tuple(sentence for sentence, holds_here in said.items() if holds_here)
