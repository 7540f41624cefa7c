"""Mutation testing: break the code on purpose, one small change at a time, and count the changes that the suite finds.

    python tests/mutation/mutate.py fitscope/diagnosis fitscope/history.py fitscope/result --sample 300 --seed 0

One run of the tests notes which lines each of them reaches. Then every change is tried in a process of its own (which needs a
system that can fork), by the tests that reach its lines, those that reach least first, until one fails. A change that
makes them run far too long, or take too much memory, is found as well. What is left is printed as it was and as it would be:
it lacks a test, or it changes nothing that anyone could see.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
sys.path.insert(0, os.getcwd())

from mutants import Mutant, mutants  # noqa: E402
from trials import noted, tried  # noqa: E402

TESTS = ["tests/diagnosis", "tests/results", "tests/test_history.py", "tests/test_result.py", "tests/test_words.py"]


def main() -> None:
    asked = _asked()
    places = (Path(given).rglob("*.py") if Path(given).is_dir() else [Path(given)] for given in asked.paths)
    modules = sorted({str(path) for paths in places for path in paths})
    every = [mutant for path in modules for mutant in mutants(path, Path(path).read_text(encoding="utf8"))]
    chosen, tests = _chosen(every, asked), asked.tests or TESTS + asked.paths  # the modules themselves for their examples
    notes, results = noted(modules, tests, asked.dearest), []
    print(f"{len(every)} changes; {len(chosen)} of them are tried by {len(notes.costs)} tests.", flush=True)
    for mutant, found in tried(chosen, notes, tests, asked.enough):
        results.append((mutant, found))
        print(f"\r{len(results)} of {len(chosen)} ", end="", file=sys.stderr)
        if not found:
            print(f"\n{mutant.diff}", flush=True)
    _table(results)
    if len(results) < len(chosen):
        sys.exit("The tests broke off: not every change was tried.")


def _chosen(every: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    if asked.again:
        left = set(Path(asked.again).read_text(encoding="utf8").split("\n\n"))
        return [mutant for mutant in every if mutant.diff in left]
    return random.Random(asked.seed).sample(every, min(asked.sample or len(every), len(every)))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="modules and packages to break")
    parser.add_argument("--tests", nargs="+", help="files and folders of tests; those of curves and results where not given")
    parser.add_argument("--sample", type=int, help="how many changes to try, picked at random; all where not given")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--dearest", type=float, default=8.0, help="leave out tests that take more processor seconds than this")
    parser.add_argument("--enough", type=float, default=60.0, help="try no change for more processor seconds than this")
    parser.add_argument("--again", metavar="FILE", help="try only the changes that an earlier run printed into this file as left")
    return parser.parse_args()


def _table(results: Iterable[tuple[Mutant, bool]]) -> None:
    from fitscope.training.scores import wilson  # now that nothing is tried any more that would have to be loaded anew

    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for mutant, found in results:
        for name in (mutant.path, "all"):
            counts[name][0] += 1
            counts[name][1] += found
    print(f"\n{'module':<44}{'changes':>8}{'found':>8}{'left':>6}  share (95 %)")
    for name, (count, found) in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        low, high = wilson(found, count)
        print(f"{name:<44}{count:>8}{found:>8}{count - found:>6}  {found / count:.1%} ({low:.0%} to {high:.0%})")


if __name__ == "__main__":
    main()
