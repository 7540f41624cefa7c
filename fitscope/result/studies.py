"""The parts of a result that hold many trainings: repeats, folds, remedies, sizes and a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fitscope.diagnosis.spread import Spread
from fitscope.history import TrainingHistory
from fitscope.result.facts import Gain, Interval, Score


@dataclass(frozen=True)
class Training:
    """Hold one training of a study.

    Args:
        changes: what its plan has otherwise than the first one.
        history: its curves.
        best_epoch, best_val_loss, verdict: what they say; best epoch and loss are None where no epoch has a validation loss.
        test: the held-out model's test result, None where it was not tested.
        seconds: what it took.
    """

    changes: dict[str, Any]
    history: TrainingHistory
    best_epoch: int | None
    best_val_loss: float | None
    verdict: str
    seconds: float
    test: Score | None = None


@dataclass(frozen=True)
class Repeats:
    """Hold what several trainings of one plan with other seeds have in common: what is luck, and what is not.

    Args:
        best_epoch, best_val_loss: of each training's own best epoch.
        test_loss, accuracy, mae: of each held-out model on the test data, None where it was not read.
    """

    best_epoch: Spread
    best_val_loss: Spread
    test_loss: Spread | None = None
    accuracy: Spread | None = None
    mae: Spread | None = None


@dataclass(frozen=True, kw_only=True)
class Remedy(Training):
    """Hold the training of one change of the network or its settings, and what the change brought.

    Args:
        name: the change's code, such as `dropout`.
        gain: the best validation loss without the change minus that with it, as observed; above 0 the change helps.
        corrected: the gain without what choosing each side's lowest epoch flatters, the middle of the interval; None where an
            older result does not say.
        interval: 95 %, epochs chosen anew in every resample of the validation samples, for all remedies together.
        p: for no difference, corrected for the number of remedies (Holm).
        clear: whether the difference is more than chance explains.
        seeds: how many trainings stand on each side; `history` is the first one's.
        spread: standard deviation of the best validation loss between seeds, None with one seed.
        diverged: how many of the change's trainings came to losses that are not finite; then nothing is clear.
        left_out: numbers of the folds that diverged with or without the change, and are left out on both sides.
    """

    name: str
    gain: float
    interval: Interval
    p: float
    clear: bool
    seeds: int
    spread: float | None
    corrected: float | None = None
    diverged: int = 0
    left_out: tuple[int, ...] = ()

    @property
    def shown(self) -> float:
        """The gain that is ranked, told and drawn: the corrected one where it is known."""
        return self.gain if self.corrected is None else self.corrected


@dataclass(frozen=True)
class Scaling:
    """Say how the best validation loss falls with the number n of training samples: L(n) = a + b n^-c.

    Args:
        reason: the code of why the trainings don't carry such a curve, else None; then all else is None.
        a, b, c: of the curve: the loss that no data takes away, what data takes away, and how fast.
        a_interval, c_interval: 95 %.
        twice: twice the samples that there are.
        loss_at_twice, loss_at_twice_interval: the loss expected there, with 95 %.
        saved, saved_interval: what twice the data would take off the loss, with 95 %.
    """

    reason: str | None = None
    a: float | None = None
    b: float | None = None
    c: float | None = None
    a_interval: Interval | None = None
    c_interval: Interval | None = None
    twice: int | None = None
    loss_at_twice: float | None = None
    loss_at_twice_interval: Interval | None = None
    saved: float | None = None
    saved_interval: Interval | None = None


@dataclass(frozen=True)
class Studies:
    """Hold the trainings beside the one that the report is about; empty where none was asked for.

    Args:
        repeats: the same plan with other seeds, the first one among them.
        folds: the same plan with each fold held out.
        remedies: other networks and settings.
        sizes: fewer training samples; each training has its number of `samples` among its changes.
        repeated: what the repeats have in common.
        scaling: what the sizes show.
    """

    repeats: tuple[Training, ...] = ()
    folds: tuple[Training, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    sizes: tuple[Training, ...] = ()
    repeated: Repeats | None = None
    scaling: Scaling | None = None


@dataclass(frozen=True)
class Trial:
    """Hold one trial of a search.

    Args:
        trial: its name in the search.
        continues: the trial whose training it went on with (Hyperband), else None.
        hyperparameters: what it tried.
        history: its curves.
        best_epoch, best_val_loss, verdict: what they say; best epoch and loss are None where no epoch has a validation loss.
        seconds: what it took.
    """

    trial: str
    hyperparameters: dict[str, Any]
    history: TrainingHistory
    best_epoch: int | None
    best_val_loss: float | None
    verdict: str
    seconds: float
    continues: str | None = None


@dataclass(frozen=True)
class BestTrial:
    """Hold the winner of a search.

    Args:
        trial: its name.
        hyperparameters: what it tried.
        best_epoch: the epoch of its lowest validation loss.
        observed: its lowest validation loss, optimistic because it was selected.
        corrected, interval: the same with the selection's optimism taken off (out-of-bag bootstrap), with 95 %.
        test: the winner refitted on all training data for its best epoch, None where the test data was not read.
        gain: the textbook network's refit against the winner's on the same test samples; above 0 the winner is better.
    """

    trial: str
    hyperparameters: dict[str, Any]
    best_epoch: int
    observed: float
    corrected: float
    interval: Interval
    test: Score | None = None
    gain: Gain | None = None


@dataclass(frozen=True)
class FailedTrial:
    """Hold a trial of a search that could not be trained.

    Args:
        trial: its name in the search.
        hyperparameters: what it tried.
        error: why it could not be trained, in a sentence.
    """

    trial: str
    hyperparameters: dict[str, Any]
    error: str


@dataclass(frozen=True)
class Search:
    """Hold a search for hyperparameters.

    Args:
        oracle: what invented the trials: `random`, `bayesian` or `hyperband`.
        trials: in the order in which they were begun.
        best: the winner, None where no trial has a validation loss.
        failed: the trials that could not be trained.
    """

    oracle: str
    trials: tuple[Trial, ...]
    best: BestTrial | None
    failed: tuple[FailedTrial, ...] = ()
