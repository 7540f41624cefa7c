"""Score the diagnosis on curves whose test curve is known and on made-up curves whose truth is, and time long logs.

    python tests/benchmarks/bench_diagnose.py --curves ../shared/curves --bench ../shared/bench [PART ...] [--seeds 200]

PART is curves, samples, repeats, scenarios, plateaus, chances, stopping or speed; all of them by default. Each line says what must
be reached, and what was.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from bench_analyze import FITSCOPE, measure

from fitscope.diagnosis import judge
from fitscope.diagnosis.stopping import chance_of_better
from fitscope.history import TrainingHistory


def column(path: Path, name: str) -> np.ndarray:
    with open(path, newline="") as file:
        return np.array([float(row[name]) for row in csv.DictReader(file)])


def score(options: argparse.Namespace, script: str, *arguments: str) -> dict:
    """Run one of the bench's scorers with this environment's fitscope in the path."""
    path = f"{Path(FITSCOPE).parent}:/usr/bin:/bin"
    done = subprocess.run(
        [sys.executable, str(options.bench / script), *arguments], capture_output=True, text=True, env={"PATH": path}
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def curves(options: argparse.Namespace) -> None:
    found = score(options, "score_curves.py", str(options.curves))
    print(f"logs: covers {found['covers']:.3f} (0.90) at width {found['width']:.3f} (0.15); "
          f"verdicts {found['verdicts']:.3f} (0.95) of {found['clear']} clear ones; "
          f"worse than argmin by at most {found['worse']:.2f} (0.2)")  # fmt: skip


def samples(options: argparse.Namespace) -> None:
    found = score(options, "score_curves.py", str(options.curves / "with-samples"), "--samples")
    print(f"with samples: covers {found['covers']:.3f} (0.93) at width {found['width']:.3f} (0.16); worse by at most "
          f"{found['worse']:.2f} (0.2)")  # fmt: skip


def repeats(options: argparse.Namespace) -> None:
    found = score(options, "score_curves.py", str(options.curves / "repeats"), "--repeats")
    print(f"repeats: refit from one {found['refit_from_one']:.2f} %, from four {found['refit_from_four']:.2f} %, worse by at most "
          f"{found['worse_four_than_one']:.2f} (0.3)")  # fmt: skip


def scenarios(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(options.bench / "scenarios.py"), folder, "0", str(options.seeds)], check=True)
        found = score(options, "score_verdicts.py", folder)
    worst = max(found["cost"], key=found["cost"].get)
    print(f"scenarios: lost {found['lost']:.3f} (0.08); worst {worst} {found['cost'][worst]:.2f} (0.35); false overfitting "
          f"{found['false_overfitting']:.4f} (0.02), of {found['logs']:,} logs")  # fmt: skip


def plateaus(options: argparse.Namespace) -> None:
    """Flat plateaus under noise that the scenarios don't have."""
    for tails in ("normal", "heavy"):
        shares = []
        for epochs in (20, 40, 100):
            for correlation in (0.0, 0.5, 0.7):
                alarms = [judge(flat(epochs, correlation, tails, seed)).verdict == "overfitting" for seed in range(options.seeds)]
                shares.append(f"{100 * np.mean(alarms):.1f}")
        print(f"false overfitting on flat plateaus, {tails} tails, in %: {' '.join(shares)} "
              "(20, 40, 100 epochs, each with correlation 0, 0.5, 0.7)")  # fmt: skip


def flat(epochs: int, correlation: float, tails: str, seed: int) -> TrainingHistory:
    rng = np.random.default_rng([seed, epochs])
    shocks = rng.standard_normal(epochs + 50) if tails == "normal" else rng.standard_t(3, epochs + 50) / math.sqrt(3)
    noise = np.zeros(epochs + 50)
    for t in range(1, epochs + 50):
        noise[t] = correlation * noise[t - 1] + math.sqrt(1 - correlation**2) * shocks[t]
    falls = 0.6 * np.exp(-np.arange(epochs) / 3)
    return TrainingHistory.of({"loss": 0.3 + falls, "val_loss": 0.4 + falls + 0.02 * noise[50:]})


def runs_with_samples(options: argparse.Namespace) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    found = []
    for path in sorted((options.curves / "with-samples").glob("*.npz")):
        losses = np.load(path)["losses"].astype(float)
        if np.isfinite(losses).all():
            found.append((losses, column(path.with_suffix(".csv"), "loss"), column(path.with_suffix(".test.csv"), "loss")))
    return found


def chances(options: argparse.Namespace) -> None:
    said, true = [], []
    for losses, loss, test in runs_with_samples(options):
        sure = judge(TrainingHistory.of({"loss": loss, "val_loss": losses.mean(axis=1)}), losses).uncertainty
        said += sure.chance
        true += [epoch == test.argmin() for epoch in range(len(test))]
    edges, bins = (0, 0.05, 0.2, 0.4, 0.6, 0.8, 1.01), []
    for low, high in zip(edges, edges[1:]):
        inside = [i for i, chance in enumerate(said) if low <= chance < high]
        bins.append(f"{np.mean([said[i] for i in inside]):.2f}/{np.mean([true[i] for i in inside]):.2f}")
    print(f"chance of being the best, said/true (within 0.1): {' '.join(bins)}")


def stopping(options: argparse.Namespace) -> None:
    """Stop as Monitor does, and as EarlyStopping(patience=10) does."""
    rules = {
        "Monitor": lambda val_loss, left: chance_of_better(val_loss, left) < 0.05,
        "EarlyStopping(patience=10)": lambda val_loss, left: len(val_loss) - 1 - val_loss.argmin() >= 10,
    }
    for name, stops in rules.items():
        early = saved = epochs = 0
        for losses, _, test in runs_with_samples(options):
            val_loss = losses.mean(axis=1)
            end = next((e for e in range(1, len(test)) if stops(val_loss[:e], len(test) - e)), len(test))
            early += test[val_loss[:end].argmin()] > 1.01 * test[val_loss.argmin()]
            saved, epochs = saved + len(test) - end, epochs + len(test)
        print(f"{name}: stopped too early {early} times, saved {saved} of {epochs:,} epochs")


def speed(options: argparse.Namespace) -> None:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for epochs in (20, 10_000, 100_000, 1_000_000):
            e = np.arange(epochs)
            val_loss = 0.3 + np.exp(-8 * e / epochs) + 0.1 * e / epochs + rng.normal(0, 0.01, epochs)
            loss = 0.1 + np.exp(-8 * e / epochs)
            path = Path(folder) / "training.log"
            with open(path, "w") as file:
                file.write("epoch,accuracy,loss,val_accuracy,val_loss\n")
                file.writelines(
                    f"{i},{1 - a / 3},{a},{1 - b / 3},{b}\n" for i, a, b in zip(e.tolist(), loss.tolist(), val_loss.tolist())
                )
            found = [measure([FITSCOPE, "diagnose", str(path)]) for _ in range(3)]
            seconds, memory = sorted(s for s, _ in found)[1], max(m for _, m in found)
            print(f"a log of {epochs:,} epochs: {seconds:.2f} s, {memory:.0f} MB (0.5 s for 20; 2 s and 300 MB for 1,000,000)")


PARTS = {part.__name__: part for part in (curves, samples, repeats, scenarios, plateaus, chances, stopping, speed)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--curves", type=Path, required=True, help="the folder of real curves")
    parser.add_argument("--bench", type=Path, required=True, help="the folder of scorers and scenarios")
    parser.add_argument("--seeds", type=int, default=200)
    options = parser.parse_args()
    for part in options.parts or PARTS:
        PARTS[part](options)


if __name__ == "__main__":
    main()
