"""Saves and stops when the machine, or a person, asks for it."""

import signal
import threading

import keras

from semst_tf.ops.current_step import current_step

EXIT_CODES = {signal.SIGTERM: 75, signal.SIGINT: 130}
"""Exit codes of scripts: 75 is "temporary failure, try again" of sysexits.h,
130 what shells give a program that Ctrl-C ended."""


class TrainingStopped(Exception):
    """A training was asked to stop, has saved and can be continued.

    Args:
        number: `signal.SIGTERM` or `signal.SIGINT`.
        step: int. The step that was saved.
    """

    def __init__(self, number, step):
        super().__init__(f"stopped at step {step}, which is saved")
        self.number = number
        self.step = step
        self.exit_code = EXIT_CODES[number]


class StopOnSignal(keras.callbacks.Callback):
    """Finishes the step, saves and stops on SIGTERM or Ctrl-C.

    SIGTERM is what clusters send before they take a machine away. The same
    signal a second time has its usual effect, at once. To be used in a
    `with` statement, outside of which signals have their usual effect; in
    another thread than the main one, which gets no signals, it does nothing.

    Args:
        checkpoints: `Checkpoints`, which saves. Put it before this callback.
        agree: Function from the signal that this process got, or `None`, to
            the one to act on. It is asked after every step, in every
            process, so that those that train together can stop together.
            Defaults to `None`, the signal itself.

    Raises:
        TrainingStopped: From `fit`.

    Example:

    >>> with StopOnSignal(checkpoints) as stop:
    ...     model.fit(data, callbacks=[checkpoints, stop])
    """

    def __init__(self, checkpoints, agree=None):
        super().__init__()
        self.checkpoints = checkpoints
        self.agree = agree or (lambda number: number)
        self.requested = None
        self._usual = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._usual = {
                number: signal.signal(number, self._request)
                for number in EXIT_CODES
            }
        return self

    def __exit__(self, *error):
        for number, handler in self._usual.items():
            signal.signal(number, handler)
        self._usual = {}

    def on_train_batch_end(self, batch, logs=None):
        self._stop_if_asked()

    def on_epoch_end(self, epoch, logs=None):
        self._stop_if_asked()

    def _stop_if_asked(self):
        number = self.agree(self.requested)
        # Where the epoch ends with this batch, its end comes first: what is
        # written then belongs before the checkpoint.
        if number is None or self.model.stop_training:
            return
        self.checkpoints.save()
        self.agree(number)  # Nobody leaves before all have saved.
        raise TrainingStopped(number, current_step(self.model))

    def _request(self, number, frame):
        self.requested = number
        self.__exit__()
