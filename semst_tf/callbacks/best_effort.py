"""Callbacks that may fail without ending the training."""

import sys

import keras

from semst_tf.callbacks.stop_on_signal import TrainingStopped
from semst_tf.ops.current_step import current_step
from semst_tf.ops.non_finite import NonFiniteError


class BestEffort(keras.callbacks.Callback):
    """Runs callbacks that are only for looking; a failure is a warning.

    Each failure becomes one line on stderr that names the callback, the step
    and the reason; the other callbacks and the training go on. What is meant
    to stop a training passes: Ctrl-C, `TrainingStopped`, `NonFiniteError`.

    Put it behind `Checkpoints`, so that what takes long or fails costs no
    step.

    Args:
        callbacks: List of `keras.callbacks.Callback`, which run in this
            order and see the same logs.

    Example:

    >>> looking = BestEffort([SampleTranslations(photos, "run/samples")])
    >>> model.fit(data, callbacks=[checkpoints, looking])
    """

    def __init__(self, callbacks):
        super().__init__()
        self.callbacks = list(callbacks)

    def set_model(self, model):
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params):
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def on_train_begin(self, logs=None):
        self._each("on_train_begin", logs)

    def on_epoch_begin(self, epoch, logs=None):
        self._each("on_epoch_begin", epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        self._each("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self._each("on_train_batch_end", batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._each("on_epoch_end", epoch, logs)

    def on_train_end(self, logs=None):
        self._each("on_train_end", logs)

    def _each(self, hook, *arguments):
        for callback in self.callbacks:
            self.attempt(
                type(callback).__name__, getattr(callback, hook), *arguments
            )

    def attempt(self, name, function, *arguments):
        """Calls a function; a failure is one line that begins with a name."""
        try:
            function(*arguments)
        except (TrainingStopped, NonFiniteError):
            raise
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            print(
                f"warning: {name} failed at step {current_step(self.model)}; "
                f"the training goes on. {type(error).__name__}: {reason}",
                file=sys.stderr,
            )
