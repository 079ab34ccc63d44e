"""What happens beside the training: progress, samples, checkpoints."""

from semst_tf.callbacks.checkpoints import Checkpoints
from semst_tf.callbacks.checkpoints import checkpoint_paths
from semst_tf.callbacks.loss_record import LossRecord
from semst_tf.callbacks.loss_record import read_history
from semst_tf.callbacks.progress_bar import ProgressBar
from semst_tf.callbacks.sample_translations import SampleTranslations
from semst_tf.callbacks.scalar_summaries import ScalarSummaries

__all__ = [
    "Checkpoints",
    "LossRecord",
    "ProgressBar",
    "SampleTranslations",
    "ScalarSummaries",
    "checkpoint_paths",
    "read_history",
]
