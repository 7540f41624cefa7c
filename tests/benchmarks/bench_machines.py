"""How far one plan's curves differ from machine to machine, as far as one machine can show it.

    python tests/benchmarks/bench_machines.py [--of imdb reuters digits] [--models textbook large conv] [--seeds 3]
                                              [--settings "1 thread" "no oneDNN" ...]

The plans are trained in a process of each setting: with 2 threads and oneDNN, the same again, with 1 thread, without oneDNN, with
oneDNN held to SSE4.1 or AVX2, which add up in other orders as other processors do, and on a GPU where there is one. Printed are
the largest relative differences to the first process, in the first 3 epochs and in all 20, and of the tests; then how far the
validation loss lies apart in plain numbers, and in how many trainings the best epoch is another one.
`fitscope/grading/agreement.py` takes its tolerance from these.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

import numpy as np

FIRST = 3
PICTURES = ("digits",)  # for conv
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
ONE, TWO = (dict.fromkeys(THREADS, count) for count in "12")
BASE = TWO | {"TF_ENABLE_ONEDNN_OPTS": "1", "CUDA_VISIBLE_DEVICES": "-1"}
MACHINES = {
    "again": {},
    "1 thread": ONE,
    "no oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "1 thread, no oneDNN": ONE | {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "SSE4.1": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
}
TRAIN = """
import json, sys
from fitscope import analyze
for name, model, seed in json.loads(sys.argv[1]):
    result = analyze(name, model=model, seed=seed, max_epochs=20)
    test = result.refit.test
    print(json.dumps({"history": result.history.to_json(), "loss": test.loss, "accuracy": test.accuracy}), flush=True)
"""
Plans = list[tuple[str, str, int]]


def trained(plans: Plans, settings: dict[str, str]) -> list[dict]:
    command = [sys.executable, "-c", TRAIN, json.dumps(plans)]
    done = subprocess.run(command, env=os.environ | BASE | settings, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def machines() -> dict[str, dict[str, str]]:
    """Return the settings to try; a GPU only where TensorFlow sees one."""
    sees = "import tensorflow; print(len(tensorflow.config.list_physical_devices('GPU')))"
    done = subprocess.run([sys.executable, "-c", sees], capture_output=True, text=True, check=True)
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
    return MACHINES | ({"GPU": {"CUDA_VISIBLE_DEVICES": visible}} if int(done.stdout.split()[-1]) else {})


def apart(one: dict, other: dict, metric: str) -> np.ndarray:
    """Return relative differences; where a curve is small, to a tenth of its highest value."""
    first, second = (np.array(run["history"][metric], float) for run in (one, other))
    return np.abs(first - second) / np.hypot(first, 0.1 * first.max())


def compare(base: list[dict], runs: list[dict]) -> str:
    """Say how far trainings lie from those of the first process."""
    pairs = list(zip(base, runs))
    early = max(apart(*pair, metric)[:FIRST].max() for pair in pairs for metric in ("loss", "val_loss"))
    late = {metric: max(apart(*pair, metric).max() for pair in pairs) for metric in ("loss", "val_loss")}
    loss = max(abs(one["loss"] / other["loss"] - 1) for one, other in pairs)
    accuracy = max(abs(one["accuracy"] - other["accuracy"]) for one, other in pairs)
    curves = [[np.array(run["history"]["val_loss"], float) for run in pair] for pair in pairs]
    plain = [float(np.abs(one - other).max()) for one, other in curves]
    moved = sum(int(one.argmin() != other.argmin()) for one, other in curves)
    return (f"first {FIRST} epochs {early:.1e}, all {late['loss']:.1e}, of validation {late['val_loss']:.1e}, test loss "
            f"{loss:.1e}, accuracy {accuracy:.1e}; val_loss apart by {max(plain):.1e}, best epoch "
            f"moved in {moved} of {len(pairs)}")  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--of", nargs="+", default=["digits", "imdb", "reuters"])
    asked.add_argument("--models", nargs="+", default=["textbook", "large", "conv"])
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--settings", nargs="+", choices=[*MACHINES, "GPU"], default=[*MACHINES, "GPU"])
    given = asked.parse_args()
    tried = {machine: settings for machine, settings in machines().items() if machine in given.settings}
    networks = [(name, model) for name in given.of for model in given.models if model != "conv" or name in PICTURES]
    plans = [(*network, seed) for network in networks for seed in range(1, given.seeds + 1)]
    base = trained(plans, {})
    for machine, settings in tried.items():
        runs = trained(plans, settings)
        for place, network in enumerate(networks):
            part = slice(place * given.seeds, (place + 1) * given.seeds)
            print(f"{' '.join(network)}, {machine}: {compare(base[part], runs[part])}", flush=True)
    if "GPU" not in tried:
        print("no GPU here: not measured")


if __name__ == "__main__":
    main()
