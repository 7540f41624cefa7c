"""Fuzz what fitscope reads from outside, guided by the branches that an input reaches (atheris, libFuzzer).

    python tests/fuzzing/fuzz.py                                            names the targets
    python tests/fuzzing/fuzz.py TARGET [TARGET ...] [--inputs 100000] [--breaks DIR] [--corpus DIR]
    python tests/fuzzing/fuzz.py TARGET --replay FILE ...                   what saved inputs do, with the traceback

It needs `pip install atheris` (Linux). An input breaks a target where anything but a FitscopeError comes out, its sentence has
several lines or more than 3,000 characters, it takes over 5 s of the processor or 500 MB of memory, writes outside its scratch
folder, or runs code, a program or a pickle. Breaks of one place are one; the first input of each is kept in --breaks with its
traceback. With --corpus what was reached is kept, and a later run goes on from there.

Targets lie in modules beside this one called `*_targets.py`, each with a dict `TARGETS` from names to `target.Target`; a new module
is found by its name. A target's `read` takes the input and a scratch folder, and its seeds are real files. `mutators` has
changes that keep to a format (tables, JSON, markup, records, zips), for half of all inputs; the rest is libFuzzer's own. Where a
module has a function `prepare`, it is called before any fuzzing, but not by --replay: it may leave out what would take long.
Modules of fitscope that a function of the product loads late are imported by trying the seeds, before anything is counted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
_STUCK_S = 60  # by the clock: then libFuzzer ends the process, whatever it is in
_RESTARTS = 50


def targets(prepare: bool = False) -> dict:
    """Return all targets, from every module of targets that there is."""
    modules = [importlib.import_module(path.stem) for path in sorted(HERE.glob("*_targets.py"))]
    for module in modules:
        if prepare and hasattr(module, "prepare"):
            module.prepare()
    return {name: target for module in modules for name, target in module.TARGETS.items()}


class Fuzzing:
    """One target under way in this process.

    Args:
        name: of the target.
        target: what is tried.
        seeds: its real inputs.
        guard: tries an input, and says what breaks.
        folder: where what was seen stands.
        breaks: where inputs that break something are kept.
        begun: how many inputs an earlier process tried.
        inputs: how many are tried in all; then this process ends.
    """

    def __init__(self, name: str, target, seeds: list[bytes], guard, folder: Path, breaks: Path, begun: int, inputs: int) -> None:
        self.name, self.target, self.seeds, self.guard = name, target, seeds, guard
        self.folder, self.breaks, self.count, self.inputs = folder, breaks, begun, inputs
        self.seen: dict[str, int] = {}
        self.peak = 0.0

    def one(self, data: bytes) -> None:
        """Try an input, and keep the first that breaks a place."""
        self.count += 1
        grown = self.guard.grown_mb
        if (found := self.guard.break_of(data)) is not None:
            self._keep(data, *found)
        self.peak = max(self.peak, grown, self.guard.grown_mb)
        if self.count % 500 == 0 or self.count == self.inputs:
            self._tell()
        if self.count >= self.inputs:
            os._exit(0)

    def _keep(self, data: bytes, place: str, trace: str) -> None:
        self.seen[place] = self.seen.get(place, 0) + 1
        if self.seen[place] == 1:
            (self.breaks / f"{self.name}-{place}").write_bytes(data)
            (self.breaks / f"{self.name}-{place}.txt").write_text(trace, errors="replace")

    def _tell(self) -> None:
        state = {"inputs": self.count, "breaks": self.seen, "slowest": self.guard.slowest, "peak": self.peak}
        (self.folder / "state.new").write_text(json.dumps(state))
        os.replace(self.folder / "state.new", self.folder / "state.json")

    def mutate(self, data: bytes, longest: int, seed: int) -> bytes:
        """Change an input by the target's own mutators, by another seed's end, or as libFuzzer does."""
        import atheris

        rng = Random(seed)
        for _ in range(rng.choice((1, 1, 2, 4))):
            if self.target.mutators and rng.random() < 0.5:
                data = rng.choice(self.target.mutators)(data, rng)
            elif rng.random() < 0.05 and self.seeds:
                other = rng.choice(self.seeds)
                data = data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]
            else:
                data = atheris.Mutate(data[:longest], longest)
        return data[:longest]


def loop(name: str, inputs: int, begun: int, folder: Path, breaks: Path, corpus: Path) -> None:
    """Fuzz one target in this process, which ends with it; what was seen stands in `folder`."""
    import atheris

    with atheris.instrument_imports(include=["fitscope"]):
        target = targets(prepare=True)[name]
        from guard import Guard

        scratch = folder / "scratch"
        scratch.mkdir(exist_ok=True)
        guard = Guard(target.read, scratch)
        seeds = list(target.seeds())
        for data in seeds:
            guard.break_of(data)
    for number, data in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(data[: target.longest])
    guard.watch()
    fuzzing = Fuzzing(name, target, seeds, guard, folder, breaks, begun, inputs)
    options = [*_options(target, folder / "words"), f"-artifact_prefix={breaks}/{name}-stuck-"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], fuzzing.one, custom_mutator=fuzzing.mutate, internal_libfuzzer=True)
    atheris.Fuzz()


def _options(target, words: Path) -> list[str]:
    """Return libFuzzer's options for a target, whose words it reads from a file."""
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
    limits = [f"-timeout={_STUCK_S}", "-rss_limit_mb=0", "-report_slow_units=1000", f"-max_len={target.longest}"]
    return [*limits, *([f"-dict={words}"] if target.words else []), "-len_control=0", "-detect_leaks=0"]


def _escaped(word: str) -> str:
    return "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\x{b:02x}" for b in word.encode())


def fuzz(name: str, inputs: int, breaks: Path, corpus: Path | None) -> bool:
    """Fuzz one target in processes of its own, begun again where one dies; print what was seen."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fitscope-fuzz-", dir=shared if shared.is_dir() else None))
    kept = folder / "corpus" if corpus is None else corpus / name
    for made in (kept, breaks):
        made.mkdir(parents=True, exist_ok=True)
    state: dict = {"inputs": 0, "breaks": {}, "slowest": 0.0, "peak": 0.0}
    edges = died = 0
    try:
        while state["inputs"] < inputs and died <= _RESTARTS:
            done = state["inputs"]
            command = [sys.executable, __file__, name, "--inputs", str(inputs), "--begun", str(done), "--folder", str(folder)]
            with open(folder / "log", "wb") as log:
                ended = subprocess.run([*command, "--breaks", str(breaks), "--corpus", str(kept)], stderr=log, stdout=log)
            text = (folder / "log").read_text(errors="replace")
            edges = max([edges, *(int(found) for found in re.findall(r"cov: (\d+)", text))])
            state = _joined(state, folder / "state.json")
            if ended.returncode:
                died += 1
                (breaks / f"{name}-died-{died}.txt").write_text(text[-5000:])
                if state["inputs"] == done and not edges:
                    break  # it cannot begin
        found = ", ".join(f"{place} ({times})" for place, times in state["breaks"].items()) or "none"
        print(f"{name}: {state['inputs']:,} inputs, {edges:,} edges, breaks: {found}, processes that died: {died}, "
              f"slowest {state['slowest']:.2f} s, peak {state['peak']:.0f} MB", flush=True)  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return not state["breaks"] and not died


def _joined(before: dict, path: Path) -> dict:
    if not path.exists():
        return before
    new = json.loads(path.read_text())
    path.unlink()
    counts = {place: before["breaks"].get(place, 0) + new["breaks"].get(place, 0) for place in before["breaks"] | new["breaks"]}
    most = {part: max(before[part], new[part]) for part in ("inputs", "slowest", "peak")}
    return {"breaks": counts, **most}


def replay(name: str, files: list[Path]) -> bool:
    """Print what saved inputs do."""
    from guard import Guard

    good = True
    with tempfile.TemporaryDirectory() as scratch:
        target = targets()[name]
        guard = Guard(target.read, Path(scratch))
        for data in target.seeds():
            guard.break_of(data)
        guard.watch()
        for file in files:
            found = guard.break_of(file.read_bytes())
            good &= found is None
            print(f"{file}: {'all is well' if found is None else found[0]}{'' if found is None else chr(10) + found[1]}")
        print(f"slowest {guard.slowest:.2f} s, peak {guard.grown_mb:.0f} MB")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--breaks", type=Path, default=Path("breaks"), help="folder for inputs that break something")
    parser.add_argument("--corpus", type=Path, help="folder to keep inputs that reached something new")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--begun", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder is not None:
        loop(given.targets[0], given.inputs, given.begun, given.folder, given.breaks, given.corpus)
    elif not given.targets:
        print("\n".join(targets()))
    elif given.replay:
        sys.exit(0 if replay(given.targets[0], given.replay) else 1)
    else:
        good = [fuzz(name, given.inputs, given.breaks.resolve(), given.corpus) for name in given.targets]
        sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
