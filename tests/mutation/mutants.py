"""Small changes of a module's source, each of which a good test should notice."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_TWINS = (
    "min max, argmin argmax, nanmin nanmax, nanargmin nanargmax, minimum maximum, any all, bisect_left bisect_right, ceil floor"
)
TWINS = {a: b for pair in _TWINS.split(", ") for a, b in (pair.split(), pair.split()[::-1])}
TEXTS = {"_", "_n", "N_", "Nn_", "cast"}  # calls whose arguments are words or types
Edit = tuple[ast.AST, str]  # what stands in the place of a node


@dataclass(frozen=True)
class Mutant:
    """Hold one change.

    Args:
        function: the outermost function that it lies in, as its qualified name; None where it takes effect on import.
        lines: of its statement; tests that run none of them cannot notice it.
        source: the whole module, changed.
        diff: what a person reads.
    """

    path: str
    function: str | None
    lines: range
    source: str
    diff: str


def mutants(path: str, source: str) -> list[Mutant]:
    """Return all changes of a module; annotations, decorators, docstrings, assertions and texts for people stay as they are.

    Example:
        >>> for mutant in mutants("a.py", "def f(x):\\n    return -x < 0\\n"):
        ...     print(mutant.diff.splitlines()[1])
        + return None
        + return -x <= 0
        + return x < 0
        + return -x < 1
        + return -x < -1
    """
    tree = ast.parse(source)
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent  # type: ignore[attr-defined]
    made = {}
    for function, statement, (node, text) in _statements(tree, None, ""):
        changed = _replaced(source, node, text)
        if changed is not None and changed not in made:
            made[changed] = Mutant(path, function, _lines(statement), changed, _diff(path, source, changed))
    return list(made.values())


def _statements(node: ast.AST, function: str | None, scope: str) -> Iterator[tuple[str | None, ast.stmt, Edit]]:
    """Walk through the statements and yield for each its function and its edits."""
    for child in _body(node):
        inner = function
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            name = f"{scope}{child.name}"
            if isinstance(child, ast.FunctionDef):
                defaults = [*child.args.defaults, *(value for value in child.args.kw_defaults if value is not None)]
                yield from ((function, child, edit) for value in defaults for edit in _expression(value))
                inner = function or name
            yield from _statements(child, inner, f"{name}.")
            continue
        yield from ((function, child, edit) for edit in _statement(child))
        yield from _statements(child, function, scope)


def _body(node: ast.AST) -> list[ast.stmt]:
    """Return the statements in a statement, without docstrings."""
    parts = [*getattr(node, "body", []), *getattr(node, "orelse", []), *getattr(node, "finalbody", [])]
    parts += [inner for handler in getattr(node, "handlers", []) for inner in handler.body]
    return [part for part in parts if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]


def _statement(node: ast.stmt) -> Iterator[Edit]:
    writes = isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Attribute, ast.Subscript))
    if writes or isinstance(node, (ast.Expr, ast.Raise)):
        yield node, "pass"
    if isinstance(node, (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom)) or _names(node) == "__all__":
        return
    if isinstance(node, (ast.Break, ast.Continue)):
        yield node, "continue" if isinstance(node, ast.Break) else "break"
    if isinstance(node, ast.Return) and node.value is not None and not _is(node.value, None):
        yield node, "return None"
    if isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield node.test, f"not ({ast.unparse(node.test)})"
    if isinstance(node, ast.AugAssign):
        yield node, f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
        yield node, ast.unparse(ast.AugAssign(node.target, COUNTED[type(node.op)](), node.value))
    for field, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if field != "annotation" and isinstance(part, (ast.expr, ast.withitem)):
                yield from _expression(part)


def _names(node: ast.stmt) -> str:
    return node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ""


def _expression(node: ast.AST) -> Iterator[Edit]:
    named = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.JoinedStr) or named in TEXTS:
        return
    yield from _edits(node)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.arguments):
            yield from _expression(child)


def _edits(node: ast.AST) -> Iterator[Edit]:
    """Return the changes of one expression itself, not of its parts."""
    if isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            swapped = [*node.ops[:i], COMPARED[type(operator)](), *node.ops[i + 1 :]]
            yield _said(node, ast.Compare(node.left, swapped, node.comparators))
    elif isinstance(node, ast.BinOp) and type(node.op) in COUNTED:
        yield _said(node, ast.BinOp(node.left, COUNTED[type(node.op)](), node.right))
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield _said(node, node.operand)
    elif isinstance(node, ast.BoolOp):
        yield _said(node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
        for i in range(len(node.values)):
            rest = [*node.values[:i], *node.values[i + 1 :]]
            yield _said(node, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
    elif isinstance(node, ast.IfExp):
        yield _said(node, node.body)
        yield _said(node, node.orelse)
    elif isinstance(node, ast.Constant):
        yield from ((node, repr(value)) for value in _others(node))
    elif isinstance(node, ast.Call):
        for i in range(len(node.keywords)):
            yield _said(node, ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]]))
    elif isinstance(node, ast.Slice):
        yield from ((bound, "None") for bound in (node.lower, node.upper) if bound is not None and not _is(bound, None))
    elif isinstance(node, ast.comprehension):
        yield from ((condition, "True") for condition in node.ifs)
    elif isinstance(node, ast.Name) and node.id in TWINS:
        yield node, TWINS[node.id]
    elif isinstance(node, ast.Attribute) and node.attr in TWINS:
        yield _said(node, ast.Attribute(node.value, TWINS[node.attr]))


def _others(node: ast.Constant) -> list[object]:
    value = node.value
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [1.5 * value or 1.0]
    if isinstance(value, str) and value.isidentifier():  # codes and keys; what holds spaces is for people
        return [f"{value}_"]
    return []


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _said(node: ast.AST, changed: ast.AST) -> Edit:
    """Return the change as text, in brackets where a neighbour could bind closer than it."""
    loose = isinstance(changed, (ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.UnaryOp))
    tight = isinstance(getattr(node, "parent", None), (ast.expr, ast.Starred)) and not isinstance(
        node.parent, (ast.Call, ast.Tuple)
    )
    return node, f"({ast.unparse(changed)})" if loose and tight else ast.unparse(changed)


def _replaced(source: str, node: ast.AST, text: str) -> str | None:
    """Return the source with the text in the node's place; None where that is no Python."""
    lines = source.encode().splitlines(keepends=True)
    places = [node.lineno, node.col_offset, node.end_lineno, node.end_col_offset]  # type: ignore[attr-defined]
    begin, end = (sum(map(len, lines[: line - 1])) + column for line, column in zip(places[::2], places[1::2]))
    whole = b"".join(lines)
    changed = (whole[:begin] + text.encode() + whole[end:]).decode()
    try:
        compile(changed, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return None if ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source)) else changed


def _lines(statement: ast.stmt) -> range:
    body = _body(statement)
    last = min([part.lineno for part in body]) - 1 if body else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)


def _diff(path: str, before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    parts = [part for part in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if part[0] != "equal"]
    first = parts[0][1]
    taken = [f"- {path}:{first + i + 1}: {line.strip()}" for i, line in enumerate(old[first : parts[-1][2]])]
    return "\n".join([*taken, *(f"+ {line.strip()}" for line in new[parts[0][3] : parts[-1][4]])])
