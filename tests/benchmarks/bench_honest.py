"""Hold the 95 % intervals and the chances that fitscope prints against truths that are known.

    python tests/benchmarks/bench_honest.py [PART ...] [--runs 1000] [--sizes 50 200 1000 10000] [--curves ../shared/curves]

PART is accuracy, losses, groups, refit, remedies, seeds, search, scaling, repeats, probabilities, chances or real; all of them by
default. Samples are drawn from made-up populations, and losses from those of real networks in CURVES; what is printed is in how
many of 100 draws the interval holds the population's own mean (in brackets: in how many it lies wholly above it, and wholly below
it). A star marks what is not within 93 to 97. Chances are printed in bins: said/true.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from bench_diagnose import runs_with_samples
from made_up import Network, draw_network, margins, population

from fitscope.diagnosis import judge
from fitscope.diagnosis.calibration import calibration
from fitscope.diagnosis.gains import compare
from fitscope.diagnosis.optimism import correct
from fitscope.diagnosis.scaling import NoScaling, fit
from fitscope.diagnosis.spread import repeatability_limit
from fitscope.history import TrainingHistory
from fitscope.training.scores import gain, score

EDGES = (0, 0.05, 0.2, 0.4, 0.6, 0.8, 1.01)
Held = Sequence[tuple[float, float, float]]  # lower limit, upper limit, truth


def told(held: Held) -> str:
    """Return in how many of 100 draws the truth is held."""
    low, high, true = np.array(held).T
    above, below = 100 * np.mean(low > true), 100 * np.mean(high < true)
    inside = 100 - above - below
    return f"{inside:.1f}{'' if 93 <= inside <= 97 else '*'} ({above:.1f}/{below:.1f})"


def table(name: str, cells: Iterable[tuple[object, Held]]) -> None:
    print(f"{name}: " + ", ".join(f"{size}: {told(held)}" for size, held in cells), flush=True)


def generators(options: argparse.Namespace, *key: int, fewer: int = 1) -> Iterable[np.random.Generator]:
    return (np.random.default_rng([run, *key]) for run in range(max(50, options.runs // fewer)))


def accuracy(options: argparse.Namespace) -> None:
    """Test accuracy: Wilson's interval. The true share is drawn anew each time, for of one share all depends on how counts fall."""
    for low, high in ((0.45, 0.55), (0.75, 0.85), (0.93, 0.97), (0.98, 1.0)):
        cells = []
        for size in options.sizes:
            held = []
            for rng in generators(options, size):
                share = rng.uniform(low, high)
                found = score((np.ones(size), (rng.random(size) < share).astype(float)))
                held.append((*found.accuracy_interval, share))
            cells.append((size, held))
        table(f"test accuracy of {low:.2f} to {high:.2f}", cells)


def losses(options: argparse.Namespace) -> None:
    """Test losses and errors: of made-up networks that are right in so many of 100, of real ones, and of regressions."""
    rng = np.random.default_rng(0)
    found = {f"loss, {100 * np.mean(m > 0):.0f} % right": np.logaddexp(0, -m) for m in margins(rng)}
    logits = 2 * rng.normal(size=(200_000, 10))
    found["loss, 10 classes"] = np.logaddexp.reduce(logits + 3 * (np.arange(10) == 0), axis=1) - logits[:, 0] - 3
    found |= {"mean absolute error": np.abs(rng.normal(size=200_000)), "mean squared error": rng.normal(size=200_000) ** 2,
              "mean squared error, heavy tails": rng.standard_t(5, 200_000) ** 2}  # fmt: skip
    for name, values in (found | real_losses(options)).items():
        cells = []
        for size in options.sizes:
            drawn = (rng.choice(values, size) for rng in generators(options, size))
            cells.append((size, [(*score((one, one), "mae").mae_interval, float(values.mean())) for one in drawn]))
        table(name, cells)


def real_losses(options: argparse.Namespace) -> dict[str, np.ndarray]:
    """Return the samples' losses of the real runs with the most samples, at the best epoch and the last."""
    if options.curves is None:
        return {}
    paths = sorted((options.curves / "with-samples").glob("*.npz"))
    runs = {path.stem: np.load(path)["losses"].astype(float) for path in paths}
    large = sorted((name for name in runs if np.isfinite(runs[name]).all()), key=lambda name: -runs[name].shape[1])[:8]
    chosen = {name: (runs[name][runs[name].mean(axis=1).argmin()], runs[name][-1]) for name in large}
    return {f"loss of {name}, {when}": part for name, both in chosen.items() for when, part in zip(("best epoch", "last"), both)}


def groups(options: argparse.Namespace) -> None:
    """Test results where ten samples in the mean share their luck: equal and very unequal groups."""
    for kind in ("equal", "unequal"):
        cells: dict[str, list] = {"loss": [], "accuracy": [], "gain of loss": [], "gain of accuracy": []}
        for count in (10, 20, 50, 200):
            held: dict[str, list] = {name: [] for name in cells}
            for rng in generators(options, count):
                sizes = np.full(count, 10) if kind == "equal" else rng.geometric(0.1, count)
                of = np.repeat(np.arange(count), sizes)
                luck_, own = rng.normal(size=count)[of], rng.normal(size=(2, len(of)))
                own[1] = 0.9 * own[0] + math.sqrt(1 - 0.9**2) * own[1]
                both = [3 + better + 3 * (0.8 * luck_ + 0.6 * part) for better, part in zip((0, 0.5), own)]
                said = [(np.logaddexp(0, -m), (m > 0).astype(float)) for m in both]
                tested, brought = score(said[0], groups=of), gain(*said, groups=of)
                held["loss"].append((*tested.loss_interval, GROUPS_TRUE[0][0]))
                held["accuracy"].append((*tested.accuracy_interval, GROUPS_TRUE[0][1]))
                held["gain of loss"].append((*brought.loss_interval, GROUPS_TRUE[0][0] - GROUPS_TRUE[1][0]))
                held["gain of accuracy"].append((*brought.accuracy_interval, GROUPS_TRUE[1][1] - GROUPS_TRUE[0][1]))
            for name in cells:
                cells[name].append((count, held[name]))
        for name in cells:
            table(f"{name}, so many {kind} groups", cells[name])


def _normal_truth(mean: float, spread: float) -> tuple[float, float]:
    z = np.linspace(-9, 9, 100_001)
    weights = np.exp(-(z**2) / 2)
    margin = mean + spread * z
    return tuple(float((part * weights).sum() / weights.sum()) for part in (np.logaddexp(0, -margin), margin > 0))


GROUPS_TRUE = (_normal_truth(3, 3), _normal_truth(3.5, 3))


def refit(options: argparse.Namespace) -> None:
    """The refit's paired gain, of loss and of accuracy: alike networks, a better one, a surer one."""
    rng = np.random.default_rng(0)
    z, w = rng.normal(size=(2, 200_000))
    for name, (mean, spread), (then, after), tie in (
        ("alike, 84 % right", (3, 3), (3, 3), 0.9), ("better, 84 to 86 % right", (3, 3), (3.2, 2.9), 0.95),
        ("surer and as often right", (3, 3), (4, 4), 0.95), ("better, 95 to 96 % right", (5, 3), (5.2, 3), 0.95),
        ("better, 98 % right", (6, 3), (6.2, 3), 0.95),
    ):  # fmt: skip
        both = mean + spread * z, then + after * (tie * z + math.sqrt(1 - tie**2) * w)
        paired(options, name, *[(np.logaddexp(0, -m), (m > 0).astype(float)) for m in both])
    if options.curves is not None:
        for path in [options.curves / "with-samples" / f"imdb-0{number}.npz" for number in (24, 25, 36, 52, 59)]:
            run = np.load(path)["losses"].astype(float)
            best = int(run.mean(axis=1).argmin())
            for when, other in (("two epochs before", max(0, best - 2)), ("last", len(run) - 1)):
                paired(
                    options, f"{path.stem}, best epoch and {when}", *[(run[e], (run[e] < math.log(2)) * 1.0) for e in (other, best)]
                )


def paired(options: argparse.Namespace, name: str, before: tuple, after: tuple) -> None:
    """Print the coverage of a refit's gain for two models of one population."""
    cells: dict[str, list] = {"loss": [], "accuracy": []}
    true = float(np.mean(before[0] - after[0])), float(np.mean(after[1] - before[1]))
    for size in options.sizes:
        held: dict[str, list] = {part: [] for part in cells}
        for rng in generators(options, size):
            drawn = rng.integers(len(before[0]), size=size)
            found = gain(*[(loss[drawn], right[drawn]) for loss, right in (before, after)])
            held["loss"].append((*found.loss_interval, true[0]))
            held["accuracy"].append((*found.accuracy_interval, true[1]))
        for part in cells:
            cells[part].append((size, held[part]))
    for part in cells:
        table(f"gain of {part}, {name}", cells[part])


def remedies(options: argparse.Namespace) -> None:
    """Remedies' gains: each training's own checkpoint decides what is true; of seven, all intervals must hold at once."""
    for count in (1, 7):
        cells, best = [], []
        for size in options.sizes:
            held, least = [], []
            for rng in generators(options, size, count, fewer=2 if size <= 1000 else 20):
                wholes = population(rng, [draw_network(rng) for _ in range(1 + count)], max(5000, 2 * size))
                drawn = rng.integers(wholes[0].shape[1], size=size)
                parts = [whole[:, drawn] for whole in wholes]
                checkpoints = [whole[part.mean(axis=1).argmin()].mean() for whole, part in zip(wholes, parts)]
                lowest = [whole.mean(axis=1).min() for whole in wholes]
                found = compare(parts[:1], [[part] for part in parts[1:]])
                held.append(worst(found, [checkpoints[0] - other for other in checkpoints[1:]]))
                least.append(worst(found, [lowest[0] - other for other in lowest[1:]]))
            cells.append((size, held))
            best.append((size, least))
        table(f"gains of {count} remedies, their checkpoints'", cells)
        table(f"gains of {count} remedies, their truly best epochs'", best)


def worst(found: Sequence, true: Sequence[float]) -> tuple[float, float, float]:
    """Return the interval that holds its truth least well, so that it counts for all of them together."""
    limits = [(*gain_.interval, float(value)) for gain_, value in zip(found, true)]
    return min(limits, key=lambda each: min(each[2] - each[0], each[1] - each[2]))


def seeds(options: argparse.Namespace) -> None:
    """Remedies' gains with several seeds a side, in the mean over seeds; both sides are alike but for 0.02."""
    for count in (2, 3, 8):
        cells = []
        for size in [size for size in options.sizes if size <= 1000]:
            held = []
            for rng in generators(options, size, count, fewer=2):
                wholes = population(rng, [draw_network(rng, 0.1) for _ in range(2 * count)], 5000)
                drawn = rng.integers(wholes[0].shape[1], size=size)
                parts = [whole[:, drawn] for whole in wholes]
                [found] = compare([part + np.float32(0.02) for part in parts[:count]], [parts[count:]])
                held.append((*found.interval, 0.02))
            cells.append((size, held))
        table(f"gain of a remedy, {count} seeds", cells)


def search(options: argparse.Namespace) -> None:
    """A search's corrected loss: the truth is that of the winner's checkpoint."""
    for trials in (4, 16):
        cells, bias = [], []
        for size in options.sizes:
            held = []
            for rng in generators(options, size, trials, fewer=2 if size <= 1000 else 20):
                wholes = population(rng, [draw_network(rng) for _ in range(trials)], max(5000, 2 * size))
                drawn = rng.integers(wholes[0].shape[1], size=size)
                parts = [whole[:, drawn] for whole in wholes]
                means = np.array([part.mean(axis=1) for part in parts])
                trial, epoch = np.unravel_index(means.argmin(), means.shape)
                found = correct(parts)
                held.append((*found.interval, float(wholes[trial][epoch].mean())))
                bias.append((size, found.observed - held[-1][2], found.corrected - held[-1][2]))
            cells.append((size, held))
            told_ = [np.mean([row[i] for row in bias if row[0] == size]) for i in (1, 2)]
            print(f"  {trials} trials, {size} samples: observed {told_[0]:+.4f}, corrected {told_[1]:+.4f} off the truth")
        table(f"corrected loss of the best of {trials} trials", cells)


def scaling(options: argparse.Namespace) -> None:
    """What twice the data brings: L(n) = a + b n^-c with noise between seeds, two seeds a size."""
    sizes = np.repeat([1000, 2000, 4000, 8000, 16_000], 2)
    for noise in (0.002, 0.005, 0.01):
        for a, b, c in ((0.3, 5, 0.5), (0.1, 3, 0.3), (0.0, 4, 0.35)):
            curve = lambda n, a=a, b=b, c=c: a + b * n**-c
            held: dict[str, list] = {"loss": [], "saved": []}
            for rng in generators(options, int(1000 * noise), int(10 * c)):
                found = fit(sizes.tolist(), (curve(sizes) * (1 + noise * rng.normal(size=len(sizes)))).tolist())
                if not isinstance(found, NoScaling):
                    held["loss"].append((*found.loss_at_twice_interval, curve(32_000)))
                    held["saved"].append((*found.saved_interval, curve(16_000) - curve(32_000)))
            fitted = f"noise {noise:.1%}, {a} + {b} n^-{c}, fitted in {100 * len(held['loss']) / options.runs:.0f} %"
            if held["loss"]:
                table(fitted, [("loss at twice the data", held["loss"]), ("saved", held["saved"])])


def repeats(options: argparse.Namespace) -> None:
    """How far two trainings that differ in their seed alone lie apart at most."""
    draws = {"normal": np.random.Generator.standard_normal, "skewed": np.random.Generator.standard_exponential}
    for name, draw in draws.items():
        cells = []
        for count in (3, 5, 8, 20):
            held = []
            for rng in generators(options, count):
                limit = repeatability_limit(float(draw(rng, count).std(ddof=1)), count)
                one, other = draw(rng, 2)
                held.append((-limit, limit, float(one - other)))
            cells.append((count, held))
        table(f"two more seeds apart, after so many, {name}", cells)


def probabilities(options: argparse.Namespace) -> None:
    """Calibrated probabilities: how often they are called surer or less sure, and the error that chance is said to show."""
    for name, tie in (("independent", 0.0), ("answers of ten alike", 0.8)):
        for size in options.sizes:
            clear, errors, chance = [], [], []
            for rng in generators(options, size):
                sure = 0.5 + 0.5 * rng.beta(2, 1, size)
                shared = np.repeat(rng.normal(size=-(-size // 10)), 10)[:size]
                own = tie * shared + math.sqrt(1 - tie**2) * rng.normal(size=size)
                right = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in own]) < sure
                found = calibration(sure, right, 0.5, np.arange(size) // 10 if tie else None)
                clear.append(abs(found.z) > 1.959964)
                errors.append(found.error)
                chance.append(found.error_by_chance)
            print(f"calibration, {name}, {size}: not told from chance in {100 - 100 * np.mean(clear):.1f} %; expected calibration "
                  f"error {np.mean(errors):.4f}, by chance said {np.mean(chance):.4f}", flush=True)  # fmt: skip


def chances(options: argparse.Namespace) -> None:
    """Each epoch's chance of being the best, on made-up curves: from the samples, from the log, and of several seeds."""
    found: dict[str, list] = {}
    for size in options.sizes:
        for rng in generators(options, size, fewer=2 if size <= 1000 else 20):
            [whole] = population(rng, [draw_network(rng)], max(5000, 2 * size))
            part = whole[:, rng.integers(whole.shape[1], size=size)]
            for name, given in ((f"samples, {size}", part), (f"log, {size}", None)):
                chance = judge(TrainingHistory.of({"val_loss": part.mean(axis=1)}), given).uncertainty.chance
                found.setdefault(name, []).append((chance, int(whole.mean(axis=1).argmin())))
    for count in (2, 3, 5, 8):
        for rng in generators(options, count, fewer=2):
            network = draw_network(rng)
            chance, best = of_several(rng, network, count)
            found.setdefault(f"repeats, {count} seeds", []).append((chance, best))
    for name, pairs in found.items():
        bins(name, pairs)


def of_several(rng: np.random.Generator, network: Network, count: int, size: int = 1000, many: int = 40) -> tuple[tuple, int]:
    """Return what several seeds say of each epoch, and the epoch that is the best in the mean over many other seeds."""
    alike = [network.another_seed(rng) for _ in range(count)]
    others = [replace(network.another_seed(rng), wobble=0.0) for _ in range(many)]  # their ups and downs average out
    wholes = population(rng, [*alike, *others], samples=2000)
    drawn = rng.integers(2000, size=size)
    each = [whole[:, drawn].astype(np.float64) for whole in wholes[:count]]
    over_seeds = np.stack([part.mean(axis=1) for part in each], axis=1)
    said = judge(TrainingHistory.of({"val_loss": over_seeds.mean(axis=1)}), over_seeds, repeats=True, each=each)
    return said.uncertainty.chance, int(np.mean([whole.mean(axis=1) for whole in wholes[count:]], axis=0).argmin())


def bins(name: str, pairs: Sequence[tuple[Sequence[float], int]]) -> None:
    """Print chances in bins: said, true, its standard error, and how many."""
    said = np.concatenate([chance for chance, _ in pairs])
    true = np.concatenate([np.arange(len(chance)) == best for chance, best in pairs])
    cells = []
    for low, high in zip(EDGES, EDGES[1:]):
        inside = (said >= low) & (said < high)
        if inside.any():
            share, count = true[inside].mean(), int(inside.sum())
            cells.append(f"{said[inside].mean():.2f}/{share:.2f} ± {math.sqrt(max(share * (1 - share), 0.25 / count) / count):.2f}")
    print(f"chance of being the best, {name}: {', '.join(cells)}", flush=True)


def real(options: argparse.Namespace) -> None:
    """The same on real trainings, whose test curve says which epoch is the best."""
    if options.curves is None:
        return
    runs = runs_with_samples(options)
    for name, given in (("samples", True), ("log", False)):
        pairs = []
        for values, loss, test in runs:
            history = TrainingHistory.of({"loss": loss, "val_loss": values.mean(axis=1)})
            pairs.append((judge(history, values if given else None).uncertainty.chance, int(test.argmin())))
        bins(f"real trainings, {name}", pairs)


PARTS = {
    part.__name__: part
    for part in (accuracy, losses, groups, refit, remedies, seeds, search, scaling, repeats, probabilities, chances, real)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 1000, 10_000])
    parser.add_argument("--curves", type=Path, help="the folder of real curves")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        PARTS[part](options)


if __name__ == "__main__":
    main()
