"""The progress bar of `SemST.fit`."""

import time

from semst_tf.callbacks.progress_bar import ProgressBar


class FitProgress(ProgressBar):
    """Shows a `fit` of one or more epochs, one line an epoch.

    What `SemST.fit(verbose=1)` shows in place of Keras' bar, which has all
    terms in a line that is longer than a terminal, and whose first estimate
    takes the compilation for a step. Time left is that of the whole `fit`,
    as far as the number of steps is known; neither compiling nor validation
    counts as steps. All terms are in the `History`, and shown by `verbose=2`.

    Args:
        interval: float. Seconds between two updates on a terminal; a log
            file gets a line every 30 seconds. Defaults to `0.5`.

    Example:

    >>> model.fit(data, epochs=3, steps_per_epoch=100)
    epoch 1/3 100/100 14 s 137ms/step loss: 3.1415 learning rate: 2.0e-04
    """

    def __init__(self, interval=0.5):
        super().__init__(steps=None, interval=interval)

    def on_train_begin(self, logs=None):
        self._begin(0)
        self._epoch = None
        self._epoch_steps = self.params.get("steps")

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._epoch_start = epoch, self._step
        self._start = time.monotonic()
        if self._epoch_steps:
            epochs = self.params["epochs"] - epoch
            self.steps = self._step + epochs * self._epoch_steps

    def on_train_batch_end(self, batch, logs=None):
        # Of the batches and not of the optimizer, which on JAX learns of its
        # steps at the end of an epoch.
        self._passed(self._epoch_start + batch + 1, False, logs)

    def on_test_begin(self, logs=None):
        self._paused = time.monotonic()

    def on_test_end(self, logs=None):
        if self._compiled is not None:
            step, begun = self._compiled
            self._compiled = step, begun + time.monotonic() - self._paused

    def on_epoch_end(self, epoch, logs=None):
        # Of data of unknown length the next epoch knows it.
        self._epoch_steps = self._step - self._epoch_start
        self._show(self._step, time.monotonic(), logs or {}, True)

    def _place(self, step, last):
        done, of = step - self._epoch_start, self._epoch_steps
        place = f"epoch {self._epoch + 1}/{self.params['epochs']} {done}"
        if not of:
            return place, None
        return f"{place}/{of}", None if last else done / of
