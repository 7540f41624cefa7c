"""README's "Contributing" is followed to the letter, in a copy of the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf8").partition("## Contributing")[2]
FILES = dict(re.findall(r"```python\n# (fitscope/\S+)\n(.*?)```", README, re.DOTALL))


def add(path: Path, before: str, line: str) -> None:
    """Put a line before the one that begins so."""
    text = path.read_text(encoding="utf8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, line + before), encoding="utf8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package with all four additions in it."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("fitscope", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, content in FILES.items():
        path = folder / name
        path.write_text((path.read_text(encoding="utf8") if path.exists() else "") + content, encoding="utf8")
    datasets, readers = folder / "fitscope/datasets/__init__.py", folder / "fitscope/readers/__init__.py"
    add(datasets, "from fitscope.errors import", "from fitscope.datasets.wine import WINE\n")
    add(datasets, ")}  # one here is", ", WINE")
    add(readers, "from fitscope.readers.log import", "from fitscope.readers import treadmill\n")
    add(readers, '    "charts of Weights & Biases"', '    "Treadmill\'s logs": treadmill.read,\n')
    add(folder / "fitscope/language/__init__.py", '"ko": "', '"de": "Deutsch", ')
    _german(folder)
    (folder / "run.log").write_text(
        "".join(f"[epoch {i}] train {1 / i:.3f} | valid {0.5 + abs(i - 4) / 20:.3f}\n" for i in range(1, 13))
    )
    (folder / "answers.md").write_text("---\nname: Kim\nwhy: The validation loss rises.\n---\n")
    (folder / "rubric.toml").write_text(
        '[[criterion]]\ntitle = "Why"\npoints = 2\nfield = "answers.why"\nmentions = ["validation", "rises"]\n'
    )
    return folder


def _german(folder: Path) -> None:
    """Begin a catalogue as `pybabel init` does, and translate a handful of texts."""
    korean = (folder / "templates/locale/ko/LC_MESSAGES/fitscope.po").read_text(encoding="utf8")
    empty = re.sub(r'^msgstr(\[\d\])? ".+"$', r'msgstr\1 ""', korean.partition("\n\n")[2], flags=re.MULTILINE)
    for english, german in {"overfitting": "Überanpassung", "best epoch": "beste Epoche"}.items():
        empty = empty.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{german}"')
    to = folder / "templates/locale/de/LC_MESSAGES/fitscope.po"
    to.parent.mkdir(parents=True)
    to.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + empty, encoding="utf8")


def said(folder: Path, *words: str) -> str:
    """Return what a command of the copy says."""
    command = [sys.executable, "-m", "fitscope", *words]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_new_dataset_is_listed_shown_and_asked_about(clone):
    assert "wines of three growers" in said(clone, "data", "list")
    assert "sound: 178 samples" in said(clone, "data", "check", "wine")
    assert "alcohol 1" in said(clone, "data", "show", "wine", "0")
    assert "at_least = 0.9" in said(clone, "grade", "--init", "wine")


def test_new_reader_reads_its_logs(clone):
    assert "'best_epoch': 4" in said(clone, "diagnose", "run.log", "--json").replace('"', "'")


def test_new_kind_of_criterion_is_marked(clone):
    (clone / "handed" / "kim").mkdir(parents=True)
    for name, given in (("run.log", "training.log"), ("answers.md", "answers.md")):
        shutil.copy(clone / name, clone / "handed" / "kim" / given)
    assert '"points": 2' in said(clone, "grade", "handed", "--rubric", "rubric.toml", "--workers", "1", "--json")


def test_new_language_is_spoken_and_falls_back_to_english(clone):
    spoken = said(clone, "diagnose", "run.log", "--lang", "de")
    assert "Überanpassung" in spoken.capitalize() or "ÜBERANPASSUNG" in spoken
    assert "validation loss" in spoken
