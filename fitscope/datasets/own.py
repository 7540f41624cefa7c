"""A person's own functions, named FILE.py:FUNCTION: found, loaded, called, and their errors told apart from ours."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fitscope.errors import DataError, FitscopeError, OwnCodeError, UsageError, out_of_memory


def is_own(name: str) -> bool:
    """Tell FILE.py:FUNCTION from other names.

    Example:
        >>> is_own("nets.py:build"), is_own("textbook")
        (True, False)
    """
    return ".py:" in name


_received: dict[str, Path] = {}  # files that came as source from another machine


def receive(sources: Mapping[str, str]) -> None:
    """Take files that came as source from another machine, so that their functions are found here.

    Args:
        sources: the texts by FILE.py:FUNCTION.
    """
    for name, text in sources.items():
        if name not in _received:
            path = Path(tempfile.mkdtemp(prefix="fitscope-")) / Path(name.rpartition(":")[0]).name
            path.write_text(text, encoding="utf8")
            _received[name] = path


def file_of(name: str) -> Path:
    """Return the file that FILE.py:FUNCTION names.

    Raises:
        DataError: there is no such file.
    """
    path = _received.get(name) or Path(name.rpartition(":")[0])
    if not path.is_file():
        raise DataError(f"There is no file {path}; give FILE.py:FUNCTION, such as nets.py:build.")
    return path


def sha256(name: str) -> str:
    """Return the hash of the file that holds a person's own function."""
    return hashlib.sha256(file_of(name).read_bytes()).hexdigest()


def load(name: str) -> Callable[..., Any]:
    """Load a person's own function by running its file, which may import what lies beside it.

    Raises:
        DataError: the file is not there.
        UsageError: the function is not in it.
        OwnCodeError: the file raised.
    """
    path, function = file_of(name).resolve(), name.rpartition(":")[2]
    module_name = f"fitscope_own_{hashlib.sha256(path.read_bytes() + str(path).encode()).hexdigest()[:16]}"
    if module_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(module_name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module  # before it runs, as Keras looks up the modules of registered classes
        if str(path.parent) not in sys.path:
            sys.path.append(str(path.parent))
        try:
            call(path.name, spec.loader.exec_module, module)
        except BaseException:
            del sys.modules[module_name]
            raise
    found: Callable[..., Any] | None = getattr(sys.modules[module_name], function, None)
    if not callable(found):
        there = sorted(n for n, value in vars(sys.modules[module_name]).items() if callable(value) and not n.startswith("_"))
        raise UsageError(f"{path.name} has no function {function!r}; it has {', '.join(there[:8]) or 'none'}.")
    return found


def call(name: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a person's own function; what it prints goes to standard error, for standard output is the result's.

    Raises:
        OwnCodeError: it raised; the traceback begins at the person's own line.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return function(*arguments, **named)
    except FitscopeError:
        raise
    except SystemExit as error:
        raise OwnCodeError(f"{name} called exit ({error.code}); let it return instead.") from error
    except Exception as error:
        if out_of_memory(error):
            raise OwnCodeError(f"{name} asked for more memory than there is; let it make less.", _trace(error)) from error
        said = str(error).strip().splitlines()
        what = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
        raise OwnCodeError(f"{name} raised {what.rstrip('.')}; mend it and run again.", _trace(error)) from error


def _trace(error: Exception) -> str:
    """Return the traceback without fitscope's own and the import system's lines at its beginning."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = str(Path(__file__).resolve().parents[1])
    begin = next((i for i, f in enumerate(frames) if not f.filename.startswith((ours, "<frozen"))), 0)
    lines = traceback.format_list(frames[begin:]) + traceback.format_exception_only(error)
    return "Traceback (most recent call last):\n" + "".join(lines).rstrip()
