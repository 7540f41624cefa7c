"""Where the examples in docstrings run: a folder of their own, with the files that they name in it, made by fitscope itself."""

from __future__ import annotations

import doctest
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
LOG = "epoch,loss,val_loss\n" + "".join(f"{i},{2.0**-i:.4f},{0.3 + 0.02 * abs(i - 4):.2f}\n" for i in range(12))
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


MADE = {  # what an example names, and what makes it
    "training.log": lambda path: path.write_text(LOG),
    "answers.md": lambda path: path.write_text(ANSWERS),
    "new.npy": lambda path: np.save(path, np.zeros((2, 64), np.float32)),
    "my-report": _analysis("digits", max_epochs=5),
    "reports/plain": _analysis("digits", max_epochs=5),
    "reports/large": _analysis("digits", max_epochs=5, model="large"),
    "reports/studied": _analysis("digits", max_epochs=3, repeats=2, remedies=True, sizes=True, search="random", trials=2),
    "reports/folds": _analysis("diabetes", max_epochs=3, folds=2),
    "rubric.toml": _rubric,
    "submissions": _submissions,
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what makes a file or folder once and says where it lies."""
    folder = tmp_path_factory.mktemp("made")

    def make(name: str) -> Path:
        path = folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            MADE[name](path)
        return path

    return make


@pytest.fixture(autouse=True)
def examples_folder(request: pytest.FixtureRequest) -> None:
    """Put a docstring's examples into a folder with copies of what they name; tests are left as they are."""
    found = getattr(request.node, "dtest", None)
    if not isinstance(found, doctest.DocTest):
        return
    folder = request.getfixturevalue("tmp_path")
    request.getfixturevalue("monkeypatch").chdir(folder)
    for name in MADE:
        if any(f'"{name}' in example.source for example in found.examples):
            path = request.getfixturevalue("made")(name)
            (folder / name).parent.mkdir(exist_ok=True)
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / name)
