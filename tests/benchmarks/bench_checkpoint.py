"""Measure what keeping every epoch costs: a training with its checkpoint beside the same one without, in turn.

    FITSCOPE_DATA_DIR=../shared/data python tests/benchmarks/bench_checkpoint.py [DATASET ...] [--epochs 100] [--runs 3]

DATASET is digits, imdb or reuters; all of them by default. A share of 2 % says that of 100 seconds 2 went into keeping epochs; the
ratio compares whole trainings, and holds all noise of the machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from fitscope import datasets, training
from fitscope.plan import Plan
from fitscope.training import Checkpoint, loop


class Watch:
    """Add up the seconds that a function takes."""

    def __init__(self, function: Any) -> None:
        self.function, self.seconds = function, 0.0

    def __call__(self, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return self.function(*arguments)
        finally:
            self.seconds += time.perf_counter() - began


def plan_of(name: str, epochs: int) -> tuple[Plan, Any]:
    located = datasets.locate(name)
    facts = datasets.defaults(name)
    data = datasets.load(located, facts.words(None))
    plan = Plan(name, data.sha256, facts.words(None), facts.model, batch_size=facts.batch_size, max_epochs=epochs,
                validation=facts.held_out(None))  # fmt: skip
    return plan, data


def measure(name: str, epochs: int, runs: int) -> None:
    plan, data = plan_of(name, epochs)
    training.train(plan.replace(max_epochs=2), data=data)  # traces what all runs use
    shares, ratios, held = [], [], 0
    original = loop._Training._checkpoint
    for _ in range(runs):
        watch = Watch(original)
        with tempfile.TemporaryDirectory() as scratch:
            loop._Training._checkpoint = lambda self, seconds, watch=watch: watch(self, seconds)  # type: ignore[method-assign]
            kept = training.train(plan, data=data, checkpoint=Checkpoint(Path(scratch), plan)).seconds
            held = sum(path.stat().st_size for path in Path(scratch).iterdir())
        loop._Training._checkpoint = original  # type: ignore[method-assign]
        plain = training.train(plan, data=data).seconds
        shares.append(watch.seconds / kept)
        ratios.append(kept / plain)
    share, ratio = 100 * statistics.median(shares), statistics.median(ratios)
    print(f"{name}, {epochs} epochs: {share:.1f} % of the time keeps epochs ({kept:.1f} s); with to without {ratio:.3f}; "
          f"{held / 1e6:.1f} MB on disk (median of {runs})", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="*", default=["digits", "imdb", "reuters"], metavar="DATASET")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    for name in args.datasets:
        measure(name, args.epochs, args.runs)


if __name__ == "__main__":
    main()
