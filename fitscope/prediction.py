"""The refitted model's answers for new rows, texts, pictures or arrays."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope import datasets, training
from fitscope.datasets.dataset import PREPARATION, count
from fitscope.errors import DataError, quoted
from fitscope.result.begun import unfinished

DIGITS = 6  # of a probability


@dataclass(frozen=True)
class Predictions:
    """Hold the answers for new rows.

    Args:
        fields: the columns' names; the first is `row`, counted from 1, or `file`.
        rows: a dict of the fields each.
        notes: what a person should know of the rows, in sentences: cells that count as missing, or as no category that is known.
    """

    fields: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def to_csv(self) -> str:
        """Return the rows as a table with a header."""
        lines = io.StringIO()
        writer = csv.DictWriter(lines, self.fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return lines.getvalue()

    def to_json_lines(self) -> str:
        """Return the rows as JSON, a line each."""
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)


def predict(run: Path | str, file: Path | str) -> Predictions:
    """Give a run's final model new data.

    Args:
        run: the folder that `fitscope analyze` filled.
        file: what the run's data was: a table with the same columns, a text, a picture or a folder of them, or arrays.

    Returns:
        Each row's prediction: of classes the likeliest one and its probability, of labels each one's 0 or 1 and its
        probability, of numbers the numbers.

    Raises:
        DataError: the run holds no model, or the file is not what it reads.

    Example:
        >>> predicted = predict("my-report", "new.npy")
        >>> predicted.fields, len(predicted.rows)
        (('row', 'prediction', 'probability'), 2)
    """
    run, file = Path(run), Path(file)
    preparation = read_preparation(run)
    if not os.path.exists(file):  # False, too, where no file can have such a name
        raise DataError(f"There is no file or folder {file}; give new data like that which the run was made of.")
    try:
        rows, names, notes = datasets.rows_of(file, preparation["input"])
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise DataError(f"{run / 'preparation.json'} is damaged ({type(error).__name__}: {error}); analyze again.") from error
    if not count(rows):
        raise DataError(f"{file} holds no rows; give at least one.")
    training.start_loading().join()
    answers = training.answers(run / "model.keras", rows, preparation["task"])
    known, given = len(preparation["classes"]), answers.shape[1]
    if given != known and (given, known, preparation["task"]) != (1, 2, "binary"):
        raise DataError(f"{run} names {known} classes or targets, and its model gives {given} numbers; analyze again.")
    if not np.isfinite(answers).all():
        raise DataError(f"The model of {run} gives no finite numbers; analyze again with a smaller --learning-rate.")
    said = said_of(answers, preparation["task"], preparation["classes"])
    key, keys = ("row", range(1, len(said) + 1)) if names is None else ("file", names)
    found = tuple({key: name} | answer for name, answer in zip(keys, said))
    return Predictions(tuple(found[0]), found, tuple(notes))


def read_preparation(run: Path) -> dict[str, Any]:
    """Read how a run's model reads new data.

    Raises:
        DataError: the folder is no run, or its preparation is damaged.
    """
    path = run / "preparation.json"
    if not path.is_file():
        lacks = f"{run} is no folder of a run with a model (it lacks preparation.json); give one that analyze made."
        raise DataError(unfinished(run) or lacks)
    try:
        content = json.loads(path.read_text(encoding="utf8"))
        known = content["schema"] == PREPARATION
        if known and not (isinstance(content["classes"], list) and "kind" in content["input"] and isinstance(content["task"], str)):
            raise ValueError("it lacks the classes, the task or the kind of its input")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(f"{path} is damaged ({error}); analyze again.") from None
    if not known:
        raise DataError(
            f"{path} is written by another fitscope ({quoted(str(content['schema']))}); use that one, or analyze again."
        )
    return dict(content)


def said_of(answers: NDArray[np.float64], task: str, classes: list[str]) -> list[dict[str, Any]]:
    """Return a network's answers as a person reads them.

    Args:
        answers: [rows, outputs]: probabilities, or numbers for regression.
        task: of the data.
        classes: names of classes, labels or targets.

    Example:
        >>> said_of(np.array([[0.9]]), "binary", ["no", "yes"])
        [{'prediction': 'yes', 'probability': 0.9}]
    """
    if task == "regression":
        names = ["prediction"] if len(classes) == 1 else classes
        return [{name: float(f"{value:.7g}") for name, value in zip(names, row)} for row in answers]
    if task == "multilabel":
        return [_labels(dict(zip(classes, row))) for row in answers]
    shares = np.hstack([1 - answers, answers]) if answers.shape[1] == 1 else answers
    best = shares.argmax(axis=1)
    return [{"prediction": classes[place], "probability": round(float(row[place]), DIGITS)} for place, row in zip(best, shares)]


def _labels(shares: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: int(share > 0.5) for name, share in shares.items()}
    return found | {f"{name} probability": round(float(share), DIGITS) for name, share in shares.items()}
