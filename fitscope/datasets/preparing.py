"""What the training part teaches of turning a table into numbers: learnt by scikit-learn, kept as JSON, applied by numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.tokens import NUM_WORDS

SPARSE_FROM = 512  # columns: from here on most are 0, and sparse rows are smaller and faster

_SHOWN = 30  # characters of a cell


@dataclass(frozen=True)
class TableEncoder:
    """Turn a table's raw columns into rows for a network.

    Args:
        numbers: of each number or date its `name`, `kind`, `median`, `mean`, `scale`, and whether a column of its own marks
            where it is `missing`.
        categories: of each category its `name` and its `categories`, null for missing ones where there were some.
        words: of each text column its `name` and its `words`, the most frequent first.
    """

    numbers: Sequence[Mapping[str, Any]] = ()
    categories: Sequence[Mapping[str, Any]] = ()
    words: Sequence[Mapping[str, Any]] = ()

    @property
    def columns(self) -> int:
        """How many numbers a row has."""
        marks = sum(bool(column["missing"]) for column in self.numbers)
        return len(self.numbers) + marks + sum(map(len, self._lists()))

    def _lists(self) -> list[Sequence[Any]]:
        return [column["categories"] for column in self.categories] + [column["words"] for column in self.words]

    def __call__(self, rows: Mapping[str, Any]) -> Any:
        """Return raw columns as float32 [rows, columns]: an array, or CSR where there are many columns.

        The order is: numbers, marks of missing numbers, categories, words.
        """
        parts: list[Any] = [self._scaled(rows)] if self.numbers else []
        parts += [one_hot(codes(rows[column["name"]], column["categories"]), len(column["categories"]))
                  for column in self.categories]  # fmt: skip
        parts += [rows[column["name"]].marked(column["words"]) for column in self.words]
        if self.words or self.columns >= SPARSE_FROM:
            from scipy.sparse import csr_matrix, hstack

            return hstack([csr_matrix(part) for part in parts], format="csr", dtype=np.float32)
        return np.hstack([part if isinstance(part, np.ndarray) else part.toarray() for part in parts])

    def said_of_unseen(self, rows: Mapping[str, Any], part: str) -> list[str]:
        """Return in sentences how many cells hold a category that no training row has; such a cell is no category to the model.

        Args:
            rows: raw columns, as the encoder takes them.
            part: what the rows are, for people.
        """
        notes = []
        for column in self.categories:
            values = rows[column["name"]]
            unseen = codes(values, column["categories"]) < 0
            if count := int(unseen.sum()):
                cell = values[unseen][0]
                example = repr(cell[:_SHOWN]) if isinstance(cell, str) else "an empty cell"
                cells, they = ("1 cell holds", "it counts") if count == 1 else (f"{count:,} cells hold", "they count")
                notes.append(
                    f"{column['name']}: {cells} a category that the model was not trained on in the {part} ({example}); "
                    f"{they} as none that the model knows."
                )
        return notes

    def _scaled(self, rows: Mapping[str, Any]) -> NDArray[np.float32]:
        values = np.column_stack([rows[column["name"]] for column in self.numbers])
        median, mean, scale = (np.array([c[name] for c in self.numbers], np.float64) for name in ("median", "mean", "scale"))
        missing = np.isnan(values)
        scaled = (np.where(missing, median, values) - mean) / scale
        marks = missing[:, [bool(column["missing"]) for column in self.numbers]]
        return np.hstack([scaled, marks]).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """Return what was learnt as plain data."""
        parts = {"numbers": self.numbers, "categories": self.categories, "words": self.words}
        return {"kind": "table"} | {name: [dict(column) for column in columns] for name, columns in parts.items()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> TableEncoder:
        """Read what `to_json` wrote."""
        return cls(*(tuple(content[name]) for name in ("numbers", "categories", "words")))

    def kinds(self) -> dict[str, str]:
        """Return each column's kind."""
        groups = ((self.numbers, "number"), (self.categories, "category"), (self.words, "words"))
        return {column["name"]: column.get("kind", kind) for columns, kind in groups for column in columns}


def codes(values: NDArray[np.object_], categories: Sequence[str | None]) -> NDArray[np.int64]:
    """Return each value's place among the categories, -1 for one that is not there; None counts where it is a category."""
    import pandas as pd

    places = {category: place for place, category in enumerate(category for category in categories if category is not None)}
    found = np.array([places.get(value, -1) for value in values], np.int64)
    if None in categories:
        found[pd.isna(values)] = categories.index(None)
    return found


def one_hot(places: NDArray[np.int64], count: int) -> Any:
    """Return CSR float32 [rows, count] with a one at each row's place, none where it is -1."""
    from scipy.sparse import csr_matrix

    offsets = np.concatenate([[0], np.cumsum(places >= 0)])
    columns = places[places >= 0]
    return csr_matrix((np.ones(len(columns), np.float32), columns, offsets), shape=(len(places), count))


def learn(rows: Mapping[str, Any], kinds: Mapping[str, str], num_words: int | None) -> TableEncoder:
    """Learn from the training part's raw columns.

    Args:
        rows: raw columns, as `columns.raw` gives them.
        kinds: each column's kind.
        num_words: how many of the most frequent words a text column keeps.

    Returns:
        The encoder, with scikit-learn's statistics.
    """
    import pandas as pd

    numbers = [name for name, kind in kinds.items() if kind in ("number", "date")]
    categories = [name for name, kind in kinds.items() if kind == "category"]
    words = [name for name, kind in kinds.items() if kind == "words"]
    learnt: list[list[dict[str, Any]]] = [[], []]
    if numbers or categories:
        frame = pd.DataFrame({name: pd.Series(rows[name]) for name in [*numbers, *categories]})
        marked = [name for name in numbers if np.isnan(rows[name]).any()]
        fitted = transformer(numbers, marked, categories).fit(frame)
        learnt = [_numbers(fitted, kinds, numbers, marked), _categories(fitted, categories)]
    vocabularies = [{"name": name, "words": rows[name].most_frequent(num_words or NUM_WORDS)} for name in words]
    return TableEncoder(learnt[0], learnt[1], vocabularies)


def transformer(numbers: Sequence[str], marked: Sequence[str], categories: Sequence[str]) -> Any:
    """Return the unfitted ColumnTransformer: numbers filled and standardised, missing ones marked, categories one-hot.

    Args:
        numbers: the number columns.
        marked: those in which the training part lacks values.
        categories: the category columns.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    filled = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    marks = FunctionTransformer(lambda columns: np.isnan(columns).astype(np.float32))
    one_hots = OneHotEncoder(handle_unknown="ignore", dtype=np.float32)
    parts = [("numbers", filled, numbers), ("missing", marks, marked), ("categories", one_hots, categories)]
    return ColumnTransformer([part for part in parts if part[2]])


def _numbers(fitted: Any, kinds: Mapping[str, str], names: Sequence[str], marked: Sequence[str]) -> list[dict[str, Any]]:
    if not names:
        return []
    imputer, scaler = (step for _, step in fitted.named_transformers_["numbers"].steps)
    return [
        {"name": name, "kind": kinds[name], "median": float(imputer.statistics_[i]), "mean": float(scaler.mean_[i]),
         "scale": float(scaler.scale_[i]), "missing": name in marked}
        for i, name in enumerate(names)
    ]  # fmt: skip


def _categories(fitted: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    import pandas as pd

    if not names:
        return []
    found = fitted.named_transformers_["categories"].categories_
    return [
        {"name": name, "categories": [None if pd.isna(value) else str(value) for value in values]}
        for name, values in zip(names, found)
    ]
