"""Where examples run, those in docstrings and those in README: a folder of their own, with the files that they name in it."""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
LOG = "epoch,loss,val_loss\n" + "".join(f"{i},{2.0**-i:.4f},{0.3 + 0.02 * abs(i - 4):.2f}\n" for i in range(12))
README = Path(__file__).parent / "README.md"
LOADER = """import numpy as np


def load():
    x = np.random.default_rng(0).random((200, 3), np.float32)
    return x, (x.sum(axis=1) > 1.5).astype(int)
"""
ANSWERS = "---\nname: Kim Minji\nid: 2026-1234\nbest_epoch: 5\nverdict: underfitting\nwhy: It still falls.\n---\n"


def _analysis(dataset: str, **options: object) -> Callable[[Path], object]:
    def make(path: Path) -> object:
        import fitscope

        return fitscope.analyze(dataset, output=path, **options)  # type: ignore[arg-type]

    return make


def _rubric(path: Path) -> None:
    from fitscope.grading.starting import starting_rubric

    path.write_text(starting_rubric("digits"), encoding="utf8")


def _submissions(path: Path) -> None:
    (path / "kim").mkdir(parents=True)
    (path / "kim" / "training.log").write_text(LOG)
    (path / "kim" / "answers.md").write_text(ANSWERS)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("kim/training.log", LOG)
        file.writestr("kim/answers.md", ANSWERS)


def _people(path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{age},{city},{age / 9 + len(city):.1f}" for age, city in zip(rng.integers(20, 70, 120), ["Ulm", "Seoul"] * 60)]
    path.write_text("\n".join(["age,city,income", *rows]) + "\n")


def _reviews(path: Path) -> None:
    for part, count in (("train", 40), ("test", 10)):
        for label, word in (("pos", "wonderful"), ("neg", "dreadful")):
            (path / part / label).mkdir(parents=True)
            for i in range(count):
                (path / part / label / f"{i}.txt").write_text(f"A {word} film, number {i}.")


def _networks(path: Path) -> None:
    """Write the network of README's own text."""
    (block,) = re.findall(r"```python\n(import keras\n.*?)```", README.read_text(encoding="utf8"), re.DOTALL)
    path.write_text(block, encoding="utf8")


def _logged(path: Path) -> None:
    path.mkdir()
    (path / "training.log").write_text(LOG)


SAME = {"reports/plain": "my-report"}
MADE = {  # what an example names, and what makes it
    "training.log": lambda path: path.write_text(LOG),
    "other/training.log": lambda path: path.write_text(LOG),
    "history.json": lambda path: path.write_text(json.dumps({"loss": [0.9, 0.5, 0.3], "val_loss": [0.9, 0.6, 0.7]})),
    "notes.md": lambda path: path.write_text("I saw *this*.\n"),
    "people.csv": _people,
    "aclImdb": _reviews,
    "data.py": lambda path: path.write_text(LOADER),
    "nets.py": _networks,
    "answers.md": lambda path: path.write_text(ANSWERS),
    "new.npy": lambda path: np.save(path, np.zeros((2, 64), np.float32)),
    "my-report": _analysis("digits", max_epochs=5),
    "reports/dropout": _logged,
    "reports/large": _analysis("digits", max_epochs=5, model="large"),
    "reports/studied": _analysis("digits", max_epochs=3, repeats=2, remedies=True, sizes=True, search="random", trials=2),
    "reports/folds": _analysis("diabetes", max_epochs=3, folds=2),
    "my-run": _analysis("digits", max_epochs=5, blind=True, student_id="2026-1234"),
    "rubric.toml": _rubric,
    "roster.csv": lambda path: path.write_text("name,id\nKim Minji,2026-1234\n"),
    "submissions": _submissions,
    "submissions.zip": _zip,
}


class Made:
    """Make each file or folder once, when it is first asked for, and put copies where they are needed."""

    names = (*MADE, *SAME)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, into: Path) -> None:
        made, copy = self.folder / SAME.get(name, name), into / name
        if not made.exists():
            made.parent.mkdir(exist_ok=True)
            MADE[SAME.get(name, name)](made)
        copy.parent.mkdir(exist_ok=True)
        (shutil.copytree if made.is_dir() else shutil.copy)(made, copy)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return what puts the files that examples name into a folder."""
    return Made(tmp_path_factory.mktemp("made"))


@pytest.fixture(autouse=True)
def examples_folder(request: pytest.FixtureRequest) -> None:
    """Put a docstring's examples into a folder with copies of what they name; tests are left as they are."""
    found = getattr(request.node, "dtest", None)
    if not isinstance(found, doctest.DocTest):
        return
    folder, made = request.getfixturevalue("tmp_path"), request.getfixturevalue("made")
    request.getfixturevalue("monkeypatch").chdir(folder)
    for name in made.names:
        if any(f'"{name}' in example.source for example in found.examples):
            made.put(name, folder)
