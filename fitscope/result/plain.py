"""Results as plain data and back; the dataclasses are the schema, so their types are what is checked."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import re
import reprlib
import sys
import types
import typing
from collections.abc import Mapping
from typing import Any

from fitscope.diagnosis.findings import Finding
from fitscope.errors import DataError, FitscopeError, ResultError, quoted
from fitscope.history import TrainingHistory
from fitscope.plan import Plan

LARGEST = 2**63 - 1  # of whole numbers; counts and epochs are far smaller
_MOST_MEMORY = 400_000_000  # bytes that parsed JSON may take with its text
_OBJECT, _LIST, _VALUE = 240, 96, 60  # bytes that each takes at most, beside what its letters take
_DEEPEST = 60  # objects and lists within each other; in a result there are eight
_NO_UTF8 = re.compile("[\ud800-\udfff]")


def parsed(text: str) -> Any:
    """Parse JSON that anybody may have written, where it does not take too much memory: `[[],[],...` takes 30 times its length.

    Raises:
        DataError: it takes too much.
        ValueError, RecursionError: it is no JSON, or nested too deeply.

    Example:
        >>> parsed('{"loss": [0.5, null]}')
        {'loss': [0.5, None]}
    """
    values = max(text.count(","), text.count("\n"))
    taken = sys.getsizeof(text) + _OBJECT * text.count("{") + _LIST * text.count("[") + _VALUE * values
    if taken > _MOST_MEMORY:
        raise DataError(f"its JSON has {len(text):,} characters and about {values:,} values, more than is read at once; divide it.")
    return json.loads(text)


def plain(value: Any) -> Any:
    if isinstance(value, (Plan, TrainingHistory)):
        return value.to_json()
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.compare}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def whole(value: Any, depth: int = 0) -> Any:
    """Return parsed JSON with what no page can hold replaced: halves of characters, as `"\\ud800"` gives, and NaN by None.

    Raises:
        ResultError: a whole number is too large to be counted with, or the nesting deeper than that of any result.

    Example:
        >>> whole({"name": "half \\ud800"})
        {'name': 'half �'}
    """
    if isinstance(value, str):
        return value if value.isascii() else _NO_UTF8.sub("\N{REPLACEMENT CHARACTER}", value)
    if depth > _DEEPEST:
        raise ResultError("The result is nested too deeply; give a result.json that fitscope wrote.")
    if isinstance(value, dict):
        return {whole(key): whole(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):  # nearly all are finite
        return [item if type(item) is float and item - item == 0 else whole(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ResultError(f"The result holds a whole number beyond {LARGEST}; give a result.json that fitscope wrote.")
    return value


def read(kind: Any, value: Any, where: str) -> Any:
    """Return `value` as the type `kind`, or say where it does not fit."""
    origin, inner = _shape(kind)
    if kind is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return None if value is None else read(next(k for k in inner if k is not type(None)), value, where)
    if origin is tuple:
        return _read_tuple(inner, value, where)
    if origin is dict:
        _expect(isinstance(value, dict), where, "an object", value)
        return {key: read(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if kind is Finding:
        return _read_finding(value, where)
    if kind in (Plan, TrainingHistory):
        return _read_own(kind, value, where)
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, value, where)
    if kind is float:
        _expect(value is None or _is_number(value), where, "a number", value)
        return math.nan if value is None else float(value)
    _expect(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), where, _NAMES[kind], value)
    return value


@functools.cache
def _shape(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return typing.get_origin(kind), typing.get_args(kind)


_NAMES = {int: "a whole number", str: "a text", bool: "true or false"}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _read_tuple(inner: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    _expect(isinstance(value, list), where, "a list", value)
    if inner == (float, ...):
        return tuple(item if type(item) is float else read(float, item, f"{where}[{i}]") for i, item in enumerate(value))
    if inner[-1] is Ellipsis:
        return tuple(read(inner[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    _expect(len(value) == len(inner), where, f"{len(inner)} values", value)
    return tuple(read(k, item, f"{where}[{i}]") for i, (k, item) in enumerate(zip(inner, value)))


def _read_finding(value: Any, where: str) -> Finding:
    _expect(isinstance(value, dict), where, "an object", value)
    code, severity = (read(str, value.get(name), f"{where}.{name}") for name in ("code", "severity"))
    return Finding(code, severity, {k: v for k, v in value.items() if k not in ("code", "severity", "message")})


def _read_own(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "an object", value)
    try:
        return kind.from_json(value)
    except (FitscopeError, ArithmeticError, TypeError, ValueError) as error:
        raise ResultError(f"{where} cannot be read: {error}") from None


def _read_dataclass(kind: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where, "an object", value)
    given = {}
    hints = _hints(kind)
    for f in _fields(kind):
        if f.name in value and f.compare:
            given[f.name] = read(hints[f.name], value[f.name], f"{where}.{f.name}")
        elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            raise ResultError(f"{where}.{f.name} is missing; give a result.json that fitscope wrote.")
    return kind(**given)


@functools.cache
def _fields(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _expect(holds: bool, where: str, wanted: str, value: Any) -> None:
    if not holds:
        given = value if isinstance(value, str) else reprlib.repr(value)
        raise ResultError(f"{quoted(where)} must be {wanted}, and it is {quoted(given)!r}; give a result.json that fitscope wrote.")
