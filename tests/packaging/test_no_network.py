"""fitscope speaks to nobody: no telemetry, no update check, nothing but the data that a person asks for, over https."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fitscope.datasets import DATASETS, store

PACKAGE = Path(__file__).parents[2] / "fitscope"
NETWORK = {"socket", "ssl", "urllib.request", "http", "http.client", "http.server", "requests", "asyncio", "ftplib", "smtplib"}
# Python reads this at its start, in worker processes too; files and pipes pass, an address or a name to be looked up does not.
WATCH = """
import os, sys

def watch(event, details):
    calls = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0, "urllib.Request": 0}
    if event in calls and not isinstance(details[calls[event]], str if event == "socket.connect" else bytes):
        with open(os.environ["FITSCOPE_TEST_CALLS"], "a") as file:
            file.write(f"{event} {details[calls[event]]}\\n")
        raise OSError("no network here")

sys.addaudithook(watch)
"""
RUBRIC = '[[criterion]]\ntitle = "Best"\npoints = 1\nin_plateau = true\n'
COMMANDS = """
from fitscope.cli import main
for words in (
    "analyze diabetes --max-epochs 5 --repeats 2 --workers 2 --output run --figures figures",
    "diagnose run/history.csv --output page.html",
    "report run --teach",
    "compare run run/history.csv",
    "predict run new.csv",
    "answers digits",
    "grade run/report.html --rubric rubric.toml --output grades --workers 1",
    "data list",
    "data check digits",
):
    try:
        main(words.split())
    except SystemExit as left:
        assert not left.code, words
"""


def calls(code: str, folder: Path) -> str:
    """Run Python code in a folder and return the network calls that it, or a process of its, tried."""
    (folder / "sitecustomize.py").write_text(WATCH)
    found = folder / "calls.txt"
    where = os.pathsep.join(filter(None, (str(folder), str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": where, "FITSCOPE_TEST_CALLS": str(found)}
    environment.pop("FITSCOPE_DATA_DIR", None)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return found.read_text() if found.exists() else ""


def test_watch_sees_a_call(tmp_path):
    code = "import urllib.request\ntry: urllib.request.urlopen('http://127.0.0.1:9')\nexcept OSError: pass"
    assert "127.0.0.1" in calls(code, tmp_path)


def test_commands_call_nobody(tmp_path):
    from sklearn.datasets import load_diabetes

    load_diabetes(as_frame=True, scaled=False).frame[:5].to_csv(tmp_path / "new.csv", index=False)
    (tmp_path / "rubric.toml").write_text(RUBRIC)
    assert calls(COMMANDS, tmp_path) == ""


def test_importing_what_fitscope_needs_calls_nobody(tmp_path):
    code = (
        "import tensorflow, keras, keras_tuner, distributed, matplotlib.pyplot, sklearn, pandas, babel, rich, xlsxwriter, pyarrow"
    )
    assert calls(code, tmp_path) == ""


def test_the_download_of_data_alone_can_use_the_network():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found |= {path.relative_to(PACKAGE).as_posix() for name in names if name in NETWORK}
    assert found == {"datasets/store.py"}


@pytest.mark.parametrize("file", [file for known in DATASETS.values() for file in known.files])
def test_downloads_come_over_https_and_are_checked(file):
    assert store.ORIGIN.startswith("https://")
    assert len(store.HASHES[file]) in (32, 64)
