"""Monitor, the Keras callback for a person's own `model.fit`."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fitscope import words
from fitscope.diagnosis import Diagnosis, judge
from fitscope.diagnosis.stopping import chance_of_better
from fitscope.errors import ResultError, UsageError
from fitscope.history import TrainingHistory
from fitscope.language import _
from fitscope.logs import pictured, result_of, write_pages
from fitscope.readers import Reading

_AT_ONCE = 4096  # samples whose losses are computed together


class Monitor(keras.callbacks.Callback):  # type: ignore[misc]
    """Keep every validation sample's loss during `fit`, judge the curves, and stop where more epochs won't help.

    The validation loss is the mean of the samples' losses; unlike the training loss that `fit` reports, it has no
    penalties of regularization in it.

    Args:
        x_val, y_val: the validation samples, as `model.predict` and the loss take them: an array, a list, tuple or dict of
            arrays for a model of several inputs, or a scipy sparse matrix. They need not be given to `fit`.
        sample_weight: how much each validation sample counts [samples]; as in `fit`, its loss is multiplied by it, and the
            mean goes over the number of samples. Where None, all count alike.
        report: where to write the report page at the end; None for none.
        stop: end the training when the chance that a later epoch beats the best has fallen below `limit`, or at once
            when the loss is no longer a finite number; the model is left with the weights of the best epoch.
        limit: that chance.
        restore_best_weights: whether the model gets the weights of the best epoch at the end, stopped or not; where
            None, as `stop` says.
        batch_size: samples that are predicted together.
        verbose: 0 prints nothing, 1 the verdict at the end.

    Attributes:
        diagnosis: what the curves say so far; None before the first epoch.
        history: the curves so far.
        validation_losses: float32 [epochs, samples].
        stopped: why the training was stopped, else None.

    Raises:
        UsageError: the samples, their targets and their weights differ in number, or the limit is no chance.

    Example:
        >>> x, y = np.random.default_rng(0).random((2, 100, 1), np.float32)
        >>> model = keras.Sequential([keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> monitor = Monitor(x[:50], y[:50], report="report.html", verbose=0)
        >>> _ = model.fit(x[50:], y[50:], epochs=5, callbacks=[monitor], verbose=0)
        >>> len(monitor.history), monitor.validation_losses.shape
        (5, (5, 50))
    """

    def __init__(
        self,
        x_val: Any,
        y_val: Any,
        *,
        sample_weight: Any = None,
        report: Path | str | None = None,
        stop: bool = False,
        limit: float = 0.05,
        restore_best_weights: bool | None = None,
        batch_size: int = 256,
        verbose: int = 1,
    ) -> None:
        super().__init__()
        self.x_val, self.y_val = _inputs(x_val), np.asarray(y_val)
        counts = {int(part.shape[0]) for part in keras.tree.flatten(self.x_val)}
        if counts != {len(self.y_val)} or len(self.y_val) < 2:
            samples = " or ".join(map(str, sorted(counts)))
            raise UsageError(f"There are {samples} validation samples and {len(self.y_val)} targets; give as many, two at least.")
        self.sample_weight = None if sample_weight is None else _weights(sample_weight, len(self.y_val))
        if not isinstance(limit, (int, float)) or not 0 < limit < 1:
            raise UsageError(f"limit is {limit!r}; give a chance between 0 and 1, such as 0.05.")
        self.report = None if report is None else Path(report)
        if self.report is not None and not self.report.resolve().parent.is_dir():
            raise UsageError(f"There is no folder {self.report.parent} for the report; make it first.")
        self.stop, self.limit, self.batch_size, self.verbose = stop, limit, batch_size, verbose
        self.restore = stop if restore_best_weights is None else restore_best_weights
        self._begin()

    def _begin(self) -> None:
        self.stopped: str | None = None
        self._stopped_early: dict[str, Any] = {}
        self._epochs: list[int] = []
        self._metrics: list[dict[str, float]] = []
        self._losses: list[NDArray[np.float32]] = []
        self._best: tuple[float, Any] = (math.inf, None)
        self._classes: int | None = None

    @property
    def history(self) -> TrainingHistory:
        """The curves so far."""
        names = list(dict.fromkeys(name for metrics in self._metrics for name in metrics))
        curves = {name: [metrics.get(name, math.nan) for metrics in self._metrics] for name in names}
        return TrainingHistory.of(curves, self._epochs)

    @property
    def validation_losses(self) -> NDArray[np.float32]:
        """Every validation sample's loss after every epoch so far, float32 [epochs, samples]."""
        return np.stack(self._losses) if self._losses else np.empty((0, len(self.y_val)), np.float32)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What the curves say so far; None before the first epoch."""
        if not self._metrics:
            return None
        early = self._stopped_early if self.stop else None
        return pictured(self.history, judge(self.history, self.validation_losses, classes=self._classes, stopped=early))

    def on_train_begin(self, logs: Any = None) -> None:
        self._begin()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.stop and logs and not math.isfinite(float(logs.get("loss", 0.0))):
            self._end(f"the loss was no longer a finite number after batch {batch + 1} of epoch {self._next()}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        losses = self._sample_losses()
        mean = float(losses.mean(dtype=np.float64))
        if logs is not None:
            logs.setdefault("val_loss", mean)  # for the History that fit returns, and the callbacks after this one
        self._epochs.append(epoch + 1)
        self._losses.append(losses)
        self._metrics.append({name: float(value) for name, value in (logs or {}).items()} | {"val_loss": mean})
        if mean < self._best[0]:
            self._best = mean, self.model.get_weights() if self.restore else None
        if not self.stop or self.stopped:
            return
        if not math.isfinite(mean):
            self._end(_("the validation loss was no longer a finite number after epoch {epoch}").format(epoch=epoch + 1))
            return
        left = int(self.params.get("epochs") or 0) - epoch - 1
        chance = chance_of_better(np.array([metrics["val_loss"] for metrics in self._metrics]), left)
        if left > 0 and chance < self.limit:
            self._stopped_early = {"epoch": epoch + 1, "percent": 100 * chance}
            text = _("the chance that a later epoch is better has fallen to {percent:.1f} % after epoch {epoch}")
            self._end(text.format(percent=100 * chance, epoch=epoch + 1))

    def on_train_end(self, logs: Any = None) -> None:
        if not self._metrics:
            return
        restored = self.restore and self._best[1] is not None
        if restored:
            self.model.set_weights(self._best[1])
        diagnosis = self.diagnosis
        assert diagnosis is not None
        if self.verbose:
            print(f"{words.label(diagnosis.verdict).upper()}. {diagnosis.message}")
            if self.stopped:
                print(_("Stopped: {why}.").format(why=self.stopped))
            if restored:
                print(_("The model has the weights of epoch {epoch}.").format(epoch=diagnosis.best_epoch))
        if self.report is not None:
            self._write(diagnosis)

    def _write(self, diagnosis: Diagnosis) -> None:
        assert self.report is not None
        note = () if self.stopped is None else (f"stopped: {self.stopped}",)
        reading = Reading("model.fit", None, self.history, notes=note)
        for page in write_pages([result_of(reading, diagnosis, "fitscope.Monitor(x_val, y_val)")], self.report):
            if self.verbose:
                print(page)

    def _next(self) -> int:
        return self._epochs[-1] + 1 if self._epochs else 1

    def _end(self, why: str) -> None:
        self.stopped, self.model.stop_training = why, True

    def _sample_losses(self) -> NDArray[np.float32]:
        try:
            predictions = self.model.predict(self.x_val, batch_size=self.batch_size, verbose=0)
        except (TypeError, ValueError) as error:
            raise ResultError(f"The model cannot predict x_val; give it inputs as fit does. Keras says: {error}") from None
        if not isinstance(predictions, np.ndarray):
            raise ResultError("The model has several outputs; Monitor judges one loss, so give it a model with one output.")
        loss = _per_sample(self.model.loss)
        # Weights change what guessing costs.
        if self.sample_weight is None and "crossentropy" in str(getattr(loss, "name", None) or getattr(loss, "__name__", "")):
            self._classes = max(2, predictions.shape[-1])
        parts = [slice(start, start + _AT_ONCE) for start in range(0, len(predictions), _AT_ONCE)]
        losses = [
            keras.ops.convert_to_numpy(loss(_aligned(self.y_val[part], predictions[part]), predictions[part])) for part in parts
        ]
        each = np.concatenate([part.reshape(len(part), -1).mean(axis=1) for part in losses]).astype(np.float32)
        return each if self.sample_weight is None else each * self.sample_weight


def _inputs(x_val: Any) -> Any:
    """Return what `predict` takes: sparse matrices by rows, all else as it is."""
    given = keras.tree.map_structure(lambda part: part.tocsr() if hasattr(part, "tocsr") else part, x_val)
    parts = keras.tree.flatten(given)
    if not parts or not all(hasattr(part, "shape") and part.shape and hasattr(part, "__getitem__") for part in parts):
        raise UsageError(
            f"x_val is a {type(x_val).__name__}; give what model.predict takes as a numpy array, a scipy sparse matrix, or a "
            "list, tuple or dict of them."
        )
    return given


def _weights(sample_weight: Any, samples: int) -> NDArray[np.float32]:
    try:
        weights = np.asarray(sample_weight, np.float32)
    except (TypeError, ValueError):
        raise UsageError("sample_weight holds no numbers; give one for each validation sample.") from None
    if weights.shape != (samples,):
        raise UsageError(f"sample_weight has the shape {weights.shape}; give one number for each of the {samples} samples.")
    if not (np.isfinite(weights).all() and weights.min() >= 0 and weights.max() > 0):
        raise UsageError("sample_weight holds a negative or infinite number, or nothing but 0; give numbers from 0 on.")
    return weights


def _per_sample(loss: Any) -> Any:
    """Return a compiled loss as a function that gives one value a sample."""
    if isinstance(loss, (dict, list)):
        raise ResultError("The model has several losses; Monitor judges one, so give it a model with one loss.")
    loss = keras.losses.get(loss)
    if loss is None:
        raise ResultError("The model was compiled without a loss; compile it with one, such as loss='mse'.")
    if isinstance(loss, keras.losses.Loss):
        loss = copy.copy(loss)
        loss.reduction = None
    return loss


def _aligned(targets: NDArray[Any], predictions: NDArray[Any]) -> NDArray[Any]:
    """Return targets [samples] as [samples, 1] beside such predictions, as Keras itself does."""
    same = targets.ndim == predictions.ndim - 1 and predictions.shape[-1] == 1
    return targets[..., None] if same else targets
