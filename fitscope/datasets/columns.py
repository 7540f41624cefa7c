"""Which of a table's columns a network reads, and as what: a number, a date, a category or words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.tokens import tokenise
from fitscope.errors import DataError
from fitscope.language import N_, Nn_

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("number", "date", "category", "words")
FEW = 20  # so many different texts are categories in any table, however short
WORDS_A_TEXT = 3  # from so many words on, mostly different texts are read as words
WORDS_A_LONG_TEXT = 8  # from so many on, even where many are alike
NO_NUMBERS = 0.05  # up to so many cells that are none, a column of numbers is one of numbers still
FAR = 1e150  # the squares of larger numbers, or their sum, are infinite
_TRUTH = {"True": 1, "False": 0, True: 1, False: 0}
_DAY = 86_400


def kinds_of(frame: pd.DataFrame) -> tuple[dict[str, str], list[str]]:
    """Decide what each column is read as.

    Args:
        frame: the training rows, without target, group and time.

    Returns:
        The kind of each column that is read, and in sentences what was left out and why.
    """
    found = {str(name): _kind(frame[name]) for name in frame.columns}
    notes = []
    left_out = {name: kind for name, kind in found.items() if kind not in KINDS}
    if left_out:
        notes.append(LEFT_OUT.format(told=", ".join(_WHY[why].format(column=name) for name, why in left_out.items())))
    for kind, note in _READ_AS.items():
        if names := [name for name, its in found.items() if its == kind]:
            notes.append(note.format(columns=", ".join(names)))
    return {name: kind for name, kind in found.items() if kind in KINDS}, notes


LEFT_OUT = N_("Left out: {told}.")
_WHY = {
    "empty": N_("{column} (empty)"),
    "holds lists or the like": N_("{column} (holds lists or the like)"),
    "always the same": N_("{column} (always the same)"),
    "nearly every row has a value of its own": N_("{column} (nearly every row has a value of its own)"),
}
_READ_AS = {
    "words": N_("Read as words, marked as there or not: {columns}."),
    "date": N_("Read as dates, as days: {columns}."),
}


def _kind(values: pd.Series) -> str:
    """Return a column's kind, or the reason why it is left out."""
    from pandas.api import types

    if holds_lists(values):
        return "holds lists or the like"
    there = values.dropna()
    if not len(there):
        return "empty"
    if there.nunique() == 1 and len(there) == len(values):
        return "always the same"
    if types.is_datetime64_any_dtype(values.dtype):
        return "date"
    if types.is_numeric_dtype(values.dtype) or types.is_timedelta64_dtype(values.dtype) or there.isin([True, False]).all():
        return "number"
    return _kind_of_texts(there.astype(str).value_counts())


def holds_lists(values: pd.Series) -> bool:
    """Tell whether a cell of a column is a list or a group of values, as those of Parquet may be."""
    return values.dtype == object and any(isinstance(value, (list, tuple, dict, set, np.ndarray)) for value in values)


def _kind_of_texts(counts: pd.Series) -> str:
    """Return the kind of a column of texts, or the reason why it is left out.

    Args:
        counts: how often each text stands there, by text.
    """
    import pandas as pd

    texts, distinct, rows = counts.index.to_series(), len(counts), int(counts.sum())
    numbers = int(counts[pd.to_numeric(texts, errors="coerce").notna().to_numpy()].sum())
    if rows - numbers <= NO_NUMBERS * numbers:
        return "number"
    if texts.str.match(r"\d{4}-\d\d(-\d\d)?").all() and _dates(texts).notna().all():
        return "date"
    words = float((texts.str.count(r"\S+") * counts).sum()) / rows
    many = distinct > max(FEW, rows / 2)
    if (words >= WORDS_A_TEXT and many) or (words >= WORDS_A_LONG_TEXT and distinct > FEW):
        return "words"
    return "nearly every row has a value of its own" if many else "category"


def row_numbers(frame: pd.DataFrame) -> list[str]:
    """Return the columns that do nothing but count the file's rows, from 0 or 1 on."""
    if len(frame) < FEW:
        return []
    whole = [name for name in frame.columns if frame[name].dtype.kind in "iu"]
    return [name for name in whole if frame[name].iloc[0] in (0, 1) and (np.diff(frame[name].to_numpy()) == 1).all()]


def said_of_unread(frame: pd.DataFrame, kinds: Mapping[str, str], part: str) -> list[str]:
    """Return in sentences how many cells of number columns are no numbers, such as "unknown" among ages.

    Args:
        frame: rows that `raw` reads.
        kinds: each column's kind.
        part: what the rows are, for people.
    """
    from pandas.api import types

    notes = []
    for name in (name for name, kind in kinds.items() if kind == "number" and not types.is_numeric_dtype(frame[name].dtype)):
        wrong = _numbers(frame[name]).isna() & frame[name].notna()
        if count := int(wrong.sum()):
            cell = str(frame[name][wrong].iloc[0])[:30]
            notes.append(_UNREAD[count > 1].format(name=name, count=count, cell=cell, told_part=part))
    return notes


def said_of_infinite(frame: pd.DataFrame, kinds: Mapping[str, str], part: str) -> list[str]:
    """Return in sentences how many numbers are infinite, or so large that nothing can be reckoned with them.

    Args:
        frame, kinds, part: as `said_of_unread` takes them.
    """
    notes = []
    for name in (name for name, kind in kinds.items() if kind == "number"):
        numbers = np.asarray(_numbers(frame[name]).astype("float64").to_numpy(na_value=np.nan), np.float64)
        if count := int((np.abs(numbers) > FAR).sum()):
            notes.append(_INFINITE[count > 1].format(name=name, count=count, limit=FAR, told_part=part))
    return notes


_INFINITE = Nn_(
    "{name}: 1 number that is infinite or beyond {limit:g} counts as missing in the {told_part}.",
    "{name}: {count:,} numbers that are infinite or beyond {limit:g} count as missing in the {told_part}.",
)
_UNREAD = Nn_(
    "{name}: 1 cell that is no number counts as missing in the {told_part} ({cell!r}).",
    "{name}: {count:,} cells that are no numbers count as missing in the {told_part} ({cell!r}).",
)


def raw(frame: pd.DataFrame, kinds: Mapping[str, str], where: str) -> dict[str, Any]:
    """Return a table's columns as they go into the preparation.

    Args:
        frame: the rows.
        kinds: each column's kind.
        where: the file's name, for messages.

    Returns:
        Numbers and dates as float64 [rows], NaN where missing or, of numbers, where a cell is none or beyond `FAR`; categories as
        str or None [rows]; words as Tokens.

    Raises:
        DataError: a column is missing, holds what is no date, or hardly a number where they are needed.
    """
    if lists := [name for name in kinds if name in frame.columns and holds_lists(frame[name])]:
        raise DataError(f"{where} holds lists or the like in column {lists[0]}, and one value a row is needed; take them apart.")
    if missing := [name for name in kinds if name not in frame.columns]:
        raise DataError(f"{where} has no column {', '.join(missing[:5])}; it needs {', '.join(kinds)}.")
    make = {"number": _as_numbers, "date": _as_days, "category": _as_categories, "words": _as_tokens}
    return {name: make[kind](frame[name], where) for name, kind in kinds.items()}


def _as_numbers(values: pd.Series, where: str) -> NDArray[np.float64]:
    from pandas.api import types

    numbers = _numbers(values)
    if not types.is_numeric_dtype(values.dtype):
        unread = numbers.isna() & values.notna()
        if unread.sum() >= max(FEW, len(values) / 2):  # another column, or another way to write numbers
            _check(values, unread, "number", where)
    found = np.asarray(numbers.astype("float64").to_numpy(na_value=np.nan), np.float64)
    return np.where(np.abs(found) > FAR, np.nan, found)


def _numbers(values: pd.Series) -> pd.Series:
    """Return a column as numbers, missing where a cell is none."""
    import pandas as pd
    from pandas.api import types

    if types.is_timedelta64_dtype(values.dtype):
        return values.dt.total_seconds()
    if types.is_numeric_dtype(values.dtype):
        return values
    texts = pd.Series([_TRUTH.get(value, value) for value in values], dtype=object)
    return pd.to_numeric(texts, errors="coerce").set_axis(values.index)


def _as_days(values: pd.Series, where: str) -> NDArray[np.float64]:
    """Return dates as days since 1970."""
    dates = _dates(values)
    _check(values, dates.isna(), "date", where)
    seconds = dates.astype("datetime64[s, UTC]").astype("int64").to_numpy()
    return np.where(dates.isna(), np.nan, seconds / _DAY)


def _dates(values: pd.Series) -> pd.Series:
    import pandas as pd
    from pandas.api import types

    if types.is_datetime64_any_dtype(values.dtype):
        return pd.to_datetime(values, utc=True)
    return pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True)


def _check(values: pd.Series, unread: pd.Series, kind: str, where: str) -> None:
    wrong = np.flatnonzero(unread & values.notna())
    if len(wrong):
        raise DataError(
            f"{where} holds {str(values.iloc[wrong[0]])[:40]!r} in row {wrong[0] + 1:,} of column {values.name}, and a {kind} is "
            "needed there; mend it, or leave the cell empty."
        )


def _as_categories(values: pd.Series, where: str) -> NDArray[np.object_]:
    there = values.notna().to_numpy()
    found = np.full(len(values), None, object)
    found[there] = values[there].astype(str).to_numpy(object)
    return found


def _as_tokens(values: pd.Series, where: str) -> Any:
    return tokenise(values.astype(object).where(values.notna(), "").astype(str).tolist())
