"""Texts are split and counted as Keras' Tokenizer does."""

import numpy as np
import pytest

from fitscope.datasets import tokens
from fitscope.datasets.tokens import tokenise

TEXTS = ["The film, the FILM!", "a (good) film\tand\na don't", "", "naïve café"]


def test_words_are_those_of_keras_tokenizer():
    preprocessing = pytest.importorskip("keras.src.legacy.preprocessing.text")
    other = preprocessing.Tokenizer()
    other.fit_on_texts(TEXTS)
    ours = tokenise(TEXTS)
    totals = dict(zip(ours.words, np.asarray(ours.counts.sum(axis=0)).ravel().astype(int).tolist()))
    assert totals == dict(other.word_counts)


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_texts_in_blocks_give_the_same_counts(monkeypatch, at_once):
    wanted = tokenise(TEXTS)
    monkeypatch.setattr(tokens, "TEXTS_AT_ONCE", at_once)
    found = tokenise(TEXTS)
    assert list(found.words) == list(wanted.words)
    assert (found.counts != wanted.counts).nnz == 0


def test_most_frequent_counts_the_texts_that_are_there_alone():
    found = tokenise(["b b a", "c c c", "a d"])
    assert found.most_frequent(2) == ["c", "a"]
    assert found[np.array([0, 2])].most_frequent(9) == ["a", "b", "d"]


def test_marks_have_the_columns_that_were_asked_for():
    marks = tokenise(["good film good", "bad", ""]).marked(["film", "good"], columns=6, first=4, unknown=2)
    assert marks.toarray().tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 1, 0, 0, 0], [0] * 6]


def test_no_texts_or_no_words_give_no_columns():
    assert tokenise([]).shape == (0, 0)
    assert tokenise(["", "..."]).marked([]).shape == (2, 0)
