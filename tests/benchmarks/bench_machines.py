"""How far one plan's curves differ from machine to machine, as far as one machine can show it.

    python tests/benchmarks/bench_machines.py [--of imdb reuters digits] [--models textbook large] [--seeds 3]

Each plan is trained in processes of their own: with 1 thread, without oneDNN, and with oneDNN held to SSE4.1 or AVX2, which add
up in other orders as other processors do. Printed is the largest relative difference to the first process, in the first 3 epochs
and in all 20, and of the tests. `fitscope/grading/agreement.py` takes its tolerance from these.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

import numpy as np

FIRST = 3
MACHINES = {
    "1 thread": {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"},
    "no oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "SSE4.1": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
}
TRAIN = """
import json, sys
from fitscope import analyze
result = analyze(sys.argv[1], model=sys.argv[2], seed=int(sys.argv[3]), max_epochs=20)
print(json.dumps({"history": result.history.to_json(), "loss": result.refit.test.loss, "accuracy": result.refit.test.accuracy}))
"""


def trained(name: str, model: str, seed: int, **settings: str) -> dict:
    command = [sys.executable, "-c", TRAIN, name, model, str(seed)]
    done = subprocess.run(command, env=os.environ | settings, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def apart(one: dict, other: dict, metric: str) -> np.ndarray:
    """Return relative differences; where a curve is small, to a tenth of its highest value."""
    first, second = (np.array(run["history"][metric], float) for run in (one, other))
    return np.abs(first - second) / np.hypot(first, 0.1 * first.max())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--of", nargs="+", default=["digits", "imdb", "reuters"])
    asked.add_argument("--models", nargs="+", default=["textbook", "large"])
    asked.add_argument("--seeds", type=int, default=3)
    given = asked.parse_args()
    for name in given.of:
        for model in given.models:
            base = [trained(name, model, seed) for seed in range(1, given.seeds + 1)]
            for machine, settings in MACHINES.items():
                runs = [trained(name, model, seed, **settings) for seed in range(1, given.seeds + 1)]
                pairs = list(zip(base, runs))
                early = max(apart(*pair, metric)[:FIRST].max() for pair in pairs for metric in ("loss", "val_loss"))
                late = {metric: max(apart(*pair, metric).max() for pair in pairs) for metric in ("loss", "val_loss")}
                loss = max(abs(one["loss"] / other["loss"] - 1) for one, other in pairs)
                accuracy = max(abs(one["accuracy"] - other["accuracy"]) for one, other in pairs)
                print(f"{name} {model}, {machine}: first {FIRST} epochs {early:.1e}, all {late['loss']:.1e}, of validation "
                      f"{late['val_loss']:.1e}, test loss {loss:.1e}, accuracy {accuracy:.1e}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
