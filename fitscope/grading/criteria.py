"""A rubric's criteria: what each asks for, read from its table and checked."""

from __future__ import annotations

from dataclasses import dataclass

from fitscope.grading import fields
from fitscope.grading.conditions import KINDS
from fitscope.grading.toml_file import TomlFile, nearest, shortened
from fitscope.grading.toml_table import LARGEST, Table, is_number, said
from fitscope.grading.wanted import Condition, Wanted, true


@dataclass(frozen=True)
class Level:
    """Give points where a condition holds."""

    condition: Condition
    points: float


@dataclass(frozen=True)
class Criterion:
    """Hold one thing that is marked.

    Args:
        title: unique within the rubric.
        points: the most that it gives.
        field: paths of values of the result or the answers, such as `refit.test.accuracy`; the first that is there counts.
        levels: the first whose condition holds counts; a criterion with one condition has one level of all its points.
        manual: whether a person reads it; then there are no levels.
    """

    title: str
    points: float
    field: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    manual: bool = False


def read_criteria(file: TomlFile) -> tuple[Criterion, ...]:
    """Read all criteria; of those that cannot be read the file keeps the complaints."""
    top = Table(file, file.content)
    tables = [Table(file, table.content, name, i) for name in ("criterion", "criteria") for i, table in enumerate(top.inner(name))]
    if not tables and not file.complaints:
        file.complain(1, "there is no criterion; give at least one table that begins with [[criterion]].")
    seen: set[str] = set()
    found = []
    for table in tables:
        criterion = _read(table)
        title = (table.text("title") or "").casefold()
        if title and title in seen:
            table.complain("title", f"there is another criterion {shortened(title)!r}; give each a title of its own.")
        seen.add(title)
        found += [criterion] if criterion is not None else []
    return tuple(found)


def _read(table: Table) -> Criterion | None:
    table.only(("title", "points", "field", "levels", "manual", "within", *KINDS))
    title = table.text("title", "give each criterion a title of its own.")
    points = table.points()
    paths = _paths(table)
    if (kind := _one_kind(table)) is None:
        return None
    # What is missing was complained of; the rest is read all the same, for its own complaints.
    title, points = title or "", LARGEST if points is None else points
    if "within" in table.content and kind in ("levels", "manual"):
        table.complain("within", f"within means nothing beside {kind}; put it into the level that it is meant for.")
    if kind == "manual":
        return Criterion(title, points, paths, manual=True) if true(table, kind) else None
    levels = _levels(table, points) if kind == "levels" else _level(table, points)
    return _fitting(table, Criterion(title, points, paths or _usual(levels), levels))


def _paths(table: Table) -> tuple[str, ...]:
    paths = table.texts("field")
    for path in paths:
        if fields.kind_of(path) is None:
            table.complain("field", f"the field {shortened(path)!r} is not known; {_nearest_path(path)}")
    return tuple(path for path in paths if fields.kind_of(path) is not None)


def _nearest_path(path: str) -> str:
    close = nearest(path, fields.fixed_fields())
    more = "a path of result.json such as refit.test.accuracy, or answers.NAME for a question of your own"
    return close if close.startswith("did you") else f"give {more}."


def _one_kind(table: Table, beside: tuple[str, ...] = ("levels", "manual")) -> str | None:
    """Return the one condition that a criterion has, or what may stand for one; complain where it is not one."""
    given = [kind for kind in (*KINDS, *beside) if kind in table.content]
    if len(given) == 1:
        return given[0]
    has = f"this has {' and '.join(given)}" if given else "this says not what earns its points"
    allowed = "at least one" if not given else "only one"
    table.complain(given[1] if given else "", f"{has}; give {allowed} of {', '.join((*KINDS, *beside))}.")
    return None


def _levels(table: Table, points: float) -> tuple[Level, ...]:
    tables, levels = table.inner("levels"), list[Level]()
    if table.content["levels"] == []:
        table.complain("levels", "levels is empty; give at least one, such as [{at_least = 0.8, points = 1}].")
    for one in tables:
        one.only((*KINDS, "points", "within"))
        given = one.points(points, ", which the criterion gives")
        for level in _level(one, given or 0.0) if _one_kind(one, ()) else ():
            if given is not None and levels and given > levels[-1].points:
                one.complain("points", "this level gives more than the one before it, which is tried first; put it above it.")
            levels += [level] if given is not None else []
    return tuple(levels)


def _level(table: Table, points: float) -> tuple[Level, ...]:
    """Return a table's own condition as a level; none where it cannot be read."""
    kind = next(kind for kind in KINDS if kind in table.content)
    wanted = KINDS[kind].read(table, kind)
    within = table.content.get("within")
    if within is not None and not KINDS[kind].within:
        beside = ", ".join(name for name, one in KINDS.items() if one.within)
        table.complain("within", f"within means nothing beside {kind}; it goes with {beside}.")
    elif within is not None and (not is_number(within) or within < 0):
        table.complain("within", f"within is {said(within)}; give a number of at least 0.")
    elif wanted is not None:
        return (Level(Condition(kind, wanted, None if within is None else float(within)), points),)
    return ()


def _usual(levels: tuple[Level, ...]) -> tuple[str, ...]:
    kinds = {level.condition.kind for level in levels}
    return KINDS[kinds.pop()].usual if len(kinds) == 1 else ()


def _fitting(table: Table, criterion: Criterion) -> Criterion:
    """Complain where a criterion has no field, or one that its conditions mean nothing for."""
    if criterion.levels and not criterion.field and "field" not in table.content:
        table.complain("", 'field is missing; say what is judged, such as field = "refit.test.accuracy".')
    for kind, wanted in dict.fromkeys((level.condition.kind, _sort(level.condition.wanted)) for level in criterion.levels):
        for path in criterion.field:
            if (fault := _misfit(kind, wanted, path)) is not None:
                table.complain("field", fault)
    return criterion


def _sort(wanted: Wanted) -> str:
    one = wanted[0] if isinstance(wanted, tuple) else wanted
    return fields.TRUTH if isinstance(one, bool) else fields.TEXT if isinstance(one, str) else fields.NUMBER


def _misfit(kind: str, wanted: str, path: str) -> str | None:
    """Return why a condition cannot judge what a path leads to, None where it can."""
    leads = fields.kind_of(path)
    leads = fields.NUMBER if leads == fields.LIST else leads
    if kind == "matches_recomputed":
        allowed = " or ".join(f"diagnosis.{name}" for name in fields.RECOMPUTED)
        known = fields.can_be_recomputed(path)
        return None if known else f"{path} cannot be computed again from the curves; give {allowed}, or answers of these names."
    needed = KINDS[kind].compares or wanted
    if leads in (needed, fields.OPEN):
        return None
    return f"{kind} here compares with a {_SORTS[needed]}, and {path} is a {_SORTS[leads or '']}; give another field or condition."


_SORTS = {fields.NUMBER: "number", fields.TEXT: "text", fields.TRUTH: "truth value", "": "value"}
