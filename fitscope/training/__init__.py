"""The only room with Keras in it: a plan goes in, a run comes out."""

from fitscope.training.checkpoint import Checkpoint
from fitscope.training.loading import start_loading
from fitscope.training.loop import batch_order, train
from fitscope.training.machine import environment
from fitscope.training.memory import enough_memory, peak_mb
from fitscope.training.networks import check_model, declared, default_optimizer, model_sha256, settings
from fitscope.training.objectives import MEASURES
from fitscope.training.run import EpochEnd, Run
from fitscope.training.saved import answers
from fitscope.training.scores import gain, score
from fitscope.training.testing import describe, predict, save, test_once

__all__ = [
    "MEASURES",
    "Checkpoint",
    "EpochEnd",
    "Run",
    "answers",
    "batch_order",
    "check_model",
    "declared",
    "default_optimizer",
    "describe",
    "enough_memory",
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
