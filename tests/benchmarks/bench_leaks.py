"""Time the search for leaks, count what is found in imdb and reuters, and hold MinHash against the count of all pairs.

    FITSCOPE_DATA_DIR=../shared/data python tests/benchmarks/bench_leaks.py [PART ...]

PART is imdb, reuters, all-pairs (imdb and reuters by brute force: minutes), recall, columns or pictures; all of them by default.
Each line says what must be reached, and what was.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import os
import resource
import time
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from fitscope import datasets
from fitscope.datasets import leaks
from fitscope.datasets.leaks import Leak
from fitscope.plan import Plan


def timed(function: Any, *given: Any) -> tuple[Any, str]:
    """Return what a function gives, and its seconds and the memory it added to the peak."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    found = function(*given)
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return found, f"{time.perf_counter() - started:.2f} s, {added:.0f} MB more"


def parts_of(name: str) -> tuple[list[Any], list[Any]]:
    """Return the rows and the targets of training, validation and test data as `fitscope analyze NAME` takes them."""
    data = datasets.load(datasets.locate(name, os.environ["FITSCOPE_DATA_DIR"]), 10_000)
    plan = Plan(name, "", 10_000, "textbook", validation=datasets.defaults(name).validation)
    rows, targets = zip(data.training(plan), data.validation(plan), data.testing(plan))
    return list(rows), list(targets)


def say(found: list[Leak]) -> None:
    for leak in found:
        print(f"  {leak.severity}: {leak.to_json()['message']}", flush=True)


def known(name: str) -> None:
    rows, targets = parts_of(name)
    found, cost = timed(leaks.duplicates, *rows, targets)
    print(f"{name}, exact (well below 1 s): {cost}")
    say(found)
    found, cost = timed(leaks.near_duplicates, *rows)
    print(f"{name}, nearly the same (50,000 reviews: 60 s, 1,000 MB): {cost}")
    say(found)


def all_pairs() -> None:
    for name in ("reuters", "imdb"):
        parts = dict(zip(leaks.PARTS, parts_of(name)[0]))
        same, near = counts(leaks.duplicates(*parts.values())), counts(leaks.near_duplicates(*parts.values()))
        for pair in itertools.combinations(parts, 2):
            alike = closest(*(parts[part] for part in pair))
            ours = same.get(pair, 0), near.get(pair, same.get(pair, 0))
            wanted = int(np.sum(alike == 1)), int(np.sum(alike >= leaks.JACCARD))
            print(f"{name}, {' and '.join(pair)}, the same and nearly the same: {ours} (all pairs: {wanted})", flush=True)


def counts(found: list[Leak]) -> dict[tuple[str, str], int]:
    return {(leak.numbers["earlier"], leak.numbers["later"]): leak.numbers["count"] for leak in found if "earlier" in leak.numbers}


def closest(earlier: Any, later: Any) -> np.ndarray:
    """Return each later sample's similarity to the earlier sample that is most like it, counted over all pairs."""
    lengths, columns, found = np.diff(earlier.indptr), earlier.T.tocsr(), []
    for start in range(0, later.shape[0], 500):
        block = later[start : start + 500]
        both = (block @ columns).toarray()
        found.append((both / (np.diff(block.indptr)[:, None] + lengths - both)).max(axis=1))
    return np.concatenate(found)


def recall() -> None:
    rng, pairs, width = np.random.default_rng(0), 10_000, 200
    chosen = np.argsort(rng.random((pairs, 2_000)), axis=1)[:, :width]
    for changed in (10, 11):
        similarity = 1 - 2 * changed / width
        one, other = np.zeros((2, pairs, 2_000), np.float32)
        np.put_along_axis(one, chosen[:, changed:], 1, axis=1)
        np.put_along_axis(other, np.delete(chosen, np.s_[changed : 2 * changed], axis=1), 1, axis=1)
        found = leaks.near_duplicates(csr_matrix(one), None, csr_matrix(other))
        count = found[0].numbers["count"] if found else 0
        wanted = "at least 0.99" if similarity >= leaks.JACCARD else "none"
        print(f"pairs at {similarity:.2f}: {count / pairs:.4f} found ({wanted})")


def columns() -> None:
    print(f"importing scikit-learn's trees: {timed(importlib.import_module, 'sklearn.tree')[1]}")
    rng, rows = np.random.default_rng(0), 100_000
    table = {f"number {i}": rng.normal(size=rows) for i in range(40)}
    table |= {f"text {i}": np.array([f"v{k}" for k in rng.integers(0, 1_000, rows)], object) for i in range(10)}
    answers = {"binary": rng.integers(0, 2, rows), "multiclass": rng.integers(0, 46, rows), "regression": rng.normal(size=rows)}
    for task, target in answers.items():
        found, cost = timed(leaks.revealing_columns, table | {"copy": target}, target, task)
        print(f"{rows:,} rows of 51 columns, {task} (2 s): {cost}; found {[leak.numbers['column'] for leak in found]}")
        found, cost = timed(leaks.follows_order, target, task)
        print(f"their order: {cost}; found {found}")


def pictures() -> None:
    rng = np.random.default_rng(0)
    rows = rng.random((70_000, 28, 28), np.float32)
    found, cost = timed(leaks.duplicates, rows[:50_000], rows[50_000:60_000], rows[60_000:])
    print(f"70,000 pictures of 28 x 28 (no limit set): {cost}; found {found}")


BENCHES = {
    "imdb": lambda: known("imdb"),
    "reuters": lambda: known("reuters"),
    "all-pairs": all_pairs,
    "recall": recall,
    "columns": columns,
    "pictures": pictures,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", metavar="PART", help=", ".join(BENCHES))
    for name in parser.parse_args().part or BENCHES:
        BENCHES[name]()


if __name__ == "__main__":
    main()
