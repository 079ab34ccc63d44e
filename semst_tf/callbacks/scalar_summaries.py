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
        self._writer = None  # Opened by the first points.
        self._possible = True

    def on_epoch_end(self, epoch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        self.write({**(logs or {}), "learning_rate": rate})

    def write(self, values):
        """Writes values as points of the step at which the model is.

        Args:
            values: Dict of float by the names of their curves.
        """
        if self._writer is None and self._possible:
            self._writer = summary_writer(self.folder)
            self._possible = self._writer is not None
            if not self._possible:
                print("no TensorBoard files: they need TensorFlow")
        if self._writer is None:
            return
        import tensorflow as tf

        with self._writer.as_default(current_step(self.model)):
            for name, value in values.items():
                tf.summary.scalar(name, value)
        self._writer.flush()

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()
