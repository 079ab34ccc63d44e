"""The model of the best score, beside the last one."""

import math
import pathlib

import keras

from semst_tf.storage.atomic_files import replacing


class KeepBest(keras.callbacks.Callback):
    """Saves the model whenever a score in the logs is better than before.

    Unlike `keras.callbacks.ModelCheckpoint` it is silent in epochs without
    the score, and leaves the file whole if saving is interrupted.

    Args:
        path: Path of the `.keras` file.
        monitor: str. Name of the score in the logs.
        smaller: bool. Whether small is good. Defaults to `False`.
        best: float or `None`. The best score so far. Defaults to `None`.

    Example:

    >>> model.fit(data, callbacks=[
    ...     ValidationScores(images, evaluation),
    ...     KeepBest("run/best.keras", monitor="val_miou"),
    ... ])
    """

    def __init__(self, path, monitor, smaller=False, best=None):
        super().__init__()
        self.path = pathlib.Path(path)
        self.monitor = monitor
        self.smaller = smaller
        self.best = best

    def on_epoch_end(self, epoch, logs=None):
        score = (logs or {}).get(self.monitor)
        if score is None or not math.isfinite(score) or not self._wins(score):
            return
        with replacing(self.path) as unfinished:
            self.model.save(unfinished)
        self.best = score

    def _wins(self, score):
        if self.best is None:
            return True
        return score < self.best if self.smaller else score > self.best
