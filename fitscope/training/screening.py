"""A model's file looked at before Keras opens it: a description of layers and their weights, and nothing that runs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fitscope.errors import DataError, quoted
from fitscope.numpyfile import RATIO, RATIO_FROM

LARGEST_CONFIG = 20_000_000  # bytes; a network of a thousand layers has one million
# The rooms of Keras that hold what networks are made of; others read files, fetch from the network or change Keras itself.
_ROOMS = frozenset(
    ["activations", "constraints", "dtype_policies", "initializers", "layers", "losses", "metrics", "models", "ops", "optimizers"]
    + ["quantizers", "random", "regularizers"]
)
# What brings code of its own, or reads other files.
_NEVER = {
    "Lambda": "a Lambda layer",
    "__lambda__": "a function of its own",
    "TFSMLayer": "a SavedModel of TensorFlow's",
    "TorchModuleWrapper": "a module of PyTorch's",
    "JaxLayer": "a function of JAX'",
    "FlaxLayer": "a module of Flax'",
}


def check(path: Path) -> None:
    """Refuse a `.keras` file that is more than stock layers, or classes registered in this process, with their weights.

    Keras is not asked, for what it refuses differs from version to version.

    Raises:
        DataError: it is no such file, brings code, asks for a class of another module, or unpacks without end.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
            info = archive.getinfo("config.json")
            if info.file_size > LARGEST_CONFIG:
                raise DataError(f"{path} describes itself in {info.file_size:,} bytes, more than any network; analyze again.")
            with archive.open(info) as file:
                content = json.loads(file.read(LARGEST_CONFIG + 1))
    except DataError:
        raise
    except Exception as error:  # a damaged zip or JSON raises a dozen kinds
        raise DataError(
            f"{path} cannot be opened by plain Keras ({str(error)[:100].rstrip('.') or type(error).__name__}); analyze again."
        ) from None
    for named in _named(content):
        _check_named(named, path)


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    for info in archive.infolist():
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or ":" in parts[0]:
            raise DataError(f"{path} holds a name that leads out of it, {quoted(info.filename)!r}; no model that Keras saved does.")
        if info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
            raise DataError(f"{path} unpacks to over {RATIO} times its size, as only bombs do; analyze again.")


def _named(content: Any) -> Iterator[dict[str, Any]]:
    """Yield each object of a description that names a class or a function."""
    waiting = [content]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "class_name" in one:
                yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _check_named(named: dict[str, Any], path: Path) -> None:
    name, module, registered = named["class_name"], named.get("module"), named.get("registered_name")
    if not (isinstance(name, str) and isinstance(module, str | None) and isinstance(registered, str | None)):
        said = quoted(f"it asks for {name} of {module}")
        raise DataError(f"{path} cannot be opened by plain Keras ({said}); analyze again.")
    if name in _NEVER or registered in _NEVER:
        raise DataError(
            f"{path} holds {_NEVER.get(name, 'a layer')} ({quoted(name)}), which runs code that the file brings, "
            "and is not opened; build the network of stock layers and analyze again."
        )
    if module is None or module == "builtins" or _is_made_of(module) or _registered(named):
        return
    raise DataError(
        f"{path} cannot be opened by plain Keras (it asks for {quoted(name)} of {quoted(module)}); where it holds layers or a "
        "model class of your own, register them with keras.saving.register_keras_serializable, or build it of stock layers."
    )


def _is_made_of(module: str) -> bool:
    """Tell whether a module of Keras' holds what networks are made of: `keras`, `keras.layers`, `keras.src.models.functional`."""
    first, *rest = module.split(".")
    rest = rest[1:] if rest[:1] == ["src"] else rest
    return first == "keras" and (not rest or rest[0] in _ROOMS)


def _registered(named: dict[str, Any]) -> bool:
    import keras

    return any(named.get(key) in keras.saving.get_custom_objects() for key in ("registered_name", "class_name"))
