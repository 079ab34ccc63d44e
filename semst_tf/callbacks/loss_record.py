"""The loss curves as a JSON file."""

import pathlib
import time

import keras

from semst_tf.ops.current_step import current_step
from semst_tf.storage.atomic_files import write_json
from semst_tf.storage.loss_history import read_history


class LossRecord(keras.callbacks.Callback):
    """Keeps one row an epoch, the step and every metric, in a JSON file.

    Continues what the file holds up to the step at which training begins.

    Args:
        path: Path of the file, `{"steps": ..., "seconds": ..., "history":
            [{"step": ..., "seconds": ..., <metric>: ...}]}`; seconds are
            those spent training.

    Example:

    >>> model.fit(data, callbacks=[LossRecord("run/metrics.json")])
    """

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)

    def on_train_begin(self, logs=None):
        step = current_step(self.model)
        before = read_history(self.path)
        self.history = [row for row in before if row["step"] <= step]
        seconds = self.history[-1]["seconds"] if self.history else 0.0
        self._start = time.monotonic() - seconds
        if self.history != before:
            self._write(step, seconds)

    def on_epoch_end(self, epoch, logs=None):
        step = current_step(self.model)
        seconds = round(time.monotonic() - self._start, 3)
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.history.append({"step": step, "seconds": seconds, **values})
        self._write(step, seconds)

    def amend(self, step, values):
        """Adds values to the row of a step, which has to be the newest.

        Args:
            step: int.
            values: Dict of float, such as the scores of a validation.
        """
        if not self.history or self.history[-1]["step"] != step:
            raise ValueError(
                "Values are added to the newest row of a loss record. "
                f"Received: step={step}, rows up to "
                f"{self.history[-1]['step'] if self.history else 0}"
            )
        self.history[-1].update(values)
        self._write(step, self.history[-1]["seconds"])

    def _write(self, step, seconds):
        write_json(
            self.path,
            {"steps": step, "seconds": seconds, "history": self.history},
        )
