"""Time `fitscope analyze` beside the scripts that the lecture's reader writes, and print the ratios.

    FITSCOPE_DATA_DIR=../shared/data python tests/benchmarks/bench_analyze.py [PART ...] [--runs 3] [--epochs 20]

PART is start, imdb, imdb-uncached, reuters or epoch; all of them by default. A ratio above 1 says how many times faster, or how
many times smaller in memory, fitscope is; for `scipy` it says how many times slower an epoch is than the limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

FITSCOPE = str(Path(sys.executable).with_name("fitscope"))
EMPTY_CLICK = "import click\n@click.group()\ndef main(): pass\nmain()"


def measure(command: list[str], **environment: str) -> tuple[float, float]:
    """Return a command's wall seconds and its peak memory in MB."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def compare(name: str, ours: Callable[[], tuple[float, float]], theirs: Callable[[], tuple[float, float]], runs: int) -> None:
    """Run both in turn and print the medians and their ratios."""
    pairs = [(ours(), theirs()) for _ in range(runs)]
    a, b = ([statistics.median(values) for values in zip(*side)] for side in zip(*pairs))
    print(f"{name}: {a[0]:.2f} s and {a[1]:.0f} MB against {b[0]:.2f} s and {b[1]:.0f} MB: "
          f"{b[0] / a[0]:.2f} times faster, {b[1] / a[1]:.1f} times less memory (median of {runs})", flush=True)  # fmt: skip


def whole(dataset: str, args: argparse.Namespace, cached: bool) -> None:
    """Compare the whole command with the textbook script."""
    scratch = Path(tempfile.mkdtemp())

    def ours() -> tuple[float, float]:
        number = len(list(scratch.iterdir()))
        cache = scratch / ("cache" if cached else f"cache-{number}")
        output = str(scratch / f"run-{number}")
        command = [FITSCOPE, "analyze", dataset, "--max-epochs", str(args.epochs), "--output", output]
        return measure(command, FITSCOPE_CACHE_DIR=str(cache))

    def theirs() -> tuple[float, float]:
        script = str(args.bench / f"textbook_{dataset}.py")
        return measure([sys.executable, script, os.environ["FITSCOPE_DATA_DIR"], str(args.epochs)])

    if cached:
        ours()
    compare(f"{dataset}, {'encoded data cached' if cached else 'nothing cached'}", ours, theirs, args.runs)


def start(args: argparse.Namespace) -> None:
    """Compare the start-up with that of an empty click program."""
    empty = [sys.executable, "-c", EMPTY_CLICK, "--help"]
    compare("fitscope --help", lambda: measure([FITSCOPE, "--help"]), lambda: measure(empty), 7)
    compare("import fitscope", lambda: measure([sys.executable, "-c", "import fitscope"]), lambda: measure(empty), 7)


def epoch(args: argparse.Namespace) -> None:
    """Compare an epoch of training and validation with dense stock `fit` and with scipy doing the same arithmetic."""
    import keras

    from fitscope import datasets, training
    from fitscope.plan import Plan
    from fitscope.training.networks import build

    located = datasets.locate("imdb")
    data = datasets.load(located, 10_000)
    plan = Plan("imdb", located.sha256, 10_000, "textbook", max_epochs=8, validation=10_000)
    ends = [time.perf_counter()]
    training.train(plan, lambda _: ends.append(time.perf_counter()), data=data)
    ours = statistics.median(np.diff(ends)[1:])

    (rows, labels), (held, held_labels) = data.training(plan), data.validation(plan)
    targets, wanted = data.targets(labels), data.targets(held_labels)
    limit = statistics.median(scipy_epochs(rows, targets[:, 0], held, wanted[:, 0], 6)[1:])

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            ends.append(time.perf_counter())

    dense, held_dense = rows.toarray(), held.toarray()
    ends[:] = [time.perf_counter()]
    held_out = (held_dense, wanted)
    build(plan, data).fit(dense, targets, batch_size=512, epochs=5, validation_data=held_out, verbose=0, callbacks=[Clock()])
    stock = statistics.median(np.diff(ends)[1:])
    print(f"an epoch of imdb: {ours:.3f} s; dense stock fit {stock:.3f} s: {stock / ours:.1f} times faster; "
          f"scipy {limit:.3f} s: {ours / limit:.2f} times as long", flush=True)  # fmt: skip


def scipy_epochs(x, y, x_val, y_val, epochs: int) -> list[float]:
    """Train the same network by hand with the same arithmetic, and return each epoch's seconds."""
    rng = np.random.default_rng(0)
    sizes = [x.shape[1], 16, 16, 1]
    weights = [rng.uniform(-1, 1, pair).astype("f4") * np.sqrt(6 / sum(pair)).astype("f4") for pair in zip(sizes, sizes[1:])]
    biases = [np.zeros(size, "f4") for size in sizes[1:]]
    averages = [np.zeros_like(p) for p in weights + biases]
    seconds = []
    for _ in range(epochs):
        started = time.perf_counter()
        order = rng.permutation(len(y))
        rows, labels = x[order], y[order]
        for first in range(0, len(y), 512):
            update(rows[first : first + 512], labels[first : first + 512], weights, biases, averages)
        p = forward(x_val, weights, biases)[-1][:, 0]
        assert np.isfinite(-np.where(y_val > 0.5, np.log(p), np.log1p(-p))).all()
        seconds.append(time.perf_counter() - started)
    return seconds


def forward(x, weights, biases):
    first = np.maximum(x @ weights[0] + biases[0], 0)
    second = np.maximum(first @ weights[1] + biases[1], 0)
    return first, second, np.clip(1 / (1 + np.exp(-(second @ weights[2] + biases[2]))), 1e-7, 1 - 1e-7)


def update(x, y, weights, biases, averages) -> None:
    first, second, p = forward(x, weights, biases)
    delta = (p - y[:, None]) / len(y)
    back = [delta]
    for signal, weight in ((second, weights[2]), (first, weights[1])):
        delta = (delta @ weight.T) * (signal > 0)
        back.insert(0, delta)
    gradients = [x.T @ back[0], first.T @ back[1], second.T @ back[2], *(d.sum(axis=0) for d in back)]
    for parameter, average, gradient in zip(weights + biases, averages, gradients):
        average *= np.float32(0.9)
        average += np.float32(0.1) * gradient * gradient
        parameter -= np.float32(0.001) * gradient / np.sqrt(average + np.float32(1e-7))


def main() -> None:
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "start": start,
        "imdb": lambda args: whole("imdb", args, cached=True),
        "imdb-uncached": lambda args: whole("imdb", args, cached=False),
        "reuters": lambda args: whole("reuters", args, cached=True),
        "epoch": epoch,  # last: a child's peak memory counts what its parent held when it was started
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", choices=[*parts, []], default=[])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--bench", type=Path, default=Path(__file__).parents[3] / "shared" / "bench")
    args = parser.parse_args()
    for part in args.part or parts:
        parts[part](args)


if __name__ == "__main__":
    main()
