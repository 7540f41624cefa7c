"""How long a report takes to write, importing matplotlib included, and how large pages are.

    python tests/benchmarks/bench_report.py

Each page is written by a process of its own, five times; the shortest time is the least disturbed one. Results are made by hand
(tests/report/conftest.py): twelve charts of 20 epochs, and 10,000 epochs with 100 trials.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
WRITE = """
import sys
from pathlib import Path
from fitscope.report.page import write
from fitscope.result import Result
write(Result.from_text(Path(sys.argv[1]).read_text(encoding="utf8")), Path(sys.argv[2]))
"""


def made():
    spec = importlib.util.spec_from_file_location("made", ROOT / "tests" / "report" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results():
    """Yield each result by name."""
    from fitscope.analysis import analyze
    from fitscope.diagnosis import judge
    from fitscope.result import Studies

    make, plain = made(), analyze("digits", max_epochs=20)
    studies = Studies(make.repeats(), (), make.remedies(seeds=8, spread=0.002), make.sizes(), make.repeated(), make.scaling())
    yield "20 epochs, every study", dataclasses.replace(plain, studies=studies, search=make.search(60))
    history = make.history(best=2000, epochs=10_000)
    judged = judge(history, majority=0.1, classes=10)
    yield "10,000 epochs, 100 trials", dataclasses.replace(plain, history=history, diagnosis=judged, search=make.search(100))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, result in results():
            content, page = Path(folder) / "result.json", Path(folder) / "report.html"
            content.write_text(result.to_text(), encoding="utf8")
            seconds = []
            for _ in range(RUNS):
                begin = time.perf_counter()
                subprocess.run([sys.executable, "-c", WRITE, content, page], check=True, cwd=ROOT)
                seconds.append(time.perf_counter() - begin)
            charts = page.read_text(encoding="utf8").count("<figure")
            print(f"{name}: {min(seconds):.2f} s (up to {max(seconds):.2f}), {charts} charts, {page.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
