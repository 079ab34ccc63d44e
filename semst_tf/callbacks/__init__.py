"""Keras callbacks: progress, samples, checkpoints, validation, stopping."""

from semst_tf.callbacks.best_effort import BestEffort
from semst_tf.callbacks.checkpoints import Checkpoints
from semst_tf.callbacks.fit_progress import FitProgress
from semst_tf.callbacks.intervals import Intervals
from semst_tf.callbacks.keep_best import KeepBest
from semst_tf.callbacks.loss_record import LossRecord
from semst_tf.callbacks.progress_bar import ProgressBar
from semst_tf.callbacks.sample_translations import SampleTranslations
from semst_tf.callbacks.scalar_summaries import ScalarSummaries
from semst_tf.callbacks.stop_on_non_finite import StopOnNonFinite
from semst_tf.callbacks.stop_on_signal import StopOnSignal
from semst_tf.callbacks.stop_on_signal import TrainingStopped
from semst_tf.callbacks.validation_record import ValidationRecord
from semst_tf.callbacks.validation_scores import ValidationScores
from semst_tf.ops.non_finite import NonFiniteError

__all__ = [
    "BestEffort",
    "Checkpoints",
    "FitProgress",
    "Intervals",
    "KeepBest",
    "LossRecord",
    "NonFiniteError",
    "ProgressBar",
    "SampleTranslations",
    "ScalarSummaries",
    "StopOnNonFinite",
    "StopOnSignal",
    "TrainingStopped",
    "ValidationRecord",
    "ValidationScores",
]
