"""What a training tells and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.history import TrainingHistory
from fitscope.plan import Plan

Weights = list[NDArray[np.float32]]


@dataclass(frozen=True)
class EpochEnd:
    """Tell that an epoch is over: which of how many, and its metrics under Keras' names."""

    epoch: int
    of: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Run:
    """Hold what came of a plan.

    Args:
        plan: the plan.
        history: loss and accuracy (of numbers mae) of every epoch, and the same of the held-out samples where there are
            some. Losses hold no penalties of regularization and no class weights.
        validation_losses: float32 [epochs, samples], every validation sample's loss after every epoch; [epochs, 0]
            where none was held out.
        weights: of the epoch with the lowest validation loss, or of the last epoch where none was held out.
        updates: how many steps the optimizer made.
        stopped: whether `on_epoch` stopped the training before its last epoch.
        seconds: what the epochs took.
        path: `sparse`, `dense`, `keras` or `tf.data`: which engine trained.
        state: every variable of the model and its optimizer after the last epoch, to go on from.
        answers: float32 [2, samples, outputs], what the network says of every validation sample at the best epoch and after
            the last: probabilities of classes and labels, or numbers; None where nobody asked.
        randoms: where the process' random generators stood after the last epoch, of a network that may draw from them.
    """

    plan: Plan
    history: TrainingHistory
    validation_losses: NDArray[np.float32]
    weights: Weights
    updates: int
    stopped: bool
    seconds: float
    path: str
    state: Weights = field(default_factory=list, repr=False)
    answers: NDArray[np.float32] | None = field(default=None, repr=False)
    randoms: Mapping[str, Any] = field(default_factory=dict, repr=False)
