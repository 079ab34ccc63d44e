"""The losses as TensorBoard curves."""

import keras


class ScalarSummaries(keras.callbacks.Callback):
    """Writes every metric for TensorBoard at the end of each epoch.

    The step of a point is the optimizer's, so that the curves of a training
    that was continued join. Files only; no server has to run.

    Args:
        folder: Path of the TensorBoard log folder.

    Example:

    >>> model.fit(data, callbacks=[ScalarSummaries("run/tensorboard")])
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = str(folder)

    def on_train_begin(self, logs=None):
        import tensorflow as tf

        self._writer = tf.summary.create_file_writer(self.folder)

    def on_epoch_end(self, epoch, logs=None):
        import tensorflow as tf

        step = int(self.model.optimizer.iterations)
        rate = self.model.optimizer.learning_rate
        with self._writer.as_default(step):
            for name, value in (logs or {}).items():
                tf.summary.scalar(name, value)
            tf.summary.scalar("learning_rate", float(rate))
        self._writer.flush()

    def on_train_end(self, logs=None):
        self._writer.close()
