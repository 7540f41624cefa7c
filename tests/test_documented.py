"""Every name that people import, and all that comes back from it, is documented in full: README has no list of fields."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import inspect
import re
import textwrap
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import fitscope
from fitscope import errors

PUBLIC = {name: getattr(fitscope, name) for name in fitscope.__all__}


def types_in(annotation: Any) -> Iterator[type]:
    """Give fitscope's own classes within an annotation."""
    for part in typing.get_args(annotation):
        yield from types_in(part)
    if inspect.isclass(annotation) and annotation.__module__.startswith("fitscope"):
        yield annotation


def hints(thing: Any) -> dict[str, Any]:
    """Return annotations, evaluated; of functions that name what only type checkers load, none."""
    try:
        return typing.get_type_hints(thing)
    except NameError:
        return {}


def members(cls: type) -> dict[str, Callable[..., Any]]:
    """Return the public methods and properties that a class itself brings, as functions."""
    found = {name: getattr(member, "fget", None) or getattr(member, "__func__", member) for name, member in vars(cls).items()}
    own = {name for name in found if name[0] != "_" and not any(hasattr(base, name) for base in cls.__mro__[1:])}
    return {
        name: one for name, one in found.items() if name in own and inspect.isfunction(one) and one.__module__ == cls.__module__
    }


def reached() -> dict[str, type]:
    """Return every class that the public names are, give back, or hold, by its name."""
    found: dict[str, type] = {}
    left: list[Any] = [hints(thing).get("return") for thing in PUBLIC.values() if inspect.isfunction(thing)]
    left += [thing for thing in PUBLIC.values() if inspect.isclass(thing)]
    while left:
        for cls in types_in(left.pop()):
            if found.setdefault(f"{cls.__module__}.{cls.__name__}", cls) is cls and cls not in done:
                done.add(cls)
                left += [one for name, one in hints(cls).items() if name[0] != "_"]
                left += [hints(member).get("return") for member in members(cls).values()]
    return found


done: set[type] = set()
CLASSES = reached()
METHODS = {f"{name}.{key}": member for name, cls in CLASSES.items() for key, member in members(cls).items()}
FUNCTIONS = {name: inspect.unwrap(thing) for name, thing in PUBLIC.items() if inspect.isfunction(thing)}


def text(thing: Any) -> str:
    return inspect.cleandoc(thing.__doc__ or "")


def section(doc: str, name: str) -> str:
    found = re.search(rf"^{name}:\n((?:(?: {{4}}.*)?(?:\n|$))*)", doc, re.MULTILINE)
    return textwrap.dedent(found[1]) if found else ""


def described(doc: str) -> set[str]:
    """Return the names that Args (and Attributes) tell of; one line may tell of several."""
    lines = (section(doc, "Args") + "\n" + section(doc, "Attributes")).splitlines()
    heads = [line.partition(": ")[0].split(", ") for line in lines if re.match(r"[a-z_]\w*(, \w+)*: ", line)]
    return {name for names in heads for name in names}


def parameters(function: Callable[..., Any]) -> set[str]:
    return {name.lstrip("*") for name in inspect.signature(function).parameters} - {"self", "cls"}


def raised(function: Callable[..., Any]) -> set[str]:
    """Return fitscope's errors that a function's own lines raise."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {call.func.id for call in calls if isinstance(call.func, ast.Name) and hasattr(errors, call.func.id)}


def gives(function: Callable[..., Any]) -> bool:
    return inspect.signature(function).return_annotation not in ("None", "Iterator[None]", None)


@pytest.mark.parametrize("name", [*PUBLIC, *CLASSES, *METHODS])
def test_public_name_begins_with_one_sentence(name):
    thing = {**PUBLIC, **CLASSES, **METHODS}[name]
    first = text(thing).partition("\n\n")[0]
    assert first and first[0].isupper() and first[-1] in ".;:)", f"{name} is described by {first!r}"


@pytest.mark.parametrize("name", [name for name, cls in CLASSES.items() if dataclasses.is_dataclass(cls)])
def test_every_field_of_a_public_class_is_described(name):
    cls, told = CLASSES[name], {one for base in CLASSES[name].__mro__ for one in described(text(base))}
    assert {field.name for field in dataclasses.fields(cls) if field.name[0] != "_"} - told == set()


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_every_parameter_of_a_public_function_is_described(name):
    function = {**FUNCTIONS, **METHODS}[name]
    told = described(text(function))
    if name in METHODS:  # whose one sentence may do
        told |= set(re.findall(r"\w+", text(function).partition("\n\n")[0]))
    assert parameters(function) - told == set()


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_public_function_names_the_errors_that_it_raises(name):
    function = {**FUNCTIONS, **METHODS}[name]
    told = set(re.findall(r"^(\w+): ", section(text(function), "Raises"), re.MULTILINE))
    assert raised(function) - told == set()
    assert all(hasattr(errors, error) for error in told)


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if gives(function)])
def test_public_function_says_what_it_returns(name):
    doc = text(FUNCTIONS[name])
    assert section(doc, "Returns") or doc.startswith("Return "), doc


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_has_an_example_that_runs(name):
    examples = doctest.DocTestParser().get_examples(PUBLIC[name].__doc__)
    assert examples and not any(doctest.SKIP in example.options for example in examples)
