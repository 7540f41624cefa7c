"""What could run a stranger's code, or open files by names in archives, stands in few places, each of which is named here."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "fitscope"
MODULES = sorted(PACKAGE.rglob("*.py"))
CALLS = {
    "eval": set(),
    "exec": set(),
    "compile": set(),
    "__import__": set(),
    "os.system": set(),
    "os.popen": set(),
    "pickle.load": set(),
    "pickle.loads": set(),
    "marshal.loads": set(),
    "shelve.open": set(),
    "yaml.unsafe_load": set(),
    "yaml.full_load": set(),
    "tarfile.extractall": set(),
    "shutil.unpack_archive": set(),
    "pickle.Unpickler": set(),
    "yaml.load": {"grading/exports.py"},  # the base loader, which makes nothing but texts, lists and mappings
    "importlib.import_module": {"__init__.py"},  # of fitscope's own rooms, when a name is first asked for
    "keras.models.load_model": {"training/saved.py"},  # in safe mode, behind training/screening.py
}
# pickle: a reader of lists of whole numbers that finds no class. xml: of what matplotlib drew. importlib.util: FILE.py:FUNCTION,
# and where scikit-learn lies. ctypes: how the C library keeps memory.
IMPORTS = {
    "pickle": {"datasets/npz.py"},
    "marshal": set(),
    "shelve": set(),
    "ctypes": {"training/loading.py"},
    "xml": {"report/slim.py", "report/svg.py"},
    "importlib.util": {"datasets/own.py", "datasets/digits.py"},
    "subprocess": None,  # None: looked at elsewhere
}


def place(path):
    return path.relative_to(PACKAGE).as_posix()


def calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_what_runs_code_is_called_in_named_places_alone(path):
    found = {name for name, _ in calls(path) if name in CALLS and place(path) not in CALLS[name]}
    found |= {name for name, _ in calls(path) if name.endswith((".extractall", ".extract")) and "re" not in name.split(".")}
    assert not found


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_what_could_run_code_is_imported_in_named_places_alone(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
    wrong = {name for name, places in IMPORTS.items() if places is not None and place(path) not in places}
    assert not {name for name in names if name in wrong or name.partition(".")[0] in wrong}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_arrays_are_read_without_pickles_and_models_in_safe_mode(path):
    for name, node in calls(path):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if name in ("np.load", "numpy.load"):
            assert given.get("allow_pickle") == "False"
        elif name.endswith("load_model"):
            assert given.get("safe_mode") == "True"
        elif name == "Image.open":
            assert "formats" in given
        assert given.get("allow_pickle", "False") == "False"
        assert given.get("shell", "False") == "False"
