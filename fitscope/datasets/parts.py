"""Which samples of a person's own data are test data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fitscope.datasets.dataset import Indices, Labels, stratified
from fitscope.errors import DataError, UsageError

TEST = 0.2  # the share where the person says nothing
FEWEST = 10  # samples that hold training, validation and test data


def amount(asked: Any) -> int | float | str:
    """Return what `--test` says: a number of samples, a fraction, or a file's path.

    Raises:
        UsageError: a number that can be neither.

    Example:
        >>> amount("100"), amount("0.25"), amount(None), amount("test.csv")
        (100, 0.25, 0.2, 'test.csv')
    """
    if asked is None:
        return TEST
    for kind in (int, float):
        try:
            number = kind(asked) if isinstance(asked, str) else asked
        except ValueError:
            continue
        if isinstance(number, (int, float)) and (0 < number < 1 or (isinstance(number, int) and number > 0)):
            return number
        if isinstance(number, (int, float)):
            raise UsageError(f"--test {asked} is not possible; give a number of samples, a fraction such as 0.2, or a file.")
    return str(asked)


def check_enough(name: str, samples: int) -> None:
    """Refuse data that cannot be split into training, validation and test data.

    Raises:
        DataError: there are fewer than ten samples.
    """
    if samples < FEWEST:
        raise DataError(
            f"{name} holds {samples} sample{'' if samples == 1 else 's'} that can be used, too few for training, validation and "
            f"test data; give at least {FEWEST}."
        )


def test_rows(name: str, labels: Labels, asked: int | float, split: Callable[[Labels, int], Indices]) -> Indices:
    """Return the test samples' indices, rising.

    Args:
        name: of the data.
        labels: of all samples.
        asked: how many, or which share.
        split: picks so many.

    Raises:
        DataError: there are too few samples at all.
        UsageError: it leaves too few on one side.
    """
    samples = len(labels)
    check_enough(name, samples)
    number = max(2, round(asked * samples)) if isinstance(asked, float) else asked
    if not 2 <= number <= samples - 4:
        raise UsageError(
            f"--test {asked} is not possible with the {samples:,} samples of {name}; give 2 to {samples - 4:,}, or a fraction "
            "such as 0.2."
        )
    return split(labels, number)


def rest(samples: int, picked: Indices) -> Indices:
    """Return the indices that were not picked, rising."""
    return np.setdiff1d(np.arange(samples), picked, assume_unique=True)


def pace(samples: int) -> tuple[int, int]:
    """Return epochs and batch size for so many samples where the person says nothing: small data takes more of smaller steps."""
    if samples <= 5_000:
        return 100, 32
    return (50, 128) if samples <= 50_000 else (20, 512)


def roles(name: str, counts: Sequence[int], labels: Labels, asked: Any) -> tuple[Indices, Indices, int | None]:
    """Decide which samples train, validate and test, where data may bring parts of its own.

    Args:
        name: of the data.
        counts: how many samples it brings for training, validation and test, in this order.
        labels: of all samples.
        asked: what `--test` says.

    Returns:
        The indices of the training samples, its own validation samples last; those of the test samples; and how many
        validation samples it brings, None where it brings none.

    Raises:
        UsageError: `--test` is given where there is test data already, or leaves too few.
        DataError: there are too few samples.
    """
    train, validation, test = np.split(np.arange(sum(counts)), np.cumsum(counts)[:2])
    share = amount(asked)
    if len(test) and not isinstance(share, str) and asked is not None:
        raise UsageError(f"--test {asked} does not fit {name}, which brings {len(test):,} test samples of its own; leave it out.")
    if not len(test):
        assert not isinstance(share, str)
        picked = test_rows(name, labels[train], share, stratified)
        train, test = rest(len(train), picked), picked
    for part, what, fewest in ((train, "training", 4), (test, "test", 2)):
        if len(part) < fewest:
            raise DataError(f"{name} holds {len(part)} {what} samples; {fewest} are the fewest, and many more are better.")
    if len(validation) == 1:
        raise DataError(f"{name} brings one validation sample; give at least two, or none, and fitscope holds some out.")
    return np.concatenate([train, validation]), test, len(validation) or None
