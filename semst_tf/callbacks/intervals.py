"""Epochs that end at multiples of a number of steps."""

import keras

from semst_tf.ops.current_step import current_step


class Intervals(keras.callbacks.Callback):
    """Ends each epoch of a `fit` at a multiple of an interval of steps.

    A training that was stopped within an interval finishes it first: its
    metrics go on from the values that were saved, so that the curves are
    those of a training that was never stopped. The last epoch
    ends with the last step. Put it first in the list of callbacks, and give
    `fit` more `steps_per_epoch` than the interval.

    Args:
        interval: int. Steps of an epoch.
        steps: int. Steps of the whole training.
        metrics: List of values of the metrics' variables, in the order of
            `model.metrics_variables`, where the training was stopped.

    Example:

    >>> model.fit(
    ...     data, steps_per_epoch=10**9, epochs=10**9,
    ...     callbacks=[Intervals(interval=100, steps=5000)],
    ... )
    """

    def __init__(self, interval, steps, metrics=()):
        super().__init__()
        self.interval = interval
        self.steps = steps
        self.metrics = metrics

    def on_train_begin(self, logs=None):
        self._step = current_step(self.model)
        self._unfinished = self._step % self.interval != 0

    def on_epoch_begin(self, epoch, logs=None):
        if self._unfinished:
            # Keras has just set them to zero. From the end: checkpoints of
            # before the loss was a metric lack the first ones.
            for variable, value in zip(
                reversed(self.model.metrics_variables), reversed(self.metrics)
            ):
                variable.assign(value)
        self._unfinished = False

    def on_train_batch_end(self, batch, logs=None):
        step = current_step(self.model)
        # Under mixed_float16 a batch may pass without a step.
        moved, self._step = step != self._step, step
        if moved and (step % self.interval == 0 or step >= self.steps):
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self._step < self.steps:
            self.model.stop_training = False
