"""What makes results look better than they are, looked for in the data before any training."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from fitscope import words
from fitscope.datasets import copies, near, order, revealing
from fitscope.datasets.copies import Rows
from fitscope.language import ENGLISH, speaking

PARTS = ("training", "validation", "test")
EXAMPLES = 5
SERIOUS_SHARE = 0.01  # from so many of a part's samples on, what is wrong with them is serious
JACCARD = 0.9
Labels = NDArray[Any]


@dataclass(frozen=True)
class Leak:
    """Name one thing that is wrong with the data.

    Args:
        code: of `words.LEAKS`.
        severity: `serious`, `warning` or `info`.
        numbers: its evidence, ready for JSON, with up to five `examples` where there are some; samples count from 0 in each part.
    """

    code: str
    severity: str
    numbers: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the leak as result.json holds it, with its sentence."""
        with speaking(ENGLISH):
            return {"code": self.code, "severity": self.severity, "message": words.leak(self.code, self.numbers), **self.numbers}


def duplicates(train: Rows, validation: Rows, test: Rows, labels: Sequence[Labels | None] = (None, None, None)) -> list[Leak]:
    """Find samples that stand in two parts, and those that stand in the training data more than once.

    Args:
        train, validation, test: [samples, ...], scipy CSR [samples, features], or a tuple or dict of such arrays for a network of
            several inputs; None for a part that there is not.
        labels: of each part [samples, ...], where known.

    Returns:
        `same_samples` for each pair of parts, `repeated_samples` for the training data alone; nothing where there are none.

    Example:
        >>> found = duplicates(np.eye(3), None, np.eye(3)[:1])
        >>> found[0].code, found[0].numbers["count"], found[0].numbers["examples"]
        ('same_samples', 1, [{'training': 0, 'test': 0}])
    """
    parts, marks = _parts(train, validation, test), dict(zip(PARTS, labels))
    found = dict(zip(parts, copies.digests(list(parts.values())) if parts else []))
    marked = _with_labels(found, marks)
    what = _what(parts)
    leaks = [
        _same(parts[later], (earlier, later), (found[earlier], found[later]), (marked.get(earlier), marked.get(later)), what)
        for earlier, later in itertools.combinations(parts, 2)
    ]
    if "training" in parts:
        leaks.append(_repeated(found["training"], marked.get("training"), what))
    return [leak for leak in leaks if leak]


def split_by_folds(rows: Rows, held: Sequence[NDArray[np.int64]], labels: Labels | None = None) -> list[Leak]:
    """Find samples of which an equal one is trained on while they validate, over all folds.

    Args:
        rows: of all folds, as `duplicates` takes them.
        held: each fold's samples.
        labels: [samples, ...], where known.

    Returns:
        `same_samples` of training and validation, where there are some; its samples count from 0 in all of them.

    Example:
        >>> (leak,) = split_by_folds(np.array([[1.0], [2.0], [1.0], [2.0]]), [np.array([0, 1, 3]), np.array([2])])
        >>> leak.numbers["count"], leak.numbers["samples"], leak.numbers["examples"][0]
        (2, 4, {'training': 2, 'validation': 0})
    """
    (found,) = copies.digests([rows])
    fold = np.empty(len(found), np.int64)
    for number, samples in enumerate(held):
        fold[samples] = number
    places = _elsewhere(found, fold)
    twice = np.flatnonzero(places >= 0)
    if not len(twice):
        return []
    marked = _with_labels({"training": found}, {"training": labels}).get("training")
    other = None if marked is None else int(np.sum(_elsewhere(marked, fold)[twice] < 0))
    return [_same_samples(("training", "validation"), rows, places, _what({"training": rows}), other)]


def _elsewhere(found: copies.Digests, fold: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first place of an equal sample in another fold for each sample, -1 where there is none."""
    firsts: dict[bytes, dict[int, int]] = {}  # the first place in each fold
    for place, digest in enumerate(found):
        firsts.setdefault(digest, {}).setdefault(int(fold[place]), place)
    others = ([at for number, at in firsts[digest].items() if number != fold[i]] for i, digest in enumerate(found))
    return np.fromiter((min(places, default=-1) for places in others), np.int64, len(found))


def _parts(train: Rows, validation: Rows, test: Rows) -> dict[str, Rows]:
    return {name: rows for name, rows in zip(PARTS, (train, validation, test)) if rows is not None and copies.samples(rows)}


def _what(parts: Mapping[str, Rows]) -> str:
    multi_hot = all(issparse(rows) and copies.ones(copies.canonical(rows)) for rows in parts.values())
    return "words" if multi_hot else "values"


def _with_labels(found: Mapping[str, copies.Digests], labels: Mapping[str, Labels | None]) -> dict[str, copies.Digests]:
    """Return digests of samples and labels together, for the parts whose labels are known."""
    known = {name: np.asarray(labels[name]) for name in found if labels[name] is not None}
    own = copies.digests(list(known.values())) if known else []
    return {name: [row + label for row, label in zip(found[name], digests)] for name, digests in zip(known, own)}


def _same(
    rows: Rows,
    names: tuple[str, str],
    found: tuple[copies.Digests, copies.Digests],
    marked: tuple[copies.Digests | None, copies.Digests | None],
    what: str,
) -> Leak | None:
    places = copies.first_copies(*found)
    twice = np.flatnonzero(places >= 0)
    if not len(twice):
        return None
    other = None
    if marked[0] is not None and marked[1] is not None:
        other = int(np.sum(copies.first_copies(marked[0], marked[1])[twice] < 0))
    return _same_samples(names, rows, places, what, other)


def _same_samples(names: tuple[str, str], rows: Rows, places: NDArray[np.int64], what: str, other: int | None) -> Leak:
    """Return the leak of samples that stand in two parts.

    Args:
        names: of the earlier and the later part.
        rows: of the later part.
        places: where each of its samples stands in the earlier one, -1 where it does not.
        what: the samples hold.
        other: how many of them have another label there, None where labels are not known.
    """
    twice = np.flatnonzero(places >= 0)
    numbers = {
        **_share(names, len(twice), len(places)),
        "what": what,
        "other_label": other,
        "blank": int(copies.blank(rows, twice).sum()),
        "examples": [{names[0]: int(places[i]), names[1]: int(i)} for i in twice[:EXAMPLES]],
    }
    return Leak("same_samples", _severity(numbers["share"]), numbers)


def _share(names: tuple[str, str], count: int, samples: int) -> dict[str, Any]:
    return {"earlier": names[0], "later": names[1], "count": count, "samples": samples, "share": count / samples}


def _severity(share: float) -> str:
    return "serious" if share >= SERIOUS_SHARE else "warning"


def _repeated(found: copies.Digests, marked: copies.Digests | None, what: str) -> Leak | None:
    first = copies.first_places(found)
    again = [i for i, digest in enumerate(found) if first[digest] < i]
    if not again:
        return None
    numbers = {
        "part": "training",
        "count": len(again),
        "samples": len(found),
        "share": len(again) / len(found),
        "what": what,
        "other_label": None if marked is None else len(set(marked)) - len(first),
        "examples": [{"training": first[found[i]], "again": i} for i in again[:EXAMPLES]],
    }
    return Leak("repeated_samples", "info", numbers)


def near_duplicates(train: Any, validation: Any, test: Any, jaccard: float = JACCARD) -> list[Leak]:
    """Find texts that hold nearly the same words as a text of an earlier part.

    MinHash overlooks about one in a thousand pairs that are just alike enough, and some more where hundreds of texts are made
    of the same few words; what it finds is then counted exactly.

    Args:
        train, validation, test: CSR, multi-hot words [samples, words]; None for a part that there is not.
        jaccard: words that both hold / words that either holds, above 0 and below 1, from which on two texts are nearly the same.

    Returns:
        `near_samples` for each pair of parts that shares more than samples of equal words; `count` has those counted in.

    Example:
        >>> from scipy.sparse import csr_matrix
        >>> rows = np.ones((2, 20)) - np.eye(2, 20)
        >>> near_duplicates(csr_matrix(rows[:1]), None, csr_matrix(rows[1:]))[0].numbers["examples"]
        [{'training': 0, 'test': 0, 'jaccard': 0.9}]
    """
    parts = {name: near.sketch(rows, jaccard) for name, rows in _parts(train, validation, test).items()}
    leaks = []
    for earlier, later in itertools.combinations(parts, 2):
        places, alike = near.near_copies(parts[earlier], parts[later], jaccard)
        twice, equal = np.flatnonzero(places >= 0), int(np.sum(alike == 1))
        if len(twice) == equal:
            continue
        numbers = _share((earlier, later), len(twice), len(places)) | {"equal": equal, "jaccard": jaccard}
        shown = twice[alike[twice] < 1][:EXAMPLES]
        examples = [{earlier: int(places[i]), later: int(i), "jaccard": round(float(alike[i]), 4)} for i in shown]
        leaks.append(Leak("near_samples", _severity(numbers["share"]), numbers | {"examples": examples}))
    return leaks


def revealing_columns(columns: Mapping[str, NDArray[Any]], target: Labels, task: str) -> list[Leak]:
    """Find columns of a table that give the answer away by themselves.

    For classes that is a rule over the column alone with a balanced accuracy that goes 0.95 of the way from guessing to 1; for
    numbers one that explains 0.99 of the variance, or a rank correlation of 0.999. Rules are judged by rows that they were not
    made from; of large tables by some 5,000 rows.

    Args:
        columns: the training part's raw columns, numbers, texts or dates [rows].
        target: the training part's labels or numbers [rows]; [rows, labels] of 0 and 1 for `multilabel`, [rows, targets] for
            several numbers, of which the one that a column tells best counts.
        task: `binary`, `multiclass`, `multilabel` or `regression`.

    Returns:
        `revealing_column` for each of them, the most revealing first.

    Example:
        >>> sick = np.arange(100) % 3 == 0
        >>> found = revealing_columns({"age": np.arange(100), "drug": np.where(sick, "B", "none")}, sick, "binary")
        >>> [(leak.numbers["column"], leak.numbers["accuracy"]) for leak in found]
        [('drug', 1.0)]
    """
    found = revealing.columns_that_tell(columns, np.asarray(target), task)
    return [Leak("revealing_column", "serious", numbers) for numbers in found]


def follows_order(target: Labels, task: str, classes: Sequence[str] | None = None) -> list[Leak]:
    """Find answers that follow the order of the samples, so that the first N of them don't stand for the others.

    Args:
        target: labels or numbers in the data's order [samples], or one-hot or `multilabel` ones [samples, labels], or several
            numbers [samples, targets], of which the one that follows the order most counts.
        task: `binary`, `multiclass`, `multilabel` or `regression`.
        classes: the names of labels that are numbers from 0.

    Returns:
        `follows_order`: the answers are sorted, drift (a correlation of 0.2 with the place), or stand in runs (fewer than 0.8 of
        those that chance gives, or a rank correlation of 0.2 with the sample before), each 5 standard errors from chance.
        For data in order of time that is as it should be: the caller knows.

    Example:
        >>> follows_order(np.repeat([0, 1], 50), "binary", ["no", "yes"])[0].numbers["class"]
        'no'
        >>> follows_order(np.tile([0, 1], 50), "binary")
        []
    """
    target = np.asarray(target)
    if not len(target):
        return []
    if task == "regression":
        judged = [order.number_order(numbers) for numbers in revealing.number_columns(target)]
        worst = max(filter(None, judged), key=lambda numbers: abs(numbers["correlation"]), default=None)
        return [Leak("follows_order", "warning", worst)] if worst else []
    if task == "multilabel":
        names: Any = np.arange(target.shape[1])
        numbers = order.class_order(np.unique(target, axis=0, return_inverse=True)[1].ravel(), target)
    else:
        names, codes = np.unique(revealing.one_label(target), return_inverse=True)
        numbers = order.class_order(codes)
    if numbers is None:
        return []
    name = revealing.plain(names[numbers["class"]])
    name = classes[int(name)] if classes is not None and not isinstance(name, str) else name
    return [Leak("follows_order", "warning", numbers | {"class": name})]


def missing_classes(labels_by_part: Mapping[str, Labels], classes: Sequence[str]) -> list[Leak]:
    """Find classes that a part has no sample of.

    Args:
        labels_by_part: each part's labels, numbers from 0 or names [samples], or of 0 and 1 [samples, classes].
        classes: the classes' names.

    Returns:
        `missing_classes` for each part that lacks some: their names, how many samples of the other parts are of them, and which
        share of all samples that is.

    Example:
        >>> missing_classes({"training": np.array([0, 0]), "test": np.array([0, 1])}, ["ham", "spam"])[0].numbers["classes"]
        ['spam']
    """
    counts = {part: _class_counts(np.asarray(labels), classes) for part, labels in labels_by_part.items() if len(labels)}
    samples = sum(len(labels) for labels in labels_by_part.values())
    leaks = []
    for part, own in counts.items():
        missing = np.flatnonzero(own == 0).tolist()
        if not missing:
            continue
        elsewhere = int(sum(each[missing].sum() for each in counts.values()))
        numbers = {"part": part, "classes": [str(classes[i]) for i in missing], "count": len(missing), "of": len(classes)}
        share = elsewhere / samples
        leaks.append(Leak("missing_classes", _missing_severity(part, share), numbers | {"elsewhere": elsewhere, "share": share}))
    return leaks


def _class_counts(labels: Labels, classes: Sequence[str]) -> NDArray[np.int64]:
    if labels.ndim == 2 and labels.shape[1] == len(classes) > 1:
        return np.asarray(np.count_nonzero(labels, axis=0))
    labels = labels.reshape(len(labels))
    if labels.dtype.kind in "biuf":
        return np.bincount(labels.astype(np.int64), minlength=len(classes))[: len(classes)]
    return np.array([np.count_nonzero(labels == name) for name in classes])


def _missing_severity(part: str, share: float) -> str:
    """Rank a part's missing classes: what the network never sees counts more than what it is never asked."""
    often = share >= SERIOUS_SHARE
    if part == "training":
        return "serious" if often else "warning" if share else "info"
    return "warning" if often else "info"
