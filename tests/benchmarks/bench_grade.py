"""How long a class takes to grade, and how many cheats are found and honest students flagged, on real trainings.

    python tests/benchmarks/bench_grade.py FOLDER [--train N] [--of imdb] [--students 1000] [--rerun 10]

FOLDER keeps one result a training, `DATASET/SEED.json.gz`; `--train N` adds trainings of `--of` until there are N. Classes are made
of all that lies there: each training is one student's report, its seed made from a student's number. Cheats are made of other
trainings of the same kind, by the means that `CHEATS` names, and handed in among the honest ones.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import gzip
import html
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

COURSE = "bench"
RUBRIC = """
title = "Bench"
course = "bench"
[[criterion]]
title = "Best epoch"
points = 3
field = ["answers.best_epoch", "diagnosis.best_epoch"]
in_plateau = true
[[criterion]]
title = "Verdict"
points = 2
field = ["answers.verdict", "diagnosis.verdict"]
same_verdict = true
[[criterion]]
title = "Test accuracy"
points = 3
field = "refit.test.accuracy"
levels = [{at_least = 0.86, points = 3}, {at_least = 0.7, points = 2}]
[[criterion]]
title = "Why"
points = 2
field = "answers.why"
manual = true
"""
_DL = re.compile(r'<dl id="fitscope-numbers">.*?</dl>', re.S)
_HEAD = re.compile(r'<p class="about">.*?</h1>', re.S)
_DATA = re.compile(r'(<script type="application/json" id="fitscope-result">).*?(</script>)', re.S)
RNG = np.random.default_rng(2026)


def train(folder: Path, name: str, count: int) -> None:
    from fitscope import analyze

    (folder / name).mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        path = folder / name / f"{seed:05d}.json.gz"
        if not path.exists():
            text = analyze(name, max_epochs=20, seed=seed).to_text()
            with gzip.open(path, "wt", encoding="utf8") as file:
                file.write(text)


class Class:
    """Write a class's reports: each page is a real one of its kind with another student's numbers and data in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.frames, self.kinds = folder, {}, {}
        folder.mkdir(parents=True, exist_ok=True)

    def page(self, content: dict, shown: dict | None = None) -> str:
        from fitscope import words
        from fitscope.report.embedding import as_script
        from fitscope.report.headline import headline
        from fitscope.report.page import render
        from fitscope.report.repeats_view import averaged
        from fitscope.result import Result

        kind = content["dataset"]["name"]
        result = Result.from_json(shown or content)
        if kind not in self.frames:
            self.frames[kind] = render(result)
        rows = "\n".join(
            f"<div><dt>{html.escape(row.term)}</dt><dd><strong>{html.escape(row.values[0])}</strong> "
            f"<span>{html.escape(row.values[1])}</span></dd></div>"
            for row in headline(result, averaged(result))
        )
        verdict, label = result.diagnosis.verdict, words.label(result.diagnosis.verdict)
        told = html.escape(result.diagnosis.message)
        head = f'<p class="about"><span class="badge {verdict}">{label}</span> {kind}</p>\n<h1>{told}</h1>'
        page = _DL.sub(lambda _: f'<dl id="fitscope-numbers">\n{rows}\n</dl>', self.frames[kind])
        page = _HEAD.sub(lambda _: head, page, count=1)
        return _DATA.sub(lambda tag: tag[1] + as_script(content) + tag[2], page)

    def hand_in(self, number: int, kind: str, text: str, ending: str = "html") -> None:
        name = f"s{number:05d}"
        self.kinds[name] = kind
        (self.folder / f"{name}.{ending}").write_text(text, encoding="utf8")


def signed(content: dict, number: int) -> dict:
    """Return a result as another student's: name, number, and a seed that goes with it; its diagnosis follows the seed."""
    from fitscope.plan import student_seed

    content = copy.deepcopy(content)
    content["author"] = {"name": f"Student {number}", "id": f"2026-{number:05d}"}
    content["plan"] |= {"seed": student_seed(content["author"]["id"], COURSE), "seed_from": "student-id"}
    return judged(content)


def judged(content: dict) -> dict:
    """Return a result whose diagnosis is that of its curves, as a careful cheat would make it."""
    from fitscope.grading.recomputed import recomputed
    from fitscope.result import Result

    result = Result.from_json(content)
    said, _ = recomputed(result)
    made = dataclasses.replace(result, diagnosis=said).to_json()
    for name in ("holdout", "refit"):
        if made[name] is not None:
            made[name]["epochs"] = said.best_epoch
    if made["mistakes"] is not None and made["mistakes"]["epoch"] != said.best_epoch:
        made["mistakes"] = None
    return made


def losses(content: dict, change) -> dict:
    content = copy.deepcopy(content)
    for name in ("loss", "val_loss"):
        content["history"][name] = change(np.array(content["history"][name], float)).tolist()
    return content


def every(content: dict, change) -> dict:
    content = copy.deepcopy(content)
    for name in set(content["history"]) - {"epoch"}:
        content["history"][name] = change(np.array(content["history"][name], float)).tolist()
    return content


def jitter(values):
    return values * (1 + RNG.uniform(-0.01, 0.01, len(values)))


CHANGES = {
    "scaled": lambda values: values * 1.06,
    "shifted": lambda values: values + 0.015,
    "rounded to 3 digits": lambda values: np.round(values, 3),
    "jittered by 1 %": jitter,
}


def log_of(content: dict) -> str:
    names = [name for name in content["history"] if name != "epoch"]
    rows = [",".join(["epoch", *names])]
    for i in range(len(content["history"]["loss"])):
        rows.append(",".join([str(i), *(f"{content['history'][name][i]:.6g}" for name in names)]))
    return "\n".join(rows) + "\n"


def raised(content: dict, with_loss: bool) -> dict:
    """Return a result whose test accuracy is 0.02 higher, all that follows from it made to fit."""
    from fitscope.training.scores import wilson

    content = copy.deepcopy(content)
    test, gain = content["refit"]["test"], content["refit"]["gain"]
    more = round(0.02 * test["samples"]) / test["samples"]
    test["accuracy"] = min(1.0, test["accuracy"] + more)
    test["accuracy_interval"] = list(wilson(round(test["accuracy"] * test["samples"]), test["samples"]))
    gain["accuracy"] = test["accuracy"] - content["holdout"]["test"]["accuracy"]
    if with_loss:
        test["loss"] *= 0.9
        test["loss_interval"] = [0.9 * limit for limit in test["loss_interval"]]
        gain["loss"] = content["holdout"]["test"]["loss"] - test["loss"]
    return content


def drawn(content: dict) -> dict:
    content = copy.deepcopy(content)
    e = np.arange(1, len(content["history"]["loss"]) + 1)
    content["history"]["val_loss"] = np.round(0.3 + 0.3 * np.exp(-e / 2) + 0.01 * e, 3).tolist()
    return content


def edited(content: dict, **changes) -> dict:
    content = copy.deepcopy(content)
    content["diagnosis"] |= changes
    return content


def other_verdict(content: dict) -> str:
    return "good_fit" if content["diagnosis"]["verdict"] != "good_fit" else "overfitting"


def other_epoch(content: dict) -> int:
    best = content["diagnosis"]["best_epoch"]
    return best + 3 if best + 3 <= len(content["history"]["epoch"]) else best - 3


def cheats(source: dict, number: int, made: Class) -> dict[str, tuple[str, str]]:
    """Return every kind of cheat, made from one honest student's report by another: the text that is handed in, and its ending."""
    own = signed(source, number)
    found = {
        "verdict edited in the data": (made.page(edited(own, verdict=other_verdict(own)), own), "html"),
        "best epoch edited in the data": (made.page(edited(own, best_epoch=other_epoch(own)), own), "html"),
        "verdict edited in the page": (made.page(own, edited(own, verdict=other_verdict(own))), "html"),
        "best epoch edited in the page": (made.page(own, edited(own, best_epoch=other_epoch(own))), "html"),
        "copied under another name and id": (made.page({**source, "author": own["author"]}), "html"),
        "copied, seed made to fit": (made.page(own), "html"),
        "copied as a log": (log_of(source), "csv"),
        "curve drawn by hand": (made.page(drawn(own), own), "html"),
    }
    for name, change in CHANGES.items():
        found[f"losses {name}"] = (made.page(judged(losses(own, change))), "html")
        found[f"all curves {name}, as a log"] = (log_of(every(source, change)), "csv")
    return found


FROM_OWN = ("verdict edited", "best epoch edited", "curve drawn")  # no second report is like them


def contents(folder: Path) -> list[dict]:
    found = []
    for path in sorted(folder.glob("*/*.json.gz")):
        with gzip.open(path, "rt", encoding="utf8") as file:
            found.append(json.load(file))
    return found


def graded(folder: Path, rubric: Path, **options):
    from fitscope.grading.classroom import grade

    return {one.name: one for one in grade(folder, rubric, workers=1, **options).graded}


def report(found: dict, kinds: dict[str, str], honest: set[str]) -> None:
    """Print for each kind of cheat how many carry a flag, and how many honest students do who were not copied from."""
    flagged = {name: {flag.code for flag in one.flags} - {"late"} for name, one in found.items()}
    for kind in dict.fromkeys(kinds.values()):
        names = [name for name, is_ in kinds.items() if is_ == kind and name in found]
        if kind != "honest":
            hit = [name for name in names if flagged[name]]
            codes = sorted({code for name in hit for code in flagged[name]})
            print(f"  {kind:40s} {len(hit):4d} of {len(names):4d}  {', '.join(codes)}")
    wrong = [name for name in honest if flagged.get(name)]
    print(f"  honest, copied by nobody: {len(wrong)} of {len(honest)} flagged", *(sorted(flagged[name]) for name in wrong[:5]))


def detection(folder: Path, rubric: Path, many: int) -> None:
    """Grade all honest students, then the same class with cheats among them."""
    from fitscope import version

    trained = [content | {"fitscope": version()} for content in contents(folder)]
    with tempfile.TemporaryDirectory() as scratch:
        made = Class(Path(scratch) / "class")
        for number, content in enumerate(trained):
            made.hand_in(number, "honest", made.page(signed(content, number)))
        found = graded(made.folder, rubric)
        errors = [one.error for one in found.values() if one.error]
        print(f"{len(found)} honest students, each a training of its own ({len(errors)} unread)")
        report(found, made.kinds, set(made.kinds))
        sources = RNG.choice(len(trained), min(many, len(trained)), replace=False)
        copied, number = set(), len(trained)
        for source in sources:
            kinds = cheats(trained[source] if False else signed(trained[source], int(source)), number, made)
            kind = list(kinds)[len(copied) % len(kinds)]
            text, ending = kinds[kind]
            made.hand_in(number, kind, text, ending)
            if kind.startswith(FROM_OWN):
                (made.folder / f"s{source:05d}.html").unlink()  # the cheat is the source's own hand-in
                del made.kinds[f"s{source:05d}"]
            copied.add(f"s{source:05d}")
            number += 1
        print(f"the same with {len(sources)} cheats")
        report(graded(made.folder, rubric), made.kinds, {n for n, k in made.kinds.items() if k == "honest"} - copied)


def made_up_results(folder: Path, rubric: Path, count: int) -> None:
    """Run again honest reports and reports whose test accuracy was raised, of trainings with given seeds."""
    trained = [one for one in contents(folder) if one["dataset"]["name"] == "digits" and one["plan"]["model"] == "textbook"]
    with tempfile.TemporaryDirectory() as scratch:
        made = Class(Path(scratch) / "class")
        for number, content in enumerate(trained[:count]):
            content["author"] = {"name": f"Student {number}", "id": f"2026-{number:05d}"}
            kind = ("honest", "accuracy raised, all made to fit", "accuracy and loss raised, all made to fit")[number % 3]
            changed = content if kind == "honest" else raised(content, "loss" in kind)
            made.hand_in(number, kind, made.page(changed))
        print(f"{min(count, len(trained))} run again")
        found = graded(made.folder, rubric, rerun=None)
        report(found, made.kinds, {name for name, kind in made.kinds.items() if kind == "honest"})


SPEED = """
import resource, sys, time
from pathlib import Path
begin = time.perf_counter()
from fitscope.grading.classroom import grade
if __name__ == "__main__":
    book = grade(sys.argv[1], sys.argv[2], output=sys.argv[3])
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(time.perf_counter() - begin, own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime,
          peak / 1000, workers.ru_maxrss / 1000, len(book.graded))
"""


def speed(folder: Path, rubric: Path, students: int) -> None:
    """Grade classes of several sizes in processes of their own, pages and gradebooks included."""
    trained = [content for content in contents(folder) if len(content["history"]["loss"]) == 20]
    with tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch) / "grade.py"
        script.write_text(SPEED, encoding="utf8")
        for count in (students // 4, students):
            made = Class(Path(scratch) / f"class-{count}")
            for number in range(count):
                content = trained[number % len(trained)]
                made.hand_in(number, "honest", made.page(signed(content, number)))
            runs = []
            for run in range(3):
                output = Path(scratch) / f"grades-{count}-{run}"
                command = [sys.executable, script, made.folder, rubric, output]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                runs.append([float(value) for value in done.stdout.split()])
            wall, processor, own, worker, read = min(runs)
            size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file()) / 1e6
            print(f"{read:.0f} submissions: {wall:.1f} s, {processor:.1f} s of processor time, {own:.0f} MB and {worker:.0f} MB a "
                  f"worker, {size:.1f} MB written")  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--train", type=int, default=0)
    asked.add_argument("--of", default="digits")
    asked.add_argument("--cheats", type=int, default=320)
    asked.add_argument("--students", type=int, default=1000)
    asked.add_argument("--rerun", type=int, default=9)
    given = asked.parse_args()
    if given.train:
        train(given.folder, given.of, given.train)
    with tempfile.TemporaryDirectory() as scratch:
        rubric = Path(scratch) / "rubric.toml"
        rubric.write_text(RUBRIC, encoding="utf8")
        begin = time.perf_counter()
        if given.cheats:
            detection(given.folder, rubric, given.cheats)
        if given.rerun:
            made_up_results(given.folder, rubric, given.rerun)
        if given.students:
            speed(given.folder, rubric, given.students)
    print(f"in all {time.perf_counter() - begin:.0f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")


if __name__ == "__main__":
    main()
