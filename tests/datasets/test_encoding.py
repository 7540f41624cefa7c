import numpy as np
import pytest

from fitscope.datasets.encoding import decode, multi_hot


def flat(rows):
    return np.concatenate(rows).astype(np.int32), np.concatenate([[0], np.cumsum([len(row) for row in rows])])


@pytest.mark.parametrize("num_words", [5, 40, 1000])
def test_multi_hot_equals_the_textbooks_loops(num_words):
    rng = np.random.default_rng(num_words)
    rows = [rng.integers(1, 900, rng.integers(1, 200)) for _ in range(50)]
    order = rng.permutation(50)
    wanted = np.zeros((50, num_words), np.float32)
    for i, sample in enumerate(order):
        sequence = [1, *(rank + 3 for rank in rows[sample])]
        wanted[i, [index if index < num_words else 2 for index in sequence]] = 1
    assert np.array_equal(multi_hot(*flat(rows), order, num_words).toarray(), wanted)


def test_multi_hot_in_many_blocks_equals_one(monkeypatch):
    rows = [np.arange(1, n + 2) for n in range(30)]
    whole = multi_hot(*flat(rows), np.arange(30), 20).toarray()
    monkeypatch.setattr("fitscope.datasets.encoding._CELLS_AT_ONCE", 60)
    assert np.array_equal(multi_hot(*flat(rows), np.arange(30), 20).toarray(), whole)


def test_multi_hot_is_sorted_without_doubles():
    rows = multi_hot(*flat([np.array([9, 4, 9, 1, 4])]), np.array([0]), 20)
    assert rows.indices.tolist() == [1, 4, 7, 12]


def test_decode_shows_words_beyond_the_vocabulary_as_question_marks():
    index = {"the": 1, "film": 17, "rarest": 500}
    assert decode([1, 17, 500, 499], index, num_words=100) == "the film ? ?"
