"""The only room with Keras in it: a plan goes in, a run comes out."""

from fitscope.training.loop import EpochEnd, Run, batch_order, train
from fitscope.training.machine import environment, peak_mb, start_loading
from fitscope.training.testing import describe, save, test_once

__all__ = ["EpochEnd", "Run", "batch_order", "describe", "environment", "peak_mb", "save", "start_loading", "test_once", "train"]
