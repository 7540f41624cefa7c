"""Made-up networks whose true losses are known: whole populations, of which a benchmark draws samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

EPOCHS = 15
OWN = 0.6  # what is a network's own in a sample's margin; the rest is how easy the sample is, for all networks alike
KEPT = 0.9  # correlation of that from one epoch to the next


@dataclass(frozen=True)
class Network:
    """Say how sample margins go from epoch to epoch: they rise, then the network gets ever surer of right and wrong answers.

    Args:
        level: the margin that is come to.
        speed: epochs until most of it is.
        surer: by how much the margins' spread grows with each epoch.
        wobble: standard deviation of what shifts all margins of an epoch alike.
    """

    level: float
    speed: float
    surer: float
    wobble: float = 0.05

    def another_seed(self, rng: np.random.Generator) -> Network:
        return replace(self, level=self.level + 0.05 * rng.normal(), surer=self.surer * (1 + 0.05 * rng.normal()))


def draw_network(rng: np.random.Generator, spread: float = 0.3) -> Network:
    """Return a network that is right in about 85 to 90 of 100, give or take."""
    return Network(2 + spread * rng.normal(), 3 + spread * rng.random(), 0.12 * (1 + spread * rng.normal()))


def population(rng: np.random.Generator, networks: Sequence[Network], samples: int) -> list[np.ndarray]:
    """Return each network's loss of every sample after every epoch, float32 [epochs, samples], on the same samples."""
    easy = rng.standard_normal(samples, np.float32)
    return [_losses(rng, network, easy) for network in networks]


def _losses(rng: np.random.Generator, network: Network, easy: np.ndarray) -> np.ndarray:
    own, shift, found = rng.standard_normal(len(easy), np.float32), 0.0, []
    for epoch in range(1, EPOCHS + 1):
        own = KEPT * own + np.float32((1 - KEPT**2) ** 0.5) * rng.standard_normal(len(easy), np.float32)
        shift = 0.7 * shift + network.wobble * rng.normal()
        mean = network.level * (1 - np.exp(-epoch / network.speed)) + shift
        spread = 0.7 + network.surer * epoch
        margin = np.float32(mean) + np.float32(spread) * (np.float32((1 - OWN**2) ** 0.5) * easy + np.float32(OWN) * own)
        found.append(np.logaddexp(np.float32(0), -margin))
    return np.stack(found)


def margins(rng: np.random.Generator, samples: int = 200_000) -> Iterator[np.ndarray]:
    """Yield margins of networks that are right in 84, 93 and 99 of 100."""
    for mean, spread in ((1, 1), (6, 4), (9, 4)):
        yield mean + spread * rng.normal(size=samples)
