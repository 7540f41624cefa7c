"""What a data set says of itself without being read; a new one is a file with such a description, and its place in DATASETS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitscope.datasets.dataset import FEWEST, Dataset, Located
from fitscope.errors import UsageError


@dataclass(frozen=True)
class Defaults:
    """Describe a data set without reading it: what an analysis takes where the person says nothing.

    Args:
        about: what it holds, in a few words.
        files: what it needs; empty where it comes with a library.
        train, test: samples, for people.
        max_epochs, batch_size, validation: as in `Plan`.
        num_words: the vocabulary, None for data without words.
        all_words: the largest vocabulary that makes a difference.
        load: reads it.
        own_validation: how many validation samples the data brings itself, None where it brings none.
        model: the network.
        file: gives the path of a file that comes with a library, without importing it.
        task: `classes`, or `regression` where the target is a number.
        read: reads a part's texts, where a sample is the numbers of its words.
        classes: what the target may be; empty where it is a number.
        good: the accuracy (or mean absolute error) that an honest refit reaches on test data whatever its seed, and a lower
            one: what a rubric to begin with gives all and half of the points for.
    """

    name: str
    about: str
    files: tuple[str, ...]
    train: int
    test: int
    max_epochs: int
    batch_size: int
    validation: int
    num_words: int | None
    load: Callable[[Located, int | None], Dataset]
    all_words: int = 0
    own_validation: int | None = None
    model: str = "textbook"
    file: Callable[[], Path] | None = None
    task: str = "classes"
    read: Callable[[Path, str], Any] | None = None
    classes: tuple[str, ...] = ()
    good: tuple[float, float] = (0.8, 0.6)

    def words(self, asked: int | None) -> int | None:
        """Return the vocabulary's size, checked."""
        if asked is not None and self.num_words is None:
            raise UsageError(f"--num-words {asked} does not fit {self.name}, which has no words; leave it out.")
        if asked is not None and asked > self.all_words:
            raise UsageError(
                f"--num-words {asked} is more than the {self.all_words:,} words of {self.name}; give 4 to {self.all_words:,}."
            )
        return self.num_words if asked is None else asked

    def held_out(self, asked: int | float | None) -> int:
        """Return how many of the training samples are held out, checked."""
        if self.own_validation is not None and asked not in (None, self.own_validation):
            raise UsageError(
                f"--validation {asked} does not fit {self.name}, which brings {self.own_validation:,} validation samples of its "
                "own; leave it out."
            )
        return self.validation if asked is None else held_out(self.name, self.train, asked, FEWEST if self.files else 10)


def held_out(name: str, samples: int, asked: int | float, fewest: int = FEWEST) -> int:
    """Return how many of the training samples are held out.

    Args:
        name: of the data set.
        samples: how many training samples there are.
        asked: a number of samples, or a fraction below 1.
        fewest: that either side needs.

    Raises:
        UsageError: it leaves too few on one side.
    """
    number = round(asked * samples) if isinstance(asked, float) else asked
    if not fewest <= number <= samples - fewest:
        raise UsageError(
            f"--validation {asked} is not possible with the {samples:,} training samples of {name}; hold out "
            f"{fewest} to {samples - fewest:,} of them, or a fraction such as 0.2."
        )
    return number
