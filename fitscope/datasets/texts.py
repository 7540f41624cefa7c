"""Texts as multi-hot words: a person's own folder of them, and new texts for a network that reads words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from fitscope.datasets.dataset import Dataset, Located
from fitscope.datasets.encoding import FIRST_WORD, START, UNKNOWN
from fitscope.datasets.folders import ENDINGS, Samples, dataset_of, files_of
from fitscope.datasets.tokens import NUM_WORDS, Tokens, tokenise
from fitscope.datasets.words import index_path, read_word_index
from fitscope.errors import DataError, not_read

LARGEST_TEXT = 20_000_000  # bytes; a long novel has two


@dataclass(frozen=True)
class WordsEncoder:
    """Mark the vocabulary's words in texts.

    Args:
        words: the vocabulary, the most frequent word first.
    """

    words: Sequence[str]

    def __call__(self, rows: Tokens) -> Any:
        return rows.marked(self.words)

    def to_json(self) -> dict[str, Any]:
        """Return what was learnt as plain data."""
        return {"kind": "texts", "words": list(self.words), "columns": len(self.words), "first": 0, "unknown": None, "always": []}


def learn(rows: Tokens, num_words: int) -> WordsEncoder:
    """Learn the most frequent words of the training part."""
    return WordsEncoder(rows.most_frequent(num_words))


def load(located: Located, samples: Samples, num_words: int | None) -> Dataset:
    """Load a folder of texts, split as Keras' Tokenizer does."""
    tokens = tokenise(map(read_text, samples.files))
    if not tokens.words:
        raise DataError(f"{located.name} holds texts without a word; give texts that say something.")
    count = num_words or NUM_WORDS
    return dataset_of(located, samples, tokens, read_text, fit=partial(learn, num_words=count), num_words=count)


def read_text(path: Path) -> str:
    """Read a text, in UTF-8 or else in Latin-1.

    Raises:
        DataError: it cannot be read, or is longer than any text.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise not_read(path, error, "leave it out, or mend it") from None
    if len(content) > LARGEST_TEXT:
        raise DataError(f"{path} has more than {LARGEST_TEXT:,} bytes, the most that are read of a text; leave it out, or cut it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def keras_reading(located: Located, index: str, num_words: int) -> Mapping[str, Any]:
    """Return how new texts become rows of imdb or reuters: by Keras' word index, where that lies beside the data.

    Args:
        located: the data.
        index: the word index' file name.
        num_words: the vocabulary's size.
    """
    path = index_path(located, index)
    ranks = {} if path is None else read_word_index(path)
    by_rank = {rank: word for word, rank in ranks.items()}
    words = [by_rank.get(rank, "") for rank in range(1, num_words - FIRST_WORD)] if by_rank else []
    return {"kind": "texts", "words": words, "columns": num_words, "first": FIRST_WORD + 1,
            "unknown": UNKNOWN, "always": [START], "index": index}  # fmt: skip


def rows_of(path: Path, content: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Read a text or a folder of texts and mark the vocabulary's words.

    Returns:
        CSR float32 [texts, words], and the files' names.

    Raises:
        DataError: there are no texts, or the vocabulary was not at hand when the network was trained.
    """
    if not content["words"]:
        raise DataError(
            f"The run holds no words, for {content.get('index', 'the word index')} was not at hand when it was made; put that "
            "beside the data and analyze again."
        )
    files = files_of(path, ENDINGS["texts"], "texts (.txt)")
    names = [file.name if path.is_file() else file.relative_to(path).as_posix() for file in files]
    return encode(map(read_text, files), content), names


def encode(texts: Iterable[str], content: Mapping[str, Any]) -> Any:
    """Return texts as rows, by a run's vocabulary."""
    rows = tokenise(texts).marked(content["words"], content["columns"], content["first"], content["unknown"])
    for column in content["always"]:
        everywhere = (np.arange(rows.shape[0]), np.full(rows.shape[0], column))
        rows += csr_matrix((np.ones(rows.shape[0], np.float32), everywhere), shape=rows.shape)
    return rows
