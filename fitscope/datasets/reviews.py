"""imdb from the film reviews of aclImdb (Maas et al. 2011), as Keras' imdb.npz was made.

Keras' file has the positive reviews of a part first, then the negative ones; its words are ranked by the training reviews
alone, and test reviews lack the words that no training review has. The unlabelled reviews are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from fitscope.datasets.imdb import IMDB
from fitscope.datasets.members import Member
from fitscope.datasets.vocabulary import Corpus, Numbers, Words, ranked, ranks, word_index
from fitscope.errors import DataError

KERAS_WORDS = 88_584
_REVIEW = re.compile(r"(?:^|/)(train|test)/(pos|neg)/(\d+_\d+\.txt)$")
_PARTS, _LABELS = ("train", "test"), {"pos": 1, "neg": 0}


def holds(member: Member) -> bool:
    """Say whether a file is a labelled review: train/pos/NUMBER_STARS.txt and the like."""
    return _REVIEW.search(member.name) is not None


def collect(files: Iterable[Member]) -> Corpus:
    """Make imdb from the files of aclImdb, in whatever order they come.

    Raises:
        DataError: a part is missing, a review is there twice, or one is no UTF-8 text.
    """
    words = Words()
    found: dict[str, dict[str, Numbers]] = {f"{part}/{label}": {} for part in _PARTS for label in _LABELS}
    for member in files:
        if match := _REVIEW.search(member.name):
            part, label, name = match.groups()
            if name in found[f"{part}/{label}"]:
                raise DataError(f"{member.name!r} is a review that is there twice; give a folder or archive with one aclImdb.")
            found[f"{part}/{label}"][name] = words.numbers(_text(member))
    if lacking := [place for place, reviews in found.items() if not reviews]:
        raise DataError(f"aclImdb is not complete: {' and '.join(lacking)} hold no reviews; unpack or fetch all of it.")
    return _corpus(words, found)


def _text(member: Member) -> bytes:
    content = member.content()
    try:
        content.decode("utf8")
    except UnicodeDecodeError as error:
        raise DataError(f"{member.name!r} is no UTF-8 text (byte {error.start}), as all of aclImdb is; fetch it anew.") from None
    return content


def _corpus(words: Words, found: dict[str, dict[str, Numbers]]) -> Corpus:
    texts = {f"x_{part}": [t for label in _LABELS for _, t in sorted(found[f"{part}/{label}"].items())] for part in _PARTS}
    labels = {f"y_{p}": np.repeat([*_LABELS.values()], [len(found[f"{p}/{label}"]) for label in _LABELS]) for p in _PARTS}
    rank = ranks(words, texts["x_train"])
    index = word_index(words, rank, "utf8")
    made = {name: ranked(part, rank) for name, part in texts.items()}
    train, test = (len(texts[f"x_{part}"]) for part in _PARTS)
    return Corpus("imdb", made, labels, train, index, "the film reviews of aclImdb", _differences(train, test, len(index)))


def _differences(train: int, test: int, words: int) -> tuple[str, ...]:
    said = [
        "Words that are equally frequent are ranked by where they first appear; Keras' file has them in no particular order.",
        "Within each class the reviews are in the order of their files' names, which may not be the order of Keras' file: "
        "other reviews may then be held out.",
    ]
    if words != KERAS_WORDS:
        said.insert(0, f"Keras' file has {KERAS_WORDS:,} words, this one {words:,}.")
    if (train, test) != (IMDB.train, IMDB.test):
        said.insert(0, f"Keras' file has {IMDB.train:,} training and {IMDB.test:,} test reviews, this one {train:,} and {test:,}.")
    return tuple(said)
