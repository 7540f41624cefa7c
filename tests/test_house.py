"""The house's arrows (DESIGN section 3), and what commands must not load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "fitscope"
FLOORS = [
    {"cli"},
    {"monitor", "plots", "runs", "grading"},
    {"analysis", "logs", "prediction", "submission"},
    {"report", "studies"},
    {"training", "comparison"},
    {"datasets", "readers", "answers"},
    {"result"},
    {"diagnosis"},
    {"plan", "history", "words"},
    {"language"},
    {"shipped", "errors", "numpyfile", "plainfile", "wholefile"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or not path.name.startswith("__"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} if node.module != "fitscope" else {f"fitscope.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("fitscope.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_only_downward(path):
    room = room_of(path)
    above = {other for other in imported_rooms(path) - {room, "version"} if FLOOR[other] <= FLOOR[room] and other != "errors"}
    assert not above, f"{room} must not import {above}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_keras_is_imported_in_training_and_monitor_alone(path):
    text = path.read_text(encoding="utf8")
    loads = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            loads |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            loads.add(node.module.split(".")[0])
    assert room_of(path) in ("training", "monitor") or not loads & {"keras", "tensorflow"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_stays_under_400_lines(path):
    assert len(path.read_text(encoding="utf8").splitlines()) < 400


@pytest.mark.parametrize(
    ("code", "unloaded"),
    [
        ("import fitscope", ["numpy", "tensorflow", "keras", "matplotlib"]),
        ("from fitscope.cli import main; main(['--help'])", ["numpy", "tensorflow", "keras", "matplotlib"]),
        ("from fitscope.cli import main; main(['analyze', '--help'])", ["numpy", "tensorflow", "keras", "matplotlib"]),
        ("from fitscope.cli import main; main(['data', 'list'])", ["tensorflow", "keras", "matplotlib"]),
        ("open('log', 'w').write('loss,val_loss' + '\\n1,2' * 9); from fitscope.cli import main; main(['diagnose', 'log'])",
         ["tensorflow", "keras", "matplotlib", "pandas", "scipy.stats"]),
        ("open('log', 'w').write('loss,val_loss' + '\\n1,2' * 9); import fitscope; fitscope.compare('log', 'log').to_json()",
         ["tensorflow", "keras", "matplotlib", "pandas", "scipy.stats"]),
        ("open('log', 'w').write('loss,val_loss' + '\\n1,2' * 9); from fitscope.cli import main; main(['compare', 'log', 'log'])",
         ["tensorflow", "keras", "pandas", "scipy.stats"]),
        ("open('log', 'w').write('loss,val_loss' + '\\n1,2' * 9); from fitscope import logs, runs; from pathlib import Path; "
         "logs.write_pages([runs.read_result('log')], Path('a.html')); from fitscope.cli import main; main(['report', 'a.html'])",
         ["tensorflow", "keras", "pandas", "scipy.stats"]),
        ("from fitscope.cli import main; main(['answers', 'reuters'])",
         ["tensorflow", "keras", "matplotlib", "pandas", "scipy.stats"]),
        ("from fitscope.cli import main; main(['submit', 'nowhere', '--answers', 'answers.md'])",
         ["tensorflow", "keras", "pandas", "scipy.stats"]),
        ("open('log.csv', 'w').write('loss,val_loss' + '\\n1,2' * 9); from fitscope.cli import main; "
         "open('r.toml', 'w').write('[[criterion]]\\ntitle = \"Best\"\\npoints = 1\\nin_plateau = true\\n'); "
         "main(['grade', 'log.csv', '--rubric', 'r.toml'])",
         ["tensorflow", "keras", "matplotlib", "pandas", "scipy.stats"]),
        ("import fitscope; fitscope.diagnose({'loss': [1.0] * 9, 'val_loss': [2.0] * 9})",
         ["tensorflow", "keras", "matplotlib", "pandas", "scipy.stats"]),
    ],
)  # fmt: skip
def test_light_command_leaves_heavy_modules_alone(code, unloaded, tmp_path):
    check = f"import atexit, sys\natexit.register(lambda: sys.stderr.write(repr(set({unloaded!r}) & set(sys.modules))))\n{code}"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr.endswith("set()"), done.stderr
