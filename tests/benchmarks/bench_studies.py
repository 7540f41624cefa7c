"""Time studies beside what people do without fitscope, and print the ratios.

    FITSCOPE_DATA_DIR=../shared/data python tests/benchmarks/bench_studies.py [PART ...] [--runs 1] [--repeats 8] [--epochs 20]

PART is repeats (of reuters, against as many runs of the textbook script), workers (two against one), added (what executor and
store add to a training), memory (of each worker, with imdb) or search (random trials on imdb, against keras-tuner's own search on
dense input); all of them by default. A ratio above 1 says how many times faster fitscope, or two workers, are.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

FITSCOPE = str(Path(sys.executable).with_name("fitscope"))
REUTERS = {"num_words": 10_000, "model": "textbook", "validation": 1000}


def seconds(command: list[str]) -> float:
    """Return a command's wall seconds."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def analysis(*args: object) -> float:
    """Return the wall seconds of an analysis whose folder goes away."""
    with tempfile.TemporaryDirectory() as scratch:
        return seconds([FITSCOPE, "analyze", *map(str, args), "--output", f"{scratch}/run"])


def compare(name: str, ours: Callable[[], float], theirs: Callable[[], float], runs: int) -> None:
    """Run both in turn and print the medians and their ratio."""
    pairs = [(ours(), theirs()) for _ in range(runs)]
    a, b = (statistics.median(side) for side in zip(*pairs))
    print(f"{name}: {a:.1f} s against {b:.1f} s: {b / a:.2f} times faster (median of {runs})", flush=True)


def repeats(args: argparse.Namespace) -> None:
    """Compare repeats of reuters with as many runs of the textbook script, one after the other."""
    script = [sys.executable, str(args.bench / "textbook_reuters.py"), os.environ["FITSCOPE_DATA_DIR"], str(args.epochs)]
    compare(f"{args.repeats} repeats of reuters, 2 workers, against the textbook script {args.repeats} times",
            lambda: _repeats(args, 2), lambda: sum(seconds(script) for _ in range(args.repeats)), args.runs)  # fmt: skip


def workers(args: argparse.Namespace) -> None:
    """Compare two workers with one."""
    compare(
        f"{args.repeats} repeats of reuters, 2 workers against 1", lambda: _repeats(args, 2), lambda: _repeats(args, 1), args.runs
    )


def _repeats(args: argparse.Namespace, count: int) -> float:
    return analysis("reuters", "--max-epochs", args.epochs, "--repeats", args.repeats, "--workers", count)


def added(args: argparse.Namespace) -> None:
    """Measure what executor and store add to a training of one epoch, here and in a worker."""
    from fitscope import datasets, training
    from fitscope.plan import Plan
    from fitscope.studies import work
    from fitscope.studies.crew import crew
    from fitscope.studies.store import Store
    from fitscope.studies.work import Job

    located = datasets.locate("reuters")
    data = datasets.load(located, 10_000)
    work.keep(data, 10_000)
    plan = Plan("reuters", located.sha256, batch_size=512, max_epochs=1, **REUTERS)
    plans = [plan.replace(seed=seed) for seed in range(3 * 9)]

    def each(train: Callable[[Plan], object], chosen: list[Plan]) -> list[float]:
        train(chosen[0])  # compiles
        found = []
        for one in chosen[1:]:
            started = time.perf_counter()
            train(one)
            found.append(time.perf_counter() - started)
        return found

    epochs_of: list[float] = []
    bare = each(lambda one: epochs_of.append(training.train(one, data=data).seconds), plans[:9])
    around = statistics.median(whole - epochs for whole, epochs in zip(bare, epochs_of[1:]))
    print(f"an epoch of reuters alone: {1000 * statistics.median(bare):.0f} ms, {1000 * around:.0f} ms of them outside the "
          "epoch", flush=True)  # fmt: skip
    for count in (1, 2):
        with tempfile.TemporaryDirectory() as scratch:
            place = crew(located, 10_000, Store(Path(scratch)), lambda told: None, lambda: False, count)
            with place as opened:
                opened.train([Job(f"warm {seed}", plan.replace(seed=1000 + seed)) for seed in range(count * 3)])
                inner: list[float] = []

                def train(one: Plan, opened=opened, inner=inner) -> None:
                    [run] = opened.train([Job("", one)]).values()
                    inner.append(run.seconds)

                found = each(train, plans[9 * count : 9 * count + 9])
        where = "in this process" if count == 1 else "in a worker"
        outside = statistics.median(whole - epochs for whole, epochs in zip(found, inner[1:]))
        print(f"  through executor and store {where}: {1000 * statistics.median(found):.0f} ms, {1000 * outside:.0f} ms of them "
              f"outside the epoch: {1000 * (outside - around):.0f} ms more", flush=True)  # fmt: skip


def memory(args: argparse.Namespace) -> None:
    """Measure the most memory that each of two workers holds with imdb."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            FITSCOPE,
            "analyze",
            "imdb",
            "--max-epochs",
            "4",
            "--repeats",
            "4",
            "--workers",
            "2",
            "--output",
            f"{scratch}/run",
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peaks: dict[int, tuple[float, float]] = {}
        while process.poll() is None:
            for pid, held, own in _children(process.pid):
                peaks[pid] = held, max(own, peaks.get(pid, (0, 0))[1])
            time.sleep(0.05)
    if process.returncode or not peaks:
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}, workers seen: {len(peaks)}")
    said = (f"{held:.0f} MB, {own:.0f} of them its own and no file's" for held, own in peaks.values())
    print(f"imdb, the most memory of each worker: {'; '.join(said)}", flush=True)


def _children(parent: int) -> Iterator[tuple[int, float, float]]:
    """Yield each worker's process number, the most memory that it has held, and what is its own now, both in MB."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, KeyError, ValueError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) != parent:
                continue
            if b"spawn_main" in (folder / "cmdline").read_bytes():
                found = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
                yield int(folder.name), *(int(found[name].split()[0]) / 1024 for name in ("VmHWM", "RssAnon"))


def search(args: argparse.Namespace) -> None:
    """Compare random trials on imdb with keras-tuner's own search of the same space on dense input."""
    theirs = [sys.executable, __file__, "their-search", "--trials", str(args.trials), "--epochs", str(args.epochs)]
    compare(f"{args.trials} random trials on imdb, against keras-tuner's RandomSearch",
            lambda: analysis("imdb", "--max-epochs", args.epochs, "--search", "random", "--trials", args.trials, "--workers", 2),
            lambda: seconds(theirs), args.runs)  # fmt: skip


def their_search(args: argparse.Namespace) -> None:
    """Search as keras-tuner's guide does: a model on dense input, its own `search`."""
    import keras
    import keras_tuner

    from fitscope import datasets
    from fitscope.plan import Plan
    from fitscope.studies.search import space

    located = datasets.locate("imdb")
    data = datasets.load(located, 10_000)
    plan = Plan("imdb", located.sha256, 10_000, "textbook", validation=10_000)
    (rows, labels), (held, wanted) = data.training(plan), data.validation(plan)

    class Network(keras_tuner.HyperModel):
        def build(self, hp):
            layers = [keras.Input((10_000,))]
            for _ in range(hp.get("layers")):
                penalty = keras.regularizers.L2(hp.get("l2"))
                layers += [keras.layers.Dense(hp.get("units"), activation="relu", kernel_regularizer=penalty),
                           keras.layers.Dropout(hp.get("dropout"))]  # fmt: skip
            model = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])
            model.compile(keras.optimizers.RMSprop(hp.get("learning_rate")), "binary_crossentropy", metrics=["accuracy"])
            return model

        def fit(self, hp, model, *given, **named):
            return model.fit(*given, batch_size=hp.get("batch_size"), **named)

    with tempfile.TemporaryDirectory() as scratch:
        tuner = keras_tuner.RandomSearch(Network(), "val_loss", max_trials=args.trials, hyperparameters=space(plan, data), seed=1,
                                         directory=scratch, project_name="imdb")  # fmt: skip
        tuner.search(rows.toarray(), labels.astype("float32"), epochs=args.epochs, verbose=0,
                     validation_data=(held.toarray(), wanted.astype("float32")))  # fmt: skip


def main() -> None:
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "repeats": repeats,
        "workers": workers,
        "added": added,
        "memory": memory,
        "search": search,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", choices=[*parts, "their-search", []], default=[])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--bench", type=Path, default=Path(__file__).parents[3] / "shared" / "bench")
    args = parser.parse_args()
    for part in args.part or parts:
        (parts | {"their-search": their_search})[part](args)


if __name__ == "__main__":
    main()
