"""One progress bar for the whole training."""

import sys

import keras

from semst_tf.ops.current_step import current_step
from semst_tf.ops.private_api import set_dynamic_display


class ProgressBar(keras.callbacks.Callback):
    """Shows step, time left, time a step and every loss, over all epochs.

    Keras' own bar starts again with each epoch; how long the training will
    take is what a person waits for. Use with `fit(verbose=0)`.

    Args:
        steps: int. Steps of the whole training.
        first_step: int. Steps done before this `fit`. Defaults to `0`.
        interval: float. Seconds between two updates on a terminal; a log
            file gets a line every 30 seconds. Defaults to `0.5`.

    Example:

    >>> model.fit(data, verbose=0, callbacks=[ProgressBar(steps=1000)])
    """

    def __init__(self, steps, first_step=0, interval=0.5):
        super().__init__()
        self.steps = steps
        self.first_step = first_step
        self.interval = interval

    def on_train_begin(self, logs=None):
        notebook = type(sys.stdout).__module__.startswith("ipykernel")
        terminal = sys.stdout.isatty() or notebook
        self._bar = keras.utils.Progbar(
            self.steps - self.first_step,
            interval=self.interval if terminal else 30.0,
            stateful_metrics=[metric.name for metric in self.model.metrics],
        )
        # Keras takes any POSIX system for a terminal; in a file, carriage
        # returns would make one endless line.
        set_dynamic_display(self._bar, terminal)
        if self.first_step:
            print(f"continuing at step {self.first_step} of {self.steps}")

    def on_train_batch_end(self, batch, logs=None):
        done = current_step(self.model) - self.first_step
        if done > 0:
            self._bar.update(
                done, [(k, float(v)) for k, v in (logs or {}).items()]
            )
