"""The values that a criterion can ask for: their paths, their names for people, and where each is looked up."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from fitscope.diagnosis import Diagnosis
from fitscope.grading.records import Work
from fitscope.language import N_
from fitscope.result import Result

# What a path leads to. A list counts as the number of its entries; of what is open, each submission may hold something else.
NUMBER, TEXT, TRUTH, LIST, OPEN = "number", "text", "truth", "list", "open"
RECOMPUTED = ("best_epoch", "verdict", "gap", "best_val_loss")  # of the diagnosis, from the curves alone

LABELS = {  # for people; another value goes by its path
    "answers.best_epoch": N_("stated best epoch"),
    "answers.test_accuracy": N_("stated test accuracy"),
    "answers.test_loss": N_("stated test loss"),
    "answers.test_mae": N_("stated mean absolute error on test data"),
    "answers.verdict": N_("stated verdict"),
    "answers.why": N_("given reason"),
    "dataset.name": N_("data set"),
    "diagnosis.best_epoch": N_("best epoch"),
    "diagnosis.best_val_loss": N_("lowest validation loss"),
    "diagnosis.gap": N_("generalization gap"),
    "diagnosis.verdict": N_("verdict"),
    "history.epochs": N_("number of epochs"),
    "holdout.test.accuracy": N_("held-out model's test accuracy"),
    "holdout.test.loss": N_("held-out model's test loss"),
    "holdout.test.mae": N_("held-out model's mean absolute error on test data"),
    "model.parameters": N_("number of parameters"),
    "notes": N_("text of the notes"),
    "plan.batch_size": N_("batch size"),
    "plan.learning_rate": N_("learning rate"),
    "plan.max_epochs": N_("planned number of epochs"),
    "plan.optimizer": N_("optimizer"),
    "plan.validation": N_("number of validation samples"),
    "refit.epochs": N_("refitted model's number of epochs"),
    "refit.test.accuracy": N_("refitted model's test accuracy"),
    "refit.test.loss": N_("refitted model's test loss"),
    "refit.test.mae": N_("refitted model's mean absolute error on test data"),
    "studies.folds": N_("number of folds"),
    "studies.repeats": N_("number of trainings with other seeds"),
    "test_reads": N_("number of reads of the test data"),
}


def label(path: str) -> str:
    """Return a value's name for people, in English.

    Example:
        >>> label("refit.test.accuracy"), label("answers.batch")
        ("refitted model's test accuracy", 'answers.batch')
    """
    return LABELS.get(path, path)


@functools.cache
def known_fields() -> dict[str, str]:
    """Return what each path of a result leads to; behind a path that ends with a point stands a name of the person's own.

    Example:
        >>> known = known_fields()
        >>> known["refit.test.accuracy"], known["dataset.name"], known["history.epochs"], known["plan.options."]
        ('number', 'text', 'list', 'open')
    """
    return {path.removeprefix("."): kind for path, kind in _walk(Result, "")}


def kind_of(path: str) -> str | None:
    """Return what a path leads to, None where nothing does.

    Example:
        >>> kind_of("answers.best_epoch"), kind_of("answers.batch"), kind_of("answers.more.batch"), kind_of("refit.accuracy")
        ('number', 'open', 'open', None)
    """
    known = known_fields()
    if path in known and not path.endswith("."):
        return known[path]
    above, _, name = path.rpartition(".")
    if not name.strip():
        return None
    return OPEN if above == "answers" else known.get(f"{above}.")


def fixed_fields() -> tuple[str, ...]:
    """Return all paths that stand for one value."""
    return tuple(path for path in known_fields() if not path.endswith("."))


def looked_up(work: Work, path: str, again: Diagnosis) -> Any:
    """Return a value of a submission; what the curves say is taken from them, not from what the file says of them.

    Args:
        work: what was handed in.
        path: of the value.
        again: what fitscope finds in the curves.

    Returns:
        A number, a text or a truth value; the number of entries of a list; None where there is none, or no finite one.
    """
    root, _, rest = path.partition(".")
    if root == "diagnosis":
        return _at(again, rest)
    return _answer(work, rest) if root == "answers" else _at(work.result, path)


def claimed(work: Work, path: str) -> Any:
    """Return a value as the student says it, None where nobody has said it."""
    root, _, rest = path.partition(".")
    if root == "answers":
        return _answer(work, rest)
    return _at(work.result, path) if root != "diagnosis" or says_itself(work) else None


def says_itself(work: Work) -> bool:
    """Tell whether the diagnosis is the file's own word: of a log, a blind report or a damaged one fitscope has made it."""
    return not work.result.blind and work.result.log is None and work.contradiction is None


def recomputed(path: str, again: Diagnosis) -> Any:
    """Return what the curves say in the place of a claim such as `answers.best_epoch`."""
    return _at(again, path.rpartition(".")[2])


def can_be_recomputed(path: str) -> bool:
    """Tell whether the curves alone say what a path leads to."""
    root, _, rest = path.partition(".")
    return root in ("answers", "diagnosis") and rest.removeprefix("more.") in RECOMPUTED


def _answer(work: Work, name: str) -> Any:
    answers = work.answers or work.result.answers
    name = name.removeprefix("more.")
    if answers is None:
        return None
    own = name in {f.name for f in dataclasses.fields(answers)}
    return _at(answers, name) if own else _at({"more": answers.more.get(name)}, "more")


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    if isinstance(value, (tuple, list)):
        return len(value)
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (bool, int, float)) else None


_KINDS = {int: NUMBER, float: NUMBER, str: TEXT, bool: TRUTH, Any: OPEN}


def _walk(kind: Any, path: str) -> Iterator[tuple[str, str]]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        yield from _walk(next(one for one in inner if one is not type(None)), path)
    elif dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        for f in dataclasses.fields(kind):
            if f.compare:
                yield from _walk(hints[f.name], f"{path}.{f.name}")
    elif origin is tuple and inner[-1] is Ellipsis:
        yield path, LIST
    elif origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        # An instructor's own questions are answered in texts, which may be numbers.
        if inner[1] in _KINDS:
            yield f"{path}.", OPEN if inner[1] is str else _KINDS[inner[1]]
    elif kind in _KINDS:
        yield path, _KINDS[kind]
