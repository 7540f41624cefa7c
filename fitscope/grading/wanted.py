"""A condition, and what a rubric may write behind each kind of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fitscope.diagnosis import Diagnosis
from fitscope.grading.toml_file import shortened
from fitscope.grading.toml_table import Table, is_number, said

Value = bool | int | float | str
Wanted = Value | tuple[Value, ...]
Outcome = tuple[bool, str]


@dataclass(frozen=True)
class Condition:
    """Say what a value has to be.

    Args:
        kind: one of `conditions.KINDS`.
        wanted: what stands behind it in the rubric; the pair of `between`, the list of `one_of`, else one value.
        within: how far from it is near enough: epochs of `in_plateau`, else in the value's own unit; None where nothing is said.
    """

    kind: str
    wanted: Wanted = True
    within: float | None = None


@dataclass(frozen=True)
class Kind:
    """Say how conditions of a kind are read and judged.

    Args:
        read: returns what the rubric's table says is wanted; complains and returns None where it cannot be that.
        judge: tells of a value, with its field's path and what the curves say, whether the condition holds, and why in a sentence.
        within: whether `within` may say how near is near enough.
        claims: whether it judges what the student says against what the curves say.
        usual: the fields where a criterion names none: the student's word, else what the report says.
        compares: the sort of value that it needs, one of `fields`' constants; None for the sort of what is wanted.
    """

    read: Callable[[Table, str], Wanted | None]
    judge: Callable[[Condition, str, Any, Diagnosis], Outcome]
    within: bool = False
    claims: bool = False
    usual: tuple[str, ...] = ()
    compares: str | None = None


def true(table: Table, kind: str) -> Wanted | None:
    if table.content[kind] is True:
        return True
    table.complain(kind, f"{kind} is {said(table.content[kind])}; write {kind} = true, or leave it out.")
    return None


def number(table: Table, kind: str) -> Wanted | None:
    value: Any = table.content[kind]
    if is_number(value):
        return float(value)
    table.complain(kind, f"{kind} is {said(value)}; give a number, such as {kind} = 0.8.")
    return None


def pair(table: Table, kind: str) -> Wanted | None:
    value: Any = table.content[kind]
    if isinstance(value, list) and len(value) == 2 and all(map(is_number, value)) and value[0] <= value[1]:
        return float(value[0]), float(value[1])
    told = str(value) if isinstance(value, list) and len(value) < 5 else said(value)
    table.complain(kind, f"{kind} is {shortened(told)}; give the lowest and the highest number, such as {kind} = [3, 6].")
    return None


def value(table: Table, kind: str) -> Wanted | None:
    value: Any = table.content[kind]
    if isinstance(value, (bool, str)) or is_number(value):
        return value  # type: ignore[no-any-return]
    table.complain(kind, f"{kind} is {said(value)}; give a number, a text in quotes, or true or false.")
    return None


def several(table: Table, kind: str) -> Wanted | None:
    value: Any = table.content[kind]
    if isinstance(value, list) and value and all(isinstance(one, str) or is_number(one) for one in value):
        return tuple(value)
    table.complain(kind, f'{kind} is {said(value)}; give a list of numbers or texts, such as {kind} = ["adam", "rmsprop"].')
    return None
