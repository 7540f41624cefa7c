"""The parts of a result that describe data, network, machine and test results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Interval = tuple[float, float]


@dataclass(frozen=True)
class Author:
    """Name the person whose analysis it is.

    Args:
        name: as the person gives it, None where only a number is known.
        id: a student's number, None where there is none.
    """

    name: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class Answers:
    """Hold what a student concluded, as the answer form asks for it; None where a question was left open.

    Args:
        best_epoch: the epoch that the student would train for.
        verdict: one of the verdicts' codes, or the student's own word where it is none of them.
        test_accuracy, test_loss, test_mae: what the student's own final model reached on test data.
        why: how the student knows, in Markdown.
        more: answers to an instructor's own questions, by name.
    """

    best_epoch: int | None = None
    verdict: str | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None
    test_mae: float | None = None
    why: str | None = None
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """Name the versions and the machine that a result came from.

    Args:
        python, tensorflow, keras, numpy: versions.
        platform: operating system and processor.
        cpus: processors that the process may use.
        gpus: the names of the GPUs that TensorFlow sees.
    """

    python: str
    tensorflow: str
    keras: str
    numpy: str
    platform: str
    cpus: int
    gpus: tuple[str, ...]


@dataclass(frozen=True)
class DatasetFacts:
    """Describe the data: its task, its classes and how many samples play each role.

    Args:
        name: as `analyze` takes it.
        task: `binary`, `multiclass`, `multilabel` or `regression`.
        classes: the names of classes, labels or targets, None where they are not known.
        train, validation, test: numbers of samples; the refit trains on `train` + `validation`.
        source: where it was found, for people.
        sha256: the hash of its file or files.
        majority: the largest class's share of the validation samples, None where there are no classes.
        leaks: what was found of samples and columns that give the answer away, each with its sentence.
        notes: what was done with the data, in sentences.
    """

    name: str
    task: str
    classes: tuple[str, ...] | None
    train: int
    validation: int
    test: int
    source: str
    sha256: str
    majority: float | None = None
    leaks: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def guessed(self) -> int | None:
        """Among how many classes a network without knowledge would guess; None where a sample has no one class."""
        return None if self.majority is None or self.classes is None else len(self.classes)


@dataclass(frozen=True)
class LayerFacts:
    """Describe one layer.

    Args:
        name, type: as Keras names the layer and its class.
        output_shape: of one sample, without the batch; None where it is open.
        parameters: how many numbers it holds; those that no training changes are counted in.
    """

    name: str
    type: str
    output_shape: tuple[int | None, ...]
    parameters: int


@dataclass(frozen=True)
class ModelFacts:
    """Describe the network.

    Args:
        name: `textbook`, `small`, `large`, `linear`, `conv`, or `FILE.py:FUNCTION`.
        parameters: how many numbers it holds; those that no training changes are counted in.
        layers: from the input on.
        path: by which it was trained: `sparse`, `dense`, `keras` or `tf.data`; None where it is not known.
        loss: what it was trained to lower, by Keras' name; None where an older result does not say.
    """

    name: str
    parameters: int
    layers: tuple[LayerFacts, ...]
    path: str | None = None
    loss: str | None = None


@dataclass(frozen=True)
class Score:
    """Hold one model's test result with its 95 % intervals.

    Args:
        loss: the mean over the test samples, without penalties; of classes in nats.
        loss_interval: over the samples, or the groups where there are some; with Hall's (1992) allowance for skewness.
        accuracy: the share of right answers; None of numbers.
        accuracy_interval: Wilson's (1927).
        samples: how many were tested.
        mae: the mean absolute error, in the target's own units; None of classes.
        mae_interval: as of the loss.
    """

    loss: float
    loss_interval: Interval
    accuracy: float | None
    accuracy_interval: Interval | None
    samples: int
    mae: float | None = None
    mae_interval: Interval | None = None


@dataclass(frozen=True)
class Gain:
    """Hold what the refit brought on the same test samples, with paired 95 % intervals; above 0 the refit is better.

    Args:
        loss: the held-out model's test loss minus the refitted model's.
        accuracy: the refitted model's test accuracy minus the held-out model's; None of numbers.
        mae: the held-out model's mean absolute error minus the refitted model's; None of classes.
        loss_interval, accuracy_interval, mae_interval: over the test samples' differences.
    """

    loss: float
    loss_interval: Interval
    accuracy: float | None
    accuracy_interval: Interval | None
    mae: float | None = None
    mae_interval: Interval | None = None


@dataclass(frozen=True)
class HoldOut:
    """Hold the test result of the model of the best epoch, trained without the validation data.

    Args:
        epochs: how many it was trained for.
        test: its test result.
    """

    epochs: int
    test: Score


@dataclass(frozen=True)
class Refit:
    """Hold the test result of the model trained afresh on all training data.

    Args:
        epochs: the best epoch of the training with hold-out.
        by: `epochs` or `updates`: what was kept the same.
        test: its test result.
        gain: what it brought against the held-out model.
        updates: how many updates the refit made.
    """

    epochs: int
    by: str
    test: Score
    gain: Gain
    updates: int | None = None


@dataclass(frozen=True)
class LogFacts:
    """Say where the curves came from, when another program trained.

    Args:
        source: the log's path, or what was given instead of one.
        run: which training of the log it is, None where there is only one.
        notes: what a person should know of how the log was read.
    """

    source: str
    run: str | None = None
    notes: tuple[str, ...] = ()
