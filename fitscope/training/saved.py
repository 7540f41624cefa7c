"""A model that was saved, and its answers for new rows."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Rows, count, take
from fitscope.errors import DataError
from fitscope.training import screening
from fitscope.training.fitted import dense
from fitscope.training.objectives import gives_logits, probabilities
from fitscope.training.steps import EVALUATED_AT_ONCE


def answers(path: Path, rows: Rows, task: str) -> NDArray[np.float64]:
    """Return a saved model's answers for encoded rows.

    Args:
        path: of model.keras.
        rows: as the model reads them; CSR is made dense, some rows at a time.
        task: of a model whose output are logits, probabilities are returned.

    Returns:
        float64 [rows, outputs].

    Raises:
        DataError: the file cannot be read, needs code that is not here, or takes other rows.
    """
    model = _load(path)
    try:
        parts = [slice(first, first + EVALUATED_AT_ONCE) for first in range(0, count(rows), EVALUATED_AT_ONCE)]
        found = np.concatenate([np.asarray(model(dense(take(rows, part)), training=False), np.float64) for part in parts])
    except Exception as error:  # whatever a network raises of rows that it cannot take
        raise DataError(f"{path} does not take these rows ({_said(error)}); give rows like those that it was trained on.") from None
    return probabilities(found, task) if gives_logits(model) else found


def _load(path: Path) -> Any:
    import keras

    if not path.is_file():
        raise DataError(f"{path} is not there: the run kept no model; analyze again, or give another run.")
    screening.check(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the optimizer begins anew, and is not needed here
            return keras.models.load_model(path, safe_mode=True)
    except Exception as error:  # Keras' errors of a file are many
        raise DataError(
            f"{path} cannot be opened by plain Keras ({_said(error)}); where it holds layers or a model class of your own, "
            "register them with keras.saving.register_keras_serializable, or build it of stock layers."
        ) from None


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:120]
