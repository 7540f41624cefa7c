"""The only room with Keras in it: a plan goes in, a run comes out."""

from fitscope.training.loop import EpochEnd, Run, batch_order, train
from fitscope.training.machine import environment, peak_mb, start_loading
from fitscope.training.networks import check_model, declared, default_optimizer, model_sha256, settings
from fitscope.training.objectives import MEASURES
from fitscope.training.saved import answers
from fitscope.training.scores import gain, score
from fitscope.training.testing import describe, predict, save, test_once

__all__ = [
    "MEASURES",
    "EpochEnd",
    "Run",
    "answers",
    "batch_order",
    "check_model",
    "declared",
    "default_optimizer",
    "describe",
    "environment",
    "gain",
    "model_sha256",
    "peak_mb",
    "predict",
    "save",
    "score",
    "settings",
    "start_loading",
    "test_once",
    "train",
]
