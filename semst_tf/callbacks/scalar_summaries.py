"""The losses as TensorBoard curves."""

import keras

from semst_tf.ops.current_step import current_step
from semst_tf.storage.summary_writer import summary_writer


class ScalarSummaries(keras.callbacks.Callback):
    """Writes every metric for TensorBoard at the end of each epoch.

    The step of a point is the optimizer's, so that the curves of a training
    that was continued join. Files only; no server has to run. Without
    TensorFlow it writes nothing, and says so.

    Args:
        folder: Path of the TensorBoard log folder.

    Example:

    >>> model.fit(data, callbacks=[ScalarSummaries("run/tensorboard")])
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = str(folder)

    def on_train_begin(self, logs=None):
        self._writer = summary_writer(self.folder)
        if self._writer is None:
            print("no TensorBoard files: they need TensorFlow")

    def on_epoch_end(self, epoch, logs=None):
        if self._writer is None:
            return
        import tensorflow as tf

        step = current_step(self.model)
        rate = self.model.optimizer.learning_rate
        with self._writer.as_default(step):
            for name, value in (logs or {}).items():
                tf.summary.scalar(name, value)
            tf.summary.scalar("learning_rate", float(rate))
        self._writer.flush()

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()
