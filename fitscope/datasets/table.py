"""A person's own table as a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets import targets
from fitscope.datasets.columns import holds_lists, kinds_of, raw, row_numbers, said_of_infinite, said_of_unread
from fitscope.datasets.dataset import Dataset, Indices, Labels, Located, latest, stratified, whole_groups
from fitscope.datasets.parts import amount, check_enough, pace, rest, test_rows
from fitscope.datasets.preparing import learn
from fitscope.datasets.tables import read_table
from fitscope.datasets.targets import Goal
from fitscope.datasets.tokens import NUM_WORDS
from fitscope.errors import DataError, UsageError
from fitscope.language import N_, Nn_

if TYPE_CHECKING:
    import pandas as pd

FEWEST_LEFT = 4  # rows that training and validation data need together
Split = Callable[[Labels, int], Indices]


@dataclass
class _Table:
    """A table on its way to a data set."""

    frame: pd.DataFrame
    name: str
    names: tuple[str, ...]
    group: str | None = None
    time: str | None = None
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def features(self) -> pd.DataFrame:
        return self.frame.drop(columns=[*self.names, *filter(None, {self.group, self.time})])

    def drop_rows_without(self, columns: list[str], what: str) -> None:
        """Leave out the rows that lack one of these."""
        from pandas.api import types

        numbers = [name for name in columns if types.is_numeric_dtype(self.frame[name].dtype)]
        there = self.frame[columns].notna().all(axis=1) & np.isfinite(self.frame[numbers].astype(float)).all(axis=1)
        if not there.all():
            note = N_("Rows of {table} without a {told_what}, left out: {count:,} of {all:,}.")
            self.notes.append(note.format(table=self.name, told_what=what, count=(~there).sum(), all=len(self)))
            self.frame = self.frame[there].reset_index(drop=True)
        if not len(self):
            raise DataError(f"{self.name} has no row with a value in {', '.join(columns)}; name another column.")


def load(located: Located, num_words: int | None) -> Dataset:
    """Load a table, and the table of its test data where `--test` names one.

    Raises:
        UsageError: a column that is named is not there.
        DataError: a file cannot be read, or its target cannot be predicted.
    """
    assert located.path is not None
    asked = amount(located.options.get("test"))
    table = _read(located.path, located.name, located.options)
    if not isinstance(asked, str):
        return from_table(table, None, asked, located, num_words)
    return from_table(table, _read(Path(asked), Path(asked).name, located.options), asked, located, num_words)


def of_frame(frame: pd.DataFrame, target: str, located: Located, test: int) -> Dataset:
    """Return a data set of a table that came with a library."""
    return replace(from_table(_Table(frame, located.name, (target,)), None, test, located, None), notes=())


def _read(path: Path, name: str, options: Mapping[str, Any]) -> _Table:
    asked = {option: options.get(option) for option in ("target", "group", "time")}
    frame, notes = read_table(path, targets=[part.strip() for part in str(asked["target"]).split(",")] + [str(asked["target"])])
    columns = list(frame.columns)
    table = _Table(frame, name, targets.target_names(asked["target"], columns, name), asked["group"], asked["time"], notes)
    for option, named in (("group", table.group), ("time", table.time)):
        if named is not None:
            targets.column(named, option, columns, ", ".join(columns[: targets.NAMED]), name)
            if named in table.names:
                raise UsageError(f"--{option} {named} is the target already; name another column.")
    for named in filter(None, (*table.names, table.group, table.time)):
        if holds_lists(frame[named]):
            raise DataError(
                f"Column {named} of {name} holds lists or the like, and one value a row is needed; name another column."
            )
    if numbering := [name for name in row_numbers(frame) if name not in (*table.names, table.group, table.time)]:
        table.notes.append(N_("Left out: {columns} (numbers the rows).").format(columns=", ".join(numbering)))
        table.frame = frame.drop(columns=numbering)
    return table


def from_table(table: _Table, tests: _Table | None, asked: Any, located: Located, num_words: int | None) -> Dataset:
    """Return the data set: target and split seen, columns sorted out."""
    for part in filter(None, (table, tests)):
        part.drop_rows_without(list(part.names), N_("target"))
    if tests is None:
        check_enough(table.name, len(table))
    goal = targets.goal_of(table.frame, table.names, located.options.get("task"), table.name)
    table.notes.insert(0, goal.note)
    if table.time is not None:
        _order(table)
    _check_groups(table, ("training", "validation") if tests is not None else ("training", "validation", "test"))
    split, labels = _split(table), goal.labels(table.frame, table.name)
    if tests is None:
        picked = test_rows(table.name, labels, asked, split)
        tests = _Table(table.frame.iloc[picked], table.name, table.names, table.group, table.time)
        if len(table) - len(picked) < FEWEST_LEFT:
            raise DataError(
                f"--group {table.group} leaves {len(table) - len(picked)} of the {len(table):,} rows of {table.name} to train on, "
                "for one group holds nearly all; name another column."
            )
        table.frame = table.frame.iloc[rest(len(table), picked)]
        table.notes.append(_said_of_test(table, len(picked)))
    elif len(table) < FEWEST_LEFT or len(tests) < 2:
        raise DataError(f"{table.name} and {tests.name} hold {len(table)} and {len(tests)} rows; 4 and 2 are the fewest.")
    return _dataset(table, tests, goal, located, num_words)


def _order(table: _Table) -> None:
    """Bring the rows into the order of time."""
    assert table.time is not None
    if table.frame[table.time].astype(str).nunique() == 1:
        raise UsageError(f"--time {table.time} is the same in every row, so that none is the latest; name another column.")
    kinds, _ = kinds_of(table.frame[[table.time]])
    kind = "number" if table.frame[table.time].dtype.kind in "iuf" else kinds.get(table.time)
    readable = kind in ("number", "date") and not said_of_unread(table.frame, {table.time: str(kind)}, "")
    if not readable:
        raise UsageError(f"--time {table.time} holds neither numbers nor dates such as 2026-01-31; name another column.")
    if table.group is not None:
        raise UsageError("--group and --time cannot both decide what is held out; give one of them.")
    table.drop_rows_without([table.time], N_("value of {column}").format(column=table.time))
    times = raw(table.frame, {table.time: str(kind)}, table.name)[table.time]
    table.frame = table.frame.iloc[np.argsort(times, kind="stable")].reset_index(drop=True)


def _groups(table: _Table) -> NDArray[np.int64] | None:
    """Return each row's group as a number; rows without one form a group together."""
    import pandas as pd

    return None if table.group is None else pd.factorize(table.frame[table.group], use_na_sentinel=False)[0].astype(np.int64)


def _test_groups(table: _Table, tests: _Table) -> NDArray[np.int64] | None:
    """Return each test row's group, numbered as the training rows' groups are."""
    import pandas as pd

    if table.group is None:
        return None
    together = pd.concat([part.frame[part.group].astype(object) for part in (table, tests)])
    found: NDArray[np.int64] = pd.factorize(together, use_na_sentinel=False)[0].astype(np.int64)
    return found[len(table) :]


def _said_of_groups(table: _Table, tests: _Table) -> list[str]:
    """Tell of groups that stand on both sides, as they may where a file brings the test rows."""
    groups, test_groups = _groups(table), _test_groups(table, tests)
    if groups is None or test_groups is None:
        return []
    seen = np.isin(test_groups, groups)
    if not seen.any():
        return []
    count, of = len(np.unique(test_groups[seen])), len(np.unique(test_groups))
    note = _SEEN[count > 1]
    return [note.format(count=count, all=of, column=table.group, table=tests.name, rows=seen.sum(), tests=len(tests))]


_SEEN = Nn_(
    "Serious: {count:,} of the {all:,} groups of {column} in {table} stands in the training rows, too ({rows:,} of {tests:,} test "
    "rows); for new groups the test result is likely too good.",
    "Serious: {count:,} of the {all:,} groups of {column} in {table} stand in the training rows, too ({rows:,} of {tests:,} test "
    "rows); for new groups the test result is likely too good.",
)


def _split(table: _Table) -> Split:
    groups = _groups(table)
    if groups is None:
        return latest if table.time is not None else stratified
    return whole_groups(groups)


def _check_groups(table: _Table, parts: Sequence[str]) -> None:
    """Refuse fewer groups than parts, each of which needs one."""
    groups = _groups(table)
    if groups is not None and (found := len(np.unique(groups))) < len(parts):
        raise DataError(
            f"--group {table.group}: the rows of {table.name} form {found} {'group' if found == 1 else 'groups'}, and "
            f"{', '.join(parts[:-1])} and {parts[-1]} data need one each; name another column."
        )


def _said_of_test(table: _Table, number: int) -> str:
    if table.time:
        return N_("{count:,} rows are test data: the latest by {column}.").format(count=number, column=table.time)
    if table.group:
        return N_("{count:,} rows are test data: whole groups of {column}.").format(count=number, column=table.group)
    return N_("{count:,} rows are test data: picked at random.").format(count=number)


def _dataset(table: _Table, tests: _Table, goal: Goal, located: Located, num_words: int | None) -> Dataset:
    kinds, notes = kinds_of(table.features)
    if not kinds:
        raise DataError(f"{table.name} has no column beside the target that a network can read. {' '.join(notes)}")
    if table.group or table.time:
        note = N_("{column} decides the split and is not read by the network.")
        notes.append(note.format(column=table.group or table.time))
    words = (num_words or NUM_WORDS) if "words" in kinds.values() else None
    rows, labels = raw(table.frame, kinds, table.name), goal.labels(table.frame, table.name)
    max_epochs, batch_size = pace(len(table))
    unread = [
        note
        for part, its in ((N_("training rows"), table), (N_("test rows"), tests))
        for said in (said_of_unread, said_of_infinite)
        for note in said(its.frame, kinds, part)
    ]
    notes = [*table.notes, *_said_of_groups(table, tests), *notes, *unread, *_said_of_missing(table.frame, rows), *tests.notes]
    shown = [name for name in table.features.columns if not holds_lists(table.frame[name])]
    columns = {name: rows[name] if kinds.get(name) == "number" else table.frame[name].to_numpy() for name in shown}
    return Dataset(
        located.name, goal.task, goal.classes, rows, labels, raw(tests.frame, kinds, tests.name),
        goal.labels(tests.frame, tests.name), located.source, located.sha256, _split(table), groups=_groups(table),
        test_groups=_test_groups(table, tests),
        ordered=table.time is not None, fit=partial(learn, kinds=kinds, num_words=words), max_epochs=max_epochs,
        batch_size=batch_size, notes=tuple(notes), num_words=words, columns=columns,
    )  # fmt: skip


def _said_of_missing(frame: pd.DataFrame, rows: Mapping[str, Any]) -> list[str]:
    import pandas as pd

    missing = {name: pd.isna(values) if isinstance(values, np.ndarray) else frame[name].isna() for name, values in rows.items()}
    found = [f"{name} {its.sum():,}" for name, its in missing.items() if its.any()]
    if not found:
        return []
    note = N_(
        "Missing values of {count:,} training rows: {columns}. A missing number takes the training part's median and is marked in "
        "a column of its own, a missing category is a category."
    )
    return [note.format(count=len(frame), columns=", ".join(found))]


def rows_of(path: Path, content: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Read new rows as the table that a network was trained on, and encode them.

    Args:
        path: a table with the same columns; the target may be missing, others are not looked at.
        content: what `TableEncoder.to_json` wrote.

    Returns:
        The rows, and in sentences which cells could not be read, or hold a category that was not learnt.

    Raises:
        DataError: a column is missing, or holds what it must not.
    """
    from fitscope.datasets.preparing import TableEncoder

    encoder = TableEncoder.from_json(content)
    kinds = encoder.kinds()
    frame, _ = read_table(path, texts=[name for name, kind in kinds.items() if kind in ("category", "words")])
    rows, part = raw(frame, kinds, path.name), f"rows of {path.name}"
    unread = [*said_of_unread(frame, kinds, part), *said_of_infinite(frame, kinds, part)]
    return encoder(rows), [*unread, *encoder.said_of_unseen(rows, part)]
