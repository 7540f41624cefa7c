"""Rows that come from tf.data."""

import numpy as np
import pytest

from fitscope.datasets.streams import Streams


@pytest.fixture
def streams():
    tf = pytest.importorskip("tensorflow")
    parts = np.arange(60, dtype=np.float32), np.arange(100, 120, dtype=np.float32)
    train, held = (tf.data.Dataset.from_tensor_slices((x[:, None], x)).batch(2) for x in parts)
    return Streams(train, held, parts[1][:, None], 60, 20)


def labels_of(stream):
    return np.concatenate([y.numpy() for _, y in stream])


def test_all_rows_are_both_parts_with_validation_batches_among_the_others(streams):
    mixed = streams[np.arange(80)]
    first, second = labels_of(mixed), labels_of(mixed)
    assert sorted(first) == sorted(second) == [*range(60), *range(100, 120)]
    assert first.tolist() != second.tolist(), "another order each epoch"
    places = np.flatnonzero(first >= 100)
    assert places.mean() == pytest.approx(40, abs=20)
    assert labels_of(streams[np.arange(60)]).tolist() == list(range(60))
