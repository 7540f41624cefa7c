"""Where the model is wrong on validation data at its best epoch, and what it forgot from there to its last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.analysis.course import Found
from fitscope.datasets import Dataset
from fitscope.datasets.showing import cut, show
from fitscope.diagnosis.calibration import Calibration, calibration
from fitscope.diagnosis.confusion import change, confusion, tally
from fitscope.diagnosis.ranking import ranking
from fitscope.diagnosis.residuals import residuals
from fitscope.diagnosis.spread import finite
from fitscope.result import Mistakes, Sample
from fitscope.result.mistakes import SHOWN_AT_MOST
from fitscope.training import Run

NAME = 60  # characters of a class's name beside a sample
TARGETS_AT_MOST, DRAWN_AT_MOST = 50, 3  # numbers that are predicted, and those of which single samples are kept
NOT_QUITE = 1e-3  # that the probabilities of float32 or float16 may miss 1 by
Floats = NDArray[np.floating[Any]]


def mistakes(found: Found, data: Dataset) -> Mistakes | None:
    """Say where the model is wrong.

    Args:
        found: the main trainings with their answers. Of several seeds the first is taken; folds stand side by side.
        data: their data.

    Returns:
        None where the training diverged, or nobody kept its answers.
    """
    runs = [run for run in found.main if run.answers is not None and finite(run.history) and np.isfinite(run.answers).all()]
    if not runs or found.diagnosis.verdict == "diverged":
        return None
    folds = runs[0].plan.fold is not None
    used = runs if folds else runs[:1]
    basis = "folds" if folds else "first_repeat" if len(found.jobs.main) > 1 else "hold_out"
    epochs = tuple(best_place(run) + 1 for run in used)
    epoch = None if folds else epochs[0]
    said = Answers.of(used, data)
    last_epochs = tuple(len(run.history) for run in used)
    parts = _counts(said, data) | Picked(said, data, used[0]).samples()
    return Mistakes(basis, len(said.numbers), epoch, epochs, last_epochs, **parts)


def best_place(run: Run) -> int:
    """Return the place of a run's best epoch among its epochs: its weights are kept from there."""
    return int(np.argmin(run.history.val_loss))


@dataclass(frozen=True)
class Answers:
    """Hold what the trainings say of the samples that they did not see, one after the other.

    Args:
        task: the data's.
        numbers: of the samples among the training samples [samples].
        labels: as the data holds them [samples] or [samples, outputs].
        best, last: the answers at the best epoch and after the last: one share a class or label, or numbers [samples, outputs].
        loss, last_loss: of each sample, at the same epochs [samples].
    """

    task: str
    numbers: NDArray[np.int64]
    labels: NDArray[Any]
    best: Floats
    last: Floats
    loss: Floats
    last_loss: Floats

    @classmethod
    def of(cls, runs: Sequence[Run], data: Dataset) -> Answers:
        numbers = np.concatenate([data.held_out(run.plan) for run in runs])
        both = np.concatenate([run.answers for run in runs if run.answers is not None], axis=1)
        if data.task == "binary":
            both = both if both.shape[2] == 2 else np.concatenate([1 - both, both], axis=2)
        loss = np.concatenate([run.validation_losses[best_place(run)] for run in runs])
        last_loss = np.concatenate([run.validation_losses[-1] for run in runs])
        return cls(data.task, numbers, data.y_train[numbers], both[0], both[1], loss, last_loss)

    @property
    def classes(self) -> bool:
        return self.task in ("binary", "multiclass")

    def said(self, shares: Floats) -> NDArray[Any]:
        """Return the class of each sample that is answered [samples], or whether each label is [samples, labels]."""
        return shares.argmax(axis=1) if self.classes else shares > 0.5

    def right(self, shares: Floats) -> NDArray[np.bool_]:
        """Return whether each sample is answered rightly, of several labels all of them [samples]."""
        alike = self.said(shares) == (self.labels if self.classes else self.labels > 0.5)
        return np.asarray(alike if self.classes else alike.all(axis=1))

    @cached_property
    def are_probabilities(self) -> bool:
        """Whether answers lie from 0 to 1 and, of classes, add up to 1; a loss of a person's own may give others."""
        if self.task == "regression":
            return False
        inside = ((self.best >= -NOT_QUITE) & (self.best <= 1 + NOT_QUITE)).all()
        return bool(inside and (not self.classes or (np.abs(self.best.sum(axis=1) - 1) <= NOT_QUITE).all()))


def _counts(said: Answers, data: Dataset) -> dict[str, Any]:
    """Return the parts of `Mistakes` that count."""
    if said.task == "regression":
        pairs = zip(said.labels.T[:TARGETS_AT_MOST], said.best.T)
        found = (residuals(*pair) if i < DRAWN_AT_MOST else residuals(*pair, points=0) for i, pair in enumerate(pairs))
        return {"residuals": tuple(found)}
    counts: dict[str, Any] = {
        "calibration": _calibration(said, data),
        "change": change(said.right(said.best), said.right(said.last)),
    }
    if not said.classes:
        return counts | {"labels": tally(said.labels > 0.5, said.said(said.best))}
    counts["confusion"] = confusion(said.labels, said.said(said.best), len(data.classes))
    return counts | ({"ranking": ranking(said.labels, said.best[:, 1])} if said.task == "binary" else {})


def _calibration(said: Answers, data: Dataset) -> Calibration | None:
    if not said.are_probabilities:
        return None
    groups = None if data.groups is None else data.groups[said.numbers]
    if said.classes:
        return calibration(said.best.max(axis=1), said.right(said.best), 0.5 if said.task == "binary" else 0.0, groups)
    alike = said.said(said.best) == (said.labels > 0.5)
    of = np.repeat(said.numbers if groups is None else groups, alike.shape[1])  # the labels of one sample go together
    return calibration(np.maximum(said.best, 1 - said.best).ravel(), alike.ravel(), 0.5, of)


@dataclass(frozen=True)
class Picked:
    """Pick the samples that are worth a look.

    Args:
        said: the answers.
        data: shows the samples.
        run: one of the trainings, which knows the words.
    """

    said: Answers
    data: Dataset
    run: Run

    def samples(self) -> dict[str, Any]:
        """Return the samples with the largest loss, and those that were forgotten."""
        said = self.said
        worst = np.argsort(-said.loss, kind="stable")[:SHOWN_AT_MOST]
        forgotten = np.empty(0, np.int64)
        if said.task != "regression":
            lost = np.flatnonzero(said.right(said.best) & ~said.right(said.last))
            forgotten = lost[np.argsort(said.loss[lost] - said.last_loss[lost], kind="stable")][:SHOWN_AT_MOST]
        shown = show(self.data, self.run.plan, said.numbers[[*worst, *forgotten]].tolist())
        samples = [self._sample(place, shown.pop(0), forgot=i >= len(worst)) for i, place in enumerate([*worst, *forgotten])]
        return {"worst": tuple(samples[: len(worst)]), "forgotten": tuple(samples[len(worst) :])}

    def _sample(self, place: int, shown: Any, forgot: bool) -> Sample:
        said = self.said
        shares, losses = (said.last, said.last_loss) if forgot else (said.best, said.loss)
        chances = said.classes and said.are_probabilities
        return Sample(
            number=int(said.numbers[place]),
            truth=self._names(said.labels[place]),
            answer=self._names(said.said(shares)[place] if said.task != "regression" else shares[place]),
            probability=_share(shares[place].max()) if chances else None,
            before=_share(said.best[place, said.labels[place]]) if chances and forgot else None,
            loss=float(losses[place]),
            shown=shown,
        )

    def _names(self, value: Any) -> tuple[str, ...]:
        """Return a class, the labels that hold, or numbers, as texts."""
        if self.said.task == "regression":
            return tuple(f"{number:.6g}" for number in np.asarray(value, np.float64)[:SHOWN_AT_MOST])
        if self.said.classes:
            return (cut(self.data.classes[int(value)], NAME),)
        return tuple(cut(self.data.classes[int(i)], NAME) for i in np.flatnonzero(value)[:SHOWN_AT_MOST])


def _share(value: Any) -> float:
    return round(float(np.clip(value, 0, 1)), 6)
