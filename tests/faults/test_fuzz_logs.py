"""What tests/fuzzing does for hours, done for seconds: real files changed as their formats are built, the same way each time."""

import functools
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope import readers
from fitscope.errors import FitscopeError

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzzing"))
import log_targets  # noqa: E402 (it lies beside the fuzzing, which is no package)

PAGES = ("page", "compare-page", "log-page")  # drawn too slowly for this
FEW = settings(max_examples=25)


@functools.cache
def seeds(name):
    return log_targets.TARGETS[name].seeds()


@pytest.fixture
def only_ours(monkeypatch):
    monkeypatch.setattr(readers, "_by_others", lambda path: [])


def test_what_is_fuzzed_covers_every_reader():
    assert all(seeds(name) for name in log_targets.TARGETS)
    assert len(log_targets.TARGETS) > len(readers.READERS)


@pytest.mark.parametrize("name", [name for name in log_targets.TARGETS if name not in PAGES])
@given(random=st.randoms(use_true_random=False), changes=st.integers(1, 6))
@FEW
def test_changed_input_is_read_or_refused_in_a_sentence(only_ours, tmp_path, name, random, changes):
    target = log_targets.TARGETS[name]
    data = random.choice(seeds(name))
    for _ in range(changes):
        data = random.choice(target.mutators or [log_targets.mutators.texts])(data, random)
    try:
        target.read(data[: target.longest], tmp_path)
    except FitscopeError as error:
        assert str(error).strip()
        assert len(str(error)) < 3000 + len(str(tmp_path)) * 5
