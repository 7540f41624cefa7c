"""A run folder from a stranger: its model is looked at before Keras opens it, and brings no code."""

import json
import zipfile

import pytest

from fitscope import prediction
from fitscope.errors import DataError
from fitscope.training import screening


def saved(path, layer, **members):
    content = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}, "registered_name": None}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in {"metadata.json": "{}", "config.json": json.dumps(content), "model.weights.h5": "", **members}.items():
            made.writestr(name, text)
    return path


def layer(name, module="keras.layers", **config):
    return {"module": module, "class_name": name, "config": {"name": "a", **config}, "registered_name": None}


@pytest.mark.parametrize("module", ["keras.layers", "keras", "keras.src.models.functional", "keras.ops", "builtins", None])
def test_stock_layer_is_let_through(tmp_path, module):
    screening.check(saved(tmp_path / "model.keras", layer("Dense", module, activation="relu")))


LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}
STRANGE = {
    "lambda": (layer("Lambda"), "runs code"),
    "lambda within another layer": (layer("TimeDistributed", layer=layer("Lambda")), "runs code"),
    "function of its own": (layer("Dense", activation=LAMBDA), "runs code"),
    "SavedModel": (layer("TFSMLayer", filepath="/tmp/x"), "runs code"),
    "module of PyTorch": (layer("TorchModuleWrapper"), "runs code"),
    "another module": (layer("system", "os"), "plain Keras"),
    "module that begins like Keras": (layer("get", "kerasx.layers"), "plain Keras"),
    "what fetches files": ({"module": "keras.utils", "class_name": "function", "config": "get_file"}, "plain Keras"),
    "what allows code": (layer("enable_unsafe_deserialization", "keras.config"), "plain Keras"),
    "a name that is a list": (layer(["Dense"]), "plain Keras"),
    "a registered name that is a list": (layer("Dense", "mine") | {"registered_name": ["Dense"]}, "plain Keras"),
    "a module that is a number": (layer("Dense", 7), "plain Keras"),
    "a name of two lines": (layer("Dense\nor not", "mine"), "it asks for Dense.or not of mine"),
    "the same by its inner name": (layer("get_file", "keras.src.utils.file_utils"), "plain Keras"),
}


@pytest.mark.parametrize(("one", "says"), STRANGE.values(), ids=STRANGE)
def test_model_that_brings_code_is_never_opened(tmp_path, one, says):
    pytest.importorskip("keras")
    with pytest.raises(DataError, match=says):
        screening.check(saved(tmp_path / "model.keras", one))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "C:/evil", "assets/../../evil"])
def test_model_with_a_name_that_leads_out_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="leads out"):
        screening.check(saved(tmp_path / "model.keras", layer("Dense"), **{name: "x"}))


def test_model_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(screening, "RATIO_FROM", 1000)
    with pytest.raises(DataError, match="only bombs"):
        screening.check(saved(tmp_path / "model.keras", layer("Dense"), **{"model.weights.h5": bytes(1_000_000)}))


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04" + bytes(99)])
def test_damaged_model_is_one_sentence(tmp_path, content):
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(DataError, match="cannot be opened by plain Keras"):
        screening.check(tmp_path / "model.keras")


READINGS = {
    "a division by nothing": {"kind": "arrays", "shape": [3], "divide": "x"},
    "another kind": {"kind": "system"},
    "kind that is a list": {"kind": []},
    "pictures of any size": {"kind": "pictures", "shape": [10**6, 10**6, 3]},
    "words beyond the columns": {"kind": "texts", "words": ["a"], "columns": 1, "first": 5, "unknown": None, "always": []},
    "columns below 0": {"kind": "texts", "words": ["a"], "columns": -1, "first": 0, "unknown": None, "always": []},
    "a table of nothing": {"kind": "table", "numbers": [{}], "categories": [], "words": []},
    "categories that are lists": {"kind": "table", "numbers": [], "categories": [{"name": "b", "categories": [[]]}], "words": []},
}
FILES = {"arrays": "new.npy", "texts": "new.txt", "pictures": "new.png", "table": "new.csv"}


@pytest.mark.parametrize("content", READINGS.values(), ids=READINGS)
def test_preparation_that_was_tampered_with_is_one_sentence(tmp_path, content):
    np = pytest.importorskip("numpy")
    np.save(tmp_path / "new.npy", np.zeros((2, 3)))
    (tmp_path / "new.txt").write_text("a b")
    (tmp_path / "new.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "new.png").write_bytes(b"x")
    said = {"schema": "fitscope-preparation/1", "task": "binary", "classes": ["a", "b"], "input": content}
    (tmp_path / "preparation.json").write_text(json.dumps(said))
    with pytest.raises(DataError, match=r"preparation\.json is damaged"):
        prediction.predict(tmp_path, tmp_path / FILES.get(str(content["kind"]), "new.csv"))
